"""Wording, columns and answers in words of the items: codebook.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers import reading
from helpers.errors import Problem, StudyError
from helpers.studies.findings import nearest

COLUMNS = ("item", "column", "en", "zh", "values")


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """A codebook as read.

    Attributes
    ----------
    table : DataFrame of str
        ``item``, ``column``, ``en``, ``zh``, ``values``; one row per item.
    columns : mapping of str to str
        Item -> column of the data file.
    texts : mapping of str to dict
        Item -> wording by language.
    values : mapping of str to dict
        Item -> code -> what it means.
    """

    table: pd.DataFrame
    columns: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[str, str]]


def empty() -> Codebook:
    """Give the codebook of a study that has none."""
    return Codebook(pd.DataFrame(columns=list(COLUMNS), dtype=object), {}, {}, {})


def read(file: Path, shown: str) -> Codebook:
    """Read codebook.csv.

    Parameters
    ----------
    file : Path
        Columns ``item`` and any of ``column``, ``en``, ``zh``, ``values``; others are left alone.
    shown : str
        Its name in messages.

    Raises
    ------
    DataError
        If the file cannot be read.
    StudyError
        If there is no column ``item``, an item stands twice, or ``values`` is not ``code=text; code=text``.
    """
    raw = reading.read(file, shown=shown)
    problems = _column_problems(raw, shown)
    if problems:
        raise StudyError.of(problems)
    table = raw.frame.astype(object).reindex(columns=list(COLUMNS), fill_value="")
    lines = {}
    values: dict[str, dict[str, str]] = {}
    for line, item, written in zip(raw.lines.tolist(), table["item"], table["values"], strict=True):
        where = f"{shown}, line {line}"
        if item in lines:
            problems.append(Problem("studies.codebook_twice", {"item": item, "line": lines[item]}, where))
        lines.setdefault(item, line)
        parts = [part.partition("=") for part in written.replace("；", ";").split(";") if part.strip()]
        if any(not sign or not code.strip() or not text.strip() for code, sign, text in parts):
            problems.append(Problem("studies.codebook_values", {"item": item, "found": written}, where))
        values[item] = {code.strip(): text.strip() for code, _, text in parts}
    if problems:
        raise StudyError.of(problems)
    named = table.set_index("item")
    texts = {item: {language: text for language in ("en", "zh") if (text := named.at[item, language])}
             for item in named.index}
    return Codebook(table, {item: reading.spoken(column) for item, column in named["column"].items() if column}, texts,
                    {item: codes for item, codes in values.items() if codes})


def _column_problems(raw: reading.Raw, shown: str) -> list[Problem]:
    where = f"{shown}, line 1"
    absent = [column for column in COLUMNS if column not in raw.columns]
    if "item" in absent:
        return [Problem("studies.codebook_item", {"columns": raw.columns[:8]}, where)]
    return [Problem("studies.codebook_column", {"name": other, "nearest": near}, where)
            for other in raw.columns if other not in COLUMNS and (near := nearest(other, absent))]
