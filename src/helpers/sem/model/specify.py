"""From a parameter table to numbers: places in the matrices, and the linear map from basic to all parameters.

All parameters are ``values = K x + c``: fixed values stand in c, equal parameters share a column of K, and linear
``==`` constraints are solved into K and c, so nothing above needs to know about constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.model.implied import ALPHA, BETA, DELTA, LAMBDA, NU, PSI, TAU, THETA, Layout
from helpers.syntax import Constraint, Expression, Row, Table


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A model ready for estimation.

    Attributes
    ----------
    table : Table
    layout : Layout
        Of one group.
    k : ndarray, shape (r, q)
        From the q basic parameters to the r rows of the table.
    c : ndarray, shape (r,)
    """

    table: Table
    layout: Layout
    k: np.ndarray
    c: np.ndarray

    @property
    def per_group(self) -> int:
        """Rows of the table that belong to one group."""
        return len(self.table.rows) // self.table.groups

    def part(self, group: int) -> slice:
        """Rows of a group, counted from 0."""
        return slice(group * self.per_group, (group + 1) * self.per_group)


def specify(table: Table, samples: list[Sample]) -> Structure:
    """Place every row and solve the constraints.

    Raises
    ------
    ModelError
        Constraints that are not linear or contradict each other.
    """
    layout = _layout(table)
    fixed = _fixed(table, samples)
    k, c = _equalities(table, fixed)
    if table.constraints:
        k, c = _solve(table, k, c)
    return Structure(table, layout, k, c)


def constraint_slopes(table: Table) -> list[dict[str, float]]:
    """Coefficients of the labels in left minus right of each ``==`` line."""
    return [_difference(table, each)[1] for each in table.constraints]


