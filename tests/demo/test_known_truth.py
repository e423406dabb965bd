"""From 100,000 continuous answers of the demo's population, `sem.fit` recovers the population's values."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import sem, studies

N = 100_000
# About 40 estimates; with normal errors one of them passes 4.5 standard errors once in 3,600 seeds.
BOUND = 4.5


@pytest.fixture(scope="module")
def fit(make_demo, demo):
    answered = pd.DataFrame(make_demo.continuous(N, 20261123).responses)
    return sem.fit(studies.load(demo).model, answered)


@pytest.fixture(scope="module")
def estimates(fit) -> pd.DataFrame:
    return fit.parameters.set_index(["lhs", "op", "rhs"])


@pytest.fixture(scope="module")
def truth(make_demo) -> pd.DataFrame:
    values = make_demo.population()
    loadings = pd.DataFrame(values["loadings"])
    loadings = loadings.assign(lhs=loadings["latent"], op="=~", rhs=loadings["item"])
    loadings["est"] = loadings["std"] / loadings.groupby("latent", sort=False)["std"].transform("first")
    columns = ["lhs", "op", "rhs", "std", "est"]
    return pd.concat([loadings[columns], pd.DataFrame(values["paths"])[columns]]).set_index(["lhs", "op", "rhs"])


def test_every_loading_and_path_is_recovered(estimates, truth) -> None:
    free = estimates[estimates.index.get_level_values("op").isin(["=~", "~"])]
    known = truth.loc[free.index]
    assert len(free) == 27 + 3 + 5
    distance = (free["std.all"] - known["std"]).abs() / free["std.all.se"]
    assert distance.max() < BOUND
    moved = free["se"] > 0  # the first loading of each construct is fixed
    assert ((free["est"] - known["est"]).abs() / free["se"])[moved].max() < BOUND


def test_the_bound_would_notice_a_wrong_value(estimates) -> None:
    free = estimates[estimates.index.get_level_values("op").isin(["=~", "~"])]
    assert free["std.all.se"].max() * BOUND < 0.025


def test_explained_variances_are_recovered(fit, make_demo) -> None:
    truth = pd.DataFrame(make_demo.population()["r2"]).set_index("construct")["r2"]
    found = fit.r2.set_index("lhs")["r2"]
    assert (found.loc[truth.index] - truth).abs().max() < 0.015  # SE of a squared correlation is below .003 here


def test_the_true_model_is_not_rejected(fit) -> None:
    assert fit.converged
    assert fit.measures["rmsea"] < 0.005
    assert fit.measures["pvalue"] > 0.001
