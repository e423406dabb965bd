r"""How far the implied are from the observed moments: objective, gradient and information of maximum likelihood.

.. math:: F = \sum_g \frac{n_g}{N} \bigl[\ln|\Sigma_g| + \operatorname{tr}(S_g \Sigma_g^{-1}) - \ln|S_g| - p
          + (m_g - \mu_g)' \Sigma_g^{-1} (m_g - \mu_g)\bigr]

References
----------
Joreskog (1969). Psychometrika, 34, 183-202. Bollen (1989), appendix 4A-4B.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from helpers.moments import Sample, inverted
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.optimize import Optimum, minimise
from helpers.sem.model.derivatives import Place, hessian, slopes
from helpers.sem.model.implied import imply, mean_factors
from helpers.sem.model.linear_map import add_folded
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class NormalTheory:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
    samples : list of Sample
    shares : ndarray, shape (groups,)
        n_g / N.
    constants : ndarray, shape (groups,)
        ln|S| + p.
    """

    exact: ClassVar[bool] = True  # whether second derivatives are

    structure: Structure
    samples: list[Sample]
    shares: np.ndarray
    constants: np.ndarray

    @classmethod
    def of(cls, structure: Structure, samples: list[Sample]) -> NormalTheory:
        """Prepare what stays the same over the iterations."""
        n = np.array([sample.n for sample in samples], dtype=float)
        constants = [np.linalg.slogdet(sample.cov)[1] + len(sample.names) for sample in samples]
        return cls(structure, samples, n / n.sum(), np.array(constants))

    def for_structure(self, structure: Structure) -> NormalTheory:
        """See the same moments under another structure of the same observed variables, in the same order."""
        return replace(self, structure=structure)

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at basic parameters x, shape (q,)."""
        structure = self.structure
        values = structure.k @ x + structure.c
        f, implied, inverses = 0.0, [], []
        for group, sample in enumerate(self.samples):
            moments = imply(structure.layout, values[structure.part(group)])
            inverse, logdet = (None, 0.0) if moments is None else inverted(moments.sigma)
            if inverse is None:
                return Point(x, math.inf, [], [])
            distance = logdet + float((sample.cov * inverse).sum()) - self.constants[group]
            if structure.table.means:
                away = sample.mean - moments.mu
                distance += float(away @ inverse @ away)
            f += self.shares[group] * distance
            implied.append(moments)
            inverses.append(inverse)
        return Point(x, f if math.isfinite(f) else math.inf, implied, inverses)

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        return sum(share * (slopes(self._place(point, group)) @ self.structure.k[self.structure.part(group)])
                   for group, share in enumerate(self.shares))

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q)."""
        total = np.zeros((self.structure.k.shape[1],) * 2)
        for group, share in enumerate(self.shares):
            add_folded(total, self.structure.k[self.structure.part(group)], share * hessian(self._place(point, group)))
        return (total + total.T) / 2

    def minimise(self, starts: Iterable[np.ndarray]) -> Optimum:
        """Search from each start until a search converges."""
        return minimise(self, starts)

    def _place(self, point: Point, group: int) -> Place:
        sample, away = self.samples[group], None
        second = sample.cov
        if self.structure.table.means:
            away = sample.mean - point.implied[group].mu
            second = second + np.outer(away, away)
        return Place(self.structure.layout, point.implied[group], point.inverses[group], second, away)

    def information(self, point: Point) -> np.ndarray:
        """Sum the expected information of one respondent about the basic parameters, shape (q, q)."""
        structure, layout = self.structure, self.structure.layout
        total = np.zeros((structure.k.shape[1],) * 2)
        for group, share in enumerate(self.shares):
            left, right, weight = layout.left, layout.right, layout.weight
            implied = point.implied[group]
            inner = implied.atoms.T @ point.inverses[group] @ implied.atoms
            crossed, same = inner[np.ix_(left, right)], inner[np.ix_(left, left)]
            here = np.outer(weight, weight) * (crossed * crossed.T + same * inner[np.ix_(right, right)])
            if structure.table.means:
                factors = mean_factors(layout, implied)
                here += np.outer(factors, factors) * same
            add_folded(total, structure.k[structure.part(group)], share * here)
        return total
