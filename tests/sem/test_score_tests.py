"""Score tests of equalities: lavaan's numbers, the item that really differs, and what is refused."""

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
LOADINGS = {"group": "school", "group_equal": ["loadings"]}
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {"tied": (TIED, {}), "equal": (CFA, EQUAL), "equal_x": (PATHS, LOADINGS),
         "three": (CFA, {"group": "ageyr", "group_equal": "loadings"})}


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.fixture(scope="module")
def lavaan() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "after_fit_score.csv", encoding="utf-8", keep_default_na=False)


@pytest.mark.parametrize("name", CASES)
def test_statistics_are_those_of_lavaan(name: str, children: pd.DataFrame, lavaan: pd.DataFrame) -> None:
    model, options = CASES[name]
    data = children[children["ageyr"].between(12, 14)] if name == "three" else children
    fit = sem.fit(model, data, **options)
    ours, theirs = sem.score_tests(fit), lavaan[lavaan["model"] == name]
    number = {label: str(at) for at, label in enumerate(fit.groups, start=1)}

    def key(row: pd.Series) -> str:
        if row["op"] in ("", "=="):
            return f"{row['lhs']} {row['rhs'].replace(' ', '')}"
        told = f"{row['equal.to']} {row['lhs']} {row['op']} {row['rhs']} "
        return f"{told} {number[row['group1']]} {number[row['group2']]}"

    ours.index = [" ".join(key(row).split()) for _, row in ours.iterrows()]
    theirs.index = [" ".join(" ".join(row[1:5]).split()) for row in theirs.itertuples(index=False)]
    assert sorted(ours.index) == sorted(theirs.index)
    for column, relative, absolute in (("X2", 1e-5, 1e-9), ("df", 0, 0), ("p.value", 0, 1e-6)):
        if name == "equal" and column != "X2":  # lavaan counts equalities, see the next test
            ours, theirs = (each.drop(index="total", errors="ignore") for each in (ours, theirs))
        np.testing.assert_allclose(ours.loc[theirs.index, column], theirs[column].astype(float), err_msg=name,
                                   rtol=relative, atol=absolute)


def test_the_total_counts_the_freedoms_that_are_gained(children: pd.DataFrame) -> None:
    strict, loose = sem.fit(CFA, children, **EQUAL), sem.fit(CFA, children, group="school")
    found = sem.score_tests(strict)
    # with 15 equalities given up, the three latent means of the second group are no freedoms any more
    assert len(found) - 1 == 15
    assert found["df"].iloc[-1] == strict.measures["df"] - loose.measures["df"] == 12


def test_the_item_whose_loading_differs_is_named_with_its_difference() -> None:
    one = sem.simulate("f =~ 1*a + .8*b + .8*c + .9*d", n=4000, seed=1).assign(insurer="north")
    two = sem.simulate("f =~ 1*a + .8*b + .65*c + .9*d", n=4000, seed=2).assign(insurer="south")
    answers = pd.concat([one, two], ignore_index=True)
    options = {"group": "insurer", "group_equal": ["loadings"]}
    strict = sem.fit("f =~ a + b + c + d", answers, **options)
    found = sem.score_tests(strict)
    worst = found.iloc[:-1].sort_values("X2").iloc[-1]
    assert worst[["lhs", "op", "rhs", "group1", "group2"]].tolist() == ["f", "=~", "c", "north", "south"]
    loose = sem.fit("f =~ a + b + c + d", answers, **options, group_partial=["f =~ c"])
    assert worst["X2"] == pytest.approx(strict.measures["chisq"] - loose.measures["chisq"], rel=0.05)
    est = loose.parameters.set_index(["lhs", "op", "rhs", "group"])["est"]
    assert worst["epc"] == pytest.approx(est["f", "=~", "c", 2] - est["f", "=~", "c", 1], rel=0.10)
    assert (found.iloc[:-1]["X2"] <= found.iloc[-1]["X2"]).all()


def test_true_equalities_are_rejected_at_their_level_and_the_total_too() -> None:
    single, total, robust = [], [], []
    for seed in range(40):
        answers = pd.concat([sem.simulate("f =~ .8*a + .8*b + .7*c + .7*d", n=200, seed=2 * seed + at).assign(g=at)
                             for at in range(2)], ignore_index=True)
        found = sem.score_tests(sem.fit("f =~ a + b + c + d", answers, estimator="MLR", group="g",
                                        group_equal=["loadings"]))
        single.append(found["X2"].iloc[0])
        total.append(found["X2"].iloc[-1])
        robust.append(found["X2.scaled"].iloc[-1])
        assert found["df"].iloc[-1] == 3
    assert 0.6 < np.mean(single) < 1.5
    assert 2.2 < np.mean(total) < 3.9
    assert np.mean(robust) == pytest.approx(np.mean(total), rel=0.1)


def test_an_equality_that_others_imply_has_no_row(children: pd.DataFrame) -> None:
    doubled = CFA.replace("x2 + x3", "a*x2 + b*x3").replace("x5 + x6", "c*x5 + x6") + "\na == b\nb == c\na == c"
    found = sem.score_tests(sem.fit(doubled, children))
    assert found["lhs"].tolist() == ["total"]  # of three any one is implied by the others
    assert found["df"].item() == 2


def test_equalities_of_nothing_are_refused(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children)
    with pytest.raises(ModelError) as caught:
        sem.score_tests(fit)
    assert caught.value.problems[0].id == "sem.no_equalities"
    assert caught.value.sentence("zh")
    with pytest.raises(ModelError) as caught:
        sem.score_tests(replace(sem.fit(CFA, children, **EQUAL), converged=False))
    assert caught.value.problems[0].id == "sem.released_not_converged"
