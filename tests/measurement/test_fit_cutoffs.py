"""Cutoffs simulated for one model: their samples are those of full fits, and right models pass as often as promised."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import ModelError
from helpers.measurement.misspecified import MOST_EXPLAINED, Factors, levels
from helpers.sem.simulation.sampled_fit import _triangles, sampled_fit

THREE = Factors(tuple(f"{f}{i}" for f in "abc" for i in range(5)), ("A", "B", "C"), np.repeat([0, 1, 2], 5),
                np.array([0.7, 0.7, 0.75, 0.8, 0.8, 0.6, 0.7, 0.75, 0.8, 0.8, 0.7, 0.72, 0.75, 0.85, 0.9]),
                np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]))
TEXT = "\n".join(f"{name} =~ {' + '.join(THREE.items[5 * at: 5 * at + 5])}" for at, name in enumerate(THREE.names))
ONE = Factors(tuple("abcdefgh"), ("F",), np.zeros(8, dtype=int), np.linspace(0.55, 0.8, 8), np.eye(1))


def answers(population, names, n, seed):
    drawn = np.random.default_rng(seed).multivariate_normal(np.zeros(len(names)), population, n, method="cholesky")
    return pd.DataFrame(drawn, columns=list(names))


def test_each_sample_has_the_indices_of_a_full_fit():
    names = [*THREE.items[5:], *THREE.items[:5]]  # another order than the model's
    order = [THREE.items.index(name) for name in names]
    population = levels(THREE, most=2)[1].population[np.ix_(order, order)]
    found = sampled_fit(TEXT, [population], names=names, n=150, replications=4, seed=7)[0]
    inner = np.linalg.cholesky(population[np.ix_(np.argsort(order), np.argsort(order))])
    for (_, row), triangle in zip(found.iterrows(), _triangles(15, 150, 4, 7), strict=True):
        turned = inner @ triangle
        sample = sem.Moments(cov=turned @ turned.T / 149, n=150, names=THREE.items)
        measures = sem.fit(TEXT, moments=sample).measures
        assert row.to_dict() == pytest.approx({name: measures[name] for name in row.index}, abs=2e-3)
        assert row["srmr"] == pytest.approx(measures["srmr"], abs=1e-5)


def test_drawn_matrices_have_the_moments_of_a_wishart_matrix():
    drawn = _triangles(3, 50, 4000, 1)
    s = drawn @ drawn.mT / 50
    error = np.sqrt(2 * 49 / 50**2 / 4000)
    np.testing.assert_allclose(s.mean(axis=0), np.eye(3) * 49 / 50, atol=4 * error)
    np.testing.assert_allclose(s.var(axis=0), (np.ones((3, 3)) + np.eye(3)) * 49 / 50**2, rtol=0.12)


@pytest.mark.parametrize(("model", "text"), [(THREE, TEXT), (ONE, "F =~ " + " + ".join(ONE.items))])
def test_right_models_lie_beyond_the_limit_in_five_percent_and_level_one_inside_its_cutoff(model, text):
    """Limits from one set of samples, judged on samples with another seed."""
    first = levels(model, most=1)[0].population
    fit = sem.fit(text, moments=sem.Moments(cov=model.implied * 400 / 399, n=400, names=model.items))
    table = measurement.fit_cutoffs(fit, replications=1000, seed=1, most_levels=1).set_index("measure")
    right, wrong = sampled_fit(text, [model.implied, first], names=model.items, n=400, replications=1000, seed=2)
    error = 3.5 * np.sqrt(2 * 0.05 * 0.95 / 1000)  # both the limit and the share are simulated
    for measure, sign in (("srmr", 1), ("rmsea", 1), ("cfi", -1)):
        beyond = (sign * right[measure] > sign * table.at[measure, "correct"]).mean()
        assert abs(beyond - 0.05) < error, measure
        inside = (sign * wrong[measure] < sign * table.at[measure, "cutoff.1"]).mean()
        assert abs(inside - 0.05) < error, measure


def test_levels_leave_out_what_the_papers_describe():
    made = levels(THREE, most=3)
    # C is the most reliable; the weakest item of B (.6) comes before that of A (.7).
    assert [level.added[-1][:2] for level in made] == [("b0", "C"), ("a0", "C")]
    assert made[0].added[0][2] == pytest.approx(0.6)
    b0, c0, a1 = (THREE.items.index(name) for name in ("b0", "c0", "a1"))
    assert made[0].population[b0, c0] == pytest.approx(0.6 * 0.3 * 0.7 + 0.6 * 0.7)
    assert made[0].population[b0, a1] == pytest.approx(0.6 * 0.5 * 0.7 + 0.6 * 0.4 * 0.7)
    strong = Factors(tuple("abcdef"), ("A", "B"), np.repeat([0, 1], 3), np.full(6, 0.8), np.array([[1, 0.8], [0.8, 1]]))
    _, _, crossed = levels(strong, most=3)[0].added[0]
    assert 0.8**2 + crossed**2 + 2 * 0.8 * crossed * 0.8 == pytest.approx(MOST_EXPLAINED)
    assert [len(level.added) for level in levels(ONE, most=3)] == [2, 3, 4]
    pair = levels(ONE, most=1)[0].population[0, 1]
    one, other = ONE.loadings[:2]
    assert pair == pytest.approx(one * other + 0.3 * np.sqrt((1 - one**2) * (1 - other**2)))


def test_a_model_that_leaves_something_out_is_graded_and_a_right_one_is_not():
    right = sem.fit(TEXT, answers(THREE.implied, THREE.items, 500, seed=3))
    assert set(measurement.fit_cutoffs(right, seed=4)["verdict"]) <= {"correct", "below"}
    wrong = sem.fit(TEXT, answers(levels(THREE, most=2)[1].population, THREE.items, 500, seed=2))
    table = measurement.fit_cutoffs(wrong, seed=4)
    assert table["verdict"].str.startswith("level").sum() >= 2
    assert not table.attrs["checks"][0].passed
    assert (table.attrs["levels"], table.attrs["shown"], table.attrs["n"]) == (2, 2, 500)
    again = measurement.fit_cutoffs(wrong, seed=4)
    pd.testing.assert_frame_equal(table, again, check_exact=True)


def test_no_cutoff_where_right_and_wrong_models_overlap():
    weak = Factors(tuple("abcdef"), ("F",), np.zeros(6, dtype=int), np.full(6, 0.5), np.eye(1))
    fit = sem.fit("F =~ a + b + c + d + e + f", answers(weak.implied, weak.items, 60, seed=1))
    table = measurement.fit_cutoffs(fit, replications=200, seed=1)
    assert table["cutoff.1"].isna().all()
    assert set(table["verdict"]) <= {"correct", "none"}


def test_where_cutoffs_are_not_defined():
    drawn = answers(ONE.implied, ONE.items, 200, seed=1)
    with pytest.raises(ModelError, match="another"):
        measurement.fit_cutoffs(sem.fit("F =~ a + b + c + d + e; a ~~ b", drawn))
    with pytest.raises(ModelError, match="0 degrees"):
        measurement.fit_cutoffs(sem.fit("F =~ a + b + c", drawn))
    with pytest.raises(ModelError, match="ULS"):
        measurement.fit_cutoffs(sem.fit("F =~ a + b + c + d", drawn, estimator="ULS"))
