"""The same numbers as psych, semTools and lavaan (tests/oracle/measurement.R)."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem

# Arithmetic in another order.
CLOSED_FORM = 1e-10
# Both sides stop at a gradient near zero; lavaan's is the larger.
OPTIMISED = 1e-6
SCALES = {"care": ["ca1", "ca2"], "trust": ["tr1", "tr2", "tr3"], "loyal": ["lo1", "lo2", "lo3", "lo4"],
          "safe": ["sa1", "sa2", "sa3", "sa4", "sa5", "sa6"]}


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("measurement_data")


@pytest.fixture(scope="module")
def fit(answers):
    return sem.fit(measurement.correlated_factors(SCALES), answers)


def compare(ours, theirs, key, columns, tolerance):
    joined = theirs.merge(ours, on=key, suffixes=("", ".ours"), validate="one_to_one")
    assert len(joined) == len(theirs) == len(ours)
    for column in columns:
        expected = joined[column].to_numpy(float)
        told = np.isfinite(expected)
        assert told.any()
        np.testing.assert_allclose(joined[f"{column}.ours"].to_numpy(float)[told], expected[told], rtol=0,
                                   atol=tolerance, err_msg=column)


def test_alpha_with_feldts_interval_is_that_of_psych(answers, oracle):
    table = measurement.reliability(answers, SCALES, draws=0)
    compare(table, oracle("measurement_reliability"), "construct",
            ["k", "n", "alpha", "alpha.ci.lower", "alpha.ci.upper", "alpha.std", "mean.r"], CLOSED_FORM)


def test_alpha_of_one_scale_is_the_row_of_the_table(answers):
    table = measurement.reliability(answers, SCALES, draws=200, seed=3).set_index("construct")
    one = measurement.cronbach_alpha(answers[SCALES["safe"]], draws=200, seed=3).iloc[0]
    assert one["alpha"] == table.at["safe", "alpha"]
    assert (one["ci.lower"], one["boot.ci.upper"]) == (table.at["safe", "alpha.ci.lower"],
                                                       table.at["safe", "alpha.boot.ci.upper"])


def test_omega_with_either_denominator_is_that_of_semtools(answers, oracle):
    table = measurement.reliability(answers, SCALES, draws=0)
    compare(table, oracle("measurement_reliability"), "construct", ["omega", "omega.observed"], OPTIMISED)


def test_item_rest_correlations_and_alpha_without_the_item_are_those_of_psych(answers, oracle):
    table = measurement.item_analysis(answers, SCALES)
    theirs = oracle("measurement_items")
    compare(table, theirs, ["construct", "item"], ["r.drop", "alpha.drop", "mean", "sd"], CLOSED_FORM)
    compare(table, theirs, ["construct", "item"], ["loading"], OPTIMISED)


def test_both_htmt_are_those_of_semtools(answers, oracle):
    table = measurement.htmt(answers, SCALES, draws=0)
    theirs = oracle("measurement_htmt")
    # Items of care and loyal correlate with both signs: no geometric mean; semTools takes that of absolute values.
    between = answers[SCALES["care"] + SCALES["loyal"]].corr().loc[SCALES["care"], SCALES["loyal"]].to_numpy()
    assert between.min() < 0 < between.max()
    mixed = (theirs["construct1"] == "care") & (theirs["construct2"] == "loyal")
    assert table.loc[(table["construct1"] == "care") & (table["construct2"] == "loyal"), "htmt2"].isna().all()
    compare(table, theirs.assign(htmt2=theirs["htmt2"].mask(mixed)), ["construct1", "construct2"], ["htmt", "htmt2"],
            CLOSED_FORM)


def test_loadings_and_their_intervals_are_those_of_lavaan(fit, oracle):
    compare(measurement.loadings(fit), oracle("measurement_loadings"), ["construct", "item"],
            ["loading", "ci.lower", "ci.upper"], OPTIMISED)


def test_cr_and_ave_follow_from_lavaans_standardized_loadings(fit, oracle):
    compare(measurement.validity(fit), oracle("measurement_validity"), "construct", ["cr", "ave"], OPTIMISED)


def test_fornell_larcker_holds_lavaans_factor_correlations(fit, oracle):
    table = measurement.fornell_larcker(fit).set_index("construct")
    for row in oracle("measurement_factor_correlations").itertuples():
        assert table.at[row.rhs, row.lhs] == pytest.approx(row.cor, abs=OPTIMISED)
        assert np.isnan(table.at[row.lhs, row.rhs])
    ave = oracle("measurement_validity").set_index("construct")["ave"]
    for name in SCALES:
        assert table.at[name, name] == pytest.approx(np.sqrt(ave[name]), abs=OPTIMISED)


@pytest.mark.parametrize("scale", ["trust", "loyal", "safe"])
def test_omega_is_that_of_the_estimation_core(answers, scale):
    fitted = sem.fit(measurement.correlated_factors({scale: SCALES[scale]}), answers, std_lv=True).parameters
    loading = fitted.loc[fitted["op"] == "=~", "est"].sum()
    residual = fitted.loc[(fitted["op"] == "~~") & (fitted["lhs"] != scale), "est"].sum()
    ours = measurement.omega(answers[SCALES[scale]], draws=50).at[0, "omega"]
    assert ours == pytest.approx(loading**2 / (loading**2 + residual), abs=OPTIMISED)


def test_omega_of_two_items_is_their_alpha(answers):
    two = answers[SCALES["care"]]
    assert measurement.omega(two, draws=50).at[0, "omega"] == pytest.approx(
        measurement.cronbach_alpha(two).at[0, "alpha"], abs=CLOSED_FORM)


def test_servqual22_reproduces_its_reference_numbers(reference_data):
    answers = pd.read_csv(reference_data / "data" / "servqual22" / "SQ.csv", encoding="utf-8")
    counts = {"tangibles": (1, 4), "reliability": (5, 9), "responsiveness": (10, 13), "assurance": (14, 17),
              "empathy": (18, 22)}
    scales = {name: [f"a{i:02d}" for i in range(first, last + 1)] for name, (first, last) in counts.items()}
    alphas = measurement.reliability(answers, scales, draws=0).set_index("construct")["alpha"]
    assert alphas.round(4).to_dict() == {"tangibles": 0.8162, "reliability": 0.8737, "responsiveness": 0.8533,
                                         "assurance": 0.9195, "empathy": 0.9050}
    table = measurement.htmt(answers, scales, draws=1000, seed=1)
    worst = table.set_index(["construct1", "construct2"]).loc[("responsiveness", "assurance")]
    assert worst[["htmt", "htmt2"]].round(3).tolist() == [0.953, 0.949]
    assert worst["ci.upper"] > 0.90
    gate = next(check for check in table.attrs["checks"] if check.gate == "htmt")
    assert not gate.passed
    assert "responsiveness - assurance" in gate.values["pairs"]
