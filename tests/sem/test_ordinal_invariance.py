"""Invariance of ordinal items after Wu & Estabrook: lavaan's numbers on semTools' models, known truth, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import HelpersError, ModelError
from helpers.sem.groups.ordinal_answers import ordinal_answers
from helpers.sem.groups.ordinal_levels import Ordinal, start
from helpers.sem.groups.ordinal_partial import OrdinalSearch

ORACLE = Path(__file__).parents[1] / "oracle"
MODEL = "f =~ a1 + a2 + a3 + a4\nh =~ b1 + b2 + b3"
ITEMS = ["a1", "a2", "a3", "a4", "b1", "b2", "b3"]
OPTIONS = {"group": "group", "ordered": ITEMS, "estimator": "WLSMV"}
STUDIES = {"five": ["configural", "thresholds", "loadings", "intercepts", "residuals"],
           "three": ["configural", "loadings", "intercepts", "residuals"],
           "both": ["configural", "thresholds", "loadings", "intercepts", "residuals"],
           "two": ["configural", "residuals"]}


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"ordinal_invariance_{name}.csv", encoding="utf-8")
            for name in ("data", "measures", "differences", "means")}


def of(lavaan: dict, study: str) -> pd.DataFrame:
    return lavaan["data"].query("study == @study").drop(columns="study")


def read(data: pd.DataFrame) -> Ordinal:
    return ordinal_answers(MODEL, data, waves=None, missing="listwise", partial=(), **OPTIONS)


def answers(*, mean: float = 0.0, shift: float = 0.0, loading: float = 0.8, n: object = (400, 400),
            seed: int = 1) -> pd.DataFrame:
    """Draw five-point answers of two groups; `shift` moves a2 of the second, `loading` is that of a3 there."""
    random = np.random.default_rng(seed)
    parts = []
    for group, size in enumerate(n):
        f = random.standard_normal(size) + group * mean
        h = 0.5 * f + 0.8 * random.standard_normal(size)
        part = {}
        for at, item in enumerate(ITEMS):
            by = loading if group and item == "a3" else 0.8
            response = by * (f if at < 4 else h) + 0.6 * random.standard_normal(size)
            part[item] = np.digitize(response + (shift if group and item == "a2" else 0), [-1.2, -0.4, 0.4, 1.2]) + 1
        parts.append(pd.DataFrame(part).assign(group="ab"[group]))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("study", STUDIES)
def test_levels_are_those_of_lavaan_on_the_models_of_semtools(lavaan: dict, study: str) -> None:
    ours = sem.invariance(MODEL, of(lavaan, study), **OPTIONS).set_index("level")
    assert list(ours.index) == STUDIES[study]
    theirs = lavaan["measures"].query("study == @study").pivot(index="level", columns="measure", values="value")
    theirs = theirs.loc[ours.index]
    for name, form in (("chisq", "chisq.scaled"), ("df", "df.scaled"), ("pvalue", "pvalue.scaled"),
                       ("cfi", "cfi.scaled"), ("rmsea", "rmsea.scaled"), ("srmr", "srmr")):
        np.testing.assert_allclose(ours[name], theirs[form], rtol=1e-5, atol=1e-6, err_msg=name)
    tests = lavaan["differences"].query("study == @study").set_index("level")
    later = ours.loc[tests.index]
    np.testing.assert_allclose(later["delta.chisq"], tests["chisq.diff"], rtol=1e-5)
    np.testing.assert_allclose(later["delta.df"], tests["df.diff"])
    np.testing.assert_allclose(later["delta.pvalue"], tests["pvalue"], atol=1e-5)


@pytest.mark.parametrize("study", STUDIES)
def test_latent_means_are_those_of_lavaan(lavaan: dict, study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # an intercept of `three` differs
    monkeypatch.setattr("helpers.sem.groups.levels.within", lambda change, bounds: True)
    ours = sem.latent_means(MODEL, of(lavaan, study), **OPTIONS).set_index(["construct", "group"])
    theirs = lavaan["means"].query("study == @study").set_index(["construct", "group"]).loc[ours.index]
    for name in ("est", "se", "ci.lower", "ci.upper", "d"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_gradient_is_the_slope_of_the_objective(lavaan: dict) -> None:
    found = read(of(lavaan, "both"))
    problem = found.problem("intercepts")
    away = problem.evaluate(start(problem) + 0.1 * np.sin(np.arange(problem.structure.k.shape[1])))
    step = 1e-6 * np.eye(len(away.x))
    slopes = [(problem.evaluate(away.x + d).f - problem.evaluate(away.x - d).f) / 2e-6 for d in step]
    np.testing.assert_allclose(problem.gradient(away), slopes, atol=1e-6)


def test_a_difference_of_latent_means_is_recovered() -> None:
    found = pd.concat([sem.latent_means(MODEL, answers(mean=0.4, n=(800, 800), seed=seed), **OPTIONS).iloc[[0]]
                       for seed in range(8)])
    assert abs(found["est"].mean() - 0.4) < 4 * found["se"].mean() / np.sqrt(8)
    assert ((found["ci.lower"] < 0.4) & (found["ci.upper"] > 0.4)).sum() >= 6
    turned = sem.latent_means(MODEL, answers(mean=0.4), reference="b", **OPTIONS)
    assert (turned["reference"] == "b").all()
    assert turned["est"].iloc[0] < 0


def test_what_differs_is_found_at_its_level() -> None:
    same = sem.invariance(MODEL, answers(mean=0.3), **OPTIONS)
    assert same["holds"].all()
    shifted = answers(shift=0.8)
    held = sem.invariance(MODEL, shifted, **OPTIONS).set_index("level")["holds"]
    assert held.to_dict() == {"configural": True, "thresholds": True, "loadings": True, "intercepts": False,
                              "residuals": False}
    with pytest.raises(ModelError, match="intercepts"):
        sem.latent_means(MODEL, shifted, **OPTIONS)
    partial = sem.latent_means(MODEL, shifted, group_partial=["a2 ~ 1"], **OPTIONS)
    assert (partial["est"].abs() < 4 * partial["se"]).all()
    weaker = sem.invariance(MODEL, answers(loading=0.2), **OPTIONS).set_index("level")["holds"]
    assert weaker.to_dict()["thresholds"]
    assert not weaker.to_dict()["loadings"]


def test_a_freed_parameter_costs_its_degrees_of_freedom() -> None:
    data = answers()
    whole = sem.invariance(MODEL, data, **OPTIONS).set_index("level")["df"]
    for partial, cost in ((["a2 ~ 1"], [0, 0, 0, 1, 1]), (["f =~ a2"], [0, 0, 1, 1, 1]),
                             (["a2 ~~ a2"], [0, 0, 0, 0, 1]), (["b1 | t2"], [0, 1, 1, 1, 1])):
        less = sem.invariance(MODEL, data, group_partial=partial, **OPTIONS).set_index("level")["df"]
        assert list(whole - less) == cost


def test_pairwise_uses_everybody_and_every_item_may_be_said_in_one_word() -> None:
    data = answers()
    holed = data.assign(a1=data["a1"].where(data.index % 9 > 0))
    pairwise = sem.invariance(MODEL, holed, missing="pairwise", levels=["configural", "thresholds"], **OPTIONS)
    listwise = sem.invariance(MODEL, holed, levels=["configural", "thresholds"], **OPTIONS)
    every = sem.invariance(MODEL, holed, levels=["configural", "thresholds"], **(OPTIONS | {"ordered": True}))
    pd.testing.assert_frame_equal(every, listwise)
    assert (pairwise["df"] == listwise["df"]).all()
    assert not np.allclose(pairwise["chisq"], listwise["chisq"])


def changed(column: str, to: object) -> pd.DataFrame:
    return answers(n=(150, 150)).assign(**{column: to})


@pytest.mark.parametrize(("data", "options", "id"), [
    (None, {"estimator": "MLR"}, "sem.ordinal_estimator"), (None, {"ordered": []}, "sem.ordinal_estimator"),
    (None, {"ordered": ITEMS[:3]}, "sem.ordinal_mixed"), (None, {"group": None}, "sem.groups_or_waves"),
    (None, {"waves": {"1": ["a1"], "2": ["a2"]}}, "sem.groups_or_waves"),
    (None, {"group": None, "waves": {"1": ["a1"], "2": ["a2"]}}, "sem.waves_length"),
    (None, {"levels": ["metric"]}, "sem.invariance_levels"), (None, {"group": "insurer"}, "moments.absent"),
    (None, {"model": "f =~ a1 + 1*a2 + a3"}, "sem.ordinal_model"),
    (None, {"model": "f =~ a1 + a2 + a3\nf ~ 1"}, "sem.ordinal_model"),
    (None, {"model": "f =~ a1 + a2\nh =~ b1 + b2\ng =~ f + h"}, "sem.ordinal_model"),
    (None, {"model": "f =~ a1 + a2 + a3\nx := 1"}, "sem.ordinal_model"),
    (None, {"model": "a1 ~~ a2"}, "sem.no_measurement"),
    (None, {"group_partial": ["a9 ~ 1"]}, "sem.partial_unknown"),
    (None, {"group_partial": ["a1 | t1", "a1 | t2", "a1 | t3"]}, "sem.ordinal_partial"),
    (None, {"missing": "fiml"}, "moments.pairwise_or_listwise"),
    (None, {"model": "f =~ a1 + a2 + a3 + a4\nh =~ b1"}, "sem.not_identified"),
    (changed("group", "a"), {}, "moments.one_group"),
    (answers(n=(150, 5)), {}, "sem.ordinal_categories"),
])
def test_what_is_refused(data: pd.DataFrame | None, options: dict, id: str) -> None:
    asked = {"model": MODEL, **OPTIONS, **options}
    with pytest.raises(HelpersError) as caught:
        sem.invariance(asked.pop("model"), answers(n=(150, 150)) if data is None else data, **asked)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_a_category_that_a_group_lacks_is_named() -> None:
    data = answers(n=(200, 200))
    data.loc[data["group"].eq("b") & data["b2"].eq(5), "b2"] = 4
    with pytest.raises(HelpersError, match=r"b2.*wave b.*5"):
        sem.invariance(MODEL, data, **OPTIONS)


@pytest.mark.parametrize(("changed", "level", "found"), [
    ({"shift": 0.8}, "intercepts", "a2 ~ 1"), ({"loading": 0.2}, "loadings", "f =~ a3"),
])
def test_what_was_planted_is_named_and_offered(changed: dict, level: str, found: str) -> None:
    data = answers(mean=0.3, **changed)
    offer = sem.partial_invariance(MODEL, data, level=level, **OPTIONS)
    assert offer.attrs["group_partial"] == (found,)
    assert offer.attrs["holds"]
    assert not offer.attrs["checks"][0].passed
    table = sem.invariance(MODEL, data, group_partial=[found], **OPTIONS).set_index("level")
    assert table.loc[level, "holds"]
    assert table.loc[level, "delta.cfi"] == pytest.approx(offer["delta.cfi"].item(), abs=1e-6)


def test_score_test_and_difference_test_agree_on_a_small_departure() -> None:
    data = answers(shift=0.25, n=(700, 700))
    search = OrdinalSearch(read(data))
    tight = search.fits(["intercepts"], [])["intercepts"]
    tests = {row["parameter"]: row for row in search.tested(tight, "intercepts", [])}
    for name, row in tests.items():
        wide = search.fits(["intercepts"], [name])["intercepts"]
        change = search.change(wide, tight)
        assert row["df"] == change["df.diff"] == 1
        assert row["chisq"] == pytest.approx(change["chisq.diff"], rel=0.1, abs=0.3)
    assert max(tests, key=lambda name: tests[name]["chisq"]) == "a2 ~ 1"
    assert tests["a2 ~ 1"]["epc"] == pytest.approx(0.25 / 0.6, abs=0.15)


def test_a_threshold_that_differs_is_named() -> None:
    data = answers(n=(900, 900))
    moved = data["group"].eq("b") & data["b1"].eq(5) & (np.arange(len(data)) % 3 > 0)
    data["b1"] = data["b1"].where(~moved, 4)  # the last category is reached later in the second group
    offer = sem.partial_invariance(MODEL, data, level="thresholds", **OPTIONS)
    assert list(offer["parameter"].str[:4]) in (["b1 |"], [])
    search = OrdinalSearch(read(data))
    tests = search.tested(search.fits(["thresholds"], [])["thresholds"], "thresholds", [])
    assert max(tests, key=lambda row: row["chisq"])["parameter"].startswith("b1 |")
