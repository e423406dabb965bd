"""Invariance and latent means over several groupings at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import cases, sem
from helpers.errors import DataError, ModelError

MODEL = "f =~ a + b + c + d\ny ~ f"
POPULATION = ("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d\ny ~ c(.4,.4)*f\nf ~ c(0,.5)*1\n"
              "a ~ c(0,{shift})*1")


def answers(shift: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    drawn = sem.simulate(POPULATION.format(shift=shift), n=(400, 400), seed=5)
    half = np.random.default_rng(1).permutation(800) < 400
    groups = pd.DataFrame({"insurer": drawn["group"].map({1: "B", 2: "A"}),
                           "stage": np.where(half, "claims", "purchase")})
    return drawn.drop(columns="group"), groups


def test_every_grouping_is_tested_as_it_is_alone() -> None:
    scores, groups = answers()
    table = cases.invariance(scores, MODEL, groups)
    assert list(table["grouping"]) == ["insurer"] * 4 + ["stage"] * 4
    alone = sem.invariance("f =~ a + b + c + d", scores.assign(stage=groups["stage"]), group="stage")
    pd.testing.assert_series_equal(table[table["grouping"] == "stage"]["chisq"].reset_index(drop=True),
                                   alone["chisq"], rtol=1e-7)
    assert len(table.attrs["checks"]) == 8


def test_latent_means_leave_out_what_is_not_invariant() -> None:
    scores, groups = answers(shift=0.8)
    means = cases.latent_means(scores, MODEL, groups)
    assert set(means["grouping"]) == {"stage"}
    assert set(cases.latent_means(*_swapped(answers()))["grouping"]) == {"insurer", "stage"}
    with pytest.raises(ModelError, match="scalar"):
        cases.latent_means(scores, MODEL, groups[["insurer"]])


def _swapped(both: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[pd.DataFrame, str, pd.DataFrame]:
    return both[0], MODEL, both[1]


def test_the_first_group_in_order_is_the_reference() -> None:
    scores, groups = answers()
    means = cases.latent_means(scores, MODEL, groups[["insurer"]])
    assert means[["group", "reference"]].to_numpy().tolist() == [["B", "A"]]
    assert means["est"].iloc[0] == pytest.approx(-0.4, abs=4 * means["se"].iloc[0])


def test_what_is_refused() -> None:
    scores, groups = answers()
    with pytest.raises(DataError, match="grouping"):
        cases.invariance(scores, MODEL, groups[[]])
    with pytest.raises(DataError, match="more than once"):
        cases.invariance(scores, MODEL, groups, respondents=[1] * 800)
    with pytest.raises(ModelError, match="measures no construct"):
        cases.invariance(scores, "y ~ a", groups)
