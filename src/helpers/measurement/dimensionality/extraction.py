r"""Which loadings reproduce the correlations best with m factors? Least squares (minres) and maximum likelihood.

Both discrepancies are minimised over the uniquenesses alone: for given ones the best loadings are eigenvectors, of
:math:`R - \Psi` (least squares) or of :math:`\Psi^{-1/2} R \Psi^{-1/2}` (maximum likelihood), and the discrepancy is a
sum over the eigenvalues that are left over. Gradient and Hessian follow from perturbation of eigenvalues.

References
----------
Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika, 32, 443-482. Harman &
Jones (1966). Factor analysis by minimizing residuals (minres). Psychometrika, 31, 351-368. Clarke, M. R. B. (1970). A
rapidly convergent method for maximum-likelihood factor analysis. British Journal of Mathematical and Statistical
Psychology, 23, 43-52.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError

# No uniqueness below this (Jöreskog, 1967): an item that the factors explain wholly (Heywood case) stays at the bound.
LOWEST = 0.005
# Largest slope of the discrepancy that counts as none; a Newton step from there changes no tenth digit.
GRADIENT = 1e-10
STEPS, HALVINGS = 200, 40
METHODS = ("minres", "ml")


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """Unrotated factors.

    Attributes
    ----------
    loadings : ndarray, shape (p, m)
        Principal axes, in the order of the variance they explain.
    uniqueness : ndarray, shape (p,)
        Free estimates; 1 minus the communality, except for items at the bound.
    discrepancy : float
        Half the sum of squares of the residual correlations (minres); log-likelihood discrepancy F (ml).
    at_bound : ndarray of bool, shape (p,)
        Heywood cases.
    converged : bool
    """

    loadings: np.ndarray
    uniqueness: np.ndarray
    discrepancy: float
    at_bound: np.ndarray
    converged: bool


def extract(r: np.ndarray, factors: int, *, method: str = "minres") -> Extraction:
    """Find the loadings of `factors` uncorrelated factors.

    Parameters
    ----------
    r : ndarray, shape (p, p)
        Correlations; positive definite for "ml".
    factors : int
    method : {"minres", "ml"}

    Returns
    -------
    Extraction

    Raises
    ------
    ModelError
        If more factors are asked for than p items identify (Ledermann's bound), or fewer than one.

    Examples
    --------
    >>> r = 0.5 + 0.5 * np.eye(4)
    >>> extract(r, 1).loadings.round(3).ravel().tolist()
    [0.707, 0.707, 0.707, 0.707]
    """
    p = len(r)
    if factors < 1 or degrees_of_freedom(p, factors) < 0:
        raise ModelError("measurement.too_many_factors", factors=factors, items=p, most=most_factors(p))
    value = _least_squares if method == "minres" else _likelihood
    begin = _beginning(r, factors)
    lowest = np.full(p, LOWEST)
    if method == "ml":  # in logarithms the discrepancy is nearly quadratic, and uniquenesses stay positive
        begin, lowest = np.log(begin), np.log(lowest)
    here, found, converged = _minimized(lambda at: value(r, at, factors), begin, lowest)
    uniqueness = np.exp(here) if method == "ml" else here
    return Extraction(_loadings(r, uniqueness, factors, method), uniqueness, found, here <= lowest + 1e-9, converged)


def degrees_of_freedom(items: int, factors: int) -> int:
    """Count the correlations less the free loadings.

    Examples
    --------
    >>> degrees_of_freedom(9, 3)
    12
    """
    return ((items - factors)**2 - items - factors) // 2


def most_factors(items: int) -> int:
    """Count the factors that so many items identify (Ledermann, 1937).

    Examples
    --------
    >>> [most_factors(p) for p in (3, 4, 5, 6, 9)]
    [1, 1, 2, 3, 5]
    """
    return max(m for m in range(items) if degrees_of_freedom(items, m) >= 0)


def _beginning(r: np.ndarray, factors: int) -> np.ndarray:
    """Begin at Jöreskog's share of what the other items leave of each; at one half where r has no inverse."""
    if np.linalg.eigvalsh(r)[0] < 1e-8:
        return np.full(len(r), 0.5)
    return np.clip((1 - 0.5 * factors / len(r)) / np.diag(np.linalg.inv(r)), LOWEST, 1.0)


def _least_squares(r: np.ndarray, at: np.ndarray, factors: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Discrepancy, gradient and Hessian of least squares in the uniquenesses."""
    values, axes = np.linalg.eigh(r - np.diag(at))
    left = np.arange(len(r)) < len(r) - factors
    weight = np.where(left, values, 0.0)
    crossed = _divided(weight, values, left)
    return float((weight**2).sum() / 2), -(axes**2) @ weight, _summed(axes, crossed)


def _likelihood(r: np.ndarray, at: np.ndarray, factors: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Discrepancy, gradient and Hessian of maximum likelihood in the logarithms of the uniquenesses."""
    scale = np.exp(-at / 2)
    values, axes = np.linalg.eigh(r * np.outer(scale, scale))
    left = np.arange(len(r)) < len(r) - factors
    rest = values[left]
    weight = np.where(left, 1 - values, 0.0)
    # Of two eigenvalues that are left over: the mean; of one left over and one kept: half, for the pair occurs twice.
    sums, differences = values[:, None] + values, values[:, None] - values
    both = left[:, None] & left
    mixed = left[:, None] & ~left
    crossed = np.where(both, sums / 2, 0.0)
    crossed[mixed] = (-0.5 * weight[:, None] * sums)[mixed] / differences[mixed]
    crossed[mixed.T] = crossed.T[mixed.T]
    return float((rest - np.log(rest) - 1).sum()), (axes**2) @ weight, _summed(axes, crossed)


def _divided(weight: np.ndarray, values: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Divided differences of the weights over the eigenvalues; 1 where both are left over, for weights are values."""
    differences = values[:, None] - values
    mixed = left[:, None] != left
    divided = np.where(left[:, None] & left, 1.0, 0.0)
    divided[mixed] = (weight[:, None] - weight)[mixed] / differences[mixed]
    return divided


def _summed(axes: np.ndarray, crossed: np.ndarray) -> np.ndarray:
    """Sum crossed[j, l] (a_j a_l)(a_j a_l)' over pairs of eigenvectors, products taken elementwise."""
    pairs = (axes[:, :, None] * axes[:, None, :]).reshape(len(axes), -1)
    return (pairs * crossed.ravel()) @ pairs.T


def _minimized(value: Callable, begin: np.ndarray, lowest: np.ndarray) -> tuple[np.ndarray, float, bool]:
    """Take Newton steps among the parameters that may move; one at its bound moves again when the slope lets it."""
    here = begin
    f, slope, hessian = value(here)
    for _ in range(STEPS):
        free = (here > lowest + 1e-12) | (slope < 0)
        if not free.any() or np.abs(slope[free]).max() < GRADIENT:
            return here, f, True
        step = np.zeros_like(here)
        step[free] = _direction(hessian[np.ix_(free, free)], slope[free])
        moved = _moved(value, here, f, slope, step, lowest)
        if moved is None:  # rounding hides any further decrease
            return here, f, bool(np.abs(slope[free]).max() < 1e3 * GRADIENT)
        here, (f, slope, hessian) = moved
    return here, f, False


def _direction(hessian: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Newton's step, with every curvature taken as positive, and none so flat that the step leaves the region."""
    curvature, axes = np.linalg.eigh(hessian)
    curvature = np.maximum(np.abs(curvature), 1e-6 * max(float(np.abs(curvature).max()), 1.0))
    return -axes @ ((axes.T @ slope) / curvature)


def _moved(value: Callable, here: np.ndarray, f: float, slope: np.ndarray, step: np.ndarray,
           lowest: np.ndarray) -> tuple[np.ndarray, tuple] | None:
    length = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    for _ in range(HALVINGS):
        there = np.maximum(here + length * step, lowest)
        reached = value(there)
        expected = float(slope @ (there - here))
        if np.isfinite(reached[0]) and reached[0] <= f + 1e-4 * expected + 1e-14 and not np.array_equal(there, here):
            return there, reached
        length /= 2
    return None


def _loadings(r: np.ndarray, uniqueness: np.ndarray, factors: int, method: str) -> np.ndarray:
    if method == "minres":
        values, axes = np.linalg.eigh(r - np.diag(uniqueness))
        return axes[:, ::-1][:, :factors] * np.sqrt(np.maximum(values[::-1][:factors], 0))
    root = np.sqrt(uniqueness)
    values, axes = np.linalg.eigh(r / np.outer(root, root))
    return root[:, None] * axes[:, ::-1][:, :factors] * np.sqrt(np.maximum(values[::-1][:factors] - 1, 0))
