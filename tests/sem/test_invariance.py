"""Levels of invariance, difference tests and latent means: lavaan's numbers, known truth, refusals."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import HelpersError, ModelError
from helpers.sem.groups.invariance import fits_of_levels

# The functions bear the names of their modules.
room, levels = (import_module(f"helpers.sem.{name}") for name in ("checking.compare", "groups.levels"))
ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "f =~ a + b + c + d"
GROUPS = ("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d\nf ~~ c(1,1.5)*f\n"
          "f ~ c(0,{mean})*1\na ~ c(0,{shift})*1")


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    data = holzinger39.get_data().reset_index(drop=True)
    return data.assign(sex=data["sex"].map({1: "first", 2: "second"}))


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"invariance_{name}.csv", encoding="utf-8")
            for name in ("measures", "differences", "means")}


def answers(*, mean: float = 0.0, shift: float = 0.0, n: object = (400, 300), seed: int = 1) -> pd.DataFrame:
    return sem.simulate(GROUPS.format(mean=mean, shift=shift), n=n, seed=seed)


@pytest.mark.parametrize("group", ["school", "sex"])
@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_levels_and_their_differences_are_those_of_lavaan(children: pd.DataFrame, lavaan: dict, estimator: str,
                                                          group: str) -> None:
    ours = sem.invariance(CFA, children, group=group, estimator=estimator).set_index("level")
    theirs = lavaan["measures"].query("estimator == @estimator and group == @group")
    theirs = theirs.pivot(index="level", columns="measure", values="value").loc[ours.index]
    robust = estimator != "ML"
    for name, form in (("chisq", ".scaled"), ("pvalue", ".scaled"), ("cfi", ".robust"), ("rmsea", ".robust"),
                       ("srmr", ""), ("df", "")):
        np.testing.assert_allclose(ours[name], theirs[name + form * robust], rtol=1e-5, atol=1e-7, err_msg=name)
    method = "satorra.bentler.2001" if robust else "standard"
    tests = lavaan["differences"].query("estimator == @estimator and group == @group")
    tests = tests[tests["method"] == method].set_index("level")
    later = ours.loc[tests.index]
    np.testing.assert_allclose(later["delta.chisq"], tests["chisq.diff"], rtol=1e-5)
    np.testing.assert_allclose(later["delta.df"], tests["df.diff"])
    np.testing.assert_allclose(later["delta.pvalue"], tests["pvalue"], atol=1e-6)
    np.testing.assert_allclose(later["delta.cfi"], ours["cfi"].diff().loc[later.index], atol=1e-12)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_the_test_of_2010_is_that_of_lavaan(children: pd.DataFrame, lavaan: dict, estimator: str) -> None:
    metric, scalar = (sem.fit(CFA, children, group="school", estimator=estimator, group_equal=equal)
                      for equal in (["loadings"], ["loadings", "intercepts"]))
    # latent means are fixed in the one and free in the other: the larger model cannot stand where the smaller does
    assert np.isnan(room._at_the_others(metric, scalar))
    loose = sem.fit(CFA, children, group="school", estimator=estimator)
    factor = room._factor(loose, metric, room._at_the_others(loose, metric))
    tested = (metric.measures["chisq"] - loose.measures["chisq"]) / factor
    theirs = lavaan["differences"].query("estimator == @estimator and group == 'school' and level == 'metric'")
    assert tested == pytest.approx(theirs.set_index("method").loc["satorra.bentler.2010", "chisq.diff"], rel=1e-5)


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_latent_means_are_those_of_lavaan(children: pd.DataFrame, lavaan: dict, estimator: str,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "within", lambda change, allowed: True)  # intercepts of these items do differ
    ours = sem.latent_means(CFA, children, group="school", estimator=estimator)
    theirs = lavaan["means"].query("estimator == @estimator and group == 'school'").set_index("construct")
    for name in ("est", "se", "ci.lower", "ci.upper", "d"):
        np.testing.assert_allclose(ours[name], theirs.loc[ours["construct"], name], rtol=1e-5, err_msg=name)
    turned = sem.latent_means(CFA, children, group="school", estimator=estimator, reference=ours["group"].iloc[0])
    np.testing.assert_allclose(turned["d"], -ours["d"], rtol=1e-6)


def test_a_difference_of_latent_means_is_recovered() -> None:
    found = [sem.latent_means(ONE, answers(mean=0.4, n=(2000, 2000), seed=seed), group="group").iloc[0]
             for seed in range(20)]
    est, se = np.array([row["est"] for row in found]), np.array([row["se"] for row in found])
    truth = 0.4 * 0.8  # in units of the marker item, whose loading is .8
    assert abs(est.mean() - truth) < 4 * se.mean() / np.sqrt(20)
    assert np.abs(est - truth).max() < 4 * se.max()
    d = np.mean([row["d"] for row in found])
    assert d == pytest.approx(0.4 / np.sqrt(1.25), abs=0.03)


def test_invariant_groups_are_called_so_and_a_shifted_intercept_is_found() -> None:
    held = [sem.invariance(ONE, answers(mean=0.3, seed=seed), group="group")["holds"].all() for seed in range(20)]
    assert np.mean(held) > 0.8
    found = [sem.invariance(ONE, answers(shift=0.5, seed=seed), group="group").set_index("level")["holds"]
             for seed in range(10)]
    assert np.mean([each["metric"] for each in found]) >= 0.8
    assert not any(each["scalar"] for each in found)
    assert not any(each["strict"] for each in found)  # no level holds above one that does not


def test_the_failing_level_speaks_and_forbids_latent_means() -> None:
    shifted = answers(shift=0.5)
    table = sem.invariance(ONE, shifted, group="group")
    failed = [check for check in table.attrs["checks"] if not check.passed]
    assert [check.values["level"] for check in failed] == ["scalar", "strict"]
    with pytest.raises(ModelError, match="scalar") as caught:
        sem.latent_means(ONE, shifted, group="group")
    assert "scalar" in caught.value.sentence("zh")
    partial = sem.latent_means(ONE, shifted, group="group", group_partial=["a ~ 1"])
    assert abs(partial["est"].iloc[0]) < 4 * partial["se"].iloc[0]
    with pytest.raises(ModelError, match="f"):
        sem.latent_means(ONE, shifted, group="group", group_partial=["a ~ 1", "b ~ 1", "c ~ 1"])


def test_small_samples_have_the_stricter_bounds() -> None:
    usual = sem.invariance(ONE, answers(n=(200, 150)), group="group").attrs["checks"][1].values
    small = sem.invariance(ONE, answers(n=(150, 150)), group="group").attrs["checks"][1].values
    uneven = sem.invariance(ONE, answers(n=(900, 100)), group="group").attrs["checks"][1].values
    assert (usual["least_cfi"], usual["most_rmsea"], usual["most_srmr"]) == (-0.010, 0.015, 0.030)
    assert (small["least_cfi"], small["most_rmsea"], small["most_srmr"]) == (-0.005, 0.010, 0.025)
    assert uneven["least_cfi"] == -0.005


@pytest.mark.parametrize(("options", "id"), [
    ({"levels": ["metric", "configural"]}, "sem.invariance_levels"), ({"levels": ["weak"]}, "sem.invariance_levels"),
    ({"levels": []}, "sem.invariance_levels"), ({"group": "insurer"}, "moments.absent"),
    ({"ordered": ["a"]}, "sem.ordinal_estimator"), ({"waves": {"1": ["a"]}}, "sem.groups_or_waves"),
    ({"group": None}, "sem.groups_or_waves"), ({"group_partial": ["e ~ 1"]}, "sem.partial_unknown"),
    ({"group_partial": ["f =~ 2a"]}, "syntax.group_partial"),
])
def test_what_is_refused(options: dict, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.invariance(ONE, answers(), **{"group": "group", **options})
    assert caught.value.problems[0].id == id


def test_fits_that_cannot_be_compared(children: pd.DataFrame) -> None:
    one = sem.fit(CFA, children)
    larger = sem.fit(f"{CFA}\nvisual =~ x9", children)
    assert sem.compare(larger, one)["df.diff"].item() == 1
    for first, second, id in ((one, larger, "sem.compare_not_nested"), (one, one, "sem.compare_not_nested"),
                              (larger, sem.fit(CFA, children.head(200)), "sem.compare_unlike"),
                              (larger, sem.fit(CFA, children, estimator="MLR"), "sem.compare_unlike"),
                              (larger, sem.fit(CFA, children.assign(x1=children["x2"] + children["x3"] ** 2)),
                               "sem.compare_unlike")):
        with pytest.raises(ModelError) as caught:
            sem.compare(first, second)
        assert caught.value.problems[0].id == id


def test_an_unknown_reference_group() -> None:
    with pytest.raises(ModelError, match="There is no group"):
        sem.latent_means(ONE, answers(), group="group", reference="third")


def test_a_level_that_begins_where_another_ended_is_the_fit_of_that_level(children: pd.DataFrame) -> None:
    fits = fits_of_levels(CFA, children, group="school", waves=None, levels=None, group_partial=(), estimator="MLR",
                          missing="listwise")
    for level, equal in levels.LEVELS.items():
        alone = sem.fit(CFA, children, group="school", group_equal=equal, estimator="MLR")
        gone = (fits[level].parameters["est"] - alone.parameters["est"]).abs() / alone.parameters["se"].clip(lower=1e-9)
        assert gone.max() < 1e-6
        np.testing.assert_allclose(fits[level].parameters["se"], alone.parameters["se"], rtol=1e-6)
        assert fits[level].measures["chisq.scaled"] == pytest.approx(alone.measures["chisq.scaled"], rel=1e-8)


def test_a_level_that_is_stopped_says_so_and_does_not_hold() -> None:
    few = sem.simulate("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d", n=14, seed=2)
    table = sem.invariance(ONE, few, group="group", estimator="ML", levels=["configural", "metric"])
    assert not table["holds"].any()
    assert "sample_size" in {check.gate for check in table.attrs["checks"] if not check.passed}


@pytest.mark.parametrize(("change", "id"), [
    (lambda each: each.assign(c=each["c"].where(each["group"] == 1, 2.0)), "moments.constant"),
    (lambda each: each[(each["group"] == 1) | (each.index % 100 == 0)], "moments.too_few"),
    (lambda each: each[each["group"] == 1], "moments.one_group"),
])
def test_a_group_that_allows_no_estimate_is_named(change: object, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.invariance(ONE, change(answers()), group="group")
    assert caught.value.problems[0].id == id
    assert id == "moments.one_group" or "2" in str(caught.value.problems[0].values["group"])
