"""What the tables of measurement say, refuse and doubt."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import DataError, ModelError, gates_table


def answers(n=300, seed=1, loading=0.8, items=("tr1", "tr2", "tr3", "tr4")):
    random = np.random.default_rng(seed)
    factor = random.normal(size=(n, 1))
    noise = random.normal(size=(n, len(items))) * np.sqrt(1 - loading**2)
    return pd.DataFrame(factor * loading + noise, columns=list(items))


def gate(table, name):
    return next(check for check in table.attrs["checks"] if check.gate == name)


TRUST = {"trust": ["tr1", "tr2", "tr3", "tr4"]}


@pytest.mark.parametrize(("change", "said"), [
    (lambda s: s.assign(tr2=s["tr2"].where(s.index != 3)), "1 answers are missing (items tr2)"),
    (lambda s: s.assign(tr2=4.0), "same answer to tr2"),
    (lambda s: s[["tr1"]], "tr1 only; at least 2 items"),
    (lambda s: s.head(2), "Only 2 respondents"),
    (lambda s: s.assign(tr1="agree"), "tr1 hold text"),
])
def test_alpha_refuses_what_it_cannot_answer(change, said):
    with pytest.raises(DataError) as refused:
        measurement.cronbach_alpha(change(answers()))
    assert said in str(refused.value)


def test_everything_wrong_with_any_scale_is_said_at_once():
    scores = answers().assign(flat=3.0)
    with pytest.raises(DataError) as refused:
        measurement.reliability(scores, {"trust": ["tr1", "tr9"], "care": ["tr2"], "calm": ["tr3", "tr4"]}, draws=0)
    said = str(refused.value)
    assert "trust: The scores have no columns tr9" in said
    assert "care: The scale has tr2 only" in said
    assert "calm" not in said


def test_no_scales_is_a_refusal_in_both_languages():
    with pytest.raises(DataError) as refused:
        measurement.reliability(answers(), {})
    assert "constructs:" in refused.value.sentence("en")
    assert "多题项" in refused.value.sentence("zh")


def test_missing_answers_leave_a_respondent_out_of_that_scale_only_and_are_counted():
    scores = answers().join(answers(seed=2, items=("lo1", "lo2", "lo3")))
    scores.loc[:19, "tr1"] = np.nan
    table = measurement.reliability(scores, {**TRUST, "loyalty": ["lo1", "lo2", "lo3"]}, draws=0).set_index("construct")
    assert table["n"].to_dict() == {"trust": 280, "loyalty": 300}
    assert table["missing"].to_dict() == {"trust": 20, "loyalty": 0}
    complete = measurement.cronbach_alpha(scores[TRUST["trust"]].dropna()).at[0, "alpha"]
    assert table.at["trust", "alpha"] == pytest.approx(complete, abs=1e-12)


def test_htmt_leaves_a_respondent_with_any_gap_out_of_the_whole_table():
    scores = answers().join(answers(seed=2, items=("lo1", "lo2")))
    scores.loc[:19, "tr1"] = np.nan
    table = measurement.htmt(scores, {**TRUST, "loyalty": ["lo1", "lo2"]}, draws=0)
    assert table["n"].tolist() == [280]
    assert table.attrs["missing"] == 20


def test_an_undeclared_reversed_item_is_named_and_not_turned_round():
    scores = answers(items=("tr1", "tr2", "tr3", "tr4"))
    turned = scores.assign(tr3=-scores["tr3"])
    table = measurement.reliability(turned, TRUST, draws=0)
    found = gate(table, "reversed_items")
    assert not found.passed
    assert found.values["items"] == ["tr3"]
    assert found.values["alpha"] == table.at[0, "alpha"]
    assert found.values["alpha_turned"] == pytest.approx(measurement.cronbach_alpha(scores).at[0, "alpha"])
    assert table.at[0, "alpha"] < 0.5 < found.values["alpha_turned"]


def test_reversed_items_pass_for_every_one_of_many_weak_honest_scales():
    false_alarms = 0
    for seed in range(200):
        table = measurement.reliability(answers(n=150, seed=seed, loading=0.45), TRUST, draws=0)
        false_alarms += not gate(table, "reversed_items").passed
    assert false_alarms <= 2  # at n = 150 and loadings of .45, about one in a hundred at the most


def test_two_items_that_correlate_negatively_have_alpha_and_no_omega():
    scores = answers()[["tr1", "tr2"]]
    table = measurement.reliability(scores.assign(tr2=-scores["tr2"]), {"trust": ["tr1", "tr2"]}, draws=50)
    assert table.at[0, "alpha"] < 0
    assert np.isnan(table.at[0, "omega"])
    assert not gate(table, "omega_undefined").passed
    assert gate(table, "reversed_items").values["items"] == ["tr1", "tr2"]


def test_two_items_are_told_with_their_spearman_brown_coefficient():
    table = measurement.reliability(answers()[["tr1", "tr2"]], {"trust": ["tr1", "tr2"]}, draws=0)
    found = gate(table, "omega_two_items").values
    assert found["spearman_brown"] == pytest.approx(table.at[0, "alpha.std"], abs=1e-12)
    assert found["r"] == pytest.approx(table.at[0, "mean.r"], abs=1e-12)


def test_single_items_are_named_and_get_no_reliability():
    table = measurement.reliability(answers(), TRUST, draws=0, single=["recommend"])
    assert table["construct"].tolist() == ["trust"]
    assert gate(table, "reliability_single").values["constructs"] == ["recommend"]


def test_items_that_cancel_each_other_out_leave_every_coefficient_undefined_and_say_so():
    a = np.random.default_rng(3).integers(1, 6, size=100)
    c = np.random.default_rng(4).integers(1, 6, size=100)
    scores = pd.DataFrame({"a": a, "b": 6 - a, "c": c, "d": 6 - c})
    for items in (["a", "b"], ["a", "b", "c", "d"]):
        table = measurement.reliability(scores, {"x": items}, draws=20)
        assert table[["alpha", "omega", "se.measurement"]].isna().all(axis=None)
        assert not gate(table, "sum_constant").passed
        assert not gate(table, "reliability").passed
        with pytest.raises(DataError, match="sums of x do not vary"):
            measurement.reliability_in_brief(table)


def test_negative_alpha_is_no_reliability_of_zero():
    scores = answers()[["tr1", "tr2"]]
    table = measurement.reliability(scores.assign(tr2=-scores["tr2"]), {"x": ["tr1", "tr2"]}, draws=0)
    assert gate(table, "alpha_negative").values["alpha"] == table.at[0, "alpha"] < 0
    assert np.isnan(table.at[0, "se.measurement"])


@pytest.mark.parametrize(("factor", "passed"), [(1.5, True), (10.0, False)])
def test_items_on_different_scales_are_named(factor, passed):
    scores = answers().clip(-2, 2)
    check = gate(measurement.reliability(scores.assign(tr2=scores["tr2"] * factor), TRUST, draws=0), "item_ranges")
    assert check.passed is passed
    assert passed or check.values["widest"] == "tr2"


def test_the_error_of_measurement_is_that_of_the_raw_sum():
    scores = answers(n=20_000, loading=0.8)
    table = measurement.reliability(scores, TRUST, draws=0)
    assert table.at[0, "se.measurement"] == pytest.approx(np.sqrt(4 * (1 - 0.8**2)), rel=0.02)  # items of variance 1


def test_the_verdict_on_one_factor_stands_beside_the_coefficients():
    scores = answers().join(answers(seed=2, items=("lo1", "lo2")))
    scales = {**TRUST, "loyalty": ["lo1", "lo2"]}
    fits = measurement.unidimensionality(scores, scales)
    table = measurement.reliability(scores, scales, draws=0, one_factor_fit=fits).set_index("construct")
    assert table["one.factor"].to_dict() == {"trust": "tenable", "loyalty": "untested"}
    brief = measurement.reliability_in_brief(table.reset_index())
    assert (brief["scales"], brief["variant"]) == (2, "")
    fits = fits.assign(**{"one.factor": ["contradicted", "untested"]})
    brief = measurement.reliability_in_brief(measurement.reliability(scores, scales, draws=0, one_factor_fit=fits))
    assert (brief["contradicted"], brief["variant"]) == (1, "contradicted")


def test_people_are_drawn_with_all_their_rows():
    scores = answers(n=150)
    twice = pd.concat([scores, scores], ignore_index=True)
    once, rows, people = (measurement.reliability(*asked, draws=2000, seed=4, **how).iloc[0] for asked, how in (
        ((scores, TRUST), {}), ((twice, TRUST), {}), ((twice, TRUST), {"respondents": np.tile(np.arange(150), 2)})))
    width = {name: row["omega.ci.upper"] - row["omega.ci.lower"] for name, row in (
        ("once", once), ("rows", rows), ("people", people))}
    assert width["people"] == pytest.approx(width["once"], rel=1e-6)  # the same people under the same seed
    assert width["rows"] == pytest.approx(width["once"] / np.sqrt(2), rel=0.1)
    alone = measurement.reliability(scores, TRUST, draws=2000, seed=4, respondents=np.arange(150)).iloc[0]
    assert alone["omega.ci.lower"] == once["omega.ci.lower"]


@pytest.mark.parametrize(("loading", "passed"), [(0.65, True), (0.35, False)])
def test_a_low_coefficient_is_a_remark(loading, passed):
    table = measurement.reliability(answers(n=2000, loading=loading), TRUST, draws=0)
    check = gate(table, "reliability")
    assert (check.severity, check.passed) == ("info", passed)


def test_a_heywood_case_is_estimated_and_doubted():
    cor = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    root = np.linalg.cholesky(cor)
    random = np.random.default_rng(3).normal(size=(200, 3))
    white = (random - random.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(random, rowvar=False))).T
    table = measurement.omega(pd.DataFrame(white @ root.T, columns=["a", "b", "c"]), draws=50)
    # 0.8 * 0.8 / 0.5 > 1: the communality of the first item exceeds its variance.
    assert gate(table, "omega_improper").values["items"] == ["a"]
    assert 0 < table.at[0, "omega"] < 1


def test_draws_without_an_estimate_are_counted():
    scores = answers(n=25, loading=0.3, seed=8)[["tr1", "tr2", "tr3"]]
    table = measurement.omega(scores, draws=400)
    assert 0 < table.at[0, "failed"] <= 400
    assert not gate(table, "omega_draws").passed


def test_the_same_seed_gives_the_same_digits_and_another_seed_others():
    first, again, other = (measurement.reliability(answers(), TRUST, draws=300, seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again)
    assert first.at[0, "omega.ci.lower"] != other.at[0, "omega.ci.lower"]


def test_item_analysis_without_an_item_is_the_coefficient_of_the_others():
    scores = answers()
    table = measurement.item_analysis(scores, TRUST).set_index("item")
    others = scores.drop(columns="tr2")
    assert table.at["tr2", "alpha.drop"] == pytest.approx(measurement.cronbach_alpha(others).at[0, "alpha"])
    assert table.at["tr2", "omega.drop"] == pytest.approx(measurement.omega(others, draws=2).at[0, "omega"])
    assert table.at["tr2", "r.drop"] == pytest.approx(scores["tr2"].corr(others.sum(axis=1)))


def test_items_below_the_mark_are_named():
    scores = answers().assign(tr4=np.random.default_rng(9).normal(size=300))
    weak = gate(measurement.item_analysis(scores, TRUST), "item_rest")
    assert (weak.passed, weak.values["items"]) == (False, ["tr4"])
    assert gate(measurement.item_analysis(answers(), TRUST), "item_rest").passed


def test_htmt_names_single_items_and_leaves_them_out():
    scores = answers().join(answers(seed=2, items=("lo1", "lo2", "nps")))
    table = measurement.htmt(scores, {**TRUST, "loyalty": ["lo1", "lo2"], "recommend": ["nps"]}, draws=0)
    assert len(table) == 1
    assert gate(table, "htmt_single").values["constructs"] == ["recommend"]
    with pytest.raises(DataError, match="at least two such constructs"):
        measurement.htmt(scores, {**TRUST, "recommend": ["nps"]}, draws=0)


@pytest.mark.parametrize(("correlation", "passed"), [(0.70, True), (0.95, False)])
def test_htmt_holds_the_upper_limit_against_the_bound(correlation, passed):
    random = np.random.default_rng(4)
    factors = random.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], size=800, method="cholesky")
    scores = pd.DataFrame(np.repeat(factors, 3, axis=1) * 0.8 + random.normal(size=(800, 6)) * 0.6,
                          columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    table = measurement.htmt(scores, {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}, draws=500)
    check = gate(table, "htmt")
    assert check.passed is passed
    assert check.values["largest"] == table.at[0, "ci.upper"]


def correlated(correlation, n=600, seed=6):
    random = np.random.default_rng(seed)
    factors = random.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], size=n, method="cholesky")
    return pd.DataFrame(np.repeat(factors, 3, axis=1) * 0.8 + random.normal(size=(n, 6)) * 0.6,
                        columns=["a1", "a2", "a3", "b1", "b2", "b3"])


PAIR = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}


@pytest.mark.parametrize(("correlation", "passed"), [(0.6, True), (0.95, False)])
def test_fornell_larcker_compares_the_root_of_ave_with_the_correlation(correlation, passed):
    table = measurement.fornell_larcker(sem.fit(measurement.correlated_factors(PAIR), correlated(correlation)))
    assert gate(table, "fornell_larcker").passed is passed


def test_convergent_validity_needs_cr_and_ave():
    fit = sem.fit(measurement.correlated_factors(PAIR), correlated(0.5))
    assert all(check.passed for check in measurement.validity(fit).attrs["checks"])
    strict = measurement.validity(fit, ave_at_least=0.90).attrs["checks"]
    assert not any(check.passed for check in strict)
    assert measurement.validity(fit)["max.htmt"].isna().all()


@pytest.mark.parametrize(("model", "said"), [
    ("a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3 + a3", "a3 load on two factors"),
    ("a1 ~ b1 + b2", "has no factor"),
])
def test_validity_refuses_models_it_is_not_defined_for(model, said):
    with pytest.raises(ModelError, match=said):
        measurement.validity(sem.fit(model, correlated(0.5)))


def test_validity_refuses_several_groups():
    scores = correlated(0.5).assign(region=["north", "south"] * 300)
    fit = sem.fit(measurement.correlated_factors(PAIR), scores, group="region")
    with pytest.raises(ModelError, match="2 groups"):
        measurement.loadings(fit)


def test_every_gate_is_said_in_both_languages():
    scores = correlated(0.95)
    fit = sem.fit(measurement.correlated_factors(PAIR), scores)
    tables = [measurement.reliability(scores, PAIR, draws=20, single=["nps"]), measurement.item_analysis(scores, PAIR),
              measurement.unidimensionality(scores, {"all": list(scores)}),
              measurement.lower_bounds(scores, PAIR),
              measurement.ordinal_reliability(scores.round(), PAIR), measurement.ordinal_reliability(scores, PAIR),
              measurement.htmt(scores, {**PAIR, "single": ["a1"]}, draws=20), measurement.validity(fit),
              measurement.fornell_larcker(fit)]
    checks = [check for table in tables for check in table.attrs["checks"]]
    assert {check.gate for check in checks} >= {"reliability", "reversed_items", "item_rest", "htmt", "htmt_single"}
    for language in ("en", "zh"):
        said = gates_table(checks, language)
        assert said[["found", "criterion", "source"]].map(len).min().min() > 0
        assert not said["found"].str.contains("{", regex=False).any()
