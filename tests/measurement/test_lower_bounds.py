"""Lower bounds to reliability: the numbers of psych, chosen truths, and what has no bound."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement
from helpers.measurement.greatest_lower_bound import greatest_lower_bound
from helpers.measurement.split_halves import MOST_SPLITS, number_of_splits, split_halves

SIZES = {"two": 2, "three": 3, "four": 4, "five": 5, "mixed": 6, "seven": 7, "eight": 8, "nine": 9}
SCALES = {name: [f"{name}{i + 1}" for i in range(k)] for name, k in SIZES.items()}
BOUNDS = ["lambda1", "lambda2", "lambda3", "lambda4", "lambda5", "lambda6", "split.mean", "split.min"]


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("scale_bounds_data")


def agree(ours, theirs, columns, tolerance):
    expected = theirs[columns].to_numpy(float)
    found = ours.set_index("construct").loc[theirs["construct"], columns].to_numpy(float)
    told = np.isfinite(expected)
    np.testing.assert_allclose(found[told], expected[told], rtol=0, atol=tolerance)


def test_guttmans_bounds_and_every_split_of_standardized_items_are_those_of_psych(answers, oracle):
    standardized = (answers - answers.mean()) / answers.std()
    agree(measurement.lower_bounds(standardized, SCALES), oracle("scale_bounds_guttman"), BOUNDS, 1e-10)


def test_those_of_raw_items_are_guttmans_formulas(answers, oracle):
    agree(measurement.lower_bounds(answers, SCALES), oracle("scale_bounds_raw"), BOUNDS, 1e-10)


def test_the_greatest_lower_bound_is_that_of_semidefinite_programming(answers, oracle):
    # CSDP stops at a relative gap of 1e-8, which is where the two differ.
    agree(measurement.lower_bounds(answers, SCALES), oracle("scale_bounds_glb"), ["glb"], 1e-6)


def test_the_greatest_lower_bound_proves_itself_and_stands_above_all_others(answers):
    table = measurement.lower_bounds(answers, SCALES).set_index("construct")
    assert (table["glb"] >= table[[f"lambda{i}" for i in range(1, 7)]].max(axis=1) - 1e-9).all()
    for name, items in SCALES.items():
        cov = answers[items].cov().to_numpy()
        found = greatest_lower_bound(cov)
        assert found.gap < 1e-9
        assert found.errors.min() >= 0
        assert np.linalg.eigvalsh(cov - np.diag(found.errors))[0] >= -1e-10 * cov.max()
        assert found.glb == table.at[name, "glb"]


def test_the_bound_of_one_factor_is_its_omega_and_lambda_four_of_parallel_items_too():
    loadings, errors = np.array([0.9, 0.8, 0.6, 0.7, 0.5]), np.array([0.4, 0.5, 0.9, 0.3, 0.8])
    cov = np.outer(loadings, loadings) + np.diag(errors)
    omega = loadings.sum() ** 2 / cov.sum()
    assert greatest_lower_bound(cov).glb == pytest.approx(omega, abs=1e-8)
    np.testing.assert_allclose(greatest_lower_bound(cov).errors, errors, atol=1e-4)
    parallel = np.full((6, 6), 0.5) + np.eye(6) * 0.5
    halves = split_halves(parallel)
    assert (halves.largest, halves.smallest) == (pytest.approx(6 / 7), pytest.approx(6 / 7))


def test_the_bound_of_a_small_sample_is_too_high_and_that_is_said():
    loadings = np.full(8, 0.6)
    cov = np.outer(loadings, loadings) + np.diag(np.full(8, 0.64))
    samples = np.random.default_rng(1).multivariate_normal(np.zeros(8), cov, size=(60, 80), method="cholesky")
    truth = loadings.sum() ** 2 / cov.sum()
    found = np.array([greatest_lower_bound(np.cov(sample, rowvar=False)).glb for sample in samples])
    assert found.mean() > truth + 0.03
    table = measurement.lower_bounds(pd.DataFrame(samples[0], columns=list("abcdefgh")), {"a": list("abcdefgh")})
    check = next(check for check in table.attrs["checks"] if check.gate == "glb_sample")
    assert (check.passed, check.values["n"]) == (False, 80)


def test_too_many_splits_are_drawn_and_that_is_said():
    random = np.random.default_rng(4)
    scores = pd.DataFrame(random.normal(size=(300, 1)) + random.normal(size=(300, 21)),
                          columns=list("abcdefghijklmnopqrstu"))
    assert number_of_splits(21) > MOST_SPLITS
    first, again = (measurement.lower_bounds(scores, {"long": list(scores)}, seed=5) for _ in range(2))
    assert first["enumeration"].tolist() == ["sampled"]
    assert first["splits"].tolist() == [10_000]
    pd.testing.assert_frame_equal(first, again)
    # The mean of all splits of an odd number is a little below alpha: k / (k - 1) is taken of equal halves.
    exact = first.at[0, "lambda3"] * (21**2 - 1) / 21**2
    assert first.at[0, "split.mean"] == pytest.approx(exact, abs=5e-4)


def test_fewer_respondents_than_items_leave_the_bounds_that_need_an_inverse_undefined():
    scores = pd.DataFrame(np.random.default_rng(2).normal(size=(5, 7)) + np.arange(5)[:, None], columns=list("abcdefg"))
    table = measurement.lower_bounds(scores, {"a": list("abcdefg")})
    assert table[["lambda6", "glb"]].isna().all(axis=None)
    assert table[["lambda1", "lambda2", "lambda3", "lambda4", "lambda5"]].notna().all(axis=None)
    check = next(check for check in table.attrs["checks"] if check.gate == "bounds_singular")
    assert (check.passed, check.values["n"], check.values["k"]) == (False, 5, 7)


def test_a_half_that_does_not_vary_counts_as_no_correlation_and_is_told():
    random = np.random.default_rng(3)
    a, c = random.integers(1, 6, size=(2, 100))
    scores = pd.DataFrame({"a": a, "b": 6 - a, "c": c, "d": np.clip(c + random.integers(-1, 2, 100), 1, 5)})
    table = measurement.lower_bounds(scores, {"x": list("abcd")})
    check = next(check for check in table.attrs["checks"] if check.gate == "split_constant")
    assert (check.passed, check.values["constant"]) == (False, 1)
    assert np.isfinite(table.at[0, "lambda4"])


def test_a_sum_that_does_not_vary_has_no_bound():
    a = np.random.default_rng(3).integers(1, 6, size=100)
    table = measurement.lower_bounds(pd.DataFrame({"a": a, "b": 6 - a}), {"x": ["a", "b"]})
    assert table[BOUNDS].isna().all(axis=None)
