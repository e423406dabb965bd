"""A page shows, withholds, captions and saves; only it catches a refusal."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import figures
from helpers.errors import Check, DataError, ModelError, RunError
from helpers.report import Page, Withheld
from helpers.studies.assertions import Criterion


class Fit:
    """A result that went through gates."""

    def __init__(self, *, passed: bool) -> None:
        self.checks = (Check("nobs", "stop", passed, {}),)


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the gate of these tests its sentences."""
    from helpers import words

    made = {f"gate.nobs{part}": {"en": f"nobs{part}", "zh": f"样本{part}"}
            for part in ("", ".found", ".passed", ".criterion", ".source", ".advice")}
    known = words.catalogue() | made
    monkeypatch.setattr(words, "catalogue", lambda: known)


def refuse(*_: object, **__: object) -> pd.DataFrame:
    raise DataError("report.not_written", where="raw/a.csv", name="x/y")


def test_a_table_is_returned_unrounded_and_written_in_full_precision(page, output, reliability):
    back = page.table("reliability", lambda: reliability)
    assert back is reliability
    file = output / "tables" / "02_reliability" / "reliability.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfconstruct,k,n,alpha,alpha.ci.lower,alpha.ci.upper\ntrust,2,1200,")
    assert "0.8123456789012345" in file.read_text(encoding="utf-8-sig")


def test_a_table_is_shown_with_number_caption_labels_and_interval(page, shown, reliability):
    page.table("reliability", lambda *, conf_level=0.9: reliability, conf_level=0.95)
    html = shown[-1][0]["text/html"]
    assert "<b>Table 2.1</b>" in html
    assert "<td>Trust</td>" in html
    assert ">95% CI (Feldt)</th>" in html
    assert "[.790, .830]" in html
    assert shown[-1][1].rows == 2


def test_what_only_the_file_holds_is_not_printed_and_small_loadings_leave_their_cell_empty(page, shown, output):
    table = pd.DataFrame({"item": ["tr1", "tr2"], "F1": [0.71234, 0.12345], "u": [0.4, 0.6]})
    table.attrs |= {"not_printed": ["u"], "blank_below": {"F1": 0.30}}
    page.table("pattern", table)
    html = shown[-1][0]["text/html"]
    assert ".712" in html and ".123" not in html and "<th scope=\"col\">u</th>" not in html and ">.400<" not in html
    saved = pd.read_csv(output / "tables" / "02_reliability" / "pattern.csv", encoding="utf-8-sig")
    assert saved.to_dict("list") == table.to_dict("list")


def test_numbers_of_tables_stay_when_a_cell_is_run_again(page, shown, reliability):
    for name in ("reliability", "validity", "reliability"):
        page.table(name, reliability)
    assert [record.title for _, record in shown if record.kind == "table"] == ["Table 2.1", "Table 2.2", "Table 2.1"]


def test_without_output_nothing_is_written(declared, shown, tmp_path, reliability):
    before = sorted(tmp_path.rglob("*"))
    page = Page(declared, "02_reliability")
    page.table("reliability", reliability)
    page.figure("reliability", figures.reliability, reliability)
    page.gates()
    assert sorted(tmp_path.rglob("*")) == before
    assert page.language == "en"


def test_a_refusal_becomes_a_box_an_empty_table_and_a_row_of_the_gates(page, shown, output):
    value = page.table("validity", refuse)
    assert isinstance(value, Withheld)
    assert "raw/a.csv: Table `x/y` is not in this report" in shown[-1][0]["text/html"]
    kept = (output / "tables" / "02_reliability" / "validity.csv").read_text(encoding="utf-8-sig")
    assert kept == "construct,cr,ave,max.htmt\n,,,\n"
    gates = page.gates()
    assert gates[["gate", "severity", "passed"]].to_numpy().tolist() == [["withheld", "stop", False]]
    assert "raw/a.csv" in gates["found"][0]


def test_whatever_takes_a_withheld_result_is_withheld_with_the_first_reason(page, shown):
    fit = page.run(refuse)
    parameters = page.table("parameters", lambda fit: fit.parameters, fit)
    page.figure("paths", figures.paths, fit.parameters, fit.r2)
    third = page.table("third", lambda **kwargs: kwargs, later=[parameters])
    assert isinstance(parameters, Withheld)
    assert isinstance(third, Withheld)
    assert third.reason.count("rests on") == 1
    assert "x/y" in third.reason
    assert len(page.gates()) == 4


