"""Models that do not contain each other: the formulas written out in R, error rates, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.checking.non_nested import _holed, weighted_tail

ORACLE = Path(__file__).parents[1] / "oracle"
PAIRS = {
    "crossed": ("visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8",
                "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6 + x9\nspeed =~ x7 + x8"),
    "overlapping": ("f =~ x1 + x2 + x3 + x7 + x8\nx1 ~~ x2", "f =~ x1 + x2 + x3 + x7 + x8\nx7 ~~ x8"),
}
# two models at the same distance from the truth: the item d belongs to both constructs alike
TRUTH = "f =~ .8*a + .8*b + .8*c + .5*d\ng =~ .8*e + .8*h + .8*i + .5*d\nf ~~ .3*g"
WITH_F, WITH_G = "f =~ a + b + c + d\ng =~ e + h + i", "f =~ a + b + c\ng =~ e + h + i + d"


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.mark.parametrize("name", PAIRS)
def test_numbers_are_those_of_the_formulas(name: str, children: pd.DataFrame) -> None:
    theirs = pd.read_csv(ORACLE / "non_nested.csv", encoding="utf-8").set_index("pair").loc[name]
    one, two = (sem.fit(model, children, meanstructure=True) for model in PAIRS[name])
    ours = sem.compare_non_nested(one, two).iloc[0]
    for column in theirs.index:
        assert ours[column] == pytest.approx(theirs[column], rel=1e-4, abs=1e-6), column
    turned = sem.compare_non_nested(two, one).iloc[0]
    assert turned["z"] == pytest.approx(-ours["z"])
    assert turned["variance.pvalue"] == pytest.approx(ours["variance.pvalue"], abs=1e-6)
    plain = sem.compare_non_nested(*(sem.fit(model, children) for model in PAIRS[name])).iloc[0]
    assert plain["z"] == pytest.approx(ours["z"], rel=1e-6)


def test_models_equally_far_from_the_truth_are_told_apart_at_the_level() -> None:
    z, apart = [], []
    for seed in range(60):
        answers = sem.simulate(TRUTH, n=600, seed=seed)
        found = sem.compare_non_nested(sem.fit(WITH_F, answers), sem.fit(WITH_G, answers)).iloc[0]
        z.append(found["z"])
        apart.append(found["variance.pvalue"] < 0.05)
    assert np.mean(apart) > 0.8
    assert abs(np.mean(z)) < 0.4
    assert 0.7 < np.std(z) < 1.3


def holed(answers: pd.DataFrame, items: str, seed: int) -> pd.DataFrame:
    holes = np.random.default_rng(seed).random((len(answers), len(items))) < np.where(answers[["a"]] > 0, 0.3, 0.1)
    return answers.assign(**answers[list(items)].mask(holes))


@pytest.mark.parametrize("name", PAIRS)
def test_without_holes_full_information_is_the_complete_route(name: str, children: pd.DataFrame) -> None:
    holed, whole = (sem.compare_non_nested(*(sem.fit(model, children, **options) for model in PAIRS[name])).iloc[0]
                    for options in ({"missing": "fiml"}, {"meanstructure": True}))
    for column in whole.index:
        assert holed[column] == pytest.approx(whole[column], rel=1e-6, abs=1e-9), column


def test_likelihoods_of_holed_answers_add_up_and_move_as_their_derivatives_say() -> None:
    answers = holed(sem.simulate(TRUTH, n=300, seed=3), "bcdehi", 3).assign(g=np.arange(300) % 2)
    fit = sem.fit(WITH_F, answers, missing="fiml", group="g")
    likelihoods, derivatives = _holed(fit)
    width = fit.engine.scaled.width
    answered = answers[list(fit.observed)].notna().to_numpy()
    constant = (answered @ np.log(width)).sum() + answered.sum() * np.log(2 * np.pi) / 2
    assert likelihoods.sum() - constant == pytest.approx(fit.measures["logl"], rel=1e-10)
    np.testing.assert_allclose(derivatives.sum(axis=0), 0.0, atol=1e-4)
    problem, point = fit.engine.problem, fit.engine.optimum.point
    moved = replace(fit, engine=replace(fit.engine, optimum=replace(
        fit.engine.optimum, point=problem.evaluate(point.x + 1e-5 * np.eye(len(point.x))[0]))))
    np.testing.assert_allclose((_holed(moved)[0] - likelihoods) / 1e-5, derivatives[:, 0], atol=1e-3)


def test_with_holes_equally_wrong_models_are_told_apart_at_the_level() -> None:
    z = []
    for seed in range(24):
        answers = holed(sem.simulate(TRUTH, n=500, seed=seed), "bceh", seed)
        fits = [sem.fit(model, answers, missing="fiml") for model in (WITH_F, WITH_G)]
        z.append(sem.compare_non_nested(*fits).iloc[0]["z"])
    assert abs(np.mean(z)) < 0.5
    assert 0.7 < np.std(z) < 1.35


def test_the_true_model_wins_and_the_same_model_cannot_be_told_from_itself(children: pd.DataFrame) -> None:
    answers = sem.simulate("f =~ .8*a + .8*b + .8*c + .5*d\ng =~ .8*e + .8*h + .8*i\nf ~~ .3*g", n=600, seed=1)
    found = sem.compare_non_nested(sem.fit(WITH_F, answers), sem.fit(WITH_G, answers)).iloc[0]
    assert found["z"] > 3
    assert found["delta.bic.ci.lower"] > 0
    fit = sem.fit(PAIRS["crossed"][0], children)
    alike = sem.compare_non_nested(fit, sem.fit(PAIRS["crossed"][0], children, std_lv=True)).iloc[0]
    assert alike["variance"] == pytest.approx(0.0, abs=1e-15)


def test_sums_of_chi_squares() -> None:
    from scipy.stats import chi2

    for df in (1, 3, 8):
        assert weighted_tail(5.0, np.full(df, 2.0)) == pytest.approx(chi2.sf(2.5, df), abs=1e-9)
    weights = np.array([3.0, 1.0, 0.5, 0.1, 0.01])
    drawn = np.random.default_rng(1).chisquare(1, (400000, 5)) @ weights
    for value in (0.5, 4.0, 15.0):
        assert weighted_tail(value, weights) == pytest.approx((drawn > value).mean(), abs=0.004)


@pytest.mark.parametrize(("change", "id"), [
    ({"missing": "fiml"}, "sem.compare_unlike"), ({"estimator": "GLS"}, "sem.vuong_answers"),
    ({"weights": "w"}, "sem.vuong_answers"),
    ({"estimator": "MLR"}, "sem.compare_unlike"), ({"meanstructure": True}, "sem.compare_unlike"),
    ({"drop": True}, "sem.compare_unlike"),
])
def test_what_cannot_be_compared(children: pd.DataFrame, change: dict, id: str) -> None:
    data = children.assign(w=1.0)
    one = sem.fit(PAIRS["crossed"][0], data)
    other = data.iloc[10:] if change.pop("drop", False) else data
    with pytest.raises(ModelError) as caught:
        sem.compare_non_nested(one, sem.fit(PAIRS["crossed"][1], other, **change))
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_behind_a_failed_stop_nothing_is_compared(children: pd.DataFrame) -> None:
    one, two = (sem.fit(model, children) for model in PAIRS["crossed"])
    failed = tuple(replace(check, passed=False) if check.severity == "stop" else check for check in two.checks)
    with pytest.raises(ModelError) as caught:
        sem.compare_non_nested(one, replace(two, checks=failed))
    assert caught.value.problems[0].id == "sem.stopped"
