"""Reliability of ordinal answers: the numbers of semTools and psych, a chosen truth, and what has no coefficient."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, moments, sem
from helpers.measurement.categorical_omega import categorical_omega
from helpers.measurement.ordinal_factor import ordinal_factor
from helpers.measurement.ordinal_reliability import omega_with_error

SIZES = {"yes": 4, "three": 3, "skewed": 5, "seven": 6}
SCALES = {name: [f"{name}{i + 1}" for i in range(k)] for name, k in SIZES.items()}
LOADINGS, CUTS = np.array([0.8, 0.7, 0.6, 0.5]), np.array([-1.2, -0.3, 0.6, 1.3])


def answers_of(n, seed, loadings=LOADINGS, cuts=CUTS):
    random = np.random.default_rng(seed)
    latent = random.normal(size=(n, 1)) * loadings + random.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(latent, cuts) + 1, columns=[f"q{i}" for i in range(len(loadings))])


def truth(loadings=LOADINGS, cuts=CUTS):
    one, two = np.triu_indices(len(loadings), 1)
    values = np.arange(len(cuts) + 1.0)
    k = len(loadings)
    return categorical_omega((cuts,) * k, (values,) * k, loadings, loadings[one] * loadings[two])


def gate(table, name):
    return next(check for check in table.attrs["checks"] if check.gate == name)


def test_categorical_omega_and_ordinal_alpha_are_those_of_semtools_and_psych(oracle):
    table = measurement.ordinal_reliability(oracle("ordinal_reliability_data"), SCALES).set_index("construct")
    theirs = oracle("ordinal_reliability").set_index("construct").loc[table.index]
    np.testing.assert_allclose(table["alpha"], theirs["alpha"], rtol=0, atol=1e-10)
    for column in ("omega.categorical", "alpha.ordinal", "mean.r.polychoric"):
        np.testing.assert_allclose(table[column], theirs[column], rtol=0, atol=1e-6, err_msg=column)


def test_loadings_and_their_derivatives_are_those_of_wlsmv():
    scores = answers_of(500, seed=2)
    items = list(scores)
    latent = moments.latent_moments(scores, items, items)
    cuts = sum(map(len, latent.thresholds))
    found = ordinal_factor(latent.values[cuts:], np.diag(latent.gamma)[cuts:])
    fit = sem.fit(measurement.correlated_factors({"f": items}), scores, estimator="WLSMV", ordered=items, std_lv=True)
    theirs = fit.parameters[fit.parameters["op"] == "=~"]
    np.testing.assert_allclose(found.loadings, theirs["est"], atol=1e-6)
    errors = np.sqrt(np.diag(found.by_correlations @ latent.gamma[cuts:, cuts:] @ found.by_correlations.T) / 499)
    np.testing.assert_allclose(errors, theirs["se"], rtol=1e-4)


def test_the_derivatives_are_those_of_the_coefficient():
    scores = answers_of(300, seed=3)
    latent = moments.latent_moments(scores, list(scores), list(scores))
    cuts = sum(map(len, latent.thresholds))
    correlations, values = latent.values[cuts:], latent.answers.values
    loadings = np.array([0.7, 0.6, 0.5, 0.8])
    here = categorical_omega(latent.thresholds, values, loadings, correlations)

    def slope(moved):
        up, down = (categorical_omega(*moved(step)).omega for step in (1e-5, -1e-5))
        return (up - down) / 2e-5

    for item, cut in ((0, 1), (3, 2)):
        def moved(step, item=item, cut=cut):
            thresholds = [each.copy() for each in latent.thresholds]
            thresholds[item][cut] += step
            return tuple(thresholds), values, loadings, correlations
        assert slope(moved) == pytest.approx(here.by_thresholds[item][cut], abs=1e-9)
    assert slope(lambda step: (latent.thresholds, values, loadings + np.eye(4)[1] * step, correlations)
                 ) == pytest.approx(here.by_loadings[1], abs=1e-9)
    assert slope(lambda step: (latent.thresholds, values, loadings, correlations + np.eye(6)[2] * step)
                 ) == pytest.approx(here.by_correlations[2], abs=1e-9)


def test_categorical_omega_is_the_correlation_of_sums_of_parallel_answers():
    random = np.random.default_rng(7)
    factor = random.normal(size=(400_000, 1))
    halves = [np.digitize(factor * LOADINGS + random.normal(size=(400_000, 4)) * np.sqrt(1 - LOADINGS**2), CUTS).sum(1)
              for _ in range(2)]
    assert truth().omega == pytest.approx(np.corrcoef(*halves)[0, 1], abs=0.004)


def test_the_chosen_truth_comes_back_and_the_standard_error_is_that_of_repeated_samples():
    estimates, errors = np.array([omega_with_error(latent, latent.values[-6:]) for latent in (
        moments.latent_moments(scores, list(scores), list(scores)) for scores in (
            answers_of(250, seed) for seed in range(120)))]).T
    assert estimates.mean() == pytest.approx(truth().omega, abs=0.004)
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.2)


def test_the_values_of_the_categories_count_and_not_their_ranks():
    scores = answers_of(400, seed=5)
    wide = scores.replace(5, 9)
    table, other = (measurement.ordinal_reliability(each, {"x": list(scores)}) for each in (scores, wide))
    assert other.at[0, "omega.categorical"] != pytest.approx(table.at[0, "omega.categorical"], abs=1e-3)
    assert other.at[0, "alpha.ordinal"] == pytest.approx(table.at[0, "alpha.ordinal"], abs=1e-12)
    doubled = measurement.ordinal_reliability(scores * 2 + 1, {"x": list(scores)})
    assert doubled.at[0, "omega.categorical"] == pytest.approx(table.at[0, "omega.categorical"], abs=1e-12)


def test_more_categories_than_can_be_tabulated_leave_a_row_without_coefficients():
    scores = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 3)), columns=list("abc"))
    table = measurement.ordinal_reliability(scores.assign(d=answers_of(60, 1)["q0"], e=answers_of(60, 1)["q1"]),
                                            {"free": list("abc"), "rated": ["d", "e"]})
    assert table["omega.categorical"].isna().tolist() == [True, False]
    assert table["alpha"].notna().all()
    assert gate(table, "ordinal_categories").values["construct"] == "free"


def test_items_that_order_each_other_perfectly_and_negative_pairs_are_named():
    a = answers_of(80, 1)["q0"]
    same = measurement.ordinal_reliability(pd.DataFrame({"a": a, "b": a, "c": a}), {"x": list("abc")})
    assert same[["omega.categorical", "alpha.ordinal"]].isna().all(axis=None)
    assert not gate(same, "ordinal_undefined").passed
    pair = measurement.ordinal_reliability(pd.DataFrame({"a": a, "b": 6 - answers_of(80, 1)["q1"]}), {"x": ["a", "b"]})
    assert np.isnan(pair.at[0, "omega.categorical"])
    assert not gate(pair, "ordinal_undefined").passed


def test_a_polychoric_matrix_that_is_not_positive_definite_is_used_as_it_is_and_named():
    random = np.random.default_rng(11)
    for _ in range(200):
        factor = random.normal(size=(14, 1))
        scores = pd.DataFrame((factor + random.normal(size=(14, 6)) * 0.7 > 0).astype(int), columns=list("abcdef"))
        if scores.nunique().min() < 2:
            continue
        table = measurement.ordinal_reliability(scores, {"x": list("abcdef")})
        checks = {check.gate: check for check in table.attrs["checks"]}
        if "ordinal_definite" in checks and not checks["ordinal_definite"].passed:
            assert checks["ordinal_definite"].values["eigenvalue"] < 1e-8
            assert np.isfinite(table.at[0, "alpha.ordinal"])
            return
    pytest.fail("no sample with such a matrix was drawn")


def test_intervals_from_few_respondents_are_said_to_be_narrow():
    few, many = (gate(measurement.ordinal_reliability(answers_of(n, 1), {"x": list(answers_of(n, 1))}),
                      "ordinal_interval") for n in (150, 600))
    assert (few.passed, few.values["n"], many.passed) == (False, 150, True)
