"""The front pages lead to everything, and to nothing that is not there."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from helpers import figures
from helpers.errors import DataError
from helpers.report import (
    Page,
    render,
    tidy,
    write_catalogue_of_reports,
    write_index,
    write_manifest,
    write_workbook,
    written,
)


@pytest.fixture
def report(declared, page, executed, output, reliability):
    """A report of two pages: one with results, one with a withheld table."""

    def refuse() -> pd.DataFrame:
        raise DataError("report.not_written", name="x/y")

    page.headline("report.table.title", number="7 & more")
    page.table("reliability", reliability)
    page.table("validity", refuse)
    page.figure("reliability", figures.reliability, reliability)
    page.gates()
    files = [executed("02_reliability")]
    first = Page(declared, "01_survey", output=output, language="en")
    first.table("flow", pd.DataFrame({"step": ["file", "analysed"], "n": [1300, 1234]}))
    files.append(executed("01_survey"))
    for file in files:
        tidy(file)
    render(files, output, language="en")
    write_workbook(output, language="en")
    write_index(output, declared, language="en", parameters={"seed": 1}, not_run={"04_gaps": "No <pairs> declared."})
    write_manifest(output, declared, language="en", parameters={"seed": 1},
                   notebooks=[{"name": "02_reliability", "status": "done", "key": "k", "seconds": 1.0}])
    write_catalogue_of_reports(output.parent)
    return output


def test_every_link_leads_to_a_file(report):
    for page in [*report.glob("*.html"), report.parent / "index.html"]:
        for link in re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), (page.name, link)


def test_the_front_page_shows_n_results_gates_and_what_was_not_run(report):
    html = (report / "index.html").read_text(encoding="utf-8")
    assert "<b>1,234</b>" in html
    assert "Table 7 &amp; more" in html
    assert "■ stop</span> 1 ·" in html
    assert "Table `x/y` is not in this report" in html
    assert "<b>04_gaps</b>" in html
    assert "No &lt;pairs&gt; declared." in html
    assert "Whether <math" in html
    assert html.count("<h1>") == 1
    assert "Pilot (2026)" in html


def test_the_front_page_lists_every_table_and_figure(report):
    html = (report / "index.html").read_text(encoding="utf-8")
    for file in ("tables/02_reliability/reliability.csv", "tables/01_survey/flow.csv",
                 "figures/02_reliability/reliability.svg", "figures/02_reliability/reliability.png", "tables.xlsx"):
        assert f'href="{file}"' in html


def test_the_page_over_all_reports_leaves_out_what_is_not_finished(report):
    for name in ("pilot.failed", ".pilot.staging", "half"):
        (report.parent / name).mkdir()
    for name in ("pilot.failed", ".pilot.staging"):
        (report.parent / name / "manifest.json").write_bytes((report / "manifest.json").read_bytes())
    html = write_catalogue_of_reports(report.parent).read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]+)"', html) == ["pilot/index.html"]
    assert "n = 1,234" in html
    assert "Synthetic data" in html


def test_no_report_yet_is_said_in_both_languages(tmp_path):
    html = write_catalogue_of_reports(tmp_path).read_text(encoding="utf-8")
    assert "No report yet." in html
    assert "尚无报告。" in html


def test_the_summary_reads_what_was_written(report, declared):
    tables = written(declared, output=report)
    assert tables.table("02_reliability/reliability")["alpha"][0] == 0.8123456789012345
    assert tables.headlines()["headline"].tolist() == ["Table 7 & more"]
    assert tables.failed_gates()[["notebook", "gate", "severity"]].to_numpy().tolist() == [
        ["02_reliability", "withheld", "stop"]]


def test_two_tables_stand_side_by_side_without_repeating_a_column(report, declared):
    page = Page(declared, "02_reliability", output=report)
    page.table("validity", pd.DataFrame({"construct": ["loyalty"], "n": [9], "ave": [0.6]}))
    both = ("02_reliability/reliability", "02_reliability/validity")
    side = written(declared, output=report).joined(*both, on="construct")
    assert list(side.columns)[-1] == "ave"
    assert side["n"].tolist() == [1200, 1180]
    assert side["ave"].fillna(-1).tolist() == [-1, 0.6]


def test_the_summary_chooses_columns_and_rows(report, declared):
    chosen = written(declared, output=report).table("02_reliability/reliability", columns="alpha construct",
                                                    rows="loyalty trust")
    assert chosen.to_numpy().tolist() == [[0.7, "loyalty"], [0.8123456789012345, "trust"]]


@pytest.mark.parametrize(("name", "said"), [("02_reliability/none", "no page has written it"),
                                            ("02_reliability/validity", "was withheld")])
def test_what_was_not_written_or_withheld_is_refused(report, declared, name, said):
    with pytest.raises(DataError, match=said):
        written(declared, output=report).table(name)


def test_by_hand_the_last_report_of_the_language_is_read(declared, tmp_path, monkeypatch):
    for name in ("pilot", "pilot.zh"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    inside = tmp_path / "notebooks"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert written(declared).folder == tmp_path / "reports" / "pilot"
    assert written(declared, language="zh").folder == tmp_path / "reports" / "pilot.zh"
