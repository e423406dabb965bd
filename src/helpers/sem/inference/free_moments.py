r"""Means and covariances without a model: which of them are free, their information, and what respondents say of them.

The saturated and the baseline model of answers with holes. Both have the form of a structure whose parameters are the
moments themselves, so that what is known of structures serves them too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import Patterns, expect, inverted
from helpers.sem.estimation.missing_information import casewise, missing_information
from helpers.sem.model.derivatives import Place, hessian
from helpers.sem.model.implied import NU, THETA, Implied, Layout


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """A model of means and covariances without structure, of one group.

    Attributes
    ----------
    layout : Layout
        Every mean, every variance, and some covariances are parameters.
    mu, sigma : ndarray, shape (p,), (p, p)
        Their values.
    inverse : ndarray, shape (p, p)
    logdet : float
    """

    layout: Layout
    mu: np.ndarray
    sigma: np.ndarray
    inverse: np.ndarray
    logdet: float

    @classmethod
    def at(cls, mu: np.ndarray, sigma: np.ndarray, pairs: np.ndarray | None = None) -> Free:
        """Stand at some moments; ``pairs``, shape (p, p) of bool, says which covariances are free (None: all)."""
        p = len(mu)
        pairs = np.ones((p, p), dtype=bool) if pairs is None else pairs
        one, two = np.nonzero(np.tril(pairs | np.eye(p, dtype=bool)))
        places = [(THETA, int(a), int(b)) for a, b in zip(one, two, strict=True)] + [(NU, a, 0) for a in range(p)]
        inverse, logdet = inverted(sigma)
        names = tuple(map(str, range(p)))
        return cls(Layout.of(names, (), 0, places), mu, sigma, inverse, logdet)

    @property
    def implied(self) -> Implied:
        """What the layout reads."""
        p, none = len(self.mu), np.zeros((0, 0))
        return Implied(self.sigma, self.mu, none, none, np.zeros(0), none, self.sigma, np.eye(p))

    def information(self, patterns: Patterns) -> np.ndarray:
        """Observed information of one respondent about the layout's parameters."""
        found = expect(patterns, self.mu, self.inverse, self.logdet)
        whole = hessian(Place(self.layout, self.implied, self.inverse, found.second, found.away))
        return (whole - missing_information(patterns, found, self.layout, self.implied, self.inverse)) / 2

    def complete_information(self) -> np.ndarray:
        """Information of one respondent who answered everything."""
        return hessian(Place(self.layout, self.implied, self.inverse, self.sigma, np.zeros(len(self.mu)))) / 2

    def scores(self, rows: Patterns) -> np.ndarray:
        """Differentiate each respondent's log-likelihood, shape (n, k)."""
        found = expect(rows, self.mu, self.inverse, self.logdet)
        return casewise(rows, found, self.layout, self.implied, self.inverse)
