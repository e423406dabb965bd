"""What a declaration becomes: ranges, scales, second order, single items, models, groups, claims, defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers import studies
from helpers.errors import HelpersError, StudyError
from helpers.studies.criteria import DEFAULTS
from helpers.studies.places import inside
from helpers.studies.ranges import RangeProblem, expanded

HEADER = ["id", "wave", "insurer", "sat", "nps", *(f"{stem}{n:02d}" for stem in "abe" for n in range(1, 4))]
WHOLE = """title: {zh: 信任, en: Trust}
data:
  responses: {file: r.csv, respondent: id}
scale: {min: 1, max: 5}
reversed: [b02, e01]
constructs:
  care:       {items: a01..a03, expectation: e01..e03, label: {en: Care, zh: 关怀}}
  skill:      {items: b01..b03}
  assurance:  {of: [care, skill]}
  content:    {single: sat}
  recommend:  {single: nps, scale: {min: 0, max: 10}}
roles: {nps: nps}
groups:
  insurer: {reference: "02", levels: {"01": One, "02": {en: Two, zh: 二}}}
wave: {column: wave, order: [2025, 2026], same_people: yes}
model: |
  content ~ assurance   # content*1 in a comment
  recommend ~ own*assurance + content
rivals:
  parts: |
    content ~ care + skill
claims:
  one:
    text: Two is better
    outcome: care
    expect: higher
    compare: {insurer: 02}
languages: [zh, en]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [[f"r{n // 2}", str(2025 + n % 2), f"0{1 + n // 2 % 2}", *(str(1 + (n * k) % 5) for k in range(1, 12))]
            for n in range(24)]
    (tmp_path / "r.csv").write_text("\n".join(",".join(row) for row in [HEADER, *rows]) + "\n", encoding="utf-8")
    return tmp_path


def declare(folder: Path, text: str = WHOLE, *changes: tuple[str, str]):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return studies.load(folder)


