"""Which paths may point the other way without any change of fit."""

from __future__ import annotations

from collections.abc import Mapping, Set

import pandas as pd

from helpers import syntax
from helpers.syntax import Table


def equivalents(model: str) -> pd.DataFrame:
    """Models that fit every data set exactly as well as this one and tell another story.

    Parameters
    ----------
    model : str

    Returns
    -------
    DataFrame
        ``path reversed``: the path of the model, and what it may become. One reversal at a time; there can be more
        equivalent models (two reversals together, a path replaced by a residual covariance).

    Notes
    -----
    A path X -> Y of a model without feedback loops can be turned around when X and Y otherwise have the same causes
    (Chickering's covered edge, the replacing rule of Lee & Hershberger). Exogenous variables covary and count as
    causes of each other. Paths whose ends covary residually are left out.

    References
    ----------
    Lee & Hershberger (1990). Multivariate Behavioral Research, 25, 313-334. Chickering (1995). UAI, 87-98.

    Examples
    --------
    >>> equivalents("A =~ a1 + a2; T =~ t1 + t2; S =~ s1 + s2; T ~ A; S ~ A + T")
         path reversed
    0  A -> T   T -> A
    1  T -> S   S -> T
    """
    found = reversals(syntax.complete(syntax.parse(model)))
    return pd.DataFrame([(f"{cause} -> {effect}", f"{effect} -> {cause}") for cause, effect in found],
                        columns=["path", "reversed"])


def reversals(table: Table) -> list[tuple[str, str]]:
    """Paths (cause, effect) that can be turned around, in the order of the model."""
    rows = table.rows[: len(table.rows) // table.groups]
    paths = [row for row in rows if row.op == "~" and row.value != 0]
    causes: dict[str, set[str]] = {}
    for row in paths:
        causes.setdefault(row.lhs, set()).add(row.rhs)
    said = [row.label for row in table.rows if row.label]  # over all groups: what is equal across them is bound too
    constrained = {name for each in table.constraints for name in (*each.left.names, *each.right.names)}
    bound = {label for label in said if said.count(label) > 1 or label in constrained}
    restricted = {row.lhs for row in table.rows
                  if row.op == "~" and row.value != 0 and (row.label in bound or not row.free)}
    restricted |= _bound_variance(table, bound) | set(table.exogenous)
    exogenous = {row.rhs for row in paths} - set(causes)
    together = {frozenset((row.lhs, row.rhs)) for row in rows
                if row.op == "~~" and row.lhs != row.rhs and (row.free or row.exogenous)}
    touched = {name for pair in together if not pair <= exogenous for name in pair}
    measured = {row.rhs for row in rows if row.op == "=~"}
    if _looped(causes):
        return []
    for name in exogenous:
        causes[name] = {other for other in exogenous if frozenset((name, other)) in together}
    closed = {name for name in exogenous if causes[name] == exogenous - {name}}
    return [(row.rhs, row.lhs) for row in paths
            if causes[row.lhs] == causes[row.rhs] | {row.rhs}
            and (row.rhs not in exogenous or row.rhs in closed)
            and not {row.lhs, row.rhs} & (restricted | touched | measured)]


def _bound_variance(table: Table, bound: Set[str]) -> set[str]:
    """Variables whose (residual) variance is bound beyond what gives a construct its scale."""
    scaled = {row.lhs for row in table.rows if row.op == "=~" and not row.free and row.value != 0}
    return {row.lhs for row in table.rows if row.op == "~~" and row.lhs == row.rhs and not row.exogenous
            and (row.label in bound or (not row.free and (row.lhs in scaled or row.lhs not in table.latents)))}


def _looped(causes: Mapping[str, set[str]]) -> bool:
    """Whether some variable is, over any number of steps, its own cause."""
    left = {effect: set(of) for effect, of in causes.items()}
    while True:
        ready = [effect for effect, of in left.items() if not of & left.keys()]
        if not ready:
            return bool(left)
        for effect in ready:
            del left[effect]
