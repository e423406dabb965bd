"""The table in a sheet of an .xlsx workbook: which sheet, where its header stands, what cannot be taken as it is."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from helpers.errors import DataError
from helpers.reading.cells import DAMAGED, Cells, unreadable
from helpers.reading.columns import Gathered
from helpers.reading.packed import check_size
from helpers.reading.raw import How, Raw

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
        cells = Cells(book, name, shown)
        return _table(cells, How("xlsx", sheet=name, hidden=hidden), columns, header, skip, shown)


def _table(cells: Cells, how: How, columns: Collection[str] | None, header: int, skip: Collection[int],
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


def _opened(stream: BinaryIO, shown: str) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():  # about decorations of the workbook that are not read
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except DAMAGED as error:
        raise unreadable(error, shown) from None


def _sheet(book: Any, sheet: str, shown: str) -> tuple[str, tuple[str, ...]]:
    """Choose the sheet; a hidden one is read only where it is named. The second part are the hidden ones left alone."""
    states = {each.title: each.sheet_state for each in book.worksheets}
    if not states:  # Strict Open XML, whose names openpyxl does not know, or charts alone
        raise DataError("reading.no_sheets", where=shown)
    visible = [name for name, state in states.items() if state == "visible"]
    hidden = [name for name in states if name not in visible]
    if sheet and sheet not in states:
        raise DataError("reading.sheet_unknown", where=shown, sheet=sheet, sheets=[*states])
    if not sheet and len(visible) != 1:
        id = "reading.sheet_which" if visible else "reading.sheets_hidden"
        raise DataError(id, where=shown, sheets=visible or hidden)
    name = sheet or visible[0]
    return name, tuple(other for other in hidden if other != name)
