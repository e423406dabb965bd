"""Do skewed, rated and incomplete answers have the moments, shares and dependence that were asked for?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.simulation.nonnormal import bent, fleishman

POPULATION = """
    q =~ 1*q1 + 0.9*q2 + 0.8*q3
    t =~ 1*t1 + 0.8*t2
    q ~~ 0.6*q
    t ~ 0.5*q
    q1 ~~ 0.4*q1
    q2 ~~ 0.5*q2
    t1 ~~ 0.3*t1
    q2 ~ 2*1
"""
N = 200_000


def implied() -> pd.DataFrame:
    loadings = np.array([[1, 0], [0.9, 0], [0.8, 0], [0, 1], [0, 0.8]])
    latent = np.array([[0.6, 0.3], [0.3, 0.15 + 1]])
    return pd.DataFrame(loadings @ latent @ loadings.T + np.diag([0.4, 0.5, 1, 0.3, 1]),
                        index=["q1", "q2", "q3", "t1", "t2"], columns=["q1", "q2", "q3", "t1", "t2"])


@pytest.mark.parametrize(("skew", "kurtosis", "published"), [
    (0.0, 0.0, (0.0, 1.0, 0.0, 0.0)),
    # Fleishman (1978) and the tables after him print these coefficients.
    (2.0, 7.0, (-0.26002, 0.76159, 0.26002, 0.05307)),
    (3.0, 21.0, (-0.25230, 0.41861, 0.25230, 0.14759)),
    (-1.5, 3.0, None), (0.0, -1.15, None), (3.5, 30.0, None), (0.5, -0.5, None),
])
def test_cubic_has_the_moments_asked_for(skew: float, kurtosis: float, published: tuple | None) -> None:
    cubic = fleishman(skew, kurtosis)
    if published:
        np.testing.assert_allclose(cubic, published, atol=5e-6)
    places, weights = np.polynomial.hermite_e.hermegauss(20)  # exact for the twelfth power
    values = bent(cubic[:, None], places[:, None])[:, 0]
    moments = [values**power @ weights / weights.sum() for power in (1, 2, 3, 4)]
    np.testing.assert_allclose(moments, [0, 1, skew, kurtosis + 3], atol=1e-9)


def test_reachable_bound_is_where_the_solutions_end() -> None:
    for skew, kurtosis in ((0.0, -1.2), (1.0, 0.3), (2.0, 5.0), (3.2, 12.0)):
        with pytest.raises(ModelError) as caught:
            fleishman(skew, kurtosis)
        problem = caught.value.problems[0]
        assert problem.id == "sem.simulate_shape"
        lower = problem.values["lower"]
        assert kurtosis < lower
        fleishman(skew, lower + 1e-3)
        with pytest.raises(ModelError):
            fleishman(skew, lower - 1e-3)


def test_skewed_answers_keep_the_covariances() -> None:
    data = sem.simulate(POPULATION, n=N, seed=4, skew={"q1": 2, "q2": 1, "t1": -1},
                        kurtosis={"q1": 7, "q2": 1.5, "t1": 2})
    away = (data - data.mean()) / data.std(ddof=0)
    np.testing.assert_allclose((away**3).mean(), [2, 1, 0, -1, 0], atol=0.12)
    np.testing.assert_allclose((away**4).mean() - 3, [7, 1.5, 0, 2, 0], atol=1.2)
    np.testing.assert_allclose(data.cov(), implied(), atol=0.03)
    np.testing.assert_allclose(data.mean(), [0, 2, 0, 0, 0], atol=0.01)


def test_categories_have_their_shares() -> None:
    shares = [0.05, 0.1, 0.2, 0.3, 0.35]
    for shape in ({}, {"skew": 1.0, "kurtosis": 1.5}):
        data = sem.simulate(POPULATION, n=N, seed=6, proportions=shares, **shape)
        for item in data:
            np.testing.assert_allclose(data[item].value_counts(normalize=True).sort_index(), shares, atol=0.005)


def test_thresholds_by_number_and_by_value() -> None:
    data = sem.simulate(POPULATION, n=N, seed=6, thresholds={"q1": 5, "q2": [2.0]})
    # Steps of one standard deviation around the mean; the outer categories reach to infinity.
    np.testing.assert_allclose(data["q1"].value_counts(normalize=True).sort_index(),
                               [0.06681, 0.24173, 0.38292, 0.24173, 0.06681], atol=0.004)
    np.testing.assert_allclose(data["q2"].value_counts(normalize=True).sort_index(), [0.5, 0.5], atol=0.005)
    assert data["q3"].nunique() == N


def test_holes_completely_at_random() -> None:
    complete = sem.simulate(POPULATION, n=N, seed=3)
    data = sem.simulate(POPULATION, n=N, seed=3, missing=0.15)
    np.testing.assert_allclose(data.isna().mean(), 0.15, atol=0.004)
    pd.testing.assert_frame_equal(data, complete.where(data.notna()))
    assert abs(complete["t1"][data["q1"].isna()].mean()) < 0.03
    fewer = sem.simulate(POPULATION, n=N, seed=3, missing=sem.Missing({"t2": 0.15}))
    pd.testing.assert_series_equal(fewer["t2"], data["t2"])
    assert not fewer["q1"].isna().any()


@pytest.mark.parametrize(("by", "slope"), [("logistic", 1.0), ("logistic", -2.0), ("rank", 1.0)])
def test_holes_at_random_depend_on_the_driver_alone(by: str, slope: float) -> None:
    """Who answers differs, but given the driver the answers do not: the regression on the driver stays."""
    complete = sem.simulate(POPULATION, n=N, seed=3)
    data = sem.simulate(POPULATION, n=N, seed=3, missing=sem.Missing(0.15, items=("q2", "t1"), driver="q1", by=by,
                                                                     slope=slope))
    np.testing.assert_allclose(data.isna().mean(), [0, 0.15, 0, 0.15, 0], atol=0.004)
    lost = data["q2"].isna()
    assert (complete["q1"][lost].mean() - complete["q1"].mean()) * slope > 0.3
    assert abs(data["q2"].mean() - 2) > 0.03  # the items' own means are off
    sigma = implied()
    for rows in (lost, ~lost):
        slope_found, start = np.polyfit(complete["q1"][rows], complete["q2"][rows], 1)
        assert slope_found == pytest.approx(sigma.loc["q1", "q2"], abs=0.02)
        assert start == pytest.approx(2, abs=0.03)


def test_ratings_decide_over_holes_where_the_driver_is_rated() -> None:
    data = sem.simulate(POPULATION, n=50_000, seed=3, thresholds=5, missing=sem.Missing(0.2, driver="q1", by="rank"))
    shares = data["q2"].isna().groupby(data["q1"]).mean()
    assert shares.is_monotonic_increasing
    assert data["q1"].notna().all()
    assert data.drop(columns="q1").isna().mean().to_numpy() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(("asked", "id", "named"), [
    ({"skew": 2, "kurtosis": 1}, "sem.simulate_impossible", "2"),
    ({"skew": float("nan")}, "sem.simulate_impossible", "q1"),
    ({"skew": {"t2": 1}}, "sem.simulate_shape", "t2"),
    ({"skew": 8, "kurtosis": 90}, "sem.simulate_skew", "6.48"),
    ({"skew": {"z": 1}}, "sem.simulate_unknown", "z"),
    ({"thresholds": 1}, "sem.simulate_thresholds", "1"),
    ({"thresholds": {"q1": [1.0, 0.5]}}, "sem.simulate_thresholds", "q1"),
    ({"thresholds": "many"}, "sem.simulate_thresholds", "many"),
    ({"proportions": [0.5, 0.6]}, "sem.simulate_proportions", "0.6"),
    ({"proportions": [1.0]}, "sem.simulate_proportions", "q1"),
    ({"thresholds": 5, "proportions": {"q2": [0.5, 0.5]}}, "sem.simulate_twice", "q2"),
    ({"missing": 1.0}, "sem.simulate_share", "1.0"),
    ({"missing": sem.Missing(0.6, driver="q1", by="rank")}, "sem.simulate_share", "0.6"),
    ({"missing": sem.Missing({"q1": 0.1}, driver="q1")}, "sem.simulate_driver", "q1"),
    ({"missing": sem.Missing(0.1, driver="z")}, "sem.simulate_unknown", "z"),
    ({"missing": sem.Missing(0.1, driver="q1", by="chance")}, "sem.simulate_by", "chance"),
])
def test_what_cannot_be_drawn_is_refused(asked: dict, id: str, named: str) -> None:
    with pytest.raises(ModelError) as caught:
        sem.simulate(POPULATION, n=50, seed=1, **asked)
    assert caught.value.problems[0].id == id
    assert named in str(caught.value)
    assert caught.value.sentence("zh")


def test_correlations_that_such_items_cannot_have() -> None:
    with pytest.raises(ModelError) as caught:
        sem.simulate("a ~~ -0.9*b", n=50, seed=1, skew=2, kurtosis=7)
    problem = caught.value.problems[0]
    assert problem.id == "sem.simulate_correlation"
    assert problem.values["lower"] > -0.9
    allowed = problem.values["lower"] + 0.01
    data = sem.simulate(f"a ~~ {allowed}*b", n=N, seed=1, skew=2, kurtosis=7)
    assert data["a"].corr(data["b"]) == pytest.approx(allowed, abs=0.02)


def test_pairs_that_are_possible_only_one_by_one() -> None:
    with pytest.raises(ModelError) as caught:
        sem.simulate("a ~~ -0.48*b\na ~~ -0.48*c\nb ~~ -0.48*c", n=50, seed=1, skew={"a": 2, "b": 2, "c": 2},
                     kurtosis={"a": 7, "b": 7, "c": 7})
    assert caught.value.problems[0].id == "sem.simulate_intermediate"
