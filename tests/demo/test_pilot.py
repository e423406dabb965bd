"""The pilot that the demo repeats: generated as its script says, and different where it says so."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from helpers import replication, sem, studies, survey


@pytest.fixture(scope="module")
def pilot(project_root: Path) -> Path:
    return project_root / "data" / "demo_pilot"


@pytest.fixture(scope="module")
def make_pilot(pilot: Path, make_demo: ModuleType) -> ModuleType:
    sys.path.insert(0, str(pilot))
    try:
        return importlib.import_module("make_pilot")
    finally:
        sys.path.remove(str(pilot))


def test_the_file_is_what_the_script_writes_and_the_demo_is_left_alone(make_pilot, make_demo, population):
    before = {name: dict(causes) for name, causes in population.EQUATIONS.items()}
    assert make_pilot.main(["--check"]) == 0
    assert before == population.EQUATIONS and make_demo.items is population.items


def test_nobody_of_the_pilot_is_in_the_demo_and_one_path_differs(demo, pilot):
    declared, original = studies.load(demo), studies.load(pilot)
    answers, before = survey.load(declared), survey.load(original)
    common = studies.common(declared, original)
    old, new = common.of_original(before.scores), common.of_replication(answers.scores)
    shared = replication.overlap(old, new, formats=common.formats, keys_original=before.keys,
                                 keys_replication=answers.keys)
    assert not shared["flagged"].any() and all(check.passed for check in common.checks)
    treatment = replication.treatment(common.model, new, old)
    one, two = (sem.fit_by_rule(common.model, each, treatment=treatment) for each in (old, new))
    found = replication.paths(one, two, smallest_difference=0.10, overlap=shared).set_index(["lhs", "rhs"])
    assert found.loc[("trust", "assurance"), "verdict"] == "larger"
    assert not found["verdict"].drop(("trust", "assurance")).isin({"smaller", "larger", "opposite", "differs"}).any()


def test_the_reworded_item_is_the_one_that_measures_otherwise(demo, pilot):
    declared, original = studies.load(demo), studies.load(pilot)
    common = studies.common(declared, original)
    old = common.of_original(survey.load(original).scores)
    new = common.of_replication(survey.load(declared).scores)
    items = list(declared.scales["trust"])
    means = (new[items].mean() - old[items].mean()).abs()
    assert means.idxmax() == "tr4" and means["tr4"] > 0.5


def test_a_survey_can_be_mapped_onto_the_pilot_by_the_wording_of_its_items(demo, pilot):
    asked, before = studies.load(demo).items, studies.load(pilot).items
    assert len(before) == 27
    assert all(item.text == asked[name].text and item.text["zh"] for name, item in before.items())
