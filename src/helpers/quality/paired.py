"""Is the mean of a difference zero, and how far from it in standard deviations? The paired t test."""

from __future__ import annotations

import numpy as np

from helpers.errors import DataError


def tested(differences: np.ndarray, *, conf_level: float, where: str) -> dict[str, float]:
    r"""Test paired differences against zero.

    Parameters
    ----------
    differences : ndarray, shape (n,)
    conf_level : float
    where : str
        Named in the refusal.

    Returns
    -------
    dict
        ``gap`` (mean difference) with ``ci.lower``, ``ci.upper``; ``sd``, ``t``, ``df``, ``pvalue``; ``dz`` with
        ``dz.ci.lower``, ``dz.ci.upper``.

    Raises
    ------
    DataError
        If all differences are the same: there is no error to compare the mean with.

    Notes
    -----
    .. math:: t = \frac{\bar d}{s_d/\sqrt n}, \qquad d_z = \frac{\bar d}{s_d}

    The interval of :math:`d_z` is the one of the noncentral t distribution, divided by :math:`\sqrt n` (Steiger &
    Fouladi, 1997). pingouin's paired ``cohen_d`` is another coefficient: it divides by the average standard deviation.

    References
    ----------
    Steiger, J. H., & Fouladi, R. T. (1997). Noncentrality interval estimation and the evaluation of statistical
    models. In What if there were no significance tests? (pp. 221-257). Erlbaum.
    """
    from scipy.special import stdtr, stdtrit

    n = len(differences)
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    if np.ptp(differences) == 0:
        raise DataError("quality.constant_difference", where=where, value=mean)
    se = sd / np.sqrt(n)
    t = mean / se
    reach = float(stdtrit(n - 1, (1 + conf_level) / 2)) * se
    low, high = noncentrality(t, df=n - 1, conf_level=conf_level)
    return {"gap": mean, "ci.lower": mean - reach, "ci.upper": mean + reach, "sd": sd, "t": t, "df": n - 1,
            "pvalue": 2 * float(stdtr(n - 1, -abs(t))), "dz": mean / sd,
            "dz.ci.lower": low / np.sqrt(n), "dz.ci.upper": high / np.sqrt(n)}


def noncentrality(t: float, *, df: int, conf_level: float) -> tuple[float, float]:
    """Find the noncentrality parameters for which the observed t is the upper and the lower tail point.

    Examples
    --------
    >>> [round(limit, 3) for limit in noncentrality(2.0, df=30, conf_level=0.95)]
    [-0.039, 4.008]
    """
    from scipy.optimize import brentq

    tail = (1 - conf_level) / 2

    def limit(share: float) -> float:
        # The normal approximation to the noncentral t brackets the root amply.
        reach = 10 * np.sqrt(1 + t**2 / (2 * df))
        return float(brentq(lambda nc: noncentral_t(t, df=df, nc=nc) - share, t - reach, t + reach, xtol=1e-12))

    return limit(1 - tail), limit(tail)


def noncentral_t(t: float, *, df: int, nc: float) -> float:
    r"""Cumulative distribution of the noncentral t.

    scipy 1.17's ``nctdtr`` returns NaN at ordinary values (df = 193, nc = 4, t = -5), so the defining integral
    :math:`\int \Phi(tu - \delta) f(u)\,du` over the chi variable :math:`u = e^v` is summed here; in v the trapezoid
    rule converges exponentially.

    Examples
    --------
    >>> round(noncentral_t(2.0, df=30, nc=1.0), 6)
    0.829553
    """
    from scipy.special import gammaln, ndtr

    v = np.linspace(-9 / np.sqrt(2 * df) - 42 / df, np.log(1 + 9 / np.sqrt(2 * df) + 45 / df), 801)
    log_density = np.log(2) + df / 2 * np.log(df / 2) - gammaln(df / 2) + df * v - df / 2 * np.exp(2 * v)
    return float((ndtr(t * np.exp(v) - nc) * np.exp(log_density)).sum() * (v[1] - v[0]))
