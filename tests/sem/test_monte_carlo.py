"""Does the runner report what its samples say, whoever computes them, and count the samples it could not use?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError

PATH = "y ~ 0.3*x"
FACTOR = "f =~ 0.8*a + 0.7*b + 0.6*c + 0.7*d\nf ~~ 1*f\na ~~ 0.36*a; b ~~ 0.51*b; c ~~ 0.64*c; d ~~ 0.51*d"


def test_a_regression_keeps_its_promises() -> None:
    """Slope and its error are known in closed form: sqrt(1 / n) here, and power follows."""
    found = sem.monte_carlo(PATH, n=200, replications=250, seed=2, workers=1)
    slope = found.parameters.set_index("op").loc["~"]
    assert slope["true"] == pytest.approx(0.3, abs=1e-9)
    assert abs(slope["bias"]) < 3 * slope["bias.mce"]
    assert slope["est.sd"] == pytest.approx(np.sqrt(1 / 200), rel=0.15)
    assert abs(slope["se.ratio"] - 1) < 3 * slope["se.ratio.mce"]
    assert abs(slope["coverage"] - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 250)
    assert slope["power"] == pytest.approx(0.989, abs=0.02)
    assert found.tests.empty, "a saturated model has nothing to test"


def test_test_of_a_true_model_rejects_five_percent() -> None:
    found = sem.monte_carlo(FACTOR, n=400, replications=120, seed=3, workers=1, estimator="MLR")
    tests = found.tests.set_index("test")
    assert list(tests.index) == ["chisq", "chisq.scaled"]
    assert (tests["df"] == 2).all()
    assert (abs(tests["rejection"] - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 120)).all()
    assert tests["statistic.mean"].to_numpy() == pytest.approx(2, abs=0.7)
    # In the model's own metric the first loading is 1.
    true = found.parameters.set_index(["lhs", "op", "rhs"])["true"]
    assert true["f", "=~", "b"] == pytest.approx(0.7 / 0.8, abs=1e-8)
    assert true["f", "~~", "f"] == pytest.approx(0.64, abs=1e-8)
    gates = found.gates.set_index("gate")
    assert gates.loc["converged", "failed"] == 0
    assert (gates["estimated"] == 120).all()


def test_workers_and_more_replications_change_no_sample() -> None:
    asked = {"n": 60, "seed": 5, "answers": {"skew": 1, "kurtosis": 2, "thresholds": 5, "missing": 0.05}}
    one = sem.monte_carlo(FACTOR, replications=30, workers=1, **asked)
    two = sem.monte_carlo(FACTOR, replications=30, workers=2, **asked)
    for name in ("parameters", "tests", "gates", "estimates", "errors"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    pd.testing.assert_series_equal(one.counts, two.counts)
    fewer = sem.monte_carlo(FACTOR, replications=10, workers=1, **asked)
    pd.testing.assert_frame_equal(fewer.estimates, one.estimates.head(len(fewer.estimates)))


def test_samples_are_those_of_simulate_with_the_same_tables() -> None:
    """The tables are the means, deviations and shares of the samples' own numbers."""
    found = sem.monte_carlo(FACTOR, n=100, replications=40, seed=7, workers=1)
    row = found.parameters.iloc[0]
    est, se = found.estimates.iloc[:, 0], found.errors.iloc[:, 0]
    assert row["est.mean"] == pytest.approx(est.mean())
    assert row["est.sd"] == pytest.approx(est.std())
    assert row["se.mean"] == pytest.approx(se.mean())
    covered = (est - row["true"]).abs() <= 1.959963984540054 * se
    assert row["coverage"] == pytest.approx(covered.mean())
    assert row["power"] == pytest.approx((est.abs() > 1.959963984540054 * se).mean())
    assert row["used"] == 40


def test_methods_that_share_the_search_are_those_of_fit() -> None:
    """The lean fits give the numbers of ``sem.fit``, in one run or alone; groups, labels and ``:=`` included."""
    from helpers.sem.simulation import lean

    model = "f =~ a + l*b + l*c + d\nf ~ s*x\nscaled := s/2"
    data = sem.simulate("f =~ c(1, .9)*a + .8*b + .8*c + .7*d\nf ~ .5*x", n=[90, 70], seed=3, skew=1, kurtosis=2)
    holes = data.assign(a=data["a"].where(data["b"] < 1))
    for options, answers in (({}, data), ({"group": "group", "group_equal": ("loadings", "intercepts")}, data),
                             ({"missing": "fiml", "fixed_x": False}, holes)):
        names = ("ML", "MLR") if "missing" in options else ("ML", "MLM", "MLR")
        methods = [{"estimator": name, **options} for name in names]
        prepared = lean.Lean.of(model, methods, groups=2 if "group" in options else 1, conf_level=0.9)
        together = prepared.replications(answers)
        for one, each in zip(together, methods, strict=True):
            other = lean.by_fit(answers, model, each, 0.9)
            assert one.rows.keys() == other.rows.keys()
            for key in one.rows:
                np.testing.assert_allclose(one.rows[key], other.rows[key], rtol=1e-12, atol=1e-15)
            assert one.tests.keys() == other.tests.keys()
            for name in one.tests:
                np.testing.assert_allclose(one.tests[name], other.tests[name], rtol=1e-12)
            assert (one.failure, one.gates) == (other.failure, other.gates)


