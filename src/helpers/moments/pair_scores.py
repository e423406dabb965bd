"""How does the log-likelihood of one respondent's two answers move? Estimating functions of thresholds and pairs.

The parameters of a variable are its thresholds where it is ordinal, its mean and variance where it is continuous; a
pair adds a correlation. Every function returns the derivative by the correlation and those by the parameters of both
variables, one row per respondent.

References
----------
Olsson, U., Drasgow, F., & Dorans, N. J. (1982). The polyserial correlation coefficient. Psychometrika, 47(3), 337-347.
Muthen, B. (1984). A general structural equation model with dichotomous, ordered categorical, and continuous latent
variable indicators. Psychometrika, 49(1), 115-132.
"""

from __future__ import annotations

import numpy as np

# An answer that its thresholds all but exclude.
SMALLEST = 1e-15
ROOT = float(np.sqrt(2 * np.pi))

Scores = tuple[np.ndarray, np.ndarray, np.ndarray]


def of_thresholds(codes: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Differentiate by the thresholds of one ordinal item, shape (n, thresholds)."""
    from scipy.special import ndtr

    edges = np.concatenate([[0.0], ndtr(cuts), [1.0]])
    return _by_category(_normal(cuts)[None], 1 / np.diff(edges)[None])[0].T[codes]


def of_moments(x: np.ndarray, mean: float, variance: float) -> np.ndarray:
    """Differentiate by mean and variance of one continuous variable, shape (n, 2)."""
    away = x - mean
    return np.column_stack([away / variance, (away**2 / variance - 1) / (2 * variance)])


def of_mixed_pair(z: np.ndarray, sd: float, codes: np.ndarray, cuts: np.ndarray, r: float) -> Scores:
    """Take a continuous variable (in standard scores z) and an ordinal item; derivatives by mean and variance first."""
    from scipy.special import ndtr

    rest = np.sqrt(1 - r * r)
    reach = (cuts - r * z[:, None]) / rest
    edges = np.column_stack([np.zeros(len(z)), ndtr(reach), np.ones(len(z))])
    chance = np.maximum(np.take_along_axis(np.diff(edges, axis=1), codes[:, None], axis=1), SMALLEST)
    member = _member(codes, len(cuts))
    by_cuts = member * _normal(reach) / rest / chance
    by_r = (by_cuts * (cuts * r - z[:, None])).sum(axis=1) / rest**2
    by_z = -z - r * by_cuts.sum(axis=1)
    return by_r, np.column_stack([-by_z / sd, -(1 + z * by_z) / (2 * sd**2)]), by_cuts


def of_continuous_pair(x: np.ndarray, y: np.ndarray, sd: tuple[float, float], r: float) -> Scores:
    """Two continuous variables in standard scores."""
    rest = 1 - r * r
    form = (x * x - 2 * r * x * y + y * y) / rest
    by_r = (r + x * y - r * form) / rest
    sides = [np.column_stack([-slope / s, -(1 + at * slope) / (2 * s**2)])
             for at, slope, s in ((x, (r * y - x) / rest, sd[0]), (y, (r * x - y) / rest, sd[1]))]
    return by_r, sides[0], sides[1]


def _normal(z: np.ndarray) -> np.ndarray:
    return np.exp(-z * z / 2) / ROOT


def _by_category(edge: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """Differentiate log chances by thresholds: (m, t) and (m, t + 1) -> (m, t, t + 1)."""
    t = edge.shape[1]
    sign = np.eye(t, t + 1) - np.eye(t, t + 1, k=1)
    return edge[:, :, None] * sign * inverse[:, None, :]


def _member(codes: np.ndarray, thresholds: int) -> np.ndarray:
    """1 for the threshold above each answer, -1 for the one below, shape (n, thresholds)."""
    at = np.arange(thresholds)
    return (codes[:, None] == at).astype(float) - (codes[:, None] == at + 1)
