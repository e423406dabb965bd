"""Moments behind ordinal items and their asymptotic covariances: lavaan's numbers, known truth, refusals."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import DataError
from helpers.moments import latent_moments

NAMES = ["y1", "x1", "y2", "y3", "x2", "y4"]
ORDERED = ["y1", "y2", "y3", "y4"]
# lavaan stops each correlation at a small gradient; relative to the size of the value.
OPTIMISED = 1e-6


def found(oracle, name):
    data = oracle("latent_moments_data").query("set == @name").drop(columns="set")
    return latent_moments(data, NAMES, ORDERED, missing="pairwise" if name == "pairwise" else "listwise")


@pytest.mark.parametrize("name", ["complete", "pairwise", "empty"])
def test_values_are_those_of_lavaan(oracle, name) -> None:
    expected = oracle("latent_moments_values").query("set == @name")
    ours = found(oracle, name)
    assert list(ours.labels) == expected["label"].tolist()
    np.testing.assert_allclose(ours.values, expected["value"], rtol=0, atol=OPTIMISED)


@pytest.mark.parametrize("name", ["complete", "pairwise", "empty"])
def test_asymptotic_covariances_are_those_of_lavaan(oracle, name) -> None:
    expected = oracle("latent_moments_gamma").query("set == @name")
    gamma = found(oracle, name).gamma
    size = np.sqrt(np.diag(gamma))
    told = (gamma / np.outer(size, size))[expected["row"], expected["column"]]
    np.testing.assert_allclose(told, expected["gamma"] / (size[expected["row"]] * size[expected["column"]]), rtol=0,
                               atol=OPTIMISED)


def test_the_pieces_say_the_same_as_the_values(oracle) -> None:
    ours = found(oracle, "complete")
    by = dict(zip(ours.labels, ours.values, strict=True))
    assert ours.ordered == (True, False, True, True, False, True)
    assert [by[f"y1|t{t}"] for t in (1, 2, 3, 4)] == ours.thresholds[0].tolist()
    assert by["x1~1"] == -ours.mean[1]
    assert by["x2~~x2"] == ours.cov[4, 4]
    assert by["y3~~x2"] == ours.cov[3, 4] == ours.cov[4, 3]
    assert (np.diag(ours.cov)[[0, 2, 3, 5]] == 1).all()


def test_standard_errors_are_the_spread_over_many_samples() -> None:
    random = np.random.default_rng(8)
    true = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    n, values, variances = 400, [], []
    for _ in range(400):
        x = random.multivariate_normal(np.zeros(3), true, size=n, method="cholesky")
        data = pd.DataFrame({"a": np.digitize(x[:, 0], [-0.7, 0.6]), "b": (x[:, 1] > 0.4) + 0, "c": 2 * x[:, 2]})
        each = latent_moments(data, ["a", "b", "c"], ["a", "b"])
        values.append(each.values)
        variances.append(np.diag(each.gamma) / n)
    truth = [-0.7, 0.6, 0.4, 0, 4, 0.5, 0.8, 0.6]
    spread = np.std(values, axis=0)
    assert np.abs(np.mean(values, axis=0) - truth).max() < 4 * spread.max() / 20
    # 400 samples know a standard deviation to 3.5 %.
    np.testing.assert_allclose(np.sqrt(np.mean(variances, axis=0)), spread, rtol=0.14)


@pytest.mark.parametrize(("data", "ordered", "id"), [
    ({"a": [1, 2, 1, 2], "x": [3.0, 3.0, 3.0, 3.0]}, ["a"], "moments.constant"),
    ({"a": [1, 2, 1, 2], "x": ["u", "v", "u", "w"]}, ["a"], "moments.text"),
    ({"a": [1, 1, 1, 1], "x": [3.0, 1.0, 2.0, 5.0]}, ["a"], "moments.one_category"),
    ({"a": list(range(20)), "x": list(range(20))}, ["a"], "moments.many_categories"),
    ({"a": [1, 2, 1, 2]}, ["a"], "moments.absent"),
])
def test_refused(data, ordered, id) -> None:
    with pytest.raises(DataError) as caught:
        latent_moments(pd.DataFrame(data), ["a", "x"], ordered)
    assert caught.value.problems[0].id == id
