"""Where the minimum of each of many samples is, when they resemble one whose minimum is known.

The parameters are turned so that the curvature at the known minimum is the identity. A quasi-Newton step from there is
the gradient itself, corrected by what the steps before it showed (limited-memory BFGS), and the length of the gradient
bounds how far any parameter is from its minimum in standard errors. What does not settle is searched for one by one.

References
----------
Nocedal & Wright (2006). Numerical Optimization, ch. 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.optimize import minimise
from helpers.sem.estimation.start import starts
from helpers.sem.model.scaling import Scaled
from helpers.sem.resampling.batch import Batch
from helpers.sem.resampling.holed_batch import HoledBatch

# Standard errors of the known fit by which any parameter may miss its minimum, to first order.
NEAR = 1e-5
MOST_STEPS = 40
# Longest step, in standard errors of one respondent; a sample's own minimum is rarely farther than 1/sqrt(n) times ten.
LONGEST = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The fit from which every search starts.

    Attributes
    ----------
    scaled : Scaled
    x : ndarray, shape (q,)
        Its basic parameters.
    turn : ndarray, shape (q, q)
        x moves by ``turn @ z``; the curvature in z is the identity.
    n : float
        Respondents in each sample.
    """

    scaled: Scaled
    x: np.ndarray
    turn: np.ndarray
    n: float


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Minima.

    Attributes
    ----------
    values : ndarray, shape (draws, r)
        Rows of the table on scaled items; NaN where the search failed.
    reasons : ndarray of str, shape (draws,)
        "" or what failed: "singular", "not_converged", "not_positive_definite".
    """

    values: np.ndarray
    reasons: np.ndarray


def known(scaled: Scaled, x: np.ndarray, curved: np.ndarray | None = None) -> Known:
    """Prepare searches that start at a fit's minimum x, shape (q,); ``curved``: its second derivatives, where known."""
    problem = NormalTheory.of(scaled.structure, scaled.samples)
    point = problem.evaluate(x)
    try:
        root = np.linalg.cholesky(problem.curvature(point) if curved is None else curved)
    except np.linalg.LinAlgError:
        root = np.linalg.cholesky(2 * problem.information(point))
    return Known(scaled, x, np.linalg.inv(root).T, float(sum(sample.n for sample in scaled.samples)))


def search(start: Known, batch: Batch | HoledBatch, *, near: float = NEAR) -> Found:
    """Find the minimum of every sample.

    Parameters
    ----------
    start : Known
    batch : Batch or HoledBatch
        Of the same structure.
    near : float, default NEAR
        Standard errors by which any parameter may miss its minimum.
    """
    structure = start.scaled.structure
    constants = batch.constants()
    moved, settled = _settle(start, batch, constants, near)
    values = (start.x + moved @ start.turn.T) @ structure.k.T + constants
    good = settled & _positive(batch, values)
    reasons = np.where(good, "", "not_converged").astype(object)
    values[~good] = np.nan
    for at in np.flatnonzero(~good):
        found = (batch.alone(start.scaled, start.x, int(at)) if isinstance(batch, HoledBatch)
                 else _alone(start, batch, int(at)))
        if isinstance(found, str):
            reasons[at] = found
        else:
            values[at], reasons[at] = found, ""
    return Found(values, reasons)


def discrepancies(batch: Batch, values: np.ndarray) -> np.ndarray:
    """F of each sample at its parameters, shape (draws,); infinite where an implied matrix is not positive definite."""
    total = np.zeros(len(batch))
    for group, share in enumerate(batch.shares.T):
        filled = batch.matrices(group, values)
        cov = batch.covs[group]
        held = np.isfinite(values).all(1)
        sign, logdet = np.linalg.slogdet(np.where(held[:, None, None], filled.sigma, np.eye(cov.shape[1])))
        inverted = np.linalg.inv(np.where(held[:, None, None], filled.sigma, np.eye(cov.shape[1])))
        distance = logdet + (cov * inverted).sum((1, 2)) - np.linalg.slogdet(cov)[1] - cov.shape[1]
        if batch.structure.table.means:
            away = batch.means[group] - filled.mu
            distance += np.einsum("di,dij,dj->d", away, inverted, away)
        total += share * np.where(held & (sign > 0), distance, np.inf)
    return total


