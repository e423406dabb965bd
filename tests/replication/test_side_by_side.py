"""Two samples beside each other: shared columns, intervals of differences, nothing that only one study has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, replication, sem
from helpers.errors import DataError

MODEL = "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nb ~ a"
SCALES = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}


def drawn(n: int, seed: int, loading: float = 0.7) -> pd.DataFrame:
    return sem.simulate(f"a =~ {loading}*a1 + {loading}*a2 + {loading}*a3; b =~ .7*b1 + .7*b2 + .7*b3; b ~ .4*a", n=n,
                        seed=seed)


def test_the_interval_of_a_difference_of_alphas_covers_it():
    """Eighty pairs; with residual variances of 1 the true alphas are 3 l^2 / (1 + 3 l^2)."""
    true = 3 * 0.36 / (1 + 3 * 0.36) - 3 * 0.64 / (1 + 3 * 0.64)
    covered = 0
    for seed in range(80):
        one, two = (measurement.reliability(drawn(200, 2 * seed + i, loading), {"a": SCALES["a"]}, draws=0)
                    for i, loading in enumerate((0.8, 0.6)))
        found = replication.reliability(one, two).iloc[0]
        covered += found["ci.lower"] <= true <= found["ci.upper"]
    assert 70 <= covered <= 80


def test_profiles_hold_what_both_describe_in_the_order_of_the_new_study():
    one = pd.DataFrame({"variable": ["age", "age", "region"], "level": ["young", "old", "east"], "n": [30, 70, 100],
                        "share": [0.3, 0.7, 1.0]})
    two = pd.DataFrame({"variable": ["age", "age", "age", "gender"], "level": ["old", "young", "missing", "female"],
                        "n": [50, 140, 10, 200], "share": [0.25, 0.70, 0.05, 1.0]})
    found = replication.profile(one, two)
    assert found["level"].tolist() == ["old", "young", "missing"]
    np.testing.assert_allclose(found["share.difference"], [-0.45, 0.4, np.nan])
    with pytest.raises(DataError, match="describe no column"):
        replication.profile(one, two[two["variable"] == "gender"])


def test_n_and_fit_stand_beside_each_other():
    one, two = drawn(300, 1), drawn(400, 2)
    two.iloc[:20, 0] = np.nan
    fits = [sem.fit(MODEL, data, estimator="MLR", missing="fiml") for data in (one, two)]
    counts = replication.samples(*fits, answers_original=one, answers_replication=two).set_index("measure")
    assert counts.loc["n.complete"].tolist() == [300, 380] and counts.loc["ntotal"].tolist() == [300, 400]
    measures = replication.fit(*fits).set_index("measure")
    assert measures.loc["cfi", "replication"] == fits[1].measures["cfi.robust"]
    assert measures.loc["df"].tolist() == [8, 8]


def test_no_scale_of_both_is_said():
    table = pd.DataFrame({"construct": ["a"], "k": [3], "n": [100], "alpha": [0.8]})
    with pytest.raises(DataError, match="no reliability to compare"):
        replication.reliability(table, table.assign(construct="b"))
