r"""How much do true effects differ between studies? The variance between them by REML, and what it is out of.

With estimates :math:`y_i`, sampling variances :math:`v_i` and weights :math:`w_i = 1/(v_i + \tau^2)`.

References
----------
Viechtbauer (2005). Journal of Educational and Behavioral Statistics, 30, 261-293. Viechtbauer (2007). Statistics in
Medicine, 26, 37-52. Higgins & Thompson (2002). Statistics in Medicine, 21, 1539-1558.
"""

from __future__ import annotations

import numpy as np

_GRID = 200
"""Places at which the slope of the likelihood is looked at before its roots are refined: it can have several."""


def weighted(y: np.ndarray, v: np.ndarray, tau2: float) -> tuple[float, float, float]:
    """Weigh estimates by their total variances.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    tau2 : float

    Returns
    -------
    mean, variance, q : float
        The weighted mean, the inverse of the sum of weights, and the weighted sum of squares around the mean.
    """
    w = 1 / (v + tau2)
    mean = float(w @ y / w.sum())
    return mean, float(1 / w.sum()), float(w @ (y - mean) ** 2)


def reml(y: np.ndarray, v: np.ndarray) -> float:
    r"""Estimate the variance between studies by restricted maximum likelihood; 0 where the maximum is at the border.

    Parameters
    ----------
    y, v : ndarray, shape (k,)

    Notes
    -----
    Maximizes :math:`-\frac12 \sum_i \log(v_i + \tau^2) - \frac12 \log \sum_i w_i - \frac12 \sum_i w_i (y_i - \mu)^2`
    over :math:`\tau^2 \ge 0`: every root of its slope, and the border, are compared.

    Examples
    --------
    >>> round(reml(np.array([0.1, 0.5, 0.9]), np.array([0.01, 0.01, 0.01])), 6)
    0.15
    """
    from scipy.optimize import brentq

    most = 4 * float(np.ptp(y) ** 2) + float(v.max())
    places = np.concatenate([[0.0], np.geomspace(1e-10 * most, most, _GRID)])
    slopes = _slope(y, v, places)
    found = [0.0]
    for at in np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0)):
        found.append(brentq(lambda tau2: float(_slope(y, v, tau2)), places[at], places[at + 1], xtol=1e-15, rtol=1e-14))
    return max(found, key=lambda tau2: _likelihood(y, v, tau2))


def _likelihood(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
    w = 1 / (v + tau2)
    mean = w @ y / w.sum()
    return float(np.log(w).sum() - np.log(w.sum()) - w @ (y - mean) ** 2) / 2


def _slope(y: np.ndarray, v: np.ndarray, tau2: float | np.ndarray) -> np.ndarray:
    """Differentiate the likelihood at one or several variances."""
    w = 1 / (v + np.asarray(tau2)[..., None])
    total = w.sum(axis=-1)
    mean = w @ y / total
    return (-total + (w**2).sum(axis=-1) / total + (w**2 * (y - mean[..., None]) ** 2).sum(axis=-1)) / 2


def q_profile(y: np.ndarray, v: np.ndarray, *, conf_level: float) -> tuple[float, float]:
    r"""Find the variances between studies at which the sum of squares is not surprising.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    conf_level : float

    Returns
    -------
    lower, upper : float
        0 where even no variance leaves the sum of squares that small.

    Notes
    -----
    :math:`Q(\tau^2) = \sum_i w_i (y_i - \mu)^2` has a :math:`\chi^2_{k-1}` distribution at the true :math:`\tau^2` and
    falls with it; the limits are where it meets the two quantiles (Viechtbauer, 2007).

    Examples
    --------
    >>> [round(limit, 3) for limit in q_profile(np.array([0.1, 0.5, 0.9]), np.full(3, 0.01), conf_level=0.95)]
    [0.033, 6.31]
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    quantiles = chi2.ppf([(1 + conf_level) / 2, (1 - conf_level) / 2], len(y) - 1)
    limits = []
    for quantile in quantiles:
        if weighted(y, v, 0.0)[2] <= quantile:
            limits.append(0.0)
            continue
        # Q <= sum of squares / tau2, so that beyond this place it has passed the quantile.
        most = float(((y - y.mean()) ** 2).sum() / quantile) + float(v.max())
        limits.append(float(brentq(lambda tau2, at=quantile: weighted(y, v, tau2)[2] - at, 0.0, most, xtol=1e-14)))
    return limits[0], limits[1]


def share(v: np.ndarray, tau2: float) -> float:
    r"""Share of the variance of estimates that is not sampling: I².

    Parameters
    ----------
    v : ndarray, shape (k,)
    tau2 : float

    Notes
    -----
    :math:`I^2 = \tau^2 / (\tau^2 + s^2)` with the typical sampling variance
    :math:`s^2 = (k-1) \sum v_i^{-1} / ((\sum v_i^{-1})^2 - \sum v_i^{-2})` (Higgins & Thompson, 2002).

    Examples
    --------
    >>> share(np.full(4, 0.02), 0.06)
    0.75
    """
    w = 1 / v
    typical = (len(v) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    return float(tau2 / (tau2 + typical))
