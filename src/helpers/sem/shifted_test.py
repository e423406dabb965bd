r"""Is a model tenable that was fitted by weighted least squares? The scaled and shifted test, and robust precision.

.. math:: T = a\,N F + b, \qquad a = \sqrt{d / \operatorname{tr}(M^2)}, \qquad b = d - a \operatorname{tr} M

with d degrees of freedom and :math:`M = U\Gamma`, so that T has the mean and the variance of a chi-square.

References
----------
Asparouhov & Muthen (2010). Simple second order chi-square correction. Mplus technical appendix. Satorra & Bentler
(1994). Corrections to test statistics and standard errors in covariance structure analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.sem.discrepancy import Point
from helpers.sem.indices import upper_tail
from helpers.sem.least_squares import LeastSquares


@dataclass(frozen=True, slots=True)
class Shifted:
    """The test of the model.

    Attributes
    ----------
    chisq, df, pvalue : float
        Scaled and shifted.
    unscaled : float
        N F, which has no chi-square distribution.
    factor, shift : float
        The test is unscaled / factor + shift.
    """

    chisq: float
    df: int
    pvalue: float
    unscaled: float
    factor: float
    shift: float


def robust_covariance(problem: LeastSquares, point: Point) -> np.ndarray:
    """Sandwich covariances of the basic parameters, shape (q, q); divided by N minus the groups, as lavaan does."""
    shares = problem.n / problem.n.sum()
    bread = np.linalg.inv(problem.information(point, shares))
    meat = np.zeros_like(bread)
    for group, each in enumerate(point.implied):
        weighted = problem.weights[group] @ problem.slopes(group, each)
        meat += shares[group] * weighted.T @ problem.gammas[group] @ weighted
    return bread @ meat @ bread / (problem.n.sum() - len(point.implied))


def shifted(problem: LeastSquares, point: Point) -> Shifted:
    """Scale and shift the minimum of the objective."""
    shares = problem.n / problem.n.sum()
    bread = np.linalg.inv(problem.information(point, shares))
    slopes = np.vstack([problem.slopes(group, each) for group, each in enumerate(point.implied)])
    weight, gamma = _side_by_side(problem)
    pulled = weight @ slopes
    # of the residuals of all groups side by side: W - W D (D'WD)^-1 D'W
    return _corrected(point.f * problem.n.sum(), (weight - pulled @ bread @ pulled.T) @ gamma,
                      len(slopes) - len(problem.free))


def baseline(problem: LeastSquares) -> Shifted:
    """Test that no two variables covary, thresholds, means and variances free."""
    between = problem.rows != problem.columns
    f = sum(share * float(values[between] @ weight[np.ix_(between, between)] @ values[between])
            for share, values, weight in zip(problem.shares, problem.observed, problem.weights, strict=True))
    weight, gamma = _side_by_side(problem)
    kept = np.flatnonzero(np.tile(between, len(problem.n)))
    kept = np.ix_(kept, kept)
    return _corrected(f * problem.n.sum(), weight[kept] @ gamma[kept], len(weight[kept]))


def _side_by_side(problem: LeastSquares) -> tuple[np.ndarray, np.ndarray]:
    """Weights and asymptotic covariances of the moments of all groups."""
    shares = problem.n / problem.n.sum()
    return (_blocks([share * each for share, each in zip(shares, problem.weights, strict=True)]),
            _blocks([each / share for share, each in zip(shares, problem.gammas, strict=True)]))


def _corrected(unscaled: float, product: np.ndarray, df: int) -> Shifted:
    if df == 0:
        return Shifted(unscaled, 0, math.nan, unscaled, math.nan, math.nan)
    factor = math.sqrt(float((product * product.T).sum()) / df)
    shift = df - float(np.trace(product)) / factor
    chisq = unscaled / factor + shift
    return Shifted(chisq, df, upper_tail(chisq, df), unscaled, factor, shift)


def _blocks(matrices: list[np.ndarray]) -> np.ndarray:
    whole = np.zeros((sum(map(len, matrices)),) * 2)
    at = 0
    for each in matrices:
        whole[at: at + len(each), at: at + len(each)] = each
        at += len(each)
    return whole
