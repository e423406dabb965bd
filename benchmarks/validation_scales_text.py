"""What the simulated intervals of reliability say: VALIDATION_SCALES.md is made of ``validation/scales.csv`` alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

LOW, HIGH = 0.925, 0.975
# Why theory promises nothing of an interval, by kind of answers; elsewhere it promises the level in large samples.
NO_PROMISE = {
    ("alpha Feldt", "skewed"): "it presumes normal answers; tails that are heavier make alpha vary more than it allows "
                               "for, in samples of every size",
    ("alpha Feldt", "5-point"): "it presumes normal answers, which five points are not",
}
INTRODUCTION = """\
# How far intervals of reliability can be trusted

Made by `make validate` from `validation/scales.csv`; only the explanations are written by hand.

Every cell draws samples of one scale of five items with standardized loadings of .80, .75, .70, .60 and .50
(`validate_scales.py`). Answers are **normal**; **skewed** (every item skew 2, excess kurtosis 7, by Vale & Maurelli's
method); or on **5-point** scales (shares 4, 8, 18, 40, 30 %). In each sample every interval of a report is computed,
bootstrap intervals from 500 draws. What counts as true: the population's coefficient; for alpha and omega on five
points, which concern the answers as they are, that of a million answers; for categorical omega that of the population's
thresholds and loadings. An interval of 95 % should cover it in 92.5 to 97.5 % of the samples; what lies outside is
marked `!`. The Monte-Carlo error of a share is .7 percentage points with 1,000 samples.

Feldt's interval is exact for normal items that measure equally strongly; these loadings differ.
"""


def document(table: pd.DataFrame) -> str:
    """Write the document from the kept table."""
    return "\n".join(_sections(table)).rstrip("\n") + "\n"


def _sections(table: pd.DataFrame) -> Iterator[str]:
    yield INTRODUCTION
    if table.empty:
        return
    held = table[table["kind"] == "interval"]
    yield "## Coverage of 95 % intervals\n\nIn brackets: below the truth, above it; all in % of the samples.\n"
    yield _wide(held, _coverage)
    yield "## Mean width of the intervals\n"
    yield _wide(held, lambda row: f"{row['width']:.3f}")
    yield "## Bias\n\nMean estimate minus truth.\n"
    yield _wide(held, lambda row: f"{row['est.mean'] - row['true']:+.4f}")
    yield "## Where theory makes no promise, and why\n"
    yield "\n".join(f"- {what} on {answers} answers: {why}." for (what, answers), why in NO_PROMISE.items()) + "\n"
    yield ("## Where it promises the nominal level and the samples say otherwise\n\nThe promise is one for large "
           "samples. Percentiles of draws lie where the sample lies: a coefficient too low in the sample is too low in "
           "the draws, and the more so the heavier the tails are, because a few respondents then decide. "
           "Categorical omega takes its error from the asymptotic covariances of polychoric correlations, which are "
           "too small while some combinations of categories are hardly chosen.\n")
    yield "\n".join(f"- {line}" for line in _broken(held) or ["nowhere"]) + "\n"
    yield _alarms(table[table["kind"] == "gate"])
    yield _used(held)


def _wide(table: pd.DataFrame, shown: Callable[[pd.Series], str]) -> str:
    sizes = sorted(table["n"].unique())
    rows = []
    for (answers, what), part in table.groupby(["answers", "what"], sort=False):
        by_n = {row["n"]: shown(row) for _, row in part.iterrows()}
        rows.append([answers, what, *(by_n.get(n, "-") for n in sizes)])
    return _table(["answers", "interval", *(f"n = {n}" for n in sizes)], rows)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [heads, ["---"] * len(heads), *rows]) + "\n"


def _coverage(row: pd.Series) -> str:
    mark = "" if LOW <= row["coverage"] <= HIGH else " !"
    return f"{100 * row['coverage']:.1f} ({100 * row['below']:.1f}, {100 * row['above']:.1f}){mark}"


def _broken(held: pd.DataFrame) -> list[str]:
    out = held[~held["coverage"].between(LOW, HIGH)]
    return [f"{row.what}, {row.answers}, n = {row.n}: {100 * row.coverage:.1f} %" for row in out.itertuples()
            if (row.what, row.answers) not in NO_PROMISE]


def _alarms(gates: pd.DataFrame) -> str:
    return ("## False alarms of the gates\n\nShare of samples in %: there is one factor and no item runs against it, "
            "so that every alarm is a false one.\n\n"
            + _wide(gates, lambda row: f"{100 * row['coverage']:.2f}").replace("| interval |", "| gate |"))


def _used(held: pd.DataFrame) -> str:
    least = held.loc[held["samples"].idxmin()]
    most = int(held["samples"].max())
    rest = ("every interval could be computed in all of them" if least["samples"] == most else
            f"the fewest with an interval are {int(least['samples']):,} ({least['what']}, {least['answers']}, "
            f"n = {least['n']})")
    return f"## Samples per cell\n\n{most:,}; {rest}.\n"
