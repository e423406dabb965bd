"""Records of a file of JSON lines: one flat object per line, its keys the columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.reading.columns import CELLS, Column, frame_of, spoken
from helpers.reading.raw import How, Raw
from helpers.reading.text import Lines, encoding_of


def read(file: Path, *, columns: Collection[str] | None = None, encoding: str = "", skip: Collection[int] = (),
         shown: str = "") -> Raw:
    """Read JSON lines as a stream.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these; None keeps all.
    encoding : str
        "": found by the ladder; JSON is UTF-8.
    skip : collection of int
        Lines that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    Raw
        Columns in the order of their first appearance; a key that an object lacks, and null, is an empty cell; whole
        numbers without a decimal point, true and false as TRUE and FALSE.

    Raises
    ------
    DataError
        If a line is no JSON, no object, or holds an object or a list inside; with its line.
    """
    encoding, found_by = encoding_of(file, encoding=encoding, shown=shown)
    lines = Lines(file, encoding, shown)
    table = _Table(columns)
    left = frozenset(skip)
    skipped = 0
    for number, record in _objects(lines, shown):
        if number in left:
            skipped += 1
        else:
            table.add(record, number)
    frame, numbers = table.finish(shown)
    return Raw(frame, numbers, tuple(table.columns), How("jsonl", encoding, found_by, blank_rows=table.blank_rows,
                                                         marks=lines.marks, skipped=skipped))


# The same few keys stand in every line.
_spoken = lru_cache(maxsize=1 << 14)(spoken)


class _Table:
    """Objects as they come in; a key that appears late is empty in the rows before."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self.columns: dict[str, Column | None] = {}
        self.blank_rows = 0
        self._wanted = wanted
        self._rows: list[dict[str, str]] = []
        self._lines: list[int] = []
        self._done: list[np.ndarray] = []

    def add(self, record: dict[str, str], line: int) -> None:
        for name in record:
            if name not in self.columns:
                kept = self._wanted is None or name in self._wanted
                self.columns[name] = Column() if kept else None
                if kept:
                    self.columns[name].pad(sum(map(len, self._done)))
        if not any(record.values()):
            self.blank_rows += 1
            return
        self._rows.append(record)
        self._lines.append(line)
        if len(self._rows) >= max(CELLS // len(self.columns), 256):
            self._flush()

    def finish(self, shown: str) -> tuple[pd.DataFrame, np.ndarray]:
        self._flush()
        if not self._done:
            raise DataError("reading.no_rows", where=shown)
        lines = np.concatenate(self._done)
        return frame_of({name: column.categorical() for name, column in self.columns.items() if column is not None},
                        len(lines)), lines

    def _flush(self) -> None:
        for name, column in self.columns.items():
            if column is not None and self._rows:
                column.add([record.get(name, "") for record in self._rows])
        if self._lines:
            self._done.append(np.array(self._lines, np.int64))
        self._rows, self._lines = [], []


def _objects(lines: Lines, shown: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the object of every line that is not blank, its values as text."""
    decoder = json.JSONDecoder(object_pairs_hook=tuple, parse_constant=_refused)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = decoder.decode(line)
        except (ValueError, RecursionError):
            raise DataError("reading.no_json", where=f"{shown}, line {number}") from None
        if not isinstance(found, tuple):
            raise DataError("reading.no_object", where=f"{shown}, line {number}")
        yield number, _record(found, f"{shown}, line {number}")


def _record(pairs: tuple[tuple[str, Any], ...], where: str) -> dict[str, str]:
    record = {}
    for key, value in pairs:
        name = _spoken(key)
        if not name:
            continue
        if isinstance(value, (list, tuple)):
            raise DataError("reading.nested", where=where, column=name)
        if name in record:
            raise DataError("reading.key_twice", where=where, column=name)
        record[name] = _text(value)
    return record


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _text(value: Any) -> str:
    if type(value) in (str, int):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value)
