"""How far the intervals of reliability can be trusted: the second half of `make validate`.

Draws samples of one scale, computes every interval in each and counts how often it holds the truth. The numbers are
kept in ``validation/scales.csv``; VALIDATION_SCALES.md is written from them. Cells that are there already, of the same
design and version, are kept; ``--fresh`` computes them anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import validation_scales_text

import helpers
from helpers import measurement, moments, parallel, sem
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement import coefficient_omega as omegas
from helpers.measurement import resampling
from helpers.measurement.categorical_omega import categorical_omega
from helpers.measurement.direction import items_against
from helpers.measurement.one_factor import one_factor
from helpers.measurement.ordinal_reliability import logit_interval, omega_with_error

KEPT = Path(__file__).parent / "validation" / "scales.csv"
LOADINGS = (0.8, 0.75, 0.7, 0.6, 0.5)
ITEMS = tuple(f"q{i + 1}" for i in range(len(LOADINGS)))
POPULATION = "f =~ " + " + ".join(f"{loading}*{item}" for loading, item in zip(LOADINGS, ITEMS, strict=True)) + "\n" + (
    "\n".join(f"{item} ~~ {1 - loading**2:.6g}*{item}" for loading, item in zip(LOADINGS, ITEMS, strict=True)))
SHARES = (0.04, 0.08, 0.18, 0.40, 0.30)
ANSWERS = {"normal": {}, "skewed": {"skew": 2.0, "kurtosis": 7.0}, "5-point": {"proportions": SHARES}}
SIZES = (100, 200, 500)
REPLICATIONS, DRAWS, GATED, MANY = 1000, 500, 200, 1_000_000
AT_ONCE = 50  # samples that are drawn together and cut apart
LEVEL = 0.95
SEED = 20261125
DIGITS = "%.6g"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of answers from one number of respondents."""

    answers: str
    n: int

    def design(self, replications: int) -> str:
        """Fingerprint of everything that decides the numbers."""
        said = [POPULATION, asdict(self), ANSWERS[self.answers], DRAWS, GATED, MANY, AT_ONCE, LEVEL, SEED, replications,
                helpers.__version__]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def cells() -> Iterator[Cell]:
    """Every cell, in the order of the document."""
    yield from (Cell(answers, n) for answers in ANSWERS for n in SIZES)


def main() -> None:
    asked = _arguments()
    for cell in cells():
        if cell.answers in asked.answers and cell.n in asked.n and (asked.fresh or not _is_there(
                cell, asked.replications)):
            began = time.perf_counter()
            _keep(cell, run(cell, asked.replications).assign(design=cell.design(asked.replications),
                                                             version=helpers.__version__))
            _write()
            print(f"{cell.answers:8} n = {cell.n:4} {time.perf_counter() - began:6.0f} s", flush=True)
    _write()


def run(cell: Cell, replications: int, draws: int = DRAWS) -> pd.DataFrame:
    """Simulate one cell: a row for every interval and for every gate.

    Returns
    -------
    DataFrame
        ``what``, ``kind`` (interval or gate), ``true``, ``samples`` (used), ``est.mean``, ``coverage``, ``below``
        (share of samples whose interval lies below the truth), ``above``, ``width`` (mean); of a gate its share of
        false alarms in ``coverage``.
    """
    true = truths(cell.answers)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in true}
    against = contradicted = 0
    for scores in samples(cell, replications):
        for name, interval in intervals(scores, draws, seed=len(found["alpha Feldt"]), only=true).items():
            found[name].append(interval)
        against += bool(items_against(np.cov(scores.to_numpy(), rowvar=False)).any())
        if len(found["alpha Feldt"]) <= GATED:
            verdict = measurement.unidimensionality(scores, {"f": ITEMS}).at[0, "one.factor"]
            contradicted += verdict == "contradicted"
    rows = [_summary(name, true[name], np.array(values)) for name, values in found.items()]
    gated = min(replications, GATED)
    rows += [{"what": "reversed_items", "kind": "gate", "samples": replications, "coverage": against / replications},
             {"what": "one_factor", "kind": "gate", "samples": gated, "coverage": contradicted / gated}]
    return pd.DataFrame(rows)


def samples(cell: Cell, replications: int) -> Iterator[pd.DataFrame]:
    """Draw the samples of a cell."""
    for first in range(0, replications, AT_ONCE):
        drawn = sem.simulate(POPULATION, n=cell.n * AT_ONCE, seed=SEED + first, **ANSWERS[cell.answers])
        for at in range(min(AT_ONCE, replications - first)):
            yield drawn.iloc[at * cell.n:(at + 1) * cell.n].reset_index(drop=True)


