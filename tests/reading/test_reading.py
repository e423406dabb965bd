"""Files become the strings they hold; what had to be found out is told, and what cannot be read is refused."""

from __future__ import annotations

import codecs
import datetime
import os
import sys
from pathlib import Path

import openpyxl
import pytest

from helpers import reading
from helpers.errors import DataError

TABLE = "编号,q1,q2\n1,07, 4 \n2,,3.50\n"


def put(folder: Path, content: str | bytes, name: str = "r.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return file


def book(folder: Path, sheets: dict[str, list[list]], name: str = "r.xlsx") -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(folder / name)
    return folder / name


def refused(file: Path, **how: str) -> tuple[str, str]:
    with pytest.raises(DataError) as raised:
        reading.read(file, **how)
    return raised.value.problems[0].id, raised.value.problems[0].where


def test_strings_stay_strings(tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, TABLE))
    assert raw.frame.to_dict("list") == {"编号": ["1", "2"], "q1": ["07", ""], "q2": ["4", "3.50"]}
    assert raw.how == reading.How("text", "utf-8", "utf-8", ",", header=1)


@pytest.mark.parametrize(("encoding", "mark", "found_by"), [
    ("utf-8", b"", "utf-8"), ("utf-8", codecs.BOM_UTF8, "mark"), ("utf-16-le", codecs.BOM_UTF16_LE, "mark"),
    ("utf-16-be", codecs.BOM_UTF16_BE, "mark"), ("utf-32-le", codecs.BOM_UTF32_LE, "mark"),
    ("gbk", b"", "gb18030"), ("gb18030", b"", "gb18030"),
])
def test_the_ladder_of_encodings(encoding: str, mark: bytes, found_by: str, tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, mark + TABLE.encode(encoding)))
    assert raw.columns == ("编号", "q1", "q2")
    assert raw.how.encoding_found_by == found_by


def test_a_korean_file_is_guessed_wrongly_and_says_so(tmp_path: Path) -> None:
    file = put(tmp_path, "성별,q1\n여,1\n".encode("cp949"))
    guessed = reading.read(file)
    assert guessed.how.encoding_found_by == "gb18030" and guessed.columns[0] != "성별"
    told = reading.read(file, encoding="cp949")
    assert (told.columns[0], told.how.encoding_found_by) == ("성별", "declared")


@pytest.mark.parametrize(("encoding", "mark"), [("UTF-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE)])
def test_a_declared_encoding_may_carry_a_mark(encoding: str, mark: bytes, tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, mark + TABLE.encode(encoding)), encoding=encoding)
    assert raw.columns == ("编号", "q1", "q2")
    assert (raw.how.encoding, raw.how.encoding_found_by, raw.how.marks) == (encoding, "declared", 0)


@pytest.mark.parametrize(("encoding", "id"), [
    ("utf8", "reading.encoding_wrong"), ("utf-88", "reading.encoding_unknown"), ("base64", "reading.encoding_wrong"),
])
def test_a_declared_encoding_is_taken_at_its_word(encoding: str, id: str, tmp_path: Path) -> None:
    assert refused(put(tmp_path, TABLE.encode("gbk")), encoding=encoding)[0] == id


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters_are_found_in_the_header(sign: str, tmp_path: Path) -> None:
    text = f'id{sign}"a, b; c"{sign}q1\n1{sign}x{sign}"2,5"\n'
    raw = reading.read(put(tmp_path, text))
    assert (raw.how.delimiter, raw.columns) == (sign, ("id", "a, b; c", "q1"))
    assert raw.frame["q1"].tolist() == ["2,5"]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, 'id,text\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n,\r\n3,y\r\n'))
    assert raw.lines.tolist() == [2, 5, 7]
    assert raw.frame["id"].tolist() == ["1", "2", "3"]
    assert raw.how.blank_rows == 1  # the line of delimiters; an empty line is no row at all


def test_only_the_wanted_columns_are_kept(tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, ",id,ip,q1\n0,1,192.0.2.1,5\n"), columns={"q1", "id", "absent"})
    assert list(raw.frame) == ["id", "q1"]
    assert raw.columns == ("id", "ip", "q1")  # a column without a name has none


