"""What a perfect analysis would find in the demo study.

The population behind the answers, written down so that everything the suite estimates has a known true value;
``population.csv`` holds its items (latent variable, standardized loading, mean and SD of the answer before rounding).

All latent variables have mean 0 and variance 1 over the whole population, insurers, waves, stages and branches
together. ASSURANCE shows itself in three kinds of security, and trust, satisfaction and loyalty follow (model M1).
Whatever insurers, waves, stages, response hours, clarity and information asymmetry do, they do to ASSURANCE or to
the disturbance of *one* other variable, through contrasts that are uncorrelated with each other. Only psychological
security shares two of its causes (response hours, clarity) with ASSURANCE, which enters its loading. Therefore M1
holds in the pooled population exactly, and `population` gives its values without simulation.
"""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
INSURERS, WAVES, STAGES = ("A", "B", "C"), (2025, 2026), ("purchase", "servicing", "claims")
STAGE_SHARES = (0.30, 0.45, 0.25)
# Standard normal quantiles scaled to variance 1: a branch effect is a constant of the population, not drawn,
# so that respondents are independent of each other given the population.
BRANCH_EFFECTS = (-1.663, -0.962, -0.530, -0.171, 0.171, 0.530, 0.962, 1.663)
TRAINED = (1, 0, 0, 1, 1, 0, 0, 1)  # branches whose staff were trained between the two waves
INTERACTION = "psychological x asymmetry"

# What differs between groups, in capitals. SLOW and ENCRYPTION are orthogonal, so are all others by design.
CONTRASTS = {
    "SLOW": lambda insurer, wave, stage, branch: (0.3, -1.0, 0.7)[insurer],  # case B answers fast
    "ENCRYPTION": lambda insurer, wave, stage, branch: (1.7, -0.4, -1.3)[insurer],  # case A protects data
    "CRISIS_PLAN": lambda insurer, wave, stage, branch: (-0.5, -0.5, 1.0)[insurer] * (-1, 1)[wave],  # case C
    "LATER": lambda insurer, wave, stage, branch: (-1.0, 1.0)[wave],
    "TRAINING": lambda insurer, wave, stage, branch: TRAINED[branch] * (0, 1)[wave] - 0.25,
    "STAGE": lambda insurer, wave, stage, branch: (-0.60, 0.0, 0.72)[stage],
    "BRANCH": lambda insurer, wave, stage, branch: BRANCH_EFFECTS[branch],
}
# Latent variable: its causes and their coefficients, as they hold within groups, in causal order.
# The residual variance follows from "the variance in the whole population is 1".
EQUATIONS: dict[str, dict[str, float]] = {
    "waiting": {"SLOW": 0.90},  # logarithm of the response hours
    "clarity": {},
    "asymmetry": {},
    "assurance": {"waiting": -0.30, "clarity": 0.30, "LATER": 0.12, "TRAINING": 0.20, "BRANCH": 0.18},
    "physical": {"assurance": 0.78, "STAGE": 0.30},
    "information": {"assurance": 0.82, "ENCRYPTION": 0.18},
    "psychological": {"assurance": 0.81, "waiting": -0.15, "clarity": 0.15},
    "trust": {"assurance": 0.70, "asymmetry": -0.15, INTERACTION: 0.12},
    "satisfaction": {"assurance": 0.35, "trust": 0.45},
    "loyalty": {"satisfaction": 0.50, "trust": 0.30, "CRISIS_PLAN": 0.15},
    # Outside M1: correlates of it, built so that M1 stays exact.
    "service": {"assurance": 0.55, "satisfaction": 0.40},
    "tangibles": {"service": 0.72},
    "reliability": {"service": 0.84},
    "responsiveness": {"service": 0.78, "waiting": -0.15},
    "empathy": {"service": 0.82},
    "expectation": {"assurance": 0.20, "LATER": 0.10},
    "expected_physical": {"expectation": 0.80},
    "expected_information": {"expectation": 0.82, "LATER": 0.10},
    "expected_psychological": {"expectation": 0.84},
    "marker": {},
}
LATENTS = tuple(EQUATIONS)
SHAPE = (len(INSURERS), len(WAVES), len(STAGES), len(BRANCH_EFFECTS))


def items() -> list[dict]:
    """Read ``population.csv``: item, latent, loading, and the mean and SD of the answer before it is rounded."""
    with (HERE / "population.csv").open(encoding="utf-8", newline="") as file:
        return [{"item": row["item"], "latent": row["latent"],
                 **{name: float(row[name]) for name in ("loading", "mean", "sd")}} for row in csv.DictReader(file)]


