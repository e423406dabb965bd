r"""Which equality across groups the answers to ordinal items contradict most.

With s the slope of the objective along a direction d that breaks the equality, and :math:`\tilde d` what of d the
model's own parameters do not know (in the metric of the information I),

.. math:: T = \frac{N (d's)^2}{\tilde d' B \tilde d}, \qquad \tilde d = d - K (K'IK)^{-1} K'Id, \qquad
          B = \Delta'W\Gamma W\Delta

References
----------
Satorra (1989). Psychometrika, 54, 131-151. Boos (1992). The American Statistician, 46, 327-333.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.sem.estimation.responses import Responses
from helpers.sem.groups.levels import largest, released, spelled
from helpers.sem.groups.ordinal_invariance import OrdinalFit, ordinal_change, ordinal_fits
from helpers.sem.groups.ordinal_levels import ORDINAL_LEVELS, Ordinal, onto
from helpers.sem.inference.indices import upper_tail

Key = tuple[str, str, str]
FEWEST_ITEMS, FEWEST_THRESHOLDS = 2, 2
NOTHING_NEW = 1e-9  # share of a direction's information below which it is no freedom at all


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalSearch:
    """The search for a partial model of ordinal items.

    Attributes
    ----------
    answers : Ordinal
    """

    answers: Ordinal

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that can be tested."""
        return self.answers.levels

    def fits(self, levels: Sequence[str], partial: Sequence[str]) -> dict[str, OrdinalFit]:
        """Fit levels with some parameters free."""
        return ordinal_fits(self._freeing(released(partial)), levels)

    def sizes(self, found: OrdinalFit) -> list[float]:
        """Count the respondents of each group."""
        return list(found.problem.n)

    def change(self, larger: OrdinalFit, smaller: OrdinalFit) -> pd.Series:
        """Compare two levels."""
        return ordinal_change(larger, smaller)

    def tested(self, found: OrdinalFit, level: str, partial: Sequence[str]) -> list[dict]:
        """Test each equality that can be spared, seen from a model in which all of them are given up."""
        free = released(partial)
        candidates = _candidates(self._freeing(free), level)
        if not candidates:
            return []
        wide = self._freeing(free | set(candidates)).problem(level)
        known = _within(wide, found.problem)
        x = found.optimum.point.x
        point = wide.evaluate(onto(wide, found.problem.structure.k @ x + found.problem.structure.c,
                                   found.problem.cut_k @ x))
        shares = wide.n / wide.n.sum()
        slope, information = -wide.gradient(point) / 2, wide.information(point, shares)
        middle = _meat(wide, point.implied, shares)
        tested = []
        for key in candidates:
            directions = _directions(wide, self.answers, key)
            towards = known.T @ information @ directions
            off = directions - known @ np.linalg.solve(known.T @ information @ known, towards)
            fresh = np.einsum("qd,qr,rd->d", off, information, off)
            kept = fresh > NOTHING_NEW * np.einsum("qd,qr,rd->d", directions, information, directions)
            off, s, df = off[:, kept], directions[:, kept].T @ slope, int(kept.sum())
            chisq = float(wide.n.sum() * s @ np.linalg.solve(off.T @ middle @ off, s)) if df else 0.0
            tested.append({"parameter": spelled(key), "chisq": chisq, "df": df, "pvalue": upper_tail(chisq, df),
                           "epc": largest(s / fresh[kept])})
        return tested

    def _freeing(self, free: set[Key]) -> Ordinal:
        return replace(self.answers, free=frozenset(free))


def _candidates(answers: Ordinal, level: str) -> list[Key]:
    """List what the level restricts and can be spared: two items per construct and two thresholds per item stay."""
    if min(answers.categories.values()) == 2:
        return []
    kind, free = ORDINAL_LEVELS[level][-1], answers.free
    if kind == "thresholds":
        found = [(item, "|", f"t{at}") for item, count in answers.categories.items() for at in range(1, count)
                 if count - 1 - sum(key[:2] == (item, "|") for key in free) > FEWEST_THRESHOLDS]
        return [key for key in found if key not in free]
    found = []
    for latent in answers.written.latents:
        items = [each.rhs for each in answers.written.relations if each.op == "=~" and each.lhs == latent]
        same = [item for item in items if (latent, "=~", item) not in free
                and (kind == "loadings" or (item, "~1", "") not in free)]
        for item in items:
            key = {"loadings": (latent, "=~", item), "intercepts": (item, "~1", ""),
                   "residuals": (item, "~~", item)}[kind]
            if key not in free and (kind == "residuals" or item not in same or len(same) > FEWEST_ITEMS):
                found.append(key)
    return found


def _within(wide: Responses, narrow: Responses) -> np.ndarray:
    """Directions in which the narrower model can move, in the parameters of the wider, shape (q_wide, q_narrow)."""
    system = np.vstack([wide.structure.k, wide.cut_k])
    return system.T @ np.vstack([narrow.structure.k, narrow.cut_k]) / (system**2).sum(axis=0)[:, None]


def _directions(wide: Responses, answers: Ordinal, key: Key) -> np.ndarray:
    """Find the basic parameters that a freed one is in the places after the first, shape (q, places - 1)."""
    if key[1] == "|":
        return wide.cut_k[[at for at, (own, place) in enumerate(answers.cuts()) if own == key and place]].T
    known = [answers.own(row) for row in wide.structure.table.rows]
    return wide.structure.k[[at for at, each in enumerate(known) if each is not None and each[0] == key and each[1]]].T


def _meat(wide: Responses, answered: list, shares: np.ndarray) -> np.ndarray:
    total = np.zeros((wide.structure.k.shape[1],) * 2)
    for group, share in enumerate(shares):
        pulled = wide.weights[group][:, None] * wide.slopes(group, answered[group])
        total += share * pulled.T @ wide.gammas[group] @ pulled
    return total
