"""SPSS and Stata files become the codes they hold, with their labels and what they declare to be no answer."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from helpers import reading
from helpers.errors import DataError
from helpers.reading import labelled

PEOPLE = pd.DataFrame({
    "q1": [1, 2, 3.5, np.nan, 99, -1], "gender": [1, 2, 1, 2, 9, 1], "city": ["a ", "b", "", "北京", "x", "y"],
    "letter": ["1", "2", "9", "1", "1", "2"], "day": [datetime.date(2025, 3, 4)] * 5 + [None],
    "moment": pd.to_datetime(["2025-01-02 03:04:05"] * 6), "took": [datetime.time(0, 5, 34)] * 6})
LABELS = {"q1": "I feel safe 安全", "gender": "Gender"}
VALUES = {"gender": {1: "Male", 2: "Female", 9: "refused"}, "letter": {"9": "none"}}
MISSING = {"q1": [{"lo": 90, "hi": 99}, -1], "gender": [9], "letter": ["9"]}


def spss(folder: Path, frame: pd.DataFrame = PEOPLE, name: str = "r.sav", **how) -> Path:
    pyreadstat.write_sav(frame, folder / name, **how)
    return folder / name


def stata(folder: Path, frame: pd.DataFrame, name: str = "r.dta", **how) -> Path:
    pyreadstat.write_dta(frame, folder / name, **how)
    return folder / name


def cells(found: reading.Raw) -> dict[str, list[str]]:
    return found.frame.astype(object).to_dict("list")


def refused(file: Path, **how: str) -> str:
    with pytest.raises(DataError) as raised:
        labelled.read(file, **how)
    assert raised.value.problems[0].where == file.name
    assert len(raised.value.sentence("en")) > 40
    return raised.value.problems[0].id


@pytest.mark.parametrize("name", ["r.sav", "r.zsav"])
def test_codes_labels_and_missing_of_spss(name: str, tmp_path: Path) -> None:
    found = labelled.read(spss(tmp_path, name=name, compress=name.endswith("zsav"), column_labels=LABELS,
                               variable_value_labels=VALUES, missing_ranges=MISSING))
    assert cells(found) == {
        "q1": ["1", "2", "3.5", "", "99", "-1"], "gender": ["1", "2", "1", "2", "9", "1"],
        "city": ["a", "b", "", "北京", "x", "y"], "letter": ["1", "2", "9", "1", "1", "2"],
        "day": ["2025-03-04"] * 5 + [""], "moment": ["2025-01-02T03:04:05"] * 6, "took": ["00:05:34"] * 6}
    assert found.labels == LABELS
    assert found.values == {"gender": {"1": "Male", "2": "Female", "9": "refused"}, "letter": {"9": "none"}}
    assert found.user_missing == {"q1": ("-1", "99"), "gender": ("9",), "letter": ("9",)}
    assert (found.how.encoding, found.how.encoding_found_by) == ("utf-8", "file")


def test_extended_missing_values_of_stata(tmp_path: Path) -> None:
    frame = pd.DataFrame({"q1": pd.Series([1.0, 2.0, "a", "z", np.nan, 5.5], dtype=object), "g": [1, 2, 1, 2, 1, 1],
                          "word": ["a", ".a", "z", "b", "c", "d"], "day": [datetime.date(2025, 3, 4)] * 5 + [None],
                          "moment": pd.to_datetime(["2025-01-02 03:04:05"] * 6)})
    found = labelled.read(stata(tmp_path, frame, missing_user_values={"q1": ["a", "z"]}, column_labels={"q1": "Safe"},
                                variable_value_labels={"g": {1: "Male", 2: "Female"}}))
    assert cells(found) == {"q1": ["1", "2", ".a", ".z", "", "5.5"], "g": ["1", "2", "1", "2", "1", "1"],
                            "word": ["a", ".a", "z", "b", "c", "d"], "day": ["2025-03-04"] * 5 + [""],
                            "moment": ["2025-01-02T03:04:05"] * 6}
    assert found.user_missing == {"q1": (".a", ".z")}  # and not the texts of `word`
    assert found.labels == {"q1": "Safe"} and found.values == {"g": {"1": "Male", "2": "Female"}}


def test_numbers_of_single_precision_are_those_that_were_typed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"f": np.array([1.1, 2.0, 0.3], dtype=np.float32), "d": [1.1, 1e-4, 123456789012.0]})
    frame.to_stata(tmp_path / "r.dta", write_index=False)
    assert cells(labelled.read(tmp_path / "r.dta")) == {"f": ["1.1", "2", "0.3"], "d": ["1.1", "0.0001",
                                                                                       "123456789012"]}


def test_dates_before_1582_and_beyond_9999_stay_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"day": [1e12, 13960425600.0]})
    found = labelled.read(spss(tmp_path, frame, variable_format={"day": "DATE11"}))
    assert cells(found)["day"] == ["1000000000000", "2025-03-04"]


@pytest.mark.parametrize("name", ["r.sav", "r.dta"])
def test_passes_give_what_one_pass_gives(name: str, tmp_path: Path, monkeypatch) -> None:
    frame = pd.DataFrame({"q1": [float(at % 7) for at in range(300)], "city": [f"c{at % 200}" for at in range(300)]})
    file = spss(tmp_path, frame) if name == "r.sav" else stata(tmp_path, frame)
    whole = labelled.read(file)
    monkeypatch.setattr(labelled, "CELLS_AT_ONCE", 2 * 77)
    parts = labelled.read(file)
    pd.testing.assert_frame_equal(parts.frame, whole.frame)
    assert whole.frame["q1"].tolist() == [str(at % 7) for at in range(300)]
    assert whole.frame["q1"].cat.codes.dtype == np.int8


def test_wanted_columns_and_none(tmp_path: Path) -> None:
    file = spss(tmp_path)
    found = labelled.read(file, columns={"gender", "absent"})
    assert list(found.frame) == ["gender"] and found.columns == tuple(PEOPLE)
    assert labelled.read(file, columns=()).frame.shape == (6, 0)


def chinese(content: bytes, codec: str) -> bytes:
    """Write Chinese over the letters that stand for it, in as many bytes."""
    for letters, text in ((b"ABCD", "北京"), (b"EFGH", "满意"), (b"IJKL", "同意")):
        assert letters in content
        content = content.replace(letters, text.encode(codec))
    return content


PLAIN = pd.DataFrame({"q1": [1.0, 2.0], "s": ["ABCD", "x"]})
SPOKEN = {"column_labels": {"q1": "EFGH"}, "variable_value_labels": {"q1": {1: "IJKL"}}}


@pytest.mark.parametrize(("page", "named", "declared", "found"), [
    (936, "", "", ("gb18030", "file")), (2, "", "", ("gb18030", "gb18030")), (2, "GBK", "", ("gb18030", "file")),
    (65001, "UTF-8", "gb18030", ("gb18030", "declared")), (1252, "", "gbk", ("gbk", "declared")),
])
def test_chinese_of_old_spss_files(page: int, named: str, declared: str, found: tuple[str, str],
                                   tmp_path: Path) -> None:
    file = spss(tmp_path, PLAIN, **SPOKEN)
    content = chinese(file.read_bytes(), "gbk").replace(struct.pack("<i", 65001), struct.pack("<i", page))
    record = struct.pack("<iiii", 7, 20, 1, 5) + b"UTF-8"
    assert record in content
    other = struct.pack("<iiii", 7, 20 if named else 99, 1, 5) + named.encode().ljust(5, b"\0")
    file.write_bytes(content.replace(record, other))
    read = labelled.read(file, encoding=declared)
    assert (read.how.encoding, read.how.encoding_found_by) == found
    assert read.frame["s"].tolist() == ["北京", "x"]
    assert read.labels == {"q1": "满意"} and read.values == {"q1": {"1": "同意"}}


@pytest.mark.parametrize("version", [8, 10, 13])
def test_chinese_of_old_stata_files(version: int, tmp_path: Path) -> None:
    file = stata(tmp_path, PLAIN, version=version, **SPOKEN)
    file.write_bytes(chinese(file.read_bytes(), "gbk"))
    read = labelled.read(file)
    assert (read.how.encoding, read.how.encoding_found_by) == ("gb18030", "gb18030")
    assert read.frame["s"].tolist() == ["北京", "x"]
    assert read.labels == {"q1": "满意"} and read.values == {"q1": {"1": "同意"}}


def test_encodings_that_are_not_those_of_the_file(tmp_path: Path) -> None:
    file = stata(tmp_path, PLAIN, version=15, **SPOKEN)
    assert refused(file, encoding="utf-88") == "reading.encoding_unknown"
    assert refused(file, encoding="base64") == "reading.encoding_wrong"
    file.write_bytes(chinese(file.read_bytes(), "gbk"))
    assert refused(file) == "reading.encoding_stated"  # since release 118 it is UTF-8
    assert refused(file, encoding="ascii") == "reading.encoding_wrong"
    old = stata(tmp_path, PLAIN, name="old.dta", version=13)
    old.write_bytes(old.read_bytes().replace(b"ABCD", b"AB\xe9\x20"))
    assert refused(old) == "reading.undecodable"
    assert labelled.read(old, encoding="cp1252").frame["s"].tolist() == ["ABé", "x"]


@pytest.mark.parametrize("name", ["r.sav", "r.zsav", "r.dta"])
@pytest.mark.parametrize("left", [0, 4, 150, .5, .9])
def test_cut_off_files(name: str, left: float, tmp_path: Path) -> None:
    frame = pd.DataFrame({f"q{at}": np.arange(50.0) for at in range(5)})
    file = stata(tmp_path, frame) if name == "r.dta" else spss(tmp_path, frame, name, compress=name == "r.zsav")
    content = file.read_bytes()
    file.write_bytes(content[:int(left * len(content)) if 0 < left < 1 else int(left)])
    assert refused(file) == "reading.damaged"


@pytest.mark.parametrize("name", ["r.sav", "r.dta"])
def test_something_else_under_the_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"id,q1\n1,2\n" * 50)
    assert refused(tmp_path / name) == "reading.damaged"
