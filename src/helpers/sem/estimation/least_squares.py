r"""How far the implied are from the observed moments, in weighted squares: objective, gradient, information.

.. math:: F = \sum_g \frac{n_g - 1}{N} (s_g - \sigma_g)' W_g (s_g - \sigma_g)

with W diagonal. The weight n - 1 is lavaan's, so that N F is its statistic. s holds thresholds of ordinal items and
minus the means of continuous variables, variances of the latter, and covariances, as ``LatentMoments`` lists them; what
a model implies of them see ``latent_response``.

References
----------
Muthen, du Toit & Spisic (1997). Robust inference using weighted least squares and quadratic estimating equations in
latent variable modeling with categorical and continuous outcomes. Browne (1984). British Journal of Mathematical and
Statistical Psychology, 37, 62-83.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from helpers.moments import LatentMoments, Sample
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.optimize import Optimum, differenced, minimise
from helpers.sem.model.implied import imply
from helpers.sem.model.latent_response import Responses
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
    samples : list of Sample
        Covariances behind the answers.
    observed : list of ndarray, shape (m,)
        Moments of each group.
    gammas : list of ndarray, shape (m, m)
        n times the asymptotic covariances of the moments.
    weights : list of ndarray, shape (m,)
        Diagonals of W.
    units : ndarray, shape (m,)
        What moments are multiplied by to be in the units of the data.
    responses : Responses
    n : ndarray, shape (groups,)
    shares : ndarray, shape (groups,)
        (n_g - 1) / N.
    last : list
        The place whose slopes were asked for last, and they.
    """

    exact: ClassVar[bool] = False  # whether second derivatives are

    structure: Structure
    samples: list[Sample]
    observed: list[np.ndarray]
    gammas: list[np.ndarray]
    weights: list[np.ndarray]
    units: np.ndarray
    responses: Responses
    n: np.ndarray
    shares: np.ndarray
    last: list = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, scaled: Scaled, moments: Sequence[LatentMoments], *, diagonal: bool) -> LeastSquares:
        """Weigh every moment by one over its own variance (DWLS), or all alike in the units of the data (ULS).

        Parameters
        ----------
        scaled : Scaled
        moments : sequence of LatentMoments
            Per group, in the units of the data.
        diagonal : bool
            Whether by their variances.
        """
        units = moments[0].units(scaled.width)
        seen = [each.divided(scaled.width) for each in moments]
        weights = [1 / np.diag(each.gamma) if diagonal else units**2 for each in seen]
        n = np.array([each.n for each in moments], dtype=float)
        return cls(scaled.structure, scaled.samples, [each.values for each in seen], [each.gamma for each in seen],
                   weights, units, Responses.of(scaled.structure), n, (n - 1) / n.sum())

    def for_structure(self, structure: Structure) -> LeastSquares:
        """See the same moments under another structure of the same observed variables, in the same order."""
        return replace(self, structure=structure, responses=Responses.of(structure), last=[])

    def values(self, x: np.ndarray) -> list[np.ndarray]:
        """Rows of each group at basic parameters, residual variances of ordinal items filled in, shape (k,)."""
        values = self.structure.k @ x + self.structure.c
        return [self.responses.filled(values[self.structure.part(group)]) for group in range(len(self.n))]

    def _seen(self, x: np.ndarray) -> list[np.ndarray]:
        """Rows of each group as far as the moments depend on them: an indicator's residual variance moves none."""
        if self.responses.inner.any():
            return self.values(x)
        values = self.structure.k @ x + self.structure.c
        return [values[self.structure.part(group)] for group in range(len(self.n))]

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at basic parameters x, shape (q,); infinite where nothing is implied."""
        f, found = 0.0, []
        for group, values in enumerate(self._seen(x)):
            implied = imply(self.structure.layout, values)
            if implied is None or (self.responses.delta(values) <= 0).any():
                return Point(x, math.inf, [], [])
            left = self.observed[group] - self.responses.moments(values, implied)
            f += self.shares[group] * float(left @ (self.weights[group] * left))
            found.append(self.responses.completed(values, implied))
        return Point(x, f if math.isfinite(f) else math.inf, found, [])

    def minimise(self, starts: Iterable[np.ndarray]) -> Optimum:
        """Search from each start until a search converges; saturated thresholds and means stay out of it."""
        saturated = self.responses.saturated(self.structure, self.observed)
        if saturated is None:
            return minimise(self, starts)
        columns, known = saturated
        rest = np.setdiff1d(np.arange(self.structure.k.shape[1]), columns)
        found = minimise(self._without(columns, known, rest), (x[rest] for x in starts))
        x = np.zeros(self.structure.k.shape[1])
        x[columns], x[rest] = known, found.point.x
        point = self.evaluate(x)
        return Optimum(point, self.gradient(point), found.iterations, found.converged)

    def _without(self, columns: np.ndarray, known: np.ndarray, rest: np.ndarray) -> LeastSquares:
        """Leave out thresholds and means whose values are known, and what they move."""
        k, first = self.structure.k, len(self.responses.owner)
        structure = replace(self.structure, k=k[:, rest], c=self.structure.c + k[:, columns] @ known)
        none = np.zeros(0, dtype=int)
        return replace(self, structure=structure, observed=[each[first:] for each in self.observed],
                       gammas=[each[first:, first:] for each in self.gammas],
                       weights=[each[first:] for each in self.weights],
                       responses=replace(self.responses, owner=none, threshold=none), last=[])

    def residuals(self, point: Point) -> list[np.ndarray]:
        """Observed minus implied moments per group, shape (m,)."""
        return [each - self.responses.moments(values, implied) for each, values, implied
                in zip(self.observed, self._seen(point.x), point.implied, strict=True)]

    def slopes_at(self, point: Point) -> list[np.ndarray]:
        """Differentiate the moments of each group by the basic parameters, shape (m, q).

        Gradient and information ask for the same place one after the other, so the last answer is kept.
        """
        if self.last and self.last[0] is point:
            return self.last[1]
        found = []
        for group, (values, implied) in enumerate(zip(self._seen(point.x), point.implied, strict=True)):
            k = self.structure.k[self.structure.part(group)]
            if self.responses.inner.any():  # residual variances that reach other items follow the parameters
                k = self.responses.following(values, implied) @ k
            used = np.flatnonzero(k.any(axis=1))
            found.append(self.responses.slopes(values, implied, used) @ k[used])
        self.last[:] = [point, found]
        return found

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        parts = zip(self.shares, self.slopes_at(point), self.weights, self.residuals(point), strict=True)
        return -2 * sum(share * (left * weight) @ slopes for share, slopes, weight, left in parts)

    def information(self, point: Point, shares: np.ndarray | None = None) -> np.ndarray:
        """Half the Gauss-Newton Hessian of F, shape (q, q); with other shares of the groups where they are given."""
        parts = zip(self.shares if shares is None else shares, self.slopes_at(point), self.weights, strict=True)
        return sum(share * (slopes.T * weight) @ slopes for share, slopes, weight in parts)

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q), from differences of the gradient."""
        return differenced(self, point)
