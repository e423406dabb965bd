"""Answers block by block, so that memory does not grow with the respondents; sums of what comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from helpers.moments import Cases, Sample
from helpers.parallel import portions
from helpers.sem.estimation.methods import Method
from helpers.sem.model.scaling import Scaled

# Respondents that are worked on together: what comes of them stays in the processor's cache and small in memory.
ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Answers as the robust formulas take them, on scaled items.

    Attributes
    ----------
    values : tuple of ndarray, shape (n, p)
        Answers in their own units, per group; they are not copied.
    width : ndarray, shape (p,)
        Divisors of the items.
    samples : list of Sample
    weights, clusters : tuple of ndarray, shape (n,), or None
    x : ndarray of int, or None
        Places of fixed exogenous x, where the moments' sampling covariances are those given x.
    """

    values: tuple[np.ndarray, ...]
    width: np.ndarray
    samples: list[Sample]
    weights: tuple[np.ndarray, ...] | None
    clusters: tuple[np.ndarray, ...] | None
    x: np.ndarray | None

    @classmethod
    def of(cls, cases: Cases, scaled: Scaled, method: Method) -> Material:
        """Bring answers to the scale of the estimation."""
        table = scaled.structure.table
        given = method.test == "satorra.bentler" and table.fixed_x and bool(table.exogenous)
        x = np.array([table.observed.index(name) for name in table.exogenous]) if given else None
        return cls(cases.values, scaled.width, scaled.samples, cases.weights, cases.clusters, x)

    @property
    def n(self) -> int:
        """Respondents."""
        return sum(map(len, self.values))

    def blocks(self, group: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Walk through a group: which respondents, and their answers less the observed means, shape (rows, p)."""
        for rows in portions(len(self.values[group]), size=ROWS):
            here = slice(rows.start, rows.stop)
            yield here, self.values[group][here] / self.width - self.samples[group].mean

    def on_x(self, group: int) -> np.ndarray:
        """Slopes of all variables on x, shape (number of x, p)."""
        cov = self.samples[group].cov
        return np.linalg.solve(cov[np.ix_(self.x, self.x)], cov[self.x])

    def of_x(self, group: int) -> np.ndarray:
        """Covariances that x explains, shape (p, p)."""
        return self.samples[group].cov[:, self.x] @ self.on_x(group)

    def gathered(self, group: int, columns: int) -> Gathered:
        """Begin sums of squares and products of rows of a group."""
        codes = None if self.clusters is None else self.clusters[group]
        return Gathered.begin(columns, None if self.weights is None else self.weights[group], codes)


@dataclass(slots=True, eq=False)
class Gathered:
    """Weighted rows of a group: their products, or their sums within each of G clusters.

    Attributes
    ----------
    products : ndarray, shape (k, k)
        Of rows, where respondents are on their own; empty where they are not.
    sums : ndarray, shape (G, k), or None
    weights, codes : ndarray, shape (n,), or None
    """

    products: np.ndarray
    sums: np.ndarray | None
    weights: np.ndarray | None
    codes: np.ndarray | None

    @classmethod
    def begin(cls, columns: int, weights: np.ndarray | None, codes: np.ndarray | None) -> Gathered:
        """Begin with nothing."""
        if codes is None:
            return cls(np.zeros((columns, columns)), None, weights, None)
        return cls(np.zeros((0, 0)), np.zeros((codes.max() + 1, columns)), weights, codes)

    def add(self, here: slice, rows: np.ndarray) -> None:
        """Add the rows of some respondents, shape (rows, k)."""
        if self.weights is not None:
            rows = rows * self.weights[here][:, None]
        if self.sums is None:
            self.products += rows.T @ rows
        else:
            np.add.at(self.sums, self.codes[here], rows)

    @property
    def grown(self) -> np.ndarray:
        """Sums of the clusters, whose squares grow by G / (G - 1)."""
        found = len(np.unique(self.codes))
        return self.sums * np.sqrt(found / (found - 1))

    @property
    def square(self) -> float:
        """Sum of all squares."""
        return float(self.products.trace()) if self.sums is None else float((self.grown**2).sum())
