"""Which answers does a coefficient rest on? Every table of this room takes its answers from here, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem

# Two respondents always lie on a line; the intervals need a third.
FEWEST_RESPONDENTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """The answers to one scale.

    Attributes
    ----------
    name : str
        Of the construct; "" when only answers were given.
    items : tuple of str
        The k items.
    answers : ndarray, shape (n_respondents, k)
        All respondents in the order of the data; NaN in every cell of a respondent who is left out.
    n : int
        Respondents who count.
    missing : int
        Respondents left out because an answer is missing.
    """

    name: str
    items: tuple[str, ...]
    answers: np.ndarray
    n: int
    missing: int

    @property
    def complete(self) -> np.ndarray:
        """The respondents who count, shape (n, k)."""
        return self.answers[~np.isnan(self.answers[:, 0])]


def complete_scale(scores: pd.DataFrame) -> Scale:
    """Take the columns as one scale; nobody may have left an item out.

    Raises
    ------
    DataError
        If an answer is missing, an item is constant, or fewer than two items are given.
    """
    if gaps := {str(item): int(n) for item, n in scores.isna().sum().items() if n}:
        raise DataError("measurement.missing", answers=sum(gaps.values()), items=list(gaps))
    return scales_of(scores, {"": [str(item) for item in scores.columns]})[0]


def scales_of(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, together: bool = False,
              fewest_items: int = 2) -> tuple[Scale, ...]:
    """Take the answers to each construct, listwise.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.
    together : bool, default False
        Leave out a respondent with any missing answer from every scale, so that all scales rest on the same people.
    fewest_items : int, default 2

    Raises
    ------
    DataError
        Everything that is wrong with any construct, at once.
    """
    if not constructs:
        raise DataError("measurement.no_scales")
    problems = [problem for name, items in constructs.items()
                for problem in _shape_problems(scores, name, items, fewest_items)]
    if problems:
        raise DataError.of(problems)
    everyone = scores[list(dict.fromkeys(item for items in constructs.values() for item in items))].notna().all(axis=1)
    scales = tuple(_taken(scores, name, items, everyone if together else None) for name, items in constructs.items())
    if problems := [problem for scale in scales for problem in _answer_problems(scale)]:
        raise DataError.of(problems)
    return scales


def _taken(scores: pd.DataFrame, name: str, items: Sequence[str], kept: pd.Series | None) -> Scale:
    asked = scores[list(items)]
    kept = asked.notna().all(axis=1) if kept is None else kept
    answers = asked.to_numpy(dtype=float, na_value=np.nan).copy()
    answers[~kept.to_numpy()] = np.nan
    n = int(kept.sum())
    return Scale(name, tuple(items), answers, n, len(scores) - n)


def _shape_problems(scores: pd.DataFrame, name: str, items: Sequence[str], fewest: int) -> list[Problem]:
    if unknown := [item for item in items if item not in scores.columns]:
        return [Problem("measurement.unknown_items", {"items": unknown}, name)]
    if len(items) < fewest:
        return [Problem("measurement.too_few_items", {"items": list(items), "fewest": fewest}, name)]
    if texts := [item for item in items if not pd.api.types.is_numeric_dtype(scores[item])]:
        return [Problem("measurement.not_numbers", {"items": texts}, name)]
    return []


def _answer_problems(scale: Scale) -> list[Problem]:
    if scale.n < FEWEST_RESPONDENTS:
        return [Problem("measurement.too_few_answers", {"n": scale.n, "fewest": FEWEST_RESPONDENTS}, scale.name)]
    spread = np.ptp(scale.complete, axis=0)
    if constant := [item for item, range_ in zip(scale.items, spread, strict=True) if range_ == 0]:
        return [Problem("measurement.constant_item", {"items": constant}, scale.name)]
    return []
