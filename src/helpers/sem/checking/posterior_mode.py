r"""Where the posterior of normal variables is highest, given intervals in which responses to them lie.

With :math:`a_i = l_i - \lambda_i'w`, :math:`b_i = u_i - \lambda_i'w` of responses with variance 1 around
:math:`\lambda_i'w`, the mode of

.. math:: -\tfrac12 w'w + \sum_i \ln\bigl[\Phi(b_i) - \Phi(a_i)\bigr]

is found by Newton's method, for many respondents at once. The function is strictly concave, so there is one mode, and
steps that do not climb are halved until they do. Responses that covary given w share normal variables of their own,
over which their probability is averaged by Gauss-Hermite quadrature; as that of a rectangle it stays log-concave.

References
----------
Bock & Aitkin (1981). Psychometrika, 46, 443-459. Pratt (1981). Journal of the American Statistical Association, 76,
103-106, and Prekopa (1973), Acta Scientiarum Mathematicarum, 34, 335-343, for the concavity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LOG_ROOT_2PI = 0.9189385332046727
# Of the largest coordinate, in standard deviations of the construct; steps shrink quadratically.
SETTLED = 1e-10
STEPS, HALVINGS = 60, 40
# Nodes by the number of shared variables; those whose weights are below exp(-NEGLIGIBLE) of the largest do not count.
NODES, NEGLIGIBLE = {1: 91, 2: 45}, 35.0
# Numbers held at a time.
CHUNK = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """What is known of every respondent.

    Attributes
    ----------
    where : ndarray, shape (n, r)
        NaN where the search did not settle.
    spread : ndarray, shape (n, r, r)
        Inverse of the curvature at the mode.
    """

    where: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Some responses that share normal variables.

    Attributes
    ----------
    items : ndarray of int, shape (c,)
    shifts : ndarray, shape (nodes, c)
        By how much the shared variables move the responses, at each node.
    log_weights : ndarray, shape (nodes,)
    """

    items: np.ndarray
    shifts: np.ndarray
    log_weights: np.ndarray

    @classmethod
    def of(cls, items: np.ndarray, slopes: np.ndarray) -> Shared:
        """Place nodes; ``slopes``, shape (c, k), are those of the responses on the k shared variables."""
        k = slopes.shape[1]
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES[k])
        grid = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), axis=-1).reshape(-1, k)
        own = np.log(weights / weights.sum())
        heights = np.stack(np.meshgrid(*[own] * k, indexing="ij"), axis=-1).reshape(-1, k).sum(axis=1)
        kept = heights > heights.max() - NEGLIGIBLE
        return cls(items, grid[kept] @ slopes.T, heights[kept])


