"""One workbook of numbers, and a manifest that notices every change."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from openpyxl import load_workbook

from helpers.errors import RunError
from helpers.report import Page, verify, write_manifest, write_workbook


@pytest.fixture
def report(page, executed, output, reliability):
    page.table("reliability", reliability)
    page.table("screening", pd.DataFrame({"rule": ["=1+1", "bell\x07"], "respondents": [3, 4], "share": [0.5, None],
                                          "action": ["=~", "-"]}))
    page.table("a_name_that_is_longer_than_a_sheet_may_be", reliability)
    page.table("a_name_that_is_longer_than_a_sheet_may_be_too", reliability)
    executed("02_reliability")
    return output


def test_numbers_are_numbers_and_captions_stand_above(report):
    book = load_workbook(write_workbook(report, language="en"))
    sheet = book["02 reliability"]
    assert sheet["A1"].value == "Table 2.1"
    assert "Synthetic data" in sheet["A3"].value
    assert [cell.value for cell in sheet[4]][:3] == ["Construct", "Items", "n"]
    assert [cell.value for cell in sheet[5]][:2] == ["construct", "k"]
    assert sheet["D6"].value == 0.8123456789012345
    assert sheet["D6"].number_format == ".000"
    assert sheet["F7"].value is None


def test_no_cell_is_a_formula(report):
    book = load_workbook(write_workbook(report, language="en"))
    assert book["02 screening"]["A6"].value == "'=1+1"
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}


def test_sheet_names_fit_and_differ(report):
    names = load_workbook(write_workbook(report, language="en")).sheetnames
    assert len({name.lower() for name in names}) == len(names) == 5
    assert max(map(len, names)) <= 31


def test_the_list_of_contents_leads_to_every_sheet(report):
    book = load_workbook(write_workbook(report, language="en"))
    targets = [row[1].hyperlink.location for row in book["Contents"].iter_rows(min_row=4)]
    assert [target.split("!")[0].strip("'") for target in targets] == book.sheetnames[1:]


def test_equal_tables_make_equal_bytes(report):
    first = write_workbook(report, language="en").read_bytes()
    assert write_workbook(report, language="en").read_bytes() == first


def test_the_manifest_notices_every_change(report, declared):
    write_manifest(report, declared, language="en", parameters={}, notebooks=[])
    assert verify(report).empty
    table = report / "tables" / "02_reliability"
    (table / "reliability.csv").write_text("construct\n", encoding="utf-8")
    (table / "screening.csv").unlink()
    (report / "notes.txt").write_text("mine", encoding="utf-8")
    assert verify(report).to_numpy().tolist() == [
        ["notes.txt", "extra"], ["tables/02_reliability/reliability.csv", "changed"],
        ["tables/02_reliability/screening.csv", "missing"]]


def test_the_manifest_says_what_the_report_was_made_from(report, declared):
    given = [{"name": "02_reliability", "status": "done", "key": "abc", "seconds": 2.5}]
    file = write_manifest(report, declared, language="en", parameters={"seed": 3}, notebooks=given)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [entry["file"] for entry in told["inputs"]] == ["study.yml"]
    assert len(told["inputs"][0]["sha256"]) == 64
    assert told["parameters"] == {"seed": 3}
    assert told["notebooks"][0]["tables"][-1] == "screening"
    assert told["versions"]["numpy"].count(".") >= 1
    assert str(declared.folder) not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"files": 3}'])
def test_a_folder_without_a_readable_manifest_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json"):
        verify(tmp_path)


def test_chinese_labels_reach_the_workbook(declared, shown, executed, output, reliability):
    Page(declared, "02_reliability", output=output, language="zh").table("reliability", reliability)
    executed("02_reliability")
    sheet = load_workbook(write_workbook(output, language="zh"))["02 reliability"]
    assert sheet["A4"].value == "构念"
    assert "合成数据" in sheet["A3"].value
