r"""Is a model tenable that was fitted by weighted least squares? The scaled and shifted test, and robust precision.

.. math:: T = a\,N F + b, \qquad a = \sqrt{d / \operatorname{tr}(M^2)}, \qquad b = d - a \operatorname{tr} M

with d degrees of freedom and :math:`M = U\Gamma`, so that T has the mean and the variance of a chi-square. With
slopes :math:`\Delta`, :math:`A = \Delta'W\Delta` and :math:`B = \Delta'W\Gamma W\Delta` nothing larger than
:math:`\Gamma` is formed:

.. math:: \operatorname{tr} M = \operatorname{tr} W\Gamma - \operatorname{tr} A^{-1}B, \qquad \operatorname{tr} M^2 =
          \operatorname{tr} (W\Gamma)^2 - 2 \operatorname{tr} A^{-1}\Delta'W\Gamma W\Gamma W\Delta
          + \operatorname{tr} (A^{-1}B)^2

References
----------
Asparouhov & Muthen (2010). Simple second order chi-square correction. Mplus technical appendix. Satorra & Bentler
(1994). Corrections to test statistics and standard errors in covariance structure analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.sem.estimation.discrepancy import Point
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.weighted import Weighted


@dataclass(frozen=True, slots=True)
class Shifted:
    """The test of a model.

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


@dataclass(frozen=True, slots=True, eq=False)
class Sandwich:
    """What robust errors and tests are made of, summed over groups with their shares of the respondents.

    Attributes
    ----------
    information : ndarray, shape (q, q)
        A, of one respondent.
    meat : ndarray, shape (q, q)
        B.
    twice : ndarray, shape (q, q)
        Delta' W Gamma W Gamma W Delta.
    trace, trace2 : float
        Of W Gamma and of its square.
    """

    information: np.ndarray
    meat: np.ndarray
    twice: np.ndarray
    trace: float
    trace2: float


def sandwich(problem: Weighted, point: Point) -> Sandwich:
    """Put together what is needed at a minimum."""
    q = len(point.x)
    information, meat, twice = np.zeros((q, q)), np.zeros((q, q)), np.zeros((q, q))
    trace = trace2 = 0.0
    shares = problem.n / problem.n.sum()
    for share, slopes, weight, gamma in zip(shares, problem.slopes_at(point), problem.weights, problem.gammas,
                                            strict=True):
        pulled = slopes * weight[:, None]
        spread = gamma @ pulled
        information += share * slopes.T @ pulled
        meat += share * pulled.T @ spread
        twice += share * (spread.T * weight) @ spread
        trace += float(weight @ np.diag(gamma))
        trace2 += float(weight @ gamma**2 @ weight)
    return Sandwich(information, meat, twice, trace, trace2)


def robust_covariance(problem: Weighted, point: Point) -> np.ndarray:
    """Sandwich covariances of the basic parameters, shape (q, q); divided by n less the groups, as lavaan does."""
    parts = sandwich(problem, point)
    bread = np.linalg.inv(parts.information)
    return bread @ parts.meat @ bread / (problem.n.sum() - len(problem.n))


def shifted(problem: Weighted, point: Point, parts: Sandwich) -> Shifted:
    """Scale and shift the minimum of the objective."""
    df = sum(map(len, problem.weights)) - len(point.x)
    mean, square = parts.trace, parts.trace2
    if len(point.x):
        inner = np.linalg.solve(parts.information, parts.meat)
        mean -= float(np.trace(inner))
        square += float((inner * inner.T).sum()) - 2 * float(np.trace(np.linalg.solve(parts.information, parts.twice)))
    return corrected(point.f * problem.n.sum(), mean, square, df)


def baseline(problem: Weighted, apart: np.ndarray) -> Shifted:
    """Test that some variables do not covary, thresholds, means and variances free.

    Parameters
    ----------
    problem : Weighted
    apart : ndarray of bool, shape (m,)
        Which moments are covariances that the baseline model sets to 0.
    """
    f = mean = square = 0.0
    for share, weight, observed, whole in zip(problem.shares, problem.weights, problem.observed, problem.gammas,
                                              strict=True):
        values, own, gamma = observed[apart], weight[apart], whole[np.ix_(apart, apart)]
        f += share * float(values @ (own * values))
        mean += float(own @ np.diag(gamma))
        square += float(own @ gamma**2 @ own)
    return corrected(f * problem.n.sum(), mean, square, len(problem.weights) * int(apart.sum()))


def corrected(unscaled: float, mean: float, square: float, df: int) -> Shifted:
    """Give a statistic the mean and variance of a chi-square, from the traces of M and of its square."""
    if df <= 0:
        return Shifted(unscaled, df, math.nan, unscaled, math.nan, math.nan)
    factor = math.sqrt(square / df)
    shift = df - mean / factor
    chisq = unscaled / factor + shift
    return Shifted(chisq, df, upper_tail(chisq, df), unscaled, factor, shift)