@pytest.mark.parametrize(("content", "id", "line"), [
    ("", "reading.empty", None), ("\ufeff\n \n", "reading.empty", None), (",,,\n", "reading.empty", None),
    ("id,q1\n", "reading.no_rows", None), ("id,q1\n,\n", "reading.no_rows", None),
    ("id,q1,q1\n1,2,3\n", "reading.column_twice", None),
    ("id,q1\n1,2\n2,3,4\n", "reading.ragged", 3), ("id,q1\n1\n", "reading.ragged", 2),
    ('id,q1\n1,"2\n3,4\n', "reading.quotes", 2), ('id,q1\n1,2\n2,"a"b\n', "reading.quotes", 3),
    (b"id,q1\n1,\xff\xff\x80\n", "reading.undecodable", None),
])
def test_what_is_no_table_is_refused(content: str | bytes, id: str, line: int | None, tmp_path: Path) -> None:
    where = "r.csv" if line is None else f"r.csv, line {line}"
    assert refused(put(tmp_path, content)) == (id, where)


def test_every_doubled_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        reading.read(put(tmp_path, "a,b,a,b,a\n1,2,3,4,5\n"))
    assert [problem.values for problem in raised.value.problems] == [
        {"column": "a", "count": 3, "positions": [1, 3, 5]}, {"column": "b", "count": 2, "positions": [2, 4]}]


def test_a_wrong_delimiter_is_not_one_column(tmp_path: Path) -> None:
    file = put(tmp_path, "id;q1\n1;2\n")
    assert refused(file, delimiter=",")[0] == "reading.one_column"
    assert reading.read(put(tmp_path, "q1\n1\n2\n"), columns=["q1"]).frame["q1"].tolist() == ["1", "2"]


def test_files_that_are_not_there_or_not_of_a_known_kind(tmp_path: Path) -> None:
    put(tmp_path, TABLE)
    assert refused(tmp_path / "other.csv")[0] == "reading.missing_beside"
    assert refused(tmp_path / "nowhere" / "r.csv")[0] == "reading.missing"
    assert refused(put(tmp_path, TABLE, "r.sav"))[0] == "reading.is.text"
    assert refused(put(tmp_path, TABLE, "r.dat"))[0] == "reading.format"
    (tmp_path / "folder.csv").mkdir()
    assert refused(tmp_path / "folder.csv")[0] == "reading.folder"


@pytest.mark.parametrize("name", ["PK", "PAR1", "RDA", "RDX2", "BZh", "Rar!", "$FL2", "SPSSPORT", "%PDF", "7z"])
def test_a_column_may_be_called_as_another_kind_of_file_begins(name: str, tmp_path: Path) -> None:
    assert reading.read(put(tmp_path, f"{name},q1\n1,2\n")).columns == (name, "q1")


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="needs a user who can be denied a file")
def test_a_file_without_the_right_to_read_it(tmp_path: Path) -> None:
    file = put(tmp_path, TABLE)
    file.chmod(0)
    assert refused(file)[0] == "reading.not_readable"


def test_a_file_held_open_elsewhere(tmp_path: Path, monkeypatch) -> None:
    def held(self: Path, *how: object, **also: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    file = put(tmp_path, TABLE)
    monkeypatch.setattr(Path, "open", held)
    assert refused(file)[0] == "reading.not_readable"


def test_a_workbook_gives_the_same_strings(tmp_path: Path) -> None:
    rows = [["编号", "q1", "when", "note"], [1, 7.0, datetime.date(2026, 5, 1), " x "], [None] * 4,
            [2, 3.5, None, True]]
    raw = reading.read(book(tmp_path, {"data": rows}))
    assert raw.frame.to_dict("list") == {"编号": ["1", "2"], "q1": ["7", "3.5"], "when": ["2026-05-01", ""],
                                         "note": ["x", "TRUE"]}
    assert raw.lines.tolist() == [2, 4]
    assert (raw.how.format, raw.how.sheet) == ("xlsx", "data")


def test_sheets_are_named_where_there_are_several(tmp_path: Path) -> None:
    file = book(tmp_path, {"a": [["id", "q1"], [1, 2]], "b": [["id", "q1"], [1, 5]]})
    assert refused(file)[0] == "reading.sheet_which"
    assert refused(file, sheet="c")[0] == "reading.sheet_unknown"
    assert reading.read(file, sheet="b").frame["q1"].tolist() == ["5"]


@pytest.mark.parametrize(("rows", "id"), [
    ([], "reading.empty"), ([["id", "q1"]], "reading.no_rows"), ([["Survey 2026"], ["id", "q1"]], "reading.no_header"),
    ([["q1", "q1"], [1, 2]], "reading.column_twice"),
])
def test_sheets_that_are_no_table(rows: list[list], id: str, tmp_path: Path) -> None:
    assert refused(book(tmp_path, {"data": rows}))[0] == id


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    assert refused(put(tmp_path, "id,q1\n1,2\n", "r.xlsx"))[0] == "reading.is.text"
