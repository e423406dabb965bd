"""Rival factor models: written where identified, compared where nested, read where proper."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import DataError, ModelError
from helpers.measurement.structure_models import refines

PARTS = {"physical": ["ph1", "ph2", "ph3", "ph4"], "information": ["in1", "in2", "in3"],
         "psychological": ["ps1", "ps2", "ps3"]}
GENERAL = {"ph1": 0.6, "ph2": 0.5, "ph3": 0.7, "ph4": 0.6, "in1": 0.7, "in2": 0.6, "in3": 0.5, "ps1": 0.7, "ps2": 0.6,
           "ps3": 0.6}
OWN = {"ph1": 0.5, "ph2": 0.6, "ph3": 0.3, "ph4": 0.4, "in1": 0.3, "in2": 0.5, "in3": 0.6, "ps1": 0.3, "ps2": 0.5,
       "ps3": 0.4}


def bifactor_answers(n, seed):
    """Draw standardized answers behind which stand a general and three group factors."""
    owner = {item: part for part, items in PARTS.items() for item in items}
    random = np.random.default_rng(seed)
    general = random.normal(size=n)
    group = {part: random.normal(size=n) for part in PARTS}
    return pd.DataFrame({item: GENERAL[item] * general + OWN[item] * group[owner[item]]
                         + np.sqrt(1 - GENERAL[item]**2 - OWN[item]**2) * random.normal(size=n) for item in owner})


@pytest.fixture(scope="module")
def rivals():
    answers = bifactor_answers(20_000, seed=3)
    cfa = sem.fit(measurement.correlated_factors(PARTS), answers)
    return measurement.structures(cfa, answers, PARTS, parts={"assurance": tuple(PARTS)})


def test_the_indices_of_a_chosen_bifactor_population_come_back(rivals):
    found = measurement.general_factor(rivals).query("basis == 'bifactor'").set_index("construct")
    g, s = np.array(list(GENERAL.values())), np.array(list(OWN.values()))
    own = sum(sum(OWN[item] for item in items)**2 for items in PARTS.values())
    total = g.sum()**2 + own + (1 - g**2 - s**2).sum()
    assert found.loc["assurance", ["omega", "omega.h", "ecv"]].tolist() == pytest.approx(
        [(g.sum()**2 + own) / total, g.sum()**2 / total, (g**2).sum() / (g**2 + s**2).sum()], abs=0.015)
    assert found.at["assurance", "puc"] == pytest.approx(1 - (6 + 3 + 3) / 45)
    a, b = (np.array([each[item] for item in PARTS["information"]]) for each in (GENERAL, OWN))
    part = a.sum()**2 + b.sum()**2 + (1 - a**2 - b**2).sum()
    assert found.loc["information", ["omega.h", "omega.hs"]].tolist() == pytest.approx(
        [a.sum()**2 / part, b.sum()**2 / part], abs=0.025)
    items = measurement.item_general_factor(rivals).set_index("item")
    assert items["general.loading"].to_dict() == pytest.approx(GENERAL, abs=0.04)
    assert items["iecv"].to_dict() == pytest.approx(
        {item: GENERAL[item]**2 / (GENERAL[item]**2 + OWN[item]**2) for item in GENERAL}, abs=0.06)


def test_fewer_factors_are_nested_in_more_and_equivalent_models_are_not_tested(rivals):
    found = measurement.structure_tests(rivals).set_index(["smaller", "larger"])
    assert list(found.index) == [("one_factor", "correlated"), ("second_order", "correlated"),
                                 ("correlated", "bifactor")]
    assert found.at[("second_order", "correlated"), "method"] == "equivalent"
    assert found["delta.df"].dropna().tolist() == [3, 7]
    assert (found["delta.pvalue"].dropna() < 0.001).all()  # these answers come from the bifactor model
    assert [check.gate for check in rivals.checks if not check.passed] == ["bifactor_by_fit"]


def test_the_schmid_leiman_form_implies_the_correlations_of_the_second_order_model():
    four = {**PARTS, "rest": ["re1", "re2", "re3"]}
    text = ("physical =~ .8*ph1 + .7*ph2 + .6*ph3 + .7*ph4; information =~ .8*in1 + .7*in2 + .6*in3;"
            "psychological =~ .8*ps1 + .7*ps2 + .6*ps3; rest =~ .8*re1 + .7*re2 + .6*re3;"
            "whole =~ .9*physical + .8*information + .7*psychological + .6*rest")
    answers = sem.simulate(text, n=500, seed=4)
    fit = sem.fit(measurement.second_order_model(four, "whole"), answers)
    loadings = measurement.schmid_leiman(fit, "whole")
    same = np.equal.outer(loadings["construct"].to_numpy(), loadings["construct"].to_numpy())
    implied = np.outer(loadings["general"], loadings["general"]) + np.where(
        same, np.outer(loadings["group"], loadings["group"]), 0)
    sigma = fit.implied[loadings["item"]].set_axis(fit.observed).loc[loadings["item"]].to_numpy()
    cor = sigma / np.sqrt(np.outer(np.diag(sigma), np.diag(sigma)))
    off = ~np.eye(len(cor), dtype=bool)
    np.testing.assert_allclose(implied[off], cor[off], atol=1e-10)


def test_structures_of_the_study_stand_with_the_constructs_whose_items_they_hold():
    answers = bifactor_answers(400, seed=5)
    cfa = sem.fit(measurement.correlated_factors(PARTS), answers)
    own = {"two": {"body": PARTS["physical"], "mind": [*PARTS["information"], *PARTS["psychological"]]},
           "crossed": {"one": [*PARTS["information"], "ps1"], "other": ["ps2", "ps3"]}}
    found = measurement.structures(cfa, answers, PARTS, own=own)
    assert found.scopes == ["all", "crossed"]
    assert list(found.of("all")) == ["one_factor", "two", "correlated"]
    tests = measurement.structure_tests(found).set_index(["scope", "smaller"])
    assert tests.loc[("all", "one_factor"), "larger"] == "two"
    assert tests.loc[("all", "two"), "larger"] == "correlated"
    assert tests.loc[("crossed", "crossed"), "method"] == "not_nested"
    assert found.of("all")["correlated"].fit is cfa
    same = {"all": own["crossed"]}
    assert measurement.structures(cfa, answers, PARTS, own=same).scopes == ["all", "all'"]  # other items, another block


def test_improper_rivals_are_not_compared_and_the_reason_is_told():
    """A group factor without any loading of its own leaves the bifactor model without a proper solution."""
    text = "f =~ .8*ph1 + .7*ph2 + .6*ph3 + .7*ph4 + .8*in1 + .7*in2 + .6*in3 + .8*ps1 + .7*ps2 + .6*ps3"
    answers = sem.simulate(text, n=300, seed=2)
    cfa = sem.fit(measurement.correlated_factors(PARTS), answers)
    found = measurement.structures(cfa, answers, PARTS, parts={"assurance": tuple(PARTS)})
    improper = {check.values["structure"] for check in found.checks if check.gate == "structure_improper"}
    assert "bifactor" in improper
    shown = measurement.structures_shown(found).set_index("structure")
    assert shown.loc["bifactor", ["chisq", "cfi", "bic"]].isna().all()
    assert not measurement.structure_tests(found)["larger"].eq("bifactor").any()


def test_where_a_model_is_identified():
    two = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}
    assert {each.name: each.status for each in measurement.rival_structures(two, second_order="whole")} == {
        "one_factor": "fitted", "correlated": "fitted", "second_order": "few_parts", "bifactor": "few_parts"}
    pairs = {**PARTS, "pair": ["pa1", "pa2"]}
    by_name = {each.name: each for each in measurement.rival_structures(pairs, second_order="whole")}
    assert by_name["second_order"].status == "fitted"
    assert "pair =~ NA*pa1 + pair.*pa1 + pair.*pa2" in by_name["bifactor"].model
    assert refines(by_name["correlated"], by_name["one_factor"])
    assert not refines(by_name["correlated"], by_name["correlated"])


def test_nothing_declared_and_wrong_structures_are_refused_by_name():
    answers = bifactor_answers(300, seed=6)
    cfa = sem.fit(measurement.correlated_factors(PARTS), answers)
    with pytest.raises(DataError, match="of:"):
        measurement.general_factor(measurement.structures(cfa, answers, PARTS))
    with pytest.raises(ModelError, match="in3"):
        measurement.structures(cfa, answers, PARTS, own={"less": {"x": ["in1", "in2"], "y": PARTS["physical"]}})
    alone = {"physical": PARTS["physical"]}
    one = measurement.structures(sem.fit(measurement.correlated_factors(alone), answers), answers, alone)
    with pytest.raises(DataError, match="nothing to compare"):
        measurement.structure_tests(one)


def test_joined_factors_that_fit_nearly_as_well_are_named():
    text = ("physical =~ .8*ph1 + .7*ph2 + .6*ph3 + .7*ph4; information =~ .8*in1 + .7*in2 + .6*in3;"
            "psychological =~ .8*ps1 + .7*ps2 + .6*ps3;"
            "physical ~~ .5*information + .5*psychological; information ~~ .97*psychological")
    answers = sem.simulate(text, n=1000, seed=5)
    cfa = sem.fit(measurement.correlated_factors(PARTS), answers)
    own = {"two": {"body": PARTS["physical"], "mind": [*PARTS["information"], *PARTS["psychological"]]}}
    check, = measurement.structure_tests(measurement.structures(cfa, answers, PARTS, own=own)).attrs["checks"]
    assert not check.passed
    assert check.values["pairs"] == ["two / correlated (declared)"]
