"""The items that make a level fail are named, and a partial model is offered: known truth, nested fits, refusals."""

from __future__ import annotations

import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import HelpersError

CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "f =~ a + b + c + d + e"
GROUPS = ("f =~ c(.8,{a})*a + c(.7,.7)*b + c(.6,{c})*c + c(.7,.7)*d + c(.7,.7)*e\nf ~ c(0,.3)*1\n"
          "b ~ c(0,{b})*1\nd ~ c(0,{d})*1\ne ~~ c(.5,{e})*e")
TWO = {"first": ["a1", "b1", "c1", "d1"], "second": ["a2", "b2", "c2", "d2"]}
PANEL = ("f1 =~ .8*a1 + .7*b1 + .6*c1 + .7*d1\nf2 =~ .8*a2 + .7*b2 + .6*c2 + .7*d2\nf1 ~~ .6*f2\nf2 ~ .2*1\n"
         "c2 ~ .6*1\na1 ~~ .3*a2")


def answers(*, n: object = (500, 400), seed: int = 1, **changed: float) -> pd.DataFrame:
    truth = {"a": 0.8, "c": 0.6, "b": 0.0, "d": 0.0, "e": 0.5} | changed
    return sem.simulate(GROUPS.format(**truth), n=n, seed=seed)


@pytest.mark.parametrize(("changed", "level", "found"), [
    ({"b": 0.6}, "scalar", ["b ~ 1"]), ({"c": 1.2}, "metric", ["f =~ c"]), ({"e": 1.5}, "strict", ["e ~~ e"]),
    ({"a": 0.3}, "metric", ["f =~ a"]), ({"b": 0.5, "d": -0.7}, "scalar", ["d ~ 1", "b ~ 1"]),
])
def test_what_was_planted_is_named(changed: dict, level: str, found: list[str]) -> None:
    data = answers(**changed)
    offer = sem.partial_invariance(ONE, data, group="group", level=level)
    assert list(offer["parameter"]) == found
    assert list(offer["holds"]) == [False] * (len(found) - 1) + [True]
    assert offer.attrs["group_partial"] == tuple(found)
    (check,) = offer.attrs["checks"]
    assert not check.passed  # a model that was found by looking says so
    table = sem.invariance(ONE, data, group="group", group_partial=found).set_index("level")
    assert table.loc[level, "holds"]
    assert table.loc[level, "delta.cfi"] == pytest.approx(offer["delta.cfi"].iloc[-1], abs=1e-6)
    assert not sem.invariance(ONE, data, group="group").set_index("level").loc[level, "holds"]


def test_a_partial_model_recovers_the_latent_mean() -> None:
    data = answers(b=0.6, n=(2000, 2000))
    offer = sem.partial_invariance(ONE, data, group="group")
    shown = sem.latent_means(ONE, data, group="group", group_partial=offer.attrs["group_partial"]).iloc[0]
    assert abs(shown["est"] - 0.3 * 0.8) < 4 * shown["se"]


def test_score_test_and_refit_agree() -> None:
    """The score test of an equality is the fall of chi-square when it is given up, about."""
    data = answers(b=0.25)
    tight = sem.fit(ONE, data, group="group", group_equal=["loadings", "intercepts"])
    wide = sem.fit(ONE, data, group="group", group_equal=["loadings", "intercepts"], group_partial=["b ~ 1"])
    offer = sem.partial_invariance(ONE, data, group="group", estimator="ML").iloc[0]
    assert offer["parameter"] == "b ~ 1"
    assert offer["chisq"] == pytest.approx(sem.compare(wide, tight)["chisq.diff"].item(), rel=0.1)
    by_group = wide.parameters.query("lhs == 'b' and op == '~1'")["est"].to_numpy()
    assert offer["epc"] == pytest.approx(by_group[1] - by_group[0], rel=0.15)


def test_three_groups_release_an_item_everywhere() -> None:
    text = "f =~ c(.8,.8,.8)*a + c(.7,.7,.7)*b + c(.6,.6,.6)*c + c(.7,.7,.7)*d\nc ~ c(0,.5,-.3)*1"
    data = sem.simulate(text, n=300, seed=7)
    offer = sem.partial_invariance("f =~ a + b + c + d", data, group="group")
    assert list(offer["parameter"]) == ["c ~ 1"]
    assert offer["df"].item() == 2


def test_an_item_that_drifts_between_waves_is_named() -> None:
    data = sem.simulate(PANEL, n=600, seed=2)
    offer = sem.partial_invariance("f =~ a + b + c + d", data, waves=TWO)
    assert offer.attrs["group_partial"] == ("c ~ 1",)
    assert offer.attrs["holds"]
    moved = sem.invariance("f =~ a + b + c + d", data, waves=TWO, group_partial=["f =~ a"]).set_index("level")
    whole = sem.invariance("f =~ a + b + c + d", data, waves=TWO).set_index("level")
    assert list(whole["df"] - moved["df"]) == [0, 1, 1, 1]
    assert moved.loc["configural", "chisq"] == pytest.approx(whole.loc["configural", "chisq"], rel=1e-8)


def test_nothing_is_offered_where_the_level_holds() -> None:
    offer = sem.partial_invariance(ONE, answers(), group="group")
    assert offer.empty
    assert offer.attrs["group_partial"] == ()
    assert offer.attrs["holds"]
    assert offer.attrs["checks"][0].passed


def test_two_items_of_a_construct_stay_equal() -> None:
    """With three items only one can be given up."""
    children = holzinger39.get_data()
    assert not sem.invariance(CFA, children, group="school").set_index("level").loc["scalar", "holds"]
    offer = sem.partial_invariance(CFA, children, group="school")
    freed = list(offer["parameter"])
    assert set(freed) <= {f"x{at} ~ 1" for at in range(1, 10)}
    for items in ("123", "456", "789"):
        assert sum(name[1] in items for name in freed) <= 1
    assert freed[0] in ("x3 ~ 1", "x7 ~ 1")  # the two that the literature frees


@pytest.mark.parametrize(("options", "id"), [
    ({"level": "configural"}, "sem.partial_level"), ({"level": "strong"}, "sem.partial_level"),
    ({"level": "strict"}, "sem.partial_before"), ({"group": None}, "sem.groups_or_waves"),
    ({"group_partial": ["g ~ 1"]}, "sem.partial_unknown"),
])
def test_what_is_refused(options: dict, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.partial_invariance(ONE, answers(b=0.8), **{"group": "group", **options})
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh") != caught.value.sentence("en")
