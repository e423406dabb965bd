"""Does an item run against its scale? Found and named, never turned round silently."""

from __future__ import annotations

import numpy as np

from helpers.errors import Check
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement.answers import Scale


def reversed_check(scale: Scale, cov: np.ndarray) -> Check:
    """Look for items that were asked the other way round and not declared so.

    An item counts as running against its scale when its sign on the first principal axis of the correlations differs
    from that of most of the others (weighted by the loadings). Two items that correlate negatively cannot tell which
    of them is the reversed one; both are named.

    Parameters
    ----------
    scale : Scale
    cov : ndarray, shape (k, k)
        Of its items.
    """
    against = items_against(cov)
    turned = np.where(against, -1.0, 1.0)
    if len(cov) == 2 and against.any():
        against = np.array([True, True])
    return Check("reversed_items", "caution", not against.any(), {
        "construct": scale.name or "-", "scales": 1,
        "items": [item for item, flagged in zip(scale.items, against, strict=True) if flagged],
        "alpha": float(alphas.of_covariances(cov[..., None])[0]),
        "alpha_turned": float(alphas.of_covariances((cov * np.outer(turned, turned))[..., None])[0]),
    })


def items_against(cov: np.ndarray) -> np.ndarray:
    """Which items have the lesser sign on the first principal axis.

    Parameters
    ----------
    cov : ndarray, shape (k, k)

    Returns
    -------
    ndarray of bool, shape (k,)

    Examples
    --------
    >>> items_against(np.array([[1, 0.5, -0.4], [0.5, 1, -0.3], [-0.4, -0.3, 1]]))
    array([False, False,  True])
    """
    sd = np.sqrt(np.diag(cov))
    axis = np.linalg.eigh(cov / np.outer(sd, sd))[1][:, -1]
    sums = axis.sum()
    return axis * (1.0 if sums >= 0 else -1.0) < 0
