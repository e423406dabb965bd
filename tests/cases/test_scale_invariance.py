"""Invariance scale by scale: what was put in is found, the same numbers as the test of one scale, what is left out."""

import numpy as np
import pandas as pd
import pytest

from helpers import cases, sem
from helpers.errors import DataError

SCALES = {"fair": ["a1", "a2", "a3", "a4"], "shifted": ["b1", "b2", "b3", "b4"], "short": ["c1", "c2"]}


@pytest.fixture(scope="module")
def answers():
    """Two languages of a questionnaire; one intercept of `shifted` differs."""
    random = np.random.default_rng(4)
    n = 600
    language = np.repeat(["en", "zh"], n // 2)
    factors = random.normal(size=(n, 3))
    items = {item: 0.8 * factors[:, at] + 0.6 * random.normal(size=n)
             for at, of in enumerate(SCALES.values()) for item in of}
    items["b2"] = items["b2"] + 0.8 * (language == "zh")
    return pd.DataFrame(items), pd.DataFrame({"language": pd.Categorical(language)})


def test_the_scale_with_another_intercept_fails_at_scalar_and_the_other_holds(answers):
    table = cases.scale_invariance(answers[0], SCALES, answers[1]).set_index("level")
    assert table[["scales", "hold"]].to_numpy().tolist() == [[2, 2], [2, 1]]
    assert table.at["scalar", "failing"] == "shifted"
    assert table.at["scalar", "construct"] == "shifted"
    assert table["n"].tolist() == [600, 600]
    by_gate = {check.gate: check for check in table.attrs["checks"]}
    assert by_gate["scale_invariance"].values["failing"] == ["language - scalar - shifted"]
    assert by_gate["scale_invariance_untested"].values["short"] == ["short"]


def test_changes_are_those_of_the_scale_tested_by_itself(answers):
    table = cases.scale_invariance(answers[0], SCALES, answers[1]).set_index("level")
    alone = sem.invariance("shifted =~ b1 + b2 + b3 + b4", answers[0].join(answers[1]), group="language")
    alone = alone.set_index("level")
    for column in ("delta.cfi", "delta.rmsea", "delta.srmr"):
        assert table.at["scalar", column] == pytest.approx(alone.at["scalar", column], abs=1e-8)


def test_an_intercept_that_was_declared_to_differ_is_left_free(answers):
    table = cases.scale_invariance(answers[0], SCALES, answers[1], partial={"language": ("b2 ~ 1",)})
    assert table["failing"].tolist() == ["", ""]


def test_a_scale_that_cannot_be_fitted_in_a_group_is_named(answers):
    scores = answers[0].assign(a1=answers[0]["a1"].where(answers[1]["language"] == "en", 3.0))
    table = cases.scale_invariance(scores, SCALES, answers[1])
    untested = next(check for check in table.attrs["checks"] if check.gate == "scale_invariance_untested")
    assert "language - fair" in untested.values["scales"]
    assert table["scales"].tolist() == [1, 1]


def test_the_same_people_in_two_waves_are_one_model():
    random = np.random.default_rng(5)
    person = random.normal(size=200)
    sheets = pd.concat([pd.DataFrame({f"a{i}": 0.8 * person + 0.6 * random.normal(size=200) for i in range(1, 5)})
                        for _ in range(2)], ignore_index=True)
    waves = pd.DataFrame({"wave": pd.Categorical(np.repeat(["1", "2"], 200))})
    table = cases.scale_invariance(sheets, {"fair": ["a1", "a2", "a3", "a4"]}, waves, panel="wave",
                                   respondents=np.tile(np.arange(200), 2))
    assert table["n"].tolist() == [200, 200]
    assert table["hold"].tolist() == [1, 1]


def test_a_scale_of_many_points_beside_ordinal_ones_is_tested_as_continuous(answers):
    cut = {item: np.digitize(answers[0][item], [-0.5, 0.5]).astype(float) for item in SCALES["fair"]}
    table = cases.scale_invariance(answers[0].assign(**cut), SCALES, answers[1], estimator="WLSMV",
                                   ordered=SCALES["fair"]).set_index("level")
    alone = sem.invariance("shifted =~ b1 + b2 + b3 + b4", answers[0].join(answers[1]), group="language",
                           estimator="MLR").set_index("level")
    assert table.at["scalar", "construct"] == "shifted"
    assert table.at["scalar", "delta.cfi"] == pytest.approx(alone.at["scalar", "delta.cfi"], abs=1e-8)
    assert {"loadings", "intercepts"} <= set(table.index)
    assert table.attrs["checks"][1].values["scales"] == "-"


def test_where_nothing_can_be_tested_no_gate_is_passed(answers):
    table = cases.scale_invariance(answers[0], {"short": SCALES["short"]}, answers[1])
    assert [check.gate for check in table.attrs["checks"]] == ["scale_invariance_untested"]


def test_without_groups_there_is_nothing_to_compare(answers):
    with pytest.raises(DataError, match="group"):
        cases.scale_invariance(answers[0], SCALES, answers[1].iloc[:, :0])