def population() -> dict[str, dict[str, list]]:
    r"""Give the population's values, as tables of columns.

    Returns
    -------
    dict
        ``loadings`` (item, latent, std), ``correlations`` (latent1, latent2, r), ``paths`` (lhs, op, rhs, std and
        est: the unstandardized value when the first loading of every construct is 1), ``r2`` (construct, r2),
        ``means`` (group, level, latent, mean) and ``thresholds`` (item, category, threshold: the continuous
        response above which at least this category is answered, before reversal).

    Notes
    -----
    With :math:`\eta = B\eta + \Gamma x + \zeta`, covariances are those within groups plus those between the groups'
    means. A path of M1 is the regression coefficient in the covariance matrix that results.
    """
    r, means, _ = structure()
    rows, number = items(), {name: number for number, name in enumerate(LATENTS)}
    paths, explained = _model_one(r, rows)
    pairs = itertools.combinations(LATENTS, 2)
    cuts = [(row["item"], category, (category - 0.5 - row["mean"]) / row["sd"])
            for row in rows for category in range(answer_range(row["item"])[0] + 1, answer_range(row["item"])[1] + 1)]
    return {
        "loadings": _columns("item latent std", [(row["item"], row["latent"], row["loading"]) for row in rows]),
        "correlations": _columns("latent1 latent2 r", [(a, b, float(r[number[a], number[b]])) for a, b in pairs]),
        "paths": _columns("lhs op rhs std est", paths),
        "r2": _columns("construct r2", explained),
        "means": _columns("group level latent mean", _group_means(means)),
        "thresholds": _columns("item category threshold", cuts),
    }


def answer_range(item: str) -> tuple[int, int]:
    """Lowest and highest answer of an item."""
    return (0, 10) if item == "nps" else (1, 7)


def cells() -> np.ndarray:
    """Every combination of insurer, wave, stage and branch: positions, shape (n_cells, 4), first factor slowest."""
    return np.array(list(itertools.product(*(range(size) for size in SHAPE))))


def contrasts() -> dict[str, np.ndarray]:
    """Value of each contrast in each cell; shape (n_cells,) each."""
    return {name: np.array([value(*cell) for cell in cells()]) for name, value in CONTRASTS.items()}


def structure() -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Solve the equations.

    Returns
    -------
    correlations : ndarray, shape (n_latents, n_latents)
        Over the whole population.
    means : ndarray, shape (n_latents, n_cells)
    residual : dict
        Standard deviation of each latent variable's residual.

    Notes
    -----
    Each latent variable is a sum of independent standard normal sources (its own residual, the residuals of its
    causes, the interaction) plus a mean per cell. The interaction is a product of two variables of which one is
    independent of everything else and has mean 0: variance 1, and no covariance with any other variable.
    """
    shares, known = cell_shares(), contrasts()
    sources = np.eye(len(LATENTS) + 1)
    weights, means, residual = {INTERACTION: sources[-1]}, {INTERACTION: 0.0 * shares}, {}
    weights |= {name: 0.0 * sources[0] for name in known}
    means |= known
    for number, (name, causes) in enumerate(EQUATIONS.items()):
        weights[name] = sum((b * weights[cause] for cause, b in causes.items()), 0.0 * sources[0])
        means[name] = sum((b * means[cause] for cause, b in causes.items()), 0.0 * shares)
        residual[name] = float(np.sqrt(1 - weights[name] @ weights[name] - shares @ means[name] ** 2))
        weights[name] = weights[name] + residual[name] * sources[number]
    within = np.array([weights[name] for name in LATENTS])
    between = np.array([means[name] for name in LATENTS])
    return within @ within.T + (between * shares) @ between.T, between, residual


def cell_shares() -> np.ndarray:
    """Share of the population in each cell."""
    return np.array([STAGE_SHARES[stage] for _, _, stage, _ in cells()]) / (len(INSURERS) * len(WAVES) * SHAPE[3])


def _model_one(r: np.ndarray, rows: list[dict]) -> tuple[list[tuple], list[tuple]]:
    """Paths and explained variances of M1 in a correlation matrix of the latent variables."""
    number = {name: number for number, name in enumerate(LATENTS)}
    first: dict[str, float] = {}
    for row in rows:
        first.setdefault(row["latent"], row["loading"])
    first["assurance"] = r[number["assurance"], number["physical"]] * first["physical"]
    paths, explained = [], []
    for part in ("physical", "information", "psychological"):
        std = float(r[number["assurance"], number[part]])
        paths.append(("assurance", "=~", part, std, std * first[part] / first["assurance"]))
        explained.append((part, std**2))
    for outcome, causes in (("trust", ["assurance"]), ("satisfaction", ["assurance", "trust"]),
                            ("loyalty", ["satisfaction", "trust"])):
        at, to = [number[cause] for cause in causes], number[outcome]
        std = np.linalg.solve(r[np.ix_(at, at)], r[at, to])
        paths += [(outcome, "~", cause, float(value), float(value * first[outcome] / first[cause]))
                  for cause, value in zip(causes, std, strict=True)]
        explained.append((outcome, float(std @ r[at, to])))
    return paths, explained


def _group_means(means: np.ndarray) -> list[tuple]:
    names = {"insurer": INSURERS, "wave": WAVES, "stage": STAGES}
    rows, shares = [], cell_shares()
    for factor, (group, levels) in enumerate(names.items()):
        for number, level in enumerate(levels):
            inside = shares * (cells()[:, factor] == number)
            rows += [(group, level, latent, float(means[row] @ inside / inside.sum()))
                     for row, latent in enumerate(LATENTS)]
    return rows


def _columns(names: str, rows: list[tuple]) -> dict[str, list]:
    return {name: list(values) for name, values in zip(names.split(), zip(*rows, strict=True), strict=True)}
