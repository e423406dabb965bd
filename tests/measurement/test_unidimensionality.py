"""One factor per scale: contradicted where two are behind the items, not where chance misses the criteria."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem

ITEMS = ["a1", "a2", "a3", "b1", "b2", "b3"]


def scores_of(correlation, n, seed, loading=0.75):
    random = np.random.default_rng(seed)
    factors = random.normal(size=(n, 2)) @ [[1, correlation], [0, np.sqrt(1 - correlation**2)]]
    noise = random.normal(size=(n, 6)) * np.sqrt(1 - loading**2)
    return pd.DataFrame(np.repeat(factors, 3, axis=1) * loading + noise, columns=ITEMS)


@pytest.mark.parametrize(("correlation", "verdict"), [(0.3, "contradicted"), (0.9, "tenable"), (1.0, "tenable")])
def test_two_factors_contradict_one_unless_they_are_nearly_the_same(correlation, verdict):
    table = measurement.unidimensionality(scores_of(correlation, 400, seed=1), {"x": ITEMS})
    assert table["one.factor"].tolist() == [verdict]
    check = table.attrs["checks"][0]
    assert (check.gate, check.severity, check.passed) == ("one_factor", "caution", verdict == "tenable")


def test_one_factor_is_hardly_ever_contradicted_by_chance():
    alarms = sum(measurement.unidimensionality(scores_of(1.0, 80, seed), {"x": ITEMS}).at[0, "one.factor"]
                 == "contradicted" for seed in range(40))
    assert alarms <= 1


def test_the_fit_is_that_of_the_estimator_on_the_answers_of_the_scale():
    scores = scores_of(0.9, 300, seed=2)
    scores.loc[:9, "a1"] = np.nan
    table = measurement.unidimensionality(scores, {"x": ITEMS})
    row = table.iloc[0]
    fit = sem.fit("x =~ " + " + ".join(ITEMS), scores.dropna(), estimator="MLR")
    assert (row["n"], table.attrs["estimator"]) == (290, "MLR")
    for ours, theirs in (("chisq", "chisq.scaled"), ("cfi", "cfi.robust"), ("rmsea", "rmsea.robust"), ("srmr", "srmr"),
                         ("rmsea.ci.upper", "rmsea.ci.upper.robust")):
        assert row[ours] == pytest.approx(fit.measures[theirs], abs=1e-9)


def test_two_categories_are_fitted_as_ordinal():
    scores = (scores_of(1.0, 300, seed=3) > 0).astype(int)
    assert measurement.unidimensionality(scores, {"x": ITEMS}).attrs["estimator"] == "WLSMV"


def test_three_items_and_two_leave_nothing_to_test():
    table = measurement.unidimensionality(scores_of(1.0, 100, seed=4), {"three": ITEMS[:3], "two": ITEMS[:2]})
    assert table["one.factor"].tolist() == ["untested", "untested"]
    assert table[["chisq", "cfi", "srmr"]].isna().all(axis=None)
    assert table.attrs["checks"][0].passed


@pytest.mark.parametrize("scores", [
    scores_of(1.0, 100, seed=5).assign(a2=lambda s: s["a1"]),  # an item that repeats another
    scores_of(1.0, 5, seed=5),  # fewer respondents than items
])
def test_a_scale_without_an_estimate_is_named_and_the_others_stay(scores):
    scores = scores.assign(c=scores["a1"] + scores["b1"])
    table = measurement.unidimensionality(scores, {"x": ITEMS, "few": ["a3", "b2", "c"]})
    assert table["one.factor"].tolist() == ["no estimate", "untested"]
    checks = {check.gate: check for check in table.attrs["checks"]}
    assert checks["one_factor"].passed
    assert checks["one_factor_unfitted"].values["construct"] == "x"
