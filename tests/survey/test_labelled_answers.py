"""What SPSS and Stata files say of their columns is used: wording, groups' labels, answers in words, no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from helpers import reading, studies, survey
from helpers.errors import gates_table
from helpers.studies.columns import worded

STUDY = """\
title: {en: Trust, zh: 信任}
data: {responses: {file: r.sav, respondent: id}}
scale: {min: 1, max: 5}
constructs:
  trust:   {items: q1..q3}
  loyalty: {items: q4..q6}
groups:
  gender: {}
languages: [zh, en]
"""
AGREE = {1: "Disagree strongly", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Agree strongly"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(1, 6, size=(30, 6)).astype(float), columns=[f"q{at}" for at in range(1, 7)])
    frame.insert(0, "id", np.arange(30.0))
    frame["gender"] = [1.0, 2.0] * 15
    frame.loc[2, "gender"] = 9
    frame.loc[[0, 4], "q1"] = 98
    frame.loc[5, "q1"] = 99
    frame.loc[6, "q2"] = -1
    frame.loc[7, "q2"] = np.nan
    pyreadstat.write_sav(
        frame, tmp_path / "r.sav", column_labels={"q1": "我信任该公司", "gender": "性别"},
        variable_value_labels={"gender": {1: "男", 2: "女", 9: "拒答"},
                               "q1": AGREE | {98: "Don't know", 99: "Refused"}},
        missing_ranges={"q1": [{"lo": 97, "hi": 99}], "q2": [-1], "gender": [9]})
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def test_missing_of_the_file_is_no_answer_and_every_code_is_counted(folder: Path) -> None:
    answers = survey.load(studies.load(folder))
    assert np.flatnonzero(answers.scores["q1"].isna()).tolist() == [0, 4, 5]
    assert np.flatnonzero(answers.scores["q2"].isna()).tolist() == [6, 7]
    assert answers.missing.set_index("item").loc[["q1", "q2", "q3"], "missing"].tolist() == [3, 2, 0]
    assert np.flatnonzero(answers.groups["gender"].isna()).tolist() == [2]
    gates = gates_table(answers.flow.attrs["checks"]).set_index("gate")
    assert gates.at["file_missing", "found"] == (
        "The data file declares codes of 3 columns to be no answer, 5 entries in all: q1: 98 (Don't know) × 2, "
        "99 (Refused) × 1, q2: -1 × 1, gender: 9 (拒答) × 1. They count as not answered.")
    assert "file_hidden" not in gates.index


def test_labels_of_the_file_are_shown(folder: Path) -> None:
    labels = studies.load(folder).labels("zh")
    assert [labels[name] for name in ("q1", "q2", "gender", "1", "2")] == ["我信任该公司", "q2", "性别", "男", "女"]


def test_what_the_study_says_comes_before_the_file(folder: Path) -> None:
    codebook = "item,zh,values\nq1,信任,1=从不; 5=总是\ngender,,1=甲; 2=乙\n"
    (folder / "codebook.csv").write_text(codebook, encoding="utf-8")
    declared = studies.load(folder)
    assert [declared.labels("zh")[name] for name in ("q1", "1", "2")] == ["信任", "甲", "乙"]
    assert declared.items["q1"].codes == {"从不": 1, "总是": 5}
    text = STUDY.replace("gender: {}", "gender: {levels: {1: {zh: 先生}, 2: {zh: 女士}}, label: {zh: 称谓}}")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    assert [studies.load(folder).labels("zh")[name] for name in ("gender", "1", "2")] == ["称谓", "先生", "女士"]


def test_labels_of_values_are_answers_in_words(folder: Path) -> None:
    declared = studies.load(folder)
    assert declared.items["q1"].codes == {label.casefold(): code for code, label in AGREE.items()}
    raw = reading.Raw(pd.DataFrame(), np.array([]), ("q1",), reading.How("sav"),
                      values={"q1": {"1": "no", "2": "No", "3": "yes", ".a": "refused", "4": "never"}},
                      user_missing={"q1": ("4",)})
    assert worded({"q1": studies.Item("q1", "q1", "", "marker", 1, 5)}, raw, ("en",))["q1"].codes == {"yes": 3}


def test_one_code_means_another_thing_in_every_column(folder: Path) -> None:
    frame, about = pyreadstat.read_sav(folder / "r.sav", user_missing=True)
    frame["region"] = [1.0, 1.0, 2.0] * 10
    frame["branch"] = [1.0, 3.0] * 15
    labels = about.variable_value_labels | {"region": {1: "北方", 2: "南方"}}
    pyreadstat.write_sav(frame, folder / "r.sav", variable_value_labels=labels, missing_ranges=about.missing_ranges)
    claim = "{text: T, outcome: trust, expect: higher, compare: {gender: 2, with: 1}}"
    text = STUDY.replace("gender: {}", "gender: {reference: 2}\n  branch: {}\nprofile: {region: {}}")
    (folder / "study.yml").write_text(f"{text}claims: {{women: {claim}}}\n", encoding="utf-8")
    declared = studies.load(folder)
    answers = survey.load(declared)
    assert declared.references == {"gender": "女", "branch": "1"}
    assert declared.claims["women"].compare == ("gender", "女", ("男",))
    assert answers.groups["gender"].value_counts(sort=False).to_dict() == {"男": 14, "女": 15}
    assert answers.groups["branch"].value_counts(sort=False).to_dict() == {"1": 15, "3": 15}
    assert answers.profile["region"].value_counts(sort=False).to_dict() == {"北方": 20, "南方": 10}
    assert "1" not in {name for name, label in declared.labels("zh").items() if name != label}


def test_codes_of_one_wave_are_the_words_of_another(folder: Path) -> None:
    frame = pyreadstat.read_sav(folder / "r.sav")[0]  # what is declared missing is NaN here
    words = frame.astype(object).map(lambda value: "" if value != value else f"{value:.0f}")
    words["id"] = [str(at + 100) for at in range(len(words))]
    words["gender"] = frame["gender"].map({1: "男", 2: "女"}).fillna("")
    words["q1"] = frame["q1"].map(AGREE).fillna("").str.upper()
    words.to_csv(folder / "r.csv", index=False, encoding="utf-8")
    text = STUDY.replace("file: r.sav", "waves: {1: r.sav, 2: r.csv}").replace(
        "groups:", "wave: {column: year, order: [1, 2]}\ngroups:")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    answers = survey.load(studies.load(folder))
    coded, spoken = answers.scores["q1"].iloc[:30].tolist(), answers.scores["q1"].iloc[30:].tolist()
    assert spoken == pytest.approx(coded, nan_ok=True)
    assert answers.scores["q1"].count() == 54
    assert list(answers.groups["gender"].value_counts(sort=False)) == [28, 30]
    assert studies.load(folder).labels("zh")[answers.groups["gender"].cat.categories[0]] == "男"


def test_groups_may_be_declared_by_their_labels(folder: Path) -> None:
    text = STUDY.replace("gender: {}", "gender: {order: [女, 男]}")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    assert survey.load(studies.load(folder)).groups["gender"].value_counts(sort=False).to_dict() == {"女": 15, "男": 14}


def test_groups_of_one_column_keep_their_codes(folder: Path) -> None:
    answers = survey.load(studies.load(folder))
    assert answers.groups["gender"].cat.categories.tolist() == ["1", "2"]