def intervals(scores: pd.DataFrame, draws: int, *, seed: int, only: Sequence[str]) -> dict[str, tuple]:
    """Estimate and limits of every coefficient, as the tables of a report compute them."""
    answers = scores.to_numpy(dtype=float)
    cov = np.cov(answers, rowvar=False)
    alpha = float(alphas.of_covariances(cov[..., None])[0])
    drawn = resampling.covariances([answers], draws=draws, seed=seed)[0]
    fitted = one_factor(cov[..., None])
    found = {
        "alpha Feldt": (alpha, *alphas.feldt_interval(alpha, n=len(answers), k=len(cov), conf_level=LEVEL)),
        "alpha bootstrap": (alpha, *resampling.percentiles(alphas.of_covariances(drawn), LEVEL)[:2]),
        "omega bootstrap": (float(omegas.of_estimates(fitted, cov[..., None])[0][0]),
                            *omegas.interval(fitted, drawn, LEVEL)[:2]),
    }
    if "omega categorical" in only:
        latent = moments.latent_moments(scores, ITEMS, ITEMS)
        value, error = omega_with_error(latent, latent.values[-len(latent.pairs.r):])
        found["omega categorical"] = (value, *logit_interval(value, error, LEVEL))
    return found


def truths(answers: str) -> dict[str, float]:
    """Say what the intervals should hold: the population's; on five points, alpha and omega of a million answers."""
    loadings = np.array(LOADINGS)
    cov = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    if answers == "5-point":
        cov = np.cov(sem.simulate(POPULATION, n=MANY, seed=1, **ANSWERS[answers]).to_numpy(), rowvar=False)
    fitted = one_factor(cov[..., None])
    alpha = float(alphas.of_covariances(cov[..., None])[0])
    true = {"alpha Feldt": alpha, "alpha bootstrap": alpha,
            "omega bootstrap": float(omegas.of_estimates(fitted, cov[..., None])[0][0])}
    return true | ({"omega categorical": _categorical(loadings)} if answers == "5-point" else {})


def _categorical(loadings: np.ndarray) -> float:
    from scipy.special import ndtri

    k, one, two = len(loadings), *np.triu_indices(len(loadings), 1)
    cuts, values = ndtri(np.cumsum(SHARES)[:-1]), np.arange(len(SHARES)) + 1.0
    return categorical_omega((cuts,) * k, (values,) * k, loadings, loadings[one] * loadings[two]).omega


def _summary(name: str, true: float, values: np.ndarray) -> dict:
    used = values[np.isfinite(values).all(axis=1)]
    below, above = (used[:, 2] < true).mean(), (used[:, 1] > true).mean()
    return {"what": name, "kind": "interval", "samples": len(used), "true": true, "est.mean": used[:, 0].mean(),
            "coverage": 1 - below - above, "below": below, "above": above,
            "width": (used[:, 2] - used[:, 1]).mean()}


def read() -> pd.DataFrame:
    """Read what is kept; empty where there is nothing."""
    return pd.read_csv(KEPT, encoding="utf-8") if KEPT.exists() else pd.DataFrame(columns=["answers", "n", "design"])


def document() -> str:
    """VALIDATION_SCALES.md as the kept table gives it."""
    return validation_scales_text.document(read())


def _write() -> None:
    (KEPT.parent.parent / "VALIDATION_SCALES.md").write_text(document(), encoding="utf-8", newline="\n")


def _keep(cell: Cell, rows: pd.DataFrame) -> None:
    old = read()
    old = old[(old["answers"] != cell.answers) | (old["n"] != cell.n)]
    table = pd.concat([part for part in (old, rows.assign(answers=cell.answers, n=cell.n)) if len(part)])
    order = {(each.answers, each.n): at for at, each in enumerate(cells())}
    places = np.argsort([order[key] for key in zip(table["answers"], table["n"], strict=True)], kind="stable")
    first = ["answers", "n", "what", "kind"]
    table = table.iloc[places][[*first, *(name for name in rows.columns if name not in first)]]
    table.to_csv(KEPT, index=False, float_format=DIGITS, encoding="utf-8", lineterminator="\n")


def _is_there(cell: Cell, replications: int) -> bool:
    kept = read()
    mine = kept[(kept["answers"] == cell.answers) & (kept["n"] == cell.n)]
    return len(mine) > 0 and (mine["design"] == cell.design(replications)).all()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", nargs="+", default=list(ANSWERS), choices=list(ANSWERS))
    parser.add_argument("--n", nargs="+", type=int, default=list(SIZES), choices=SIZES)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--fresh", action="store_true", help="compute cells that are there too")
    return parser.parse_args()


if __name__ == "__main__":
    with parallel.one_thread():
        main()
