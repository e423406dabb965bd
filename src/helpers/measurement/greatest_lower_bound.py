"""How low can the reliability of a sum be, given its covariances? The greatest lower bound, with its proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.measurement.coefficient_alpha import variance_of_sum

# Bound of the error, relative to the variance of the sum; the duality gap proves it.
GAP = 1e-10
# Each round presses the barrier to a tenth; Newton's steps in a round, and the decrement that ends it.
PRESSED = 0.1
NEWTON = 50
DECREMENT = 1e-9
# Smallest eigenvalue of the correlations below which no interior is left to search in.
INTERIOR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LowerBound:
    """The greatest lower bound of one covariance matrix.

    Attributes
    ----------
    glb : float
        NaN where the matrix is singular.
    errors : ndarray, shape (k,)
        The largest error variances that the covariances admit.
    gap : float
        No admissible error variances make the bound smaller by more than this.
    """

    glb: float
    errors: np.ndarray
    gap: float


def greatest_lower_bound(cov: np.ndarray) -> LowerBound:
    r"""Find the smallest reliability that the sum of the items can have.

    Parameters
    ----------
    cov : ndarray, shape (k, k)
        Covariances of the items, k >= 2.

    Returns
    -------
    LowerBound

    Notes
    -----
    If errors are uncorrelated, the covariances of the true scores are :math:`\Sigma - \Theta` with diagonal
    :math:`\Theta`, and can be no others than positive semidefinite ones:

    .. math:: glb = 1 - \frac{\max_\theta \sum_i \theta_i}{\sigma_X^2}, \qquad
              \Sigma - \operatorname{diag}(\theta) \succeq 0, \quad \theta \ge 0

    (constrained minimum trace factor analysis). The problem is convex; it is solved with the barrier
    :math:`\mu\,(\log|\Sigma - \Theta| + \sum \log\theta_i)` by Newton's method, :math:`\mu \to 0`. At its centre
    :math:`\mu(\Sigma - \Theta)^{-1}` is feasible for the dual problem, so that the error is at most :math:`2k\mu`,
    which is what ``gap`` says. A bound of the population; in samples it is too high, the more so the more items and
    the fewer respondents there are. Agrees with ``psych::glb.algebraic`` (tests/oracle/scale_bounds.R).

    References
    ----------
    Jackson, P. H., & Agunwamba, C. C. (1977). Lower bounds for the reliability of the total score on a test composed
    of non-homogeneous items: I. Psychometrika, 42(4), 567-578.
    Bentler, P. M., & Woodward, J. A. (1980). Inequalities among lower bounds to reliability. Psychometrika, 45(2),
    249-267.
    ten Berge, J. M. F., Snijders, T. A. B., & Zegers, F. E. (1981). Computational aspects of the greatest lower bound
    to the reliability and constrained minimum trace factor analysis. Psychometrika, 46(2), 201-213.
    Jamshidian, M., & Bentler, P. M. (1998). A quasi-Newton method for minimum trace factor analysis. Journal of
    Statistical Computation and Simulation, 62(1-2), 73-89.

    Examples
    --------
    >>> found = greatest_lower_bound(np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]))
    >>> round(found.glb, 4), found.gap < 1e-9
    (0.6818, True)
    """
    sd = np.sqrt(np.diag(cov))
    cor = cov / np.outer(sd, sd)
    total = float(variance_of_sum(cov[..., None])[0])
    smallest = float(np.linalg.eigvalsh(cor)[0])
    if smallest < INTERIOR or np.isnan(total):
        return LowerBound(float("nan"), np.full(len(cov), np.nan), float("nan"))
    # In units of the standard deviations every diagonal is 1; the weight of an error is its item's variance.
    weights = sd**2 / total
    errors = np.full(len(cov), smallest / 2)
    barrier = float(weights.max())
    while True:
        errors = _centred(cor, weights, errors, barrier)
        gap = 2 * len(cov) * barrier
        if gap < GAP:
            return LowerBound(1 - float(weights @ errors), errors * sd**2, gap)
        barrier *= PRESSED


def _centred(cor: np.ndarray, weights: np.ndarray, errors: np.ndarray, barrier: float) -> np.ndarray:
    """Maximise weights @ errors + barrier * (log det(cor - diag(errors)) + sum(log(errors))) by Newton's method."""
    for _ in range(NEWTON):
        inverse = np.linalg.inv(cor - np.diag(errors))
        slope = weights / barrier - np.diag(inverse) + 1 / errors
        curve = inverse**2 + np.diag(1 / errors**2)
        step = np.linalg.solve(curve, slope)
        decrement = float(slope @ step)
        if decrement < DECREMENT:
            break
        # Self-concordance: a step damped so stays inside and raises the objective.
        errors = errors + step / (1 + np.sqrt(decrement))
    return errors
