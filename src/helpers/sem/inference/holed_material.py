r"""Robust errors and tests where answers have holes: casewise derivatives, and what chi-squares are divided by.

.. math:: c = \frac{\operatorname{tr}(A_1^{-1}B_1) - \operatorname{tr}(A^{-1}B)}{df}

as in ``robust``, but nothing of the saturated model (index 1) is known in closed form: A_1 is its observed information
at the EM estimates, B_1 the mean square of its casewise derivatives there.

References
----------
Yuan & Bentler (2000). Sociological Methodology, 30, 165-200. Savalei (2010). Psychological Methods, 15, 352-367.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from helpers.errors import DataError
from helpers.moments import Cases, Patterns, Sample, expect, inverted, some_of, sort
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.missing_information import casewise
from helpers.sem.inference.free_moments import Free
from helpers.sem.inference.full_likelihood import baseline_moments
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure
from helpers.syntax import Table


@dataclass(frozen=True, slots=True, eq=False)
class Saturation:
    """What is known of a group's moments themselves.

    Attributes
    ----------
    free : Free
        Every moment is a parameter; they stand at their maximum likelihood estimates.
    root : ndarray, shape (k, k)
        Cholesky root of the observed information A of one respondent.
    n : float
    """

    free: Free
    root: np.ndarray
    n: float


@dataclass(frozen=True, slots=True, eq=False)
class HoledMaterial:
    """Answers with holes as the robust formulas take them, on scaled items.

    Attributes
    ----------
    samples : list of Sample
        Saturated moments.
    rows : list of Patterns
        One row per respondent, without weights.
    patterns : list of Patterns
        With weights, as the estimation takes them.
    weights, clusters : list of ndarray, shape (n,), or None
    known, said, alone : dict
        Saturations, their scores, and moments of the baseline model that were computed already, by group.
    """

    samples: list[Sample]
    rows: list[Patterns]
    patterns: list[Patterns]
    weights: list[np.ndarray] | None
    clusters: list[np.ndarray] | None
    known: dict[int, Saturation] = field(default_factory=dict)
    said: dict[int, np.ndarray] = field(default_factory=dict)
    alone: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Cases, scaled: Scaled) -> HoledMaterial:
        """Bring answers to the scale of the estimation."""
        weights = cases.weights or (None,) * len(cases.values)
        rows = [sort(values, cases.names, compress=False).rescaled(scaled.width) for values in cases.values]
        patterns = [sort(values, cases.names, weights=weight).rescaled(scaled.width)
                    for values, weight in zip(cases.values, weights, strict=True)]
        return cls(scaled.samples, rows, patterns, cases.weights and list(cases.weights),
                   cases.clusters and list(cases.clusters))

    @property
    def n(self) -> int:
        """Respondents."""
        return sum(len(each.x) for each in self.rows)

    def meat(self, structure: Structure, point: Point) -> np.ndarray:
        """Mean square of the casewise derivatives with respect to the basic parameters, shape (q, q)."""
        parts = []
        for group, rows in enumerate(self.rows):
            implied, inverse = point.implied[group], point.inverses[group]
            found = expect(rows, implied.mu, *inverted(implied.sigma))
            own = casewise(rows, found, structure.layout, implied, inverse)
            parts.append(self._summed(group, own @ structure.k[structure.part(group)]))
        if self.clusters is None:
            return sum(part.T @ part for part in parts) / self.n
        total = np.zeros((max(map(len, parts)), parts[0].shape[1]))
        for part in parts:  # a cluster may have respondents in several groups
            total[: len(part)] += part
        return total.T @ total / self.n

    def _summed(self, group: int, rows: np.ndarray) -> np.ndarray:
        """Weighted rows of a group, shape (n, k), added up within each of its G clusters, G/(G-1) in their squares."""
        rows = rows if self.weights is None else rows * self.weights[group][:, None]
        if self.clusters is None:
            return rows
        codes = self.clusters[group]
        total = np.zeros((codes.max() + 1, rows.shape[1]))
        np.add.at(total, codes, rows)
        found = len(np.unique(codes))
        return total * np.sqrt(found / (found - 1))

    def traces(self, structure: Structure) -> tuple[float, float]:
        """Trace of the saturated model, less that of a fixed x, and what it exceeds the baseline model's by."""
        table = structure.table
        whole = base = own = 0.0
        for group, sample in enumerate(self.samples):
            inside = np.isin(sample.names, table.exogenous)
            found = self.saturation(group)
            whole += _trace(found.root, self.saturated_scores(group)) / found.n
            mean, cov = self.baseline(group, table)
            if table.fixed_x and table.exogenous:
                at = np.flatnonzero(inside)
                names = tuple(sample.names[place] for place in at)
                own += self._trace(group, names, Free.at(mean[at], cov[np.ix_(at, at)]))
            beside = np.isin(sample.names, table.auxiliaries)
            pairs = np.outer(inside, inside) | np.logical_or.outer(beside, beside)
            base += self._trace(group, sample.names, Free.at(mean, cov, pairs))
        return whole - own, whole - base

    def baseline(self, group: int, table: Table) -> tuple[np.ndarray, np.ndarray]:
        """Means and covariances of the baseline model."""
        if group not in self.alone:
            self.alone[group] = baseline_moments(self.patterns[group], self.samples[group], table.exogenous,
                                                 table.auxiliaries)
        return self.alone[group]

    def saturation(self, group: int) -> Saturation:
        """Information about a group's moments."""
        if group not in self.known:
            sample, patterns = self.samples[group], self.patterns[group]
            free = Free.at(sample.mean, sample.cov)
            try:
                root = np.linalg.cholesky(free.information(patterns))
            except np.linalg.LinAlgError:
                raise DataError("moments.flat_saturated", group=sample.group or "-") from None
            self.known[group] = Saturation(free, root, patterns.n)
        return self.known[group]

    def saturated_scores(self, group: int) -> np.ndarray:
        """Collect what respondents (clusters) say of the moments, shape (n, k); estimator ML never asks."""
        if group not in self.said:
            self.said[group] = self._summed(group, self.saturation(group).free.scores(self.rows[group]))
        return self.said[group]

    def _trace(self, group: int, names: tuple[str, ...], free: Free) -> float:
        """Trace of inverse information times mean square of the scores, in some of the variables."""
        patterns, rows = self.patterns[group], self.rows[group]
        if names != patterns.names:
            patterns, rows = some_of(patterns, names), some_of(rows, names)
        root = np.linalg.cholesky(free.information(patterns))
        return _trace(root, self._summed(group, free.scores(rows))) / self.patterns[group].n


def _trace(root: np.ndarray, scores: np.ndarray) -> float:
    from scipy.linalg import solve_triangular

    return float((solve_triangular(root, scores.T, lower=True) ** 2).sum())
