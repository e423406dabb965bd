"""Invariance across waves of the same people: lavaan's numbers from models written by hand, known truth, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import HelpersError, ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
MODEL = "t =~ t1 + t2 + t3\nl =~ l1 + l2 + l3"
ITEMS = ["t1", "t2", "t3", "l1", "l2", "l3"]
WAVES = {wave: [item + wave for item in ITEMS] for wave in "abc"}
ONE = "f =~ a + b + c + d"
TWO = {"first": ["a1", "b1", "c1", "d1"], "second": ["a2", "b2", "c2", "d2"]}
PANEL = """f1 =~ .8*a1 + .7*b1 + .6*c1 + .7*d1
f2 =~ .8*a2 + .7*b2 + .6*c2 + .7*d2
f1 ~~ .6*f2; f2 ~ {mean}*1; a2 ~ {shift}*1
a1 ~~ .6*a1 + .3*a2; b1 ~~ .3*b2; c1 ~~ .2*c2"""


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "waves_data.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"waves_{name}.csv", encoding="utf-8", keep_default_na=False,
                              na_values={"value": [""]}) for name in ("measures", "differences", "means")}


def people(*, mean: float = 0.0, shift: float = 0.0, n: int = 600, seed: int = 1) -> pd.DataFrame:
    return sem.simulate(PANEL.format(mean=mean, shift=shift), n=n, seed=seed)


@pytest.mark.parametrize("partial", ["", "l2"])
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_levels_are_those_of_lavaan(panel: pd.DataFrame, lavaan: dict, estimator: str, partial: str) -> None:
    free = [f"{partial} ~ 1"] if partial else []
    ours = sem.invariance(MODEL, panel, waves=WAVES, estimator=estimator, group_partial=free).set_index("level")
    theirs = lavaan["measures"].query("estimator == @estimator and partial == @partial")
    theirs = theirs.pivot(index="level", columns="measure", values="value").loc[ours.index]
    robust = estimator != "ML"
    for name, form in (("chisq", ".scaled"), ("pvalue", ".scaled"), ("cfi", ".robust"), ("rmsea", ".robust"),
                       ("srmr", ""), ("df", "")):
        np.testing.assert_allclose(ours[name], theirs[name + form * robust], rtol=1e-5, atol=1e-7, err_msg=name)
    tests = lavaan["differences"].query("estimator == @estimator and partial == @partial").set_index("level")
    later = ours.loc[tests.index]
    np.testing.assert_allclose(later["delta.chisq"], tests["chisq.diff"], rtol=2e-5)
    np.testing.assert_allclose(later["delta.df"], tests["df.diff"])
    np.testing.assert_allclose(later["delta.pvalue"], tests["pvalue"], atol=1e-6)
    assert list(ours["holds"]) == ([True] * 4 if partial else [True, True, False, False])  # l2 shifts


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_changes_of_latent_means_are_those_of_lavaan(panel: pd.DataFrame, lavaan: dict, estimator: str) -> None:
    ours = sem.latent_means(MODEL, panel, waves=WAVES, estimator=estimator, group_partial=["l2 ~ 1"])
    ours = ours.set_index(["construct", "group"])
    theirs = lavaan["means"].query("estimator == @estimator and partial == 'l2'").set_index(["construct", "group"])
    theirs = theirs.loc[ours.index]
    for name in ("est", "se", "ci.lower", "ci.upper", "d"):
        np.testing.assert_allclose(ours[name], theirs[name].astype(float), rtol=1e-4, atol=1e-6, err_msg=name)
    assert set(ours["reference"]) == {"a"}


def test_a_change_is_recovered_and_covered() -> None:
    found = pd.concat([sem.latent_means(ONE, people(mean=0.4, n=1500, seed=seed), waves=TWO) for seed in range(20)])
    truth = 0.4 * 0.8  # in units of the marker item
    assert abs(found["est"].mean() - truth) < 4 * found["se"].mean() / np.sqrt(20)
    assert ((found["ci.lower"] <= truth) & (truth <= found["ci.upper"])).mean() >= 0.8
    assert found["d"].mean() == pytest.approx(0.4, abs=0.03)
    turned = sem.latent_means(ONE, people(mean=0.4), waves=TWO, reference="second").iloc[0]
    straight = sem.latent_means(ONE, people(mean=0.4), waves=TWO).iloc[0]
    assert turned["est"] == pytest.approx(-straight["est"], rel=1e-6)
    assert (turned["group"], turned["reference"]) == ("first", "second")


def test_the_same_people_make_a_change_more_certain() -> None:
    """Against the same answers taken for those of two independent groups."""
    wide = people(mean=0.2)
    sheets = pd.concat([wide[of].set_axis(list("abcd"), axis=1).assign(wave=wave) for wave, of in TWO.items()])
    apart = sem.latent_means(ONE, sheets, group="wave").iloc[0]
    together = sem.latent_means(ONE, wide, waves=TWO).iloc[0]
    assert together["se"] < 0.75 * apart["se"]
    assert together["est"] == pytest.approx(apart["est"], abs=0.05)


def test_an_item_that_drifts_is_no_change_of_the_construct() -> None:
    drifted = people(shift=0.5)
    assert list(sem.invariance(ONE, drifted, waves=TWO)["holds"]) == [True, True, False, False]
    with pytest.raises(ModelError, match="scalar"):
        sem.latent_means(ONE, drifted, waves=TWO)
    partial = sem.latent_means(ONE, drifted, waves=TWO, group_partial=["a ~ 1"]).iloc[0]
    assert abs(partial["est"]) < 4 * partial["se"]
    with pytest.raises(ModelError, match="f"):
        sem.latent_means(ONE, drifted, waves=TWO, group_partial=["a ~ 1", "b ~ 1", "c ~ 1"])


def test_the_model_of_a_level_is_text_that_can_be_fitted() -> None:
    answers = people(n=300)
    for level, free in (("configural", 0), ("metric", 3), ("scalar", 6), ("strict", 10)):
        text = sem.wave_model(ONE, TWO, level=level)
        fit = sem.fit(text, answers, meanstructure=True)
        assert fit.measures["df"] == 15 + free
    assert sem.wave_model("f =~ NA*x + k*y + k*z; f ~~ 1*f; x ~~ y", {1: ["x1", "y1", "z1"], 2: ["x2", "y2", "z2"]},
                          level="metric").splitlines() == [
        "f.1 =~ NA*x1 + loading.f.x*x1", "f.1 =~ k*y1", "f.1 =~ k*z1", "f.1 ~~ 1.0*f.1", "x1 ~~ y1",
        "f.2 =~ NA*x2 + loading.f.x*x2", "f.2 =~ k*y2", "f.2 =~ k*z2", "f.2 ~~ NA*f.2", "x2 ~~ y2",
        "x1 ~~ x2", "y1 ~~ y2", "z1 ~~ z2"]


def test_a_single_item_has_no_residual_to_be_equal_or_to_correlate() -> None:
    text = sem.wave_model("f =~ x + y + z; g =~ s", {"1": list("abcd"), "2": list("efgh")}, level="strict")
    assert "d ~~ h" not in text
    assert "residual.s" not in text
    assert "a ~~ e" in text


def long(n: int = 60) -> pd.DataFrame:
    wide = people(n=n)
    return pd.concat([wide[of].set_axis(list("abcd"), axis=1).assign(wave=wave, person=np.arange(n))
                      for wave, of in ((2025, TWO["first"]), (2026, TWO["second"]))], ignore_index=True)


def test_sheets_become_people() -> None:
    sheets, wide = long(), people(n=60)
    before = sheets.copy()
    found = sem.by_wave(sheets.sample(frac=1, random_state=1), list("abcd"), respondent="person", wave="wave")
    assert list(found.waves) == ["2025", "2026"]
    for label, of in zip(found.waves, TWO.values(), strict=True):
        np.testing.assert_array_equal(found.data[found.waves[label]], wide[of])
    pd.testing.assert_frame_equal(sheets, before)
    partly = sem.by_wave(sheets.drop(index=[0, 70]), list("abcd"), respondent="person", wave="wave", order=[2026, 2025])
    assert list(partly.waves) == ["2026", "2025"]
    assert partly.n.to_dict() == {1: 2, 2: 58}
    assert partly.data.isna().any(axis=1).sum() == 2
    table = sem.invariance(ONE, found.data, waves=found.waves, levels=["configural", "metric"])
    assert list(table["level"]) == ["configural", "metric"]


@pytest.mark.parametrize(("options", "id"), [
    ({"waves": {"1": ["a1", "b1", "c1"], "2": ["a2", "b2", "c2", "d2"]}}, "sem.waves_length"),
    ({"waves": {"1": ["a1", "b1", "c1", "d1"]}}, "sem.waves_few"),
    ({"waves": {"1": ["a1", "b1", "c1", "d1"], "2": ["a2", "b2", "c2", "d1"]}}, "sem.waves_repeated"),
    ({"waves": {"1": ["a1", "b1", "c1", "d1"], "2": ["a2", "b2", "c2", "e2"]}}, "sem.waves_absent"),
    ({"waves": [["a1", "b1"], ["a2", "b2"]]}, "sem.waves_kind"),
    ({"waves": {"1": "abcd", "2": "efgh"}}, "sem.waves_kind"),
    ({"group": "a1"}, "sem.groups_or_waves"), ({"levels": ["weak"]}, "sem.invariance_levels"),
    ({"model": f"{ONE}\na ~ 1"}, "sem.waves_model"), ({"model": f"{ONE}\ne := 1 + 1"}, "sem.waves_model"),
    ({"model": "f =~ a + b\ng =~ c + d\nh =~ f + g"}, "sem.waves_model"), ({"model": "a ~~ b"}, "sem.no_measurement"),
    ({"group_partial": ["e ~ 1"]}, "sem.partial_unknown"), ({"estimator": "PLS"}, "sem.not_in_this_version"),
])
def test_waves_that_are_refused(options: dict, id: str) -> None:
    asked = {"model": ONE, "waves": TWO, **options}
    with pytest.raises(HelpersError) as caught:
        sem.invariance(asked.pop("model"), people(n=100), **asked)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_a_constant_item_of_one_wave_is_named() -> None:
    with pytest.raises(HelpersError, match="c2"):
        sem.invariance(ONE, people(n=100).assign(c2=3.0), waves=TWO)


def test_a_construct_must_not_bear_the_name_of_a_column() -> None:
    answers = people(n=100).rename(columns={"a1": "f.second"})
    with pytest.raises(ModelError, match=r"f\.second"):
        sem.invariance(ONE, answers, waves={**TWO, "first": ["f.second", "b1", "c1", "d1"]})


@pytest.mark.parametrize(("change", "options", "id"), [
    (lambda each: pd.concat([each, each.head(1)]), {}, "sem.waves_twice"),
    (lambda each: each.assign(person=each["person"].where(each.index > 3)), {}, "sem.waves_nobody"),
    (lambda each: each.drop(index=range(8, 60)), {}, "sem.waves_panel"),
    (lambda each: each.assign(person=range(len(each))), {}, "sem.waves_panel"),
    (lambda each: each.query("wave == 2025"), {}, "sem.waves_one"),
    (lambda each: each, {"order": [2025, 2027]}, "sem.waves_unknown"),
    (lambda each: each.drop(columns="d"), {}, "moments.absent"), (lambda each: 1, {}, "moments.no_frame"),
])
def test_sheets_that_are_refused(change: object, options: dict, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.by_wave(change(long()), list("abcd"), respondent="person", wave="wave", **options)
    assert caught.value.problems[0].id == id
