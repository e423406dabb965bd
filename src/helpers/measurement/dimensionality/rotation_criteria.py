r"""When is a pattern of loadings simple? The criteria that rotations minimise, with their gradients.

Each takes loadings of B starts, shape (B, p, m), and returns the value (B,) and the gradient (B, p, m).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# Added to the squared loadings so that a single zero does not make a row simple (Browne, 2001).
GEOMIN_EPSILON = 0.01

Criterion = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def varimax(loadings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Minus the variance of squared loadings within factors (Kaiser, 1958): :math:`-\frac14 \sum (s - \bar s)^2`."""
    squared = loadings**2
    centred = squared - squared.mean(axis=1, keepdims=True)
    return -(centred**2).sum(axis=(1, 2)) / 4, -loadings * centred


def quartimin(loadings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Products of squared loadings of one item on two factors (Carroll, 1953): :math:`\frac14 \sum_{j \ne l} s_j s_l`.

    Minimised over oblique rotations this is direct quartimin, the direct oblimin with gamma 0 (Jennrich & Sampson,
    1966).
    """
    squared = loadings**2
    others = squared.sum(axis=2, keepdims=True) - squared
    return (squared * others).sum(axis=(1, 2)) / 4, loadings * others


def geomin(loadings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Geometric mean of the squared loadings of each item (Yates, 1987; Browne, 2001).

    .. math:: \sum_i \Bigl(\prod_j (\lambda_{ij}^2 + \epsilon)\Bigr)^{1/m}, \qquad \epsilon = .01
    """
    factors = loadings.shape[2]
    raised = loadings**2 + GEOMIN_EPSILON
    means = np.exp(np.log(raised).mean(axis=2, keepdims=True))
    return means.sum(axis=(1, 2)), 2 / factors * loadings / raised * means
