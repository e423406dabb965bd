"""Full information from answers with holes: known truth, agreement with complete data, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import HelpersError
from helpers.sem.estimation import missing_information
from helpers.sem.estimation.optimize import differenced

CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
ITEMS = [f"x{number}" for number in range(1, 10)]


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data().reset_index(drop=True)


def holed(children: pd.DataFrame, columns: list[str], *, share: float = 0.12, seed: int = 5) -> pd.DataFrame:
    values = children[columns].to_numpy(dtype=float)
    values[np.random.default_rng(seed).random(values.shape) < share] = np.nan
    return children.assign(**dict(zip(columns, values.T, strict=True)))


@pytest.mark.parametrize(("model", "options"), [
    (CFA, {}), (PATHS, {}), (PATHS, {"fixed_x": False}), (CFA, {"group": "school", "group_equal": ["loadings"]})])
def test_without_holes_it_is_maximum_likelihood_with_means(children: pd.DataFrame, model: str, options: dict) -> None:
    full = sem.fit(model, children, missing="fiml", **options)
    plain = sem.fit(model, children, meanstructure=True, **options)
    np.testing.assert_allclose(full.parameters["est"], plain.parameters["est"], rtol=1e-7, atol=1e-9)
    common = plain.measures.index
    np.testing.assert_allclose(full.measures[common], plain.measures[common], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("options", [{}, {"group": "school", "group_equal": ["loadings", "intercepts"]}])
def test_the_information_is_the_curvature_of_the_likelihood(children: pd.DataFrame, options: dict) -> None:
    fit = sem.fit(PATHS, holed(children, ITEMS), missing="fiml", **options)
    problem, point = fit.engine.problem, fit.engine.optimum.point
    away = problem.evaluate(point.x * 1.05)
    for at in (point, away):
        np.testing.assert_allclose(problem.curvature(at), differenced(problem, at), rtol=1e-5, atol=2e-6)
    assert fit.gradient < 1e-9


@pytest.mark.parametrize("many", [1, 99])
def test_both_ways_to_count_what_is_missing_agree(children: pd.DataFrame, many: int,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of pairs of holes, and look-ups where holes are many: the same second derivatives."""
    answers = holed(children, ITEMS, share=0.4)
    usual = sem.fit(PATHS, answers, missing="fiml").vcov
    monkeypatch.setattr(missing_information, "MANY", many)
    np.testing.assert_allclose(sem.fit(PATHS, answers, missing="fiml").vcov, usual, rtol=1e-8, atol=1e-12)


def test_it_recovers_what_complete_rows_distort() -> None:
    """Dissatisfied customers skip the questions on loyalty: the slope and the mean of complete rows are wrong."""
    text = "sat =~ .8*s1 + .8*s2 + .7*s3\nloy =~ .8*l1 + .7*l2 + .8*l3\nloy ~ .6*sat\nloy ~~ .64*loy"
    answers = sem.simulate(text, n=8000, seed=3)
    gone = answers[["s1", "s2", "s3"]].mean(axis=1).to_numpy() + 0.2 * np.random.default_rng(1).normal(size=8000) < 0
    answers.loc[gone, ["l1", "l2"]] = np.nan
    model = "sat =~ s1 + s2 + s3\nloy =~ l3 + l1 + l2\nloy ~ sat"
    full = sem.fit(model, answers, missing="fiml").parameters.set_index(["lhs", "op", "rhs"])
    rows = sem.fit(model, answers, meanstructure=True).parameters.set_index(["lhs", "op", "rhs"])
    means = [("l1", "~1", ""), ("l2", "~1", "")]
    assert np.abs(full.loc[means, "est"]).max() < 4 * full.loc[means, "se"].max() < 0.1
    assert rows.loc[means, "est"].min() > 0.2
    slope = ("loy", "~", "sat")
    assert abs(full.loc[slope, "std.all"] - 0.6) < 4 * full.loc[slope, "std.all.se"] < 0.1
    assert full.loc[slope, "se"] < rows.loc[slope, "se"]


