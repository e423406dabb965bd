"""How far the intervals of validity can be trusted: CR, AVE, latent correlations, HTMT and HTMT2.

Simulates every cell and keeps the numbers in ``validation/validity.csv``, of which VALIDITY.md is made. Cells that are
there with as many samples are kept; ``--fresh`` computes them anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from validation_design import ANSWERS, SEED

from helpers import measurement, parallel, sem
from helpers.errors import ModelError

FILE = Path(__file__).parent / "validation" / "validity.csv"
SCALES = {"a": ("a1", "a2", "a3", "a4"), "b": ("b1", "b2", "b3"), "c": ("c1", "c2", "c3")}
LOADINGS = {"a1": 0.8, "a2": 0.7, "a3": 0.75, "a4": 0.65, "b1": 0.85, "b2": 0.75, "b3": 0.65, "c1": 0.7, "c2": 0.6,
            "c3": 0.8}
# One pair stands at the first cutoff, so that the test against it has to reject 5 %.
CORRELATIONS = {("a", "b"): 0.85, ("a", "c"): 0.5, ("b", "c"): 0.6}
POPULATION = "\n".join((
    *(f"{name} =~ {' + '.join(f'{LOADINGS[item]}*{item}' for item in items)}" for name, items in SCALES.items()),
    *(f"{name} ~~ 1*{name}" for name in SCALES), *(f"{one} ~~ {r}*{other}" for (one, other), r in CORRELATIONS.items()),
    *(f"{item} ~~ {1 - loading**2:.6f}*{item}" for item, loading in LOADINGS.items())))
MODEL = measurement.correlated_factors(SCALES)
SIZES, SAMPLES, DRAWS = (100, 200, 500), 1000, 400
LEVELS = {"cr": 0.95, "ave": 0.95, "cor": 0.95, "htmt": 0.90, "htmt2": 0.90}
LARGE = 1_000_000  # answers that stand for the population of rated ones
TEXT = """\
# How far the intervals of validity can be trusted

Made by `benchmarks/validate_validity.py` from `validation/validity.csv`.

Three constructs of four, three and three items, standardized loadings of .60 to .85, correlations of .85, .50 and .60;
answers and what counts as true as in VALIDATION.md (for CR, AVE and correlations what MLR finds, for HTMT the ratio, in
the population or, of rated answers, in a million respondents). Estimated by MLR; intervals of CR and AVE by the delta
method on the logit, of latent correlations by the delta method (95%), of HTMT and HTMT2 by {draws} bootstrap draws
(percentile, 90%). The test is that of the correlation of .85 against .85 at 5%; on five points the correlation of the
ratings is not quite .85, so the test has less to promise there. Lowest and highest over constructs or pairs; `!` marks
what lies more than three Monte-Carlo errors and one percentage point from its promise. Theory promises the level only
for large n: with skewed answers intervals are too narrow, those of latent correlations most, since robust errors are
themselves uncertain where tails are heavy. Nothing is tuned to the promise.
Samples whose numbers a *stop* gate withholds (a latent correlation beyond 1, say) give no interval and are not counted.
HTMT2 needs correlations of one sign in 95 % of the draws: *defined* is the lowest share of samples in which a pair has
an interval, and coverage is of pairs that have one in at least nine of ten samples.

"""


def values(data: pd.DataFrame, seed: int) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Estimate and interval of every quantity in one sample, and the p-value of the test."""
    fit = sem.fit(MODEL, data, estimator="MLR")
    ratios = measurement.htmt(data, SCALES, draws=DRAWS, seed=seed + 1)
    pairs = measurement.discriminant(fit, tested_from=2.0).set_index(["construct1", "construct2"])
    found = {}
    for row in measurement.validity(fit).to_dict("records"):
        for name in ("cr", "ave"):
            found[name, row["construct"]] = row[name], row[f"{name}.ci.lower"], row[f"{name}.ci.upper"]
    for one, other in CORRELATIONS:
        row = pairs.loc[(one, other)]
        found["cor", f"{one} - {other}"] = row["cor"], row["ci.lower"], row["ci.upper"]
    for row in ratios.to_dict("records"):
        pair = f"{row['construct1']} - {row['construct2']}"
        found["htmt", pair] = row["htmt"], row["ci.lower"], row["ci.upper"]
        found["htmt2", pair] = row["htmt2"], row["htmt2.ci.lower"], row["htmt2.ci.upper"]
    variants = sem.Variants.of(fit)
    pvalue = variants.difference(variants.fit(MODEL), variants.fit(f"{MODEL}\na ~~ .85*b"))[2]
    return found | {("test", "a - b"): (pvalue, np.nan, np.nan)}


