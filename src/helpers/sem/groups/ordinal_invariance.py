"""Do the groups answer the same ordinal questionnaire? Equal thresholds, loadings, intercepts, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.sem.estimation.errors_and_tests import NO_INFORMATION
from helpers.sem.estimation.optimize import ACCEPTED, Optimum, minimise
from helpers.sem.estimation.responses import Responses
from helpers.sem.fitting.gates import NOT_NEGATIVE
from helpers.sem.groups.levels import asked_levels
from helpers.sem.groups.ordinal_levels import Ordinal, onto, start
from helpers.sem.inference.indices import incremental, rmsea
from helpers.sem.inference.satorra_2000 import shifted_difference
from helpers.sem.inference.shifted_test import Shifted, baseline, sandwich, shifted


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalFit:
    """One level for ordinal items.

    Attributes
    ----------
    problem : Responses
    optimum : Optimum
    measures : Series
        ``chisq df pvalue cfi tli rmsea srmr`` in their ``.scaled`` forms (df and srmr plain).
    checks : tuple of Check
    """

    problem: Responses
    optimum: Optimum
    measures: pd.Series
    checks: tuple[Check, ...]

    def reported(self, measure: str) -> float:
        """Value of a measure in the form that a report shows."""
        scaled = f"{measure}.scaled"
        return float(self.measures[scaled if scaled in self.measures.index else measure])

    @property
    def stopped(self) -> bool:
        """Whether the level must not be interpreted."""
        return any(check.severity == "stop" and not check.passed for check in self.checks)


def ordinal_fits(answers: Ordinal, levels: Sequence[str] | None) -> dict[str, OrdinalFit]:
    """Fit each level by WLSMV, beginning where the level before ended.

    Parameters
    ----------
    answers : Ordinal
    levels : sequence of str, optional
        Of those that say something testable; None: all of them.

    Returns
    -------
    dict of level to OrdinalFit

    Raises
    ------
    ModelError
        ``sem.invariance_levels``, ``sem.not_identified``.
    """
    fits: dict[str, OrdinalFit] = {}
    apart, last = _baseline(answers), None
    for level in asked_levels(levels, answers.levels):
        problem = answers.problem(level)
        optimum = minimise(problem, [start(problem) if last is None else _from(last, problem)])
        last = fits[level] = _described(problem, optimum, apart)
    return fits


def ordinal_change(larger: OrdinalFit, smaller: OrdinalFit) -> pd.Series:
    """Compare a level with the one before: the columns of ``compare``, tested by Satorra (2000)."""
    tested = shifted_difference(larger.problem, larger.optimum.point, smaller.problem, smaller.optimum.point)
    deltas = {f"delta.{name}": smaller.reported(name) - larger.reported(name) for name in ("cfi", "rmsea", "srmr")}
    return pd.Series({"method": "satorra.2000", **tested, **deltas})


def _from(last: OrdinalFit, problem: Responses) -> np.ndarray:
    """Begin where another level of the same rows ended."""
    structure, x = last.problem.structure, last.optimum.point.x
    return onto(problem, structure.k @ x + structure.c, last.problem.cut_k @ x)


def _baseline(answers: Ordinal) -> Shifted:
    """Test of uncorrelated items with free thresholds, the same for every level."""
    problem = answers.problem("configural")
    return baseline(problem, np.arange(len(problem.observed[0])) >= len(problem.items))


def _described(problem: Responses, optimum: Optimum, apart: Shifted) -> OrdinalFit:
    point, groups = optimum.point, len(problem.n)
    information = problem.information(point)
    width = np.sqrt(np.maximum(np.diag(information), 1e-300))
    roots, vectors = np.linalg.eigh(information / np.outer(width, width))
    if roots[0] < NO_INFORMATION and optimum.converged:
        raise _not_identified(problem, np.abs(vectors[:, 0]))
    told = shifted(problem, point, sandwich(problem, point))
    measures = {
        "chisq": told.unscaled, "chisq.scaled": told.chisq, "df": told.df, "pvalue.scaled": told.pvalue,
        "chisq.scaling.factor": told.factor, "baseline.chisq.scaled": apart.chisq, "baseline.df": apart.df,
        **{f"{name}.scaled": value
           for name, value in incremental(told.chisq, told.df, apart.chisq, apart.df).items()},
        # the statistic weighs a group by n - 1, and so does its RMSEA
        **{f"{name}.scaled": value
           for name, value in rmsea(told.chisq, told.df, int(problem.n.sum()) - groups, groups).items()},
        "srmr": _srmr(problem, optimum),
    }
    least = [float(np.linalg.eigvalsh(_unit(each.responses.psi))[0]) for each in point.implied]
    left = [float(np.diag(each.responses.theta).min()) for each in point.implied]
    checks = (
        Check("converged", "stop", optimum.converged, {
            "gradient": float(np.abs(optimum.gradient).max()), "iterations": optimum.iterations, "accepted": ACCEPTED}),
        Check("latent_covariance", "stop", min(least) >= NOT_NEGATIVE, {
            "eigenvalue": min(least), "variables": list(problem.structure.table.latents),
            "group": int(np.argmin(least)) + 1}),
        Check("residual_covariance", "stop", min(left) >= NOT_NEGATIVE, {
            "eigenvalue": min(left), "variables": list(problem.structure.table.observed),
            "group": int(np.argmin(left)) + 1}))
    return OrdinalFit(problem, optimum, pd.Series(measures, dtype=float), checks)


def _unit(matrix: np.ndarray) -> np.ndarray:
    width = np.sqrt(np.abs(np.diag(matrix)))
    return matrix / np.outer(width, width)


def _srmr(problem: Responses, optimum: Optimum) -> float:
    """Root mean square residual correlation, the diagonal counted, groups weighted by n."""
    p, count = len(problem.structure.layout.observed), len(problem.items)
    each = [np.sqrt(float((problem.residual(group, answered)[count:] ** 2).sum()) / (p * (p + 1) / 2))
            for group, answered in enumerate(optimum.point.implied)]
    return float(problem.n @ np.array(each) / problem.n.sum())


def _not_identified(problem: Responses, weight: np.ndarray) -> ModelError:
    blamed = weight > 0.1 * weight.max()
    rows = np.flatnonzero(problem.structure.k[:, blamed].any(axis=1))
    table = problem.structure.table
    named = [f"{table.rows[at].shown} (group {table.rows[at].group})" for at in rows]
    return ModelError("sem.not_identified", parameters=named[:8] or ["thresholds"])