def _settle(start: Known, batch: Batch | HoledBatch, constants: np.ndarray,
            near: float) -> tuple[np.ndarray, np.ndarray]:
    """Quasi-Newton steps of all samples at once: moves z, shape (draws, q), and which of them settled."""
    k = start.scaled.structure.k @ start.turn
    base = start.scaled.structure.k @ start.x
    enough = near * math.sqrt(2 / start.n)
    moved, settled = np.zeros((len(batch), len(start.x))), np.zeros(len(batch), dtype=bool)
    active = np.arange(len(batch))
    z, history = np.zeros_like(moved), []
    slope = batch.slopes(base + constants) @ k
    for _ in range(MOST_STEPS):
        size = np.sqrt((slope * slope).sum(1))
        done = size < enough
        moved[active[done]], settled[active[done]] = z[done], True
        going = ~done & np.isfinite(size)
        if not going.any():
            break
        if going.sum() < 0.8 * len(going):
            active, z, slope, constants, batch = (
                active[going], z[going], slope[going], constants[going], batch.take(going))
            history = [tuple(part[going] for part in pair) for pair in history]
        step = _direction(slope, history)
        length = np.sqrt((step * step).sum(1, keepdims=True))
        step *= np.minimum(1.0, LONGEST / np.maximum(length, 1e-300))
        after = batch.slopes(base + (z + step) @ k.T + constants) @ k
        change = after - slope
        curved = (step * change).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            history.append((step, change, np.where(curved > 1e-3 * (step * step).sum(1), 1 / curved, 0.0)))
        z, slope = z + step, after
    return moved, settled


def _direction(slope: np.ndarray, history: list[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Minus the inverse curvature times the slope, by the two-loop recursion."""
    left, weights = slope.copy(), []
    for step, change, rho in reversed(history):
        weights.append(rho * np.einsum("dq,dq->d", step, left))
        left -= weights[-1][:, None] * change
    for (step, change, rho), weight in zip(history, reversed(weights), strict=True):
        left += (weight - rho * np.einsum("dq,dq->d", change, left))[:, None] * step
    return -left


def _positive(batch: Batch | HoledBatch, values: np.ndarray) -> np.ndarray:
    """Whether every implied covariance matrix is positive definite."""
    good = np.isfinite(values).all(1)
    for group in range(batch.shares.shape[1]):
        filled = batch.matrices(group, np.where(good[:, None], values, 0.0))
        plain = np.zeros_like(good)
        if filled.theta.ndim == 2:  # positive residuals and a proper covariance matrix of the etas are enough
            psi = np.where(good[:, None, None], filled.psi, 0.0)
            plain = (filled.theta > 0).all(1) & (np.linalg.eigvalsh(psi)[:, 0] >= 0)
        doubtful = np.flatnonzero(good & ~plain)
        if len(doubtful):
            roots = np.linalg.eigvalsh(batch.matrices(group, values[doubtful]).sigma)
            good[doubtful] &= roots[:, 0] > 1e-12 * roots[:, -1]
    return good


def _alone(start: Known, batch: Batch, at: int) -> np.ndarray | str:
    """Search one sample with every safeguard: its parameters, or what failed."""
    structure = start.scaled.structure
    samples = []
    for cov, mean, share, sample in zip(batch.covs, batch.means, batch.shares.T, start.scaled.samples, strict=True):
        if not np.isfinite(cov[at]).all() or np.linalg.eigvalsh(cov[at])[0] <= 1e-12 * np.trace(cov[at]):
            return "singular"
        samples.append(Sample(sample.names, share[at] * start.n, cov[at], mean[at], sample.group))
    own = replace(structure, c=batch.take(np.array([at])).constants()[0])
    try:
        optimum = minimise(NormalTheory.of(own, samples), chain([start.x], starts(replace(start.scaled, structure=own,
                                                                                   samples=samples))))
    except ModelError:
        return "not_positive_definite"
    return own.k @ optimum.point.x + own.c if optimum.converged else "not_converged"
