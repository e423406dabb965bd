"""What an entry is that is no answer: a word, a date that Excel made, a failed formula, a number with a comma.

Rows that hold no answer at all, as units below a header or totals at the end, are told as rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure, reading
from helpers.errors import Problem

if TYPE_CHECKING:
    from helpers.studies import Item

QUOTED = 5  # places of a fault that a message names; the count says how many there are
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T.*)?")
_COMMA = re.compile(r"[-+]?\d+(?:,\d+)+(?:\.\d+)?")
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
_ENDS = 3  # rows at the top and at the bottom of a table among which units, totals and notes stand
_SHOWN = 3  # entries that a message shows of such a row


def kinds(texts: Sequence[str], unread: np.ndarray, outside: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Say which texts are wrong in which way.

    Parameters
    ----------
    texts : sequence of str
    unread, outside : ndarray of bool, shape (texts,)
        No number; a number that is no answer.

    Yields
    ------
    id : str
        Of the sentence.
    which : ndarray of bool, shape (texts,)
    """
    found = [_kind(text) if none else "" for text, none in zip(texts, unread, strict=True)]
    for id in ("survey.text", "survey.date", "survey.error", "survey.comma"):
        if id in found:
            yield id, np.array([each == id for each in found])
    if outside.any():
        yield "survey.outside", outside


def problem(id: str, item: Item, rows: np.ndarray, column: pd.Series, lines: np.ndarray, shown: str) -> Problem:
    """Tell the faults of one kind that an item's column has."""
    values = {"item": item.name, "count": len(rows), "lines": places(lines[rows], column.iloc[rows[:QUOTED]]),
              "low": f"{item.low:g}", "high": f"{item.high:g}"}
    return Problem(id, values, shown)


def places(lines: np.ndarray, texts: Iterable[str]) -> list[str]:
    """Name lines with what stands there, people's entries masked."""
    spoken = [f"{line} ({disclosure.masked(text)})" for line, text in zip(lines.tolist(), texts, strict=False)]
    return [*spoken[:QUOTED], *(["..."] if len(lines) > QUOTED else [])]


def rows_without_answers(cells: pd.DataFrame, faults: Mapping[str, np.ndarray], lines: np.ndarray,
                         shown: str) -> Problem | None:
    """Find rows that are no respondents, if all that is wrong lies in them.

    Parameters
    ----------
    cells : DataFrame of str, shape (n, items)
    faults : mapping of str to ndarray of int
        Column -> rows with an entry that is no answer.
    lines : ndarray of int, shape (n,)
    shown : str

    Returns
    -------
    Problem or None
        Where every fault lies in one of the first or last three rows, and those have no other entries in two items
        or more.
    """
    rows, counts = np.unique(np.concatenate([np.unique(each) for each in faults.values()]), return_counts=True)
    if len(rows) > 2 * _ENDS or np.any((rows >= _ENDS) & (rows < len(cells) - _ENDS)) or counts.min() < 2:
        return None
    entries = cells.iloc[rows].astype(object)
    if np.any((entries != "").sum(axis=1).to_numpy() != counts):
        return None
    spoken = [", ".join([*map(disclosure.masked, [text for text in row if text][:_SHOWN]), "..."])
              for row in entries.to_numpy().tolist()]
    values = {"count": len(rows), "skip": ", ".join(map(str, lines[rows].tolist())),
              "lines": [f"{line} ({text})" for line, text in zip(lines[rows].tolist(), spoken, strict=True)]}
    return Problem("survey.rows", values, shown)


def failed_formulas(raw: reading.Raw, names: Iterable[str], missing_codes: Iterable[str],
                    shown: str) -> list[Problem]:
    """Find columns of groups, samples or respondents in which a formula of the workbook failed."""
    found = []
    for name in names:
        codes, texts = reading.codes_of(raw.frame[name])
        failed = [at for at, text in enumerate(texts) if text in ERRORS and text not in {*missing_codes}]
        rows = np.flatnonzero(np.isin(codes, failed)) if failed else ()
        if len(rows):
            values = {"column": name, "count": len(rows),
                      "lines": places(reading.places_of(raw.places, name)[rows], raw.frame[name].iloc[rows[:QUOTED]])}
            found.append(Problem("survey.error_column", values, shown))
    return found


def _kind(text: str) -> str:
    if text in ERRORS:
        return "survey.error"
    if _DATE.fullmatch(text):
        return "survey.date"
    return "survey.comma" if _COMMA.fullmatch(text) else "survey.text"
