"""The standardized solution: lavaan's intervals, and their coverage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39, political_democracy

from helpers import sem

ORACLE = Path(__file__).parents[1] / "oracle"
BOLLEN = """ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\ndem60 ~ a*ind60
dem65 ~ c*ind60 + b*dem60\ny1 ~~ y5\ny2 ~~ y4 + y6\nind := a*b"""
MEDIATED = """visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ntextual ~ a*visual
speed ~ b*textual + c*visual\nindirect := a*b"""
CASES = {"bollen": (BOLLEN, political_democracy.get_data, {}), "mlr": (MEDIATED, holzinger39.get_data,
                                                                        {"estimator": "MLR"})}
KEY = ["lhs", "op", "rhs"]


@pytest.mark.parametrize("name", CASES)
def test_intervals_are_those_of_lavaan(name: str) -> None:
    model, data, options = CASES[name]
    ours = sem.standardized(sem.fit(model, data(), **options))
    table = pd.read_csv(ORACLE / "standardized.csv", encoding="utf-8")
    theirs = table[table["model"] == name].set_index(KEY)
    ours = ours.assign(rhs=ours["rhs"].str.replace(" ", "")).set_index(KEY)
    assert set(theirs.index) == set(ours.index)
    for column in ("est.std", "ci.lower", "ci.upper"):
        np.testing.assert_allclose(ours.loc[theirs.index, column], theirs[column], atol=2e-6)
    np.testing.assert_allclose(ours.loc[theirs.index, "se"], theirs["se"], rtol=1e-4, atol=1e-9)
    moves = theirs["se"] > 1e-9
    np.testing.assert_allclose(ours.loc[theirs.index, "pvalue"][moves], theirs["pvalue"][moves], atol=1e-4)


def test_intervals_cover_the_standardized_truth() -> None:
    covered = []
    for seed in range(80):
        answers = sem.simulate("f =~ .8*a + .7*b + .6*c + .7*d\na ~~ .36*a", n=300, seed=seed)
        shown = sem.standardized(sem.fit("f =~ a + b + c + d", answers)).iloc[0]
        covered.append(shown["ci.lower"] < 0.8 < shown["ci.upper"])
    assert np.mean(covered) >= 0.86


def test_the_level_is_that_of_the_fit_or_another() -> None:
    answers = sem.simulate("f =~ .8*a + .7*b + .6*c", n=300, seed=1)
    fit = sem.fit("f =~ a + b + c", answers, conf_level=0.9)
    own, wide = sem.standardized(fit), sem.standardized(fit, conf_level=0.99)
    assert (own["ci.upper"] <= wide["ci.upper"] + 1e-12).all()
    assert own["ci.upper"].iloc[0] == pytest.approx(own["est.std"].iloc[0] + 1.6448536269514722 * own["se"].iloc[0])
    variance = own[(own["lhs"] == "f") & (own["rhs"] == "f")].iloc[0]
    assert variance["se"] == 0
    assert np.isnan(variance["z"])
