"""The study that is repeated: where it is looked for, what both have in common, and what they must have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import studies, survey
from helpers.errors import HelpersError, StudyError
from helpers.run.checking import look_through

ORIGINAL = """
title: The original
data: {{responses: {{file: raw/r.csv, respondent: id}}}}
scale: {{min: 1, max: {top}}}
reversed: [b2]
constructs:
  a: {{items: a1..a3}}
  b: {{items: b1..b3}}
  c: {{single: c1}}
model: |
  b ~ a
  c ~ b
"""
NEW = """
title: The replication
data: {{responses: {{file: raw/r.csv}}}}
scale: {{min: 1, max: 7}}
constructs:
  sec: {{items: [{items}]}}
  b: {{items: b1..b3}}
  c: {{single: c1}}
model: |
  b ~ sec
  c ~ b
replicates: {replicates}
"""
MAPS = "{study: original, constructs: {a: sec}, items: {a1: s1, a2: s2, a3: s3}}"


def write(folder: Path, text: str, names: list[str], *, top: int = 7, seed: int = 1) -> Path:
    (folder / "raw").mkdir(parents=True)
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((60, 1))
    answers = np.clip(np.round((top + 1) / 2 + factor + rng.standard_normal((60, len(names)))), 1, top).astype(int)
    table = pd.DataFrame(answers, columns=names)
    table.insert(0, "id", [f"r{i}" for i in range(60)])
    table.to_csv(folder / "raw" / "r.csv", index=False, encoding="utf-8")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def pair(tmp_path: Path):
    """Write an original and its replication."""
    def made(*, replicates: str = MAPS, items: str = "s1, s2, s3", top: int = 7, model: str = "") -> Path:
        text = ORIGINAL.format(top=top) if not model else ORIGINAL.format(top=top).replace("b ~ a", model)
        write(tmp_path / "original", text, ["a1", "a2", "a3", "b1", "b2", "b3", "c1"], top=top)
        own = [*items.split(", "), "b1", "b2", "b3", "c1"]
        return write(tmp_path / "new", NEW.format(replicates=replicates, items=items), own, seed=2)

    return made


def test_the_model_of_the_original_is_told_in_the_names_of_the_new_study(pair):
    declared = studies.load(pair())
    common = studies.common(declared, studies.original(declared))
    lines = [" ".join(line.split()) for line in common.model.splitlines() if line.strip()]
    assert lines == ["sec =~ s1 + s2 + s3", "b =~ b1 + b2 + b3", "b ~ sec", "c1 ~ b"]
    assert common.same_format and all(check.passed for check in common.checks)
    before = survey.load_original(studies.original(declared), common)
    assert list(before.scores) == ["s1", "s2", "s3", "b1", "b2", "b3", "c1"]
    raw = pd.read_csv(declared.folder.parent / "original" / "raw" / "r.csv", encoding="utf-8")
    assert before.scores["s1"].tolist() == raw["a1"].tolist()
    assert before.scores["b2"].tolist() == (8 - raw["b2"]).tolist()  # reversed there, not here


@pytest.mark.parametrize("written", ["original", "{study: original}", "../original", "folder/../original"])
def test_a_folder_is_found_beside_the_study(pair, tmp_path, written):
    (tmp_path / "folder").mkdir()
    declared = studies.load(pair(replicates=written))
    assert declared.replicates.folder == (tmp_path / "original").resolve()
    assert declared.smallest_difference is None


def test_a_folder_is_found_from_the_working_directory(pair, tmp_path, monkeypatch):
    folder = pair(replicates="elsewhere/original")
    (tmp_path / "from").mkdir()
    (tmp_path / "original").rename(tmp_path / "from" / "original")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "from" / "original").rename(tmp_path / "elsewhere" / "original")
    assert studies.load(folder).replicates.folder == (tmp_path / "elsewhere" / "original").resolve()


def test_every_input_of_the_original_decides_the_result(pair, tmp_path):
    declared = studies.load(pair())
    (tmp_path / "original" / "README.md").write_text("about", encoding="utf-8")
    named = {file.relative_to(tmp_path.resolve()).as_posix() for file in declared.hash_inputs()}
    assert named == {"new/study.yml", "new/raw/r.csv", "original/study.yml", "original/raw/r.csv"}


def test_the_smallest_difference_is_the_declared_one(pair):
    assert studies.load(pair(replicates=MAPS[:-1] + ", smallest_difference: 0.15}")).smallest_difference == 0.15


@pytest.mark.parametrize(("replicates", "message"), [
    ("new", "A study cannot repeat itself"),
    ("orignal", "Did you mean `original`?"),
    ("{study: original, constructs: {a: security}}", "which this study does not have"),
    ("{study: original, items: {a1: s1, a2: s1}}", "stand for the same name here: s1"),
    ("{study: original, smallest_difference: -0.1}", "has to be > 0"),
    ("{study: original, bound: 0.1}", "Unknown key"),
])
def test_what_cannot_be_is_said_with_its_line(pair, replicates, message):
    with pytest.raises(StudyError) as found:
        studies.load(pair(replicates=replicates))
    assert message in str(found.value) and "line 12" in str(found.value)
    assert found.value.sentence("zh")


def test_other_items_are_compared_over_those_of_both_and_said(pair):
    maps = "{study: original, constructs: {a: sec}, items: {a1: s1, a2: s2}}"
    declared = studies.load(pair(replicates=maps, items="s1, s2, s4"))
    common = studies.common(declared, studies.original(declared))
    assert "sec =~ s1 + s2\n" in common.model
    items = {check.gate: check for check in common.checks}["common_items"]
    assert not items.passed and items.values["left_out"] == ["a3"] and items.values["added"] == ["s4"]


@pytest.mark.parametrize(("maps", "message"), [
    ("{study: original, constructs: {a: sec}, items: {a1: s1}}", "has 1 item in both studies"),
    ("{study: original, constructs: {a: sec}}", "has 0 item in both studies"),
    ("{study: original, items: {a1: s1, a2: s2, a3: s3}}", "needs `a`"),
])
def test_too_little_in_common_is_refused_by_check_too(pair, maps, message):
    declared = studies.load(pair(replicates=maps))
    with pytest.raises(HelpersError, match=message):
        studies.common(declared, studies.original(declared))
    with pytest.raises(HelpersError, match=message):
        look_through([declared])


def test_another_response_format_is_told_item_by_item(pair):
    declared = studies.load(pair(top=5))
    common = studies.common(declared, studies.original(declared))
    assert not common.same_format
    told = {check.gate: check for check in common.checks}["common_format"]
    assert told.values["n"] == 7 and told.values["items"][0] == "s1 1..5 / 1..7"


def test_paths_that_the_new_model_does_not_have_are_named(pair):
    declared = studies.load(pair(model="b ~ a\n  c ~ a"))
    common = studies.common(declared, studies.original(declared))
    told = {check.gate: check for check in common.checks}["common_paths"]
    assert told.values["paths"] == ["sec -> c1"]


def test_names_may_change_places():
    from helpers.studies.common import _renamed

    assert _renamed("a ~ b + b1", {"a": "b", "b": "a"}) == "b ~ a + b1"


def test_respondents_have_the_same_key_in_both_files_and_never_their_name(pair):
    declared = studies.load(pair())
    original = studies.original(declared)
    keys = survey.load(original).keys
    assert keys.dtype == np.uint64 and len(set(keys.tolist())) == 60
    assert survey.load(original).keys.tolist() == keys.tolist()
    assert not len(survey.load(declared).keys)  # no column of respondents declared


def test_a_printed_matrix_may_be_the_original(tmp_path):
    """The study file names its folder, as it names any other."""
    folder = tmp_path / "ours"
    (folder / "raw").mkdir(parents=True)
    rows = "\n".join(f"{i % 5 + 1},{(i * 3) % 5 + 1},{(i * 2 + i // 5) % 5 + 1},{(i + 2) % 5 + 1}" for i in range(40))
    (folder / "raw" / "r.csv").write_text(f"o1,o2,s1,l1\n{rows}\n", encoding="utf-8")
    (folder / "study.yml").write_text("""title: Ours
data:
  responses: {file: raw/r.csv}
scale: {min: 1, max: 5}
constructs:
  objectives: {items: [o1, o2]}
  satisfaction: {single: s1}
  loyalty: {single: l1}
model: |
  satisfaction ~ objectives
  loyalty ~ satisfaction
replicates: data/published/moosa_kashiramka_2023
""", encoding="utf-8")
    declared = studies.load(folder)
    original = studies.original(declared)
    assert (original.n, original.name) == (163, "moosa_kashiramka_2023")
    shared = studies.common(declared, original)
    assert shared.moments["n"] == 163 and shared.composites["objectives"] == ("o1", "o2")
