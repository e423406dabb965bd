r"""How far the implied moments are from answers with holes: full-information maximum likelihood.

.. math:: F = \frac1N \sum_i \bigl[\ln|\Sigma_i| + (x_i - \mu_i)'\Sigma_i^{-1}(x_i - \mu_i)\bigr] - F_{saturated}

where index i picks what respondent i answered. Its gradient is that of complete data at the expected moments (Fisher's
identity), so both discrepancies share their derivatives.

References
----------
Arbuckle (1996). In Marcoulides & Schumacker (Eds.), Advanced structural equation modeling, 243-277. Enders & Bandalos
(2001). Structural Equation Modeling, 8, 430-457. Jamshidian & Bentler (1999). Journal of Educational and Behavioral
Statistics, 24, 21-41.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from helpers.moments import Expected, Patterns, Sample, Saturated, expect, inverted
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.missing_information import missing_information
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.optimize import Optimum, minimise, search
from helpers.sem.model.derivatives import Place, hessian, slopes
from helpers.sem.model.implied import imply
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class FullInformation:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
    samples : list of Sample
        Saturated estimates of the moments.
    patterns : list of Patterns
        Answers, on the scale of the samples.
    shares : ndarray, shape (groups,)
        n_g / N.
    constants : ndarray, shape (groups,)
        Deviance of the saturated model per respondent.
    """

    exact: ClassVar[bool] = True  # whether second derivatives are

    structure: Structure
    samples: list[Sample]
    patterns: list[Patterns]
    shares: np.ndarray
    constants: np.ndarray

    @classmethod
    def of(cls, structure: Structure, samples: list[Sample], patterns: list[Patterns],
           found: list[Saturated], width: np.ndarray) -> FullInformation:
        """Prepare what stays the same over the iterations.

        Parameters
        ----------
        structure, samples
            On scaled items.
        patterns, found
            In original units.
        width : ndarray, shape (p,)
            Divisors of the items.
        """
        n = np.array([each.n for each in patterns])
        scale = [2 * float(each.answered @ np.log(width)) for each in patterns]
        constants = [(each.deviance - by) / own for each, by, own in zip(found, scale, n, strict=True)]
        return cls(structure, samples, [each.rescaled(width) for each in patterns], n / n.sum(), np.array(constants))

    def for_structure(self, structure: Structure) -> FullInformation:
        """See the same answers under another structure of the same observed variables, in the same order."""
        return replace(self, structure=structure)

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at basic parameters x, shape (q,)."""
        structure = self.structure
        values = structure.k @ x + structure.c
        f, implied, inverses, expected = 0.0, [], [], []
        for group, patterns in enumerate(self.patterns):
            moments = imply(structure.layout, values[structure.part(group)])
            inverse, logdet = (None, 0.0) if moments is None else inverted(moments.sigma)
            found = None if inverse is None else _expected(patterns, moments.mu, inverse, logdet)
            if found is None:
                return Point(x, math.inf, [], [])
            f += self.shares[group] * (found.deviance / patterns.n - self.constants[group])
            implied.append(moments)
            inverses.append(inverse)
            expected.append(found)
        return Point(x, f if math.isfinite(f) else math.inf, implied, inverses, expected)

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        return sum(share * (slopes(self._place(point, group)) @ self.structure.k[self.structure.part(group)])
                   for group, share in enumerate(self.shares))

    def information(self, point: Point) -> np.ndarray:
        """Take the expected information as if nothing were missing, shape (q, q): it steers the search."""
        return self.complete.information(point)

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q): those of complete data less what is missing."""
        total = np.zeros((self.structure.k.shape[1],) * 2)
        for group, (share, patterns) in enumerate(zip(self.shares, self.patterns, strict=True)):
            k = self.structure.k[self.structure.part(group)]
            missing = missing_information(patterns, point.expected[group], self.structure.layout,
                                          point.implied[group], point.inverses[group], k)
            total += share * (k.T @ hessian(self._place(point, group)) @ k - missing)
        return (total + total.T) / 2

    def minimise(self, starts: Iterable[np.ndarray]) -> Optimum:
        """Search near the model's fit to the saturated moments, and from the starts where that leads nowhere.

        Raises
        ------
        ModelError
            ``sem.no_start``.
        """
        starts = list(starts)
        near = self.evaluate(minimise(self.complete, starts).point.x)
        found = search(self, near, near=True) if math.isfinite(near.f) else None
        return found if found is not None and found.converged else minimise(self, starts)

    @property
    def complete(self) -> NormalTheory:
        """The discrepancy from the saturated moments, as if they came from complete answers."""
        return NormalTheory.of(self.structure, self.samples)

    def _place(self, point: Point, group: int) -> Place:
        expected = point.expected[group]
        return Place(self.structure.layout, point.implied[group], point.inverses[group], expected.second,
                     expected.away)


def _expected(patterns: Patterns, mu: np.ndarray, inverse: np.ndarray, logdet: float) -> Expected | None:
    try:
        return expect(patterns, mu, inverse, logdet)
    except np.linalg.LinAlgError:
        return None
