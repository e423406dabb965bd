"""Codes, labels and declared missing values of SPSS and Stata files; the only module that imports pyreadstat."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.reading.columns import frame_of, names_of
from helpers.reading.raw import How, Raw
from helpers.reading.stored_text import BYTES, StoredText, stated
from helpers.reading.stored_values import as_time, number

FORMATS = {".sav": "sav", ".zsav": "sav", ".dta": "dta"}
CELLS_AT_ONCE = 20_000_000  # numbers of one pass: 160 MB beside the codes that are kept
# What damaged files make the reader raise beside its own errors.
_DAMAGED = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)


def read(file: Path, *, columns: Collection[str] | None = None, encoding: str = "", skip: Collection[int] = (),
         shown: str = "") -> Raw:
    """Read a .sav, .zsav or .dta file in passes, so that only codes are ever held of more than one pass.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these (names that the file lacks are ignored); None keeps all.
    encoding : str
        As Python names it; "": what the file states, else strict UTF-8, else strict GB18030.
    skip : collection of int
        Numbers of records, counted from 1, that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    Raw
        Cells are codes as text: "1", "2.5", "" for system missing, ".a" to ".z" for Stata's extended missing values;
        dates and times in ISO 8601. Labels are of every column, kept or not.

    Raises
    ------
    DataError
        If it is damaged, cut off or something else, or its text is not in the encoding.
    """
    shown = shown or file.name
    _, about = _opened(file, shown, metadataonly=True)
    text = StoredText(encoding, stated(file), shown)
    text.learn(about.column_names, about.column_names_to_labels.values(),
               (label for labels in about.variable_value_labels.values() for label in labels.values()))
    stored = {text.said(name): name for name in about.column_names}
    names = names_of(list(stored), shown)
    made = {name: _Codes(about, raw) for name, raw in zip(names, stored.values(), strict=True)
            if columns is None or name in columns}
    rows = 0
    for frame in _passes(file, about, [codes.raw for codes in made.values()], shown):
        rows += len(frame)
        for codes in made.values():
            codes.add(frame[codes.raw])
    for codes in made.values():
        text.learn(codes.texts)
    frame, lines = _without({name: codes.column(text) for name, codes in made.items()}, rows, skip, shown)
    labels = {name: said for name, raw in zip(names, stored.values(), strict=True)
              if (said := text.said(about.column_names_to_labels[raw]))}
    values = {name: labelled for name, raw in zip(names, stored.values(), strict=True)
              if (labelled := _spoken(raw, about, text))}
    missing = {name: found for name, codes in made.items() if (found := codes.missing(frame[name], text))}
    how = How(FORMATS[file.suffix.lower()], text.encoding, text.found_by, skipped=rows - len(frame))
    return Raw(frame, lines, names, how, labels, values, missing)


def _spoken(raw: str, about: Any, text: StoredText) -> dict[str, str]:
    """Give the value labels of a column by the text of their codes."""
    codes = _Codes(about, raw)
    return {codes.text(value): text.said(label) for value, label in about.variable_value_labels.get(raw, {}).items()}


def _without(cells: Mapping[str, pd.Categorical], rows: int, skip: Collection[int],
             shown: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Leave out the records that are declared to be no data."""
    if beyond := sorted(number for number in skip if number > rows):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:8], last=rows)
    stay = np.ones(rows, dtype=bool)
    stay[[number - 1 for number in skip]] = False
    lines = np.flatnonzero(stay) + 1
    if not len(lines):
        raise DataError("reading.no_rows", where=shown)
    kept = {name: column if len(lines) == rows else column[lines - 1] for name, column in cells.items()}
    return frame_of(kept, len(lines)), lines


class _Codes:
    """Collects a column pass by pass: each distinct text once, and its number per row."""

    def __init__(self, about: Any, raw: str) -> None:
        self.raw = raw
        self.kind = about.readstat_variable_types.get(raw, "double")
        self.ranges = about.missing_ranges.get(raw, [])
        self.spoken = as_time(about.original_variable_types.get(raw) or "", about.file_format)
        self.numbers: dict[str, float] = {}
        self.seen: dict[str, int] = {}
        self.parts: list[np.ndarray] = []

    @property
    def texts(self) -> list[str]:
        return list(self.seen)

    def add(self, column: pd.Series) -> None:
        codes, distinct = pd.factorize(column.to_numpy())
        numbered = [self.seen.setdefault(self.text(value), len(self.seen)) for value in distinct]
        numbered.append(self.seen.setdefault("", len(self.seen)) if (codes < 0).any() else 0)  # factorize's -1
        smallest = np.int8 if len(self.seen) < 128 else np.int16 if len(self.seen) < 32768 else np.int32
        self.parts.append(np.array(numbered, dtype=smallest)[codes])

    def text(self, value: Any) -> str:
        """Say a stored value as text."""
        if isinstance(value, str):
            return value if self.kind == "string" else f".{value}"  # a letter in a column of numbers: Stata's .a to .z
        if value is None or value != value:
            return ""
        said = self.spoken(value) or number(np.float32(value) if self.kind == "float" else float(value))
        self.numbers[said] = float(value)
        return said

    def column(self, text: StoredText) -> pd.Categorical:
        merged: dict[str, int] = {}
        again = [merged.setdefault(text.said(stored), len(merged)) for stored in self.seen]
        codes = np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int8)
        self.parts = []
        if again != list(range(len(again))):  # blanks around an entry: two stored texts are one
            codes = np.array(again)[codes]
        return pd.Categorical.from_codes(codes, categories=pd.Index(list(merged), dtype=object))

    def missing(self, column: pd.Series, text: StoredText) -> tuple[str, ...]:
        """Codes in the data that the file declares missing."""
        codes = [code for code in column.cat.categories if code]
        if self.kind != "string":
            extended = [code for code in codes if re.fullmatch(r"\.[a-z]", code)]
            inside = [code for code in codes if code in self.numbers and
                      any(part["lo"] <= self.numbers[code] <= part["hi"] for part in self.ranges)]
            return (*sorted(inside, key=self.numbers.__getitem__), *sorted(extended))
        declared = {text.said(part["lo"]) for part in self.ranges}
        return tuple(sorted(declared & set(codes)))


def _opened(file: Path, shown: str, **how: Any) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    reader: Callable = pyreadstat.read_dta if FORMATS[file.suffix.lower()] == "dta" else pyreadstat.read_sav
    try:
        return reader(file, user_missing=True, apply_value_formats=False, disable_datetime_conversion=True,
                      encoding=BYTES, **how)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, *_DAMAGED) as error:
        raise DataError("reading.damaged", where=shown, reason=str(error) or type(error).__name__) from None


def _passes(file: Path, about: Any, columns: list[str], shown: str) -> Iterator[pd.DataFrame]:
    """Read the rows in passes; refuses a file that holds fewer than it says."""
    said = about.number_rows
    if not columns and said is not None and said >= 0:
        yield pd.DataFrame(index=pd.RangeIndex(said))
        return
    columns = columns or about.column_names[:1]
    size = max(1, CELLS_AT_ONCE // max(1, len(columns)))
    rows = 0
    while True:
        frame, _ = _opened(file, shown, usecols=columns, row_offset=rows, row_limit=size)
        rows += len(frame)
        yield frame
        if len(frame) < size or rows == said:
            break
    if said is not None and 0 <= said != rows:
        raise DataError("reading.damaged", where=shown, reason=f"{rows} / {said}")
