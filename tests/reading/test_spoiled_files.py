"""However a data file was spoilt, it ends in the right reading or in one error that says what, where and what to do."""

from __future__ import annotations

import json
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from spoiled import ITEMS, REFUSED, RIGHT, TRUTH, book

from helpers import reading, studies, survey
from helpers.errors import HelpersError

STUDY = """\
title: Spoilt
data:
  responses: {responses}
scale: {{min: 1, max: 5}}
constructs:
  security: {{items: q1..q3}}
  trust:    {{items: q4..q6}}
"""


def loaded(folder: Path, responses: dict) -> survey.Answers:
    responses = {"respondent": "id", **responses}
    text = STUDY.format(responses=json.dumps({key: value for key, value in responses.items() if value != ""}))
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return survey.load(studies.load(folder))


@pytest.mark.parametrize("way", RIGHT)
def test_read_rightly(way: str, tmp_path: Path) -> None:
    responses = RIGHT[way](tmp_path)
    answers = loaded(tmp_path, responses)
    pd.testing.assert_frame_equal(answers.scores[ITEMS], TRUTH)


@pytest.mark.parametrize("way", REFUSED)
def test_refused_in_one_sentence(way: str, tmp_path: Path) -> None:
    make, id, said = REFUSED[way]
    responses = make(tmp_path)
    if responses is None:
        pytest.skip("this system has no such thing")
    with pytest.raises(HelpersError) as raised:
        loaded(tmp_path, responses)
    problems = raised.value.problems
    assert {problem.id for problem in problems} == {id}, raised.value.sentence()
    sentence = problems[0].sentence("en")
    assert responses["file"] in sentence
    assert [part for part in said if part not in sentence] == [], sentence
    assert len(problems[0].sentence("zh")) > 20
    assert len(sentence) < 800 and str(tmp_path) not in sentence.partition(": ")[2]


def test_formatted_rows_do_not_fill_the_memory(tmp_path: Path) -> None:
    book(tmp_path)
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    cells = "".join(f'<c r="{letter}{{0}}" s="1"/>' for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = "".join(f'<row r="{{0}}">{cells}</row>'.format(at) for at in range(100, 10_100)).encode()
    parts[part] = parts[part].replace(b"</sheetData>", rows + b"</sheetData>")
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    reading.read(tmp_path / "r.xlsx", columns=["id"])  # what is imported is not counted
    tracemalloc.start()
    raw = reading.read(tmp_path / "r.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(raw.frame) == len(TRUTH)
    assert peak < 4e6 < 5e6 < len(parts[part])
