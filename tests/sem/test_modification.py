"""Modification indices: lavaan's numbers, what freeing a parameter really brings, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
TIED = ("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + e*x6\nspeed =~ x7 + d*x8 + d*x9\n"
        "a == b\nc == 2*e - .5")
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {
    "cfa": (CFA, {}), "means": (CFA, {"meanstructure": True}), "std_lv": (CFA, {"std_lv": True}), "tied": (TIED, {}),
    "second": (f"{CFA}\ng =~ visual + textual + speed", {}), "paths": (PATHS, {}),
    "random_x": (PATHS, {"fixed_x": False}),
    "observed": ("x1 ~ x2 + x3\nx4 ~ x1\nx5 ~ x4", {"fixed_x": False, "meanstructure": True}),
    "groups": (CFA, {"group": "school"}), "equal": (CFA, EQUAL),
    "equal_x": (PATHS, {"group": "school", "group_equal": ["loadings"]}),
}
KEY = ["lhs", "op", "rhs", "group"]


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.fixture(scope="module")
def lavaan() -> pd.DataFrame:
    table = pd.read_csv(ORACLE / "after_fit_modification.csv", encoding="utf-8", keep_default_na=False, na_values=[""])
    return table.fillna({"rhs": ""})


@pytest.mark.parametrize("name", CASES)
def test_indices_are_those_of_lavaan(name: str, children: pd.DataFrame, lavaan: pd.DataFrame) -> None:
    model, options = CASES[name]
    fit = sem.fit(model, children, **options)
    ours = sem.modification_indices(fit).set_index(KEY)
    theirs = lavaan[lavaan["model"] == name].set_index(KEY)
    if fit.structure.table.fixed_x:  # nothing points to an x that is given
        theirs = theirs[~theirs.index.get_level_values("lhs").isin(fit.structure.table.exogenous)]
    assert set(theirs.index) <= set(ours.index)
    for column in ("mi", "epc", "sepc.lv", "sepc.all", "sepc.nox"):
        # what is barely identified magnifies rounding in lavaan's numerical inverse
        np.testing.assert_allclose(ours.loc[theirs.index, column], theirs[column], rtol=2e-5, atol=1e-7,
                                   err_msg=f"{name} {column}")


def test_the_index_foretells_the_fall_of_chi_square_and_the_estimate() -> None:
    population = "f =~ .8*a + .8*b + .7*c\ng =~ .8*d + .8*e + .7*h + .1*a\nf ~~ .4*g"
    answers = sem.simulate(population, n=20000, seed=3)
    strict = sem.fit("f =~ a + b + c\ng =~ d + e + h", answers)
    best = sem.modification_indices(strict).set_index(["lhs", "op", "rhs"]).loc[("g", "=~", "a")]
    loose = sem.fit("f =~ a + b + c\ng =~ d + e + h + a", answers)
    gained = loose.parameters.set_index(["lhs", "op", "rhs"]).loc[("g", "=~", "a")]
    assert best["mi"] == pytest.approx(strict.measures["chisq"] - loose.measures["chisq"], rel=0.03)
    assert best["epc"] == pytest.approx(gained["est"], rel=0.08)
    assert best["sepc.all"] == pytest.approx(gained["std.all"], rel=0.08)


def test_items_of_any_width_have_the_same_index(children: pd.DataFrame) -> None:
    plain = sem.modification_indices(sem.fit(PATHS, children)).set_index(KEY)
    wide = sem.modification_indices(sem.fit(PATHS, children.assign(x4=children["x4"] * 100))).set_index(KEY)
    np.testing.assert_allclose(wide.loc[plain.index, "mi"], plain["mi"], rtol=1e-5, atol=1e-8)
    for column in ("sepc.all", "sepc.nox"):
        np.testing.assert_allclose(wide.loc[plain.index, column], plain[column], rtol=1e-4, atol=1e-7)
    at = ("x4", "~~", "x5", 1) if ("x4", "~~", "x5", 1) in plain.index else ("visual", "=~", "x4", 1)
    for column in ("epc", "sepc.lv"):
        assert wide.loc[at, column] == pytest.approx(100 * plain.loc[at, column], rel=1e-5)


def test_only_the_scaled_index_holds_its_level_where_tails_are_heavy() -> None:
    found = []
    generator = np.random.default_rng(5)
    for _ in range(120):
        stretch = np.sqrt(6 / generator.chisquare(6, (400, 1)))  # elliptical, kurtosis of a t with six df
        factor, errors = generator.standard_normal((400, 1)), generator.standard_normal((400, 4))
        items = stretch * (factor * [.8, .8, .7, .7] + 0.6 * errors)
        fit = sem.fit("f =~ a + b + c + d", pd.DataFrame(items, columns=list("abcd")), estimator="MLR")
        table = sem.modification_indices(fit).set_index(["lhs", "op", "rhs"])
        found.append(table.loc[("a", "~~", "b"), ["mi", "mi.scaled"]].to_numpy(float))
    plain, scaled = np.mean(np.array(found) > 3.841, axis=0)
    assert plain > 0.12
    assert 0.01 <= scaled <= 0.10


def test_shown_are_the_largest_with_a_p_value_that_knows_it_was_looked_for(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children, **EQUAL)
    shown = sem.modification_shown(fit, n=3)
    whole = sem.modification_indices(fit)
    assert list(shown) == ["lhs", "op", "rhs", "group", "mi", "pvalue.bonferroni", "epc", "sepc.all"]
    assert shown["mi"].tolist() == whole["mi"].head(3).tolist()
    assert set(shown["group"]) <= set(fit.groups)
    assert shown.attrs["candidates"] == len(whole)
    robust = sem.modification_shown(sem.fit(CFA, children, estimator="MLR"))
    assert robust["mi.scaled"].is_monotonic_decreasing
    assert "group" not in robust


def test_behind_a_failed_stop_nothing_is_shown(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children)
    failed = tuple(replace(check, passed=False) if check.severity == "stop" else check for check in fit.checks)
    with pytest.raises(ModelError) as caught:
        sem.modification_shown(replace(fit, checks=failed))
    assert caught.value.problems[0].id == "sem.stopped"
    with pytest.raises(ModelError) as caught:
        sem.modification_indices(replace(fit, converged=False))
    assert caught.value.problems[0].id == "sem.released_not_converged"
    assert caught.value.sentence("zh")


def test_a_model_that_fixes_everything_or_nothing() -> None:
    answers = sem.simulate("f =~ .8*a + .7*b + .6*c", n=200, seed=1)
    assert sem.modification_indices(sem.fit("f =~ a + b + c", answers)).empty  # just identified: nothing to gain
    fixed = sem.fit("f =~ 1*a + 1*b + 1*c\nf ~~ .6*f\na ~~ .4*a\nb ~~ .5*b\nc ~~ .6*c", answers)
    assert len(sem.modification_indices(fixed)) == 10
