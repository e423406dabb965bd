r"""Where the posterior of normal variables is highest, given intervals in which responses to them lie.

With :math:`a_i = l_i - \lambda_i'w`, :math:`b_i = u_i - \lambda_i'w` of responses with variance 1 around
:math:`\lambda_i'w`, the mode of

.. math:: -\tfrac12 w'w + \sum_i \ln\bigl[\Phi(b_i) - \Phi(a_i)\bigr]

is found by Newton's method, for many respondents at once. The function is strictly concave, so there is one mode, and
steps that do not climb are halved until they do.

References
----------
Bock & Aitkin (1981). Psychometrika, 46, 443-459. Pratt (1981). Journal of the American Statistical Association, 76,
103-106, for the concavity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LOG_ROOT_2PI = 0.9189385332046727
# Of the largest coordinate, in standard deviations of the construct; steps shrink quadratically.
SETTLED = 1e-10
STEPS, HALVINGS = 60, 40
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


def posterior_modes(loadings: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Modes:
    """Find the mode of every respondent.

    Parameters
    ----------
    loadings : ndarray, shape (o, r)
        Over the residual standard deviation of the response.
    lower, upper : ndarray, shape (n, o)
        Ends of the intervals, in the same unit; infinite where there is none, both where an answer is missing.
    """
    n, r = len(lower), loadings.shape[1]
    where, spread = np.full((n, r), np.nan), np.full((n, r, r), np.nan)
    products = (loadings[:, :, None] * loadings[:, None, :]).reshape(len(loadings), r * r)
    step = max(1, CHUNK // max(len(loadings) + r * r, 1))
    for start in range(0, n, step):
        part = slice(start, start + step)
        where[part], spread[part] = _climb(loadings, products, lower[part], upper[part])
    return Modes(where, spread)


def _climb(loadings: np.ndarray, products: np.ndarray, lower: np.ndarray,
           upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n, r = len(lower), loadings.shape[1]
    w, found = np.zeros((n, r)), np.full((n, r), np.nan)
    curved = np.zeros((n, r, r))
    value, slope, bend = _log_probability(w, loadings, lower, upper)
    left = np.arange(n)
    for _ in range(STEPS):
        curvature = (bend @ products).reshape(-1, r, r) + np.eye(r)
        move = np.linalg.solve(curvature, (slope @ loadings - w)[:, :, None])[:, :, 0]
        settled = np.abs(move).max(axis=1, initial=0.0) < SETTLED
        found[left[settled]], curved[left] = w[settled] + move[settled], curvature
        left, w, move, value = left[~settled], w[~settled], move[~settled], value[~settled]
        if not len(left):
            break
        w, value, slope, bend = _climbed(w, move, value, loadings, lower[left], upper[left])
    return found, np.linalg.inv(curved)


def _climbed(w: np.ndarray, move: np.ndarray, value: np.ndarray, loadings: np.ndarray, lower: np.ndarray,
             upper: np.ndarray) -> tuple[np.ndarray, ...]:
    """Go along the moves as far as the function rises."""
    tried = w + move
    reached, slope, bend = _log_probability(tried, loadings, lower, upper)
    for halving in range(1, HALVINGS):
        low = np.flatnonzero(~(reached >= value - 1e-12 * np.abs(value)))
        if not len(low):
            break
        tried[low] = w[low] + move[low] / 2**halving
        reached[low], slope[low], bend[low] = _log_probability(tried[low], loadings, lower[low], upper[low])
    return tried, reached, slope, bend


def _log_probability(w: np.ndarray, loadings: np.ndarray, lower: np.ndarray,
                     upper: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evaluate the function, shape (n,), and by response its slope and minus its bend in the mean, shape (n, o)."""
    centre = w @ loadings.T
    a, b = lower - centre, upper - centre
    log, slope, bend = log_interval(a, b)
    return log.sum(axis=1) - (w**2).sum(axis=1) / 2, slope, bend


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