def test_what_is_not_part_of_the_study_is_left_out_where_the_source_can_do_without(page):
    def table(fit, ratios=None, *, level=0.95):
        return pd.DataFrame({"fit": [fit], "ratios": [ratios is None], "level": [level]})

    undeclared, failed = Withheld("ratios", "one scale", severity="info"), Withheld("ratios", "singular")
    assert page.table("validity", table, 1, undeclared)["ratios"].tolist() == [True]
    assert page.table("again", table, 1, ratios=undeclared, level=0.9)["level"].tolist() == [0.9]
    assert isinstance(page.table("needed", table, undeclared), Withheld)
    assert isinstance(page.table("failed", table, 1, failed), Withheld)


@pytest.mark.parametrize("passed", [True, False])
def test_criteria_are_not_held_against_what_failed_a_stop(page, passed, monkeypatch):
    criteria = {"cfi": Criterion(at_least=0.95, source="Hu & Bentler (1999)")}
    monkeypatch.setattr(type(page._study), "criteria", criteria, raising=False)
    table = page.table("measurement_fit", lambda fit: pd.DataFrame({"measure": ["cfi"], "value": [0.99]}),
                       Fit(passed=passed))
    page.judge(table, "cfi")
    assert ("criterion" in page.gates()["gate"].tolist()) is passed


def test_a_withheld_result_stays_withheld_whatever_is_asked_of_it():
    value = Withheld("fit", "no")
    assert value.parameters.loc[3]("a") is value
    with pytest.raises(AttributeError):
        _ = value._repr_html_


def test_any_other_exception_fails_the_notebook(page):
    with pytest.raises(ZeroDivisionError):
        page.table("reliability", lambda: 1 / 0)


def test_what_a_study_does_not_declare_is_a_comment_not_a_stop(page):
    def undeclared() -> pd.DataFrame:
        raise DataError("report.no_manifest")

    assert page.run(undeclared).severity == "info"
    assert page.gates()["severity"].tolist() == ["info"]


def test_checks_of_a_result_are_recorded_once(page):
    for _ in range(2):
        page.run(lambda: Fit(passed=True))
    gates = page.gates()
    assert gates[["gate", "passed", "found"]].to_numpy().tolist() == [["nobs", True, "nobs.passed"]]


def test_a_gate_speaks_of_constructs_by_name_and_of_items_by_code(page, monkeypatch):
    from helpers import words

    known = words.catalogue() | {"gate.nobs.found": {"en": "{pairs}; {item}; {count:.1f}", "zh": ""}}
    monkeypatch.setattr(words, "catalogue", lambda: known)
    fit = Fit(passed=False)
    fit.checks = (Check("nobs", "caution", False, {"pairs": ["trust - loyalty", "x1 ~ trust"], "item": "tr1",
                                                   "count": 2.0}),)
    page.run(lambda: fit)
    assert page.gates()["found"].tolist() == ["Trust - Loyalty, x1 ~ Trust; tr1; 2.0"]


def test_a_gate_says_a_dash_where_there_is_no_number(page, monkeypatch):
    from helpers import words

    known = words.catalogue() | {"gate.nobs.found": {"en": "omega {omega:.3f}.", "zh": ""}}
    monkeypatch.setattr(words, "catalogue", lambda: known)
    fit = Fit(passed=False)
    fit.checks = (Check("nobs", "caution", False, {"omega": float("nan")}),)
    page.run(lambda: fit)
    assert page.gates()["found"].tolist() == ["omega —."]


@pytest.mark.parametrize(("passed", "shown_se"), [(True, 0.1), (False, None)])
def test_behind_a_failed_stop_no_inference_is_shown(page, output, passed, shown_se):
    table = pd.DataFrame({"lhs": ["trust"], "est": [0.4], "se": [0.1], "pvalue": [0.01], "ci.lower": [0.2],
                          "ci.upper": [0.6], "std.all": [0.4]})
    fit = page.run(lambda: Fit(passed=passed))
    got = page.table("parameters", lambda fit: table, fit)
    assert got["est"][0] == 0.4
    assert (None if pd.isna(got["se"][0]) else got["se"][0]) == shown_se
    text = (output / "tables" / "02_reliability" / "parameters.csv").read_text(encoding="utf-8-sig")
    assert ("0.01" in text) is passed


