"""The correlations among the constructs of each study: of what the items measure, with how exactly that is known."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import HelpersError, ModelError
from helpers.moments import from_given
from helpers.replication.correlations import Correlations
from helpers.replication.several import Fits, fitted
from helpers.sem import Moments
from helpers.sem.model.correlation_structure import path_model, path_part, saturated


def correlations(found: Fits) -> list[Correlations]:
    """Take the correlations among the variables of the paths from every study.

    Parameters
    ----------
    found : Fits

    Returns
    -------
    list of Correlations
        Where constructs are measured by items: latent correlations of the measurement model in which all constructs
        covary freely, with their sampling covariances by the delta method. Where the model is one of observed
        variables: the correlations as given.

    Raises
    ------
    ModelError
        A measurement model that cannot be fitted or fails a *stop*, with the study's name.
    """
    return [_correlations(found, study) for study in found.by_study]


def common_paths(found: Fits) -> str:
    """Write the structural part of the first study's model, which is fitted to the pooled correlations."""
    return path_part(next(iter(found.models.values())))


def _correlations(found: Fits, study: str) -> Correlations:
    model, sample = found.models[study], found.samples[study]
    names = list(path_model(model).names)
    if isinstance(sample, Moments) and not sem.indicators(model):
        return _printed(study, sample, names)
    text = saturated(model)
    try:
        fit = fitted(text, sample, found.settings.get(study, {}))
    except HelpersError as error:
        raise ModelError("replication.synthesis_study", study=study, reason=error.sentence()) from error
    if fit.stopped:
        gates = [check.gate for check in fit.checks if check.severity == "stop" and not check.passed]
        raise ModelError("replication.synthesis_measurement", study=study, gates=gates)
    rows = fit.structure.table.rows
    place = {frozenset((row.lhs, row.rhs)): at for at, row in enumerate(rows) if row.op == "~~" and row.lhs != row.rhs}
    at = [place[frozenset(pair)] for pair in combinations(names, 2)]
    values = fit.parameters["std.all"].to_numpy()[at]
    slopes = fit.std_slopes[at, :len(rows)]
    matrix = np.eye(len(names))
    one, two = np.triu_indices(len(names), 1)
    matrix[one, two] = matrix[two, one] = values
    return Correlations(study, pd.DataFrame(matrix, names, names), float(fit.n), slopes @ fit.rows_vcov @ slopes.T,
                        "latent" if sem.indicators(model) else "printed")


def _printed(study: str, sample: Moments, names: list[str]) -> Correlations:
    given = from_given(sample)
    sd = np.sqrt(np.diag(given.cov))
    matrix = pd.DataFrame(given.cov / np.outer(sd, sd), given.names, given.names).loc[names, names]
    return Correlations(study, matrix, float(given.n))
