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

from helpers.sem.estimators import Point
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
    # of the residuals of all groups side by side: U = W - W D (D'WD)^-1 D'W with W times the group's share
    slopes = np.vstack([problem.slopes(group, each) for group, each in enumerate(point.implied)])
    weight = _blocks([share * each for share, each in zip(shares, problem.weights, strict=True)])
    gamma = _blocks([each / share for share, each in zip(shares, problem.gammas, strict=True)])
    pulled = weight @ slopes
    product = (weight - pulled @ bread @ pulled.T) @ gamma
    df = len(slopes) - len(problem.free)
    trace, square = float(np.trace(product)), float((product * product.T).sum())
    unscaled = point.f * problem.n.sum()
    if df == 0:
        return Shifted(unscaled, 0, math.nan, unscaled, math.nan, math.nan)
    factor = math.sqrt(square / df)
    shift = df - trace / factor
    chisq = unscaled / factor + shift
    return Shifted(chisq, df, upper_tail(chisq, df), unscaled, factor, shift)


def _blocks(matrices: list[np.ndarray]) -> np.ndarray:
    whole = np.zeros((sum(map(len, matrices)),) * 2)
    at = 0
    for each in matrices:
        whole[at: at + len(each), at: at + len(each)] = each
        at += len(each)
    return whole
