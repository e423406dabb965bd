"""Sixty ways to spoil a data file: each function writes one and says how it is declared.

Below `right` stand those that are read as if nothing had happened, below `refused` those that end in one error: its id
and what its sentence must hold.
"""

from __future__ import annotations

import codecs
import datetime
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

ITEMS = [f"q{at}" for at in range(1, 7)]
_ANSWERS = np.random.default_rng(5).integers(1, 6, size=(14, 6))
TRUTH = pd.DataFrame(_ANSWERS, columns=ITEMS, dtype=float)
TRUTH.iloc[3, 1] = TRUTH.iloc[7, 4] = np.nan
HEADER = ["id", *ITEMS]
ROWS = [[at, *("" if value != value else int(value) for value in row)]
        for at, row in enumerate(TRUTH.to_numpy().tolist(), start=1)]
LAST = len(ROWS) + 1  # line of the last row

Declared = dict[str, Any]
RIGHT: dict[str, Callable[[Path], Declared | None]] = {}
REFUSED: dict[str, tuple[Callable[[Path], Declared | None], str, tuple[str, ...]]] = {}


def right(make: Callable) -> Callable:
    """Take a way that is read rightly."""
    RIGHT[make.__name__] = make
    return make


def refused(id: str, *said: str) -> Callable:
    """Take a way that ends in one error."""
    def take(make: Callable) -> Callable:
        REFUSED[make.__name__] = (make, id, said)
        return make
    return take


def table(rows: list[list], sign: str = ",", end: str = "\n") -> str:
    """Write rows as text."""
    return "".join(sign.join(str(cell) for cell in row) + end for row in rows)


PLAIN = [HEADER, *ROWS]


def changed(row: int, column: int, entry: object) -> list[list]:
    """Give the table with another entry; the header is row 0."""
    rows = [list(each) for each in PLAIN]
    rows[row][column] = entry
    return rows


def put(folder: Path, content: str | bytes | list[list], name: str = "r.csv", **declared: Any) -> Declared:
    """Write a file and say what study.yml declares of it."""
    content = table(content) if isinstance(content, list) else content
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return {"file": name, **declared}


