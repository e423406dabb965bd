"""What must be known before the numbers are interpreted: one check per doubt, with its severity.

Criteria, sources and advice stand in the catalogue under ``gate.<name>``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.errors import Check
from helpers.moments import Sample
from helpers.sem.estimation.errors_and_tests import NO_INFORMATION, Precision
from helpers.sem.estimation.optimize import ACCEPTED, Optimum
from helpers.sem.model.equivalents import reversals
from helpers.sem.model.implied import Implied
from helpers.sem.model.specify import Structure

# One-sided 5 %: a variance below this many standard errors is not a sampling fluctuation around zero.
SIGNIFICANT = -1.6448536269514722
# Rounding allowance for an eigenvalue of a correlation matrix that is exactly singular, and for a value of 1.
NOT_NEGATIVE, ROUNDING = -1e-8, 1e-9
INFLATED, EXTREME, BEYOND = 5.0, 10.0, 1.0
FEW_PER_PARAMETER, TOO_FEW_PER_PARAMETER = 5.0, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What the gates look at.

    Attributes
    ----------
    structure : Structure
    values, se, std_all : ndarray, shape (r,)
        Per row of the parameter table.
    implied : list of Implied
        Per group.
    samples : list of Sample
    optimum : Optimum
    precision : Precision
    undefined : tuple of str
        ``:=`` lines without a value.
    correlations_only : bool
    robust_se : ndarray, shape (r,), or None
        The sandwich's, where a variance is negative and ``se`` are not robust themselves.
    """

    structure: Structure
    values: np.ndarray
    se: np.ndarray
    std_all: np.ndarray
    implied: list[Implied]
    samples: list[Sample]
    optimum: Optimum
    precision: Precision
    undefined: tuple[str, ...]
    correlations_only: bool
    robust_se: np.ndarray | None = None

    def named(self, at: np.ndarray, values: np.ndarray) -> list[str]:
        """Rows with a value, as a reader writes them."""
        several = self.structure.table.groups > 1
        rows = [self.structure.table.rows[row] for row in at]
        return [f"{row.shown}{f' (group {row.group})' if several else ''} = {value:.3f}"
                for row, value in zip(rows, values[at], strict=True)]

    def rows(self, op: str, *, same: bool = False) -> np.ndarray:
        """Places of the rows of an operator; of variances where ``same``, else of what connects two variables."""
        return np.array([at for at, row in enumerate(self.structure.table.rows)
                         if row.op == op and (row.lhs == row.rhs) is same], dtype=int)


def checks(fitted: Fitted) -> tuple[Check, ...]:
    """Every gate of a fitted model: stops first, then cautions, then remarks."""
    optimum, layout = fitted.optimum, fitted.structure.layout
    q = fitted.structure.k.shape[1]
    found = [
        Check("converged", "stop", optimum.converged,
              {"gradient": float(np.abs(optimum.gradient).max(initial=0.0)), "iterations": optimum.iterations,
               "accepted": ACCEPTED}),
        Check("identified", "stop", not optimum.converged or not fitted.precision.weakest < NO_INFORMATION,
              {"parameters": q, "eigenvalue": fitted.precision.weakest}),
        _matrix("latent_covariance", fitted, [each.psi for each in fitted.implied], layout.etas),
        _matrix("residual_covariance", fitted, [each.theta for each in fitted.implied], layout.observed),
        _negative_variances(fitted),
        _collinear(fitted),
        _standardized(fitted),
        _size(sum(sample.n for sample in fitted.samples), q),
        _uncorrelated(fitted.structure),
        _scaled_twice(fitted.structure),
        Check("defined", "stop", not fitted.undefined, {"names": list(fitted.undefined)}),
        Check("correlations_only", "caution", not fitted.correlations_only),
        _equivalents(fitted.structure),
    ]
    order = {"stop": 0, "caution": 1, "info": 2}
    return tuple(sorted(found, key=lambda check: order[check.severity]))


def _negative(fitted: Fitted) -> tuple[np.ndarray, np.ndarray]:
    """Places of negative variances, and the most negative z of each by the standard errors that are known."""
    variances = fitted.rows("~~", same=True)
    at = variances[fitted.values[variances] < 0]
    errors = [fitted.se] if fitted.robust_se is None else [fitted.se, fitted.robust_se]
    with np.errstate(divide="ignore", invalid="ignore"):
        return at, np.min([fitted.values[at] / se[at] for se in errors], axis=0)


def _negative_variances(fitted: Fitted) -> Check:
    at, z = _negative(fitted)
    severe = bool((z < SIGNIFICANT).any())
    values = {"variances": fitted.named(at, fitted.values), "z": float(z.min()) if len(at) else math.nan}
    return Check("negative_variance", "stop" if severe else "caution", not len(at), values)


