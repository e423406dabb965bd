"""One file among several: how it is read, and its columns under the study's names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.reading.columns import categorical, codes_of, spoken
from helpers.reading.files import read
from helpers.reading.raw import Raw

_WITH_COMMA = re.compile(r"[-+]?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a study.

    Attributes
    ----------
    file : Path
    shown : str
        The file's name in messages.
    encoding, delimiter, sheet : str
    header : int
    skip : tuple of int
        As `helpers.reading.read` takes them.
    columns : mapping of str to str
        Column -> its name in this file, where that is another one.
    level : str
        The wave that the file, or the columns with this prefix and suffix, hold.
    where : str
        File and line of its declaration, for messages.
    """

    file: Path
    shown: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int = 0
    skip: tuple[int, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    where: str = ""


def opened(part: Part, columns: Collection[str]) -> tuple[Raw, list[Problem]]:
    """Read some columns of a file, under the study's names.

    Parameters
    ----------
    part : Part
    columns : collection of str
        As the study calls them; names that the file lacks are ignored.

    Returns
    -------
    Raw
    problems : list of Problem
        Columns that the declaration names and the file lacks.
    """
    of = {spoken(name): spoken(found) for name, found in part.columns.items()}
    asked = {of.get(name, name) for name in map(spoken, columns)}
    raw = read(part.file, columns=asked, encoding=part.encoding, delimiter=part.delimiter, sheet=part.sheet,
               header=part.header, skip=part.skip, shown=part.shown)
    if not of:
        return raw, []
    absent = [found for found in of.values() if found not in raw.columns]
    problems = [Problem("reading.part_columns", {"columns": absent, "file": part.shown, "known": raw.columns[:8]},
                        part.where or part.shown)] if absent else []
    back = {found: name for name, found in of.items()}
    taken = {name for name in of if name not in back}  # its own column of that name means something else

    def named(mapping: Mapping) -> dict:
        return {back.get(name, name): each for name, each in mapping.items() if name not in taken}

    frame = raw.frame.drop(columns=[name for name in raw.frame if name in taken]).rename(columns=back)
    columns_of = tuple(back.get(name, name) for name in raw.columns if name not in taken)
    return replace(raw, frame=frame, columns=columns_of, labels=named(raw.labels), values=named(raw.values),
                   user_missing=named(raw.user_missing)), problems


def reworded(codes: np.ndarray, texts: Sequence[str]) -> pd.Categorical:
    """Make a column of codes and new texts for them, of which several may be alike.

    Examples
    --------
    >>> reworded(np.array([0, 1, 2]), ["low", "high", "high"]).tolist()
    ['low', 'high', 'high']
    """
    numbered: dict[str, int] = {}
    own = np.array([numbered.setdefault(text, len(numbered)) for text in texts] or [0], np.int32)
    return categorical(own[codes].astype(np.min_scalar_type(-max(len(numbered), 1))), list(numbered))


def with_points(raw: Raw) -> Raw:
    """Write numbers with a decimal point: files that are put together need one sign."""
    frame = {}
    for name in raw.frame:
        codes, texts = codes_of(raw.frame[name])
        frame[name] = reworded(codes, [text.replace(",", ".") if _WITH_COMMA.fullmatch(text) else text
                                       for text in texts])
    return replace(raw, frame=pd.DataFrame(frame, index=raw.frame.index), how=replace(raw.how, decimal="."))


def of_one_sign(raws: list[Raw]) -> list[Raw]:
    """Give files the same sign before the decimals."""
    if len({raw.how.decimal for raw in raws}) < 2:
        return raws
    return [with_points(raw) if raw.how.decimal == "," else raw for raw in raws]


def silenced(raws: list[Raw]) -> list[Raw]:
    """Empty the cells that one file declares to be no answer where another holds the code as an answer."""
    made = []
    for raw in raws:
        frame, kept = {}, dict(raw.user_missing)
        for name, entries in raw.user_missing.items():
            others = [other for other in raws if other is not raw and name in other.frame]
            answers = {text for other in others for text in codes_of(other.frame[name])[1]
                       if text not in other.user_missing.get(name, ())}
            if name in raw.frame and answers & set(entries):
                codes, texts = codes_of(raw.frame[name])
                frame[name] = reworded(codes, ["" if text in entries else text for text in texts])
                del kept[name]
        made.append(replace(raw, frame=raw.frame.assign(**frame), user_missing=kept) if frame else raw)
    return made


def united(columns: list[pd.Series | None], rows: list[int]) -> pd.Categorical:
    """Put columns of several files one below the other; a file without it has empty cells."""
    numbered: dict[str, int] = {}
    parts = []
    for column, n in zip(columns, rows, strict=True):
        codes, texts = codes_of(column) if column is not None else (np.zeros(n, np.int8), [""])
        own = np.array([numbered.setdefault(text, len(numbered)) for text in texts] or [0], np.int32)
        parts.append(own[codes])
    codes = np.concatenate(parts)
    return categorical(codes.astype(np.min_scalar_type(-max(len(numbered), 1))), list(numbered))