def truth(answers: str) -> dict[tuple[str, str], float]:
    """Find what counts as true."""
    large = sem.simulate(POPULATION, n=LARGE, seed=SEED, **ANSWERS[answers])
    fit = sem.fit(MODEL, large, estimator="ML")
    ratios = measurement.htmt(large, SCALES, draws=0)
    table = measurement.validity(fit).set_index("construct")
    found = {(name, construct): table.at[construct, name] for name in ("cr", "ave") for construct in SCALES}
    for row in measurement.discriminant(fit, tested_from=2.0).to_dict("records"):
        found["cor", " - ".join(sorted((row["construct1"], row["construct2"])))] = row["cor"]
    for row in ratios.to_dict("records"):
        for name in ("htmt", "htmt2"):
            found[name, f"{row['construct1']} - {row['construct2']}"] = row[name]
    return found


def one(task: tuple[str, int, int]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Draw one sample and estimate; nothing where a stop gate withholds the sample's numbers."""
    answers, n, number = task
    seed = SEED + 10_000 * n + number
    try:
        return values(sem.simulate(POPULATION, n=n, seed=seed, **ANSWERS[answers]), seed)
    except ModelError as error:
        if [problem.id for problem in error.problems] != ["sem.stopped"]:
            raise
        return {}


def cell(answers: str, n: int, samples: int, workers: int | None) -> pd.DataFrame:
    """Count how often each interval holds what is true."""
    true = truth(answers)
    found = parallel.each(one, [(answers, n, number) for number in range(samples)], workers=workers)
    rows = []
    nothing = (np.nan, np.nan, np.nan)
    for key in next(sample for sample in found if sample):
        each = np.array([sample.get(key, nothing) for sample in found], dtype=float)
        told = np.isfinite(each[:, 1]) if key[0] != "test" else np.isfinite(each[:, 0])
        held = each[told, 0] < 0.05 if key[0] == "test" else (each[told, 1] <= true[key]) & (true[key] <= each[told, 2])
        share = held.mean()
        rows.append({"answers": answers, "n": n, "quantity": key[0], "place": key[1], "samples": samples,
                     "used": int(told.sum()), "true": true.get(key, np.nan), "est.mean": np.nanmean(each[:, 0]),
                     "share": share, "share.mce": np.sqrt(share * (1 - share) / told.sum())})
    return pd.DataFrame(rows)


def document(table: pd.DataFrame) -> str:
    """Write the table: coverage of the intervals, lowest and highest over places, and the rejection of the test."""
    head = ("answers", "n", "samples", *LEVELS, "defined", "test")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for (answers, n), part in table.groupby(["answers", "n"], sort=False):
        cells = [_shares(part[part["quantity"] == name], level) for name, level in LEVELS.items()]
        told = part.loc[part["quantity"] == "htmt2", "used"] / part["samples"].max()
        cells += [f"{told.min():.2f}", _shares(part[part["quantity"] == "test"], 0.05)]
        lines.append(f"| {answers} | {n} | {part['samples'].max()} | " + " | ".join(cells) + " |")
    return TEXT.format(draws=DRAWS) + "\n".join(lines) + "\n"


def _shares(part: pd.DataFrame, level: float) -> str:
    said = []
    part = part[part["used"] >= 0.9 * part["samples"]]
    if part.empty:
        return "not defined"
    for row in part.sort_values("share").iloc[[0, -1]].drop_duplicates().itertuples():
        error = np.sqrt(level * (1 - level) / row.used)
        away = abs(row.share - level)
        said.append(f"{row.share:.3f}".lstrip("0") + ("!" if away > max(3 * error, 0.01) else ""))
    return " – ".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--workers", type=int, default=None, help="default: every processor")
    parser.add_argument("--fresh", action="store_true", help="compute cells that are there too")
    asked = parser.parse_args()
    kept = pd.read_csv(FILE, encoding="utf-8") if FILE.exists() else pd.DataFrame(columns=["answers", "n", "samples"])
    for answers in ANSWERS:
        for n in SIZES:
            mine = (kept["answers"] == answers) & (kept["n"] == n)
            if asked.fresh or not (kept.loc[mine, "samples"] >= asked.samples).any():
                kept = pd.concat([part for part in (kept[~mine], cell(answers, n, asked.samples, asked.workers))
                                  if len(part)])
                order = kept["answers"].map({name: at for at, name in enumerate(ANSWERS)}) * 10_000 + kept["n"]
                kept = kept.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
                kept.to_csv(FILE, index=False, float_format="%.6g", encoding="utf-8", lineterminator="\n")
                print(answers, n, flush=True)
    (FILE.parent.parent / "VALIDITY.md").write_text(document(kept), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with parallel.one_thread():
        main()
