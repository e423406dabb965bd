"""Standardized residuals: lavaan's numbers, their distribution where the model is true, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
CASES = {
    "cfa": (CFA, {}), "means": (CFA, {"meanstructure": True}), "paths": (PATHS, {}),
    "random_x": (PATHS, {"fixed_x": False}), "groups": (CFA, {"group": "school"}),
    "mlr": (CFA, {"estimator": "MLR"}),
    "mlm": (CFA, {"estimator": "MLM"}), "mlr_x": (PATHS, {"estimator": "MLR"}), "mlm_x": (PATHS, {"estimator": "MLM"}),
    "mlr_groups": (PATHS, {"estimator": "MLR", "group": "school"}),
}


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.fixture(scope="module")
def lavaan() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "after_fit_residuals.csv", encoding="utf-8", keep_default_na=False)


@pytest.mark.parametrize("name", CASES)
def test_ratios_are_those_of_lavaan(name: str, children: pd.DataFrame, lavaan: pd.DataFrame) -> None:
    model, options = CASES[name]
    found = sem.standardized_residuals(sem.fit(model, children, **options))
    ours = {(row.group, row.op, frozenset((row.lhs, row.rhs))): row.z for row in found.itertuples()}
    theirs = lavaan[lavaan["model"] == name]
    for row in theirs.itertuples():
        z = ours[row.group, "~~" if row.column else "~1", frozenset((row.row, row.column))]
        tiny = 5e-3 if abs(float(row.z)) < 1e-4 else 2e-6  # lavaan leaves residuals near zero undivided
        assert z == pytest.approx(float(row.z), rel=1e-5, abs=tiny), (name, row)
    assert len(theirs) == len(ours)


def test_where_the_model_is_true_they_are_standard_normal() -> None:
    found = []
    for seed in range(50):
        answers = sem.simulate("f =~ .8*a + .7*b + .6*c + .7*d\ng =~ .8*e + .7*h + .6*i\nf ~~ .4*g", n=300, seed=seed)
        table = sem.standardized_residuals(sem.fit("f =~ a + b + c + d\ng =~ e + h + i", answers))
        found.append(table.loc[(table["op"] == "~~") & (table["lhs"] != table["rhs"]), "z"].to_numpy())
    found = np.array(found)
    assert np.abs(found.mean(axis=0)).max() < 0.6
    np.testing.assert_allclose(found.std(), 1.0, atol=0.12)
    assert 0.02 < (np.abs(found) > 1.96).mean() < 0.08


def test_shared_estimates_vary_with_the_answers_of_every_group() -> None:
    found = []
    for seed in range(50):
        one, two = (sem.simulate("f =~ .8*a + .7*b + .6*c", n=n, seed=2 * seed + at).assign(g=at)
                    for at, n in enumerate((150, 300)))
        table = sem.standardized_residuals(sem.fit("f =~ a + b + c", pd.concat([one, two], ignore_index=True),
                                                   group="g", group_equal=["loadings"]))
        found.append(table.loc[(table["op"] == "~~") & (table["lhs"] != table["rhs"]), "z"].to_numpy())
    np.testing.assert_allclose(np.std(found), 1.0, atol=0.12)


def test_width_and_means_that_fit_exactly(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children, estimator="MLR", meanstructure=True)
    plain = sem.standardized_residuals(fit)
    wide = sem.standardized_residuals(sem.fit(CFA, children.assign(x1=children["x1"] * 100), estimator="MLR",
                                              meanstructure=True))
    np.testing.assert_allclose(wide["z"], plain["z"], atol=1e-6)
    means = plain[plain["op"] == "~1"]
    assert (means["se"] == 0).all()
    assert (means["z"] == 0).all()
    assert means["pvalue"].isna().all()
    pd.testing.assert_frame_equal(plain[fit.residuals.columns], fit.residuals)


def test_weights_of_one_change_nothing_and_clusters_of_one_hardly(children: pd.DataFrame) -> None:
    plain = sem.standardized_residuals(sem.fit(CFA, children, estimator="MLR", meanstructure=True))
    ones = children.assign(w=1.0, each=range(len(children)))
    weighted = sem.standardized_residuals(sem.fit(CFA, ones, weights="w", meanstructure=True))
    np.testing.assert_allclose(weighted["z"], plain["z"], atol=1e-6)
    clustered = sem.standardized_residuals(sem.fit(CFA, ones, cluster="each", meanstructure=True))
    np.testing.assert_allclose(clustered["z"], plain["z"] * np.sqrt(300 / 301), atol=1e-6)


def test_a_search_that_failed_has_none(children: pd.DataFrame) -> None:
    with pytest.raises(ModelError) as caught:
        sem.standardized_residuals(replace(sem.fit(CFA, children), converged=False))
    assert caught.value.problems[0].id == "sem.released_not_converged"
