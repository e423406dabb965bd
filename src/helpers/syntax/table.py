"""The parameter table: one row per parameter and group, and its way back to text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd

from helpers.syntax.parse import Constraint, Definition, Model

_OWN_LABEL = re.compile(r"\.p(\d+)\.")


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter of one group.

    Attributes
    ----------
    lhs, op, rhs : str
    group : int
        From 1.
    value : float
        To which it is fixed; NaN where it is free.
    label : str
        Rows of one label are equal; made by ``group_equal`` it looks like ``.p2.``.
    start : float
        Starting value that was asked for, else NaN.
    line : int
        Of the model, 0 where a default added the row.
    exogenous : bool
        Moment of a fixed exogenous x: taken from the sample.
    derived : bool
        Residual variance of the response behind an ordinal item: what the rest of the model leaves of its variance.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    value: float = math.nan
    label: str = ""
    start: float = math.nan
    line: int = 0
    exogenous: bool = False
    derived: bool = False

    @property
    def free(self) -> bool:
        """Whether it is estimated."""
        return math.isnan(self.value) and not self.exogenous and not self.derived

    @property
    def shown(self) -> str:
        """The parameter as lavaan writes it."""
        return f"{self.lhs} {self.op} {self.rhs}".strip()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A complete model: what was written and what the defaults added.

    Attributes
    ----------
    model : Model
    rows : tuple of Row
        Group by group, in the same order in each.
    groups : int
    means : bool
        Whether means are modelled.
    exogenous : tuple of str
        Observed predictors about whose own moments the model says nothing.
    fixed_x : bool
        Whether the moments of those are fixed to the sample's.
    ordered : tuple of str
        Ordinal items: normal responses that thresholds cut into categories stand behind them.
    auxiliaries : tuple of str
        Observed variables that only help to know the others: each covaries freely with every observed variable.
    """

    model: Model
    rows: tuple[Row, ...]
    groups: int
    means: bool
    exogenous: tuple[str, ...]
    fixed_x: bool
    ordered: tuple[str, ...] = ()
    auxiliaries: tuple[str, ...] = ()

    @property
    def latents(self) -> tuple[str, ...]:
        """Names of the latent variables."""
        return self.model.latents

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of the observed variables, auxiliary ones last."""
        return (*self.model.observed, *self.auxiliaries)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The ``:=`` lines."""
        return self.model.definitions

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The ``==`` lines."""
        return self.model.constraints


def frame(table: Table) -> pd.DataFrame:
    """Show the table, one row per parameter.

    Returns
    -------
    DataFrame
        ``lhs op rhs group free label value start line exogenous``; definitions and constraints follow with group 0.

    Examples
    --------
    >>> from helpers.syntax import complete, parse
    >>> frame(complete(parse("f =~ x1 + x2 + x3"))).loc[:3, ["lhs", "op", "rhs", "free", "value"]]
      lhs  op rhs   free  value
    0   f  =~  x1  False    1.0
    1   f  =~  x2   True    NaN
    2   f  =~  x3   True    NaN
    3  x1  ~~  x1   True    NaN
    """
    rows = [(row.lhs, row.op, row.rhs, row.group, row.free, row.label, row.value, row.start, row.line, row.exogenous)
            for row in table.rows]
    rows += [(each.name, ":=", each.expression.source, 0, False, each.name, math.nan, math.nan, each.line, False)
             for each in table.definitions]
    rows += [(each.left.source, "==", each.right.source, 0, False, "", math.nan, math.nan, each.line, False)
             for each in table.constraints]
    columns = ["lhs", "op", "rhs", "group", "free", "label", "value", "start", "line", "exogenous"]
    return pd.DataFrame(rows, columns=columns)


def text(table: Table) -> str:
    """Write the complete table as lavaan text in which no default is left to be added.

    Examples
    --------
    >>> from helpers.syntax import complete, parse
    >>> print(text(complete(parse("f =~ x1 + a*x2"))))
    f =~ 1*x1
    f =~ NA*x2 + a*x2
    x1 ~~ NA*x1
    x2 ~~ NA*x2
    f ~~ NA*f
    """
    by_parameter: dict[tuple[str, str, str], list[Row]] = {}
    for row in table.rows:
        if not row.exogenous and not row.derived:
            by_parameter.setdefault((row.lhs, row.op, row.rhs), []).append(row)
    lines = []
    for (lhs, op, rhs), rows in by_parameter.items():
        operator, term = ("~", "1") if op == "~1" else (op, rhs)
        lines.append(f"{lhs} {operator} " + " + ".join(f"{before}*{term}" for before in _modifiers(rows)))
    lines += [f"{each.name} := {each.expression.source}" for each in table.definitions]
    lines += [_OWN_LABEL.sub(r"p\1", f"{each.left.source} == {each.right.source}") for each in table.constraints]
    return "\n".join(lines)


def _modifiers(rows: list[Row]) -> list[str]:
    """Values and labels of one term; where labels alone do not say it is free, ``NA`` does."""
    labels = [row.label.replace(".", "_").strip("_") if row.label.startswith(".p") else row.label for row in rows]
    values = ["NA" if row.free else f"{row.value:g}" if row.value == float(f"{row.value:g}") else repr(row.value)
              for row in rows]
    said = []
    marked = rows[0].op == "=~"  # a first loading without a value would be read as 1
    if marked or not all(labels) or any(not row.free for row in rows):
        said.append(_per_group(values))
    if any(labels):
        said.append(_per_group([label or '""' for label in labels]))
    return said


def _per_group(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"c({', '.join(parts)})"
