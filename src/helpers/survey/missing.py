"""How much is missing? At which items, at whom, and what is missing together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure
from helpers.errors import DataError

if TYPE_CHECKING:
    from helpers.survey.answers import Answers

# Upper ends of the shares of unanswered items that respondents are sorted by.
_SHARES = (0.0, 0.05, 0.10, 0.25, 0.50, 1.0)


def missing_overview(answers: Answers) -> pd.DataFrame:
    """Say how much is missing, and how it is spread.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    DataFrame
        ``measure``, ``value``: ``respondents``, ``items``, ``n.complete`` (respondents without a missing answer),
        ``complete.share``, ``missing.share`` (of all answers), ``n.items.missing`` (items with a missing answer),
        ``n.patterns`` (different sets of missing items, the complete one included).
    """
    empty = answers.scores.isna().to_numpy()
    complete = int((~empty.any(axis=1)).sum())
    found = {"respondents": empty.shape[0], "items": empty.shape[1], "n.complete": complete,
             "complete.share": complete / len(empty), "missing.share": empty.mean(),
             "n.items.missing": int(empty.any(axis=0).sum()), "n.patterns": len(np.unique(empty, axis=0))}
    return pd.DataFrame({"measure": list(found), "value": [float(value) for value in found.values()]})


def missing_items(answers: Answers, *, most: int = 8) -> pd.DataFrame:
    """Name the items with the most missing answers.

    Parameters
    ----------
    answers : Answers
    most : int, default 8
        Rows; the table of items has all of them.

    Returns
    -------
    DataFrame
        ``item``, ``construct``, ``n``, ``missing``, ``share``, the largest share first; items without a missing answer
        are left out. ``attrs["checks"]`` holds the gate.
    """
    table = answers.missing
    shown = table[table["missing"] > 0].sort_values("missing", ascending=False, kind="stable").head(most)
    shown = shown.reset_index(drop=True)
    shown.attrs = dict(table.attrs)
    return shown


def missing_respondents(answers: Answers, *, smallest_cell: int) -> pd.DataFrame:
    """Sort the respondents by the share of items that they left out.

    Parameters
    ----------
    answers : Answers
    smallest_cell : int
        Rows with fewer respondents are blanked.

    Returns
    -------
    DataFrame
        ``unanswered`` (bounds of the share of the items), ``n``, ``share`` (of the respondents).
    """
    left = answers.scores.isna().mean(axis=1).to_numpy()
    rows = [("0%", int((left == 0).sum()))]
    rows += [(f"> {100 * low:g}–{high:.0%}", int(((left > low) & (left <= high)).sum()))
             for low, high in pairwise(_SHARES)]
    table = pd.DataFrame(rows, columns=["unanswered", "n"])
    table["share"] = table["n"] / len(left)
    return disclosure.suppress(table, smallest_cell=smallest_cell, values=["share"]).drop(columns="suppressed")


def missing_patterns(answers: Answers, *, smallest_cell: int, most: int = 10) -> pd.DataFrame:
    """Say which items are missing together, the most frequent sets first.

    Parameters
    ----------
    answers : Answers
    smallest_cell : int
        Patterns of fewer respondents are counted together, so that no pattern points to somebody.
    most : int, default 10
        Patterns that have a row of their own.

    Returns
    -------
    DataFrame
        ``pattern`` (1, 2, ...; "others" for the rest), ``n``, ``share`` (of the respondents), ``n.patterns`` (how many
        stand behind the row), ``n.left.out`` (number of items; NaN for the others), ``left.out`` (runs of missing
        items).
    """
    names = list(answers.scores)
    empty = answers.scores.isna().to_numpy()
    sets, counts = np.unique(empty, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    own = [at for at in order if counts[at] >= smallest_cell][:most]
    rows = [(str(number), int(counts[at]), 1, float(sets[at].sum()), runs(names, sets[at]))
            for number, at in enumerate(own, start=1)]
    rest = int(counts.sum() - counts[own].sum())
    if 0 < rest < smallest_cell and rows:  # a rest that small would be a pattern that points to somebody
        last = rows.pop()
        rest += last[1]
    if rest:
        rows.append(("others", rest, len(counts) - len(rows), np.nan, ""))
    table = pd.DataFrame(rows, columns=["pattern", "n", "n.patterns", "n.left.out", "left.out"])
    table.insert(2, "share", table["n"] / len(empty))
    return table


def runs(names: Sequence[str], chosen: np.ndarray) -> str:
    """Write a set of items as runs in their order.

    Examples
    --------
    >>> runs(["a1", "a2", "a3", "b1", "b2"], np.array([True, True, True, False, True]))
    'a1–a3, b2'
    """
    at = np.flatnonzero(chosen)
    parts = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []
    return ", ".join(names[part[0]] if len(part) == 1 else
                     f"{names[part[0]]}{'–' if len(part) > 2 else ', '}{names[part[-1]]}" for part in parts)


def missing_picture(answers: Answers, *, smallest_cell: int, most: int = 12) -> pd.DataFrame:
    """Lay out the frequent patterns item by item, for the picture.

    Parameters
    ----------
    answers : Answers
    smallest_cell, most : int
        As for `missing_patterns`.

    Returns
    -------
    DataFrame, one row per pattern and item
        ``pattern``, ``n``, ``construct``, ``item``, ``missing`` (whether the pattern lacks the item). Only items that
        are missing in one of the patterns.

    Raises
    ------
    DataError
        ``survey.nothing_missing``, ``survey.patterns_rare``: no pattern with a hole has as many respondents as
        ``smallest_cell``.
    """
    empty = answers.scores.isna().to_numpy()
    if not empty.any():
        raise DataError("survey.nothing_missing", n=len(empty))
    sets, counts = np.unique(empty, axis=0, return_counts=True)
    order = [at for at in np.argsort(-counts, kind="stable") if counts[at] >= smallest_cell][:most]
    shown = np.flatnonzero(sets[order].any(axis=0)) if order else []
    if not len(shown):
        raise DataError("survey.patterns_rare", smallest=smallest_cell, patterns=len(counts))
    constructs = answers.missing.set_index("item")["construct"]
    names = list(answers.scores)
    rows = [(number, int(counts[at]), constructs[names[item]], names[item], bool(sets[at][item]))
            for number, at in enumerate(order, start=1) for item in shown]
    return pd.DataFrame(rows, columns=["pattern", "n", "construct", "item", "missing"])