def _matrix(gate: str, fitted: Fitted, matrices: list[np.ndarray], names: tuple[str, ...]) -> Check:
    """Smallest eigenvalue once variances that are negative by chance count as zero; those have their own gate."""
    table = fitted.structure.table
    forgiven = {(table.rows[at].lhs, table.rows[at].group) for at, z in zip(*_negative(fitted), strict=True)
                if not z < SIGNIFICANT}
    worst, involved, where = math.inf, [], 1
    for group, matrix in enumerate(matrices, start=1):
        by_chance = np.array([(name, group) in forgiven for name in names], dtype=bool)
        roots, vectors = _smallest(matrix, by_chance)
        if roots < worst:
            worst, where, weight = roots, group, np.abs(vectors)
            involved = [name for name, w in zip(names, weight, strict=True) if w > 0.3 * weight.max()]
    return Check(gate, "stop", worst >= NOT_NEGATIVE, {"eigenvalue": worst, "variables": involved, "group": where})


def _smallest(matrix: np.ndarray, by_chance: np.ndarray) -> tuple[float, np.ndarray]:
    """Smallest eigenvalue and its vector on the correlation scale."""
    if not len(matrix):
        return 1.0, np.zeros(0)
    width = np.sqrt(np.abs(np.diag(matrix)))
    width[width == 0] = 1.0
    unit = matrix / np.outer(width, width)
    unit[by_chance, by_chance] = 0.0
    roots, vectors = np.linalg.eigh(unit)
    return float(roots[0]), vectors[:, 0]


def _collinear(fitted: Fitted) -> Check:
    """Look for predictors of one outcome that cannot be told apart, and whether they drive its paths beyond reason."""
    place = {name: at for at, name in enumerate(fitted.structure.layout.etas)}
    equations: dict[tuple[int, str], list[int]] = {}
    for at in fitted.rows("~"):
        row = fitted.structure.table.rows[at]
        equations.setdefault((row.group, row.lhs), []).append(at)
    worst, absurd = {"inflation": 1.0, "outcome": "-", "predictors": [], "paths": []}, False
    for (group, outcome), rows in equations.items():
        if len(rows) < 2:
            continue
        names = [fitted.structure.table.rows[at].rhs for at in rows]
        here = [place[name] for name in names]
        inflation, std = _inflation(fitted.implied[group - 1].eta[np.ix_(here, here)]), fitted.std_all[rows]
        tangled = std[inflation > EXTREME]
        beyond = bool(len(tangled) and np.abs(tangled).max() > BEYOND and tangled.min() < 0 < tangled.max())
        if (beyond, float(inflation.max())) > (absurd, worst["inflation"]):
            absurd = beyond
            worst = {"inflation": float(inflation.max()), "outcome": outcome,
                     "predictors": [name for name, by in zip(names, inflation, strict=True) if by > INFLATED],
                     "paths": [f"{name} {value:.2f}" for name, value in zip(names, std, strict=True)]}
    return Check("collinear", "stop" if absurd else "caution", worst["inflation"] <= INFLATED and not absurd, worst)


def _inflation(cov: np.ndarray) -> np.ndarray:
    """Variance inflation factors; infinite where the matrix is not positive definite."""
    variances = np.diag(cov)
    if not (variances > 0).all():
        return np.full(len(cov), math.inf)
    unit = cov / np.sqrt(np.outer(variances, variances))
    if np.linalg.eigvalsh(unit)[0] <= 1e-10:
        return np.full(len(cov), math.inf)
    return np.diag(np.linalg.inv(unit))


def _standardized(fitted: Fitted) -> Check:
    at = np.concatenate([fitted.rows(op) for op in ("=~", "~", "~~")])
    at = at[np.abs(fitted.std_all[at]) > 1 + ROUNDING]
    return Check("standardized", "caution", not len(at), {"parameters": fitted.named(at, fitted.std_all)})


def _size(n: int, q: int) -> Check:
    ratio = n / q if q else math.inf
    return Check("sample_size", "stop" if ratio < TOO_FEW_PER_PARAMETER else "caution", ratio >= FEW_PER_PARAMETER,
                 {"n": n, "parameters": q, "ratio": ratio})


def _uncorrelated(structure: Structure) -> Check:
    """Look for an observed and a latent cause of one system: by default the model holds them uncorrelated."""
    rows = structure.table.rows[: structure.per_group]
    inner = {row.lhs for row in rows if row.op == "~"} | {row.rhs for row in rows if row.op == "=~"}
    causes = {row.rhs for row in rows if row.op == "~"} - inner
    latent = [name for name in structure.table.latents if name in causes]
    observed = [name for name in structure.table.exogenous if name in causes]
    apart = bool(latent and observed)
    return Check("uncorrelated_causes", "caution", not apart, {"observed": observed, "latents": latent})


def _scaled_twice(structure: Structure) -> Check:
    """Look for constructs with a fixed variance and a fixed loading, where one of the two would give the scale."""
    rows = [row for row in structure.table.rows[: structure.per_group] if not row.free and row.value and not row.label]
    loading = {row.lhs: row.rhs for row in reversed(rows) if row.op == "=~"}
    twice = [row.lhs for row in rows if row.op == "~~" and row.lhs == row.rhs and row.lhs in loading]
    return Check("scaled_twice", "caution", not twice, {
        "constructs": twice, "fixed": [f"{name} =~ {loading[name]}" for name in twice]})


def _equivalents(structure: Structure) -> Check:
    turned = [f"{cause} -> {effect}" for cause, effect in reversals(structure.table)]
    return Check("equivalent_models", "info", not turned, {"paths": turned})
