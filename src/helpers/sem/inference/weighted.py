"""What the tests of weighted least squares need to know of a discrepancy."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from helpers.sem.estimation.discrepancy import Point


class Weighted(Protocol):
    """A discrepancy in squares with a diagonal weight, of several groups.

    Attributes
    ----------
    observed, weights : list of ndarray, shape (m,)
        Moments of each group and the diagonal of their weights.
    gammas : list of ndarray, shape (m, m)
        n times the asymptotic covariances of the moments.
    n, shares : ndarray, shape (groups,)
        Respondents, and the weights of the groups.
    """

    observed: list[np.ndarray]
    weights: list[np.ndarray]
    gammas: list[np.ndarray]
    n: np.ndarray
    shares: np.ndarray

    def slopes_at(self, point: Point) -> list[np.ndarray]:
        """Differentiate the moments of each group by the basic parameters, shape (m, q)."""

    def information(self, point: Point, shares: np.ndarray | None = None) -> np.ndarray:
        """Half the Gauss-Newton Hessian of F, shape (q, q)."""
