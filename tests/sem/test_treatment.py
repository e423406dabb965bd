"""Estimator and missing treatment by declared rules: what is found, what it calls for, what the study overrides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import DataError
from helpers.sem.reporting.treatment import facts

MODEL = "f =~ a + b + c"


@pytest.fixture(scope="module")
def latent() -> pd.DataFrame:
    return sem.simulate("f =~ .8*a + .7*b + .6*c", n=400, seed=3)


def cut(latent: pd.DataFrame, at: list[float]) -> pd.DataFrame:
    """Answers on a scale with these thresholds."""
    return latent.apply(lambda item: np.digitize(item / item.std(), at) + 1.0)


def holes(answers: pd.DataFrame, count: int) -> pd.DataFrame:
    answers = answers.copy()
    answers.loc[: count - 1, "b"] = np.nan
    return answers


SEVEN, FIVE, FOUR = [-1.5, -0.9, -0.3, 0.3, 0.9, 1.5], [-1.3, -0.4, 0.4, 1.3], [-0.8, 0.0, 0.8]
CEILING = [-2.3, -2.0, -1.7, -1.4, -1.1, -0.2]  # more than half of the answers are 7
NEAR = [-2.0, -1.5, -1.0, -0.6, -0.2, 0.25]  # four in ten are


@pytest.mark.parametrize(("thresholds", "called"), [
    (SEVEN, "MLR"), (FIVE, "MLR"), (NEAR, "MLR"), (FOUR, "WLSMV"), ([0.0], "WLSMV"), (CEILING, "WLSMV")])
def test_the_rule_for_the_estimator(latent: pd.DataFrame, thresholds: list[float], called: str) -> None:
    chosen = sem.treatment(MODEL, cut(latent, thresholds))
    assert chosen.called_for == (called, "listwise")
    assert set(sem.treatment_shown(chosen).loc[:2, "calls.for"]) >= {called}
    rule = next(check for check in chosen.checks if check.gate == "estimator_rule")
    assert rule.passed == (chosen.estimator == called)


def test_one_item_is_enough(latent: pd.DataFrame) -> None:
    answers = cut(latent, SEVEN).assign(c=cut(latent, FOUR)["c"])
    found = facts(MODEL, answers)
    assert found.called == ("c",)
    assert found.ratings == ("a", "b", "c")
    assert found.categories == ("c", 4)
    assert sem.treatment(MODEL, answers).called_for[0] == "WLSMV"


def test_measures_are_no_rating_scale_however_skewed(latent: pd.DataFrame) -> None:
    chosen = sem.treatment(MODEL, np.exp(2 * latent))
    assert chosen.estimator == "MLR"
    assert chosen.facts.ratings == ()
    assert sem.treatment_shown(chosen)["calls.for"].tolist()[:3] == ["MLR"] * 3


def test_facts_are_counted_as_a_person_would(latent: pd.DataFrame) -> None:
    answers = holes(cut(latent, SEVEN), 20)
    found = facts(MODEL, answers)
    assert (found.n, found.incomplete, found.share) == (400, 20, pytest.approx(20 / 1200))
    item, share = found.end
    assert share == pytest.approx(max((answers[item] == 1).sum(), (answers[item] == 7).sum()) / answers[item].count())
    away = answers - answers.mean()  # as the table of items: over the standard deviation with n - 1
    assert found.skew[1] == pytest.approx(((away**3).mean() / answers.std() ** 3).abs().max(), abs=1e-12)
    shown = sem.treatment_shown(sem.treatment(MODEL, answers)).set_index("measure")["value"]
    assert shown[["n.categories", "n.incomplete"]].tolist() == [7, 20]


def test_missing_answers_call_for_full_information_or_for_a_warning(latent: pd.DataFrame) -> None:
    many, few = holes(cut(latent, SEVEN), 30), holes(cut(latent, FOUR), 30)
    assert sem.treatment(MODEL, many).called_for == ("MLR", "fiml")
    assert sem.treatment(MODEL, few).called_for == ("WLSMV", "pairwise")
    complete = sem.treatment(MODEL, cut(latent, SEVEN))
    assert (complete.estimator, complete.missing) == ("MLR", "listwise")
    assert all(check.passed for check in complete.checks)
    for answers in (many, few):
        chosen = sem.treatment(MODEL, answers)
        gate = next(check for check in chosen.checks if check.gate == "missing_rule")
        assert gate.passed == (chosen.missing != "listwise")
        assert gate.values["incomplete"] == 30


def test_what_the_study_declares_goes_first(latent: pd.DataFrame) -> None:
    answers = holes(cut(latent, FOUR), 30)
    chosen = sem.treatment(MODEL, answers, estimator="ML", missing="listwise")
    assert (chosen.estimator, chosen.missing, chosen.ordered) == ("ML", "listwise", ())
    assert [check.passed for check in chosen.checks] == [False, False]
    assert chosen.checks[0].values["items"] == ["a", "b", "c"]
    fitted = sem.fit_by_rule(MODEL, answers, treatment=chosen)
    assert fitted.engine.method.name == "ML"
    assert {"estimator_rule", "missing_rule"} <= set(fitted.gates["gate"])
    assert not answers.isna().all(axis=None)


def test_the_chosen_treatment_is_one_that_runs(latent: pd.DataFrame) -> None:
    for answers in (holes(cut(latent, SEVEN), 30), holes(cut(latent, FOUR), 30), cut(latent, CEILING)):
        chosen = sem.treatment(MODEL, answers)
        assert sem.fit_by_rule(MODEL, answers, treatment=chosen).converged


def test_absent_and_empty_items_are_refused(latent: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="b"):
        sem.treatment(MODEL, latent.drop(columns="b"))
    with pytest.raises(DataError):
        sem.treatment(MODEL, latent.assign(b=np.nan))


def test_effects_take_the_interval_that_suits_the_fit() -> None:
    answers = sem.simulate("m ~ .5*x; y ~ .4*m", n=200, seed=2)
    drawn = sem.effects_by_rule(sem.fit("m ~ x; y ~ m", answers, estimator="MLR"), draws=300, seed=4)
    assert set(drawn["method"]) == {"percentile"}
    pd.testing.assert_series_equal(drawn["ci.lower"], sem.effects(
        sem.fit("m ~ x; y ~ m", answers, estimator="MLR"), ci="percentile", draws=300, seed=4)["ci.lower"])
    weighted = sem.fit("m ~ x; y ~ m", answers.assign(weight=1 + np.arange(200) % 4), weights="weight")
    other = sem.effects_by_rule(weighted, draws=300, seed=4)
    assert set(other["method"]) == {"monte-carlo"}
    assert [check.passed for check in other.attrs["checks"] if check.gate == "effects_interval"] == [False]
    assert [check.passed for check in drawn.attrs["checks"] if check.gate == "effects_interval"] == [True]


def test_ordinal_answers_take_the_monte_carlo_interval_and_have_no_aic() -> None:
    latent = sem.simulate("f =~ .8*a + .7*b + .6*c\ng =~ .8*x + .7*y + .6*z\ng ~ .4*f", n=400, seed=8)
    answers = latent.apply(lambda item: np.digitize(item / item.std(), [-0.8, 0.0, 0.8]) + 1.0)
    model = "f =~ a + b + c; g =~ x + y + z; g ~ f"
    chosen = sem.treatment(model, answers)
    assert chosen.ordered == ("a", "b", "c", "x", "y", "z")
    fitted = sem.fit_by_rule(model, answers, treatment=chosen)
    assert set(sem.effects_by_rule(fitted, draws=200, seed=1)["method"]) == {"monte-carlo"}
    table = sem.rivals(model, {"one": "f =~ a + b + c + x + y + z"}, answers, estimator=chosen.estimator,
                       missing=chosen.missing, ordered=chosen.ordered)
    assert table[["aic", "delta.bic"]].isna().all(axis=None)
    assert table[["chisq", "cfi", "srmr"]].notna().all(axis=None)
    full = sem.fit(model, holes(answers, 30), missing="fiml")
    assert set(sem.effects_by_rule(full, draws=50, seed=1)["method"]) == {"percentile"}


def test_pairs_of_answers_are_counted() -> None:
    answers = pd.DataFrame({"a": [1, 2, np.nan, np.nan], "b": [1, np.nan, 2, np.nan], "c": [1, 2, 3, 4.0]})
    counts = sem.answered_pairs(MODEL, answers).set_index("item")
    assert counts.loc["a"].tolist() == [2, 1, 2]
    assert counts.loc["c"].tolist() == [2, 2, 4]


def test_a_declared_interval_is_taken() -> None:
    fitted = sem.fit("m ~ x; y ~ m", sem.simulate("m ~ .5*x; y ~ .4*m", n=200, seed=2))
    declared = sem.effects_by_rule(fitted, ci="monte-carlo", draws=200, seed=4)
    pd.testing.assert_frame_equal(declared, sem.effects(fitted, ci="monte-carlo", draws=200, seed=4))
    gate = next(check for check in declared.attrs["checks"] if check.gate == "effects_interval")
    assert (gate.passed, gate.values["asked"]) == (False, "monte-carlo")


def test_declared_auxiliaries_join_full_information_alone(latent: pd.DataFrame) -> None:
    answers = cut(latent, SEVEN)
    whole = answers.assign(z=answers["b"] + np.arange(len(answers)) % 5)
    holed = holes(whole, 40).assign(d=lambda data: data["b"].isna() * 2.0 + np.arange(len(answers)) % 3)
    chosen = sem.treatment(MODEL, holed, auxiliaries=["z", "d", "a"])
    assert chosen.beside == ("z", "d")  # a is in the model already
    shown = sem.treatment_shown(chosen).set_index("place")["value"]
    assert shown["z"] == pytest.approx(abs(holed["b"].corr(holed["z"])))
    assert shown["d"] == pytest.approx(holed["b"].isna().astype(float).corr(holed["d"]))
    assert sem.fit_by_rule(MODEL, holed, auxiliaries=["z", "d"]).auxiliaries == ("z", "d")
    assert not sem.treatment(MODEL, whole, auxiliaries=["z"]).beside
    assert not sem.treatment(MODEL, holed, estimator="WLSMV", auxiliaries=["z"]).beside
    with pytest.raises(DataError, match="nowhere"):
        sem.treatment(MODEL, holed, auxiliaries=["nowhere"])


def test_an_answer_of_one_respondent_is_not_skewed(latent: pd.DataFrame) -> None:
    assert facts(MODEL, cut(latent, SEVEN).iloc[:1]).skew[1] == 0.0
