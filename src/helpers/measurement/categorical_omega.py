"""How reliable is the sum of ordinal answers that a factor drives? Green and Yang's omega."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import bivariate_normal


@dataclass(frozen=True, slots=True, eq=False)
class CategoricalOmega:
    """The coefficient and its derivatives.

    Attributes
    ----------
    omega : float
    by_thresholds : tuple of ndarray
        One array per item.
    by_loadings : ndarray, shape (k,)
    by_correlations : ndarray, shape (pairs,)
        Directly, through the variance of the sum; the loadings move with the correlations besides.
    """

    omega: float
    by_thresholds: tuple[np.ndarray, ...]
    by_loadings: np.ndarray
    by_correlations: np.ndarray


def categorical_omega(thresholds: tuple[np.ndarray, ...], values: tuple[np.ndarray, ...], loadings: np.ndarray,
                      correlations: np.ndarray) -> CategoricalOmega:
    r"""Reliability of the sum of ordinal answers from the one-factor model of the responses behind them.

    Parameters
    ----------
    thresholds : tuple of ndarray, shape (categories - 1,) each
        On the standard normal scale.
    values : tuple of ndarray, shape (categories,) each
        What each category counts in the sum.
    loadings : ndarray, shape (k,)
        Standardized; below 1.
    correlations : ndarray, shape (pairs,)
        Polychoric correlations of the items, for the variance of the sum.

    Notes
    -----
    Two answers with thresholds :math:`\tau_{ic}` and steps :math:`d_{ic}` between their categories' values, behind
    which lie normal responses that correlate :math:`\rho`, have the covariance

    .. math:: c_{ij}(\rho) = \sum_c \sum_{c'} d_{ic} d_{jc'}
              [\Phi_2(\tau_{ic}, \tau_{jc'}; \rho) - \Phi(\tau_{ic})\Phi(\tau_{jc'})], \qquad
              \omega_{cat} = \frac{\sum_{ij} c_{ij}(\lambda_i\lambda_j)}{\sum_i s_i^2 + \sum_{i \ne j} c_{ij}(r_{ij})}

    with the true score of an item in the diagonal of the numerator and the polychoric correlations in the denominator.

    References
    ----------
    Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural equation modeling: An
    alternative to coefficient alpha. Psychometrika, 74(1), 155-167.

    Examples
    --------
    >>> cuts, values = (np.array([-0.5, 0.5]),) * 3, (np.array([1, 2, 3]),) * 3
    >>> found = categorical_omega(cuts, values, np.array([0.8, 0.7, 0.6]), np.array([0.56, 0.48, 0.42]))
    >>> round(found.omega, 3)
    0.673
    """
    k = len(loadings)
    cuts, steps = _padded(thresholds, values)
    one, two = np.triu_indices(k, 1)
    both = np.concatenate([one, np.arange(k)]), np.concatenate([two, np.arange(k)])
    true, true_by_cuts, true_by_rho = _covariances(cuts, steps, *both, loadings[both[0]] * loadings[both[1]])
    seen, seen_by_cuts, seen_by_rho = _covariances(cuts, steps, one, two, correlations)
    variances, variances_by_cuts = _variances(cuts, steps)
    weight = np.where(both[0] == both[1], 1.0, 2.0)
    top, bottom = float(weight @ true), float(variances.sum() + 2 * seen.sum())
    omega = top / bottom
    of_top = (true_by_cuts * weight[:, None, None]).sum(axis=0)
    of_bottom = (seen_by_cuts * 2.0).sum(axis=0) + variances_by_cuts
    by_cuts = (of_top - omega * of_bottom) / bottom
    by_loadings = np.zeros(k)
    np.add.at(by_loadings, both[0], weight * true_by_rho * loadings[both[1]])
    np.add.at(by_loadings, both[1], weight * true_by_rho * loadings[both[0]])
    return CategoricalOmega(omega, tuple(row[:len(each)] for row, each in zip(by_cuts, thresholds, strict=True)),
                            by_loadings / bottom, -omega * 2 * seen_by_rho / bottom)


def _padded(thresholds: tuple[np.ndarray, ...], values: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds and steps in one array each; a step of zero makes what is filled in count nothing."""
    cuts, steps = np.zeros((2, len(thresholds), max(map(len, thresholds))))
    for at, (each, worth) in enumerate(zip(thresholds, values, strict=True)):
        cuts[at, :len(each)], steps[at, :len(each)] = each, np.diff(worth)
    return cuts, steps


def _covariances(cuts: np.ndarray, steps: np.ndarray, one: np.ndarray, two: np.ndarray,
                 rho: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Covariances of answers, shape (pairs,); by thresholds, shape (pairs, k, thresholds); by the correlation."""
    from scipy.special import ndtr

    h, g = cuts[one][:, :, None], cuts[two][:, None, :]
    weight = steps[one][:, :, None] * steps[two][:, None, :]
    joint = bivariate_normal.distribution(h, g, rho) - ndtr(h) * ndtr(g)
    by_rho = (weight * bivariate_normal.density(h, g, rho)[0]).sum(axis=(1, 2))
    rest = np.sqrt(1 - rho**2)[:, None, None]
    by_first = (weight * _normal(h) * (ndtr((g - rho[:, None, None] * h) / rest) - ndtr(g))).sum(axis=2)
    by_second = (weight * _normal(g) * (ndtr((h - rho[:, None, None] * g) / rest) - ndtr(h))).sum(axis=1)
    by_cuts = np.zeros((len(one), *cuts.shape))
    pairs = np.arange(len(one))
    by_cuts[pairs, one] += by_first
    by_cuts[pairs, two] += by_second
    return (weight * joint).sum(axis=(1, 2)), by_cuts, by_rho


def _variances(cuts: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances of the answers, shape (k,), and by thresholds: the covariance of two answers that are the same."""
    from scipy.special import ndtr

    below = ndtr(cuts)
    weight = steps[:, :, None] * steps[:, None, :]
    joint = np.minimum(below[:, :, None], below[:, None, :]) - below[:, :, None] * below[:, None, :]
    under = cuts[:, :, None] < cuts[:, None, :]
    level = np.eye(cuts.shape[1], dtype=bool)
    moves = np.where(level, 0.5, under.astype(float)) - below[:, None, :]
    return (weight * joint).sum(axis=(1, 2)), 2 * (weight * _normal(cuts)[:, :, None] * moves).sum(axis=2)


def _normal(z: np.ndarray) -> np.ndarray:
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