def test_samples_without_an_estimate_are_counted() -> None:
    """Nine respondents with holes: some samples leave fewer complete rows than items, some have a constant item."""
    found = sem.monte_carlo(FACTOR, n=9, replications=30, seed=1, workers=1, answers={"missing": 0.1, "thresholds": 3})
    refused = found.counts.drop(["replications", "used", "improper", "stopped"])
    assert found.counts["replications"] == 30
    assert found.counts["used"] + refused.sum() == 30
    assert any(name.startswith("moments.") and times for name, times in refused.items())
    assert found.counts["improper"] > 0
    assert found.counts["stopped"] >= found.counts["improper"] // 2
    assert (found.parameters["used"] == found.counts["used"]).all()


def test_groups_have_their_own_truth() -> None:
    found = sem.monte_carlo("f =~ 1*a + c(0.8, 0.6)*b + 0.9*c\na ~ c(0, 0.5)*1", "f =~ a + b + c", n=[150, 100],
                            replications=20, seed=4, workers=1)
    true = found.parameters.set_index(["lhs", "op", "rhs", "group"])["true"]
    assert true["f", "=~", "b", 1] == pytest.approx(0.8, abs=1e-8)
    assert true["f", "=~", "b", 2] == pytest.approx(0.6, abs=1e-8)
    assert true["a", "~1", "", 2] == pytest.approx(0.5, abs=1e-8)
    assert "f =~ b (group 2)" in found.estimates.columns


def test_on_ratings_the_aim_is_what_the_estimator_estimates() -> None:
    """Five-point correlations are weaker: the standardized slope's aim moves, and ML on ratings hits it."""
    asked = {"n": 300, "replications": 40, "seed": 9, "workers": 1, "answers": {"thresholds": 5}}
    pseudo = sem.monte_carlo(PATH, estimand="pseudo", **asked).parameters.iloc[0]
    population = sem.monte_carlo(PATH, **asked).parameters.iloc[0]
    assert population["true"] == pytest.approx(0.3, abs=1e-8)
    assert 0.25 < pseudo["true"] < 0.29
    assert abs(pseudo["bias"]) < 3 * pseudo["bias.mce"]
    assert pseudo["est.mean"] == population["est.mean"]


def test_ordinal_methods_aim_at_the_responses_behind_the_ratings() -> None:
    """Loadings are those of standardized responses, thresholds the quantiles of the shares asked for."""
    found = sem.monte_carlo(FACTOR, "f =~ a + b + c + d", n=500, replications=12, seed=2, workers=1,
                            estimator="WLSMV", ordered=list("abcd"), answers={"proportions": [0.2, 0.5, 0.3]})
    rows = found.parameters.set_index(["lhs", "op", "rhs"])
    assert rows.loc[("f", "=~", "c"), "true"] == pytest.approx(0.6 / 0.8, abs=1e-8)
    assert rows.loc[("a", "|", "t1"), "true"] == pytest.approx(-0.8416212, abs=1e-6)
    assert rows.loc[("b", "|", "t2"), "true"] == pytest.approx(0.5244005, abs=1e-6)
    assert (rows["bias"].abs() < 4.5 * rows["bias.mce"]).all()
    assert found.tests["test"].tolist() == ["chisq", "chisq.scaled"]
    with pytest.raises(ModelError) as caught:
        sem.monte_carlo("f =~ c(.8, .8)*a + .7*b + .6*c", n=50, replications=2, seed=1, estimator="WLSMV",
                        ordered=list("abc"), answers={"thresholds": 3})
    assert caught.value.problems[0].id == "sem.monte_carlo_ordered"


@pytest.mark.parametrize(("asked", "id", "named"), [
    ({"replications": 1}, "sem.monte_carlo_replications", "1"),
    ({"estimand": "truth"}, "sem.monte_carlo_estimand", "truth"),
    ({"answers": {"skewness": 1}}, "sem.monte_carlo_answers", "skewness"),
    ({"answers": {"skew": 3}}, "sem.simulate_impossible", "3"),
    ({"n": 3}, "sem.monte_carlo_nothing", "moments"),
])
def test_what_cannot_be_run_is_refused(asked: dict, id: str, named: str) -> None:
    with pytest.raises(ModelError) as caught:
        sem.monte_carlo(FACTOR, **{"n": 100, "replications": 4, "seed": 1, "workers": 1, **asked})
    assert caught.value.problems[0].id == id
    assert named in str(caught.value)
    assert caught.value.sentence("zh")
