r"""Which interval do bootstrap draws give: percentile, bias-corrected (BC), or also accelerated (BCa).

A quantile between two draws is interpolated on the normal scale (Davison & Hinkley 1997, eq. 5.8): the draw of rank k
among R stands for the probability k / (R + 1).

References
----------
Davison & Hinkley (1997). Bootstrap Methods and their Application, ch. 5. Efron (1987). JASA, 82, 171-185.
"""

from __future__ import annotations

import math

import numpy as np

KINDS = ("percentile", "bc", "bca")


def intervals(draws: np.ndarray, est: np.ndarray, *, kind: str, conf_level: float,
              acceleration: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    r"""Lower and upper limits of several quantities.

    Parameters
    ----------
    draws : ndarray, shape (draws, quantities)
        NaN where a draw has no value; it does not count.
    est : ndarray, shape (quantities,)
    kind : {"percentile", "bc", "bca"}
    conf_level : float
    acceleration : ndarray, shape (quantities,), optional
        a, for "bca".

    Returns
    -------
    ndarray of shape (quantities,), twice
        NaN with fewer than two draws, and for BC and BCa where all draws lie on one side of the estimate.

    Notes
    -----
    .. math:: \alpha' = \Phi\Bigl(w + \frac{w + z_\alpha}{1 - a (w + z_\alpha)}\Bigr), \qquad
              w = \Phi^{-1}\Bigl(\frac{\#\{t^* < t\}}{R}\Bigr)

    BC has a = 0.

    Examples
    --------
    >>> lower, upper = intervals(np.arange(1.0, 100.0)[:, None], np.array([50.0]), kind="percentile", conf_level=0.9)
    >>> lower.round(6), upper.round(6)
    (array([5.]), array([95.]))
    """
    from scipy.special import ndtr, ndtri

    tails = np.array([(1 - conf_level) / 2, (1 + conf_level) / 2])
    found = np.full((len(est), 2), math.nan)
    for at in range(len(est)):
        values = np.sort(draws[np.isfinite(draws[:, at]), at])
        if len(values) < 2:
            continue
        levels = tails
        if kind != "percentile":
            below = float(np.searchsorted(values, est[at], side="left")) / len(values)
            if not 0 < below < 1:
                continue
            w, a = ndtri(below), 0.0 if kind == "bc" else acceleration[at]
            shifted = w + ndtri(tails)
            levels = ndtr(w + shifted / (1 - a * shifted))
        found[at] = [_quantile(values, float(level)) for level in levels]
    return found[:, 0], found[:, 1]


def acceleration(without: np.ndarray, sizes: list[int]) -> np.ndarray:
    r"""Acceleration a of each quantity from its values without each respondent.

    Parameters
    ----------
    without : ndarray, shape (N, quantities)
        Group after group; NaN does not count.
    sizes : list of int
        Respondents per group.

    Notes
    -----
    .. math:: a = \frac{\sum_g n_g^{-3} \sum_j l_{gj}^3}{6 (\sum_g n_g^{-2} \sum_j l_{gj}^2)^{3/2}}, \qquad
              l_{gj} = (n_g - 1)(\bar t_{g} - t_{-gj})

    References
    ----------
    Davison & Hinkley (1997), ch. 5, for several groups.
    """
    cubes, squares, before = 0.0, 0.0, 0
    for size in sizes:
        part = np.ma.masked_invalid(without[before: before + size])
        influence = ((size - 1) * (part.mean(axis=0) - part)).filled(0.0)
        cubes, squares = cubes + (influence**3).sum(axis=0) / size**3, squares + (influence**2).sum(axis=0) / size**2
        before += size
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, cubes / (6 * squares**1.5), 0.0)


def _quantile(values: np.ndarray, level: float) -> float:
    """Interpolate sorted values on the normal scale; the outermost draws where the level lies beyond them."""
    from scipy.special import ndtri

    count = len(values)
    rank = (count + 1) * level
    if not math.isfinite(rank):
        return math.nan
    k = math.floor(rank + 1e-9)  # 0.025 of 1000 is 25 whatever binary fractions say
    if k < 1 or k >= count:
        return float(values[0 if k < 1 else -1])
    if abs(rank - k) < 1e-9:
        return float(values[k - 1])
    low, here, high = ndtri(np.array([k / (count + 1), level, (k + 1) / (count + 1)]))
    return float(values[k - 1] + (here - low) / (high - low) * (values[k] - values[k - 1]))
