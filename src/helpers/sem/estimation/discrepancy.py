"""What every estimator minimises: a distance between what the model implies and what was observed.

F is scaled so that chi-square is N F. The search (``optimize``) and the standard errors (``errors_and_tests``) know no
more of an estimator than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from helpers.moments import Expected, Sample
from helpers.sem.model.implied import Implied
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The objective at one place.

    Attributes
    ----------
    x : ndarray, shape (q,)
        Basic parameters.
    f : float
        Discrepancy F; infinite where an implied covariance matrix is not positive definite.
    implied : list of Implied
        Per group; empty where f is infinite.
    inverses : list of ndarray, shape (p, p)
    expected : sequence of Expected
        Per group, where answers have holes.
    """

    x: np.ndarray
    f: float
    implied: list[Implied]
    inverses: list[np.ndarray]
    expected: Sequence[Expected] = ()


class Discrepancy(Protocol):
    """An objective with its derivatives, on scaled items."""

    exact: ClassVar[bool]  # whether ``curvature`` is worked out, not differenced: the search asks it sooner
    structure: Structure
    samples: list[Sample]

    def evaluate(self, x: np.ndarray) -> Point:
        """Objective at basic parameters x, shape (q,)."""

    def gradient(self, point: Point) -> np.ndarray:
        """Differentiate F with respect to the basic parameters, shape (q,)."""

    def information(self, point: Point) -> np.ndarray:
        """Half the expected second derivatives of F: the information of one respondent, shape (q, q)."""

    def for_structure(self, structure: Structure) -> Discrepancy:
        """See the same observations under another structure of the same observed variables (score tests, rivals)."""

    def curvature(self, point: Point) -> np.ndarray:
        """Second derivatives of F, shape (q, q); half of it is the observed information of one respondent."""
