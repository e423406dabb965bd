"""How alike are respondents of one branch or agent? Intraclass correlation, design effect, effective n."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError

# Below, errors that are robust to clusters are too small (Cameron & Miller, 2015); below the second, still by a little.
FEW, ENOUGH = 30, 50
# Design effect from which ignoring the clusters distorts errors noticeably (Muthen & Satorra, 1995).
LARGE = 2.0
COLUMNS = ("cluster", "construct", "n", "clusters", "size", "icc", "icc.ci.lower", "icc.ci.upper", "icc.reml",
           "design.effect", "n.effective")


def clustering(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], clusters: pd.DataFrame, *,
               conf_level: float = 0.95) -> pd.DataFrame:
    r"""Intraclass correlation, design effect and effective n of every scale mean, by column of clusters.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.
    clusters : DataFrame, shape (n_respondents, n_columns)
        Number of each respondent's cluster; NaN where there is none.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row per column of clusters and construct
        ``cluster``, ``construct``, ``n`` (respondents with a cluster and every item), ``clusters``, ``size`` (mean),
        ``icc`` (one-way analysis of variance), ``icc.ci.lower``, ``icc.ci.upper``, ``icc.reml``, ``design.effect``,
        ``n.effective``. ``attrs["checks"]`` holds the gates. No cluster is named or counted by itself.

    Raises
    ------
    DataError
        ``measurement.no_clusters``: none declared; ``measurement.too_few_clusters``: fewer than two, or nobody shares
        one.

    Notes
    -----
    With J clusters of sizes :math:`m_j`, N respondents and :math:`m_0 = (N - \sum m_j^2/N)/(J-1)`,

    .. math:: ICC = \frac{MS_B - MS_W}{MS_B + (m_0 - 1) MS_W}, \qquad
              deff = 1 + \Bigl(\frac{\sum_j m_j^2}{N} - 1\Bigr) ICC, \qquad n_{eff} = N / deff

    A negative ICC is shown and counts as 0 in the design effect. The interval is Searle's, exact for normal scores in
    clusters of one size, otherwise with :math:`m_0` in its place. The REML estimate is not below 0; for clusters of one
    size it is the other, where that is positive. Agrees with R's ``nlme`` (tests/oracle/clustering.R).

    References
    ----------
    Searle, S. R. (1971). Linear models. Wiley. Kish, L. (1965). Survey sampling. Wiley. Donner, A. (1986).
    International Statistical Review, 54, 67-82.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [1., 2, 2, 5, 4, 6], "b": [2., 1, 2, 6, 5, 5]})
    >>> table = clustering(scores, {"trust": ["a", "b"]}, pd.DataFrame({"branch": [0, 0, 0, 1, 1, 1]}))
    >>> table[["icc", "icc.reml", "design.effect", "n.effective"]].round(3)
         icc  icc.reml  design.effect  n.effective
    0  0.967     0.967          2.933        2.045
    """
    if not clusters.shape[1]:
        raise DataError("measurement.no_clusters")
    rows = []
    for column in clusters.columns:
        for name, items in constructs.items():
            mean = scores[list(items)].mean(axis=1, skipna=False)
            there = mean.notna() & clusters[column].notna()
            rows.append({"cluster": str(column), "construct": name, **one_way(
                mean[there].to_numpy(float), pd.factorize(clusters.loc[there, column])[0], conf_level=conf_level)})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs.update(conf_level=conf_level, checks=_checks(table))
    return table


def one_way(values: np.ndarray, codes: np.ndarray, *, conf_level: float) -> dict[str, float]:
    """Take the variance apart into between and within clusters; see `clustering`.

    Parameters
    ----------
    values : ndarray, shape (n,)
    codes : ndarray of int, shape (n,)
        From 0, none left out.
    conf_level : float
    """
    from scipy.special import fdtri

    sizes = np.bincount(codes).astype(float)
    n, groups = len(values), len(sizes)
    if groups < 2 or n <= groups:
        raise DataError("measurement.too_few_clusters", clusters=groups, n=n)
    means = np.bincount(codes, weights=values) / sizes
    within = float(((values - means[codes]) ** 2).sum()) / (n - groups)
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    usual = (n - (sizes**2).sum() / n) / (groups - 1)
    ratio = between / within if within > 0 else math.inf
    tail = (1 - conf_level) / 2
    limits = [_of_ratio(ratio / float(fdtri(groups - 1, n - groups, share)), usual) for share in (1 - tail, tail)]
    icc = _of_ratio(ratio, usual)
    effect = 1 + ((sizes**2).sum() / n - 1) * max(icc, 0.0)
    return {"n": n, "clusters": groups, "size": n / groups, "icc": icc, "icc.ci.lower": limits[0],
            "icc.ci.upper": limits[1], "icc.reml": _reml(sizes, means, within * (n - groups)),
            "design.effect": effect, "n.effective": n / effect}


def _of_ratio(ratio: float, size: float) -> float:
    return 1.0 if math.isinf(ratio) else (ratio - 1) / (ratio + size - 1)


def _reml(sizes: np.ndarray, means: np.ndarray, inside: float) -> float:
    """Maximise the restricted likelihood in the intraclass correlation; the other parameters are solved for."""
    from scipy.optimize import minimize_scalar

    n = sizes.sum()

    def deviance(icc: float) -> float:
        spread = icc / (1 - icc)
        weights = sizes / (1 + sizes * spread)
        centre = (weights * means).sum() / weights.sum()
        residual = inside + (weights * (means - centre) ** 2).sum()
        return (n - 1) * math.log(residual) + np.log1p(sizes * spread).sum() + math.log(weights.sum())

    if inside <= 0:
        return 1.0
    found = minimize_scalar(deviance, bounds=(0.0, 1 - 1e-9), method="bounded", options={"xatol": 1e-10})
    return float(found.x) if found.fun < deviance(0.0) else 0.0


def _checks(table: pd.DataFrame) -> tuple[Check, ...]:
    checks = []
    for column, rows in table.groupby("cluster", sort=False):
        fewest = int(rows["clusters"].min())
        largest = rows.loc[rows["design.effect"].idxmax()]
        checks.append(Check("few_clusters", "caution" if fewest < FEW else "info", fewest >= ENOUGH, {
            "cluster": column, "found": fewest, "few": FEW, "enough": ENOUGH}))
        checks.append(Check("design_effect", "caution", largest["design.effect"] < LARGE, {
            "cluster": column, "construct": largest["construct"], "effect": float(largest["design.effect"]),
            "widened": math.sqrt(largest["design.effect"]), "bound": LARGE}))
    return tuple(checks)
