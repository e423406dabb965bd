"""What would the moments have been with other respondents? Blocks of draws by one matrix product.

A draw is a count of how often each respondent comes up, so the sums of a block of draws are counts times items and
their products. Respondents are drawn within their group; where they come in clusters, whole clusters are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Cases, Patterns, sort
from helpers.parallel import portions
from helpers.sem.fitting.result import SemFit
from helpers.sem.resampling.batch import Batch
from helpers.sem.resampling.batch_search import Known, known
from helpers.sem.resampling.holed_batch import HoledBatch

# Draws that are worked on together; a constant, because streams and last digits must not depend on the workers.
BLOCK = 250
# Numbers that are held at a time: places that are drawn, and products of items.
CELLS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What every block of draws needs.

    Attributes
    ----------
    start : Known
    centres : list of ndarray, shape (p,)
        Means of the scaled items in the data, per group.
    away : list of ndarray, shape (n, p)
        Scaled items less their means.
    units : list of int
        What is drawn as a whole, per group: respondents, or clusters; clusters that reach over groups are one pool.
    cluster : ndarray of int, shape (N,), or None
        Place of each respondent's cluster among all units.
    holed : list of Patterns
        The respondents of each group where answers have holes; there are no centres then.
    """

    start: Known
    centres: list[np.ndarray]
    away: list[np.ndarray]
    units: list[int]
    cluster: np.ndarray | None
    holed: Sequence[Patterns] = ()

    def draw(self, draws: int, random: np.random.Generator, *, keep: bool = False) -> tuple[np.ndarray,
                                                                                            np.ndarray | None]:
        """Draw units with replacement within their group.

        Returns
        -------
        counts : ndarray, shape (draws, N)
            How often each respondent comes up, group after group.
        places : ndarray of int, shape (draws, units), or None
            Positions among all units, group after group; None unless they are to be kept.
        """
        often, kept, before = [], [], 0
        for size in self.units:
            places = [random.integers(0, size, size=(len(rows), size)) if keep else
                      counted(random.integers(0, size, size=(len(rows), size)), size)
                      for rows in portions(draws, size=max(1, CELLS // size))]
            often += [np.vstack([counted(each, size) for each in places] if keep else places)]
            kept += [np.vstack(places) + before] if keep else []
            before += size
        counts = np.hstack(often)
        return counts if self.cluster is None else counts[:, self.cluster], np.hstack(kept) if keep else None


def material(fit: SemFit, *, answers: Sequence[np.ndarray] | None = None) -> Material:
    """Prepare resampling of a fit's respondents.

    Parameters
    ----------
    fit : SemFit
    answers : sequence of ndarray, shape (n, p), optional
        Other answers of the same respondents, per group, in which the fit's parameters are at their minimum too.

    Raises
    ------
    ModelError
        ``sem.bootstrap_ordinal``: ordinal items.
        ``sem.bootstrap_data``: the fit came from a printed matrix. ``sem.bootstrap_unconverged``.
        ``sem.bootstrap_method``: least squares; ``sem.bootstrap_weights``: weighted rows.
    """
    if fit.engine.method.categorical:
        raise ModelError("sem.bootstrap_ordinal", estimator=fit.engine.method.name)
    if fit.answers is None:
        raise ModelError("sem.bootstrap_data")
    if not fit.converged:
        raise ModelError("sem.bootstrap_unconverged")
    if fit.engine.method.discrepancy != "ml":
        raise ModelError("sem.bootstrap_method", estimator=fit.engine.method.name)
    if fit.engine.cases.weights is not None:
        raise ModelError("sem.bootstrap_weights")
    scaled, x, width = fit.engine.scaled, fit.engine.optimum.point.x, fit.engine.scaled.width
    units, cluster = _units(fit.engine.cases)
    if fit.engine.method.missing == "fiml":
        rows = [sort(each, scaled.samples[0].names, compress=False).rescaled(width) for each in fit.answers]
        start = known(scaled, x, fit.engine.problem.curvature(fit.engine.optimum.point))
        return Material(start, [], [], units, cluster, rows)
    centres, aways, samples = [], [], []
    for sample, each in zip(scaled.samples, fit.answers if answers is None else answers, strict=True):
        centre = each.mean(axis=0)
        # Centring changes no covariance and keeps the digits that large means would cost.
        away = (each - centre) / width
        samples.append(replace(sample, cov=away.T @ away / len(away), mean=centre / width))
        centres.append(centre / width)
        aways.append(away)
    return Material(known(replace(scaled, samples=samples), x), centres, aways, units, cluster)


def _units(cases: Cases) -> tuple[list[int], np.ndarray | None]:
    """Count what is drawn as a whole in each group, and place every respondent in it."""
    if cases.clusters is None:
        return [len(each) for each in cases.values], None
    own = [np.unique(codes) for codes in cases.clusters]
    every = np.concatenate(own)
    if len(np.unique(every)) < len(every):  # a cluster has respondents in several groups
        own = [np.unique(every)]
    place = np.empty(int(every.max()) + 1, dtype=int)
    place[np.concatenate(own)] = np.arange(sum(map(len, own)))
    return [len(each) for each in own], place[np.concatenate(cases.clusters)]


def counted(places: np.ndarray, total: int) -> np.ndarray:
    """Count how often each of all units came up in each draw, shape (draws, total): small numbers, held as such."""
    rows = len(places)
    flat = (places + np.arange(rows)[:, None] * total).ravel()
    return np.bincount(flat, minlength=rows * total).reshape(rows, total).astype(np.uint16)


def batch(of: Material, counts: np.ndarray) -> Batch | HoledBatch:
    """Moments of each draw.

    Parameters
    ----------
    of : Material
    counts : ndarray, shape (draws, N)
        How often each respondent comes up, group after group.
    """
    if of.holed:
        return HoledBatch.of(of.start.scaled.structure, list(of.holed), counts.astype(float))
    sizes, sums, before = [], [], 0
    for away in of.away:
        own = counts[:, before: before + len(away)]
        before += len(away)
        sizes.append(own.sum(axis=1, dtype=float))
        sums.append(sum(own[:, rows.start:rows.stop].astype(float) @ _terms(away[rows.start:rows.stop])
                        for rows in _portions(away)))
    return _batch(of, sizes, sums)


def batch_without(of: Material, left_out: range) -> Batch | HoledBatch:
    """Moments without each of some units, counted group after group."""
    if of.holed and of.cluster is None:
        return batch(of, (np.arange(sum(of.units)) != np.array(left_out)[:, None]).astype(float))
    if of.cluster is not None:
        return batch(of, (of.cluster != np.array(left_out)[:, None]).astype(float))
    sizes, sums, before = [], [], 0
    for away in of.away:
        here = np.array([at - before for at in left_out])
        inside = (here >= 0) & (here < len(away))
        before += len(away)
        total = sum(_terms(away[rows.start:rows.stop]).sum(axis=0) for rows in _portions(away))
        gone = _terms(away[np.where(inside, here, 0)])
        sizes.append(len(away) - inside.astype(float))
        sums.append(total - np.where(inside[:, None], gone, 0.0))
    return _batch(of, sizes, sums)


def _portions(away: np.ndarray) -> list[range]:
    """Cut the rows so that few products are held at a time."""
    p = away.shape[1]
    return portions(len(away), size=max(50, CELLS // (p + p * (p + 1) // 2)))


def _terms(away: np.ndarray) -> np.ndarray:
    """Items and their products side by side, shape (n, p + p (p + 1) / 2)."""
    upper = np.triu_indices(away.shape[1])
    found = np.empty((len(away), away.shape[1] + len(upper[0])))
    found[:, : away.shape[1]] = away
    np.multiply(away[:, upper[0]], away[:, upper[1]], out=found[:, away.shape[1]:])
    return found


def _batch(of: Material, sizes: list[np.ndarray], sums: list[np.ndarray]) -> Batch:
    covs, means = [], []
    for centre, n, terms in zip(of.centres, sizes, sums, strict=True):
        p = len(centre)
        upper = np.triu_indices(p)
        with np.errstate(divide="ignore", invalid="ignore"):  # no cluster of a group may come up; such a draw fails
            averages = terms / n[:, None]
        cov = np.empty((len(n), p, p))
        cov[:, upper[0], upper[1]] = cov[:, upper[1], upper[0]] = (
            averages[:, p:] - averages[:, upper[0]] * averages[:, upper[1]])
        covs.append(cov)
        means.append(centre + averages[:, :p])
    n = np.column_stack(sizes)
    return Batch(of.start.scaled.structure, covs, means, n / n.sum(axis=1, keepdims=True))
