"""Which category did everybody choose, and how often do two items' categories meet? Codes, margins, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem

# Bivariate tables of more categories are nearly empty; Rhemtulla et al. (2012) treat five or more as continuous.
MOST_CATEGORIES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """The answers as ranks of categories.

    Attributes
    ----------
    names : tuple of str
        The p items.
    codes : ndarray of int, shape (n, p)
        0 for the lowest category that occurs in an item, then 1, ...; -1 where the answer is missing.
    values : tuple of ndarray
        The categories of each item, ascending.
    missing : int
        Respondents who were left out because an answer is missing.
    """

    names: tuple[str, ...]
    codes: np.ndarray
    values: tuple[np.ndarray, ...]
    missing: int

    def margins(self) -> list[np.ndarray]:
        """How often each category of an item was chosen, over everybody who answered it."""
        return [np.bincount(column[column >= 0], minlength=len(values))
                for column, values in zip(self.codes.T, self.values, strict=True)]

    def thresholds(self) -> list[np.ndarray]:
        """Take the normal quantiles of the cumulative proportions of each item."""
        from scipy.special import ndtri

        return [ndtri(np.cumsum(margin)[:-1] / margin.sum()) for margin in self.margins()]

    def tables(self) -> np.ndarray:
        """Frequencies of every pair, one item with every later one, shape (pairs, most, most); unused cells are 0."""
        most = max(map(len, self.values))
        p = len(self.names)
        chosen = (self.codes[:, :, None] == np.arange(most)).reshape(len(self.codes), p * most).astype(float)
        joint = (chosen.T @ chosen).reshape(p, most, p, most).swapaxes(1, 2)
        return joint[np.triu_indices(p, 1)]


def categories(scores: pd.DataFrame, items: Sequence[str], *, missing: str = "listwise") -> Categories:
    """Rank the answers of ordinal items.

    Parameters
    ----------
    scores : DataFrame
        One row per respondent; an ordered Categorical keeps its order.
    items : sequence of str
    missing : {"listwise", "pairwise"}
        Leave out a respondent with any missing answer, or only from the pairs it concerns.

    Raises
    ------
    DataError
        Text, one category, more than twelve categories, a name that is no column; everything that is wrong at once.
    """
    if missing not in ("listwise", "pairwise"):
        raise DataError("moments.pairwise_or_listwise", found=str(missing))
    if absent := [name for name in items if name not in scores.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in scores.columns[:30]])
    if doubled := sorted({str(name) for name in items if list(scores.columns).count(name) > 1}):
        raise DataError("moments.doubled", columns=doubled)
    used = scores[list(items)]
    left = used.dropna() if missing == "listwise" else used.dropna(how="all")
    return ranked(left, items, missing=len(scores) - len(left))


def ranked(rows: pd.DataFrame, items: Sequence[str], *, missing: int = 0) -> Categories:
    """Rank the answers of all these rows, see ``categories``; ``missing`` is handed on.

    Raises
    ------
    DataError
        Text, infinite answers, one category, more than twelve categories; everything that is wrong at once.
    """
    if text := [str(name) for name in items if not _ordered(rows[name])]:
        raise DataError("moments.text", columns=text)
    if infinite := [str(name) for name in items if pd.api.types.is_float_dtype(rows[name])
                    and np.isinf(rows[name].to_numpy(dtype=float, na_value=np.nan)).any()]:
        raise DataError("moments.infinite", columns=infinite)
    ranks = [_ranks(rows[name]) for name in items]
    problems = [Problem("moments.one_category", {"item": str(name), "n": len(rows)})
                for name, (_, values) in zip(items, ranks, strict=True) if len(values) < 2]
    problems += [Problem("moments.many_categories", {"item": str(name), "found": len(values), "most": MOST_CATEGORIES})
                 for name, (_, values) in zip(items, ranks, strict=True) if len(values) > MOST_CATEGORIES]
    if problems:
        raise DataError.of(problems)
    codes = np.array([codes for codes, _ in ranks], dtype=int).reshape(len(items), len(rows)).T
    return Categories(tuple(map(str, items)), codes, tuple(values for _, values in ranks), missing)


def _ordered(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return bool(column.cat.ordered)
    return pd.api.types.is_numeric_dtype(column)


def _ranks(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = column.cat.remove_unused_categories()
        return used.cat.codes.to_numpy(dtype=int), np.asarray(used.cat.categories)
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    here = ~np.isnan(numbers)
    codes = np.full(len(numbers), -1)
    values, codes[here] = np.unique(numbers[here], return_inverse=True)
    return codes, values