def posterior_modes(loadings: np.ndarray, lower: np.ndarray, upper: np.ndarray, shared: Sequence[Shared] = ()) -> Modes:
    """Find the mode of every respondent.

    Parameters
    ----------
    loadings : ndarray, shape (o, r)
        Over the residual standard deviation of the response.
    lower, upper : ndarray, shape (n, o)
        Ends of the intervals, in the same unit; infinite where there is none, both where an answer is missing.
    shared : sequence of Shared
        Responses that covary given w; their unit is the standard deviation of what they do not share.
    """
    n, r = len(lower), loadings.shape[1]
    where, spread = np.full((n, r), np.nan), np.full((n, r, r), np.nan)
    step = max(1, CHUNK // max(len(loadings) + r * r, *(each.shifts.size for each in shared), 1))
    for start in range(0, n, step):
        part = slice(start, start + step)
        where[part], spread[part] = _climb(loadings, lower[part], upper[part], shared)
    return Modes(where, spread)


def _climb(loadings: np.ndarray, lower: np.ndarray, upper: np.ndarray,
           shared: Sequence[Shared]) -> tuple[np.ndarray, np.ndarray]:
    n, r = len(lower), loadings.shape[1]
    w, found = np.zeros((n, r)), np.full((n, r), np.nan)
    curved = np.zeros((n, r, r))
    value, slope, bend = _log_posterior(w, loadings, lower, upper, shared)
    left = np.arange(n)
    for _ in range(STEPS):
        move = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        settled = np.abs(move).max(axis=1, initial=0.0) < SETTLED
        found[left[settled]], curved[left] = w[settled] + move[settled], bend
        left, w, move, value = left[~settled], w[~settled], move[~settled], value[~settled]
        if not len(left):
            break
        w, value, slope, bend = _climbed(w, move, value, loadings, lower[left], upper[left], shared)
    return found, np.linalg.inv(curved)


def _climbed(w: np.ndarray, move: np.ndarray, value: np.ndarray, loadings: np.ndarray, lower: np.ndarray,
             upper: np.ndarray, shared: Sequence[Shared]) -> tuple[np.ndarray, ...]:
    """Go along the moves as far as the function rises."""
    tried = w + move
    reached, slope, bend = _log_posterior(tried, loadings, lower, upper, shared)
    for halving in range(1, HALVINGS):
        low = np.flatnonzero(~(reached >= value - 1e-12 * np.abs(value)))
        if not len(low):
            break
        tried[low] = w[low] + move[low] / 2**halving
        reached[low], slope[low], bend[low] = _log_posterior(tried[low], loadings, lower[low], upper[low], shared)
    return tried, reached, slope, bend


def _log_posterior(w: np.ndarray, loadings: np.ndarray, lower: np.ndarray, upper: np.ndarray,
                   shared: Sequence[Shared]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evaluate the function, shape (n,), its slopes, shape (n, r), and minus its second slopes, shape (n, r, r)."""
    r = loadings.shape[1]
    alone = np.setdiff1d(np.arange(len(loadings)), [item for each in shared for item in each.items])
    centre, own = w @ loadings.T, loadings[alone]
    log, slope, bend = log_interval((lower - centre)[:, alone], (upper - centre)[:, alone])
    value = log.sum(axis=1) - (w**2).sum(axis=1) / 2
    products = (own[:, :, None] * own[:, None, :]).reshape(len(own), r * r)
    slopes, curvature = slope @ own - w, (bend @ products).reshape(-1, r, r) + np.eye(r)
    for each in shared:
        own = loadings[each.items]
        log, slope, bend = log_together(each, (lower - centre)[:, each.items], (upper - centre)[:, each.items])
        value, slopes = value + log, slopes + slope @ own
        curvature += own.T @ bend @ own
    return value, slopes, curvature


def log_together(shared: Shared, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log probability that responses which share variables lie in their intervals, shape (n,).

    Behind it its slopes, shape (n, c), and minus its second slopes, shape (n, c, c), where the ends move down.
    """
    log, slope, bend = log_interval(a[:, None, :] - shared.shifts, b[:, None, :] - shared.shifts)
    at_nodes = log.sum(axis=2) + shared.log_weights
    top = at_nodes.max(axis=1, keepdims=True)
    weights = np.exp(at_nodes - top)
    total = weights.sum(axis=1, keepdims=True)
    weights = weights / total
    mean = (weights[:, :, None] * slope).sum(axis=1)
    away = slope - mean[:, None, :]
    second = -(away * weights[:, :, None]).mT @ away
    item = np.arange(a.shape[1])
    second[:, item, item] += (weights[:, :, None] * bend).sum(axis=1)
    return (top + np.log(total))[:, 0], mean, second


def log_interval(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Log of :math:`\Phi(b) - \Phi(a)`, its slope where both ends move down together, and minus that slope's slope.

    An interval above 0 is turned to the other side, so that tails lose no digits.

    Examples
    --------
    >>> log, slope, bend = log_interval(np.array([-np.inf, 38.0]), np.array([0.0, np.inf]))
    >>> log.round(3).tolist(), slope.round(3).tolist(), bend.round(3).tolist()
    ([-0.693, -726.557], [-0.798, 38.026], [0.637, 0.999])
    """
    from scipy.special import log_ndtr

    above = a > 0
    low, high = np.where(above, -b, a), np.where(above, -a, b)
    whole = log_ndtr(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        less = np.where(np.isneginf(low), -np.inf, log_ndtr(low) - whole)
        log = whole + np.log1p(-np.exp(less))
    at_a, at_b = (np.exp(np.where(np.isinf(end), -np.inf, -end * end / 2) - LOG_ROOT_2PI - log) for end in (a, b))
    slope = at_a - at_b
    pull = np.where(np.isinf(b), 0.0, b) * at_b - np.where(np.isinf(a), 0.0, a) * at_a
    return log, slope, slope**2 + pull
