"""A foreign file, read as its cells, with what had to be found out about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from helpers import reading
from helpers.drafting import encodings, entries, headers, kinds
from helpers.drafting.columns import Column
from helpers.errors import DataError, Problem

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
    raw = _read(file, encoding, sheet)
    if raw.how.sheet and sheet:
        declared["sheet"] = raw.how.sheet
    if raw.how.delimiter not in ("", ","):
        declared["delimiter"] = raw.how.delimiter
    labels = {name: label for name, label in getattr(raw, "labels", {}).items() if label}
    _refuse_header_rows(raw, file.name)
    return Intake(file, raw, raw.frame, labels, declared, notes)


def columns_of(taken: Intake) -> list[Column]:
    """Every column of the file, with what it seems to be."""
    found = []
    values, missing = getattr(taken.raw, "values", {}), getattr(taken.raw, "user_missing", {})
    for position, name in enumerate(taken.frame.columns):
        counted = taken.frame[name].value_counts()
        counts = {str(entry): int(count) for entry, count in counted.items() if count and str(entry)}
        few = dict(list(counts.items())[:MOST_ENTRIES])
        header = headers.understood(name, taken.labels.get(name, ""))
        column = Column(name, position, header, entries.understood(few), len(taken.frame), len(counts),
                        labels=values.get(name, {}), user_missing=tuple(missing.get(name, ())))
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


def _read(file: Path, encoding: str, sheet: str) -> reading.Raw:
    try:
        return reading.read(file, encoding=encoding, sheet=sheet, shown=file.name)
    except DataError as error:
        first = error.problems[0]
        if first.id == "reading.sheet_which":
            raise DataError("drafting.sheet_which", where=file.name, sheets=first.values["sheets"]) from None
        if first.id == "reading.missing_beside" or first.id == "reading.missing":
            raise DataError("drafting.no_file", where=str(file)) from None
        raise


def _refuse_header_rows(raw: reading.Raw, shown: str) -> None:
    """Refuse a file whose second line repeats or explains the header."""
    head = raw.frame.head(3).astype(str)
    for position in range(len(head)):
        row = head.iloc[position]
        if row.str.startswith('{"ImportId"').sum() >= 2:
            raise DataError("drafting.header_rows", where=shown, first=int(raw.lines[0]),
                            last=int(raw.lines[position]))
    if len(raw.frame) < 10:
        return
    rest = raw.frame.iloc[1:60].astype(str)
    numeric = [name for name in rest if (rest[name].map(entries.number).notna() | (rest[name] == "")).mean() > 0.9
               and (rest[name] != "").any()]
    wordy = [name for name in numeric if head[name].iloc[0] and entries.number(head[name].iloc[0]) is None
             and head[name].iloc[0] not in (".", "-", "NA")]
    if len(numeric) >= 3 and len(wordy) >= 0.8 * len(numeric):
        line = int(raw.lines[0])
        raise DataError("drafting.header_rows", where=shown, first=line, last=line)
