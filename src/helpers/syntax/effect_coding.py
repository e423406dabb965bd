"""Scale every construct by all of its items alike: loadings that average 1, intercepts that add up to 0.

References
----------
Little, Slegers & Card (2006). Structural Equation Modeling, 13, 59-72.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from helpers.syntax.expressions import Expression
from helpers.syntax.parse import Constraint
from helpers.syntax.table import Row


def effect_coded(rows: list[Row], latents: tuple[str, ...], *, groups: int,
                 means: bool) -> tuple[list[Row], tuple[Constraint, ...]]:
    """Label the loadings (and intercepts) of every construct and say what they add up to.

    Parameters
    ----------
    rows : list of Row
        Complete, group by group; no loading is fixed by default.
    latents : tuple of str
    groups : int
    means : bool
        Whether intercepts are modelled.

    Returns
    -------
    list of Row, tuple of Constraint
        Per construct and group: the sum of its k loadings is k, that of its items' intercepts 0. A construct whose
        loadings the author all fixed has its scale already.
    """
    sums: list[tuple[list[int], float]] = []
    for group in range(1, groups + 1):
        for latent in latents:
            loadings = [at for at, row in enumerate(rows) if row.group == group and (row.lhs, row.op) == (latent, "=~")]
            parts = {rows[at].rhs for at in loadings}
            intercepts = [at for at, row in enumerate(rows) if row.group == group and row.op == "~1"
                          and row.lhs in parts]
            if any(rows[at].free for at in loadings):
                sums.append((loadings, float(len(loadings))))
            if means and any(rows[at].free for at in intercepts):
                sums.append((intercepts, 0.0))
    named = _named(rows, {at for places, _ in sums for at in places})
    return named, tuple(_adds_up((named[at].label for at in places), total) for places, total in sums)


def _named(rows: list[Row], asked: set[int]) -> list[Row]:
    return [replace(row, label=f".p{at + 1}.") if at in asked and not row.label else row for at, row in enumerate(rows)]


def _adds_up(labels: Iterable[str], total: float) -> Constraint:
    return Constraint(Expression.parse(" + ".join(labels)), Expression.parse(f"{total:g}"), 0)
