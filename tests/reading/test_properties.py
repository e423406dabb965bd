"""Whatever bytes a file holds, it is read or refused in a sentence; whatever a table holds comes back."""

from __future__ import annotations

import csv
import functools
import io
import tempfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import polars
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import reading
from helpers.errors import DataError
from helpers.reading.columns import stripped

TABLE = pd.DataFrame({"id": np.arange(1.0, 31), "q1": np.tile([1.0, 2.0, 5.0], 10), "city": ["北京", "上海", "x"] * 10})
KINDS = ["r.sav", "r.zsav", "r.dta", "r.xlsx", "r.parquet", "r.csv", "r.jsonl"]


@functools.cache
def whole(name: str) -> bytes:
    """Content of a sound file of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        if name == "r.dta":
            pyreadstat.write_dta(TABLE, file, variable_value_labels={"q1": {1: "no", 5: "yes"}})
        elif name.endswith("sav"):
            pyreadstat.write_sav(TABLE, file, compress=name == "r.zsav", missing_ranges={"q1": [{"lo": 4, "hi": 9}]})
        elif name == "r.xlsx":
            TABLE.to_excel(file, index=False)
        elif name == "r.parquet":
            polars.DataFrame(TABLE.to_dict("list")).write_parquet(file)
        elif name == "r.csv":
            TABLE.to_csv(file, index=False, encoding="utf-8")
        else:
            TABLE.to_json(file, orient="records", lines=True, force_ascii=False)
        return file.read_bytes()


def read_or_refuse(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            raw = reading.read(file)
        except DataError as error:
            assert all(problem.where.startswith(name) and problem.sentence("zh") for problem in error.problems)
        else:
            assert len(raw.frame) == len(raw.lines) > 0
            assert not raw.frame.isna().any(axis=None)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(whole(name))
    places = st.integers(0, len(content) - 1) | st.integers(0, min(200, len(content) - 1))
    # A Parquet file is only cut: polars ends the process where the length of a page is damaged.
    most = 0 if name == "r.parquet" else 6
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=most)):
        content[place] = byte
    cut = data.draw(st.none() | st.integers(0, len(content)))
    read_or_refuse(name, bytes(content[:cut]))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=25)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    read_or_refuse(name, content)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8)


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), sign=st.sampled_from(",;\t|"),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]))
def test_what_is_written_as_text_comes_back(rows: list[tuple[str, str]], sign: str, encoding: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=sign, quoting=csv.QUOTE_ALL).writerows([("id", "a", "b"), *(
        (at, *row) for at, row in enumerate(rows))])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "r.csv"
        file.write_bytes(stream.getvalue().encode(encoding))
        raw = reading.read(file, encoding=encoding if encoding == "gb18030" else "")
    assert raw.frame["a"].tolist() == [stripped(row[0]) for row in rows]
    assert raw.frame["b"].tolist() == [stripped(row[1]) for row in rows]


NUMBERS = st.none() | st.integers(-10**9, 10**9).map(float) | st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


@pytest.mark.parametrize("name", ["r.sav", "r.dta", "r.xlsx", "r.parquet"])
@settings(max_examples=25)
@given(column=st.lists(NUMBERS, min_size=1, max_size=12))
def test_numbers_mean_the_same_in_every_format(name: str, column: list[float | None]) -> None:
    table = pd.DataFrame({"id": np.arange(float(len(column))), "q1": np.array(column, dtype=float)})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        if name == "r.xlsx":
            book = openpyxl.Workbook()
            for row in [("id", "q1"), *zip(table["id"], column, strict=True)]:
                book.active.append(row)
            book.save(file)
        elif name == "r.parquet":
            polars.DataFrame({"id": table["id"].to_list(), "q1": column}, schema_overrides={
                "q1": polars.Float64}).write_parquet(file)
        else:
            (pyreadstat.write_dta if name == "r.dta" else pyreadstat.write_sav)(table, file)
        found = reading.read(file).frame["q1"].tolist()
    assert [None if text == "" else float(text) for text in found] == column
    assert not any("." in text for text, value in zip(found, column, strict=True) if value and value == int(value))
