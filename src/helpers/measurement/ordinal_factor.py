r"""How strongly does one factor drive the responses behind ordinal items? Diagonally weighted least squares.

The polychoric correlations :math:`r_{ij}` are fitted by :math:`\lambda_i\lambda_j`, each weighted with the inverse of
its asymptotic variance (Muthen, du Toit & Spisic, 1997). `sem.fit(estimator="WLSMV")` gives the same loadings with
errors and tests; here they are needed with their derivatives by the correlations.

References
----------
Muthen, B., du Toit, S. H. C., & Spisic, D. (1997). Robust inference using weighted least squares and quadratic
estimating equations in latent variable modeling with categorical and continuous outcomes. Unpublished manuscript.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# On loadings; Newton's step from here changes nothing that is printed.
STEP = 1e-10
STEPS = 200
HALVINGS = 20


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalFactor:
    """Loadings of k items and how they move with the correlations.

    Attributes
    ----------
    loadings : ndarray, shape (k,)
        Standardized; their sum is not negative. NaN where no estimate was found.
    by_correlations : ndarray, shape (k, pairs)
        Derivatives in large samples, pairs in the order of ``numpy.triu_indices(k, 1)``.
    """

    loadings: np.ndarray
    by_correlations: np.ndarray


def ordinal_factor(correlations: np.ndarray, variances: np.ndarray) -> OrdinalFactor:
    """Fit one factor to the polychoric correlations of k items.

    Parameters
    ----------
    correlations, variances : ndarray, shape (pairs,)
        Of every item with every later one, and their asymptotic variances. Two items are fitted with equal loadings.

    Examples
    --------
    >>> found = ordinal_factor(np.array([0.56, 0.48, 0.42]), np.ones(3))
    >>> found.loadings.round(6)
    array([0.8, 0.7, 0.6])
    """
    k = round((1 + np.sqrt(1 + 8 * len(correlations))) / 2)
    if k == 2:
        loading = np.sqrt(correlations[0]) if correlations[0] > 0 else np.nan
        return OrdinalFactor(np.full(2, loading), np.full((2, 1), 1 / (2 * loading)))
    one, two = np.triu_indices(k, 1)
    weights = 1 / variances
    loadings = _begin(correlations, one, two, k)
    done = False
    for _ in range(STEPS):
        jacobian = _jacobian(loadings, one, two)
        step = np.linalg.lstsq((jacobian.T * weights) @ jacobian,
                               (jacobian.T * weights) @ (correlations - loadings[one] * loadings[two]), rcond=None)[0]
        loadings = _moved(loadings, step, lambda at: weights @ (correlations - at[one] * at[two]) ** 2)
        if done := bool(np.abs(step).max() < STEP):
            break
    loadings = loadings * (1.0 if loadings.sum() >= 0 else -1.0)
    jacobian = _jacobian(loadings, one, two)
    information = (jacobian.T * weights) @ jacobian
    if not done or np.linalg.cond(information) > 1e12:
        return OrdinalFactor(np.full(k, np.nan), np.full((k, len(one)), np.nan))
    return OrdinalFactor(loadings, np.linalg.solve(information, jacobian.T * weights))


def _begin(correlations: np.ndarray, one: np.ndarray, two: np.ndarray, k: int) -> np.ndarray:
    full = np.eye(k)
    full[one, two] = full[two, one] = correlations
    roots, vectors = np.linalg.eigh(full)
    return vectors[:, -1] * np.sqrt(0.8 * roots[-1])


def _jacobian(loadings: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    jacobian = np.zeros((len(one), len(loadings)))
    pairs = np.arange(len(one))
    jacobian[pairs, one], jacobian[pairs, two] = loadings[two], loadings[one]
    return jacobian


def _moved(loadings: np.ndarray, step: np.ndarray, discrepancy) -> np.ndarray:
    """Go along the Gauss-Newton step, half as far again and again while the discrepancy would rise."""
    here, length = discrepancy(loadings), 1.0
    for _ in range(HALVINGS):
        if discrepancy(loadings + length * step) <= here * (1 + 1e-12):
            return loadings + length * step
        length /= 2
    return loadings
