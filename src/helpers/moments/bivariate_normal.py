"""How likely are two standard normal variables below two bounds at once? For whole tables of bounds in one call."""

from __future__ import annotations

from functools import cache

import numpy as np

# Nodes of the Gauss-Legendre rule for correlations up to each bound. The integrand narrows as the correlation nears 1;
# with these the error stays below 1e-13 up to .7 and below 1e-11 throughout.
NODES = ((0.5, 16), (0.8, 24), (0.95, 48), (1.0, 160))


def distribution(h: np.ndarray, k: np.ndarray, r: np.ndarray) -> np.ndarray:
    r"""Probability that X < h and Y < k for standard normal X and Y with correlation r.

    Parameters
    ----------
    h, k : ndarray, shape (pairs, ...)
        Bounds; finite, a bound of 38 stands for infinity.
    r : ndarray, shape (pairs,)
        Correlations, -1 < r < 1.

    Returns
    -------
    ndarray, shape of ``h`` and ``k`` broadcast

    Notes
    -----
    The derivative of the probability by r is the density (Plackett), so that with :math:`r = \sin\theta`

    .. math:: \Phi_2(h, k; r) = \Phi(h)\Phi(k) + \frac{1}{2\pi}\int_0^{\arcsin r}
        \exp\Bigl(-\frac{h^2 + k^2 - 2hk\sin\theta}{2\cos^2\theta}\Bigr) d\theta

    References
    ----------
    Drezner, Z., & Wesolowsky, G. O. (1990). On the computation of the bivariate normal integral. Journal of Statistical
    Computation and Simulation, 35(1-2), 101-107.

    Examples
    --------
    >>> distribution(np.zeros((2, 1)), np.zeros((2, 1)), np.array([0.0, 0.5])).round(6).ravel()
    array([0.25    , 0.333333])
    """
    from scipy.special import ndtr

    squares, product = h * h + k * k, 2 * h * k
    found = ndtr(h) * ndtr(k)
    angle = np.arcsin(r)
    size, below = np.abs(r), -1.0
    for bound, nodes in NODES:
        at = np.flatnonzero((size > below) & (size <= bound))
        below = bound
        if at.size:
            found[at] += _integral(squares[at], product[at], angle[at], nodes)
    return found


def density(h: np.ndarray, k: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Density of the two variables and its derivative by the correlation, shapes as in ``distribution``."""
    r = r.reshape(-1, *[1] * (h.ndim - 1))
    rest = 1 - r * r
    form = (h * h + k * k - 2 * r * h * k) / rest
    value = np.exp(-form / 2) / (2 * np.pi * np.sqrt(rest))
    return value, value * (r + h * k - r * form) / rest


def _integral(squares: np.ndarray, product: np.ndarray, angle: np.ndarray, nodes: int) -> np.ndarray:
    places, weights = _rule(nodes)
    total = np.zeros(squares.shape)
    for place, weight in zip(places, weights, strict=True):
        sine = np.sin(angle * place).reshape(-1, *[1] * (squares.ndim - 1))
        total += weight * np.exp((product * sine - squares) / (2 * (1 - sine * sine)))
    return total * (angle / (2 * np.pi)).reshape(-1, *[1] * (squares.ndim - 1))


@cache
def _rule(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on 0..1."""
    places, weights = np.polynomial.legendre.leggauss(nodes)
    return (places + 1) / 2, weights / 2
