r"""The responses behind ordinal items: what their variances leave for residuals, and the moments that answers show.

A response has the standard deviation :math:`1/\delta`, where the scale :math:`\delta` is 1 unless it is free. What
answers show of it is standardized:

.. math:: \kappa_{ik} = \delta_i (\tau_{ik} - \mu_i), \qquad r_{ij} = \delta_i \delta_j \Sigma_{ij}

A continuous variable has no scale and shows its mean, variance and covariances themselves.

References
----------
Millsap & Yun-Tein (2004). Multivariate Behavioral Research, 39, 479-515. Muthen & Asparouhov (2002). Mplus web note 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.sem.model.implied import ALPHA, DELTA, NU, PSI, TAU, Implied, Layout, imply, mean_factors, variance_slopes
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Which items are ordinal, and where their thresholds, scales and residual variances stand.

    Attributes
    ----------
    layout : Layout
    items : ndarray of int, shape (o,)
        Places of the ordinal items among the p variables.
    derived : ndarray of int, shape (o,)
        Row of a group that holds the residual variance of each item.
    scales : ndarray of int, shape (o,)
        Row of its scale.
    inner : ndarray of bool, shape (o,)
        Whether the residual variance is one of an eta: the item takes part in regressions.
    owner : ndarray of int, shape (m1,)
        Variable of each threshold and mean among the moments.
    threshold : ndarray of int, shape (m1,)
        Row of each threshold; -1 for minus the mean of a continuous variable.
    rows, columns : ndarray of int, shape (m2,)
        Places of variances and covariances in the covariance matrix.
    """

    layout: Layout
    items: np.ndarray
    derived: np.ndarray
    scales: np.ndarray
    inner: np.ndarray
    owner: np.ndarray
    threshold: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, structure: Structure) -> Responses:
        """Find them; moments stand in the order of ``LatentMoments``."""
        layout, table = structure.layout, structure.table
        first = table.rows[: structure.per_group]
        at = {(row.op, row.lhs, row.rhs): number for number, row in enumerate(first)}
        ordered = np.isin(np.array(table.observed, dtype=object), table.ordered)
        owner, threshold = [], []
        for item in range(len(table.observed)):
            own = sorted(np.flatnonzero((layout.matrix == TAU) & (layout.row == item)), key=lambda t: layout.column[t])
            owner += [item] * max(len(own), 1)
            threshold += own if ordered[item] else [-1]
        names = [table.observed[item] for item in np.flatnonzero(ordered)]
        derived = np.array([at["~~", name, name] for name in names], dtype=int)
        scales = np.array([at["~*~", name, name] for name in names], dtype=int)
        variances, below = np.flatnonzero(~ordered), np.triu_indices(len(ordered), 1)
        return cls(layout, np.flatnonzero(ordered), derived, scales, layout.matrix[derived] == PSI,
                   np.array(owner, dtype=int), np.array(threshold, dtype=int),
                   np.concatenate([variances, below[1]]), np.concatenate([variances, below[0]]))

    def delta(self, values: np.ndarray) -> np.ndarray:
        """Scales of all variables, shape (p,); 1 for continuous ones."""
        found = np.ones(len(self.layout.observed))
        found[self.items] = values[self.scales]
        return found

    def filled(self, values: np.ndarray) -> np.ndarray:
        """Give a group's rows with the residual variances that the responses' variances leave, shape (k,)."""
        values = values.copy()
        values[self.derived] = 0.0
        with np.errstate(divide="ignore", over="ignore"):
            target = values[self.scales] ** -2.0
        for inside in (True, False):  # those among the etas first: they reach further
            here = np.flatnonzero(self.inner == inside)
            implied = imply(self.layout, values) if len(here) else None
            if implied is None:
                continue
            left = target[here] - np.diag(implied.sigma)[self.items[here]]
            if inside:
                left = np.linalg.lstsq(self._reach(implied, here), left, rcond=None)[0]
            values[self.derived[here]] = left
        return values

    def completed(self, values: np.ndarray, implied: Implied) -> Implied:
        """Give implied moments the residual variances of indicators, where ``values`` does not hold them."""
        outer = np.flatnonzero(~self.inner)
        if not len(outer):
            return implied
        at = self.items[outer]
        theta, sigma = implied.theta.copy(), implied.sigma.copy()
        target = values[self.scales[outer]] ** -2.0
        theta[at, at] += target - sigma[at, at]
        sigma[at, at] = target
        return replace(implied, theta=theta, sigma=sigma)

    def _reach(self, implied: Implied, here: np.ndarray) -> np.ndarray:
        """Slopes of the variances of some items by their residual variances."""
        return variance_slopes(self.layout, implied)[0][np.ix_(self.items[here], self.derived[here])]

    def following(self, values: np.ndarray, implied: Implied) -> np.ndarray:
        """Differentiate all rows of a group by themselves where the derived ones follow, shape (k, k)."""
        moved = np.eye(len(values))
        if not len(self.items):
            return moved
        slopes = variance_slopes(self.layout, implied)[0][self.items]
        inner = slopes[:, self.derived].copy()
        slopes[:, self.derived] = 0.0
        slopes[np.arange(len(self.items)), self.scales] += 2 * values[self.scales] ** -3.0
        moved[self.derived] = -np.linalg.lstsq(inner, slopes, rcond=None)[0]
        return moved

    def moments(self, values: np.ndarray, implied: Implied) -> np.ndarray:
        """Thresholds and minus means, then variances and covariances, as answers show them, shape (m1 + m2,)."""
        delta = self.delta(values)
        cut = np.where(self.threshold >= 0, values[self.threshold], 0.0)
        shown = delta[self.owner] * (cut - implied.mu[self.owner])
        spread = delta[self.rows] * delta[self.columns] * implied.sigma[self.rows, self.columns]
        return np.concatenate([shown, spread])

    def slopes(self, values: np.ndarray, implied: Implied, used: np.ndarray) -> np.ndarray:
        """Differentiate the moments by some rows of a group, shape (m1 + m2, len(used))."""
        layout, delta = self.layout, self.delta(values)
        left, right, weight = layout.left[used], layout.right[used], layout.weight[used]
        one, two = implied.atoms[:, left], implied.atoms[:, right]
        own, other = delta[:, None] * one, delta[:, None] * two * weight
        spread = own[self.rows] * other[self.columns]
        spread += other[self.rows] * own[self.columns]
        shown = -(delta[:, None] * one * mean_factors(layout, implied)[used])[self.owner]
        for column in np.flatnonzero(np.isin(layout.matrix[used], (TAU, DELTA))):
            row, item = used[column], layout.row[used[column]]
            mine = np.flatnonzero(self.owner == item)
            if layout.matrix[row] == TAU:
                shown[self.threshold == row, column] = delta[item]
                continue
            shown[mine, column] = np.where(self.threshold[mine] >= 0, values[self.threshold[mine]], 0.0)
            shown[mine, column] -= implied.mu[item]
            for ends, others in ((self.rows, self.columns), (self.columns, self.rows)):
                pairs = np.flatnonzero((ends == item) & (others != item))
                spread[pairs, column] = delta[others[pairs]] * implied.sigma[item, others[pairs]]
        return np.vstack([shown, spread])

    def saturated(self, structure: Structure, observed: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
        """Look whether thresholds and means are free each by itself, so that they are what was observed.

        Returns
        -------
        columns and values of their basic parameters, or None where anything else moves or restricts them.
        """
        kind = np.tile(self.layout.matrix, len(observed))
        moving = structure.k.any(axis=1)
        standing = ~moving[(kind == ALPHA) | (kind == DELTA)]
        if not standing.all() or structure.c[kind == ALPHA].any() or (structure.c[kind == DELTA] != 1).any():
            return None
        ordinal = np.isin(np.tile(self.layout.row, len(observed)), self.items)
        if (moving | (structure.c != 0))[(kind == NU) & ordinal].any():
            return None
        mine = np.where(self.threshold >= 0, self.threshold, self._intercepts()[self.owner])
        if (mine < 0).any():
            return None
        rows = np.concatenate([structure.part(group).start + mine for group in range(len(observed))])
        columns = np.abs(structure.k[rows]).argmax(axis=1)
        moved, by = np.count_nonzero(structure.k[:, columns], axis=0), np.count_nonzero(structure.k[rows], axis=1)
        if len(set(columns)) < len(columns) or (moved != 1).any() or (by != 1).any():
            return None
        sign = np.where(self.threshold >= 0, 1.0, -1.0)
        target = np.concatenate([sign * each[: len(self.owner)] for each in observed])
        return columns, (target - structure.c[rows]) / structure.k[rows, columns]

    def _intercepts(self) -> np.ndarray:
        """Row of the intercept of each variable, -1 where it has none of its own."""
        found = np.full(len(self.layout.observed), -1)
        own = np.flatnonzero(self.layout.matrix == NU)
        found[self.layout.row[own]] = own
        return found
