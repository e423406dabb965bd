"""Are the answers to a scale normal? Item by item, and all together as maximum likelihood takes them to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check

LEVEL = 0.05
_ROWS = 1000  # respondents whose products with all others are held at once
ALL = "all"


def mardia(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    r"""Test multivariate skewness and kurtosis (Mardia), scale by scale and for all items together.

    Parameters
    ----------
    scores : DataFrame of float, shape (n, items)
        Reverse-coded; NaN where an answer is missing.
    scales : mapping of str to sequence of str
        Construct -> items.

    Returns
    -------
    DataFrame, one row per scale and one for all items (``construct`` "all", where there are several scales)
        ``construct``, ``k``, ``n`` (complete answers to the scale), ``b1p``, ``chisq``, ``df``, ``pvalue`` (of the
        skewness), ``b2p``, ``normal.b2p`` (what it is for normal answers), ``z``, ``z.pvalue``. NaN where the
        covariance matrix of the complete answers has no inverse; scales without a test count in no gate.

    Notes
    -----
    With S the covariances with divisor n - 1, as ``psych::mardia`` has it (Mardia divides by n):

    .. math:: d_{ij} = (x_i - \bar x)' S^{-1} (x_j - \bar x), \quad b_{1,p} = \frac{1}{n^2} \sum_{i,j} d_{ij}^3,
              \quad b_{2,p} = \frac{1}{n} \sum_i d_{ii}^2

    .. math:: \chi^2 = n\, b_{1,p} / 6, \; \mathit{df} = p (p + 1) (p + 2) / 6, \qquad
              z = \frac{b_{2,p} - p (p + 2)}{\sqrt{8 p (p + 2) / n}}

    With rounded answers and some hundred respondents both reject nearly always; how far b2p is above its normal value
    says more than p. Agrees with ``psych::mardia`` (tests/oracle/normality.R).

    References
    ----------
    Mardia, K. V. (1970). Measures of multivariate skewness and kurtosis with applications. Biometrika, 57(3), 519-530.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> answers = pd.DataFrame(draw.normal(size=(300, 3)), columns=["a", "b", "c"])
    >>> mardia(answers, {"trust": ["a", "b", "c"]})[["construct", "k", "n", "df"]]
      construct  k    n  df
    0     trust  3  300  10
    """
    from scipy.special import chdtrc, ndtr

    every = list(dict.fromkeys(item for items in scales.values() for item in items))
    asked = dict(scales) | ({ALL: every} if len(scales) > 1 else {})
    rows = []
    for name, items in asked.items():
        answers = scores[list(items)].dropna().to_numpy(dtype=float)
        n, p = answers.shape
        skew, kurtosis = moments_of(answers)
        chisq, df = n * skew / 6, p * (p + 1) * (p + 2) // 6
        z = (kurtosis - p * (p + 2)) / np.sqrt(8 * p * (p + 2) / n) if n else np.nan
        rows.append((name, p, n, skew, chisq, df, float(chdtrc(df, chisq)), kurtosis, float(p * (p + 2)), z,
                     float(2 * ndtr(-abs(z)))))
    table = pd.DataFrame(rows, columns=["construct", "k", "n", "b1p", "chisq", "df", "pvalue", "b2p", "normal.b2p", "z",
                                        "z.pvalue"])
    tested = table["pvalue"].notna() & (table["construct"] != ALL)
    rejected = ((table["pvalue"] < LEVEL) | (table["z.pvalue"] < LEVEL)) & (table["construct"] != ALL)
    said = {"constructs": table.loc[rejected, "construct"].tolist(), "count": int(rejected.sum()),
            "scales": int(tested.sum())}
    table.attrs["checks"] = (Check("multivariate_normality", "info", not rejected.any(), said),) if tested.any() else ()
    return table


def moments_of(answers: np.ndarray) -> tuple[float, float]:
    """Mardia's skewness and kurtosis of complete answers, shape (n, p); NaN where S has no inverse.

    Examples
    --------
    >>> [round(value, 3) for value in moments_of(np.array([[1.0], [2.0], [3.0], [6.0]]))]
    [0.199, 1.125]
    """
    n, p = answers.shape
    if n <= p or not (np.ptp(answers, axis=0) > 0).all():
        return float("nan"), float("nan")
    away = answers - answers.mean(axis=0)
    cov = np.atleast_2d(np.cov(away, rowvar=False))
    sd = np.sqrt(np.diag(cov))
    if np.linalg.eigvalsh(cov / np.outer(sd, sd))[0] < 1e-10:
        return float("nan"), float("nan")
    white = np.linalg.solve(np.linalg.cholesky(cov), away.T)
    skew = 0.0
    for at in range(0, n, _ROWS):
        product = white[:, at:at + _ROWS].T @ white
        skew += float((product * product * product).sum())
    return skew / n**2, float(((white**2).sum(axis=0) ** 2).mean())


def normality(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]], items: pd.DataFrame) -> pd.DataFrame:
    """Show by construct how far the answers are from normal, item by item and together.

    Parameters
    ----------
    scores : DataFrame of float, shape (n, items)
    scales : mapping of str to sequence of str
        Construct -> items.
    items : DataFrame
        As from `helpers.survey.describe_items`.

    Returns
    -------
    DataFrame, one row per construct, and one for all items
        ``construct``, ``n``, ``max.skew``, ``max.kurtosis`` (of an item, largest in absolute value, with its
        sign), ``max.end.share`` (largest share of answers at one end), ``b1p``, ``pvalue``, ``b2p``, ``normal.b2p``,
        ``z.pvalue`` as from `mardia`. ``attrs["checks"]`` holds the gate.
    """
    table = mardia(scores, scales)
    known = items.set_index("item")
    every = list(dict.fromkeys(item for names in scales.values() for item in names))
    single = []
    for name in table["construct"]:
        part = known.loc[list(scales.get(name, every))]
        single.append((_largest(part["skew"]), _largest(part["kurtosis"]),
                       float(part[["floor", "ceiling"]].max(axis=None))))
    shown = pd.DataFrame(single, columns=["max.skew", "max.kurtosis", "max.end.share"])
    shown = pd.concat([table[["construct", "n"]], shown, table[["b1p", "pvalue", "b2p", "normal.b2p", "z.pvalue"]]],
                      axis=1)
    shown.attrs = dict(table.attrs)
    return shown


def _largest(values: pd.Series) -> float:
    known = values.dropna()
    return float(known.loc[known.abs().idxmax()]) if len(known) else float("nan")
