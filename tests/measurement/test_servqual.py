"""A real 22-item file: five dimensions that are hardly told apart, and rivals that fit only by improper values."""

from pathlib import Path

import pandas as pd
import pytest

from helpers import measurement, sem

COUNTS = {"tangibles": range(1, 5), "reliability": range(5, 10), "responsiveness": range(10, 14),
          "assurance": range(14, 18), "empathy": range(18, 23)}
SCALES = {name: [f"a{item:02d}" for item in items] for name, items in COUNTS.items()}
FOUR = {"tangibles": SCALES["tangibles"], "reliability": SCALES["reliability"],
        "conduct": SCALES["responsiveness"] + SCALES["assurance"], "empathy": SCALES["empathy"]}
TWO = {"surroundings": SCALES["tangibles"], "conduct": [item for name in list(SCALES)[1:] for item in SCALES[name]]}


@pytest.fixture(scope="module")
def fitted(reference_data: Path):
    answers = pd.read_csv(reference_data / "data" / "servqual22" / "SQ.csv", encoding="utf-8")
    cfa = sem.fit(measurement.correlated_factors(SCALES), answers, estimator="MLR")
    found = measurement.structures(cfa, answers, SCALES, parts={"quality": tuple(SCALES)},
                                   own={"two": TWO, "four": FOUR})
    return cfa, found


def test_five_dimensions_fit_hardly_better_than_four_and_better_than_two_and_one(fitted) -> None:
    _, found = fitted
    tests = measurement.structure_tests(found)
    assert list(zip(tests["smaller"], tests["larger"], strict=True)) == [
        ("one_factor", "two"), ("two", "four"), ("four", "correlated")]
    assert (tests["delta.pvalue"] < 0.001).all()
    assert (tests["delta.cfi"].iloc[:2] < -0.01).all()
    check, = tests.attrs["checks"]
    assert (check.passed, check.values["pairs"]) == (False, ["four / correlated (declared)"])


def test_general_factors_need_a_negative_variance_and_are_stopped(fitted) -> None:
    _, found = fitted
    rivals = found.of("all")
    assert {name: rivals[name].status for name in ("second_order", "bifactor")} == {
        "second_order": "stopped", "bifactor": "stopped"}
    assert "responsiveness" in next(check.values["reasons"][0] for check in found.checks
                                    if check.values["structure"] == "second order")


def test_the_fit_is_as_wrong_as_the_simulated_models(fitted) -> None:
    cfa, _ = fitted
    table = measurement.fit_cutoffs(cfa, replications=200, seed=1)
    assert (table["verdict"] == "level_3").all()
    assert [check.gate for check in table.attrs["checks"] if not check.passed] == ["fit_cutoffs", "cutoff_answers"]
