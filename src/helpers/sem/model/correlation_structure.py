r"""Which correlations does a path model imply, and how do they move with its parameters? A correlation structure.

With paths B and residual covariances :math:`\Psi`, :math:`P = (I-B)^{-1} \Psi (I-B)^{-T}`; residual variances are not
parameters but what makes the diagonal of P one, which is linear in them.

References
----------
Cheung & Chan (2005). Psychological Methods, 10, 40-64. Bentler & Savalei (2010). Analysis of correlation structures.
In Statistics in the Social Sciences, 1-36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from helpers import syntax
from helpers.errors import ModelError
from helpers.syntax import Model, Row, Table


@dataclass(frozen=True, slots=True, eq=False)
class PathModel:
    """A model of the correlations among constructs.

    Attributes
    ----------
    table : Table
        Its complete parameter table.
    names : tuple of str
        Constructs.
    rows : tuple of Row
        Paths and covariances; residual variances follow from them.
    free : ndarray of int, shape (rows,)
        Which parameter each row is, -1 where it is fixed; rows of one label share one.
    """

    table: Table
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    free: np.ndarray

    @property
    def size(self) -> int:
        """Number of free parameters."""
        return int(self.free.max(initial=-1)) + 1

    def row_values(self, theta: np.ndarray) -> np.ndarray:
        """Value of every row."""
        fixed = np.array([0.0 if row.free else row.value for row in self.rows])
        return np.where(self.free >= 0, np.append(theta, 0.0)[self.free], fixed)

    def implied(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Compute the implied correlations, shape (p, p), residual variances, shape (p,), and slopes, (q, p, p)."""
        p, at = len(self.names), {name: place for place, name in enumerate(self.names)}
        b, psi = np.zeros((p, p)), np.zeros((p, p))
        for row, value in zip(self.rows, self.row_values(theta), strict=True):
            i, j = at[row.lhs], at[row.rhs]
            if row.op == "~":
                b[i, j] = value
            else:
                psi[i, j] = psi[j, i] = value
        a = np.linalg.inv(np.eye(p) - b)
        squares = a * a
        residual = np.linalg.solve(squares, 1 - np.diag(a @ psi @ a.T))
        matrix = a @ (psi + np.diag(residual)) @ a.T
        slopes = np.zeros((self.size, p, p))
        for row, own in zip(self.rows, self.free, strict=True):
            if own < 0:
                continue
            i, j = at[row.lhs], at[row.rhs]
            half = np.outer(a[:, i], matrix[j]) if row.op == "~" else np.outer(a[:, i], a[:, j])
            slopes[own] += half + half.T
        for slope in slopes:
            slope += a @ np.diag(np.linalg.solve(squares, -np.diag(slope))) @ a.T
        return matrix, residual, slopes


def path_part(model: str) -> str:
    """Keep what a model says of its constructs: regressions and covariances of whatever takes part in a regression.

    Parameters
    ----------
    model : str
        Complete lavaan text.

    Returns
    -------
    str
        Lavaan text without ``=~``, ``:=`` and ``==``; labels are kept.

    Raises
    ------
    ModelError
        If there is no regression.

    Examples
    --------
    >>> path_part("f =~ a + b + c; g =~ d + e; g ~ b1*f; a ~~ b")
    'g ~ b1*f'
    """
    written = syntax.parse(model)
    involved = set(_involved(written))
    lines = []
    for row in syntax.complete(written, fixed_x=False).rows:
        kept = row.op == "~" or (row.op == "~~" and row.lhs != row.rhs and {row.lhs, row.rhs} <= involved)
        if kept and row.line:
            value = "" if row.free else f"{row.value!r}*"
            lines.append(f"{row.lhs} {row.op} {value}{f'{row.label}*' if row.label else ''}{row.rhs}")
    return "\n".join(lines)


def saturated(model: str) -> str:
    """Let every variable that takes part in a regression covary freely with all others; keep what measures them.

    Parameters
    ----------
    model : str
        Complete lavaan text.

    Returns
    -------
    str
        Lavaan text without regressions: its correlations among constructs are those of the measurement model alone.

    Raises
    ------
    ModelError
        If there is no regression.

    Examples
    --------
    >>> print(saturated("f =~ a + b + c; g ~ f; h ~ g; a ~~ b"))
    f =~ 1*a
    f =~ NA*b
    f =~ NA*c
    a ~~ NA*b
    f ~~ g
    f ~~ h
    g ~~ h
    """
    involved = _involved(syntax.parse(model))
    lines = []
    for row in syntax.complete(syntax.parse(model), fixed_x=False).rows:
        kept = row.op == "=~" or (row.op == "~~" and row.line and not {row.lhs, row.rhs} <= set(involved))
        if kept:
            value = "NA" if row.free else f"{row.value!r}".removesuffix(".0")
            label = f" + {row.label}*{row.rhs}" if row.label else ""
            lines.append(f"{row.lhs} {row.op} {value}*{row.rhs}{label}")
    return "\n".join([*lines, *(f"{one} ~~ {two}" for one, two in combinations(involved, 2))])


def _involved(written: Model) -> list[str]:
    """Name the variables of the regressions, in their order."""
    found = list(dict.fromkeys(name for each in written.relations if each.op == "~" for name in (each.rhs, each.lhs)))
    if not found:
        raise ModelError("sem.no_paths")
    return found


def path_model(model: str) -> PathModel:
    """Read the structural part of a model as one of correlations.

    Parameters
    ----------
    model : str
        Complete or structural lavaan text.

    Raises
    ------
    ModelError
        No regression; a path fixed to another value than 0 (it would mean another thing in standard deviations);
        ``==`` lines.
    """
    written = syntax.parse(model)
    if written.constraints:
        raise ModelError("sem.structure_constraints", line=written.constraints[0].line)
    table = syntax.complete(syntax.parse(path_part(model)), fixed_x=False)
    rows = tuple(row for row in table.rows if row.op == "~" or (row.op == "~~" and row.lhs != row.rhs))
    if wrong := [row.shown for row in rows if not row.free and row.value != 0]:
        raise ModelError("sem.structure_fixed_path", paths=wrong)
    keys: dict[str, int] = {}
    free = [keys.setdefault(row.label or f"#{at}", len(keys)) if row.free else -1 for at, row in enumerate(rows)]
    names = tuple(dict.fromkeys(name for row in rows if row.op == "~" for name in (row.rhs, row.lhs)))
    return PathModel(table, names, rows, np.array(free))


def regressions(model: PathModel, matrix: np.ndarray) -> np.ndarray:
    """Start values: each outcome regressed on its predictors, correlations as they are, residual covariances 0."""
    at = {name: place for place, name in enumerate(model.names)}
    predictors: dict[str, list[str]] = {}
    for row in model.rows:
        if row.op == "~":
            predictors.setdefault(row.lhs, []).append(row.rhs)
    theta = np.zeros(model.size)
    for row, own in zip(model.rows, model.free, strict=True):
        if own < 0:
            continue
        if row.op == "~":
            theta[own] = _slopes(matrix, at[row.lhs], [at[name] for name in predictors[row.lhs]])[
                predictors[row.lhs].index(row.rhs)]
        elif not {row.lhs, row.rhs} & set(predictors):
            theta[own] = matrix[at[row.lhs], at[row.rhs]]
    return theta


def _slopes(matrix: np.ndarray, outcome: int, predictors: Sequence[int]) -> np.ndarray:
    return np.linalg.solve(matrix[np.ix_(predictors, predictors)], matrix[predictors, outcome])
