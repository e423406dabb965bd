"""Where the objective is smallest: Fisher scoring with step halving, polished until the gradient vanishes.

Fisher scoring finds the neighbourhood but converges linearly, the slower the worse the model fits; near the minimum
Newton's steps take over: with exact second derivatives soon, with differenced ones only where scoring is slow.

References
----------
Lee & Jennrich (1979). Psychometrika, 44, 99-113. Nocedal & Wright (2006). Numerical Optimization, ch. 3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.sem.estimation.discrepancy import Discrepancy, Point

# On scaled items; the contract asks for 1e-9, rounding allows about 1e-13.
TARGET = 1e-11
# What still counts as a minimum where rounding forbids the target (nearly singular information).
ACCEPTED = 1e-9
SCORING_STEPS, NEWTON_STEPS, HALVINGS = 200, 30, 30
NEAR, PAUSE = 0.1, 5  # gradient below which Newton's steps are tried; scoring steps after some that were in vain
SLOW = 15  # scoring steps after which differenced second derivatives are worth their price
WORTH = 5  # steps to the target, at the pace of the last, up to which a Hessian is not worked out anew
LONGEST_STEP = 1.0  # scaled parameters are of order one


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Where the search ended.

    Attributes
    ----------
    point : Point
    gradient : ndarray, shape (q,)
    iterations : int
    converged : bool
        Whether the largest element of the gradient is below ``ACCEPTED``.
    """

    point: Point
    gradient: np.ndarray
    iterations: int
    converged: bool


def minimise(problem: Discrepancy, starts: Iterable[np.ndarray]) -> Optimum:
    """Search from each start, shape (q,), until a search converges; otherwise take the lowest place found.

    Raises
    ------
    ModelError
        ``sem.no_start``: the implied covariance matrix is nowhere positive definite.
    """
    found: list[Optimum] = []
    for x in starts:
        point = _inside(problem, x)
        if not math.isfinite(point.f):
            continue
        found.append(search(problem, point))
        if found[-1].converged:
            return found[-1]
    if not found:
        raise ModelError("sem.no_start")
    return min(found, key=lambda optimum: optimum.point.f)


def search(problem: Discrepancy, point: Point, *, near: bool = False) -> Optimum:
    """Search from a point with a finite objective: scoring steps from afar, Newton's near the minimum."""
    slope, steps, again = problem.gradient(point), 0, 0
    while _size(slope) > TARGET and steps < SCORING_STEPS:
        nearly = _size(slope) < NEAR if problem.exact else steps >= SLOW and _size(slope) < NEAR / 10
        if steps >= again and (near or nearly):
            polished = _newton(problem, point, slope)
            if polished is not None:
                point, slope, more = polished
                steps += max(more, 1)
                continue
            near, again = False, steps + PAUSE
        moved = _step(problem, point, slope, problem.information(point))
        if moved is None:
            break
        point, steps = moved, steps + 1
        slope = problem.gradient(point)
    return Optimum(point, slope, steps, _size(slope) < ACCEPTED)


def _inside(problem: Discrepancy, x: np.ndarray) -> Point:
    """Begin where the implied matrices are positive definite: residual variances grow until they are."""
    point = problem.evaluate(x)
    structure, layout = problem.structure, problem.structure.layout
    variances = np.tile((layout.weight == 0.5), structure.table.groups).astype(float)
    push = structure.k.T @ variances
    for _ in range(20):
        if math.isfinite(point.f):
            return point
        x = np.where(push > 0, np.maximum(2 * x, 0.5), 0.5 * x)
        point = problem.evaluate(x)
    return point


def _size(slope: np.ndarray) -> float:
    return float(np.abs(slope).max()) if slope.size else 0.0


def _solve(matrix: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Direction -M^-1 g; a ridge on the unit-diagonal matrix where it is singular."""
    width = np.sqrt(np.maximum(np.diag(matrix), 1e-12))
    unit = matrix / np.outer(width, width)
    ridge = 0.0
    for _ in range(12):
        try:
            root = np.linalg.cholesky(unit + ridge * np.eye(len(unit)))
            if np.diag(root).min() > 1e-7:
                return -np.linalg.solve(unit + ridge * np.eye(len(unit)), slope / width) / width
        except np.linalg.LinAlgError:
            pass
        ridge = max(10 * ridge, 1e-8)
    return -slope / width**2


def _step(problem: Discrepancy, point: Point, slope: np.ndarray, expected: np.ndarray) -> Point | None:
    """One scoring step, halved until the objective falls; None where no step helps."""
    direction = _solve(2 * expected, slope)
    longest = _size(direction)
    size = min(1.0, LONGEST_STEP / longest) if longest else 1.0
    promised = float(slope @ direction)
    # below this the objective cannot be told from rounding; the gradient decides
    blur = 1e-13 * (1 + abs(point.f))
    for _ in range(HALVINGS):
        tried = problem.evaluate(point.x + size * direction)
        if tried.f <= point.f + 1e-4 * size * promised + blur:
            return tried
        size /= 2
    return None


def _newton(problem: Discrepancy, point: Point, slope: np.ndarray) -> tuple[Point, np.ndarray, int] | None:
    """Newton steps while they shrink the gradient; None where the Hessian is not positive definite here."""
    began = _size(slope)
    for steps in range(NEWTON_STEPS):
        curvature = problem.curvature(point)
        try:
            root = np.linalg.inv(np.linalg.cholesky(curvature))
        except np.linalg.LinAlgError:
            return None if steps == 0 else (point, slope, steps)
        while True:
            tried = problem.evaluate(point.x - root.T @ (root @ slope))
            if not math.isfinite(tried.f) or tried.f > point.f + 1e-12 * (1 + abs(point.f)):
                return None if _size(slope) >= began else (point, slope, steps)
            better = problem.gradient(tried)
            if _size(better) >= _size(slope):
                return (point, slope, steps) if _size(slope) < began else None
            pace = _size(better) / _size(slope)
            point, slope = tried, better
            if _size(slope) < TARGET:
                return point, slope, steps + 1
            if _size(slope) * pace**WORTH > TARGET:
                break
    return point, slope, NEWTON_STEPS


def differenced(problem: Discrepancy, point: Point) -> np.ndarray:
    """Second derivatives of F by central differences of the analytic gradient, shape (q, q)."""
    q = len(point.x)
    rows = np.zeros((q, q))
    for at in range(q):
        step = np.zeros(q)
        step[at] = 1e-5
        above, below = problem.evaluate(point.x + step), problem.evaluate(point.x - step)
        if math.isfinite(above.f) and math.isfinite(below.f):
            rows[at] = (problem.gradient(above) - problem.gradient(below)) / 2e-5
    return (rows + rows.T) / 2
