"""New columns made of others as declared: a written mapping, ranges, arithmetic, sums and means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.reading.arithmetic import Formula
from helpers.reading.columns import codes_of
from helpers.reading.parts import reworded
from helpers.reading.raw import Derived, Raw, places_of
from helpers.reading.written_numbers import number, numbers

_QUOTED = 5
_LONGEST = 24  # characters of an entry that a message shows


@dataclass(frozen=True, slots=True)
class Range:
    """Entries from ``low`` to ``high``, both among them, become ``entry``."""

    low: float
    high: float
    entry: str


@dataclass(frozen=True, slots=True)
class Recode:
    """How a column is made of others.

    Attributes
    ----------
    name : str
    kind : {"values", "ranges", "compute", "sum", "mean"}
    inputs : mapping of str to str
        What the rule calls a column -> the column.
    rule : str
        As written.
    where : str
        File and line of its declaration.
    values : mapping of str to str
        Entry -> new entry; equal as text or as a number.
    ranges : tuple of Range
    formula : Formula or None
    otherwise : {"", "keep", "missing"}
        What becomes of an entry that no rule names; "" refuses it.
    at_least : int
        Columns that a row must have answered for a sum or mean; a sum of fewer than all is the mean times their number.
    words : mapping of str to mapping of str to float
        Column -> answer in words, in small letters -> its number.
    """

    name: str
    kind: str
    inputs: Mapping[str, str]
    rule: str
    where: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    formula: Formula | None = None
    otherwise: str = ""
    at_least: int = 0
    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def recoded(raw: Raw, recodes: tuple[Recode, ...], missing_codes: Collection[str],
            decimal: str) -> tuple[Raw, list[Problem]]:
    """Add columns that are made of others, in the given order.

    Parameters
    ----------
    raw : Raw
    recodes : tuple of Recode
        Each after those that it is made of; one whose inputs are not there is left out.
    missing_codes : collection of str
        What stands for "no answer"; what a file declares to be none goes along. The new column is empty there.
    decimal : {".", ","}

    Returns
    -------
    Raw
    problems : list of Problem
        Entries that no rule names, text where numbers are expected, results that are no number.

    Notes
    -----
    Of a column that is mapped, each different entry is looked at once, however many rows there are.
    """
    problems = [Problem("reading.recode_taken", {"column": recode.name, "file": raw.sources[0].shown}, recode.where)
                for recode in recodes if recode.name in raw.columns]
    derived = []
    for recode in recodes:
        inputs = list(dict.fromkeys(recode.inputs.values()))
        if any(name not in raw.frame for name in inputs) or recode.name in raw.frame:
            continue
        silent = {name: {*missing_codes, *raw.user_missing.get(name, ())} for name in inputs}
        make = _mapped if recode.kind in ("values", "ranges") else _computed
        column, changed, own = make(raw, recode, silent, decimal)
        problems += own
        missing = int(np.asarray(column == "").sum())
        derived.append(Derived(recode.name, tuple(recode.inputs), recode.rule, len(column) - missing, missing, changed))
        frame = pd.concat([raw.frame, pd.DataFrame({recode.name: column}, index=raw.frame.index)], axis=1)
        raw = replace(raw, frame=frame)
    columns = tuple(dict.fromkeys([*raw.columns, *(recode.name for recode in recodes)]))
    return replace(raw, columns=columns, derived=tuple(derived)), problems


def _mapped(raw: Raw, recode: Recode, silent: Mapping[str, set[str]],
            decimal: str) -> tuple[pd.Categorical, int | None, list[Problem]]:
    name = next(iter(recode.inputs.values()))
    codes, texts = codes_of(raw.frame[name])
    values, empty = numbers(texts, silent[name], decimal)
    by_number = {value: entry for text, entry in recode.values.items() if not np.isnan(value := number(text))}
    made: list[str | None] = []
    for text, value, none in zip(texts, values.tolist(), empty.tolist(), strict=True):
        entry = recode.values.get(text, by_number.get(number(text, decimal)))
        if entry is None and recode.kind == "ranges":
            entry = next((each.entry for each in recode.ranges if each.low <= value <= each.high), None)
        if entry is None and (none or recode.otherwise):
            entry = text if recode.otherwise == "keep" and not none else ""
        made.append(entry)
    unlisted = [at for at, entry in enumerate(made) if entry is None]
    counts = np.bincount(codes, minlength=len(texts))
    unlisted = [at for at in unlisted if counts[at]]
    problems = []
    if unlisted:
        first = {at: np.flatnonzero(codes == at)[:1] for at in unlisted[:_QUOTED]}
        places = places_of(raw.places, name)
        spoken = [f"{_quoted(texts[at])} × {counts[at]} ({places[rows].tolist()[0]})" for at, rows in first.items()]
        problems.append(Problem("reading.recode_unlisted", {
            "column": recode.name, "source": name, "count": int(counts[unlisted].sum()),
            "entries": spoken + ["..."] * (len(unlisted) > _QUOTED)}, recode.where))
    filled = ["" if entry is None else entry for entry in made]
    changed = int(counts[[at for at, text in enumerate(texts) if filled[at] != text]].sum())
    return reworded(codes, filled), changed, problems


def _computed(raw: Raw, recode: Recode, silent: Mapping[str, set[str]],
              decimal: str) -> tuple[pd.Categorical, int | None, list[Problem]]:
    problems: list[Problem] = []
    if recode.kind == "compute":
        inputs = {said: _numbers_of(raw, name, recode, silent, decimal, problems)
                  for said, name in recode.inputs.items()}
        result = recode.formula.value(inputs, len(raw.frame))
        known = ~np.logical_or.reduce([np.isnan(each) for each in inputs.values()] or [np.False_])
        wrong = np.flatnonzero(known & ~np.isfinite(result))
        if len(wrong):
            values = {"column": recode.name, "rule": recode.rule, "count": len(wrong),
                      "lines": raw.places[wrong[:_QUOTED]].tolist()}
            problems.append(Problem("reading.recode_infinite", values, recode.where))
        return _written(np.where(np.isfinite(result), result, np.nan)), None, problems
    total, given = np.zeros(len(raw.frame)), np.zeros(len(raw.frame), dtype=np.int16)
    for name in recode.inputs.values():
        column = _numbers_of(raw, name, recode, silent, decimal, problems)
        answered = ~np.isnan(column)
        np.add(total, column, out=total, where=answered)
        given += answered
    enough = given >= (recode.at_least or len(recode.inputs))
    share = np.where(enough, total / np.maximum(given, 1), np.nan)
    return _written(share * (len(recode.inputs) if recode.kind == "sum" else 1)), None, problems


def _numbers_of(raw: Raw, name: str, recode: Recode, silent: Mapping[str, set[str]], decimal: str,
                problems: list[Problem]) -> np.ndarray:
    """Give the numbers of a column; notes text that is neither a number nor an answer in words."""
    codes, texts = codes_of(raw.frame[name])
    values, empty = numbers(texts, silent[name], decimal)
    words = recode.words.get(name, {})
    said = np.array([words.get(text.casefold(), np.nan) for text in texts], dtype=float)
    values = np.where(np.isnan(values) & ~empty, said, values)
    rows = np.flatnonzero((np.isnan(values) & ~empty)[codes])
    if len(rows):
        spoken = [f"{place} ({_quoted(texts[code])})" for place, code in zip(
            places_of(raw.places, name)[rows[:_QUOTED]].tolist(), codes[rows[:_QUOTED]].tolist(), strict=True)]
        problems.append(Problem("reading.recode_text", {
            "column": recode.name, "source": name, "count": len(rows),
            "lines": spoken + ["..."] * (len(rows) > _QUOTED)}, recode.where))
    return values[codes]


def _written(values: np.ndarray) -> pd.Categorical:
    """Write numbers as texts, as short as they are exact to fifteen digits; NaN is an empty cell."""
    codes, different = pd.factorize(values, use_na_sentinel=False)
    texts = ["" if np.isnan(value) else f"{value + 0.0:.15g}" for value in different.tolist()]
    return reworded(codes, texts)  # numbers that differ beyond the fifteenth digit are one


def _quoted(text: str) -> str:
    """Show an entry in a message: its beginning, and no long number that may be a person's."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return "".join("#" if sign.isdigit() else sign for sign in short) if sum(map(str.isdigit, short)) >= 7 else short
