"""Which constructs are too close: as lavaan and semTools say it, known truth, and what is doubted."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import DataError, ModelError, gates_table
from helpers.measurement import told_apart

SCALES = {"care": ["ca1", "ca2"], "trust": ["tr1", "tr2", "tr3"], "loyal": ["lo1", "lo2", "lo3", "lo4"],
          "safe": ["sa1", "sa2", "sa3", "sa4", "sa5", "sa6"]}
MODEL = measurement.correlated_factors(SCALES)
TESTS = ["at85.chisq", "at90.chisq"]
# lavaan's fits are polished to the optimum, but for full information and ordinal items.
OPTIMISED, UNPOLISHED = 1e-6, 2e-5


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("measurement_data")


def holed(answers):
    out = answers.astype(float)
    out.loc[1::7, "tr2"] = np.nan
    out.loc[out["ca1"] > 5, "lo3"] = np.nan
    return out


def five(answers):
    return answers.apply(lambda one: pd.cut(one, [-np.inf, 2, 3, 4, 5, np.inf], labels=False))


HOW = {
    "ML": (lambda answers: answers, {"estimator": "ML"}),
    "MLR": (lambda answers: answers, {"estimator": "MLR"}),
    "MLM": (lambda answers: answers, {"estimator": "MLM"}),
    "FIML": (holed, {"estimator": "MLR", "missing": "fiml"}),
    "WLSMV": (five, {"estimator": "WLSMV", "ordered": True}),
}


def every_pair(fit):
    return measurement.discriminant(fit, tested_from=0.0).set_index(["construct1", "construct2"])


@pytest.mark.parametrize("how", HOW)
def test_correlations_intervals_and_tests_are_those_of_lavaan(answers, oracle, how):
    change, options = HOW[how]
    ours = every_pair(sem.fit(MODEL, change(answers), **options))
    theirs = oracle("discriminant_pairs").query("how == @how").set_index(["construct1", "construct2"])
    assert len(theirs) == 2
    tolerance = UNPOLISHED if how in ("WLSMV", "FIML") else OPTIMISED
    for column in ("cor", "ci.lower", "ci.upper"):
        np.testing.assert_allclose(ours.loc[theirs.index, column], theirs[column], rtol=0, atol=tolerance)
    np.testing.assert_allclose(ours.loc[theirs.index, TESTS], theirs[TESTS], rtol=tolerance * 10)


def test_semtools_tests_the_same_models(answers, oracle):
    ours = every_pair(sem.fit(MODEL, answers))
    theirs = oracle("discriminant_semtools").set_index(["construct1", "construct2"])
    np.testing.assert_allclose(ours.loc[theirs.index, "at90.chisq"], theirs["at90.chisq"], rtol=1e-5)
    np.testing.assert_allclose(ours.loc[theirs.index, "cor"], theirs["cor"], atol=1e-5)


@pytest.mark.parametrize(("estimator", "cutoff"), [("MLR", 0.85), ("MLM", 0.90)])
def test_the_lean_difference_is_that_of_whole_fits(answers, estimator, cutoff):
    larger = sem.fit(MODEL, answers, estimator=estimator, std_lv=True)
    held = f"{MODEL}\nloyal ~~ {cutoff}*safe"
    variants = sem.Variants.of(larger)
    chisq, df, pvalue = variants.difference(variants.fit(MODEL), variants.fit(held))
    whole = sem.compare(larger, sem.fit(held, answers, estimator=estimator, std_lv=True)).iloc[0]
    assert (chisq, df, pvalue) == pytest.approx((whole["chisq.diff"], whole["df.diff"], whole["pvalue"]), rel=1e-6)


def drawn(phi, n, seed):
    population = f"a =~ .8*a1 + .8*a2 + .8*a3\nb =~ .8*b1 + .8*b2 + .8*b3\na ~~ {phi}*b\na ~~ 1*a\nb ~~ 1*b\n"
    population += "\n".join(f"{item} ~~ .36*{item}" for item in ("a1", "a2", "a3", "b1", "b2", "b3"))
    return sem.simulate(population, n=n, seed=seed)


TWO = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}


@pytest.mark.parametrize(("phi", "word"), [(0.5, "none"), (0.84, "marginal"), (0.95, "moderate"), (1.0, "severe"),
                                           (-0.95, "moderate")])
def test_the_word_follows_the_correlation_that_was_chosen(phi, word):
    table = measurement.discriminant(sem.fit(measurement.correlated_factors(TWO), drawn(phi, 4000, seed=2)))
    assert table["problem"].tolist() == [word]
    assert table["cor"].item() == pytest.approx(phi, abs=0.03)
    passed = table.attrs["checks"][0].passed
    assert passed == (word in ("none", "marginal"))
    assert ("a - b" in gates_table(table.attrs["checks"])["found"].item()) != passed


@pytest.mark.parametrize(("limits", "gates"), [
    ([0.7, 0.6], {"discriminant": True}),
    ([0.7, np.nan], {"discriminant": True, "discriminant_undefined": False}),
    ([np.nan, np.nan], {"discriminant_undefined": False}),
])
def test_a_correlation_without_an_interval_is_no_pass(limits, gates):
    farthest = pd.Series(limits)
    table = pd.DataFrame({"construct1": ["a", "a"], "construct2": ["b", "c"],
                          "problem": farthest.map(told_apart.severity)})
    said = gates_table(told_apart._checks(table, farthest)).set_index("gate")
    assert said["passed"].to_dict() == gates
    assert all(said.loc["discriminant_undefined", "found"].count(f"a - {name}") == 1
               for name, limit in zip("bc", limits, strict=True) if np.isnan(limit))


def test_a_pair_far_below_the_cutoffs_has_no_test_and_one_factor_is_refused(answers):
    table = measurement.discriminant(sem.fit(MODEL, answers))
    far = table[table[["ci.lower", "ci.upper"]].abs().max(axis=1) < 0.80]
    assert len(far) and far[TESTS].isna().all(axis=None)
    with pytest.raises(ModelError, match="the model has one: trust"):
        measurement.discriminant(sem.fit("trust =~ tr1 + tr2 + tr3", answers))


def test_the_intervals_of_cr_and_ave_are_the_delta_method(answers):
    """Slopes by differences of AVE in the standardized loadings, whose covariances lavaan confirms."""
    fit = sem.fit(MODEL, answers, estimator="MLR")
    table = measurement.validity(fit).set_index("construct")
    lines = fit.parameters[(fit.parameters["op"] == "=~") & (fit.parameters["lhs"] == "loyal")]
    loadings, slopes = lines["std.all"].to_numpy(), fit.std_slopes[lines.index]
    spread = slopes @ fit.rows_vcov @ slopes.T
    np.testing.assert_allclose(np.sqrt(np.diag(spread)), lines["std.all.se"], rtol=1e-10)

    def ave(loads):
        return np.log(np.mean(loads**2) / (1 - np.mean(loads**2)))

    step = 1e-6
    gradient = np.array([(ave(loadings + step * e) - ave(loadings - step * e)) / (2 * step) for e in np.eye(4)])
    reach = 1.959963984540054 * np.sqrt(gradient @ spread @ gradient)
    expected = 1 / (1 + np.exp(-(ave(loadings) + np.array([-1, 1]) * reach)))
    np.testing.assert_allclose(table.loc["loyal", ["ave.ci.lower", "ave.ci.upper"]].astype(float), expected, atol=1e-8)
    assert table.at["loyal", "cr.ci.lower"] < table.at["loyal", "cr"] < table.at["loyal", "cr.ci.upper"]


def test_htmt2_is_said_to_be_undefined_where_correlations_change_sign():
    random = np.random.default_rng(5)
    factor = random.normal(size=(400, 2))
    items = factor[:, [0, 0, 1, 1]] + random.normal(size=(400, 4)) * 0.6
    items[:, 3] *= -1  # an item that was asked the other way round
    scores = pd.DataFrame(items, columns=["a1", "a2", "b1", "b2"])
    table = measurement.htmt(scores, {"a": ["a1", "a2"], "b": ["b1", "b2"]}, draws=100, single=["nps"])
    assert np.isfinite(table["htmt"].item()) and np.isnan(table["htmt2"].item())
    said = gates_table(table.attrs["checks"]).set_index("gate")["found"]
    assert "a - b" in said["htmt2_defined"]
    assert "nps" in said["htmt_single"]


def test_a_construct_turned_round_keeps_its_htmt2():
    random = np.random.default_rng(6)
    factor = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=400, method="cholesky")
    items = factor[:, [0, 0, 1, 1]] + random.normal(size=(400, 4)) * 0.5
    scores = pd.DataFrame(items, columns=["a1", "a2", "b1", "b2"])
    scales = {"a": ["a1", "a2"], "b": ["b1", "b2"]}
    turned = scores.assign(b1=-scores["b1"], b2=-scores["b2"])
    as_is, as_turned = (measurement.htmt(each, scales, draws=50) for each in (scores, turned))
    pd.testing.assert_frame_equal(as_is, as_turned)


def test_servqual22_cannot_tell_assurance_from_responsiveness(reference_data):
    answers = pd.read_csv(reference_data / "data" / "servqual22" / "SQ.csv", encoding="utf-8")
    counts = {"tangibles": (1, 4), "reliability": (5, 9), "responsiveness": (10, 13), "assurance": (14, 17),
              "empathy": (18, 22)}
    scales = {name: [f"a{i:02d}" for i in range(first, last + 1)] for name, (first, last) in counts.items()}
    table = measurement.discriminant(sem.fit(measurement.correlated_factors(scales), answers, estimator="MLR"))
    assert table.loc[0, ["construct1", "construct2", "problem"]].tolist() == ["responsiveness", "assurance", "moderate"]
    said = gates_table(table.attrs["checks"]).iloc[0]
    assert not said["passed"]
    assert said["found"].startswith("Cannot be told apart: responsiveness - assurance")


def test_a_model_that_must_not_be_interpreted_meets_no_criterion():
    """Fewer than two respondents for a free parameter: a stop."""
    within, between = np.kron(np.eye(2), np.full((3, 3), 0.6)), np.full((6, 6), 0.2)
    cov = np.where(within > 0, within, between) + np.diag(np.full(6, 0.4))
    fit = sem.fit("a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3",
                  moments=sem.Moments(cov=cov, n=20, names=["a1", "a2", "a3", "b1", "b2", "b3"]))
    assert any(check.severity == "stop" and not check.passed for check in fit.checks)
    for judged in (measurement.validity, measurement.discriminant, measurement.fornell_larcker):
        with pytest.raises(ModelError) as refused:
            judged(fit)
        assert refused.value.problems[0].id == "sem.stopped"


def test_one_scale_has_nothing_to_be_told_from(answers):
    fit = sem.fit(measurement.correlated_factors({"safe": SCALES["safe"]}), answers)
    for judged in (lambda: measurement.discriminant(fit), lambda: measurement.htmt(answers, {"safe": SCALES["safe"]})):
        with pytest.raises((ModelError, DataError)) as refused:
            judged()
        assert refused.value.problems[0].id.startswith("measurement.no_second_")
    assert measurement.validity(fit)["cr"].notna().all()