def book(folder: Path, rows: list[list] = PLAIN, finish: Callable = lambda book, sheet: None,
         name: str = "r.xlsx", **declared: Any) -> Declared:
    """Write a workbook."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append([None if cell == "" else cell for cell in row])
    finish(workbook, workbook.active)
    workbook.save(folder / name)
    return {"file": name, **declared}


def repacked(folder: Path, part: str, content: bytes) -> Declared:
    """Write a workbook of which one part is another."""
    declared = book(folder)
    with zipfile.ZipFile(folder / "r.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, old in parts.items():
            archive.writestr(name, content if name == part else old)
    return declared


# --- encodings --------------------------------------------------------------------------------------------------

@right
def utf16_with_mark(folder: Path) -> Declared:
    return put(folder, codecs.BOM_UTF16_LE + table(PLAIN).encode("utf-16-le"))


@refused("reading.nul_wide", "utf-16-le")
def utf16_without_mark(folder: Path) -> Declared:
    return put(folder, table(PLAIN).encode("utf-16-le"))


@refused("reading.nul_wide", "utf-16-be")
def utf16_other_order_without_mark(folder: Path) -> Declared:
    return put(folder, table(PLAIN).encode("utf-16-be"))


@right
def utf16_without_mark_declared(folder: Path) -> Declared:
    return put(folder, table(PLAIN).encode("utf-16-le"), encoding="utf-16-le")


def _in(folder: Path, word: str, codec: str, **declared: Any) -> Declared:
    header = table([["姓别" if word == "中" else word, *HEADER]]).encode(codec)
    return put(folder, header + table([[word, *row] for row in ROWS]).encode(codec), **declared)


@right
def gbk(folder: Path) -> Declared:
    return _in(folder, "中", "gbk")


@right
def gb18030_beyond_gbk(folder: Path) -> Declared:
    return _in(folder, "𠀀", "gb18030")


@right
def big5_declared(folder: Path) -> Declared:
    return _in(folder, "臺", "big5", encoding="big5")


@right
def shift_jis_declared(folder: Path) -> Declared:
    return _in(folder, "満足", "shift_jis", encoding="shift_jis")


@right
def korean_declared(folder: Path) -> Declared:
    return _in(folder, "성별", "cp949", encoding="cp949")


@right
def western_declared(folder: Path) -> Declared:
    return _in(folder, "naïve", "cp1252", encoding="cp1252")


@refused("reading.undecodable", "cp1252")
def western_not_declared(folder: Path) -> Declared:
    return _in(folder, "é", "cp1252")


@refused("reading.encoding_wrong", "utf-8")
def another_encoding_than_declared(folder: Path) -> Declared:
    return _in(folder, "中", "gbk", encoding="utf-8")


@right
def marks_in_the_middle(folder: Path) -> Declared:
    lines = table(PLAIN).splitlines(keepends=True)
    return put(folder, "\ufeff" + "".join(lines[:5]) + "\ufeff" + "".join(lines[5:]))


@refused("reading.nul", "line 4")
def zero_bytes(folder: Path) -> Declared:
    return put(folder, table(changed(3, 2, "\0")))


# --- lines, delimiters, quotation marks -------------------------------------------------------------------------

@right
def mixed_line_ends(folder: Path) -> Declared:
    ends = ["\r\n", "\n", "\r\n"]
    return put(folder, "".join(table([row], end=ends[at % 3]) for at, row in enumerate(PLAIN)))


@right
def line_ends_of_old_macs(folder: Path) -> Declared:
    return put(folder, table(PLAIN, end="\r"))


@right
def semicolons(folder: Path) -> Declared:
    return put(folder, table(PLAIN, ";"))


@right
def excel_names_the_delimiter(folder: Path) -> Declared:
    return put(folder, "sep=;\n" + table(PLAIN, ";"))


@refused("reading.quotes", "line 5")
def quotation_mark_never_closed(folder: Path) -> Declared:
    return put(folder, table(changed(4, 0, '"4')))


@refused("reading.ragged", "line 6", "8")
def ragged_row(folder: Path) -> Declared:
    return put(folder, table(PLAIN[:5]) + table([[*PLAIN[5], 1]]) + table(PLAIN[6:]))


@right
def empty_columns_at_the_end(folder: Path) -> Declared:
    return put(folder, table([[*row, "", ""] for row in PLAIN]))


@right
def blank_lines_between(folder: Path) -> Declared:
    return put(folder, "\n\n" + "\n\n".join(table([row]) for row in PLAIN))


@refused("reading.one_column", ";")
def another_delimiter_than_declared(folder: Path) -> Declared:
    return put(folder, table(PLAIN, ";"), delimiter=",")


# --- headers, titles, units, totals -----------------------------------------------------------------------------

@refused("reading.title", "header: 2")
def title_above(folder: Path) -> Declared:
    return put(folder, table([["Our survey", *[""] * 6], *PLAIN]))


@right
def title_above_declared(folder: Path) -> Declared:
    return put(folder, table([["Our survey", *[""] * 6], *PLAIN]), header=2)


@refused("survey.rows", "line 2 (points", "skip: [2]")
def units_below_the_header(folder: Path) -> Declared:
    return put(folder, [HEADER, ["", *["points"] * 6], *ROWS])


@right
def units_below_the_header_declared(folder: Path) -> Declared:
    return put(folder, [HEADER, ["", *["points"] * 6], *ROWS], skip=[2])


@refused("survey.rows", f"line {LAST + 1} (42", f"skip: [{LAST + 1}]")
def totals_at_the_end(folder: Path) -> Declared:
    return put(folder, [*PLAIN, ["Total", *[42] * 6]])


@right
def totals_at_the_end_declared(folder: Path) -> Declared:
    return put(folder, [*PLAIN, ["Total", *[42] * 6]], skip=[LAST + 1])


@refused("reading.column_twice", "`q2`", "3, 8")
def a_column_twice(folder: Path) -> Declared:
    return put(folder, [[*row, row[2]] for row in PLAIN])


@right
def invisible_characters_in_the_header(folder: Path) -> Declared:
    return put(folder, [["\ufeffid", "q1\u200b", "\u200bq2", "q3\u00a0", "q4\u2060", "\u00adq5", " q6\t"], *ROWS])


@right
def ten_thousand_columns(folder: Path) -> Declared:
    more = [f"x{at}" for at in range(10_000)]
    return put(folder, [[*HEADER, *more], *([*row, *[1] * 10_000] for row in ROWS)])


@refused("reading.wide", "120000")
def more_columns_than_anybody_has(folder: Path) -> Declared:
    return put(folder, ",".join(f"c{at}" for at in range(130_000)) + "\n" + "1," * 129_999 + "1\n", respondent="")


@refused("reading.no_rows", "header")
def only_a_header(folder: Path) -> Declared:
    return put(folder, [HEADER])


@refused("reading.empty", "empty")
def nothing(folder: Path) -> Declared:
    return put(folder, "")


# --- cells ------------------------------------------------------------------------------------------------------

@right
def full_width_digits(folder: Path) -> Declared:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return put(folder, [HEADER, *([row[0], *(str(cell).translate(wide) for cell in row[1:])] for row in ROWS)])


@right
def missing_code_with_a_typographic_minus(folder: Path) -> Declared:
    return put(folder, changed(4, 2, "−99"), missing_codes=[-99])


@right
def missing_code_in_full_width(folder: Path) -> Declared:
    return put(folder, changed(4, 2, "－９９．０"), missing_codes=[-99])


@right
def invisible_characters_in_cells(folder: Path) -> Declared:
    return put(folder, [HEADER, *([row[0], *(f"\u200b{cell}\u00a0" for cell in row[1:])] for row in ROWS)])


@right
def quoted_numbers(folder: Path) -> Declared:
    return put(folder, table([[f'"{cell}"' for cell in row] for row in PLAIN]))


@right
def decimals_of_whole_answers(folder: Path) -> Declared:
    return put(folder, [HEADER, *([row[0], *(f"{cell}.0" if cell else "" for cell in row[1:])] for row in ROWS)])


@right
def decimal_commas(folder: Path) -> Declared:
    return put(folder, table([HEADER, *([row[0], *(f"{cell},0" if cell else "" for cell in row[1:])] for row in ROWS)],
                             ";"), decimal=",")


@right
def scientific_notation(folder: Path) -> Declared:
    return put(folder, [HEADER, *([row[0], *(f"{cell}E+00" if cell else "" for cell in row[1:])] for row in ROWS)])


@refused("survey.comma", "line 2 (3,0)", "`decimal:")
def mixed_decimal_signs(folder: Path) -> Declared:
    return put(folder, table([HEADER, [1, "3,0", "2.0", *ROWS[0][3:]], *ROWS[1:]], ";"))


@refused("survey.text", "line 2 (85%)")
def percent_signs(folder: Path) -> Declared:
    return put(folder, changed(1, 1, "85%"))


@refused("survey.comma", "line 3 (1,234)", "thousands")
def thousands_separators(folder: Path) -> Declared:
    return put(folder, changed(2, 1, '"1,234"'))


@refused("survey.text", "line 3 (very good)", "values")
def a_word_among_numbers(folder: Path) -> Declared:
    return put(folder, changed(2, 1, "very good"))


def _no_answer(word: str) -> None:
    def spoil(folder: Path) -> Declared:
        return put(folder, changed(4, 2, word))

    def declared(folder: Path) -> Declared:
        return put(folder, changed(4, 2, word), missing_codes=[word])

    id = "survey.error" if word == "#N/A" else "survey.text"
    REFUSED[f"no_answer_as_{word}"] = (spoil, id, ("line 5", word, "missing_codes"))
    RIGHT[f"no_answer_as_{word}_declared"] = declared


for _word in ("NA", "N/A", "#N/A", "NULL", "-", "不知道", "NaN"):
    _no_answer(_word)


# --- workbooks --------------------------------------------------------------------------------------------------

@right
def plain_workbook(folder: Path) -> Declared:
    return book(folder)


@right
def numbers_as_text(folder: Path) -> Declared:
    return book(folder, [[str(cell) for cell in row] for row in PLAIN])


@right
def rich_text(folder: Path) -> Declared:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    return book(folder, changed(0, 1, CellRichText("q", TextBlock(InlineFont(b=True), "1"))))


@refused("survey.date", "line 3", "2025-01-05", "1-5")
def excel_dates_in_items(folder: Path) -> Declared:
    return book(folder, changed(2, 1, datetime.datetime(2025, 1, 5)))


@refused("survey.error", "line 3 (#REF!)", "formula")
def error_cells(folder: Path) -> Declared:
    return book(folder, changed(2, 1, "#REF!"))


@right
def error_cells_declared(folder: Path) -> Declared:
    return book(folder, changed(4, 2, "#N/A"), missing_codes=["#N/A"])


@refused("survey.text", "line 3 (TRUE)")
def booleans(folder: Path) -> Declared:
    return book(folder, changed(2, 1, True))


@refused("reading.formula", "B3")
def formulas_without_a_result(folder: Path) -> Declared:
    return book(folder, changed(2, 1, "=1+1"))


@right
def formulas_with_a_result(folder: Path) -> Declared:
    book(folder)
    with zipfile.ZipFile(folder / "r.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    old = f'<c r="B2" t="n"><v>{ROWS[0][1]}</v></c>'.encode()
    assert old in sheet
    new = f'<c r="B2"><f>1+1</f><v>{ROWS[0][1]}</v></c>'.encode()
    return repacked(folder, "xl/worksheets/sheet1.xml", sheet.replace(old, new))


@right
def hidden_sheets(folder: Path) -> Declared:
    def hide(workbook, sheet) -> None:
        workbook.create_sheet("old", 0).append(["q1"])
        workbook["old"].sheet_state = "hidden"
        workbook.create_sheet("codes").sheet_state = "veryHidden"

    return book(folder, finish=hide)


@refused("reading.sheet_which", "Sheet, more")
def several_sheets(folder: Path) -> Declared:
    return book(folder, finish=lambda workbook, sheet: workbook.create_sheet("more"))


@refused("reading.merged_header", "B1:D1", "header: 2")
def merged_header(folder: Path) -> Declared:
    return book(folder, [["", "Security", "", "", "Trust", "", "More"], *PLAIN],
                lambda workbook, sheet: (sheet.merge_cells("B1:D1"), sheet.merge_cells("E1:F1")))


@right
def merged_header_declared(folder: Path) -> Declared:
    return book(folder, [["", "Security", "", "", "Trust", "", ""], *PLAIN],
                lambda workbook, sheet: (sheet.merge_cells("B1:D1"), sheet.merge_cells("E1:G1")), header=2)


@refused("reading.merged_cells", "C3:C4")
def merged_answers(folder: Path) -> Declared:
    return book(folder, finish=lambda workbook, sheet: sheet.merge_cells("C3:C4"))


@refused("reading.no_header", "line 2", "header: 2")
def title_in_a_workbook(folder: Path) -> Declared:
    return book(folder, [["Our survey"], *PLAIN])


@right
def extent_that_is_not_the_extent(folder: Path) -> Declared:
    book(folder)
    with zipfile.ZipFile(folder / "r.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    extent = f'<dimension ref="A1:G{LAST}"'.encode()
    assert extent in sheet
    return repacked(folder, "xl/worksheets/sheet1.xml", sheet.replace(extent, b'<dimension ref="A1:B3"'))


@right
def formatted_beyond_the_table(folder: Path) -> Declared:
    def format_cells(workbook, sheet) -> None:
        bold = openpyxl.styles.Font(bold=True)
        for row in range(1, 400):
            for column in range(1, 60):
                sheet.cell(row, column).font = bold

    return book(folder, finish=format_cells)


@refused("reading.is.password", "password")
def workbook_under_a_password(folder: Path) -> Declared:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    return put(folder, container, "r.xlsx")


@refused("reading.is.xls", ".xlsx")
def old_workbook(folder: Path) -> Declared:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(600)
    return put(folder, container, "r.xls")


def _zipped(folder: Path, names: tuple[str, ...], file: str) -> Declared:
    with zipfile.ZipFile(folder / file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return {"file": file}


@refused("reading.is.xlsb", ".xlsx")
def binary_workbook(folder: Path) -> Declared:
    return _zipped(folder, ("[Content_Types].xml", "xl/workbook.bin"), "r.xlsb")


@refused("reading.is.ods", ".xlsx")
def opendocument(folder: Path) -> Declared:
    return _zipped(folder, ("mimetype", "content.xml"), "r.ods")


@refused("reading.is.numbers", "CSV")
def apple_numbers(folder: Path) -> Declared:
    return _zipped(folder, ("Index/Document.iwa",), "r.numbers")


@refused("reading.too_large", "sheet1.xml", "Nothing was unpacked")
def zip_bomb(folder: Path) -> Declared:
    return repacked(folder, "xl/worksheets/sheet1.xml", bytes(30 * 2**20))


@refused("reading.no_workbook", "xlsx")
def entity_bomb(folder: Path) -> Declared:
    entities = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 9))
    return repacked(folder, "xl/worksheets/sheet1.xml",
                    f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]><worksheet>&e8;</worksheet>'.encode())


@refused("reading.no_sheets", "not Strict Open XML")
def strict_workbook(folder: Path) -> Declared:
    declared = book(folder)
    with zipfile.ZipFile(folder / "r.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "r.xlsx", "w") as archive:
        for name, content in parts.items():
            for old, new in ((b"spreadsheetml/2006/main", b"spreadsheetml/main"),
                             (b"officeDocument/2006/relationships", b"officeDocument/relationships")):
                content = content.replace(b"schemas.openxmlformats.org/" + old, b"purl.oclc.org/ooxml/" + new)
            archive.writestr(name, content)
    return declared


@refused("reading.no_workbook", "save it again as .xlsx")
def workbook_cut_off(folder: Path) -> Declared:
    book(folder)
    content = (folder / "r.xlsx").read_bytes()
    return put(folder, content[:len(content) // 2], "r.xlsx")


@refused("reading.is.text", ".csv")
def text_called_a_workbook(folder: Path) -> Declared:
    return put(folder, PLAIN, "r.xlsx")


@refused("reading.is.xlsx", ".xlsx")
def workbook_called_text(folder: Path) -> Declared:
    book(folder)
    (folder / "r.xlsx").rename(folder / "r.csv")
    return {"file": "r.csv"}


@refused("reading.is.html", "web page")
def web_page_called_a_workbook(folder: Path) -> Declared:
    return put(folder, "<html><table><tr><td>id</td></tr></table></html>", "r.xls")


@refused("reading.is.html", "web page")
def web_page_called_text(folder: Path) -> Declared:
    return put(folder, "<!DOCTYPE html><html><body>Please log in, then download</body></html>", "r.csv")


# --- other formats ----------------------------------------------------------------------------------------------

def _spss(folder: Path, frame: pd.DataFrame = TRUTH, **how: Any) -> Declared:
    pyreadstat.write_sav(frame, folder / "r.sav", **how)
    return {"file": "r.sav", "respondent": ""}


@right
def spss(folder: Path) -> Declared:
    return _spss(folder)


@right
def declared_missing_of_spss(folder: Path) -> Declared:
    frame = TRUTH.copy()
    frame.iloc[3, 1], frame.iloc[7, 4] = 99, -1
    return _spss(folder, frame, missing_ranges={"q2": [{"lo": 90, "hi": 99}], "q5": [-1]})


@right
def extended_missing_of_stata(folder: Path) -> Declared:
    frame = TRUTH.astype(object)
    frame.iloc[3, 1] = "a"
    pyreadstat.write_dta(frame, folder / "r.dta", missing_user_values={"q2": ["a"]})
    return {"file": "r.dta", "respondent": ""}


@refused("survey.outside", "line 4 (99)")
def missing_of_spss_that_is_not_declared(folder: Path) -> Declared:
    frame = TRUTH.copy()
    frame.iloc[3, 1] = 99
    return _spss(folder, frame)


@refused("reading.damaged", "Copy or export it again")
def spss_cut_off(folder: Path) -> Declared:
    _spss(folder)
    content = (folder / "r.sav").read_bytes()
    return put(folder, content[:-40], "r.sav", respondent="")


@refused("reading.damaged", "Copy or export it again")
def stata_cut_off(folder: Path) -> Declared:
    pyreadstat.write_dta(TRUTH, folder / "r.dta")
    content = (folder / "r.dta").read_bytes()
    return put(folder, content[:len(content) // 2], "r.dta", respondent="")


@refused("reading.no_parquet", "cut off")
def parquet_cut_off(folder: Path) -> Declared:
    import polars

    polars.DataFrame({name: TRUTH[name].to_list() for name in TRUTH}).write_parquet(folder / "r.parquet")
    content = (folder / "r.parquet").read_bytes()
    return put(folder, content[:len(content) // 2], "r.parquet", respondent="")


@refused("reading.is.sav", ".sav")
def spss_called_stata(folder: Path) -> Declared:
    _spss(folder)
    (folder / "r.sav").rename(folder / "r.dta")
    return {"file": "r.dta"}


@refused("reading.is.archive", "Unpack")
def packed_text(folder: Path) -> Declared:
    import gzip

    return put(folder, gzip.compress(table(PLAIN).encode()), "r.csv")


@refused("reading.is.pdf", "PDF")
def pdf(folder: Path) -> Declared:
    return put(folder, b"%PDF-1.7\n", "r.pdf")


@refused("reading.is.r", "write.csv")
def objects_of_r(folder: Path) -> Declared:
    return put(folder, b"RDX3\nX\n", "r.rda")


# --- no file at all ---------------------------------------------------------------------------------------------

@refused("reading.missing_beside", "study.yml")
def no_such_file(folder: Path) -> Declared:
    return {"file": "absent.csv"}


@refused("reading.folder", "folder")
def a_folder(folder: Path) -> Declared:
    (folder / "r.csv").mkdir()
    return {"file": "r.csv"}


@refused("reading.no_file", "pipe")
def a_pipe(folder: Path) -> Declared | None:
    if not hasattr(os, "mkfifo"):
        return None
    os.mkfifo(folder / "r.csv")
    return {"file": "r.csv"}
