"""Does a population model give data with its own moments?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError

POPULATION = """
    f =~ 1*x1 + 0.8*x2 + 0.6*x3
    g =~ 0.9*y1 + 0.7*y2
    f ~~ 0.5*f
    g ~ 0.4*f + -0.3*w
    x1 ~~ 0.2*y1 ; x2 ~~ 0.36*x2
    y2 ~ 3*1 ; w ~ 2*1
"""


def test_moments_are_those_of_the_population() -> None:
    n = 200_000
    data = sem.simulate(POPULATION, n=n, seed=3)
    cov = data.cov()
    variance_g = 0.4**2 * 0.5 + 0.3**2 * 1 + 1
    expected = {("x1", "x1"): 1.5, ("x2", "x2"): 0.64 * 0.5 + 0.36, ("x1", "x3"): 0.6 * 0.5,
                ("x1", "y1"): 0.9 * 0.4 * 0.5 + 0.2, ("y1", "y2"): 0.63 * variance_g, ("w", "y2"): -0.3 * 0.7,
                ("w", "x1"): 0.0, ("y1", "y1"): 0.81 * variance_g + 1}
    for (one, other), value in expected.items():
        spread = np.sqrt((cov.loc[one, one] * cov.loc[other, other] + value**2) / n)
        assert cov.loc[one, other] == pytest.approx(value, abs=4 * spread), (one, other)
    assert data["y2"].mean() == pytest.approx(3 + 0.7 * -0.3 * 2, abs=0.02)
    assert data["w"].mean() == pytest.approx(2, abs=0.02)


def test_seed_decides_and_groups_have_their_own_values() -> None:
    model = "f =~ c(0.8, 0.4)*a + 0.7*b\na ~ c(0, 1)*1"
    one = sem.simulate(model, n=[30_000, 60_000], seed=5)
    pd.testing.assert_frame_equal(one, sem.simulate(model, n=[30_000, 60_000], seed=5))
    assert not one["a"].equals(sem.simulate(model, n=[30_000, 60_000], seed=6)["a"])
    assert one["group"].value_counts().to_dict() == {1: 30_000, 2: 60_000}
    by = one.groupby("group")
    np.testing.assert_allclose(by["a"].mean(), [0, 1], atol=0.02)
    covariances = [part["a"].cov(part["b"]) for _, part in by]
    np.testing.assert_allclose(covariances, [0.56, 0.28], atol=0.03)


def test_fitting_returns_the_population() -> None:
    data = sem.simulate("f =~ 1*a + .8*b + .6*c\nf ~ .5*x\nf ~~ .75*f", n=100_000, seed=8)
    found = sem.fit("f =~ a + b + c\nf ~ x", data).parameters
    for row, value in zip(found.itertuples(), (1, 0.8, 0.6, 0.5, 1, 1, 1, 0.75), strict=False):
        assert row.est == pytest.approx(value, abs=max(4 * row.se, 1e-12)), row


@pytest.mark.parametrize(("model", "n", "id", "named"), [
    ("f =~ 0.8*a + b", 10, "sem.population_values", "f =~ b"),
    ("f =~ 0.8*a + p*b", 10, "sem.population_values", "f =~ b"),
    ("a ~ x", 10, "sem.population_values", "a ~ x"),
    ("a ~~ 1.5*b", 10, "sem.population", "1"),
    ("a ~ 1*b\nb ~ 1*a", 10, "sem.population", "1"),
    ("f =~ 0.8*a + 0.7*b", 0, "sem.simulate_n", "0"),
    ("f =~ c(1, 2)*a + 0.7*b", [10, 10, 10], "sem.simulate_n", "2"),
])
def test_populations_that_do_not_exist(model: str, n: int, id: str, named: str) -> None:
    with pytest.raises(ModelError) as caught:
        sem.simulate(model, n=n, seed=1)
    assert caught.value.problems[0].id == id
    assert named in str(caught.value)
    assert caught.value.sentence("zh")
