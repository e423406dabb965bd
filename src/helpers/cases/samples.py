"""Who is in which group, and how do they score? Every comparison of this room starts here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem
from helpers.measurement.answers import scales_of

FEWEST = 2
"""A group needs a variance of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The scores on one scale in the groups of one grouping variable.

    Attributes
    ----------
    grouping, construct : str
    levels : tuple of str
        The groups, in the declared order; groups without anybody are left out.
    values : tuple of ndarray
        Scale scores (mean of the items) of the respondents of each group who answered every item of the scale.
    """

    grouping: str
    construct: str
    levels: tuple[str, ...]
    values: tuple[np.ndarray, ...]

    @property
    def n(self) -> np.ndarray:
        """Respondents per group."""
        return np.array([len(values) for values in self.values])

    @property
    def means(self) -> np.ndarray:
        """Mean per group."""
        return np.array([values.mean() for values in self.values])

    @property
    def variances(self) -> np.ndarray:
        """Variance per group, divisor n - 1."""
        return np.array([values.var(ddof=1) for values in self.values])


def scale_scores(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Average the items of each scale; NaN for respondents who left an item of it out.

    Raises
    ------
    DataError
        If a scale names an unknown or constant item, or too few respondents answered it.
    """
    taken = scales_of(scores, scales, fewest_items=1)
    return pd.DataFrame({scale.name: scale.answers.mean(axis=1) for scale in taken}, index=scores.index)


def samples(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]], groups: pd.DataFrame, *,
            respondents: Sequence[int] | np.ndarray | None = None) -> list[Samples]:
    """Split every scale by every grouping variable.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    scales : mapping of str to sequence of str
    groups : DataFrame, shape (n_respondents, n_groupings)
        Ordered categories keep their order; rows without a group are left out.
    respondents : sequence, optional
        Whose answers each row holds.

    Raises
    ------
    DataError
        If no grouping variable is declared, a grouping has one group only, a group has fewer than two respondents or
        no variance, somebody appears twice, or rows do not match.
    """
    if groups.shape[1] == 0:
        raise DataError("cases.no_groups")
    if len(groups) != len(scores):
        raise DataError("cases.rows", groups=len(groups), scores=len(scores))
    if respondents is not None:
        refuse_repeated(respondents)
    scored = scale_scores(scores, scales)
    split = [_split(scored[name], groups[grouping].to_numpy(), levels_of(groups[grouping]))
             for grouping in groups.columns for name in scored.columns]
    found = [Samples(str(grouping), str(name), *parts) for (grouping, name), parts in
             zip(((g, s) for g in groups.columns for s in scored.columns), split, strict=True)]
    if problems := [problem for sample in found for problem in _problems(sample)]:
        raise DataError.of(problems)
    return found


def levels_of(group: pd.Series) -> list[str]:
    """List the groups that occur, in the declared order, else sorted.

    Examples
    --------
    >>> levels_of(pd.Series(["b", "a", None, "b"]))
    ['a', 'b']
    """
    present = set(group.dropna())
    order: Iterable = group.cat.categories if isinstance(group.dtype, pd.CategoricalDtype) else sorted(present)
    return [level for level in order if level in present]


def _split(score: pd.Series, group: np.ndarray, levels: list[str]) -> tuple[tuple[str, ...], tuple[np.ndarray, ...]]:
    values = score.to_numpy()
    counted = ~np.isnan(values)
    return tuple(str(level) for level in levels), tuple(values[counted & (group == level)] for level in levels)


def _problems(sample: Samples) -> list[Problem]:
    where = f"{sample.grouping} x {sample.construct}"
    if len(sample.levels) < FEWEST:
        return [Problem("cases.one_group", {"grouping": sample.grouping, "levels": list(sample.levels)}, where)]
    if small := [f"{level} ({n})" for level, n in zip(sample.levels, sample.n, strict=True) if n < FEWEST]:
        return [Problem("cases.small_group", {"levels": small, "fewest": FEWEST}, where)]
    flat = [level for level, values in zip(sample.levels, sample.values, strict=True) if np.ptp(values) == 0]
    return [Problem("cases.no_variance", {"levels": flat}, where)] if flat else []


def refuse_repeated(respondents: Sequence[int] | np.ndarray) -> None:
    """Raise ``cases.repeated`` when somebody appears twice."""
    counts = pd.Series(np.asarray(respondents)).value_counts()
    if (counts > 1).any():
        raise DataError("cases.repeated", respondents=int((counts > 1).sum()), rows=int(counts.sum()))
