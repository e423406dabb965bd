"""What must be known before the numbers are interpreted: one check per doubt, with its severity.

Criteria, sources and advice stand in the catalogue under ``gate.<name>``.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.moments import Sample
from helpers.sem.equivalents import reversals
from helpers.sem.errors_and_tests import Precision
from helpers.sem.implied import Implied
from helpers.sem.optimize import ACCEPTED, Optimum
from helpers.sem.specify import Structure

# One-sided 5 %: a variance below this many standard errors is not a sampling fluctuation around zero.
SIGNIFICANT = -1.6448536269514722
# Rounding allowance for an eigenvalue of a correlation matrix that is exactly singular.
NOT_NEGATIVE = -1e-8
INFLATED, EXTREME, BEYOND = 5.0, 10.0, 1.0
FEW_PER_PARAMETER, TOO_FEW_PER_PARAMETER = 5.0, 2.0


def checks(structure: Structure, parameters: pd.DataFrame, implied: list[Implied], samples: list[Sample], *,
           optimum: Optimum, precision: Precision, correlations_only: bool) -> tuple[Check, ...]:
    """Every gate of a fitted model.

    Parameters
    ----------
    structure : Structure
    parameters : DataFrame
        As in ``SemFit.parameters``.
    implied : list of Implied
        Per group.
    samples : list of Sample
    optimum : Optimum
    precision : Precision
    correlations_only : bool

    Returns
    -------
    tuple of Check
        Stops first, then cautions, then remarks.
    """
    n, q = sum(sample.n for sample in samples), structure.k.shape[1]
    found = [
        Check("converged", "stop", optimum.converged,
              {"gradient": float(np.abs(optimum.gradient).max(initial=0.0)), "iterations": optimum.iterations,
               "accepted": ACCEPTED}),
        Check("identified", "stop", True, {"parameters": q, "eigenvalue": precision.weakest}),
        _matrix("latent_covariance", parameters, [each.psi for each in implied], structure.layout.etas),
        _matrix("residual_covariance", parameters, [each.theta for each in implied], structure.layout.observed),
        _negative_variances(parameters),
        _collinear(structure, parameters, implied),
        _standardized(parameters),
        _size(n, q),
        _uncorrelated(structure),
        Check("correlations_only", "caution", not correlations_only),
        _equivalents(structure),
    ]
    order = {"stop": 0, "caution": 1, "info": 2}
    return tuple(sorted(found, key=lambda check: order[check.severity]))


def _negative(parameters: pd.DataFrame) -> pd.DataFrame:
    same = (parameters["op"] == "~~") & (parameters["lhs"] == parameters["rhs"])
    return parameters[same & (parameters["est"] < 0)]


def _named(rows: pd.DataFrame, column: str) -> list[str]:
    several = rows["group"].max() > 1 if len(rows) else False
    return [f"{row.lhs} {row.op} {row.rhs}".strip() + (f" (group {row.group})" if several else "")
            + f" = {row.shown:.3f}" for row in rows.assign(shown=rows[column]).itertuples()]


def _negative_variances(parameters: pd.DataFrame) -> Check:
    rows = _negative(parameters)
    z = (rows["est"] / rows["se"].replace(0, np.nan)).min()
    severe = len(rows) > 0 and z < SIGNIFICANT
    values = {"variances": _named(rows, "est"), "z": float(z) if len(rows) else math.nan}
    return Check("negative_variance", "stop" if severe else "caution", rows.empty, values)


def _matrix(gate: str, parameters: pd.DataFrame, matrices: list[np.ndarray], names: tuple[str, ...]) -> Check:
    """Smallest eigenvalue once variances that are negative by chance count as zero; those have their own gate."""
    negative = _negative(parameters)
    forgiven = {(row.lhs, row.group) for row in negative.itertuples() if not row.est < SIGNIFICANT * row.se}
    worst, involved, where = math.inf, [], 1
    for group, matrix in enumerate(matrices, start=1):
        variances = np.diag(matrix).copy()
        for at, name in enumerate(names):
            if (name, group) in forgiven:
                variances[at] = 0.0
        width = np.sqrt(np.abs(np.where(variances == 0, np.diag(matrix), variances)))
        width[width == 0] = 1.0
        unit = matrix / np.outer(width, width)
        np.fill_diagonal(unit, variances / width**2)
        if not len(unit):
            continue
        roots, vectors = np.linalg.eigh(unit)
        if roots[0] < worst:
            worst, where = float(roots[0]), group
            weight = np.abs(vectors[:, 0])
            involved = [name for name, w in zip(names, weight, strict=True) if w > 0.3 * weight.max()]
    return Check(gate, "stop", worst >= NOT_NEGATIVE, {"eigenvalue": worst, "variables": involved, "group": where})


def _collinear(structure: Structure, parameters: pd.DataFrame, implied: list[Implied]) -> Check:
    """Predictors of one outcome that cannot be told apart, and whether they drive its paths beyond reason."""
    at = {name: place for place, name in enumerate(structure.layout.etas)}
    worst = {"inflation": 1.0, "outcome": "-", "predictors": [], "paths": []}
    absurd = False
    paths = parameters[parameters["op"] == "~"]
    for (group, outcome), rows in paths.groupby(["group", "lhs"], sort=False):
        if len(rows) < 2:
            continue
        places = [at[name] for name in rows["rhs"]]
        inflation = _inflation(implied[group - 1].eta[np.ix_(places, places)])
        std = rows["std.all"].to_numpy()
        tangled = std[inflation > EXTREME]
        beyond = bool(len(tangled) and np.abs(tangled).max() > BEYOND and tangled.min() < 0 < tangled.max())
        if (beyond, float(inflation.max())) > (absurd, worst["inflation"]):
            absurd = beyond
            worst = {"inflation": float(inflation.max()), "outcome": outcome,
                     "predictors": [name for name, by in zip(rows["rhs"], inflation, strict=True) if by > INFLATED],
                     "paths": [f"{name} {value:.2f}" for name, value in zip(rows["rhs"], std, strict=True)]}
    return Check("collinear", "stop" if absurd else "caution", worst["inflation"] <= INFLATED and not absurd, worst)


def _inflation(cov: np.ndarray) -> np.ndarray:
    """Variance inflation factors; infinite where the matrix is not positive definite."""
    variances = np.diag(cov)
    if not (variances > 0).all():
        return np.full(len(cov), math.inf)
    unit = cov / np.sqrt(np.outer(variances, variances))
    if np.linalg.eigvalsh(unit)[0] <= 1e-10:
        return np.full(len(cov), math.inf)
    return np.diag(np.linalg.inv(unit))


def _standardized(parameters: pd.DataFrame) -> Check:
    slopes = parameters["op"].isin(["=~", "~"])
    correlations = (parameters["op"] == "~~") & (parameters["lhs"] != parameters["rhs"])
    rows = parameters[(slopes | correlations) & (parameters["std.all"].abs() > 1 + 1e-9)]
    return Check("standardized", "caution", rows.empty, {"parameters": _named(rows, "std.all")})


def _size(n: int, q: int) -> Check:
    ratio = n / q if q else math.inf
    return Check("sample_size", "stop" if ratio < TOO_FEW_PER_PARAMETER else "caution", ratio >= FEW_PER_PARAMETER,
                 {"n": n, "parameters": q, "ratio": ratio})


def _uncorrelated(structure: Structure) -> Check:
    """Look for an observed and a latent cause of one system: by default the model holds them uncorrelated."""
    rows = structure.table.rows[: structure.per_group]
    inner = {row.lhs for row in rows if row.op == "~"} | {row.rhs for row in rows if row.op == "=~"}
    causes = [name for name in structure.layout.etas if name not in inner]
    latent = [name for name in causes if name in structure.table.latents
              and any(row.op == "~" and row.rhs == name for row in rows)]
    observed = [name for name in causes if name in structure.table.exogenous]
    apart = bool(latent and observed)
    return Check("uncorrelated_causes", "caution", not apart, {"observed": observed, "latents": latent})


def _equivalents(structure: Structure) -> Check:
    turned = [f"{cause} -> {effect}" for cause, effect in reversals(structure.table)]
    return Check("equivalent_models", "info", not turned, {"paths": turned})
