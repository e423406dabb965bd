r"""Ordinal items of several groups: responses whose intercepts and residual variances may differ (theta form).

Behind item i of group g stands :math:`y^* \sim N(\mu_i, \Sigma_{ii})`, which thresholds :math:`\tau` cut into
categories. Answers show it in units of its own standard deviation only, so the moments are

.. math:: t_{ic} = \frac{\tau_{ic} - \mu_i}{\sqrt{\Sigma_{ii}}}, \qquad
          r_{ij} = \frac{\Sigma_{ij}}{\sqrt{\Sigma_{ii}\Sigma_{jj}}}

with :math:`\mu, \Sigma` of the factor model, and are compared in weighted squares as in ``least_squares``.

References
----------
Muthen & Asparouhov (2002). Latent variable analysis with categorical outcomes: multiple-group and growth modeling in
Mplus. Web note 4. Wu & Estabrook (2016). Psychometrika, 81, 1014-1045.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from helpers.moments import LatentMoments
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.optimize import differenced
from helpers.sem.model.implied import Implied, imply, mean_factors
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What one group's parameters imply for its answers.

    Attributes
    ----------
    responses : Implied
        Moments of the responses.
    spread : ndarray, shape (p,)
        Their standard deviations.
    cuts : ndarray, shape (t,)
        Thresholds in units of the response and counted from its mean.
    correlations : ndarray, shape (p, p)
    """

    responses: Implied
    spread: np.ndarray
    cuts: np.ndarray
    correlations: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
        Of the responses; the columns of ``k`` belong to its own basic parameters, then to the thresholds (0 there).
    cut_k : ndarray, shape (groups * t, q)
        From the basic parameters to the thresholds, group by group.
    items : ndarray of int, shape (t,)
        Item of each threshold.
    rows, columns : ndarray of int, shape (m,)
        Items of each correlation.
    observed : list of ndarray, shape (t + m,)
        Thresholds, then correlations.
    weights : list of ndarray, shape (t + m,)
    gammas : list of ndarray, shape (t + m, t + m)
    n : ndarray, shape (groups,)
    shares : ndarray, shape (groups,)
        (n_g - 1) / N.
    """

    exact: ClassVar[bool] = False  # whether second derivatives are

    structure: Structure
    cut_k: np.ndarray
    items: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    observed: list[np.ndarray]
    weights: list[np.ndarray]
    gammas: list[np.ndarray]
    n: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, structure: Structure, thresholds: np.ndarray, moments: list[LatentMoments]) -> Responses:
        """Weigh every moment by one over its own variance.

        Parameters
        ----------
        structure : Structure
        thresholds : ndarray of int, shape (groups, t)
            Number of the basic parameter that each threshold is; equal numbers are equal thresholds.
        moments : list of LatentMoments
            All items ordinal, with the same categories in every group.
        """
        items = np.repeat(np.arange(len(moments[0].names)), [len(cuts) for cuts in moments[0].thresholds])
        below = np.triu_indices(len(moments[0].names), 1)
        own, more = structure.k.shape[1], int(thresholds.max()) + 1
        whole = replace(structure, k=np.hstack([structure.k, np.zeros((len(structure.k), more))]))
        cut_k = np.zeros((thresholds.size, own + more))
        cut_k[np.arange(thresholds.size), own + thresholds.ravel()] = 1.0
        n = np.array([each.n for each in moments], dtype=float)
        gammas = [each.gamma for each in moments]
        return cls(whole, cut_k, items, below[1], below[0], [each.values for each in moments],
                   [1 / np.diag(gamma) for gamma in gammas], gammas, n, (n - 1) / n.sum())

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at the basic parameters, shape (q,); infinite where a response has no variance."""
        values, cuts = self.structure.k @ x + self.structure.c, (self.cut_k @ x).reshape(len(self.n), -1)
        f, found = 0.0, []
        for group, share in enumerate(self.shares):
            implied = imply(self.structure.layout, values[self.structure.part(group)])
            if implied is None or not (np.diag(implied.sigma) > 0).all():
                return Point(x, math.inf, [], [])
            spread = np.sqrt(np.diag(implied.sigma))
            standard = (cuts[group] - implied.mu[self.items]) / spread[self.items]
            found.append(Answered(implied, spread, standard, implied.sigma / np.outer(spread, spread)))
            left = self.residual(group, found[-1])
            f += share * float(left @ (self.weights[group] * left))
        return Point(x, f if math.isfinite(f) else math.inf, found, [])

    def residual(self, group: int, answered: Answered) -> np.ndarray:
        """Observed minus implied moments of a group, shape (t + m,)."""
        implied = np.concatenate([answered.cuts, answered.correlations[self.rows, self.columns]])
        return self.observed[group] - implied

    def slopes(self, group: int, answered: Answered) -> np.ndarray:
        """Differentiate a group's moments by the basic parameters, shape (t + m, q)."""
        layout, implied, spread = self.structure.layout, answered.responses, answered.spread
        one, two = implied.atoms[:, layout.left], implied.atoms[:, layout.right]
        wider = layout.weight * one * two / spread[:, None] ** 2  # of the logarithm of the standard deviation
        rows, columns = self.rows, self.columns
        across = layout.weight * (one[rows] * two[columns] + two[rows] * one[columns])
        r = answered.correlations[rows, columns][:, None]
        of_r = across / (spread[rows] * spread[columns])[:, None] - r * (wider[rows] + wider[columns])
        further = one * mean_factors(layout, implied) / spread[:, None]
        of_t = -further[self.items] - answered.cuts[:, None] * wider[self.items]
        found = np.vstack([of_t, of_r]) @ self.structure.k[self.structure.part(group)]
        count = len(self.items)
        found[:count] += self.cut_k[group * count: (group + 1) * count] / spread[self.items][:, None]
        return found

    def slopes_at(self, point: Point) -> list[np.ndarray]:
        """Slopes of every group."""
        return [self.slopes(group, each) for group, each in enumerate(point.implied)]

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        return -2 * sum(share * self.slopes(group, each).T @ (self.weights[group] * self.residual(group, each))
                        for group, (share, each) in enumerate(zip(self.shares, point.implied, strict=True)))

    def information(self, point: Point, shares: np.ndarray | None = None) -> np.ndarray:
        """Half the Gauss-Newton Hessian of F, shape (q, q); with other shares of the groups where they are given."""
        total = np.zeros((self.structure.k.shape[1],) * 2)
        for group, share in enumerate(self.shares if shares is None else shares):
            slopes = self.slopes(group, point.implied[group])
            total += share * slopes.T @ (self.weights[group][:, None] * slopes)
        return total

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q), from differences of the gradient."""
        return differenced(self, point)
