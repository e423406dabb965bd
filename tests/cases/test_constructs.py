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


def test_what_was_declared_to_differ_may_differ() -> None:
    scores, groups = answers(shift=0.8)
    declared = {"insurer": ("a ~ 1",)}
    table = cases.invariance(scores, MODEL, groups[["insurer"]], partial=declared).set_index("level")
    assert table.loc["scalar", "holds"]
    assert not cases.invariance(scores, MODEL, groups[["insurer"]]).set_index("level").loc["scalar", "holds"]
    means = cases.latent_means(scores, MODEL, groups[["insurer"]], partial=declared)
    assert means["est"].iloc[0] == pytest.approx(-0.4, abs=4 * means["se"].iloc[0])


def panel() -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Two waves of 400 people; the construct rises by .3 and is remembered, rows in no order."""
    generator = np.random.default_rng(8)
    first = generator.standard_normal(400)
    second = 0.7 * first + np.sqrt(1 - 0.49) * generator.standard_normal(400) + 0.3
    lasting = 0.4 * generator.standard_normal((400, 4))
    loadings = np.array([0.8, 0.7, 0.6, 0.7])
    sheets = [pd.DataFrame(np.outer(f, loadings) + lasting + 0.5 * generator.standard_normal((400, 4)),
                           columns=list("abcd")).assign(y=f) for f in (first, second)]
    order = generator.permutation(800)
    scores = pd.concat(sheets, ignore_index=True).iloc[order].reset_index(drop=True)
    waves = pd.Categorical(np.repeat(["before", "after"], 400)[order], categories=["before", "after"], ordered=True)
    return scores, pd.DataFrame({"wave": waves}), np.tile(np.arange(400), 2)[order]


def test_waves_of_the_same_people_are_one_model() -> None:
    scores, groups, respondents = panel()
    how = {"respondents": respondents, "panel": "wave"}
    table = cases.invariance(scores, MODEL, groups, **how)
    assert table["holds"].tolist() == [True] * 4
    assert set(table["grouping"]) == {"wave"}
    gate = table.attrs["checks"][0]
    assert (gate.gate, gate.passed, gate.values["people"]) == ("panel", True, 400)
    change = cases.latent_means(scores, MODEL, groups, **how).iloc[0]
    assert (change["group"], change["reference"]) == ("after", "before")
    assert change["est"] == pytest.approx(0.3 * 0.8, abs=4 * change["se"])
    as_strangers = cases.latent_means(scores, MODEL, groups).iloc[0]
    assert change["se"] < as_strangers["se"], "that people are their own control makes the change more certain"


def test_in_a_panel_other_groupings_are_named_and_not_tested() -> None:
    scores, groups, respondents = panel()
    groups = groups.assign(insurer=np.where(respondents % 2, "A", "B"))
    table = cases.invariance(scores, MODEL, groups, respondents=respondents, panel="wave")
    assert set(table["grouping"]) == {"wave"}
    assert not table.attrs["checks"][0].passed
    assert table.attrs["checks"][0].values["skipped"] == ["insurer"]
    with pytest.raises(DataError, match="more than once"):
        cases.invariance(scores, MODEL, groups, respondents=respondents)
    with pytest.raises(DataError, match="respondents"):
        cases.invariance(scores, MODEL, groups, panel="wave")


def test_a_failing_level_names_its_item_and_nothing_is_used() -> None:
    scores, groups = answers(shift=0.8)
    tested = cases.invariance(scores, MODEL, groups)
    offer = cases.partial_invariance(tested, scores, MODEL, groups)
    assert offer[["grouping", "level", "parameter", "holds"]].to_numpy().tolist() == [
        ["insurer", "scalar", "a ~ 1", True]]
    assert [check.gate for check in offer.attrs["checks"]] == ["partial_invariance"]
    assert not tested.set_index(["grouping", "level"]).loc[("insurer", "scalar"), "holds"]
    assert cases.partial_invariance(tested[tested["grouping"] == "stage"], scores, MODEL, groups).empty


def test_the_declared_reference_is_the_one_compared_with() -> None:
    scores, groups = answers()
    means = cases.latent_means(scores, MODEL, groups[["insurer"]], references={"insurer": "B"})
    assert means[["group", "reference"]].to_numpy().tolist() == [["A", "B"]]
    assert means["est"].iloc[0] == pytest.approx(0.4, abs=4 * means["se"].iloc[0])


def test_ordinal_items_are_tested_by_their_own_levels() -> None:
    scores, groups = answers()
    rated = scores.apply(lambda item: np.digitize(item, [-0.8, 0.0, 0.8]) + 1.0)
    table = cases.invariance(rated, MODEL, groups[["insurer"]], estimator="WLSMV", ordered=[*"abcd", "y"])
    assert table["level"].tolist() == ["configural", "thresholds", "loadings", "intercepts", "residuals"]
    failing = table.assign(holds=table["level"].isin(["configural"]))
    offer = cases.partial_invariance(failing, rated, MODEL, groups[["insurer"]], estimator="WLSMV",
                                     ordered=[*"abcd", "y"])
    assert offer.empty, "thresholds hold in truth, whatever the table said"


def test_a_sample_too_small_for_its_parameters_is_a_doubt_and_no_end() -> None:
    drawn = sem.simulate(POPULATION.format(shift=0), n=(14, 14), seed=5)
    groups = pd.DataFrame({"insurer": drawn["group"].map({1: "B", 2: "A"})})
    table = cases.invariance(drawn.drop(columns="group"), MODEL, groups)
    gates = {check.gate for check in table.attrs["checks"]}
    assert {"sample_size", "invariance"} <= gates
