r"""What each respondent says about each parameter: derivatives of one respondent's normal log-likelihood.

With :math:`z = x - \mu` and :math:`y = T'\Sigma^{-1}z` the derivative with respect to a parameter whose
:math:`d\Sigma = w(uv' + vu')`, :math:`d\mu = fu` is :math:`w(y_u y_v - u'\Sigma^{-1}v) + f y_u`, so no vector of
length p² per respondent is formed.

References
----------
Huber (1967). White (1982). Econometrica, 50, 1-25. Yuan & Bentler (2000). Sociological Methodology, 30, 165-200.
"""

from __future__ import annotations

import numpy as np

from helpers.sem.model.implied import Implied, Layout, mean_factors


def scores(layout: Layout, implied: Implied, inverse: np.ndarray, away: np.ndarray, *, means: bool,
           centre: np.ndarray | None = None) -> np.ndarray:
    """Differentiate each respondent's log-likelihood.

    Parameters
    ----------
    layout : Layout
    implied : Implied
    inverse : ndarray, shape (p, p)
        Of the implied covariances.
    away : ndarray, shape (n, p)
        Answers less their (implied or observed) means.
    means : bool
        Whether means are modelled.
    centre : ndarray, shape (p, p), optional
        Covariances that products are compared with; None: the implied ones.

    Returns
    -------
    ndarray, shape (n, k)
        For the k parameters of a group.
    """
    pulled = (implied.atoms.T @ inverse) @ away.T  # one row per column of T: rows are gathered faster than columns
    matrix = inverse if centre is None else inverse @ centre @ inverse
    inner = implied.atoms.T @ matrix @ implied.atoms
    left = pulled[layout.left]
    found = pulled[layout.right]
    found *= left
    found -= inner[layout.left, layout.right][:, None]
    found *= layout.weight[:, None]
    if means:
        found += left * mean_factors(layout, implied)[:, None]
    return found.T
