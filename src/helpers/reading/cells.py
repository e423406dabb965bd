"""The cells of a sheet, as its XML holds them: entries as text, merged areas, formulas without a result."""

from __future__ import annotations

import datetime
import re
import zlib
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse
from zipfile import BadZipFile

from helpers.errors import DataError

# What damaged workbooks make the reader raise; SyntaxError is XML that is none.
DAMAGED = (ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, NotImplementedError, OSError,
            RuntimeError, SyntaxError, TypeError, ValueError, zlib.error)
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DATA, _ROW, _VALUE, _FORMULA, _INLINE, _MERGED = (
    f"{_SPACE}{name}" for name in ("sheetData", "row", "v", "f", "is", "mergeCell"))
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]+[0-9]+"[^<>]*/>')
_PIECE = 1 << 18
_NAMED = 8  # cells that a message names


class Cells:
    """The rows of a sheet that hold an entry, and the cells that cannot be taken at their word.

    The XML is read here, not by openpyxl's sheets: those believe what the file says of its own extent, and cannot tell
    an empty cell from a formula without a result.
    """

    def __init__(self, book: Any, name: str, shown: str) -> None:
        self.shown = shown
        self.unsaved: list[str] = []
        self.merged: list[str] = []
        self._book, self._sheet, self._columns = book, book[name], _Letters()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number, data = 0, None
        try:
            with self._sheet._get_source() as source:
                for event, element in iterparse(_Filled(source), ("start", "end")):
                    if event == "start":
                        data = element if element.tag == _DATA else data
                    elif element.tag == _ROW:
                        number = int(float(element.get("r", number + 1)))
                        row = self._row(element, number)
                        data.clear()  # rows are not kept, not even empty
                        if row:
                            yield number, row
                    elif element.tag == _MERGED:
                        self.merged.append(element.get("ref"))
        except DAMAGED as error:
            raise unreadable(error, self.shown) from None

    def _row(self, element: Any, number: int) -> list[str]:
        row: list[str] = []
        place = 0
        for cell in element:
            at = cell.get("r")
            place = self._columns[at.rstrip("0123456789")] if at else place + 1
            if len(cell) and (entry := self._entry(cell)):
                row += [""] * (place - len(row))
                row[place - 1] = entry
        return row

    def _entry(self, cell: Any) -> str:
        kind, stored = cell.get("t", "n"), cell.findtext(_VALUE)
        if kind == "inlineStr":
            from openpyxl.cell.text import Text

            inside = cell.find(_INLINE)
            return "" if inside is None else Text.from_tree(inside).content.strip()
        if not stored:
            if kind != "str" and cell.find(_FORMULA) is not None:  # "str" is a formula that gives an empty text
                self.unsaved.append(cell.get("r", ""))
            return ""
        if kind == "s":
            return self._sheet._shared_strings[int(stored)].strip()
        if kind == "b":
            return "TRUE" if int(stored) else "FALSE"
        if kind == "d":
            return _as_written(_iso(stored))
        return self._number(stored, int(cell.get("s", 0))) if kind == "n" else stored.strip()

    def _number(self, stored: str, style: int) -> str:
        from openpyxl.utils.datetime import from_excel

        if style in self._book._date_formats:
            try:
                return _as_written(from_excel(float(stored), self._book.epoch,
                                              timedelta=style in self._book._timedelta_formats))
            except (OverflowError, ValueError):  # no date: the number under the format
                pass
        return stored if stored.isdecimal() else _as_written(float(stored))

    def refuse_merged(self, header: int, skip: frozenset[int], kept: Collection[int]) -> None:
        """Refuse merged cells: of several rows or columns only the first carries the entry."""
        from openpyxl.utils import range_boundaries

        above, inside = [], []
        for area in self.merged:
            left, top, right, bottom = range_boundaries(area)
            if top <= header <= bottom and (right > left or bottom > header):
                above.append(area)
            elif top > header and not set(range(top, bottom + 1)) <= skip and set(kept) & set(range(left, right + 1)):
                inside.append(area)
        if above:
            raise DataError("reading.merged_header", where=f"{self.shown}, line {header}", cells=above[:_NAMED],
                            next=header + 1)
        if inside:
            raise DataError("reading.merged_cells", where=self.shown, cells=inside[:_NAMED], count=len(inside))

    def refuse_unsaved(self, header: int, skip: frozenset[int], kept: Collection[int]) -> None:
        """Refuse formulas without the result that Excel saves with them: the cells would be empty."""
        from openpyxl.utils import range_boundaries

        places = {cell: range_boundaries(cell)[:2] for cell in self.unsaved}
        found = [cell for cell, (column, row) in places.items()
                 if row >= header and row not in skip and column in kept]
        if found:
            raise DataError("reading.formula", where=self.shown, count=len(found), cells=found[:_NAMED])


def unreadable(error: Exception, shown: str) -> DataError:
    """Say why a workbook cannot be opened, as far as the reader of it tells."""
    told = re.sub(r"\S*[/\\]", "", next(iter(str(error).splitlines()), ""))  # no path of this machine
    reason = told[:100] or type(error).__name__
    return DataError("reading.no_workbook", where=shown, reason=reason)


class _Filled:
    """The XML of a sheet without the cells that hold a format and nothing else: there may be millions."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._rest = source, b""

    def read(self, size: int) -> bytes:
        """Give the next piece, up to a tag that is not complete yet; empty at the end."""
        while piece := self._source.read(max(size, _PIECE)):
            found = self._rest + piece
            end = found.rfind(b"<")
            self._rest = found[max(end, 0):]
            if end > 0 and (kept := _EMPTY_CELL.sub(b"", found[:end])):
                return kept
        last, self._rest = self._rest, b""
        return last


class _Letters(dict):
    """Position of a column by its letters."""

    def __missing__(self, letters: str) -> int:
        from openpyxl.utils import column_index_from_string

        place = self[letters] = column_index_from_string(letters)
        return place


def _iso(stored: str) -> Any:
    from openpyxl.utils.datetime import from_ISO8601

    return from_ISO8601(stored)


def _as_written(value: Any) -> str:
    """Say a number, a date or a duration as text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()  # a workbook keeps a date as its midnight
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)
