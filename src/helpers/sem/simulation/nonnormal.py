r"""Answers of a chosen skew and excess kurtosis whose covariances are still those of the population.

A cubic of a standard normal variable, :math:`Y = -c + bZ + cZ^2 + dZ^3`, has mean 0 and

.. math:: 1 = b^2 + 6bd + 2c^2 + 15d^2, \qquad \gamma_1 = 2c(b^2 + 24bd + 105d^2 + 2)

.. math:: \gamma_2 = 24\,[bd + c^2(1 + b^2 + 28bd) + d^2(12 + 48bd + 141c^2 + 225d^2)]

The first is an ellipsoid. With u = b + 3d it reads :math:`u^2 + 6d^2 + 2c^2 = 1`, so that all cubics of one skew are a
curve on a sphere: it is walked along, which gives every solution and the kurtoses that can be reached at all.

References
----------
Fleishman (1978). A method for simulating non-normal distributions. Psychometrika, 43, 521-532. Vale & Maurelli
(1983). Simulating multivariate nonnormal distributions. Psychometrika, 48, 465-471.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.sem.simulation.population import root

STEPS = 4001  # along the curve of one skew; its extremes are then right to 1e-5
HALVINGS = 60  # of an interval of length 1, until rounding
SOLVED = 1e-10  # error of variance, skew and kurtosis
ROOT6 = math.sqrt(6.0)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How normal scores become answers.

    Attributes
    ----------
    cubics : ndarray, shape (4, p)
        Coefficients of 1, z, z squared, z cubed.
    root : ndarray, shape (p, p)
        Of the correlations that the normal scores must have.
    """

    cubics: np.ndarray
    root: np.ndarray

    def of(self, normal: np.ndarray) -> np.ndarray:
        """Turn independent standard normal scores, shape (n, p), into correlated ones of mean 0 and variance 1."""
        return bent(self.cubics, normal @ self.root.T)


