"""What the residuals of a fit vary by, where answers have holes or are ordinal; and which way a fit goes."""

from __future__ import annotations

import numpy as np

from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.fitting.complete_residuals import complete_parts, moment_units, slopes_of
from helpers.sem.fitting.residual_parts import Part, Parts
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.free_moments import Free
from helpers.sem.inference.holed_material import HoledMaterial


def parts_of(fit: SemFit) -> Parts:
    """Collect them, for any estimator."""
    if isinstance(fit.engine.problem, LeastSquares):
        return _ordinal(fit)
    return _holed(fit) if isinstance(fit.engine.problem, FullInformation) else complete_parts(fit)


def _holed(fit: SemFit) -> Parts:
    r"""Answers with holes: V is the observed information about the moments at those implied.

    :math:`\Gamma` is :math:`A^{-1}` (ML) or :math:`A^{-1}BA^{-1}` (MLR), A the same information at the EM moments, B
    the mean square of what respondents say of them. Moments of x that are given move nothing;
    those of auxiliaries count, but their residuals are not shown.
    """
    engine, structure = fit.engine, fit.engine.scaled.structure
    material = HoledMaterial.of(engine.cases, engine.scaled)
    names, parts = np.array(engine.scaled.samples[0].names, dtype=object), []
    row, column = np.tril_indices(len(names))
    x = np.isin(names, fit.structure.table.exogenous if fit.structure.table.fixed_x else ())
    free = np.concatenate([~(x[row] & x[column]), ~x])
    for group, implied in enumerate(engine.optimum.point.implied):
        known = material.saturation(group)
        inverse = np.linalg.inv((known.root @ known.root.T)[np.ix_(free, free)])
        here = Free.at(implied.mu, implied.sigma).information(material.patterns[group])
        slopes = slopes_of(structure.layout, implied, means=True) @ structure.k[structure.part(group)]
        gamma, weighted = inverse, np.zeros_like(slopes)
        weighted[free] = here[np.ix_(free, free)] @ slopes[free]
        if engine.method.robust:
            said = material.saturated_scores(group)[:, free] @ inverse
            gamma = said.T @ said / known.n
        whole = np.zeros((len(free),) * 2)
        whole[np.ix_(free, free)] = gamma
        parts.append(Part(known.n, slopes, weighted, np.diag(whole), whole @ weighted, lambda whole=whole: whole))
    own = np.isin(names, np.array(fit.observed, dtype=object))  # in the model's order, auxiliaries behind
    return Parts(parts, engine.problem.shares, moment_units(engine.scaled.width, means=True),
                 np.flatnonzero(np.concatenate([own[row] & own[column], own])))


def _ordinal(fit: SemFit) -> Parts:
    """Moments behind ordinal items: V is the diagonal weight, Gamma that of the moments as they were estimated."""
    problem, point = fit.engine.problem, fit.engine.optimum.point
    parts = []
    for group, slopes in enumerate(problem.slopes_at(point)):
        gamma, weighted = problem.gammas[group], problem.weights[group][:, None] * slopes
        parts.append(Part(problem.n[group], slopes, weighted, np.diag(gamma), gamma @ weighted,
                          lambda gamma=gamma: gamma))
    responses, p = problem.responses, len(fit.observed)
    first = len(responses.owner)
    at = np.full((p, p), -1)
    at[responses.rows, responses.columns] = at[responses.columns, responses.rows] = first + np.arange(
        len(responses.rows))
    return Parts(parts, problem.shares, problem.units,
                 np.concatenate([at[np.tril_indices(p)], np.arange(first)]))
