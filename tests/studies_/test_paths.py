"""A study reads nothing but its own folder, whatever its study.yml says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from helpers import studies
from helpers.errors import HelpersError

STUDY = """\
title: Trust
data:
  responses: {{file: {file}}}
  codebook: {codebook}
scale: {{min: 1, max: 5}}
constructs:
  trust: {{items: q1..q3}}
"""
LEAD_OUT = ["../secret.csv", "raw/../../secret.csv", "/etc/passwd", "./../secret.csv", "raw/./../../secret.csv"]
NO_PATH = ["C:/secret.csv", "C:secret.csv", "\\\\server\\share\\secret.csv", "//server/share/secret.csv",
           "..\\secret.csv", "~/secret.csv", "~root/secret.csv", "https://example.org/secret.csv",
           "file:///etc/passwd", "raw/r\0.csv"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "study" / "raw").mkdir(parents=True)
    for file in (tmp_path / "secret.csv", tmp_path / "study" / "raw" / "r.csv"):
        file.write_text("id,q1,q2,q3\n1,2,3,4\n", encoding="utf-8")
    (tmp_path / "study" / "codebook.csv").write_text("item\nq1\n", encoding="utf-8")
    return tmp_path / "study"


def refused(folder: Path, file: str = "raw/r.csv", codebook: str = "codebook.csv") -> str:
    text = STUDY.format(file=json.dumps(file), codebook=json.dumps(codebook))
    (folder / "study.yml").write_text(text, encoding="utf-8")
    with pytest.raises(HelpersError) as raised:
        studies.load(folder)
    (problem,) = raised.value.problems
    assert "secret" not in problem.where
    return problem.id


SEVERAL = {
    "join": "data: {{responses: {{file: raw/r.csv, respondent: id, join: {path}}}}}",
    "join's file": "data: {{responses: {{file: raw/r.csv, respondent: id, join: [{{file: {path}, by: id}}]}}}}",
    "waves": "data: {{responses: {{waves: {{1: raw/r.csv, 2: {path}}}}}}}\nwave: {{column: w, order: [1, 2]}}",
}


@pytest.mark.parametrize("path", [*LEAD_OUT, *NO_PATH])
@pytest.mark.parametrize("key", SEVERAL)
def test_no_further_file_leads_out_of_the_study(path: str, key: str, folder: Path) -> None:
    text = "title: T\nscale: {min: 1, max: 5}\nconstructs: {trust: {items: q1..q3}}\n"
    (folder / "study.yml").write_text(text + SEVERAL[key].format(path=json.dumps(path)), encoding="utf-8")
    with pytest.raises(HelpersError) as raised:
        studies.load(folder)
    (problem,) = raised.value.problems
    assert problem.id in ("studies.path_outside", "studies.path_form"), problem.sentence()


@pytest.mark.parametrize("path", [*LEAD_OUT, *NO_PATH])
@pytest.mark.parametrize("key", ["file", "codebook"])
def test_no_path_leads_out_of_the_study(path: str, key: str, folder: Path) -> None:
    expected = {"studies.path_outside"} if path in LEAD_OUT else {"studies.path_form", "studies.path_outside"}
    assert refused(folder, **{key: path}) in expected


def test_a_name_that_no_file_can_have(folder: Path) -> None:
    assert refused(folder, "r" * 5000 + ".csv") in {"reading.not_readable", "reading.missing_beside",
                                                    "studies.path_form"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that users do not have")
@pytest.mark.parametrize(("link", "target", "path", "id"), [
    ("raw/link.csv", "../../secret.csv", "raw/link.csv", "studies.path_outside"),
    ("out", "..", "out/secret.csv", "studies.path_outside"),
    ("raw/a.csv", "a.csv", "raw/a.csv", "studies.path_form"),
])
@pytest.mark.parametrize("key", ["file", "codebook"])
def test_no_link_leads_out_of_the_study(link: str, target: str, path: str, id: str, key: str, folder: Path) -> None:
    (folder / link).symlink_to(target)
    assert refused(folder, **{key: path}) == id


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that users do not have")
def test_a_link_inside_the_study_is_followed(folder: Path) -> None:
    (folder / "raw" / "latest.csv").symlink_to("r.csv")
    text = STUDY.format(file="raw/latest.csv", codebook="codebook.csv")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    assert studies.load(folder).responses.shown == "raw/latest.csv"
