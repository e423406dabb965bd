"""Reads which population a model with values describes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from helpers import syntax
from helpers.errors import ModelError
from helpers.sem.model.implied import Implied, imply
from helpers.sem.model.specify import specify
from helpers.syntax import Row, Table


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A population by its values.

    Attributes
    ----------
    table : Table
    implied : tuple of Implied
        Moments, per group.
    """

    table: Table
    implied: tuple[Implied, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Observed variables in the order of the model."""
        return self.table.observed

    @property
    def sds(self) -> np.ndarray:
        """Standard deviations of the first group, shape (p,)."""
        return np.sqrt(np.diag(self.implied[0].sigma))

    @property
    def estimated(self) -> str:
        """The model with its values left to be estimated; what is zero stays zero."""
        lines = []
        for row in self.table.rows[: len(self.table.rows) // self.table.groups]:
            if row.line and not (row.op == "=~" and row.rhs in self.table.latents and row.lhs == row.rhs):
                zero = all(each.value == 0 for each in self.table.rows if each.shown == row.shown)
                target = f"{'0*' if zero else ''}{'1' if row.op == '~1' else row.rhs}"
                lines.append(f"{row.lhs} {'~' if row.op == '~1' else row.op} {target}")
        return "\n".join(lines)


def population(model: str) -> Population:
    """Read a population model.

    Parameters
    ----------
    model : str
        See ``simulate``.

    Raises
    ------
    ModelError
        A parameter without a value, an implied covariance matrix that is not positive definite.
    """
    written = syntax.parse(model)
    groups = max(each.modifiers.groups for each in written.relations)
    table = syntax.complete(written, groups=groups, meanstructure=True, fixed_x=False)
    if unsaid := [row.shown for row in table.rows if row.free and row.line]:
        raise ModelError("sem.population_values", parameters=list(dict.fromkeys(unsaid)))
    table = replace(table, rows=tuple(replace(row, value=_default(row)) for row in table.rows))
    structure = specify(table, [])
    found = []
    for group in range(groups):
        implied = imply(structure.layout, structure.c[structure.part(group)])
        if implied is None or root(implied.sigma) is None:
            raise ModelError("sem.population", group=group + 1)
        found.append(implied)
    return Population(table, tuple(found))


def root(sigma: np.ndarray) -> np.ndarray | None:
    """Lower triangle whose square the matrix is; None where it is not positive definite."""
    try:
        return np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None


def _default(row: Row) -> float:
    if not math.isnan(row.value):
        return row.value
    return 1.0 if row.op == "~~" and row.lhs == row.rhs else 0.0
