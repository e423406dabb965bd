r"""How far the implied are from the observed moments, in weighted squares: objective, gradient, information.

.. math:: F = \sum_g \frac{n_g - 1}{N} (s_g - \sigma_g)' W_g (s_g - \sigma_g)

The weight n - 1 is lavaan's, so that N F is its statistic. s holds variances and covariances that the model explains.
Behind ordinal items stand responses of variance 1: their variance is no moment, and their residual variance no
parameter but what the rest of the model leaves (the delta parameterization). Thresholds and means are saturated, so
they stand outside: they take part in no residual.

References
----------
Muthen, du Toit & Spisic (1997). Robust inference using weighted least squares and quadratic estimating equations in
latent variable modeling with categorical and continuous outcomes. Browne (1984). British Journal of Mathematical and
Statistical Psychology, 37, 62-83.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.moments import LatentMoments
from helpers.sem.discrepancy import Point
from helpers.sem.implied import THETA, Implied, imply
from helpers.sem.optimize import differenced
from helpers.sem.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """What is minimised.

    Attributes
    ----------
    structure : Structure
    free : ndarray of int, shape (q,)
        Basic parameters of the structure that move; residual variances of ordinal items do not.
    rows, columns : ndarray of int, shape (m,)
        Places of the m moments in the covariance matrix.
    observed : list of ndarray, shape (m,)
    weights : list of ndarray, shape (m, m)
    gammas : list of ndarray, shape (m, m)
        n times the asymptotic covariances of the moments.
    n : ndarray, shape (groups,)
    shares : ndarray, shape (groups,)
        (n_g - 1) / N.
    """

    structure: Structure
    free: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    observed: list[np.ndarray]
    weights: list[np.ndarray]
    gammas: list[np.ndarray]
    n: np.ndarray
    shares: np.ndarray

    @classmethod
    def diagonal(cls, structure: Structure, moments: list[LatentMoments]) -> LeastSquares:
        """Weigh every moment by one over its own variance (DWLS)."""
        ordered = np.array(moments[0].ordered)
        variances = np.flatnonzero(~ordered)
        below = np.triu_indices(len(ordered), 1)  # by columns of the lower triangle
        rows, columns = np.concatenate([variances, below[1]]), np.concatenate([variances, below[0]])
        gammas = [each.gamma[-len(rows):, -len(rows):] for each in moments]
        n = np.array([each.n for each in moments], dtype=float)
        return cls(structure, _moving(structure, ordered), rows, columns,
                   [each.values[-len(rows):] for each in moments], [np.diag(1 / np.diag(gamma)) for gamma in gammas],
                   gammas, n, (n - 1) / n.sum())

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at the basic parameters that move, shape (q,); infinite where nothing is implied."""
        values = self.structure.k[:, self.free] @ x + self.structure.c
        f, found = 0.0, []
        for group, share in enumerate(self.shares):
            implied = imply(self.structure.layout, values[self.structure.part(group)])
            if implied is None:
                return Point(x, math.inf, [], [])
            left = self.residual(group, implied)
            f += share * float(left @ self.weights[group] @ left)
            found.append(implied)
        return Point(x, f if math.isfinite(f) else math.inf, found, [])

    def residual(self, group: int, implied: Implied) -> np.ndarray:
        """Observed minus implied moments of a group, shape (m,)."""
        return self.observed[group] - implied.sigma[self.rows, self.columns]

    def slopes(self, group: int, implied: Implied) -> np.ndarray:
        """Differentiate a group's moments by the basic parameters, shape (m, q)."""
        layout, atoms = self.structure.layout, implied.atoms
        one, two = atoms[:, layout.left], atoms[:, layout.right]
        by_row = layout.weight * (one[self.rows] * two[self.columns] + two[self.rows] * one[self.columns])
        return by_row @ self.structure.k[self.structure.part(group)][:, self.free]

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""
        return -2 * sum(share * self.slopes(group, each).T @ self.weights[group] @ self.residual(group, each)
                        for group, (share, each) in enumerate(zip(self.shares, point.implied, strict=True)))

    def information(self, point: Point, shares: np.ndarray | None = None) -> np.ndarray:
        """Half the Gauss-Newton Hessian of F, shape (q, q); with other shares of the groups where they are given."""
        total = np.zeros((len(self.free),) * 2)
        for group, share in enumerate(self.shares if shares is None else shares):
            slopes = self.slopes(group, point.implied[group])
            total += share * slopes.T @ self.weights[group] @ slopes
        return total

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q), from differences of the gradient."""
        return differenced(self, point)


def _moving(structure: Structure, ordered: np.ndarray) -> np.ndarray:
    """Find the basic parameters other than residual variances of ordinal items."""
    layout = structure.layout
    own = (layout.matrix == THETA) & (layout.row == layout.column)
    given = np.tile(own & ordered[np.where(own, layout.row, 0)], structure.table.groups)
    return np.flatnonzero(structure.k[~given].any(axis=0))
