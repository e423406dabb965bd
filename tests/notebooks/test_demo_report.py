"""The demo study's whole report: the contract's tables, pages that open offline, and one number in two places."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from helpers import report, sem, studies, survey

PAGES = ("00_summary", "01_survey", "02_reliability", "03_structural_model", "04_service_quality", "05_case_comparison",
         "07_replication")
CONTRACT = {
    "01_survey/items": "item construct n missing mean sd skew kurtosis floor ceiling",
    "01_survey/screening": "rule respondents share action",
    "02_reliability/reliability":
        "construct k n alpha alpha.ci.lower alpha.ci.upper omega omega.ci.lower omega.ci.upper",
    "02_reliability/item_analysis": "construct item r.drop alpha.drop loading",
    "02_reliability/validity": "construct cr ave max.htmt",
    "02_reliability/htmt": "construct1 construct2 htmt ci.lower ci.upper",
    "02_reliability/measurement_fit": "measure value",
    "03_structural_model/fit": "measure value",
    "03_structural_model/parameters": "lhs op rhs label group est se z pvalue ci.lower ci.upper std.lv std.all",
    "03_structural_model/effects": "effect kind est se ci.lower ci.upper method",
    "03_structural_model/second_opinion": "lhs op rhs est est.semopy difference",
    "03_structural_model/estimation": "measure value criterion calls.for source",
    "03_structural_model/sensitivity":
        "lhs rhs estimator missing careless n est se ci.lower ci.upper std.all reason",
    "03_structural_model/modification": "lhs op rhs mi pvalue.bonferroni epc sepc.all",
    "05_case_comparison/invariance": "level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi"
                                     " delta.rmsea delta.srmr holds",
    "05_case_comparison/latent_means": "construct group reference est se ci.lower ci.upper d",
    "07_replication/paths": "lhs rhs est.original est.replication difference ci.lower ci.upper verdict",
    **{f"{page}/gates": "gate severity passed found criterion source advice" for page in PAGES[1:]},
}
MEASURES = ("npar fmin chisq df pvalue baseline.chisq baseline.df cfi tli nfi logl unrestricted.logl aic bic bic2 "
            "ntotal rmsea rmsea.ci.lower rmsea.ci.upper rmsea.pvalue srmr")


class Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / f"{name}.csv", encoding="utf-8-sig")


def page(folder: Path, name: str) -> str:
    return (folder / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CONTRACT)
def test_tables_have_the_contracts_columns_and_rows(demo_report: Path, name: str) -> None:
    found = table(demo_report, name)
    assert set(CONTRACT[name].split()) <= set(found.columns)
    assert len(found)
    assert (demo_report / "tables" / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["02_reliability/measurement_fit", "03_structural_model/fit"])
def test_fit_has_the_contracts_measures(demo_report: Path, name: str) -> None:
    assert set(MEASURES.split()) <= set(table(demo_report, name)["measure"])


def test_the_report_shows_what_the_rooms_compute(demo_report: Path, project_root: Path) -> None:
    declared = studies.load(project_root / "data" / "demo")
    answers = survey.load(declared)
    fit = sem.fit_by_rule(declared.model, answers.modelled, auxiliaries=declared.auxiliaries)
    shown = table(demo_report, "03_structural_model/fit").set_index("measure")["value"]
    assert shown.to_dict() == pytest.approx(fit.measures.to_dict(), rel=1e-12)
    paths = table(demo_report, "03_structural_model/paths")
    own = fit.parameters[fit.parameters["op"] == "~"]
    assert paths["est"].tolist() == pytest.approx(own["est"].tolist(), rel=1e-12)
    second = table(demo_report, "03_structural_model/second_opinion")
    merged = second.merge(sem.fit(declared.model, answers.scores).parameters, on=["lhs", "op", "rhs"])
    assert len(merged) == len(second) > len(own)
    assert (merged["difference"].abs() < 0.01 * merged["se"].where(merged["se"] > 0, 1)).all()


def test_the_paths_in_every_way_of_estimating_them(demo_report: Path, project_root: Path) -> None:
    ways = table(demo_report, "03_structural_model/sensitivity")
    paths = table(demo_report, "03_structural_model/paths")
    own = ways[ways["reported"]].merge(paths, on=["lhs", "rhs"], suffixes=("", ".own"))
    assert len(own) == len(paths)
    assert own["est"].tolist() == pytest.approx(own["est.own"].tolist(), rel=1e-9)
    assert ways.groupby(["lhs", "rhs"])[["estimator", "missing", "careless"]].apply(
        lambda each: len(each.drop_duplicates())).eq(10).all()  # five ways, each with and without careless respondents
    assert (ways["est"].notna() | ways["reason"].notna()).all(), "a way without an estimate says why"
    declared = studies.load(project_root / "data" / "demo")
    careless = survey.load(declared).careless.any(axis=1)
    kept, left = (ways[ways["careless"] == each].set_index(["lhs", "rhs", "estimator", "missing"])["n"].dropna()
                  for each in ("kept", "excluded"))
    assert (kept - left).between(1, careless.sum()).all()
    assert (demo_report / "figures" / "03_structural_model" / "sensitivity.svg").exists()


def test_the_model_can_be_refitted_from_the_appendix(demo_report: Path, project_root: Path) -> None:
    declared = studies.load(project_root / "data" / "demo")
    moments = table(demo_report, "03_structural_model/moments").set_index("item")
    again = sem.fit(declared.model, moments=sem.Moments(cov=moments[list(moments.index)], n=int(moments["n"].iloc[0])))
    shown = table(demo_report, "03_structural_model/parameters")
    merged = shown[shown["se"] > 0].merge(again.parameters, on=["lhs", "op", "rhs"], suffixes=("", ".again"))
    assert len(merged) > 60
    assert ((merged["est.again"] - merged["est"]).abs() / merged["se"]).max() < 0.05, "holes cost no more than that"
    pairs = table(demo_report, "03_structural_model/pairs").set_index("item")
    scores = survey.load(declared).scores
    assert pairs.loc["tr1", "sat2"] == scores[["tr1", "sat2"]].notna().all(axis=1).sum()
    complete = sem.fit(declared.model, scores.dropna(), estimator="MLR")
    exact = sem.sample_moments(complete).set_index("item")
    own = sem.fit(declared.model, moments=sem.Moments(cov=exact[list(exact.index)], n=int(exact["n"].iloc[0])))
    assert own.measures["chisq"] == pytest.approx(complete.measures["chisq"], rel=1e-9)


def test_the_summary_repeats_and_computes_nothing(demo_report: Path) -> None:
    scales = table(demo_report, "00_summary/scales").set_index("construct")
    reliability = table(demo_report, "02_reliability/reliability").set_index("construct")
    pd.testing.assert_frame_equal(scales[["alpha", "omega", "omega.ci.lower"]],
                                  reliability[["alpha", "omega", "omega.ci.lower"]])
    failed = sum(int((~table(demo_report, f"{name}/gates")["passed"]).sum()) for name in PAGES[1:])
    assert len(table(demo_report, "00_summary/failed_gates")) == failed > 0


def test_every_scale_is_in_the_measurement_model(demo_report: Path) -> None:
    assert table(demo_report, "02_reliability/validity")[["cr", "ave", "max.htmt"]].notna().all(axis=None)


def test_htmt_has_its_90_percent_interval(demo_report: Path, project_root: Path) -> None:
    from helpers import measurement

    declared = studies.load(project_root / "data" / "demo")
    settings = declared.analysis.chosen(draws=1000)  # as tests/conftest.py runs it
    own = measurement.htmt(survey.load(declared).scores, declared.scales, conf_level=0.90, draws=settings["draws"],
                           seed=settings["seed"])
    assert table(demo_report, "02_reliability/htmt")["ci.upper"].tolist() == pytest.approx(own["ci.upper"].tolist())


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_offline_in_one_language(demo_report: Path, name: str) -> None:
    text = page(demo_report, name)
    tags = Tags(text).found
    linked = [value for _, attributes in tags for key, value in attributes.items()
              if key in ("src", "href", "xlink:href", "data", "action") and value]
    assert [link for link in linked if re.match(r"(https?:)?//", link)] == []
    assert [link for link in linked if not link.startswith(("#", "data:")) and ".html" in link
            and not (demo_report / link.split("#")[0]).exists()] == []
    assert not [link for tag, link in tags if tag == "link"]
    assert "@import" not in text
    assert not re.search(r"url\((?!['\"]?(data:|#))", text)
    assert "这" not in text
    assert "Traceback" not in text
    assert "TCP without encryption" not in text


@pytest.mark.parametrize("name", PAGES)
def test_pages_say_that_the_data_are_synthetic(demo_report: Path, name: str) -> None:
    assert "Synthetic data" in page(demo_report, name)


def test_formulas_are_mathml(demo_report: Path) -> None:
    text = page(demo_report, "02_reliability")
    assert text.count("<math") >= 4
    assert r"\frac" not in text.replace('encoding="application/x-tex"', "")


@pytest.mark.parametrize("name", PAGES[1:])
def test_figures_have_a_caption_and_alternative_text(demo_report: Path, name: str) -> None:
    text = page(demo_report, name)
    files = sorted((demo_report / "figures" / name).glob("*.svg"))
    assert text.count("<figcaption") == len(files) > 0
    assert all(file.with_suffix(".png").exists() for file in files)
    drawn = [attributes for tag, attributes in Tags(text).found if tag in ("img", "svg")
             and attributes.get("role", "img") == "img"]
    named = [attributes.get("alt") or attributes.get("aria-label") for attributes in drawn]
    assert len([alt for alt in named if alt and len(alt) > 20]) >= len(files)


def test_the_front_page_leads_to_everything(demo_report: Path) -> None:
    text = (demo_report / "index.html").read_text(encoding="utf-8")
    for name in PAGES:
        assert f'href="{name}.html' in text
    for name in CONTRACT:
        assert f"tables/{name}.csv" in text
    assert "1,200" in text
    assert "tables.xlsx" in text
    assert "RMSEA" in text


def test_no_respondent_leaves(demo_report: Path, project_root: Path) -> None:
    """Neither an id nor a row of answers of the data file stands in any table or page."""
    raw = pd.read_csv(project_root / "data" / "demo" / "raw" / "responses.csv", dtype=str, encoding="utf-8-sig")
    ids = set(raw["id"].sample(50, random_state=1))
    for file in [*demo_report.glob("*.html"), *demo_report.glob("tables/*/*.csv")]:
        words = set(re.findall(r"[\w.-]+", file.read_text(encoding="utf-8-sig")))
        assert not {each for each in ids if not each.isdigit()} & words, file
    assert max(len(pd.read_csv(file, encoding="utf-8-sig")) for file in demo_report.glob("tables/*/*.csv")) < 300


def test_the_manifest_holds_and_notices_a_change(demo_report: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "demo"
    shutil.copytree(demo_report, copy)
    assert report.verify(copy).empty
    with (copy / "tables" / "03_structural_model" / "paths.csv").open("a", encoding="utf-8") as file:
        file.write("one more line\n")
    assert report.verify(copy)["file"].tolist() == ["tables/03_structural_model/paths.csv"]


def test_executed_notebooks_carry_no_time_and_no_place(demo_report: Path, project_root: Path) -> None:
    for name in PAGES:
        text = (demo_report / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "start_time" not in text
        assert str(project_root) not in text
        assert json.loads(text)["cells"]
