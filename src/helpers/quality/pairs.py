"""Expectation and perception, item by item: the pairs that every table of this room starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem
from helpers.measurement.answers import scales_of

Pairs = Mapping[str, tuple[Sequence[str], Sequence[str]]]
"""Construct -> (perception items, expectation items), in the same order."""


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """The answers to the pairs of one dimension.

    Attributes
    ----------
    name : str
    perception_items, expectation_items : tuple of str
    answers : ndarray, shape (n_respondents, 2 k)
        Perception, then expectation, of all respondents; NaN throughout for those with a missing answer.
    n, missing : int
        Respondents with all answers of the dimension, and those without.
    """

    name: str
    perception_items: tuple[str, ...]
    expectation_items: tuple[str, ...]
    answers: np.ndarray
    n: int
    missing: int

    @property
    def k(self) -> int:
        """Number of pairs."""
        return len(self.perception_items)

    @property
    def perception(self) -> np.ndarray:
        """Perceptions of the respondents who count, shape (n, k)."""
        return self.answers[~np.isnan(self.answers[:, 0]), :self.k]

    @property
    def expectation(self) -> np.ndarray:
        """Expectations of the respondents who count, shape (n, k)."""
        return self.answers[~np.isnan(self.answers[:, 0]), self.k:]

    @property
    def scores(self) -> np.ndarray:
        """Mean perception and mean expectation of every respondent, NaN where left out, shape (n_respondents, 2)."""
        return np.column_stack([self.answers[:, :self.k].mean(axis=1), self.answers[:, self.k:].mean(axis=1)])


def dimensions(scores: pd.DataFrame, pairs: Pairs) -> tuple[Dimension, ...]:
    """Take the answers to the pairs of each dimension, listwise within the dimension.

    Raises
    ------
    DataError
        If no pairs are declared, a dimension has unequal numbers of perceptions and expectations, an item is unknown
        or constant, or too few respondents answered.
    """
    if not pairs:
        raise DataError("quality.no_pairs")
    uneven = [Problem("quality.uneven_pairs", {"perceptions": len(perceived), "expectations": len(expected)}, name)
              for name, (perceived, expected) in pairs.items() if len(perceived) != len(expected) or not perceived]
    if uneven:
        raise DataError.of(uneven)
    taken = scales_of(scores, {name: (*perceived, *expected) for name, (perceived, expected) in pairs.items()})
    return tuple(Dimension(scale.name, tuple(pairs[scale.name][0]), tuple(pairs[scale.name][1]), scale.answers,
                           scale.n, scale.missing) for scale in taken)