def test_rows_without_any_answer_are_left_out_and_counted(children: pd.DataFrame) -> None:
    answers = holed(children, ITEMS)
    answers.loc[[0, 5], ITEMS] = np.nan
    fit = sem.fit(CFA, answers, missing="fiml")
    assert (fit.n, fit.n_read) == (299, 301)
    without = sem.fit(CFA, answers.drop(index=[0, 5]), missing="ml")
    np.testing.assert_allclose(fit.parameters["se"], without.parameters["se"], rtol=1e-9)


def test_predictors_with_holes_are_modelled(children: pd.DataFrame) -> None:
    fixed = sem.fit(PATHS, holed(children, ITEMS), missing="fiml")
    modelled = sem.fit(PATHS, holed(children, [*ITEMS, "ageyr"]), missing="fiml")
    assert modelled.n == fixed.n == 301
    assert modelled.measures["npar"] == fixed.measures["npar"] + 5
    said = modelled.gates.set_index("gate").loc["full_information", "found"]
    assert "ageyr" in said and "sex" not in said


def test_frequent_patterns_are_worked_on_by_their_moments(children: pd.DataFrame) -> None:
    """Two patterns of 150 rows give what a weight of one per row, which keeps rows apart, gives."""
    answers = children.copy()
    answers.loc[:149, ["x2", "x7"]] = np.nan
    fit = sem.fit(CFA, answers, missing="fiml")
    assert len(fit.engine.problem.patterns[0].x) < 30
    doubled = sem.fit(CFA, pd.concat([answers] * 3), missing="fiml")
    np.testing.assert_allclose(doubled.parameters["se"] * np.sqrt(3), fit.parameters["se"], rtol=1e-6)


def test_items_of_any_width_give_the_same_fit(children: pd.DataFrame) -> None:
    answers = holed(children, ITEMS)
    wide = answers.assign(x1=answers["x1"] * 1000 + 1e5, x5=answers["x5"] / 1000)
    one, two = (sem.fit(CFA, data, missing="fiml") for data in (answers, wide))
    np.testing.assert_allclose(two.parameters["std.all"].dropna().iloc[:21], one.parameters["std.all"].iloc[:21],
                               rtol=1e-7)
    assert two.measures["chisq"] == pytest.approx(one.measures["chisq"], rel=1e-8)


def test_thin_coverage_is_a_caution(children: pd.DataFrame) -> None:
    answers = children.copy()
    answers.loc[20:, "x2"] = np.nan
    gates = sem.fit(CFA, answers, missing="fiml").gates.set_index("gate")
    assert gates.loc["full_information", "severity"] == "caution"
    assert not gates.loc["full_information", "passed"]
    near = children.copy()
    near.loc[31:, "x2"] = np.nan
    assert sem.fit(CFA, near, missing="fiml").gates.set_index("gate").loc["full_information", "passed"]


@pytest.mark.parametrize(("holes", "options", "id"), [
    ({"x2": slice(None)}, {}, "moments.nobody_answered"),
    ({"x2": slice(0, 149), "x7": slice(150, None)}, {}, "moments.never_together"),
    ({}, {"estimator": "MLM"}, "sem.fiml_estimator"),
    ({}, {"meanstructure": False}, "sem.fiml_means"),
    ({}, {"missing": "pairwise"}, "sem.not_in_this_version"),
])
def test_what_cannot_be_estimated_is_refused(children: pd.DataFrame, holes: dict, options: dict, id: str) -> None:
    answers = children.copy()
    for name, rows in holes.items():
        answers.loc[rows, name] = np.nan
    before = answers.copy()
    with pytest.raises(HelpersError) as caught:
        sem.fit(CFA, answers, **({"missing": "fiml"} | options))
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")
    pd.testing.assert_frame_equal(answers, before)


def test_printed_moments_have_no_holes(children: pd.DataFrame) -> None:
    with pytest.raises(HelpersError, match="answers of the respondents"):
        sem.fit(CFA, moments=sem.Moments(cov=children[ITEMS].cov(), n=301), missing="fiml")


def test_too_few_respondents_are_refused(children: pd.DataFrame) -> None:
    with pytest.raises(HelpersError, match="7 respondents with at least one answer for 9"):
        sem.fit(CFA, children.iloc[:7], missing="fiml")


@pytest.mark.parametrize("options", [
    {}, {"group": "school", "group_equal": ["loadings", "intercepts"]}, {"cluster": "branch"}, {"weights": "w"}])
