"""Records of a sheet of an .xlsx workbook; the only module that opens one."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Collection
from typing import Any

from helpers.errors import DataError


def rows(content: bytes, *, sheet: str = "", header: int = 0, skip: Collection[int] = (),
         shown: str = "") -> tuple[list[str], list[list[str]], list[int], str, int]:
    """Split a sheet into header, rows and row numbers.

    Parameters
    ----------
    content : bytes
    sheet : str
        "": the only one.
    header : int
        Row that holds the names of the columns; 0: the first that is not blank.
    skip : collection of int
        Rows that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    header : list of str
    rows : list of list of str
        As long as the header each; a whole number is written without a decimal point, a date as ISO 8601.
    lines : list of int
        Row of the sheet, counted from 1.
    sheet : str
        The sheet that was read.
    header : int
        Row of the header.

    Raises
    ------
    DataError
        If it is no workbook, the sheet is not in it, several are and none is declared, or an entry stands to the
        right of the header.
    """
    book = _opened(content, shown)
    try:
        name = _sheet(book.sheetnames, sheet, shown)
        found = [[_text(value) for value in row] for row in book[name].iter_rows(values_only=True)]
    finally:
        book.close()
    numbered = [(number, row) for number, row in enumerate(found, start=1)
                if any(row) and number >= header and number not in skip]
    if header and (not numbered or numbered[0][0] != header):
        raise DataError("reading.header_line", where=shown, line=header)
    if not numbered:
        raise DataError("reading.empty", where=shown)
    if beyond := sorted(number for number in skip if number > len(found)):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:8], last=len(found))
    names = numbered[0][1]
    width = max(index for index, cell in enumerate(names) if cell) + 1
    for number, row in numbered[1:]:
        if any(row[width:]):
            raise DataError("reading.no_header", where=f"{shown}, line {number}", expected=width)
    padded = [(row + [""] * width)[:width] for _, row in numbered[1:]]
    return names[:width], padded, [number for number, _ in numbered[1:]], name, numbered[0][0]


def _opened(content: bytes, shown: str) -> Any:
    from zipfile import BadZipFile

    import openpyxl

    try:
        with warnings.catch_warnings():  # about decorations of the workbook that are not read
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError):
        raise DataError("reading.no_workbook", where=shown) from None


def _sheet(names: list[str], sheet: str, shown: str) -> str:
    if sheet and sheet not in names:
        raise DataError("reading.sheet_unknown", where=shown, sheet=sheet, sheets=names)
    if not sheet and len(names) > 1:
        raise DataError("reading.sheet_which", where=shown, sheets=names)
    return sheet or names[0]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()  # a workbook keeps a date as its midnight
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value).strip()
