"""The cells of a sheet of an .xlsx workbook; the only module that opens one."""

from __future__ import annotations

import datetime
import warnings
import zlib
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse
from zipfile import BadZipFile

from helpers.errors import DataError
from helpers.reading.columns import Gathered
from helpers.reading.packed import check_size
from helpers.reading.raw import How, Raw

# What damaged workbooks make the reader raise; SyntaxError is XML that is none.
_DAMAGED = (ArithmeticError, AttributeError, BadZipFile, EOFError, LookupError, NotImplementedError, OSError,
            RuntimeError, SyntaxError, TypeError, ValueError, zlib.error)
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _VALUE, _FORMULA, _INLINE, _MERGED = (f"{_SPACE}{name}" for name in ("row", "v", "f", "is", "mergeCell"))
_NAMED = 8  # cells or sheets that a message names


def read(file: Path, *, columns: Collection[str] | None = None, sheet: str = "", header: int = 0,
         skip: Collection[int] = (), shown: str = "") -> Raw:
    """Read a sheet row by row; memory holds the codes of what is kept, however wide the sheet is formatted.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these; None keeps all.
    sheet : str
        "": the only visible one.
    header : int
        Row in which the names of the columns stand; 0: the first with an entry.
    skip : collection of int
        Rows that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    Raw
        A whole number is written without a decimal point, a date in ISO 8601, an error as Excel spells it (``#N/A``),
        a formula as the result that was saved with it.

    Raises
    ------
    DataError
        If it is no workbook, the sheet is not in it, several visible ones are and none is declared, an entry stands
        to the right of the header, cells of the header or of the data are merged, or a formula has no saved result.
    """
    shown = shown or file.name
    check_size(file, shown)
    with file.open("rb") as stream:
        book = _opened(stream, shown)
        name, hidden = _sheet(book, sheet, shown)
        cells = _Cells(book, name, shown)
        return _table(cells, How("xlsx", sheet=name, hidden=hidden), columns, header, skip, shown)


def _table(cells: _Cells, how: How, columns: Collection[str] | None, header: int, skip: Collection[int],
           shown: str) -> Raw:
    left, skipped, last = frozenset(skip), 0, 0
    rows = iter(cells)
    names, at = _header(rows, header, left, shown)
    table = Gathered(names, columns=columns, shown=shown)
    width = len(names)
    for number, row in rows:
        last = number
        if number in left:
            skipped += 1
            continue
        if len(row) > width and any(row[width:]):
            raise DataError("reading.no_header", where=f"{shown}, line {number}", expected=width, header=at, row=number)
        table.add((row + [""] * (width - len(row)))[:width], number)
    if beyond := sorted(number for number in left if number > last):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:_NAMED], last=last)
    kept = [place for place, name in enumerate(table.names, start=1) if name and (columns is None or name in columns)]
    cells.refuse_merged(at, left, kept)
    cells.refuse_unsaved(at, left, kept)
    frame, lines = table.finish(shown)
    how = replace(how, blank_rows=table.blank_rows, header=at, skipped=skipped)
    return Raw(frame, lines, tuple(name for name in table.names if name), how)


def _header(rows: Iterator[tuple[int, list[str]]], header: int, skip: frozenset[int],
            shown: str) -> tuple[list[str], int]:
    """Give the names of the columns and their row."""
    for number, row in rows:
        if number == header or (not header and number not in skip and any(row)):
            width = max((place for place, cell in enumerate(row, start=1) if cell), default=0)
            if width:
                return row[:width], number
        if header and number >= header:
            break
    raise DataError("reading.header_line", where=shown, line=header) if header else DataError("reading.empty",
                                                                                              where=shown)


class _Cells:
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
        number = 0
        try:
            with self._sheet._get_source() as source:
                for _, element in iterparse(source):
                    if element.tag == _ROW:
                        number = int(float(element.get("r", number + 1)))
                        row = self._row(element, number)
                        element.clear()
                        if row:
                            yield number, row
                    elif element.tag == _MERGED:
                        self.merged.append(element.get("ref"))
        except _DAMAGED as error:
            raise _unreadable(error, self.shown) from None

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


class _Letters(dict):
    """Position of a column by its letters."""

    def __missing__(self, letters: str) -> int:
        from openpyxl.utils import column_index_from_string

        place = self[letters] = column_index_from_string(letters)
        return place


def _opened(stream: BinaryIO, shown: str) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():  # about decorations of the workbook that are not read
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except _DAMAGED as error:
        raise _unreadable(error, shown) from None


def _unreadable(error: Exception, shown: str) -> DataError:
    reason = next(iter(str(error).splitlines()), "")[:100] or type(error).__name__
    return DataError("reading.no_workbook", where=shown, reason=reason)


def _sheet(book: Any, sheet: str, shown: str) -> tuple[str, tuple[str, ...]]:
    """Choose the sheet; a hidden one is read only where it is named. The second part are the hidden ones left alone."""
    states = {each.title: each.sheet_state for each in book.worksheets}
    visible = [name for name, state in states.items() if state == "visible"]
    hidden = [name for name in states if name not in visible]
    if sheet and sheet not in states:
        raise DataError("reading.sheet_unknown", where=shown, sheet=sheet, sheets=[*states])
    if not sheet and len(visible) != 1:
        id = "reading.sheet_which" if visible else "reading.sheets_hidden"
        raise DataError(id, where=shown, sheets=visible or hidden)
    name = sheet or visible[0]
    return name, tuple(other for other in hidden if other != name)


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
