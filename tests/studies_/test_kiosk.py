"""A real study: Korean groups, expectation and perception in pairs, two scales; the reference numbers come out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from helpers import studies, survey


@pytest.fixture(scope="module")
def declared(project_root: Path, reference_data: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("studies") / "kiosk"
    shutil.copytree(project_root / "tests" / "studies" / "kiosk", folder)
    (folder / "raw").mkdir()
    shutil.copy(reference_data / "data" / "kiosk_servqual" / "kiosk_clean_n194.csv", folder / "raw")
    return studies.load(folder)


@pytest.fixture(scope="module")
def answers(declared):
    return survey.load(declared)


def test_models_are_made_from_the_constructs(declared) -> None:
    assert declared.model.splitlines() == [
        "security =~ x19 + x20 + x21", "reliability =~ x1 + x2 + x3", "satisfaction =~ y1 + y2", "loyalty =~ y3 + y4",
        "satisfaction ~ security + reliability", "loyalty ~ satisfaction + security"]
    assert declared.measurement_model.splitlines() == [f"{name} =~ {' + '.join(items)}"
                                                       for name, items in declared.scales.items()]


def test_security_gap_is_the_reference(declared, answers) -> None:
    perception, expectation = declared.pairs["security"]
    gap = (answers.scores[list(perception)].to_numpy() - answers.scores[list(expectation)].to_numpy()).mean(axis=1)
    n = len(gap)
    assert n == 194
    assert gap.mean() == pytest.approx(-1.8093, abs=5e-5)
    assert gap.mean() / (gap.std(ddof=1) / np.sqrt(n)) == pytest.approx(-18.5564, abs=5e-5)


def test_scales_keep_their_own_ends(declared, answers) -> None:
    assert (declared.items["x19"].low, declared.items["x19"].high) == (1, 7)
    assert (declared.items["y3"].low, declared.items["y3"].high) == (1, 5)
    distribution = survey.likert_distribution(answers, declared)
    assert distribution.groupby("item").size().loc[["x19", "y3"]].tolist() == [7, 5]


def test_korean_groups_are_shown_in_both_languages(declared, answers) -> None:
    assert answers.groups["sex"].value_counts().to_dict() == {"여": 142, "남": 52}
    assert (declared.labels("en")["여"], declared.labels("zh")["남"]) == ("Female", "男")


def test_small_age_groups_are_not_shown(answers) -> None:
    profile = survey.sample_profile(answers, smallest_cell=5)
    age = profile[profile["variable"] == "age"].set_index("level")["n"]
    assert age["20대"] == 187
    assert age.drop("20대").isna().all()
