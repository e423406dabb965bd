r"""How far the implied are from the observed moments: objective, gradient and information of maximum likelihood.

.. math:: F = \sum_g \frac{n_g}{N} \bigl[\ln|\Sigma_g| + \operatorname{tr}(S_g \Sigma_g^{-1}) - \ln|S_g| - p
          + (m_g - \mu_g)' \Sigma_g^{-1} (m_g - \mu_g)\bigr]

References
----------
Joreskog (1969). Psychometrika, 34, 183-202. Bollen (1989), appendix 4A-4B.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from helpers.moments import Sample
from helpers.sem.discrepancy import Point
from helpers.sem.implied import imply, mean_factors
from helpers.sem.specify import Structure


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
            inverse, logdet = (None, 0.0) if moments is None else _inverse(moments.sigma)
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
        structure, layout = self.structure, self.structure.layout
        total = np.zeros(structure.k.shape[1])
        for group, sample in enumerate(self.samples):
            implied, inverse = point.implied[group], point.inverses[group]
            second = sample.cov
            if structure.table.means:
                away = sample.mean - implied.mu
                second = second + np.outer(away, away)
            middle = inverse - inverse @ second @ inverse
            inner = implied.atoms.T @ middle @ implied.atoms
            slopes = 2 * layout.weight * inner[layout.left, layout.right]
            if structure.table.means:
                pull = implied.atoms.T @ (inverse @ away)
                slopes -= 2 * pull[layout.left] * mean_factors(layout, implied)
            total += self.shares[group] * (slopes @ structure.k[structure.part(group)])
        return total

    def information(self, point: Point) -> np.ndarray:
        """Sum the expected information of one respondent about the basic parameters, shape (q, q)."""
        structure, layout = self.structure, self.structure.layout
        total = np.zeros((structure.k.shape[1],) * 2)
        for group, share in enumerate(self.shares):
            k = structure.k[structure.part(group)]
            used = np.flatnonzero(k.any(axis=1))
            left, right, weight = layout.left[used], layout.right[used], layout.weight[used]
            implied = point.implied[group]
            inner = implied.atoms.T @ point.inverses[group] @ implied.atoms
            crossed, same = inner[np.ix_(left, right)], inner[np.ix_(left, left)]
            here = np.outer(weight, weight) * (crossed * crossed.T + same * inner[np.ix_(right, right)])
            if structure.table.means:
                factors = mean_factors(layout, implied)[used]
                here += np.outer(factors, factors) * same
            total += share * (k[used].T @ here @ k[used])
        return total


def _inverse(sigma: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Inverse and log determinant, None where the matrix is not positive definite."""
    if not np.isfinite(sigma).all():
        return None, 0.0
    try:
        root = np.linalg.cholesky(sigma)
        inverse = np.linalg.inv(sigma)
    except np.linalg.LinAlgError:
        return None, 0.0
    return (inverse + inverse.T) / 2, 2 * float(np.log(np.diag(root)).sum())
