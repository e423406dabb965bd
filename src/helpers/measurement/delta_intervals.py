"""How precisely are composite reliability and average variance extracted known? From the covariances of a fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from helpers.sem import SemFit


def covariances(fit: SemFit, places: Sequence[int]) -> np.ndarray:
    """Covariances of completely standardized estimates, by the delta method.

    Parameters
    ----------
    fit : SemFit
    places : sequence of int, length k
        Rows of ``fit.parameters``.

    Returns
    -------
    ndarray, shape (k, k)
        NaN where the fit has no standard errors.
    """
    slopes = fit.std_slopes[list(places)]
    return slopes @ fit.rows_vcov @ slopes.T


def cr_and_ave(loadings: np.ndarray, covariances: np.ndarray, *, conf_level: float) -> dict[str, float]:
    r"""Composite reliability and average variance extracted with their intervals.

    Parameters
    ----------
    loadings : ndarray, shape (k,)
        Completely standardized.
    covariances : ndarray, shape (k, k)
        Of the loadings.
    conf_level : float

    Returns
    -------
    dict
        ``cr cr.ci.lower cr.ci.upper ave ave.ci.lower ave.ci.upper``; limits are NaN where the coefficient lies outside
        0 to 1 or the covariances are not known.

    Notes
    -----
    With :math:`s = \sum_i l_i` and :math:`e = \sum_i (1 - l_i^2)`,

    .. math:: \frac{\partial CR}{\partial l_i} = \frac{2 s e + 2 s^2 l_i}{(s^2 + e)^2}, \qquad
              \frac{\partial AVE}{\partial l_i} = \frac{2 l_i}{k}

    Examples
    --------
    >>> found = cr_and_ave(np.array([0.8, 0.7, 0.6]), np.diag([0.001, 0.002, 0.002]), conf_level=0.95)
    >>> {name: round(float(value), 3) for name, value in found.items()}
    {'cr': 0.745, 'cr.ci.lower': 0.693, 'cr.ci.upper': 0.791, 'ave': 0.497, 'ave.ci.lower': 0.434, 'ave.ci.upper': 0.56}
    """
    total, error = loadings.sum(), (1 - loadings**2).sum()
    cr, ave = total**2 / (total**2 + error), float(np.mean(loadings**2))
    of_cr = (2 * total * error + 2 * total**2 * loadings) / (total**2 + error) ** 2
    found = {}
    for name, value, slopes in (("cr", cr, of_cr), ("ave", ave, 2 * loadings / len(loadings))):
        lower, upper = logit_interval(value, float(slopes @ covariances @ slopes), conf_level=conf_level)
        found |= {name: float(value), f"{name}.ci.lower": lower, f"{name}.ci.upper": upper}
    return found


def logit_interval(value: float, variance: float, *, conf_level: float) -> tuple[float, float]:
    """Interval of a share that is normal for its logit.

    Examples
    --------
    >>> tuple(round(limit, 3) for limit in logit_interval(0.9, 0.0004, conf_level=0.95))
    (0.853, 0.933)
    """
    from scipy.special import expit, logit, ndtri

    if not (0 < value < 1 and variance >= 0):
        return float("nan"), float("nan")
    reach = float(ndtri((1 + conf_level) / 2)) * variance**0.5 / (value * (1 - value))
    return float(expit(logit(value) - reach)), float(expit(logit(value) + reach))
