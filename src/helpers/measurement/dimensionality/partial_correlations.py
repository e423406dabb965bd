"""After how many components is what is left of the items least like a pattern? Velicer's minimum average partial."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.measurement.dimensionality.correlations import Correlations, correlations

# A variable whose rest has a smaller variance is explained by the components: its partial correlations are 0/0.
SPENT = 1e-10


def minimum_average_partial(scores: pd.DataFrame | Correlations) -> pd.DataFrame:
    r"""Average the powers of the partial correlations that remain after each number of components.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items), or Correlations

    Returns
    -------
    DataFrame
        ``components`` (0 ... p - 2), ``map`` (mean square) and ``map4`` (mean fourth power, the revision of 2000).
        The number of components is where a column is smallest; 0 means that no component leaves less than none.

    Notes
    -----
    With principal components :math:`A_m`, :math:`C = R - A_m A_m'` and :math:`D = \operatorname{diag} C`,

    .. math:: \mathrm{MAP}_m = \frac{1}{p(p-1)} \sum_{i \ne j} \bigl(D^{-1/2} C D^{-1/2}\bigr)_{ij}^{2}

    The first power agrees with ``psych::vss()$map``.

    References
    ----------
    Velicer, W. F. (1976). Psychometrika, 41, 321-327. Velicer, Eaton & Fava (2000). In Goffin & Helmes (eds.), Problems
    and solutions in human assessment, 41-71.

    Examples
    --------
    >>> from helpers.measurement import correlations_given
    >>> loadings = np.array([0.8, 0.7, 0.6, 0.5])
    >>> r = pd.DataFrame(np.outer(loadings, loadings) + np.diag(1 - loadings**2), columns=list("abcd"))
    >>> minimum_average_partial(correlations_given(r, n=100)).round(3)
       components    map   map4
    0           0  0.182  0.039
    1           1  0.112  0.013
    2           2  0.401  0.236
    """
    found = correlations(scores)
    values, axes = np.linalg.eigh(found.r)
    loadings = axes[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0))
    p = len(found.r)
    left, rows = found.r.copy(), []
    for m in range(max(p - 1, 1)):
        rest = np.diag(left)
        if (rest < SPENT).any():
            break
        partial = left**2 / np.outer(rest, rest)
        np.fill_diagonal(partial, 0)
        rows.append((m, partial.sum() / (p * (p - 1)), (partial**2).sum() / (p * (p - 1))))
        left = left - np.outer(loadings[:, m], loadings[:, m])
    return pd.DataFrame(rows, columns=["components", "map", "map4"])
