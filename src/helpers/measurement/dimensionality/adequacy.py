"""Do the items share enough to be factored at all? Sampling adequacy and the test that nothing correlates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.measurement.dimensionality.correlations import Correlations, correlations, definite

# Kaiser (1974) calls values below "unacceptable"; the .60s "mediocre".
UNACCEPTABLE, MEDIOCRE = 0.50, 0.60


def kmo(scores: pd.DataFrame | Correlations) -> pd.Series:
    r"""Compute Kaiser's measure of sampling adequacy, by item and overall.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items), or Correlations

    Returns
    -------
    Series
        One value per item; the overall measure in ``attrs["overall"]``.

    Raises
    ------
    DataError
        If the matrix is not positive definite, or as `correlations`.

    Notes
    -----
    With correlations :math:`r_{ij}` and partial correlations :math:`q_{ij}` given all other items,

    .. math:: \mathrm{MSA}_i = \frac{\sum_{j \ne i} r_{ij}^2}{\sum_{j \ne i} r_{ij}^2 + \sum_{j \ne i} q_{ij}^2}

    and the overall measure sums over all pairs. Agrees with ``psych::KMO`` (tests/oracle/dimensions.R).

    References
    ----------
    Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39, 31-36.

    Examples
    --------
    >>> from helpers.measurement import correlations_given
    >>> even = pd.DataFrame(0.5 + 0.5 * np.eye(3), columns=list("abc"))
    >>> kmo(correlations_given(even, n=100)).round(3).tolist()
    [0.692, 0.692, 0.692]
    """
    found = correlations(scores)
    inverse = np.linalg.inv(definite(found))
    scale = np.sqrt(np.diag(inverse))
    r2, q2 = found.r**2, (inverse / np.outer(scale, scale))**2
    np.fill_diagonal(r2, 0)
    np.fill_diagonal(q2, 0)
    by_item = pd.Series(r2.sum(axis=1) / (r2.sum(axis=1) + q2.sum(axis=1)), index=list(found.items), name="kmo")
    by_item.attrs["overall"] = float(r2.sum() / (r2.sum() + q2.sum()))
    return by_item


def bartlett(scores: pd.DataFrame | Correlations) -> dict[str, float]:
    r"""Test that no two items correlate in the population.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items), or Correlations

    Returns
    -------
    dict
        ``chisq``, ``df``, ``pvalue``; of polychoric correlations only ``df``, for the test is not defined there.

    Raises
    ------
    DataError
        As `kmo`.

    Notes
    -----
    .. math:: \chi^2 = -\Bigl(n - 1 - \frac{2p + 5}{6}\Bigr) \log |R|, \qquad df = \frac{p(p-1)}{2}

    The distribution is that of normal answers. Agrees with ``psych::cortest.bartlett``.

    References
    ----------
    Bartlett, M. S. (1950). Tests of significance in factor analysis. British Journal of Statistical Psychology, 3,
    77-85.

    Examples
    --------
    >>> pair = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5]})
    >>> {name: round(value, 3) for name, value in bartlett(pair).items()}
    {'chisq': 2.554, 'df': 1, 'pvalue': 0.11}
    """
    from scipy.special import chdtrc

    found = correlations(scores)
    p = len(found.items)
    df = p * (p - 1) // 2
    if found.kind != "pearson":
        return {"chisq": math.nan, "df": df, "pvalue": math.nan}
    chisq = -(found.n - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(definite(found))[1])
    return {"chisq": chisq, "df": df, "pvalue": float(chdtrc(df, chisq)) if chisq > 0 else math.nan}


def adequacy(scores: pd.DataFrame | Correlations, constructs: Mapping[str, Sequence[str]] | None = None, *,
             estimator: str = "ML") -> pd.DataFrame:
    """Show whether the items can be factored, in one row.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items), or Correlations
    constructs, estimator
        As `correlations`.

    Returns
    -------
    DataFrame, one row
        ``n``, ``missing`` (respondents left out), ``items``, ``correlations`` (pearson, polychoric), ``kmo``,
        ``lowest.kmo`` (by item; ``attrs["lowest"]`` names it), ``chisq``, ``df``, ``pvalue`` (Bartlett's test).
        ``attrs["checks"]``: the measure overall and by item.

    Raises
    ------
    DataError
        As `kmo`.

    Examples
    --------
    >>> adequacy(scores, scales)[["n", "items", "kmo"]]  # doctest: +SKIP
    """
    found = correlations(scores, constructs, estimator=estimator)
    by_item = kmo(found)
    overall = by_item.attrs["overall"]
    table = pd.DataFrame([{
        "n": found.n, "missing": found.missing, "items": len(found.items), "correlations": found.kind, "kmo": overall,
        "lowest.kmo": float(by_item.min()), **bartlett(found)}])
    table.attrs["lowest"] = str(by_item.idxmin())
    low = [item for item, value in by_item.items() if value < UNACCEPTABLE]
    table.attrs["checks"] = (
        Check("kmo", "caution", overall >= MEDIOCRE, {"kmo": overall, "at_least": MEDIOCRE}),
        Check("kmo_items", "info", not low, {"items": low, "at_least": UNACCEPTABLE, "lowest": float(by_item.min())}))
    return table
