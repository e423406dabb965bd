"""Gathers every gate of a fit to continuous answers: of the model, of the answers, and of what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.errors import Check
from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.errors_and_tests import Precision
from helpers.sem.estimation.methods import Method
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.fitting import gates
from helpers.sem.fitting.answer_gates import answer_checks
from helpers.sem.fitting.observed import Observed
from helpers.sem.inference.heywood import sandwich_se
from helpers.sem.inference.robust import Scaling
from helpers.sem.inference.scaled_measures import scaling_check
from helpers.sem.model.auxiliaries import Own
from helpers.sem.model.implied import Implied
from helpers.sem.model.scaling import Scaled


def every_check(own: Own, scaled: Scaled, problem: Discrepancy, optimum: Optimum, observed: Observed,
                method: Method, found: Precision, *, values: np.ndarray, std_all: np.ndarray,
                implied: list[Implied], undefined: Sequence[str], scaling: Scaling | None,
                df: int) -> tuple[Check, ...]:
    """Make the gates.

    Parameters
    ----------
    own : Own
        The model, in original units.
    scaled, problem, optimum
        On scaled items.
    observed : Observed
    method : Method
    found : Precision
    values, std_all : ndarray, shape (r,)
        Rows of the parameter table.
    implied : list of Implied
        Per group.
    undefined : sequence of str
        ``:=`` lines without a value.
    scaling : Scaling or None
        What a robust test divides chi-square by.
    df : int
    """
    table, se = own.structure.table, np.sqrt(np.maximum(np.diag(found.rows)[own.rows], 0.0))
    robust = sandwich_se(scaled, problem, optimum, own.structure.k, observed.cases, method, values)
    of_model = gates.checks(gates.Fitted(own.structure, values, se, std_all, implied, own.samples, optimum, found,
                                         tuple(undefined), observed.correlations_only, robust))
    return (of_model + answer_checks(table, own.samples, observed.cases, method,
                                     correlations_only=observed.correlations_only)
            + observed.checks(table) + scaling_check(scaling, df=df))