def _layout(table: Table) -> Layout:
    structural = _structural(table)
    etas = (*table.latents, *(name for name in table.observed if name in structural))
    rows = table.rows[: len(table.rows) // table.groups]
    at_eta = {name: at for at, name in enumerate(etas)}
    at_observed = {name: at for at, name in enumerate(table.observed)}
    places = [_place(row, at_eta, at_observed) for row in rows]
    return Layout.of(table.observed, etas, len(table.latents), places)


def _structural(table: Table) -> set[str]:
    """Observed variables among the etas: in a regression, or covarying with something that is among the etas."""
    latents = set(table.latents)
    inside = latents | {name for row in table.rows if row.op == "~" for name in (row.lhs, row.rhs)}
    beside = set(table.auxiliaries)  # what they covary with is no part of the regressions
    pairs = [(row.lhs, row.rhs) for row in table.rows
             if row.op == "~~" and row.lhs != row.rhs and row.lhs not in beside]
    grew = True
    while grew:
        more = {name for pair in pairs if (pair[0] in inside) != (pair[1] in inside) for name in pair}
        grew = not more <= inside
        inside |= more
    return inside - latents


def _place(row: Row, etas: dict[str, int], observed: dict[str, int]) -> tuple[int, int, int]:
    if row.op == "=~":
        part = row.rhs
        return (BETA, etas[part], etas[row.lhs]) if part in etas else (LAMBDA, observed[part], etas[row.lhs])
    if row.op == "~":
        return BETA, etas[row.lhs], etas[row.rhs]
    if row.op == "~1":
        return (ALPHA, etas[row.lhs], 0) if row.lhs in etas else (NU, observed[row.lhs], 0)
    if row.op in ("|", "~*~"):
        return (TAU, observed[row.lhs], int(row.rhs[1:]) - 1) if row.op == "|" else (DELTA, observed[row.lhs], 0)
    where, kind = (etas, PSI) if row.lhs in etas else (observed, THETA)
    return kind, where[row.lhs], where[row.rhs]


def _fixed(table: Table, samples: list[Sample]) -> np.ndarray:
    """Value of each fixed row, NaN where it is free; exogenous moments come from the sample.

    A derived row stands at 0 until ``latent_response`` fills it.
    """
    values = np.array([row.value for row in table.rows])
    for at, row in enumerate(table.rows):
        if row.derived:
            values[at] = 0.0
        elif row.exogenous:
            sample = samples[row.group - 1]
            one = sample.names.index(row.lhs)
            values[at] = sample.mean[one] if row.op == "~1" else sample.cov[one, sample.names.index(row.rhs)]
    return values


def _equalities(table: Table, fixed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one label share a column; a label that is fixed anywhere is fixed everywhere."""
    constants: dict[str, float] = {}
    for row, value in zip(table.rows, fixed, strict=True):
        if row.label and not np.isnan(value) and constants.setdefault(row.label, value) != value:
            raise ModelError("sem.contradictory", constraint=f"{row.label} == {value:g} == {constants[row.label]:g}")
    columns: dict[object, int] = {}
    c = fixed.copy()
    of = np.full(len(fixed), -1)
    for at, row in enumerate(table.rows):
        if np.isnan(fixed[at]) and row.label in constants:
            c[at] = constants[row.label]
        elif np.isnan(fixed[at]):
            of[at], c[at] = columns.setdefault(row.label or at, len(columns)), 0.0
    k = np.zeros((len(fixed), len(columns)))
    k[np.flatnonzero(of >= 0), of[of >= 0]] = 1.0
    return k, c


def _solve(table: Table, k: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Express the parameters that the constraints determine by the others (reduced row echelon form)."""
    first: dict[str, int] = {}
    for at, row in enumerate(table.rows):
        if row.label:
            first.setdefault(row.label, at)
    q = k.shape[1]
    system = np.zeros((len(table.constraints), q + 1))
    for at, each in enumerate(table.constraints):
        constant, slopes = _difference(table, each)
        rows = [first[name] for name in slopes]
        weights = np.array(list(slopes.values()))
        system[at, :q] = weights @ k[rows] if rows else 0.0
        system[at, q] = -(constant + (weights @ c[rows] if rows else 0.0))
    pivots = _reduce(system)
    for each in system[len(pivots):]:
        if abs(each[q]) > 1e-9:
            raise ModelError("sem.contradictory", where=_lines(table.constraints), constraint="; ".join(
                f"{one.left.source} == {one.right.source}" for one in table.constraints))
    rest = [column for column in range(q) if column not in pivots]
    inner, offset = np.zeros((q, len(rest))), np.zeros(q)
    inner[rest, range(len(rest))] = 1.0
    for at, pivot in enumerate(pivots):
        inner[pivot] = -system[at, rest]
        offset[pivot] = system[at, q]
    return k @ inner, c + k @ offset


def _difference(table: Table, constraint: Constraint) -> tuple[float, dict[str, float]]:
    """Left minus right as constant and coefficients of labels; defined names are replaced by what they stand for."""
    known: dict[str, tuple[float, dict[str, float]] | None] = {}

    def flat(expression: Expression) -> tuple[float, dict[str, float]] | None:
        affine = expression.affine()
        if affine is None or any(known.get(name, ()) is None for name in expression.names):
            return None
        constant, slopes = affine[0], {}
        for name, slope in affine[1].items():
            inner_constant, inner = known.get(name, (0.0, {name: 1.0}))
            constant += slope * inner_constant
            for label, by in inner.items():
                slopes[label] = slopes.get(label, 0.0) + slope * by
        return constant, slopes

    for each in table.definitions:
        known[each.name] = flat(each.expression)
    one, other = flat(constraint.left), flat(constraint.right)
    if one is None or other is None:
        raise ModelError("sem.not_linear", where=_lines([constraint]),
                         constraint=f"{constraint.left.source} == {constraint.right.source}")
    names = one[1] | other[1]
    return one[0] - other[0], {name: one[1].get(name, 0.0) - other[1].get(name, 0.0) for name in names}


def _lines(constraints: Sequence[Constraint]) -> str:
    """Name the lines of the model that constraints stand in; constraints made by a caller have none."""
    lines = sorted({each.line for each in constraints if each.line})
    return f"model, line {', '.join(map(str, lines))}" if lines else ""


def _reduce(system: np.ndarray) -> list[int]:
    """Bring a system to reduced row echelon form in place; the columns it solves for."""
    pivots: list[int] = []
    for _ in range(len(system)):
        left = np.abs(system[len(pivots):, :-1])
        if not left.size or left.max() < 1e-10:
            break
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        at = len(pivots)
        system[[at, at + row]] = system[[at + row, at]]
        system[at] /= system[at, column]
        others = [other for other in range(len(system)) if other != at]
        system[others] -= np.outer(system[others, column], system[at])
        pivots.append(int(column))
    return pivots
