"""All tables of a report in one workbook: numbers as numbers, captions and notes beside them, no formula anywhere."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import words
from helpers.report import contents, formats, saving
from helpers.report.speech import Speech, plain

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# One moment for every file inside, so that equal tables make equal bytes.
_MOMENT = datetime(2000, 1, 1)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FORMATS = {"p": ".000", "unit": ".000", "estimate": "0.000", "statistic": "0.00", "integer": "0", "share": "0.0%"}
_SHEET_NAME = 31
_WIDEST = 60


def write_workbook(output: Path, *, language: str) -> Path:
    """Write ``<output>/tables.xlsx`` from the tables that the pages wrote.

    Parameters
    ----------
    output : Path
        Folder of the report.
    language : {"en", "zh"}
        Of captions and column labels; the contract's column names stand below the labels.

    Returns
    -------
    Path

    Raises
    ------
    RunError
        If the workbook cannot be written, or a table cannot be read.
    """
    from openpyxl import Workbook

    book = Workbook()
    listing = book.active
    listing.title = words.say("report.workbook.contents", language)
    pages = contents.pages(output, language)
    study = next((record for page in pages for record in page.of("study")), None)
    warning = words.say("report.synthetic", language) if study and study.synthetic else ""
    entries: list[tuple[str, str, str]] = []
    for page in pages:
        for record in page.of("table"):
            file = output / "tables" / page.name / f"{record.name}.csv"
            if file.is_file():
                name = _sheet_name(f"{page.name.partition('_')[0]} {record.name}", [entry[0] for entry in entries])
                entries.append((name, record.title, plain(record.caption)))
                _fill(book.create_sheet(name), saving.read_csv(file), Speech(language), entries[-1], warning)
    _list(listing, study.title if study else "", warning, entries)
    file = output / "tables.xlsx"
    saving.write(file, _repeatable(book))
    return file


def _sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Make a name that every spreadsheet accepts and that is not used yet."""
    base = _FORBIDDEN.sub(" ", wanted).strip()[:_SHEET_NAME]
    used = {name.lower() for name in taken}
    name, number = base, 2
    while name.lower() in used:
        name, number = f"{base[:_SHEET_NAME - 4]} {number}", number + 1
    return name


def _fill(sheet: Worksheet, table: pd.DataFrame, speech: Speech, entry: tuple[str, str, str], warning: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    _text(sheet, 1, 1, entry[1], Font(bold=True))
    _text(sheet, 2, 1, entry[2], Font(italic=speech.language == "en"))
    _text(sheet, 3, 1, warning, Font(color="8C2D04"))
    line = Side(style="thin")
    for j, name in enumerate(map(str, table.columns), start=1):
        _text(sheet, 4, j, plain(speech.column(name)), Font(bold=True)).border = Border(top=Side(style="medium"))
        _text(sheet, 5, j, name, Font(color="808080", size=9)).border = Border(bottom=line)
        kinds = _kinds(table, name)
        for i, (value, kind) in enumerate(zip(table[name].tolist(), kinds, strict=True), start=6):
            _cell(sheet, i, j, value, kind)
        longest = max([len(name), *(len(str(value)) for value in table[name] if isinstance(value, str))])
        sheet.column_dimensions[get_column_letter(j)].width = min(_WIDEST, longest + 3)
        if longest > _WIDEST:
            for i in range(6, 6 + len(table)):
                sheet.cell(i, j).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A6"


def _kinds(table: pd.DataFrame, name: str) -> list[str]:
    if not pd.api.types.is_numeric_dtype(table[name]) or pd.api.types.is_bool_dtype(table[name]):
        return ["text"] * len(table)
    if name == "value" and "measure" in table:
        return [formats.kind(str(measure)) for measure in table["measure"]]
    whole = formats.kind(name) == "statistic" and formats.whole(table[name].dropna())
    return ["integer" if whole else formats.kind(name)] * len(table)


def _cell(sheet: Worksheet, row: int, column: int, value: Any, kind: str) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):  # missing or infinite: an empty cell
        return
    if kind == "text":
        _text(sheet, row, column, value if isinstance(value, bool) else str(value))
        return
    cell = sheet.cell(row, column, value)
    cell.number_format = _FORMATS[kind]


def _text(sheet: Worksheet, row: int, column: int, value: str | bool, font: Any = None) -> Any:
    """Write text that stays text, whatever it begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _list(sheet: Worksheet, title: str, warning: str, entries: list[tuple[str, str, str]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    _text(sheet, 1, 1, title, Font(bold=True, size=14))
    _text(sheet, 2, 1, warning, Font(color="8C2D04"))
    for row, (name, number, caption) in enumerate(entries, start=4):
        _text(sheet, row, 1, number)
        cell = _text(sheet, row, 2, caption or name, Font(color="1F4E79", underline="single"))
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1", display=caption or name)
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["B"].width = 80


def _repeatable(book: Workbook) -> bytes:
    """Save with one fixed moment in the properties and in the archive: equal tables make equal bytes."""
    book.properties.created = book.properties.modified = _MOMENT
    first, second = io.BytesIO(), io.BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":  # openpyxl sets the moment of saving once more
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _MOMENT.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return second.getvalue()
