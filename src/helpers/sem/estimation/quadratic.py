r"""How far the implied are from the observed covariances and means, in squares of continuous variables (GLS, ULS).

.. math:: F_{GLS} = \sum_g \frac{n_g - 1}{N} \bigl[\tfrac12 \operatorname{tr}(S_g^{-1}(S_g - \Sigma_g))^2
          + (m_g - \mu_g)' S_g^{-1} (m_g - \mu_g)\bigr],

.. math:: F_{ULS} = \sum_g \frac{n_g - 1}{N} \Bigl[\sum_{i \ge j} (s_{ij} - \sigma_{ij})^2
          + \sum_i (m_i - \mu_i)^2\Bigr]

S has divisor n - 1. No weight of size p² × p² is formed: both are a half trace with a matrix V, which ULS completes on
the diagonal. N F is lavaan's statistic; that of ULS has no chi-square distribution.

References
----------
Joreskog & Goldberger (1972). Psychometrika, 37, 243-260. Browne (1974). South African Statistical Journal, 8, 1-24.
Joreskog (1977). In Krishnaiah (Ed.), Applications of statistics, 265-287.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from helpers.moments import Sample
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.errors_and_tests import Precision, precision, respondents
from helpers.sem.estimation.optimize import Optimum, differenced, minimise
from helpers.sem.model.implied import Implied, imply, mean_factors
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Quadratic:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
    samples : list of Sample
        Covariances with divisor n - 1.
    weights : list of ndarray, shape (p, p)
        V.
    diagonals : list of ndarray, shape (p,)
        What squares of the differences of variances weigh besides; 0 for GLS.
    of_means : list of ndarray, shape (p, p)
    unit : float
        F is divided by it, so that wide items do not blow up the objective.
    shares : ndarray, shape (groups,)
        (n_g - 1) / N.
    """

    exact: ClassVar[bool] = False  # whether second derivatives are
    structure: Structure
    samples: list[Sample]
    weights: list[np.ndarray]
    diagonals: list[np.ndarray]
    of_means: list[np.ndarray]
    unit: float
    shares: np.ndarray

    @classmethod
    def of(cls, scaled: Scaled, kind: str) -> Quadratic:
        """Weigh by the inverse of the observed covariances ("gls"), or alike in the units of the data ("uls")."""
        n = np.array([sample.n for sample in scaled.samples], dtype=float)
        shares, p = (n - 1) / n.sum(), len(scaled.width)
        if kind == "gls":
            inverses = [np.linalg.inv(sample.cov) for sample in scaled.samples]
            return cls(scaled.structure, scaled.samples, inverses, [np.zeros(p)] * len(n), inverses, 1.0, shares)
        unit = float(scaled.width.max() ** 4)
        squares = scaled.width**2
        return cls(scaled.structure, scaled.samples, [np.diag(squares) / math.sqrt(unit)] * len(n),
                   [squares**2 / unit] * len(n), [np.diag(squares) / unit] * len(n), unit, shares)

    def for_structure(self, structure: Structure) -> Quadratic:
        """See the same moments under another structure of the same observed variables, in the same order."""
        return replace(self, structure=structure)

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at basic parameters x, shape (q,)."""
        values = self.structure.k @ x + self.structure.c
        f, found = 0.0, []
        for group, share in enumerate(self.shares):
            implied = imply(self.structure.layout, values[self.structure.part(group)])
            if implied is None or not np.isfinite(implied.sigma).all():
                return Point(x, math.inf, [], [])
            left = self.samples[group].cov - implied.sigma
            pulled = self.weights[group] @ left
            distance = float((pulled * pulled.T).sum() + self.diagonals[group] @ np.diag(left) ** 2) / 2
            if self.structure.table.means:
                away = self.samples[group].mean - implied.mu
                distance += float(away @ self.of_means[group] @ away)
            f += share * distance
            found.append(implied)
        return Point(x, f if math.isfinite(f) else math.inf, found, self.weights)

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        layout, total = self.structure.layout, 0.0
        for group, (share, implied) in enumerate(zip(self.shares, point.implied, strict=True)):
            left = implied.sigma - self.samples[group].cov
            middle = self.weights[group] @ left @ self.weights[group] + np.diag(self.diagonals[group] * np.diag(left))
            inner = implied.atoms.T @ middle @ implied.atoms
            slopes = 2 * layout.weight * inner[layout.left, layout.right]
            if self.structure.table.means:
                pull = implied.atoms.T @ (self.of_means[group] @ (self.samples[group].mean - implied.mu))
                slopes -= 2 * pull[layout.left] * mean_factors(layout, implied)
            total = total + share * (slopes @ self.structure.k[self.structure.part(group)])
        return total

    def information(self, point: Point, shares: np.ndarray | None = None) -> np.ndarray:
        """Half the Gauss-Newton Hessian of F, shape (q, q); with other shares of the groups where they are given."""
        parts = zip(self.shares if shares is None else shares, point.implied, strict=True)
        return sum(share * self._information(group, implied) for group, (share, implied) in enumerate(parts))

    def _information(self, group: int, implied: Implied) -> np.ndarray:
        layout, k = self.structure.layout, self.structure.k[self.structure.part(group)]
        used = np.flatnonzero(k.any(axis=1))
        left, right, weight = layout.left[used], layout.right[used], layout.weight[used]
        inner = implied.atoms.T @ self.weights[group] @ implied.atoms
        crossed, same = inner[np.ix_(left, right)], inner[np.ix_(left, left)]
        here = np.outer(weight, weight) * (crossed * crossed.T + same * inner[np.ix_(right, right)])
        variances = 2 * weight * implied.atoms[:, left] * implied.atoms[:, right]
        here += variances.T @ (self.diagonals[group][:, None] * variances) / 2
        if self.structure.table.means:
            own = implied.atoms[:, left] * mean_factors(layout, implied)[used]
            here += own.T @ self.of_means[group] @ own
        return k[used].T @ here @ k[used]

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q), from differences of the gradient."""
        return differenced(self, point)

    def minimise(self, starts: Iterable[np.ndarray]) -> Optimum:
        """Search from each start until a search converges."""
        return minimise(self, starts)

    def precision(self, optimum: Optimum, scaled: Scaled, k: np.ndarray) -> Precision:
        """Covariances from the inverse information of n less the number of groups, as lavaan's."""
        n = np.array([sample.n for sample in self.samples], dtype=float)
        whole = self.information(optimum.point, n / n.sum()) * self.unit
        whole *= (n.sum() - len(n)) / respondents(self.samples)
        return precision(self, optimum.point, scaled, k, converged=optimum.converged, observed=whole)
