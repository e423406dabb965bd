"""Covariances of two variables of which one at least is continuous, and how each respondent moves them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import pair_scores
from helpers.moments.pair_tables import PairTables
from helpers.moments.polychoric import FARTHEST

# Newton's last step in atanh(r).
STEP, STEPS = 1e-10, 60


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One variable: its answers, its own parameters, and each respondent's influence on them."""

    name: str
    here: np.ndarray
    answers: np.ndarray  # codes, or standard scores
    cuts: np.ndarray  # empty where continuous
    mean: float
    sd: float
    influence: np.ndarray  # (n, own parameters), zero where missing

    @property
    def ordinal(self) -> bool:
        """Whether thresholds cut it."""
        return bool(len(self.cuts))


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Covariances of all pairs of variables and what respondents do to them.

    Those of two ordinal items stand in tables; ``others`` holds influences on the rest, column by column.
    """

    values: np.ndarray
    tables: PairTables | None
    of_tables: np.ndarray  # places of the tables' pairs among all pairs
    others: np.ndarray  # (n, rest)
    of_others: np.ndarray

    @classmethod
    def of(cls, variables: list[Variable], tables: PairTables | None, items: list[str]) -> Together:
        """Take the tables of ordinal pairs, and go through the others one by one."""
        one, two = np.triu_indices(len(variables), 1)
        ordinal = np.array([variable.ordinal for variable in variables])
        inside = ordinal[one] & ordinal[two]
        values = np.zeros(len(one))
        if tables is not None:
            values[inside] = tables.pairs.r
        columns, rest = [], np.flatnonzero(~inside)
        for at in rest:
            values[at], column = _covariance(variables[one[at]], variables[two[at]])
            columns.append(column)
        others = np.column_stack(columns) if columns else np.zeros((len(variables[0].here), 0))
        return cls(values, tables, np.flatnonzero(inside), others, rest)

    def influence(self, rows: slice) -> np.ndarray:
        """Influence of some respondents on every covariance."""
        found = np.empty((len(self.others[rows]), len(self.values)))
        found[:, self.of_others] = self.others[rows]
        if len(self.of_tables):
            found[:, self.of_tables] = self.tables.of_respondents(rows)
        return found


def _covariance(one: Variable, two: Variable) -> tuple[float, np.ndarray]:
    """Covariance of the responses behind two variables, and each respondent's influence on it."""
    here = one.here & two.here
    r = _correlation(one, two, here)
    by_r, *sides = _scores(one, two, here, r)
    total = by_r @ by_r
    influence = np.zeros(len(here))
    influence[here] = by_r
    for side, variable in zip(sides, (one, two), strict=True):
        influence -= variable.influence @ (side.T @ by_r)
    influence /= total
    influence *= one.sd * two.sd
    for variable in (one, two):  # a covariance moves with the standard deviations too
        if not variable.ordinal:
            influence += r * one.sd * two.sd / (2 * variable.sd**2) * variable.influence[:, 1]
    return r * one.sd * two.sd, influence


def _scores(one: Variable, two: Variable, here: np.ndarray, r: float) -> pair_scores.Scores:
    a, b = one.answers[here], two.answers[here]
    if two.ordinal:
        return pair_scores.of_mixed_pair(a, one.sd, b, two.cuts, r)
    if one.ordinal:
        by_r, continuous, cuts = pair_scores.of_mixed_pair(b, two.sd, a, one.cuts, r)
        return by_r, cuts, continuous
    return pair_scores.of_continuous_pair(a, b, (one.sd, two.sd), r)


def _correlation(one: Variable, two: Variable, here: np.ndarray) -> float:
    """Maximise the likelihood given the parameters of both variables: scoring in atanh(r) with summed squares."""
    a, b = one.answers[here].astype(float), two.answers[here].astype(float)
    z = float(np.arctanh(np.clip(np.corrcoef(a, b)[0, 1], -0.9, 0.9)))
    width, before = 1e-5, np.inf
    for _ in range(STEPS):
        rest = 1 - np.tanh(z) ** 2
        slope = rest * _scores(one, two, here, np.tanh(z))[0]
        total = slope.sum()
        above, below = (((1 - np.tanh(at) ** 2) * _scores(one, two, here, np.tanh(at))[0]).sum()
                        for at in (z + width, z - width))
        curve = (below - above) / (2 * width)
        step = total / (curve if curve > 0.1 * (slope @ slope) else slope @ slope)
        if abs(step) > before:
            step *= 0.5 * before / abs(step)
        z, before = float(np.clip(z + step, -FARTHEST, FARTHEST)), abs(step)
        if before < STEP:
            break
    return float(np.tanh(z))
