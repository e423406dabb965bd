"""Where does each group stand, and which groups differ? Means, Welch tests, Games-Howell pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from helpers.cases.effect_sizes import omega_squared, standardized_contrast
from helpers.cases.samples import Samples, samples
from helpers.cases.studentized_range import distribution, quantile
from helpers.cases.welch import welch
from helpers.errors import Check
from helpers.moments.multiplicity import holm

Scales = Mapping[str, Sequence[str]]


def describe_scales(scores: pd.DataFrame, scales: Scales, groups: pd.DataFrame, *,
                    conf_level: float = 0.95) -> pd.DataFrame:
    """Mean of every scale in every group.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    scales : mapping of str to sequence of str
        Scale -> its items; one item is enough.
    groups : DataFrame, shape (n_respondents, n_groupings)
        The row's group in each grouping variable; NaN leaves the row out of that grouping.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row per grouping, scale and group
        ``group`` (the grouping variable), ``construct``, ``level``, ``n``, ``mean`` (of the respondents' item means,
        on the response scale), ``sd``, ``se``, ``ci.lower``, ``ci.upper`` (t interval).

    Raises
    ------
    DataError
        If no grouping is declared, a group has fewer than two respondents or no variance, or an item is unknown.

    Examples
    --------
    >>> scores = pd.DataFrame({"tr1": [4, 5, 3, 6, 7, 6], "tr2": [4, 4, 3, 6, 6, 7]})
    >>> insurer = pd.DataFrame({"insurer": ["A", "A", "A", "B", "B", "B"]})
    >>> describe_scales(scores, {"trust": ["tr1", "tr2"]}, insurer)[["level", "n", "mean", "sd"]].round(2)
      level  n  mean    sd
    0     A  3  3.83  0.76
    1     B  3  6.33  0.29
    """
    from scipy.special import stdtrit

    rows = []
    for sample in samples(scores, scales, groups):
        se = np.sqrt(sample.variances / sample.n)
        reach = stdtrit(sample.n - 1, (1 + conf_level) / 2) * se
        rows += [{"group": sample.grouping, "construct": sample.construct, "level": level, "n": int(n),
                  "mean": mean, "sd": sd, "se": error, "ci.lower": mean - far, "ci.upper": mean + far}
                 for level, n, mean, sd, error, far in zip(sample.levels, sample.n, sample.means,
                                                           np.sqrt(sample.variances), se, reach, strict=True)]
    return pd.DataFrame(rows)


def compare_scales(scores: pd.DataFrame, scales: Scales, groups: pd.DataFrame, *,
                   respondents: Sequence[int] | np.ndarray | None = None, conf_level: float = 0.95) -> pd.DataFrame:
    """Test every scale over the groups of every grouping variable, and say how large the difference is.

    Parameters
    ----------
    scores, scales, groups, conf_level
        As in `describe_scales`.
    respondents : sequence of length n_respondents, optional
        Whose answers each row holds; the tests are refused when somebody appears twice.

    Returns
    -------
    DataFrame, one row per grouping and scale
        ``group`` (the grouping variable), ``construct``, ``groups`` (how many), ``n``, ``n.smallest`` (group), ``f``,
        ``df1``, ``df2``, ``pvalue``, ``pvalue.holm`` (over the scales of one grouping), ``omega2``,
        ``omega2.ci.lower``, ``omega2.ci.upper``. Two groups: F is the square of Welch's t.

    Raises
    ------
    DataError
        As `describe_scales`; if a grouping has one group only, or somebody appears twice.

    Notes
    -----
    Formulas: `helpers.cases.welch.welch`, `helpers.cases.effect_sizes.omega_squared`. Differences of observed scale
    scores describe; that they are differences of the constructs assumes invariant measurement, which a gate recalls.

    References
    ----------
    Welch (1951), Steiger (2004), Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    Scandinavian Journal of Statistics, 6(2), 65-70.

    Examples
    --------
    >>> scores = pd.DataFrame({"tr1": [4, 5, 3, 6, 7, 6], "tr2": [4, 4, 3, 6, 6, 7]})
    >>> insurer = pd.DataFrame({"insurer": ["A", "A", "A", "B", "B", "B"]})
    >>> table = compare_scales(scores, {"trust": ["tr1", "tr2"]}, insurer)
    >>> table[["construct", "n", "f", "df1", "df2", "pvalue", "omega2"]].round(3)
      construct  n       f  df1   df2  pvalue  omega2
    0     trust  6  28.125  1.0  2.56   0.019   0.819
    """
    found = samples(scores, scales, groups, respondents=respondents)
    tables = []
    for _, of_one in groupby(found, key=lambda sample: sample.grouping):
        table = pd.DataFrame([_compared(sample, conf_level) for sample in of_one])
        table.insert(list(table.columns).index("pvalue") + 1, "pvalue.holm", holm(table["pvalue"].to_numpy()))
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    table.attrs["checks"] = (invariance_not_tested(),)
    return table


def pairwise(scores: pd.DataFrame, scales: Scales, groups: pd.DataFrame, *,
             respondents: Sequence[int] | np.ndarray | None = None, conf_level: float = 0.95) -> pd.DataFrame:
    r"""Compare every two groups on every scale: Games-Howell, and Hedges' g.

    Parameters
    ----------
    scores, scales, groups, respondents, conf_level
        As in `compare_scales`.

    Returns
    -------
    DataFrame, one row per grouping, scale and pair
        ``group`` (the grouping variable), ``construct``, ``group1``, ``group2``, ``n1``, ``n2``, ``difference``
        (group1 - group2, on the response scale) with ``ci.lower``, ``ci.upper`` (simultaneous over the pairs of one
        scale), ``se``, ``df``, ``pvalue`` (adjusted over these pairs), ``g`` with ``g.ci.*`` (not simultaneous).

    Raises
    ------
    DataError
        As `compare_scales`.

    Notes
    -----
    .. math::

        se^2 = \frac{s_1^2}{n_1}+\frac{s_2^2}{n_2}, \quad
        df = \frac{se^4}{\frac{(s_1^2/n_1)^2}{n_1-1}+\frac{(s_2^2/n_2)^2}{n_2-1}}, \quad
        \bar x_1 - \bar x_2 \pm \frac{q_{a,df}}{\sqrt2}\,se

    with q the quantile of the studentized range of all a groups. Two groups: Welch's t test. g:
    `helpers.cases.effect_sizes.standardized_contrast`.

    References
    ----------
    Games, P. A., & Howell, J. F. (1976). Pairwise multiple comparison procedures with unequal n's and/or variances.
    Journal of Educational Statistics, 1(2), 113-125.

    Examples
    --------
    >>> scores = pd.DataFrame({"tr1": [4, 5, 3, 6, 7, 6], "tr2": [4, 4, 3, 6, 6, 7]})
    >>> insurer = pd.DataFrame({"insurer": ["A", "A", "A", "B", "B", "B"]})
    >>> table = pairwise(scores, {"trust": ["tr1", "tr2"]}, insurer)
    >>> table[["group1", "group2", "difference", "ci.lower", "ci.upper", "pvalue", "g"]].round(3)
      group1 group2  difference  ci.lower  ci.upper  pvalue      g
    0      A      B        -2.5    -4.157    -0.843   0.019 -3.464
    """
    found = samples(scores, scales, groups, respondents=respondents)
    table = pd.DataFrame([_pair(sample, one, other, conf_level) for sample in found
                          for one, other in combinations(range(len(sample.levels)), 2)])
    table.attrs["checks"] = (invariance_not_tested(),)
    return table


def invariance_not_tested() -> Check:
    """Recall what a comparison of observed scores takes for granted; nobody has tested it here."""
    return Check("composite_comparison", "caution", False)


def _compared(sample: Samples, conf_level: float) -> dict:
    test, n = welch(sample), int(sample.n.sum())
    size = omega_squared(test.f, df1=test.df1, df2=test.df2, n=n, conf_level=conf_level)
    return {"group": sample.grouping, "construct": sample.construct, "groups": len(sample.levels), "n": n,
            "n.smallest": int(sample.n.min()), "f": test.f, "df1": test.df1, "df2": test.df2, "pvalue": test.pvalue,
            "omega2": size[0], "omega2.ci.lower": size[1], "omega2.ci.upper": size[2]}


def _pair(sample: Samples, one: int, other: int, conf_level: float) -> dict:
    at = [one, other]
    n, means, variances, k = sample.n[at], sample.means[at], sample.variances[at], len(sample.levels)
    share = variances / n
    se = float(np.sqrt(share.sum()))
    df = float(share.sum() ** 2 / (share**2 / (n - 1)).sum())
    difference = float(means[0] - means[1])
    reach = quantile(conf_level, k=k, df=df) / np.sqrt(2) * se
    g = standardized_contrast(means, variances, n, np.array([1.0, -1.0]), conf_level=conf_level)
    return {"group": sample.grouping, "construct": sample.construct, "group1": sample.levels[one],
            "group2": sample.levels[other], "n1": int(n[0]), "n2": int(n[1]), "difference": difference,
            "ci.lower": difference - reach, "ci.upper": difference + reach, "se": se, "df": df,
            "pvalue": max(0.0, 1 - distribution(abs(difference) / se * np.sqrt(2), k=k, df=df)),
            "g": g[0], "g.ci.lower": g[1], "g.ci.upper": g[2]}