def ids(folder: Path, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(HelpersError) as raised:
        declare(folder, WHOLE, *changes)
    return [problem.id for problem in raised.value.problems]


def test_constructs_and_items(folder: Path) -> None:
    study = declare(folder)
    assert study.scales == {"care": ("a01", "a02", "a03"), "skill": ("b01", "b02", "b03")}
    assert study.outcomes == study.scales | {"content": ("sat",), "recommend": ("nps",),
                                             "assurance": ("a01", "a02", "a03", "b01", "b02", "b03")}
    assert study.pairs == {"care": (("a01", "a02", "a03"), ("e01", "e02", "e03"))}
    assert {name: (item.role, item.reversed) for name, item in study.items.items() if item.reversed} == {
        "e01": ("expectation", True), "b02": ("perception", True)}
    assert (study.items["nps"].role, study.items["nps"].low, study.items["nps"].high) == ("single", 0, 10)
    assert study.nps == "nps"
    assert study.constructs["assurance"].of == ("care", "skill")


def test_items_may_be_auxiliaries_besides(folder: Path) -> None:
    study = declare(folder, WHOLE, ("roles: {nps: nps}", "roles: {nps: nps, auxiliary: [e01, e02]}"))
    assert study.auxiliaries == ("e01", "e02")
    assert study.items["e01"].role == "expectation"


def test_model_uses_the_item_of_a_single_construct_and_keeps_labels(folder: Path) -> None:
    study = declare(folder)
    assert study.model.splitlines() == [
        "care =~ a01 + a02 + a03", "skill =~ b01 + b02 + b03", "assurance =~ care + skill",
        "sat ~ assurance   # sat*1 in a comment".replace("sat*1", "content*1"),
        "nps ~ own*assurance + sat"]
    assert study.measurement_model.splitlines() == study.model.splitlines()[:2]
    assert study.rivals["parts"].splitlines() == [*study.model.splitlines()[:2], "sat ~ care + skill"]


def test_labels_fall_back_to_the_other_language_and_to_the_name(folder: Path) -> None:
    study = declare(folder)
    chinese, english = study.labels("zh"), study.labels("en")
    assert (chinese["care"], english["care"], english["skill"]) == ("关怀", "Care", "skill")
    assert (chinese["01"], chinese["02"], english["02"]) == ("One", "二", "Two")
    assert (chinese["wave"], english["wave"]) == ("调查波次", "Wave")


def test_groups_are_texts_as_written(folder: Path) -> None:
    study = declare(folder)
    assert study.groups["insurer"].order == ("01", "02")
    assert study.claims["one"].compare == ("insurer", "02", ("01",))
    assert study.wave.order == ("2025", "2026") and study.wave.same_people


def test_groups_without_an_order_are_those_of_the_data(folder: Path) -> None:
    study = declare(folder, WHOLE, ('{reference: "02", levels: {"01": One, "02": {en: Two, zh: 二}}}', "{}"))
    assert (study.groups["insurer"].order, study.groups["insurer"].reference) == (("01", "02"), "01")


def test_criteria_are_the_documented_ones_unless_declared(folder: Path) -> None:
    own = declare(folder, WHOLE + "criteria: {alpha: {at_least: 0.8, source: Own}}\n")
    assert own.criteria["alpha"].at_least == 0.8
    assert {name: bound for name, bound in own.criteria.items() if name != "alpha"} == {
        name: bound for name, bound in DEFAULTS.items() if name != "alpha"}
    assert all((bound.at_least is None) != (bound.at_most is None) and bound.source for bound in DEFAULTS.values())


def test_settings_take_the_notebooks_parameters(folder: Path) -> None:
    analysis = declare(folder, WHOLE + "analysis: {draws: 500, seed: 3}\n").analysis
    assert analysis.chosen() == {"conf_level": 0.95, "draws": 500, "seed": 3}
    assert analysis.chosen(draws=200, seed=9) == {"conf_level": 0.95, "draws": 200, "seed": 9}


def test_an_item_that_no_construct_uses_may_stay_reversed(folder: Path) -> None:
    study = declare(folder, WHOLE.replace("items: b01..b03", "items: [b01, b03]"))
    assert "b02" not in study.items and study.items["e01"].reversed


def test_what_decides_the_result(folder: Path) -> None:
    assert declare(folder).hash_inputs() == (folder / "study.yml", folder / "r.csv")
    (folder / "codebook.csv").write_text("item,zh\na01,关心我\n", encoding="utf-8")
    study = declare(folder)
    assert study.hash_inputs() == (folder / "study.yml", folder / "codebook.csv", folder / "r.csv")
    assert study.labels("en")["a01"] == "关心我"


def test_everything_wrong_is_said_at_once(folder: Path) -> None:
    found = ids(folder, ("same_people: yes", "same_poeple: yes"), ("outcome: care", "outcome: caer"),
                ("[care, skill]", "[care, skil]"), ("file: r.csv", "file: missing.csv"))
    assert found == ["studies.part_unknown.nearest", "studies.key_unknown.nearest", "reading.missing_beside"]


@pytest.mark.parametrize(("change", "expected"), [
    (("  skill:", "  2skill:"), ["studies.name", "studies.part_unknown.nearest", "studies.model_unknown.nearest"]),
    (("{of: [care, skill]}", "{of: [care, content]}"), ["studies.part_kind", "studies.part_and_whole"]),
    (("{single: sat}", "{single: skill}"), ["studies.item_is_construct", "studies.columns_missing.known"]),
])
def test_a_fault_that_has_consequences(change: tuple[str, str], expected: list[str], folder: Path) -> None:
    assert ids(folder, change) == expected


@pytest.mark.parametrize(("change", "id"), [
    (("reversed: [b02, e01]", "reversed: [b02, q1]"), "studies.reversed_unknown.known"),
    (("items: a01..a03", "items: a01..a999999"), "studies.range_long"),
    (("items: a01..a03", "items: a01..a03, of: [skill]"), "studies.construct_kind"),
    (("{of: [care, skill]}", "{of: [care]}"), "studies.parts_few"),
    (("{of: [care, skill]}", "{of: [care, skill], scale: {min: 1, max: 5}}"), "studies.scale_of_parts"),
    (("roles: {nps: nps}", "roles: {nps: nps, marker: a01}"), "studies.item_twice"),
    (("content ~ assurance ", "care =~ a01 + a02 ; content ~ assurance "), "studies.measured_twice"),
    (("content ~ assurance ", "care ~ assurance ; content ~ assurance ; assurance ~ skill"), "studies.circle"),
    (("respondent: id", "delimiter: ','"), "studies.same_people"),
    (("same_people: yes", "same_people: 2"), "studies.not_yes_no"),
    (("roles: {nps: nps}", "roles: {nps: nps, auxiliary: a01}"), "studies.auxiliary_in_model"),
    (("roles: {nps: nps}", "roles: {nps: nps, auxiliary: [insurer, e01]}"), "studies.auxiliary_group"),
    (("roles: {nps: nps}", "roles: {nps: nps, auxiliary: [e01, e01]}"), "studies.auxiliary_twice"),
    (("roles: {nps: nps}", "roles: {nps: nps, auxiliary: tenure}"), "studies.columns_missing.alike"),
    (("order: [2025, 2026]", "order: [2025, 2026, 2025]"), "studies.level_twice"),
    (("order: [2025, 2026]", "order: 2025"), "studies.too_few"),
    (("compare: {insurer: 02}", "compare: {insurer: [01, 02]}"), "studies.compare_form"),
    (("compare: {insurer: 02}", "compare: {insurer: 02, with: 02}"), "studies.compare_itself"),
    (("compare: {insurer: 02}", "compare: {branch: 02}"), "studies.compare_column.known"),
    (("expect: higher", "expect: highr"), "studies.choice.nearest"),
    (("languages: [zh, en]", "languages: [de]"), "studies.choice.known"),
    (("languages: [zh, en]", "analysis: {conf_level: 95}"), "studies.bound"),
    (("languages: [zh, en]", "analysis: {draws: 1e3}"), "studies.not_whole"),
    (("languages: [zh, en]", "analysis: {seed: 2026-11-23}"), "studies.not_whole"),
    (("languages: [zh, en]", "analysis: 5000"), "studies.not_block"),
    (("languages: [zh, en]", "format: 2"), "studies.choice.known"),
    (("languages: [zh, en]", "criteria: {alpha: {source: Own}}"), "studies.criterion_bound"),
    (("languages: [zh, en]", "criteria: {alpha: {at_least: nan, source: Own}}"), "studies.not_number"),
    (("title: {zh: 信任, en: Trust}", "title: [a, b]"), "studies.not_text"),
    (("title: {zh: 信任, en: Trust}", "title: {fr: Confiance}"), "studies.key_unknown.known"),
    (("file: r.csv", "file: [r.csv]"), "studies.not_one_text"),
    (("file: r.csv", "file: /etc/passwd"), "studies.path_outside"),
    (("file: r.csv", "file: C:r.csv"), "studies.path_form"),
    (("file: r.csv", "file: r.dat"), "reading.format"),
])
def test_one_contradiction_is_said_once(change: tuple[str, str], id: str, folder: Path) -> None:
    assert ids(folder, change) == [id]


def test_a_link_out_of_the_folder_is_no_way_out(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    try:
        (tmp_path / "study" / "link.csv").symlink_to(tmp_path / "secret.csv")
    except OSError:
        pytest.skip("this system gives no right to make links")
    with pytest.raises(StudyError):
        inside(tmp_path / "study", "link.csv")
    assert inside(tmp_path / "study", "raw/new.csv") == tmp_path / "study" / "raw" / "new.csv"


@pytest.mark.parametrize(("written", "expected"), [
    (["q1..q3", "q9"], ("q1", "q2", "q3", "q9")),
    (["q01..q03"], ("q01", "q02", "q03")),
    (["q09..q11"], ("q09", "q10", "q11")),
    (["q7..q7"], ("q7",)),
    (["q1a..q3a"], ("q1a", "q2a", "q3a")),
    (["x1, x4..x5，x9"], ("x1", "x4", "x5", "x9")),
    (["v2_1..v2_3"], ("v2_1", "v2_2", "v2_3")),
])
def test_ranges(written: list[str], expected: tuple[str, ...]) -> None:
    assert expanded(written) == expected


@pytest.mark.parametrize(("written", "id"), [
    ("q1..r4", "studies.range_ends"), ("q1..", "studies.range_ends"), ("q..r", "studies.range_ends"),
    ("q5..q3", "studies.range_backwards"), ("q1..q3..q5", "studies.range_ends"), ("q1..q501", "studies.range_long"),
])
def test_ranges_that_are_none(written: str, id: str) -> None:
    with pytest.raises(RangeProblem) as raised:
        expanded([written])
    assert raised.value.id == id


def test_a_study_is_found_from_the_working_directory_then_from_the_project(folder: Path, tmp_path: Path,
                                                                          project_root: Path, monkeypatch) -> None:
    declare(folder)
    monkeypatch.chdir(folder.parent)
    assert studies.find(folder.name) == folder.resolve()
    assert studies.find(f"{folder.name}/study.yml") == folder.resolve()
    assert studies.find("tests/studies/sound") == project_root / "tests" / "studies" / "sound"
    with pytest.raises(StudyError, match="no such folder"):
        studies.find("data/nowhere")


def test_a_declaration_of_another_name_is_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(WHOLE, encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.yaml.*Rename"):
        studies.find(tmp_path)


def test_exported_schema_is_the_schema(project_root: Path) -> None:
    file = project_root / "src" / "helpers" / "studies" / "study.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == studies.schema()


def test_what_may_differ_between_groups_is_a_decision_of_the_study(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("q1,q2,q3,g,w,id\n1,2,3,a,1,7\n2,3,1,b,2,8\n", encoding="utf-8")
    (tmp_path / "study.yml").write_text("""title: T
data: {responses: {file: r.csv, respondent: id}}
scale: {min: 1, max: 5}
constructs: {trust: {items: q1..q3}}
groups: {g: {partial: [trust =~ q2, q2 ~ 1]}}
wave: {column: w, order: [1, 2], same_people: true, partial: q3 ~ 1}
""", encoding="utf-8")
    declared = studies.load(tmp_path)
    assert declared.partial == {"g": ("trust =~ q2", "q2 ~ 1"), "w": ("q3 ~ 1",)}
    assert declared.panel == "w"


@pytest.mark.parametrize(("screening", "id"), [
    ("{speeder: exclude}", "studies.screening_without"),
    ("{attention_check: flag}", "studies.screening_without"),
    ("{duplicate_ids: exclude}", "studies.screening_without"),
    ("{longstrings: exclude}", "studies.key_unknown.nearest"),
    ("{longstring: drop}", "studies.choice.known"),
])
def test_a_screening_rule_needs_what_it_looks_at(tmp_path: Path, screening: str, id: str) -> None:
    (tmp_path / "r.csv").write_text("q1,q2,q3\n1,2,3\n2,3,1\n", encoding="utf-8")
    (tmp_path / "study.yml").write_text(f"""title: T
data: {{responses: {{file: r.csv}}}}
scale: {{min: 1, max: 5}}
constructs: {{trust: {{items: q1..q3}}}}
screening: {screening}
""", encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        studies.load(tmp_path)
    assert [(problem.id, problem.where.rsplit(" ", 1)[-1]) for problem in raised.value.problems] == [(id, "5")]


def test_a_respondent_in_two_rows_is_left_out_or_refused_never_kept(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,q1,q2,q3\n1,1,2,3\n2,2,3,1\n", encoding="utf-8")
    (tmp_path / "study.yml").write_text("""title: T
data: {responses: {file: r.csv, respondent: id}}
scale: {min: 1, max: 5}
constructs: {trust: {items: q1..q3}}
screening: {duplicate_ids: keep}
""", encoding="utf-8")
    with pytest.raises(StudyError, match="Write `exclude`, which keeps the first row"):
        studies.load(tmp_path)