def test_without_holes_robust_errors_and_tests_are_those_of_complete_answers(children: pd.DataFrame,
                                                                             options: dict) -> None:
    generator = np.random.default_rng(2)
    answers = children.assign(branch=generator.integers(0, 25, 301), w=generator.uniform(0.3, 2, 301))
    full = sem.fit(PATHS, answers, estimator="MLR", missing="fiml", **options)
    plain = sem.fit(PATHS, answers, estimator="MLR", meanstructure=True, **options)
    np.testing.assert_allclose(full.parameters["se"], plain.parameters["se"], rtol=1e-6, atol=1e-9)
    common = [name for name in plain.measures.index if not name.endswith(".robust")]  # those have weights of their own
    np.testing.assert_allclose(full.measures[common], plain.measures[common], rtol=1e-6, atol=1e-8)


def test_without_holes_indices_for_holes_are_the_plain_ones(children: pd.DataFrame) -> None:
    """The discrepancy is then that of complete data; its mean counts the parameters as they were fitted."""
    found = sem.fit(CFA, children, missing="fiml").measures
    for name in ("cfi", "tli", "rmsea"):
        assert found[f"{name}.robust"] == pytest.approx(found[name], rel=2e-2)


def test_draws_are_refits_of_the_rows_drawn(children: pd.DataFrame) -> None:
    answers = holed(children, ITEMS)
    fit = sem.fit(PATHS, answers, missing="fiml", estimator="MLR")
    drawn = sem.bootstrap(fit, draws=12, seed=3, keep_indices=True)
    assert drawn.failed.sum() == 0
    free = fit.parameters["se"].to_numpy() > 0
    for at in (0, 11):
        own = sem.fit(PATHS, answers.iloc[drawn.indices[at]].reset_index(drop=True), missing="fiml")
        apart = (drawn.values[at] - own.parameters["est"])[free] / fit.parameters["se"][free]
        assert np.abs(apart).max() < 1e-4


def test_draws_without_holes_are_those_of_complete_answers(children: pd.DataFrame) -> None:
    options = {"draws": 10, "seed": 5}
    full = sem.bootstrap(sem.fit(CFA, children, missing="fiml"), **options)
    plain = sem.bootstrap(sem.fit(CFA, children, meanstructure=True), **options)
    np.testing.assert_allclose(full.draws, plain.draws, rtol=1e-3, atol=1e-5)


def test_draws_do_not_depend_on_the_workers(children: pd.DataFrame) -> None:
    fit = sem.fit("visual =~ x1 + x2 + x3", holed(children, ITEMS[:3]), missing="fiml")
    one, two = (sem.bootstrap(fit, draws=260, seed=8, workers=workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.values, two.values)


def test_effects_take_every_interval(children: pd.DataFrame) -> None:
    text = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nx7 ~ b*textual + visual\ntextual ~ a*visual\nind := a*b"
    answers = holed(children, ITEMS[:7])
    fit = sem.fit(text, answers, missing="fiml", estimator="MLR")
    for kind in ("percentile", "bc", "bca", "monte-carlo"):
        found = sem.effects(fit, ci=kind, draws=60, seed=1).set_index("effect")
        row = found[found["kind"] == "defined"].iloc[0]
        assert row["ci.lower"] < row["est"] < row["ci.upper"]


def test_clusters_are_drawn_whole(children: pd.DataFrame) -> None:
    answers = holed(children, ITEMS).assign(branch=np.arange(301) // 10)
    fit = sem.fit(CFA, answers, missing="fiml", cluster="branch")
    drawn = sem.bootstrap(fit, draws=6, seed=1, keep_indices=True)
    rows = np.concatenate([np.flatnonzero(answers["branch"] == at) for at in drawn.indices[4]])
    own = sem.fit(CFA, answers.iloc[rows].reset_index(drop=True), missing="fiml")
    np.testing.assert_allclose(drawn.values[4], own.parameters["est"], atol=1e-4)


def test_turned_answers_have_no_holes(children: pd.DataFrame) -> None:
    with pytest.raises(HelpersError, match="Bollen-Stine") as caught:
        sem.bollen_stine(sem.fit(CFA, holed(children, ITEMS), missing="fiml"), draws=10, seed=1)
    assert caught.value.sentence("zh")
