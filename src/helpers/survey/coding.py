"""The number that each answer stands for, and the answers that stand for none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import reading
from helpers.errors import Problem
from helpers.survey import faults

if TYPE_CHECKING:
    from helpers.studies import Item

# How survey sites write a duration: seconds with a unit, minutes before them or not.
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")  # 00:05:34; 5:34 may be hours or minutes
_DURATION = re.compile(r"(?:(?P<minutes>\d+)\s*(?:分钟?|min)\s*)?"
                       r"(?:(?P<seconds>\d+(?:[.,]\d+)?)\s*(?:秒钟?|s|sec|seconds))?", re.IGNORECASE)
_NONE: Mapping[str, Collection[str]] = MappingProxyType({})


def coded(cells: pd.DataFrame, items: Mapping[str, Item], *, missing_codes: Collection[str], decimal: str,
          lines: np.ndarray | reading.Places, shown: str,
          user_missing: Mapping[str, Collection[str]] = _NONE) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn the strings of a file into raw answers.

    Parameters
    ----------
    cells : DataFrame of str, shape (n, columns)
        Holds the column of every item; each different string of a column is looked at once.
    items : mapping by name
    missing_codes : collection of str
        Equal as text or as a number to "no answer".
    decimal : {".", ","}
    lines : ndarray of int, shape (n,), or Places
    shown : str
        The file's name in messages.
    user_missing : mapping of str to collection of str
        Column -> codes that the file itself declares to be no answer.

    Returns
    -------
    answers : DataFrame of float, shape (n, items)
        As answered (not reversed); NaN where there is no answer.
    problems : list of Problem
        Text among numbers and answers outside the scale, one problem per item and kind; rows of nothing else, as
        units or totals, are one problem in place of these.
    """
    answers = np.empty((len(items), len(cells)))
    problems: list[Problem] = []
    at: dict[str, np.ndarray] = {}
    for position, item in enumerate(items.values()):
        codes, texts = reading.codes_of(cells[item.column])
        numbers, empty = reading.numbers(texts, {*missing_codes, *user_missing.get(item.column, ())}, decimal)
        own = _in_words(texts, numbers, empty, item.codes) if item.codes else numbers
        np.take(own, codes, out=answers[position])
        outside = (own < item.low) | (own > item.high)
        for id, which in faults.kinds(texts, np.isnan(own) & ~empty, outside):
            rows = np.flatnonzero(which[codes])
            if len(rows):
                at[item.column] = np.union1d(at.get(item.column, []), rows).astype(int)
                problems.append(faults.problem(id, item, rows, cells[item.column],
                                               reading.places_of(lines, item.column), shown))
    asked = list(dict.fromkeys(item.column for item in items.values()))
    if at and (whole := faults.rows_without_answers(cells[asked], at, lines, shown)):
        problems = [whole]
    return pd.DataFrame(answers.T, columns=list(items), copy=False), problems


def seconds(column: pd.Series, *, missing_codes: Collection[str], decimal: str,
            lines: np.ndarray | reading.Places, shown: str) -> tuple[np.ndarray, list[Problem]]:
    """Turn a column of durations into seconds, units as survey sites write them included; notes other text."""
    codes, texts = reading.codes_of(column)
    values, empty = reading.numbers([_without_unit(text) for text in texts], missing_codes, decimal)
    wrong = (np.isnan(values) & ~empty)[codes]
    if not wrong.any():
        return values[codes], []
    lines = reading.places_of(lines, str(column.name))
    spoken = faults.places(lines[wrong], [texts[code] for code in codes[wrong][:faults.QUOTED]])
    values_said = {"column": column.name, "count": int(wrong.sum()), "lines": spoken}
    return values[codes], [Problem("survey.text_column", values_said, shown)]


def wrong(column: pd.Series, right: str, *, missing_codes: Collection[str], decimal: str) -> np.ndarray:
    """Say which entries are an answer other than the right one; 6.0 is the answer 6, "no answer" is none."""
    codes, texts = reading.codes_of(column)
    values, empty = reading.numbers(texts, missing_codes, decimal)
    said = np.array([text.strip().casefold() == right.strip().casefold() for text in texts], dtype=bool)
    return ~(said | (values == reading.number(right.strip())) | empty)[codes]


def reverse_coded(answers: pd.DataFrame, items: Mapping[str, Item]) -> pd.DataFrame:
    """Turn reversed items around: low + high - answer; the given table stays as it is."""
    turned = [name for name, item in items.items() if item.reversed]
    if not turned:
        return answers
    values = answers.to_numpy(copy=True)
    for name in turned:
        at = answers.columns.get_loc(name)
        values[:, at] = items[name].low + items[name].high - values[:, at]
    return pd.DataFrame(values, index=answers.index, columns=answers.columns, copy=False)


def _without_unit(text: str) -> str:
    """Give seconds as a bare number: "334秒", "5分34秒", "0:05:34" and "334 s" are 334; other text stays as it is."""
    if clock := _CLOCK.fullmatch(text.strip()):
        return f"{3600 * int(clock[1]) + 60 * int(clock[2]) + float(clock[3]):g}"
    found = _DURATION.fullmatch(text.strip())
    if not text.strip() or not found:
        return text
    minutes, rest = found["minutes"], found["seconds"]
    if minutes is None:
        return rest
    return f"{60 * int(minutes) + float((rest or '0').replace(',', '.')):g}"


def _in_words(texts: Iterable[str], values: np.ndarray, empty: np.ndarray,
              codes: Mapping[str, float]) -> np.ndarray:
    """Answers in words as the codebook spells them; a number stays itself."""
    said = np.array([codes.get(text.casefold(), np.nan) for text in texts], dtype=float)
    return np.where(np.isnan(values) & ~empty, said, values)
