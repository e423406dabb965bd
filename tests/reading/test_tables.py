"""Columns of codes, streams of lines, Parquet and JSON lines: the right reading or one clear error."""

from __future__ import annotations

import codecs
import datetime
import json
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import reading
from helpers.errors import DataError
from helpers.reading import columns, recent, text


def put(folder: Path, content: str | bytes, name: str = "r.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return file


def refused(file: Path, **how: object) -> tuple[str, str]:
    with pytest.raises(DataError) as raised:
        reading.read(file, **how)
    assert all(problem.sentence("en") and problem.sentence("zh") for problem in raised.value.problems)
    return raised.value.problems[0].id, raised.value.problems[0].where


def cells(raw: reading.Raw) -> dict[str, list[str]]:
    return {name: raw.frame[name].tolist() for name in raw.frame}


def test_a_cell_is_a_code_of_one_byte(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 5 + 1}\n" for n in range(1000))
    raw = reading.read(put(tmp_path, "id,q1\n" + rows))
    assert raw.frame["q1"].cat.codes.dtype == np.int8 and raw.frame["id"].cat.codes.dtype == np.int16
    assert list(raw.frame["q1"].cat.categories) == ["1", "2", "3", "4", "5"]
    assert raw.frame["id"].tolist() == [str(n) for n in range(1000)]
    assert (raw.labels, raw.values, raw.user_missing) == ({}, {}, {})


@given(st.lists(st.lists(st.sampled_from(["", " ", "4", " 4", "4 ", "5", "不知道", "\u3000x"]), min_size=3, max_size=3),
                min_size=1, max_size=60), st.integers(1, 9))
def test_blocks_do_not_show(rows: list[list[str]], size: int) -> None:
    table = columns.Gathered(["a", "b", "c"], shown="r.csv")
    table._most = size
    for line, row in enumerate(rows, start=2):
        table.add(row, line)
    kept = [(line, row) for line, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    if not kept:
        with pytest.raises(DataError):
            table.finish("r.csv")
        return
    frame, lines = table.finish("r.csv")
    assert frame.to_numpy(dtype=object).tolist() == [[cell.strip() for cell in row] for _, row in kept]
    assert lines.tolist() == [line for line, _ in kept] and table.blank_rows == len(rows) - len(kept)
    for name in frame:
        assert set(frame[name].cat.categories) == set(frame[name])


def test_codes_of_both_kinds_of_column() -> None:
    plain = pd.Series(["b", "", "b"], dtype=object)
    for column in (plain, plain.astype("category")):
        codes, texts = reading.codes_of(column)
        assert [texts[code] for code in codes] == ["b", "", "b"]


def test_a_long_line_is_refused_and_not_held(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(text, "LONGEST_LINE", 100_000)
    file = put(tmp_path, b"id,q1\n1," + b"5" * 30_000_000 + b"\n")
    tracemalloc.start()
    assert refused(file) == ("reading.long_line", "r.csv, line 2")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_quotation_mark_that_is_never_closed_is_not_read_to_the_end(tmp_path: Path) -> None:
    file = put(tmp_path, 'id,q1\n1,"2\n' + "3,4\n" * 400_000)
    assert refused(file) == ("reading.quotes", "r.csv, line 2")


@pytest.mark.parametrize(("content", "id", "line"), [
    (b"id,q1\n1,2\n2,\0\0\n", "reading.nul", 3), (b"id,q1\n1,2\n" + b"\0" * 5000, "reading.nul", 3),
    (b"id,q\0001\n1,2\n", "reading.nul", 1),
    ("id,q1\n1,2\n".encode("utf-16-le"), "reading.nul_wide", 1),
    ("id,q1\n1,2\n".encode("utf-16-be"), "reading.nul_wide", 1),
])
def test_nul_characters(content: bytes, id: str, line: int, tmp_path: Path) -> None:
    assert refused(put(tmp_path, content)) == (id, f"r.csv, line {line}")


def test_what_the_refusal_of_nul_advises_reads_the_file(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        file = put(tmp_path, "编号,q1\n1,2\n".encode(encoding))
        with pytest.raises(DataError) as raised:
            reading.read(put(tmp_path, "id,q1\n1,2\n".encode(encoding), "other.csv"))
        assert raised.value.problems[0].values["encoding"] == encoding
        assert cells(reading.read(file, encoding=encoding)) == {"编号": ["1"], "q1": ["2"]}


def test_marks_in_the_middle_are_taken_off_and_told(tmp_path: Path) -> None:
    mark = codecs.BOM_UTF8
    raw = reading.read(put(tmp_path, mark + b"id,q1\n1,2\n" + mark + b"2,3\n3," + mark + b"4\n"))
    assert cells(raw) == {"id": ["1", "2", "3"], "q1": ["2", "3", "4"]} and raw.how.marks == 2
    assert reading.read(put(tmp_path, mark + b"id,q1\n1,2\n", "one.csv")).how.marks == 0


@pytest.mark.parametrize(("content", "decimal"), [
    ("id;q1\n1;2,5\n2;3\n", ","), ("id\tq1\n1\t2,5\n", ","), ("id;q1\n1;2,5\n2;3.5\n", "."), ("id;q1\n1;2\n", "."),
    ('id,q1\n1,"2,5"\n', "."), ("id;q1\n1;1,234\n", "."), ("id;q1\n1;1,234\n2;0,5\n", ","), ("id;q1\n1;a,b\n", "."),
])
def test_the_decimal_sign_is_found(content: str, decimal: str, tmp_path: Path) -> None:
    assert reading.read(put(tmp_path, content)).how.decimal == decimal


def test_a_header_with_line_breaks_and_tabs_has_a_name_that_can_be_declared(tmp_path: Path) -> None:
    raw = reading.read(put(tmp_path, '" id ","How safe\r\n are you?","a\tb"\n1,2,3\n'), columns=["How safe are you?",
                                                                                              "a\tb"])
    assert raw.columns == ("id", "How safe are you?", "a b")
    assert cells(raw) == {"How safe are you?": ["2"], "a b": ["3"]} and raw.lines.tolist() == [3]


def test_header_and_lines_that_are_no_data_are_declared(tmp_path: Path) -> None:
    content = "Survey 2026\n\nid,q1,q2\n,points,points\n1,2,3\n2,4,5\nTotal,6,8\n"
    raw = reading.read(put(tmp_path, content), header=3, skip=[4, 7])
    assert cells(raw) == {"id": ["1", "2"], "q1": ["2", "4"], "q2": ["3", "5"]}
    assert (raw.how.header, raw.how.skipped, raw.lines.tolist()) == (3, 2, [5, 6])
    assert refused(put(tmp_path, content, "b.csv"), header=3, skip=[9]) == ("reading.skip_beyond", "b.csv")
    assert refused(put(tmp_path, content, "c.csv"), header=2) == ("reading.header_line", "c.csv")
    assert refused(put(tmp_path, content, "d.csv"), header=40) == ("reading.header_line", "d.csv")


@pytest.mark.parametrize("content", ["Survey 2026\nid,q1,q2\n1,2,3\n", "Survey 2026,,\nid,q1,q2\n1,2,3\n"])
def test_a_title_above_the_header_is_recognized(content: str, tmp_path: Path) -> None:
    file = put(tmp_path, content)
    assert refused(file) == ("reading.title", "r.csv, line 2")
    assert cells(reading.read(file, header=2)) == {"id": ["1"], "q1": ["2"], "q2": ["3"]}


def test_names_of_rows_are_no_title(tmp_path: Path) -> None:
    assert cells(reading.read(put(tmp_path, ",q1\n1,5\n2,4\n"))) == {"q1": ["5", "4"]}
    assert cells(reading.read(put(tmp_path, "q1,,\n5,x,\n"))) == {"q1": ["5"]}


def test_many_columns(tmp_path: Path) -> None:
    names = ",".join(f"q{n}" for n in range(10_000))
    raw = reading.read(put(tmp_path, names + "\n" + (",".join(["4"] * 10_000) + "\n") * 3), columns=["q9999"])
    assert len(raw.columns) == 10_000 and cells(raw) == {"q9999": ["4"] * 3}
    assert refused(put(tmp_path, "a," * 130_000 + "\n" + "1," * 130_000, "w.csv"))[0] == "reading.wide"
    with pytest.raises(DataError) as raised:
        reading.read(put(tmp_path, ",".join(f"q{n // 2}" for n in range(100)) + "\n", "t.csv"))
    assert [problem.id for problem in raised.value.problems] == ["reading.column_twice"] * 8 + [
        "reading.columns_twice_more"]


def test_json_lines(tmp_path: Path) -> None:
    lines = [{"id": 1, "q1": 4.0, "ok": True}, {"id": 2, "q1": None, "late": "x"}, {"id": None},
             {"id": 3.25, "q1": " 5 ", "ok": False}]
    content = "\n\n".join(json.dumps(line) for line in lines)
    for name in ("r.jsonl", "r.ndjson"):
        raw = reading.read(put(tmp_path, content, name))
        assert cells(raw) == {"id": ["1", "2", "3.25"], "q1": ["4", "", "5"], "ok": ["TRUE", "", "FALSE"],
                              "late": ["", "x", ""]}
        assert (raw.how.format, raw.how.blank_rows, raw.lines.tolist()) == ("jsonl", 1, [1, 3, 7])
    assert cells(reading.read(tmp_path / "r.jsonl", columns=["late"], skip=[1])) == {"late": ["x", ""]}


@pytest.mark.parametrize(("line", "id"), [
    ("{", "no_json"), ('{"id": NaN}', "no_json"), ("[1]", "no_object"), ("3", "no_object"),
    ('{"id": [1]}', "nested"), ('{"id": {"a": 1}}', "nested"), ('{"id": 1, "id": 2}', "key_twice"),
    ("[" * 100_000, "no_json"),
])
def test_lines_that_are_no_record(line: str, id: str, tmp_path: Path) -> None:
    assert refused(put(tmp_path, '{"id": 1}\n' + line + "\n", "r.jsonl")) == (f"reading.{id}", "r.jsonl, line 2")


def test_parquet(tmp_path: Path) -> None:
    day = datetime.datetime(2026, 5, 1)
    table = polars.DataFrame({
        "id": [2**60 + 1, None, None, 3], "q1": [4.0, float("nan"), None, 2.5], "ok": [True, None, None, False],
        "text": [" x ", "", None, "不知道"], "when": [day, None, None, day.replace(hour=9)],
        "day": [day.date(), None, None, None], "small": polars.Series([1, None, None, 2.1], dtype=polars.Float32),
        "exact": polars.Series(["1.50", None, None, "2"]).cast(polars.Decimal(10, 2)),
        "kind": polars.Series(["a", None, None, "b"], dtype=polars.Enum(["b", "a", "unused"])),
        "note": [None, "late", None, None]})
    file = tmp_path / "r.parquet"
    table.write_parquet(file)
    raw = reading.read(file)
    assert cells(raw) == {
        "id": [str(2**60 + 1), "", "3"], "q1": ["4", "", "2.5"], "ok": ["TRUE", "", "FALSE"],
        "text": ["x", "", "不知道"], "when": ["2026-05-01", "", "2026-05-01T09:00:00"], "day": ["2026-05-01", "", ""],
        "small": ["1", "", "2.1"], "exact": ["1.5", "", "2"], "kind": ["a", "", "b"], "note": ["", "late", ""]}
    assert (raw.how.format, raw.how.blank_rows, raw.lines.tolist()) == ("parquet", 1, [1, 2, 4])
    few = reading.read(file, columns=["q1"], skip=[4])
    assert cells(few) == {"q1": ["4", ""]} and few.how.skipped == 1 and few.columns == raw.columns
    assert "2.5" not in few.frame["q1"].cat.categories


def test_parquet_files_that_are_none(tmp_path: Path) -> None:
    assert refused(put(tmp_path, "PAR1 and no more", "r.parquet"))[0] == "reading.no_parquet"
    assert refused(put(tmp_path, "", "e.parquet"))[0] == "reading.no_parquet"
    polars.DataFrame({"id": [1], "list": [[1, 2]]}).write_parquet(tmp_path / "n.parquet")
    assert refused(tmp_path / "n.parquet")[0] == "reading.nested"
    assert cells(reading.read(tmp_path / "n.parquet", columns=["id"])) == {"id": ["1"]}
    polars.DataFrame({"id": []}).write_parquet(tmp_path / "o.parquet")
    assert refused(tmp_path / "o.parquet")[0] == "reading.no_rows"
    polars.DataFrame({"id": [1]}).write_parquet(tmp_path / "s.parquet")
    assert refused(tmp_path / "s.parquet", skip=[2])[0] == "reading.skip_beyond"


def test_an_unchanged_file_is_read_once(tmp_path: Path, monkeypatch) -> None:
    file = put(tmp_path, "id,q1,q2\n1,2,3\n")
    monkeypatch.setattr(recent, "_SETTLED", -(10**18))
    recent.forget()
    first = reading.read(file, columns=["id", "q1"])
    first.frame["q1"] = "changed by who asked"
    with monkeypatch.context() as held:
        held.setattr(Path, "open", lambda *_: pytest.fail("read again"))
        assert cells(reading.read(file, columns=["q1"])) == {"q1": ["2"]}
    assert cells(reading.read(file, columns=["q2"])) == {"q2": ["3"]}
    file.write_text("id,q1,q2\n1,2,34\n", encoding="utf-8")
    assert cells(reading.read(file, columns=["q2"])) == {"q2": ["34"]}
    recent.forget()


def test_a_file_that_was_just_written_is_not_trusted_to_its_clock(tmp_path: Path) -> None:
    file = put(tmp_path, "id,q1\n1,2\n")
    assert recent.key(file) == () or time.time_ns() - file.stat().st_mtime_ns > 2e9
    reading.read(file)
    put(tmp_path, "id,q1\n1,3\n")
    assert cells(reading.read(file))["q1"] == ["3"]
