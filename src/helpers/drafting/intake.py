"""A foreign file, read as its cells, with what had to be found out about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from helpers import reading
from helpers.drafting import encodings, entries, headers, kinds
from helpers.drafting.columns import Column
from helpers.errors import DataError, Problem

_NO_HEADER = ("reading.no_header", "reading.ragged", "reading.one_column", "reading.column_twice")
_TITLES = 6  # lines of title above the header that are looked through
TEXTS = (".csv", ".tsv", ".txt")
MOST_ENTRIES = 20_000  # different entries of one column that are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """The content of a foreign file.

    Attributes
    ----------
    file : Path
    raw : reading.Raw
    frame : DataFrame of str
        Without further header rows.
    labels : mapping of str to str
        Wording of columns that the file gives beside their names.
    declared : mapping of str to str
        Keys of ``responses:`` that reading the file needs.
    notes : mapping of str to Problem
        Key -> why it has its value.
    """

    file: Path
    raw: reading.Raw
    frame: pd.DataFrame
    labels: Mapping[str, str]
    declared: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Problem] = field(default_factory=dict)


def take_in(file: Path, *, encoding: str = "", sheet: str = "") -> Intake:
    """Read a foreign file.

    Parameters
    ----------
    file : Path
    encoding : str
        "": found; where the bytes leave it open, judged by the characters that they would be.
    sheet : str
        Of a workbook.

    Returns
    -------
    Intake
        Lines of title above the header, and lines below it that explain it, are left out and declared so.

    Raises
    ------
    DataError
        If it cannot be read, or its encoding cannot be told.
    """
    declared: dict[str, str] = {}
    notes: dict[str, Problem] = {}
    if file.suffix.lower() in TEXTS and not encoding and file.is_file():
        encoding, notes = _encoding(file)
        declared |= {"encoding": encoding} if encoding else {}
    elif encoding:
        declared["encoding"] = encoding
    raw, header = _read(file, encoding, sheet)
    if header:
        declared["header"], notes["header"] = str(header), Problem("drafting.why.header", {"line": header})
    labels = {name: label for name, label in raw.labels.items() if label}
    if further := _further_header(raw):
        lines = [int(line) for line in raw.lines[:len(further)]]
        labels |= further[0]
        declared["skip"], notes["skip"] = f"{lines}", Problem("drafting.why.skip", {"lines": lines})
        raw, _ = _read(file, encoding, sheet, header=header, skip=lines)
    if raw.how.sheet and sheet:
        declared["sheet"] = raw.how.sheet
    if raw.how.delimiter not in ("", ","):
        declared["delimiter"] = raw.how.delimiter
    return Intake(file, raw, raw.frame, labels, declared, notes)


def columns_of(taken: Intake) -> list[Column]:
    """Every column of the file, with what it seems to be."""
    found = []
    values, missing = getattr(taken.raw, "values", {}), getattr(taken.raw, "user_missing", {})
    for position, name in enumerate(taken.frame.columns):
        counted = taken.frame[name].value_counts()
        counted = counted[(counted > 0) & (counted.index != "")]
        few = {str(entry): int(count) for entry, count in counted.iloc[:MOST_ENTRIES].items()}
        header = headers.understood(name, taken.labels.get(name, ""))
        column = Column(name, position, header, entries.understood(few), len(taken.frame), len(counted),
                        filled=int(counted.sum()), labels=values.get(name, {}),
                        user_missing=tuple(missing.get(name, ())))
        kind, why, more = kinds.kind_of(column)
        found.append(replace(column, kind=kind, why=why, **more))
    return found


def _encoding(file: Path) -> tuple[str, dict[str, Problem]]:
    content = file.read_bytes()
    if not encodings.is_open(content):
        return "", {}
    found = encodings.judged(content)
    samples = [f"{each.encoding}: {each.sample}" for each in found[:4]] or ["-"]
    if not encodings.clear(found):
        raise DataError("drafting.encoding_open", where=file.name, samples=samples)
    best = found[0]
    return best.encoding, {"encoding": Problem("drafting.why.encoding", {
        "encoding": best.encoding, "share": best.share, "sample": best.sample})}


def _read(file: Path, encoding: str, sheet: str, *, header: int = 0,
          skip: Sequence[int] = ()) -> tuple[reading.Raw, int]:
    """Read the file; where its first line cannot be the header, try the next ones. 0 stands for the first line."""
    options = {"encoding": encoding, "sheet": sheet, "shown": file.name, "skip": skip}
    try:
        return reading.read(file, header=header, **options), header
    except DataError as error:
        first = error.problems[0]
        if first.id == "reading.sheet_which":
            raise DataError("drafting.sheet_which", where=file.name, sheets=first.values["sheets"]) from None
        if first.id in ("reading.missing", "reading.missing_beside"):
            raise DataError("drafting.no_file", where=str(file)) from None
        if first.id not in _NO_HEADER or header:
            raise
        for line in range(2, _TITLES + 2):
            try:
                raw = reading.read(file, header=line, **options)
            except DataError:
                continue
            if len(raw.columns) >= 3:
                return raw, line
        raise


def _further_header(raw: reading.Raw) -> list[dict[str, str]]:
    """Find lines below the header that repeat or explain it: question texts, import ids, units."""
    head = raw.frame.head(3).astype(str)
    for position in range(len(head)):
        row = head.iloc[position]
        if row.str.startswith('{"ImportId"').sum() >= 2:  # Qualtrics: question texts, then its own numbers
            return [head.iloc[number].to_dict() for number in range(position + 1)]
    if len(raw.frame) < 10:
        return []
    rest = raw.frame.iloc[1:60].astype(str)
    numeric = [name for name in rest if (rest[name].map(entries.number).notna() | (rest[name] == "")).mean() > 0.9
               and (rest[name] != "").any()]
    wordy = [name for name in numeric if head[name].iloc[0] and entries.number(head[name].iloc[0]) is None
             and head[name].iloc[0] not in (".", "-", "NA")]
    if len(numeric) >= 3 and len(wordy) >= 0.8 * len(numeric):
        texts = head.iloc[0].to_dict()
        return [texts if len(set(texts.values())) > 0.5 * len(texts) else {}]
    return []
