"""Is a negative variance more than chance? Also tested with errors that hold when the model is wrong.

A negative variance often comes from a misspecified model, under which normal-theory standard errors are not those of
the estimate; the sandwich's are.

References
----------
Kolenikov & Bollen (2012). Testing negative error variances: is a Heywood case a symptom of misspecification?
Sociological Methods & Research, 41, 124-167.
"""

from __future__ import annotations

import numpy as np

from helpers.moments import Cases
from helpers.sem.estimation.errors_and_tests import precision
from helpers.sem.estimation.methods import METHODS, Method
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.inference.robust import material_of, meat
from helpers.sem.model.scaling import Scaled


def sandwich_se(scaled: Scaled, problem: object, optimum: Optimum, k: np.ndarray, cases: Cases | None, method: Method,
                values: np.ndarray) -> np.ndarray | None:
    """Compute the sandwich's standard errors of all rows of a fit without robust errors of its own, shape (r,).

    Parameters
    ----------
    scaled, problem, optimum
        On scaled items.
    k : ndarray, shape (r, q)
        In original units.
    cases : Cases or None
    method : Method
    values : ndarray, shape (r,)
        Rows of the parameter table.

    Returns
    -------
    ndarray, shape (r,), or None
        None where no variance is negative, the fit's own errors are robust, or no complete answers are known.
    """
    if not isinstance(problem, NormalTheory):
        return None
    rows = scaled.structure.table.rows
    negative = any(row.op == "~~" and row.lhs == row.rhs and value < 0
                   for row, value in zip(rows, values, strict=True))
    whole = cases is not None and not any(np.isnan(each).any() for each in cases.values)
    if not negative or method.robust or not whole or not optimum.converged:
        return None
    robust, point = METHODS["MLR"], optimum.point
    observed = problem.curvature(point) / 2
    if np.linalg.eigvalsh(observed)[0] <= 0:
        return None
    found = precision(problem, point, scaled, k, converged=True, observed=observed,
                      middle=meat(scaled.structure, material_of(cases, scaled, robust), point, robust))
    return np.sqrt(np.maximum(np.diag(found.rows), 0.0))
