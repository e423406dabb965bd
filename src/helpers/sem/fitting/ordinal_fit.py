"""Fit a model to the responses behind ordinal items: weighted least squares from moments to the finished result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import DataError, ModelError
from helpers.moments import OrderedGroups, Sample, ordered_groups
from helpers.sem.estimation.errors_and_tests import precision
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.estimation.methods import Method
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.estimation.start import starts
from helpers.sem.fitting import gates
from helpers.sem.fitting.ordinal_gates import ordinal_checks
from helpers.sem.fitting.result import Engine, SemFit
from helpers.sem.fitting.tables_on_demand import Tables
from helpers.sem.inference.ordinal_measures import ordinal_measures
from helpers.sem.inference.shifted_test import sandwich
from helpers.sem.model.implied import Implied, imply
from helpers.sem.model.scaling import Scaled, scale
from helpers.sem.model.specify import specify


def fit_ordinal(written: syntax.Model, data: pd.DataFrame | None, *, method: Method,
                ordered: Sequence[str], group: str | None, conf_level: float,
                meanstructure: bool | None, std_lv: bool, fixed_x: bool, group_equal: Sequence[str],
                group_partial: Sequence[str]) -> SemFit:
    """Read the answers and fit; ``fit`` is the comfortable way in and says what the arguments are.

    Raises
    ------
    ModelError
        ``sem.ordinal_exogenous``: an observed predictor whose moments are to be taken as given.
    DataError
        What ``ordered_groups`` refuses; ``sem.ordered_unknown``: a name that the model does not use.
    """
    names = written.observed
    if unknown := [name for name in ordered if name not in names]:
        raise DataError("sem.ordered_unknown", names=unknown, have=list(names))
    answers = ordered_groups(data, names, ordered, group=group, missing=method.missing)
    counts = dict(zip(answers.answers[0].names, (len(each) - 1 for each in answers.answers[0].values), strict=True))
    table = syntax.complete(written, groups=len(answers.labels), meanstructure=meanstructure, std_lv=std_lv,
                            fixed_x=fixed_x, group_equal=group_equal, group_partial=group_partial,
                            ordered={name: counts[name] for name in names if name in counts})
    if table.exogenous and fixed_x:
        raise ModelError("sem.ordinal_exogenous", names=list(table.exogenous))
    return estimate_ordinal(table, answers, method=method, conf_level=conf_level)


def estimate_ordinal(table: syntax.Table, answers: OrderedGroups, *, method: Method,
                     conf_level: float = 0.95) -> SemFit:
    """Fit a complete parameter table to the moments behind ordinal answers.

    Parameters
    ----------
    table : Table
    answers : OrderedGroups
        In the order of the table's groups.
    method : Method
    conf_level : float
    """
    samples = [Sample(each.names, each.n, each.cov, each.mean, label)
               for label, each in zip(answers.labels, answers.moments, strict=True)]
    structure = specify(_with_starts(table, answers), samples)
    scaled = scale(structure, samples)
    problem = LeastSquares.of(scaled, answers.moments, diagonal=method.discrepancy == "dwls")
    optimum = problem.minimise(starts(scaled))
    point, parts = optimum.point, sandwich(problem, optimum.point)
    values = np.concatenate(problem.values(point.x)) * scaled.rows
    moved = _moved(problem, scaled, optimum)
    n = float(problem.n.sum())
    # lavaan divides by n less the number of groups
    middle = (parts.meat if method.robust else parts.information) * n / (n - len(samples))
    found = precision(problem, point, scaled, moved, converged=optimum.converged, observed=parts.information,
                      middle=middle)
    inside = [imply(structure.layout, values[structure.part(group)]) for group in range(table.groups)]
    shown = [_shown(problem, values[structure.part(group)], each) for group, each in enumerate(inside)]
    tables = Tables(table, structure, samples, inside, shown, values, found.rows, conf_level,
                    residual_means=False, implied_means=True)
    checked = gates.checks(gates.Fitted(
        structure, values, np.sqrt(np.maximum(np.diag(found.rows), 0.0)), tables.std_all, inside, samples, optimum,
        found, tables.undefined, False))
    return SemFit(
        model=table.model.text, tables=tables,
        measures=ordinal_measures(problem, point, parts, method, samples, shown),
        checks=(*checked, *ordinal_checks(answers)),
        n=int(n), n_read=answers.n_read, converged=optimum.converged,
        gradient=float(np.abs(optimum.gradient).max(initial=0.0)), iterations=optimum.iterations,
        conf_level=conf_level, sample=tuple(samples), structure=structure, rows_vcov=found.rows,
        engine=Engine(method, scaled, problem, optimum, None, None,
                      dict(zip(answers.answers[0].names, answers.answers[0].values, strict=True))))


def _with_starts(table: syntax.Table, answers: OrderedGroups) -> syntax.Table:
    """Let the search begin at the observed thresholds, and at scales of 1."""
    observed = [{label: value for label, value in zip(each.labels, each.values, strict=True) if "|" in label}
                for each in answers.moments]
    rows = []
    for row in table.rows:
        if row.op in ("|", "~*~") and np.isnan(row.start):
            start = 1.0 if row.op == "~*~" else observed[row.group - 1][f"{row.lhs}|{row.rhs}"]
            row = replace(row, start=start)
        rows.append(row)
    return replace(table, rows=tuple(rows))


def _moved(problem: LeastSquares, scaled: Scaled, optimum: Optimum) -> np.ndarray:
    """Slopes of all rows, the residual variances that follow too, by the basic parameters, in original units."""
    structure, point = scaled.structure, optimum.point
    parts = [problem.responses.following(values, implied) @ structure.k[structure.part(group)]
             for group, (values, implied) in enumerate(zip(problem.values(point.x), point.implied, strict=True))]
    return scaled.rows[:, None] * np.vstack(parts) / scaled.basic


def _shown(problem: LeastSquares, values: np.ndarray, implied: Implied) -> Implied:
    """Implied moments as the answers show them: correlations of responses with variance 1."""
    delta = problem.responses.delta(values)
    return replace(implied, sigma=implied.sigma * np.outer(delta, delta), mu=implied.mu * delta)
