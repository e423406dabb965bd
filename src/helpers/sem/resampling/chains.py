r"""Which effects a model's regressions make: direct, over each chain, over all chains, total.

Total effects are :math:`(I-B)^{-1} - I` of the structural part, an indirect effect over one chain the product of its
paths. Single chains are left out of models with feedback loops, where they have no end.

References
----------
Bollen (1987). Sociological Methodology, 17, 37-69.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from helpers.sem.resampling.batch import inverse
from helpers.syntax import Table

ARROW = " -> "


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The regressions of one group.

    Attributes
    ----------
    group : int
        From 1.
    names : tuple of str
        Variables that take part.
    rows : dict of (outcome, predictor) to int
        Which row of the parameter table stands where.
    """

    group: int
    names: tuple[str, ...]
    rows: dict[tuple[int, int], int]

    @classmethod
    def of(cls, table: Table, group: int) -> Paths:
        """Collect the regressions of a group, counted from 1."""
        rows = [(at, row) for at, row in enumerate(table.rows) if row.op == "~" and row.group == group]
        names = tuple(dict.fromkeys(name for _, row in rows for name in (row.rhs, row.lhs)))
        return cls(group, names, {(names.index(row.lhs), names.index(row.rhs)): at for at, row in rows})

    def reach(self, values: np.ndarray) -> np.ndarray:
        """Compute (I - B)^-1 from rows of the table, shape (draws, r); NaN where B has no end."""
        size = len(self.names)
        b = np.zeros((len(values), size, size))
        for place, row in self.rows.items():
            b[:, *place] = values[:, row]
        known = np.isfinite(b).all(axis=(1, 2))
        found = np.full_like(b, np.nan)
        if known.any():
            found[known] = inverse(np.eye(size) - b[known])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """One effect of one variable on another.

    Attributes
    ----------
    paths : Paths
    name, kind : str
        ``A -> M -> B``; direct, indirect or total.
    begin, end : int
        Places among the names.
    chain : tuple of int
        Rows of the table that are multiplied; empty where the effect flows over all chains.
    less : int or None
        Row of the direct path that an indirect effect over all chains leaves out.
    """

    paths: Paths
    name: str
    kind: str
    begin: int
    end: int
    chain: tuple[int, ...] = ()
    less: int | None = None

    def values(self, values: np.ndarray, reach: np.ndarray) -> np.ndarray:
        """Size in every draw, shape (draws,), from the rows of the table and ``Paths.reach`` of them."""
        if self.chain:
            return np.prod(values[:, list(self.chain)], axis=1)
        total = reach[:, self.end, self.begin]
        return total if self.less is None else total - values[:, self.less]

    def slopes(self, values: np.ndarray, reach: np.ndarray) -> np.ndarray:
        """Differentiate with respect to the rows of the table, shape (r,), at one place."""
        found = np.zeros(len(values))
        if self.chain:
            for at, row in enumerate(self.chain):
                found[row] = np.prod([values[other] for place, other in enumerate(self.chain) if place != at])
            return found
        for (outcome, predictor), row in self.paths.rows.items():
            found[row] = reach[self.end, outcome] * reach[predictor, self.begin]
        if self.less is not None:
            found[self.less] -= 1.0
        return found


def effects_of(paths: Paths) -> list[Effect]:
    """Every effect of one group, sources in the order of the model."""
    chains = _chains(paths)
    found = []
    for end, begin in _pairs(paths):
        name = paths.names[begin] + ARROW + paths.names[end]
        direct = paths.rows.get((end, begin))
        if direct is not None:
            found.append(Effect(paths, name, "direct", begin, end, (direct,)))
        single = [chain for chain in chains if chain[0] == begin and chain[-1] == end and len(chain) > 2]
        found += [Effect(paths, ARROW.join(paths.names[at] for at in chain), "indirect", begin, end,
                         tuple(paths.rows[after, before] for before, after in pairwise(chain))) for chain in single]
        if len(single) != 1 and (single or not chains):
            found.append(Effect(paths, name, "indirect", begin, end, less=direct))
        if single or not chains:
            found.append(Effect(paths, name, "total", begin, end))
    return found


def _pairs(paths: Paths) -> list[tuple[int, int]]:
    """Pairs (outcome, source) between which something flows, sources in the order of the model."""
    size = len(paths.names)
    flows = np.zeros((size, size), dtype=bool)
    for place in paths.rows:
        flows[place] = True
    reached = flows.copy()
    for _ in range(size):
        reached |= (reached.astype(int) @ flows.astype(int)) > 0
    return [(end, begin) for end in range(size) for begin in range(size) if reached[end, begin] and end != begin]


def _chains(paths: Paths) -> list[tuple[int, ...]]:
    """Every directed chain of at least two variables; [] where the model has a feedback loop."""
    after: dict[int, list[int]] = {}
    for end, begin in paths.rows:
        after.setdefault(begin, []).append(end)
    found, open_ends = [], [(at,) for at in range(len(paths.names))]
    while open_ends:
        chain = open_ends.pop(0)
        for following in after.get(chain[-1], ()):
            if following in chain:
                return []
            found.append((*chain, following))
            open_ends.append((*chain, following))
    return found
