"""Constructs scaled by all of their items, or by their variance: lavaan's numbers, what stays, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem, syntax
from helpers.errors import ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
CASES = {
    "cfa": (CFA, {}), "means": (CFA, {"meanstructure": True}), "groups": (CFA, {"group": "school"}),
    "equal": (CFA, {"group": "school", "group_equal": ["loadings", "intercepts"]}),
    "paths": (f"{CFA}\nspeed ~ visual + ageyr", {}), "second": (f"{CFA}\ng =~ visual + textual + speed", {}),
    "std_lv_equal": (CFA, {"group": "school", "group_equal": ["loadings"], "std_lv": True}),
}
KEY = ["lhs", "op", "rhs", "group"]


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_errors_are_those_of_lavaan(name: str, children: pd.DataFrame) -> None:
    model, options = CASES[name]
    fit = sem.fit(model, children, effect_coding=name != "std_lv_equal", **options)
    table = pd.read_csv(ORACLE / "effect_coding_parameters.csv", encoding="utf-8", keep_default_na=False,
                        na_values=[""]).fillna({"rhs": ""})
    theirs = table[table["model"] == name].set_index(KEY)
    ours = fit.parameters.set_index(KEY)
    shared = theirs.index.intersection(ours.index)
    assert len(shared) == len(theirs) == len(ours)
    unit = theirs["se"].where(theirs["se"] > 0, 1.0)
    assert ((ours.loc[shared, "est"] - theirs["est"]).abs() / unit).max() < 1e-3
    np.testing.assert_allclose(ours.loc[shared, "se"], theirs["se"], rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(ours.loc[shared, "std.all"], theirs["std.all"], atol=1e-4)


def test_another_scale_is_the_same_model(children: pd.DataFrame) -> None:
    for _, (model, options) in list(CASES.items())[:6]:
        marked, coded = sem.fit(model, children, **options), sem.fit(model, children, effect_coding=True, **options)
        for measure in ("chisq", "df", "cfi", "rmsea"):
            assert coded.measures[measure] == pytest.approx(marked.measures[measure], rel=1e-8)
        loadings = coded.parameters[coded.parameters["op"] == "=~"]
        np.testing.assert_allclose(loadings.groupby(["lhs", "group"])["est"].mean(), 1.0, atol=1e-12)
        apart = coded.parameters["op"] != "~1"  # a mean of the items is no mean of the marker
        np.testing.assert_allclose(coded.parameters["std.all"][apart], marked.parameters["std.all"][apart], atol=1e-6)


def test_constructs_have_the_mean_of_their_items_where_loadings_are_alike() -> None:
    answers = sem.simulate("f =~ 1*a + 1*b + 1*c\nf ~ 5*1", n=2000, seed=4) + np.array([0.3, -0.1, -0.2])
    fit = sem.fit("f =~ a + b + c", answers, effect_coding=True, meanstructure=True)
    estimates = fit.parameters.set_index(["lhs", "op", "rhs"])
    assert estimates.loc[("f", "~1", ""), "est"] == pytest.approx(answers.to_numpy().mean(), abs=0.05)
    assert abs(estimates.loc[[(name, "~1", "") for name in "abc"], "est"].sum()) < 1e-10


def test_items_of_any_width_and_answers_with_holes(children: pd.DataFrame) -> None:
    wide = children.assign(**{f"x{item}": children[f"x{item}"] * 100 for item in range(1, 4)})
    fit, plain = (sem.fit(CFA, data, effect_coding=True, missing="fiml") for data in (wide, children))
    assert fit.converged
    assert fit.measures["chisq"] == pytest.approx(plain.measures["chisq"], rel=1e-7)
    np.testing.assert_allclose(fit.parameters["std.all"], plain.parameters["std.all"], atol=1e-6)


def test_the_scale_is_no_equality_to_be_tested(children: pd.DataFrame) -> None:
    with pytest.raises(ModelError) as caught:
        sem.score_tests(sem.fit(CFA, children, effect_coding=True))
    assert caught.value.problems[0].id == "sem.no_equalities"
    marked, coded = (sem.modification_indices(sem.fit(CFA, children, effect_coding=effect)).set_index(KEY)["mi"]
                     for effect in (False, True))
    np.testing.assert_allclose(coded[marked.index], marked, rtol=1e-6)


def test_a_complete_table_can_be_written_out(children: pd.DataFrame) -> None:
    table = syntax.complete(syntax.parse(CFA), effect_coding=True, meanstructure=True)
    again = sem.fit(syntax.text(table), children)
    coded = sem.fit(CFA, children, effect_coding=True, meanstructure=True)
    assert again.measures["chisq"] == pytest.approx(coded.measures["chisq"], rel=1e-8)
    assert again.measures["df"] == coded.measures["df"]


@pytest.mark.parametrize(("options", "id"), [
    ({"std_lv": True}, "syntax.effect_coding"), ({"ordered": True, "estimator": "WLSMV"}, "sem.ordered_with"),
])
def test_what_does_not_go_with_it(children: pd.DataFrame, options: dict, id: str) -> None:
    with pytest.raises(ModelError) as caught:
        sem.fit(CFA, children, effect_coding=True, **options)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_labels_say_what_is_equal_and_not_what_gives_the_scale(children: pd.DataFrame) -> None:
    alone = sem.fit("visual =~ x1 + k*x2 + x3", children, effect_coding=True).parameters
    assert alone.loc[alone["label"] != "", ["rhs", "label"]].to_numpy().tolist() == [["x2", "k"]]
    equal = sem.fit("visual =~ x1 + x2 + x3", children, effect_coding=True, group="school",
                    group_equal=["loadings"]).parameters
    assert equal.loc[equal["label"] != "", "op"].tolist() == ["=~"] * 6