def bent(cubics: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Evaluate the cubics at standard normal scores, shape (n, p)."""
    a, b, c, d = cubics
    return a + scores * (b + scores * (c + scores * d))


def shape(sigma: np.ndarray, cubics: np.ndarray, names: tuple[str, ...], *, group: int) -> Shape:
    r"""Find the correlations of the normal scores.

    Parameters
    ----------
    sigma : ndarray, shape (p, p)
        Covariances that the answers shall have.
    cubics : ndarray, shape (4, p)
    names : tuple of str
    group : int
        From 1, for the message.

    Raises
    ------
    ModelError
        ``sem.simulate_correlation``: two items of these shapes cannot correlate so strongly.
        ``sem.simulate_intermediate``: each pair can, but not all together.

    Notes
    -----
    With r between the scores, answers correlate :math:`r u_1 u_2 + 2 r^2 c_1 c_2 + 6 r^3 d_1 d_2`, u = b + 3d.
    """
    sds = np.sqrt(np.diag(sigma))
    one, other = np.tril_indices(len(sigma), -1)
    wanted = (sigma / np.outer(sds, sds))[one, other]
    _, b, c, d = cubics
    u = b + 3 * d
    by = u[one] * u[other], 2 * c[one] * c[other], 6 * d[one] * d[other]
    low, high = _rising(*by)

    def reached(r: np.ndarray) -> np.ndarray:
        return r * (by[0] + r * (by[1] + r * by[2]))

    least, most = reached(low), reached(high)
    if (wrong := np.flatnonzero((wanted < least) | (wanted > most))).size:
        at = wrong[0]
        raise ModelError("sem.simulate_correlation", items=[names[one[at]], names[other[at]]],
                         correlation=float(wanted[at]), lower=float(least[at]), upper=float(most[at]))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        short = reached(middle) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    scores = np.eye(len(sigma))
    scores[one, other] = scores[other, one] = (low + high) / 2
    triangle = root(scores)
    if triangle is None:
        raise ModelError("sem.simulate_intermediate", group=group)
    return Shape(cubics, triangle)


def fleishman(skew: float, kurtosis: float, *, item: str = "-") -> np.ndarray:
    """Find the cubic of a standard normal variable with given skew and excess kurtosis.

    Parameters
    ----------
    skew, kurtosis : float
        0 and 0: the normal distribution.
    item : str
        For the message.

    Returns
    -------
    ndarray, shape (4,)
        a, b, c, d; of several solutions the one that correlates most with the normal score.

    Raises
    ------
    ModelError
        ``sem.simulate_impossible``: no distribution has kurtosis < skew² - 2. ``sem.simulate_shape``: the cubic does
        not reach it; the message says what it reaches at this skew.

    Examples
    --------
    >>> fleishman(0.0, 0.0)
    array([0., 1., 0., 0.])
    """
    if not (math.isfinite(skew) and math.isfinite(kurtosis)) or kurtosis < skew**2 - 2:
        raise ModelError("sem.simulate_impossible", item=item, skew=skew, kurtosis=kurtosis, least=skew**2 - 2)
    if skew == kurtosis == 0:
        return np.array([0.0, 1.0, 0.0, 0.0])
    curves = _curves(abs(skew))
    if not curves:
        raise ModelError("sem.simulate_skew", item=item, skew=skew, most=most_skew())
    solutions = []
    for curve in curves:
        above = _moments(curve)[2] > kurtosis
        starts = curve[:, np.flatnonzero(above[1:] != above[:-1])].T
        solutions += [found for start in starts if (found := _solve(start, abs(skew), kurtosis)) is not None]
    if not solutions:
        reached = np.concatenate([_moments(curve)[2] for curve in curves])
        raise ModelError("sem.simulate_shape", item=item, skew=skew, kurtosis=kurtosis, lower=float(reached.min()),
                         upper=float(reached.max()))
    b, c, d = max(solutions, key=lambda found: found[0] + 3 * found[2])
    c = math.copysign(c, skew) if skew else 0.0
    return np.array([-c, b, c, d])


def most_skew() -> float:
    """Largest skew that a cubic reaches."""
    a = 4 + math.sqrt(22.5)  # largest eigenvalue of the form in (u, sqrt(6) d)
    s = math.sqrt((a + 2) / (3 * a))
    return math.sqrt(2) * s * (a * (1 - s * s) + 2)


def _rising(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds within -1..1 of the interval around zero on which r (first + r (second + r third)) rises."""
    low, high = -np.ones_like(first), np.ones_like(first)
    for at, coefficients in enumerate(zip(3 * third, 2 * second, first, strict=True)):
        turns = np.roots(coefficients)
        turns = turns[np.isreal(turns)].real
        low[at] = max([-1.0, *turns[turns <= 0]])
        high[at] = min([1.0, *turns[turns > 0]])
    return low, high


def _curves(skew: float) -> list[np.ndarray]:
    """Points (b, c, d) along every cubic of a skew of 0 or more, as curves of shape (3, points)."""
    angle = np.linspace(-math.pi / 2, math.pi / 2, STEPS)
    form = np.cos(angle)**2 + 18 / ROOT6 * np.cos(angle) * np.sin(angle) + 7 * np.sin(angle)**2
    bend = np.sqrt(np.clip((form + 2) / np.maximum(3 * form, 1e-300), 0.0, 1.0))  # where the skew is largest
    bend[form <= 1] = 1.0
    up, down = _sine(form, skew, np.zeros(STEPS), bend), _sine(form, skew, np.ones(STEPS), bend)
    pieces = []
    for side, other in ((up, down), (down, up)):
        inside = np.flatnonzero(np.isfinite(side))
        for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1) if inside.size else []:
            points = np.stack([angle[run], side[run]])
            ends = [np.array([[angle[at]], [other[at]]]) for at in (run[0], run[-1])]  # the other side goes on there
            closed = [end if np.isfinite(end).all() else points[:, :0] for end in ends]
            pieces.append(_cubic(np.hstack([closed[0], points, closed[1]])))
    return pieces


def _sine(form: np.ndarray, skew: float, start: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Sine of the height on the sphere at which the skew is reached between start and bend; NaN where it is not."""
    def excess(sine: np.ndarray) -> np.ndarray:
        return math.sqrt(2) * sine * (form * (1 - sine * sine) + 2) - skew

    low, high = start.copy(), bend.copy()
    there = (excess(low) <= 0) & (excess(high) >= 0) & ((start == 0) | (bend < 1))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        short = excess(middle) < 0
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(there, (low + high) / 2, np.nan)


def _cubic(points: np.ndarray) -> np.ndarray:
    angle, sine = points
    cosine = np.sqrt(1 - sine * sine)
    d = cosine * np.sin(angle) / ROOT6
    return np.stack([cosine * np.cos(angle) - 3 * d, sine / math.sqrt(2), d])


def _moments(cubic: np.ndarray) -> np.ndarray:
    """Variance, skew and excess kurtosis of cubics (b, c, d)."""
    b, c, d = cubic
    return np.stack([
        b * b + 6 * b * d + 2 * c * c + 15 * d * d,
        2 * c * (b * b + 24 * b * d + 105 * d * d + 2),
        24 * (b * d + c * c * (1 + b * b + 28 * b * d) + d * d * (12 + 48 * b * d + 141 * c * c + 225 * d * d))])


def _solve(start: np.ndarray, skew: float, kurtosis: float) -> np.ndarray | None:
    from scipy.optimize import root as zero

    aim = np.array([1.0, skew, kurtosis])
    found = zero(lambda cubic: _moments(cubic) - aim, start, tol=1e-14)
    return found.x if np.abs(_moments(found.x) - aim).max() < SOLVED * max(1.0, abs(kurtosis)) else None