def test_a_figure_is_written_twice_alike_and_shown_with_alternative_text(page, shown, output, reliability):
    kept = []
    for _ in range(2):
        page.figure("reliability", figures.reliability, reliability)
        folder = output / "figures" / "02_reliability"
        kept.append([(folder / f"reliability.{end}").read_bytes() for end in ("svg", "png")])
    assert kept[0] == kept[1]
    assert b"<dc:date>" not in kept[0][0]
    html = shown[-1][0]["text/html"]
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'alt=""' not in html
    assert "<b>Figure 2.1</b>" in html


def test_without_a_chinese_font_labels_are_english_and_a_note_says_so(declared, shown, monkeypatch, reliability):
    from helpers.figures import style

    monkeypatch.setattr(style, "fonts", lambda: ("DejaVu Sans",))
    seen: dict[str, object] = {}

    def draw(table: pd.DataFrame, *, labels: dict[str, str], language: str) -> object:
        seen.update(labels=labels, language=language)
        return figures.reliability(table, labels=labels, language=language)

    Page(declared, "02_reliability", language="zh").figure("reliability", draw, reliability)
    assert seen["language"] == "en"
    assert seen["labels"]["trust"] == "Trust"
    assert "没有中文字体" in shown[-1][0]["text/html"]


def test_a_headline_is_handed_on_and_a_missing_number_is_a_dash(page, shown, output):
    page.headline("report.table.title", number=float("nan"))
    page.headline("report.figure.title", number=page.run(refuse))
    lines = (output / "tables" / "02_reliability" / "headlines.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1] == "report.table.title,Table —"
    assert lines[2].startswith("report.figure.title,A main result is withheld: ")


def test_captions_may_name_plain_arguments_and_defaults(page, shown, monkeypatch, reliability):
    from helpers import words

    caption = {"en": "At {conf_level:.0%}, {draws} draws, {other:.2f}", "zh": ""}
    known = words.catalogue() | {"table.02_reliability.made": caption}
    monkeypatch.setattr(words, "catalogue", lambda: known)
    page.table("made", lambda scores, *, conf_level=0.9, draws=100: reliability, reliability, draws=50)
    assert shown[-1][1].caption == "At 90%, 50 draws, —"


def test_a_file_that_cannot_be_written_is_named_with_the_reason(declared, shown, tmp_path, reliability):
    (tmp_path / "blocked").write_text("a file, not a folder", encoding="utf-8")
    page = Page(declared, "02_reliability", output=tmp_path / "blocked")
    with pytest.raises(RunError, match=r"reliability\.csv: The file cannot be written"):
        page.table("reliability", reliability)


def test_the_page_speaks_the_asked_language(declared, shown):
    page = Page(declared, "02_reliability", language="zh")

    def singular() -> pd.DataFrame:
        raise ModelError("report.not_written", name="x/y")

    page.table("validity", singular)
    assert "表 2.1" in shown[-1][0]["text/html"]
    assert "本报告中没有表" in shown[-1][0]["text/html"]
    assert "合成数据" in shown[0][0]["text/html"]


def test_synthetic_is_said_only_where_it_is_so(declared, shown):
    declared.synthetic = False
    Page(declared, "02_reliability")
    assert "Synthetic" not in shown[-1][0]["text/html"]


def test_a_study_outside_the_project_is_named_without_its_place(page, shown, tmp_path):
    page.colophon(study=str(tmp_path / "mine"))
    text = shown[-1][0]["text/html"]
    assert "study = mine" in text
    assert str(tmp_path) not in text


def test_the_colophon_names_parameters_versions_and_hashes_but_no_folder_of_the_machine(page, shown, declared):
    import hashlib

    page.colophon(seed=7, study="data/pilot")
    html = shown[-1][0]["text/html"]
    digest = hashlib.sha256((declared.folder / "study.yml").read_bytes()).hexdigest()
    assert f"study.yml {digest[:12]}" in html
    assert "seed = 7" in html
    assert str(declared.folder) not in html
