r"""The gradient of full-information maximum likelihood in many samples of the same respondents at once.

The gradient is that of complete data at the expected moments (Fisher's identity), so every draw's moments are
expected at its own parameters and handed to ``batch``. Respondents keep their rows; a draw is how often each counts.

References
----------
Dempster, Laird & Rubin (1977). Journal of the Royal Statistical Society B, 39, 1-38. Enders (2002). Applying the
Bollen-Stine bootstrap for goodness-of-fit measures to structural equation models with missing data. Multivariate
Behavioral Research, 37, 359-377, for the resampling of incomplete rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from helpers.errors import HelpersError
from helpers.moments import Block, Patterns, saturated
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.estimation.start import starts
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure
from helpers.sem.resampling.batch import Batch, Matrices, inverse, matrices

# Answers (filled in) that are worked on together: they should stay in the processor's cache.
TOGETHER = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class HoledBatch:
    """Samples of the same respondents, one model.

    Attributes
    ----------
    structure : Structure
        On scaled items.
    rows : list of Patterns
        Per group, one row per respondent.
    counts : list of ndarray, shape (draws, n)
        How often each respondent comes up.
    shares : ndarray, shape (draws, groups)
        n_g / N.
    """

    structure: Structure
    rows: list[Patterns]
    counts: list[np.ndarray]
    shares: np.ndarray

    @classmethod
    def of(cls, structure: Structure, rows: list[Patterns], counts: np.ndarray) -> HoledBatch:
        """Prepare draws; ``counts`` has shape (draws, N), group after group."""
        ends = np.cumsum([len(each.x) for each in rows])
        parts = np.split(counts, ends[:-1], axis=1)
        n = np.column_stack([part.sum(axis=1) for part in parts])
        return cls(structure, rows, parts, n / n.sum(axis=1, keepdims=True))

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.shares)

    def take(self, at: np.ndarray) -> HoledBatch:
        """Keep some of the samples."""
        return HoledBatch(self.structure, self.rows, [part[at] for part in self.counts], self.shares[at])

    def matrices(self, group: int, values: np.ndarray) -> Matrices:
        """Fill the matrices of a group, counted from 0, from all rows of the table, shape (draws, r)."""
        return matrices(self.structure.layout, values[:, self.structure.part(group)])

    def constants(self) -> np.ndarray:
        """Give c of ``values = K x + c``, shape (draws, r): moments of a fixed x, which has no holes, are their own."""
        means, covs = [], []
        for rows, counts in zip(self.rows, self.counts, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                weights = counts / counts.sum(axis=1, keepdims=True)
            mean = weights @ rows.x
            second = np.stack([(rows.x.T * own) @ rows.x for own in weights])
            means.append(mean)
            covs.append(second - mean[:, :, None] * mean[:, None, :])
        return Batch(self.structure, covs, means, self.shares).constants()

    def slopes(self, values: np.ndarray) -> np.ndarray:
        """Differentiate F of each sample with respect to the rows of the table, shape (draws, r)."""
        together = max(1, TOGETHER // max(each.x.size for each in self.rows))
        found = np.empty_like(values)
        for start in range(0, len(values), together):
            part = slice(start, start + together)
            moments = [self._expected(group, part, values[part]) for group in range(len(self.rows))]
            covs, means = [each[0] for each in moments], [each[1] for each in moments]
            found[part] = Batch(self.structure, covs, means, self.shares[part]).slopes(values[part])
        return found

    def _expected(self, group: int, part: slice, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Covariances and means that complete answers are expected to have, shapes (draws, p, p) and (draws, p)."""
        rows, counts = self.rows[group], self.counts[group][part]
        filled = self.matrices(group, values)
        mu, inverted = filled.mu, inverse(filled.sigma)
        z = rows.x - mu[:, None, :]
        z[:, rows.missing[rows.of_row]] = 0.0
        pulled = z @ inverted
        spread = np.zeros((len(values), z.shape[2] ** 2))
        patterns = _by_pattern(counts, rows)
        for block in rows.blocks:
            _fill(block, z, pulled, inverted, spread, patterns[:, block.patterns])
        weights = counts / counts.sum(axis=1, keepdims=True)
        second = (z * weights[:, :, None]).mT @ z
        second += (spread / counts.sum(axis=1, keepdims=True)).reshape(second.shape)
        away = (weights[:, None, :] @ z)[:, 0]
        return second - away[:, :, None] * away[:, None, :], mu + away

    def alone(self, scaled: Scaled, x: np.ndarray, at: int) -> np.ndarray | str:
        """Search one sample with every safeguard: its parameters, or what failed."""
        own = [rows.weighted(counts[at]) for rows, counts in zip(self.rows, self.counts, strict=True)]
        try:
            found = [saturated(each) for each in own]
        except HelpersError:
            return "singular"
        samples = [each.sample for each in found]
        structure = replace(self.structure, c=self.take(np.array([at])).constants()[0])
        problem = FullInformation.of(structure, samples, own, found, np.ones(len(samples[0].names)))
        try:
            optimum = problem.minimise(chain([x], starts(replace(scaled, structure=structure, samples=samples))))
        except HelpersError:
            return "not_positive_definite"
        return structure.k @ optimum.point.x + structure.c if optimum.converged else "not_converged"


def _by_pattern(counts: np.ndarray, rows: Patterns) -> np.ndarray:
    """How many respondents of each pattern a draw has, shape (draws, J)."""
    member = np.zeros((len(rows.of_row), len(rows.counts)))
    member[np.arange(len(rows.of_row)), rows.of_row] = 1.0
    return counts @ member


def _fill(block: Block, z: np.ndarray, pulled: np.ndarray, inverted: np.ndarray, spread: np.ndarray,
          often: np.ndarray) -> None:
    """Fill the holes of z with what the answers predict, and add up the covariances of what is missing."""
    cells, p = block.cells, z.shape[2]
    left = _inverted(inverted[:, cells[:, :, None], cells[:, None, :]])
    at = cells[block.place]
    pull = pulled[:, block.rows[:, None], at]
    z[:, block.rows[:, None], at] = -(left[:, block.place] @ pull[:, :, :, None])[:, :, :, 0]
    flat = (cells[:, :, None] * p + cells[:, None, :]).ravel()
    weights = (left * often[:, :, None, None]).reshape(len(z), -1)
    for own, sums in zip(weights, spread, strict=True):
        sums += np.bincount(flat, weights=own, minlength=p * p)


def _inverted(stack: np.ndarray) -> np.ndarray:
    """Invert symmetric matrices, shape (..., k, k); those of one or two rows by their formulas."""
    if stack.shape[-1] == 1:
        return 1 / stack
    if stack.shape[-1] == 2:
        a, b, d = stack[..., 0, 0], stack[..., 0, 1], stack[..., 1, 1]
        rows = np.stack([np.stack([d, -b], axis=-1), np.stack([-b, a], axis=-1)], axis=-2)
        return rows / (a * d - b * b)[..., None, None]
    return inverse(stack.reshape(-1, *stack.shape[-2:])).reshape(stack.shape)
