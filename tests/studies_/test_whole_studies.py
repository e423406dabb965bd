"""Two small studies that must load: the least that can be declared, and a Chinese export with answers in words."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from helpers import studies, survey


@pytest.fixture(scope="module")
def minimal(project_root: Path):
    return studies.load(project_root / "tests" / "studies" / "minimal_ok")


@pytest.fixture(scope="module")
def chinese(project_root: Path):
    return studies.load(project_root / "tests" / "studies" / "gb18030_ok")


def test_minimal_study_gets_defaults_and_a_complete_model(minimal) -> None:
    assert minimal.title == {"en": "Trust in my insurer"}
    assert (minimal.languages, minimal.smallest_cell, minimal.synthetic) == (("en", "zh"), 5, False)
    assert minimal.model.splitlines()[:3] == ["security =~ q1 + q2 + q3 + q4", "satisfaction =~ q5 + q6 + q8",
                                              "loyalty =~ q9 + q10 + q11"]
    assert [line.replace(" ", "") for line in minimal.model.strip().splitlines()[3:]] == [
        "satisfaction~security", "loyalty~satisfaction+security"]


def test_minimal_study_reads_codes_and_turns_the_reversed_item_around(minimal) -> None:
    answers = survey.load(minimal)
    raw = pd.read_csv(minimal.responses.file, encoding="utf-8")
    assert list(answers.scores) == ["q1", "q2", "q3", "q4", "q5", "q6", "q8", "q9", "q10", "q11"]
    assert (answers.scores["q10"] == 6 - raw["q10"]).all()
    missing = answers.missing.set_index("item")["missing"]
    assert missing[missing > 0].to_dict() == {"q3": 1, "q5": 1, "q9": 1}  # 99, 99 and an empty cell
    assert answers.scores["q9"].corr(answers.scores["q10"]) > 0.3 > raw["q9"].corr(raw["q10"])


def test_chinese_export_is_read_in_its_encoding_by_its_headers(chinese) -> None:
    answers = survey.load(chinese)
    assert answers.how.encoding.lower() == "gb18030"
    assert chinese.items["inf1"].column == "1、我的个人信息交给这家公司是安全的。"
    assert chinese.labels("en")["inf1"] == "My personal data are in safe hands with this insurer."
    assert answers.groups["您投保的公司"].cat.categories.tolist() == ["甲公司", "乙公司", "丙公司"]
    assert chinese.groups["您投保的公司"].reference == "乙公司"


def test_answers_in_words_become_their_codes(chinese) -> None:
    code = {"非常不同意": 1, "不同意": 2, "一般": 3, "同意": 4, "非常同意": 5}
    with chinese.responses.file.open(encoding="gb18030", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = survey.load(chinese).scores
    for name, item in chinese.items.items():
        written = pd.Series([code.get(row[item.column]) for row in rows], dtype=float)
        expected = 6 - written if name == "tr3" else written
        pd.testing.assert_series_equal(scores[name], expected, check_names=False)
    assert scores.isna().sum().to_dict() == {"inf1": 0, "inf2": 1, "inf3": 0, "tr1": 0, "tr2": 1, "tr3": 0}
