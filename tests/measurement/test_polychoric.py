"""Polychoric correlations: the numbers of lavaan, known truth, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from helpers import measurement
from helpers.errors import DataError
from helpers.moments import bivariate_normal

# lavaan's search for each correlation ends at a gradient near zero, ours at a step of 1e-9.
OPTIMISED = 1e-6
CLOSED_FORM = 1e-12


@pytest.fixture(scope="module")
def sets(oracle):
    return {name: rows.drop(columns="set") for name, rows in oracle("polychoric_data").groupby("set", sort=False)}


def found(sets, name):
    return measurement.polychoric(sets[name], missing="pairwise" if name == "pairwise" else "listwise")


@pytest.mark.parametrize("name", ["small", "large", "strong", "pairwise"])
def test_correlations_are_those_of_lavaan(sets, oracle, name) -> None:
    expected = oracle("polychoric_correlations").query("set == @name")
    ours = found(sets, name).correlations
    told = [ours.loc[row.item1, row.item2] for row in expected.itertuples()]
    assert len(told) == 21
    np.testing.assert_allclose(told, expected["r"], rtol=0, atol=OPTIMISED)


@pytest.mark.parametrize("name", ["small", "large", "strong", "pairwise"])
def test_thresholds_are_those_of_lavaan(sets, oracle, name) -> None:
    expected = oracle("polychoric_thresholds").query("set == @name")
    both = expected.merge(found(sets, name).thresholds, on=["item", "threshold"], validate="one_to_one")
    assert len(both) == len(expected)
    np.testing.assert_allclose(both["value_y"], both["value_x"], rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize("r", [-0.99, -0.9, -0.4, 0.0, 0.6, 0.85, 0.96, 0.9985])
def test_probabilities_are_those_of_scipy(r) -> None:
    h, k = np.meshgrid([-2.5, -0.7, 0.0, 0.1, 1.9], [-1.0, 0.05, 2.2])
    expected = multivariate_normal(cov=[[1, r], [r, 1]]).cdf(np.stack([h, k], axis=-1))
    told = bivariate_normal.distribution(h[None], k[None], np.array([r]))[0]
    np.testing.assert_allclose(told, expected, rtol=0, atol=1e-10)


def test_density_is_the_slope_of_the_probability_by_the_correlation() -> None:
    h, k, step = np.array([[0.3, -1.2]]), np.array([[0.9, 0.4]]), 1e-5
    below, above = (bivariate_normal.distribution(h, k, np.array([0.6 + d])) for d in (-step, step))
    value, slope = bivariate_normal.density(h, k, np.array([0.6]))
    np.testing.assert_allclose((above - below) / (2 * step), value, atol=1e-9)
    before, after = (bivariate_normal.density(h, k, np.array([0.6 + d]))[0] for d in (-step, step))
    np.testing.assert_allclose((after - before) / (2 * step), slope, atol=1e-8)


def test_chosen_correlations_are_recovered() -> None:
    random = np.random.default_rng(11)
    true = np.array([[1, 0.7, -0.3], [0.7, 1, 0.1], [-0.3, 0.1, 1]])
    latent = random.multivariate_normal(np.zeros(3), true, size=200_000, method="cholesky")
    cuts = [[0.4], [-0.8, 0.9], [-1.5, -0.3, 0.2, 1.1]]
    scores = pd.DataFrame({name: np.digitize(column, at)
                           for name, column, at in zip("abc", latent.T, cuts, strict=True)})
    told = measurement.polychoric(scores)
    assert np.abs(told.correlations.to_numpy() - true).max() < 0.015
    assert np.abs(told.thresholds["value"] - np.concatenate(cuts)).max() < 0.015


def test_a_table_of_quarters_has_its_closed_form() -> None:
    # Margins at the median: P(both low) = 1/4 + arcsin(r) / (2 pi).
    scores = pd.DataFrame({"a": [1] * 50 + [2] * 50, "b": [1] * 40 + [2] * 20 + [1] * 10 + [2] * 30})
    equal = pd.concat([scores, 3 - scores], ignore_index=True)
    both_low = ((equal["a"] == 1) & (equal["b"] == 1)).mean()
    told = measurement.polychoric(equal).correlations.loc["a", "b"]
    assert told == pytest.approx(np.sin(2 * np.pi * (both_low - 0.25)), abs=1e-9)


def test_only_the_order_of_the_categories_counts(sets) -> None:
    ranks = sets["small"]
    stretched = ranks.replace({1: -4.5, 2: 0.0, 3: 2.25, 4: 9.0, 5: 10.0, 6: 11.0, 7: 100.0})
    pd.testing.assert_frame_equal(measurement.polychoric(stretched).correlations,
                                  measurement.polychoric(ranks).correlations)
    named = ranks.assign(y3=pd.Categorical.from_codes(ranks["y3"].astype(int) - 1, ["no", "so", "yes"], ordered=True))
    pd.testing.assert_frame_equal(measurement.polychoric(named).correlations,
                                  measurement.polychoric(ranks).correlations)


def test_missing_answers_leave_the_pairs_they_concern(sets) -> None:
    scores = sets["pairwise"]
    here = scores.notna().to_numpy().astype(int)
    assert (measurement.polychoric(scores, missing="pairwise").n.to_numpy() == here.T @ here).all()
    assert (measurement.polychoric(scores).n.to_numpy() == len(scores.dropna())).all()


def test_empty_combinations_are_counted_and_the_gate_tells() -> None:
    scores = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3, 3, 1], "b": [1, 2, 2, 1, 3, 3, 2, 1]})
    told = measurement.polychoric(scores)
    assert told.empty.loc["a", "b"] == 9 - len(scores.drop_duplicates())
    assert {check.gate: check.passed for check in told.checks}["polychoric_cells"] is False
    full = pd.DataFrame({"a": [1, 1, 2, 2] * 9, "b": [1, 2, 1, 2] * 9})
    assert {check.gate: check.passed for check in measurement.polychoric(full).checks}["polychoric_cells"] is True


def test_perfectly_ordered_answers_are_at_the_limit() -> None:
    scores = pd.DataFrame({"a": [1] * 30 + [2] * 30, "b": [1] * 30 + [2] * 30, "c": [1, 2, 2] * 20})
    checks = {check.gate: check for check in measurement.polychoric(scores).checks}
    assert not checks["polychoric_limit"].passed
    assert checks["polychoric_limit"].values["pairs"] == ["a - b"]


def test_a_matrix_that_is_not_positive_definite_stops_and_stays_as_it_is() -> None:
    random = np.random.default_rng(3)
    pairs = [(0.9, "ab"), (0.9, "bc"), (-0.9, "ac")]  # no three variables correlate like this
    parts = []
    for r, names in pairs:
        latent = random.multivariate_normal([0, 0], [[1, r], [r, 1]], size=400, method="cholesky")
        parts.append(pd.DataFrame((latent > 0).astype(float), columns=list(names)))
    told = measurement.polychoric(pd.concat(parts, ignore_index=True), missing="pairwise")
    check = next(check for check in told.checks if check.gate == "polychoric_definite")
    assert not check.passed
    assert check.severity == "stop"
    assert check.values["eigenvalue"] == pytest.approx(np.linalg.eigvalsh(told.correlations)[0])
    assert check.values["eigenvalue"] < -0.5


@pytest.mark.parametrize(("scores", "id"), [
    ({"a": [1, 1, 1, 1], "b": [1, 2, 1, 2]}, "moments.one_category"),
    ({"a": list(range(13)), "b": [1, 2] * 6 + [1]}, "moments.many_categories"),
    ({"a": ["low", "high"] * 3, "b": [1, 2] * 3}, "moments.text"),
    ({"a": [1, 2, 1]}, "measurement.one_item"),
    ({"a": [1, 2, np.nan, np.nan], "b": [np.nan, np.nan, 1, 2]}, "moments.one_category"),
])
def test_refused(scores, id) -> None:
    with pytest.raises(DataError) as caught:
        measurement.polychoric(pd.DataFrame(scores))
    assert caught.value.problems[0].id == id


def test_all_items_that_are_wrong_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        measurement.polychoric(pd.DataFrame({"a": [1] * 14, "b": list(range(14)), "c": [1, 2] * 7}))
    assert [problem.values["item"] for problem in caught.value.problems] == ["a", "b"]


def test_unknown_treatment_of_missing_answers_and_no_frame_are_refused() -> None:
    with pytest.raises(DataError, match="fiml"):
        measurement.polychoric(pd.DataFrame({"a": [1, 2], "b": [1, 2]}), missing="fiml")
    with pytest.raises(DataError, match="DataFrame"):
        measurement.polychoric([[1, 2], [2, 1]])
