"""What may be claimed? Every declared claim is held against design, data and effect, by the same written rules.

Verdict, from the interval of the difference (``higher``, ``lower``: of the raw difference; ``no difference``: of the
standardized one against the smallest difference that matters):

==================  =======================================================================
``supported``       the whole interval lies where the claim says
``contradicted``    the whole interval lies on the other side (outside the smallest difference)
``inconclusive``    the interval holds both
``not analysed``    the design needs an analysis that this table does not make
``no data``         outcome or groups are not in the data
==================  =======================================================================

Wording, from the design alone: an experiment may say ``causal``; a controlled comparison or a time series ``causal if``
(its assumptions hold); a before-after comparison ``change``; a cross-section ``difference``. Grade of the evidence for
a supported claim: experiment ``strong``, controlled and time series ``moderate``, the others ``weak``; a claim that is
not supported has ``none``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from helpers.cases.comparisons import Scales, invariance_not_tested
from helpers.cases.effect_sizes import standardized_contrast
from helpers.cases.samples import Samples, samples
from helpers.errors import DataError

WORDING = {"experiment": "causal", "controlled": "causal if", "time series": "causal if", "before-after": "change",
           "cross-section": "difference"}
GRADE = {"experiment": "strong", "controlled": "moderate", "time series": "moderate", "before-after": "weak",
         "cross-section": "weak"}
# A difference of differences and a series over time are not the difference of two groups.
NOT_ANALYSED = ("controlled", "time series")


class Claimed(Protocol):
    """A claim as a study declares it."""

    text: Mapping[str, str]
    outcome: str
    expect: str
    compare: tuple[str, str, tuple[str, ...]]
    design: str


def claims(scores: pd.DataFrame, scales: Scales, groups: pd.DataFrame, declared: Mapping[str, Claimed], *,
           respondents: Sequence[int] | np.ndarray | None = None, conf_level: float = 0.95, smallest: float = 0.20,
           language: str = "en") -> pd.DataFrame:
    r"""Hold every declared claim against the data.

    Parameters
    ----------
    scores, scales, groups
        As in `describe_scales`; an outcome may be a scale or a single item of ``scores``.
    declared : mapping of str to claim
        With ``text``, ``outcome``, ``expect``, ``compare`` (grouping, group, groups it is compared with), ``design``.
    respondents : sequence of length n_respondents, optional
        Whose answers each row holds; a comparison in which somebody appears twice is not analysed.
    conf_level : float, default 0.95
    smallest : float, default 0.20
        Smallest difference that matters, in standard deviations; for claims of no difference.
    language : {"en", "zh"}
        Of the claim's text.

    Returns
    -------
    DataFrame, one row per claim
        ``claim``, ``text``, ``outcome``, ``group`` (grouping variable), ``compared`` (groups), ``design``,
        ``expect``, ``n``, ``difference`` with ``ci.lower``, ``ci.upper``, ``g`` with ``g.ci.*``, ``verdict``,
        ``grade``, ``wording``.

    Raises
    ------
    DataError
        If no claim is declared, or a group has fewer than two respondents or no variance.

    Notes
    -----
    .. math::

        \hat\psi = \bar x_1 - \frac1m\sum_{j>1}\bar x_j, \quad
        se^2 = \frac{s_1^2}{n_1} + \frac1{m^2}\sum_{j>1}\frac{s_j^2}{n_j}

    with Satterthwaite's degrees of freedom; g as `helpers.cases.effect_sizes.standardized_contrast`. A claim of no
    difference is supported when the interval of g at level 1 - 2a lies within plus and minus ``smallest`` (two
    one-sided tests; Lakens, 2017). The claims were declared before the data; their p values are not adjusted.

    References
    ----------
    Shadish, W. R., Cook, T. D., & Campbell, D. T. (2002). Experimental and quasi-experimental designs for generalized
    causal inference. Houghton Mifflin. Lakens, D. (2017). Equivalence tests. Social Psychological and Personality
    Science, 8(4), 355-362.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> scores = pd.DataFrame({"tr1": [4, 5, 3, 6, 7, 6], "tr2": [4, 4, 3, 6, 6, 7]})
    >>> insurer = pd.DataFrame({"insurer": ["A", "A", "A", "B", "B", "B"]})
    >>> claim = SimpleNamespace(text={"en": "B is trusted more"}, outcome="trust", expect="higher",
    ...                         compare=("insurer", "B", ("A",)), design="cross-section")
    >>> table = claims(scores, {"trust": ["tr1", "tr2"]}, insurer, {"b_trust": claim})
    >>> table[["claim", "difference", "ci.lower", "ci.upper", "verdict", "grade", "wording"]].round(2)
         claim  difference  ci.lower  ci.upper    verdict grade     wording
    0  b_trust         2.5      0.84      4.16  supported  weak  difference
    """
    if not declared:
        raise DataError("cases.no_claims")
    repeated = respondents is not None and bool(pd.Series(np.asarray(respondents)).duplicated().any())
    rows = []
    for name, claim in declared.items():
        grouping, level, others = claim.compare
        row = {"claim": name, "text": claim.text.get(language) or next(iter(claim.text.values()), name),
               "outcome": claim.outcome, "group": grouping, "compared": _compared(level, others),
               "design": claim.design, "expect": claim.expect, **_unknown()}
        sample = _sample(scores, scales, groups, claim)
        if sample is None:
            row["verdict"] = "no data"
        elif claim.design in NOT_ANALYSED or repeated:
            row["verdict"] = "not analysed"
        else:
            row |= _estimated(sample, conf_level)
            row["verdict"] = _verdict(row, sample, claim, smallest, conf_level)
        row["grade"] = GRADE[claim.design] if row["verdict"] == "supported" else "none"
        row["wording"] = WORDING[claim.design]
        rows.append(row)
    table = pd.DataFrame(rows)
    table.attrs["checks"] = (invariance_not_tested(),)
    return table


def _compared(level: str, others: Sequence[str]) -> str:
    return f"{level} - {others[0]}" if len(others) == 1 else f"{level} - mean({', '.join(others)})"


def _unknown() -> dict:
    return {"n": 0, **dict.fromkeys(("difference", "ci.lower", "ci.upper", "g", "g.ci.lower", "g.ci.upper"), np.nan),
            "verdict": "", "grade": "", "wording": ""}


def _sample(scores: pd.DataFrame, scales: Scales, groups: pd.DataFrame, claim: Claimed) -> Samples | None:
    """Take the outcome in the groups that the claim names; None where the data do not hold them."""
    grouping, level, others = claim.compare
    items = scales.get(claim.outcome, (claim.outcome,))
    if grouping not in groups or not set(items) <= set(scores.columns):
        return None
    asked = groups[grouping].astype("string")
    if not {level, *others} <= set(asked.dropna()):
        return None
    named = asked.where(asked.isin([level, *others])).astype(pd.CategoricalDtype([level, *others]))
    return samples(scores, {claim.outcome: items}, named.to_frame())[0]


def _estimated(sample: Samples, conf_level: float) -> dict:
    from scipy.special import stdtrit

    weights = _weights(sample)
    share = weights**2 * sample.variances / sample.n
    difference, se = float((weights * sample.means).sum()), float(np.sqrt(share.sum()))
    df = float(share.sum() ** 2 / (share**2 / (sample.n - 1)).sum())
    reach = float(stdtrit(df, (1 + conf_level) / 2)) * se
    g = _standardized(sample, conf_level)
    return {"n": int(sample.n.sum()), "difference": difference, "ci.lower": difference - reach,
            "ci.upper": difference + reach, "g": g[0], "g.ci.lower": g[1], "g.ci.upper": g[2]}


def _standardized(sample: Samples, conf_level: float) -> tuple[float, float, float]:
    return standardized_contrast(sample.means, sample.variances, sample.n, _weights(sample), conf_level=conf_level)


def _weights(sample: Samples) -> np.ndarray:
    """Weigh the first group against the average of the others."""
    others = len(sample.levels) - 1
    return np.array([1.0, *[-1 / others] * others])


def _verdict(row: dict, sample: Samples, claim: Claimed, smallest: float, conf_level: float) -> str:
    lower, upper, bounds = row["ci.lower"], row["ci.upper"], (0.0, np.inf)
    if claim.expect == "lower":
        bounds = (-np.inf, 0.0)
    elif claim.expect == "no difference":
        # Two one-sided tests at level a are the interval at level 1 - 2a.
        lower, upper = _standardized(sample, 2 * conf_level - 1)[1:]
        bounds = (-smallest, smallest)
    if bounds[0] < lower and upper < bounds[1]:
        return "supported"
    return "contradicted" if upper < bounds[0] or lower > bounds[1] else "inconclusive"
