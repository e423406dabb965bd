"""Factor scores: lavaan's numbers, how well they know a construct whose values are known, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import HelpersError

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
SECOND = f"{CFA}\ng =~ visual + textual + speed"
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {"cfa": (CFA, {}), "second": (SECOND, {}), "equal": (CFA, EQUAL), "paths": (PATHS, {}),
         "holed": (CFA, {"meanstructure": True})}


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data().reset_index(drop=True)


@pytest.fixture(scope="module")
def holed(children: pd.DataFrame) -> pd.DataFrame:
    table = children.copy()
    table.loc[:29, "x1"] = np.nan
    table.loc[19:59, "x5"] = np.nan
    table.loc[24, [f"x{item}" for item in range(1, 7)]] = np.nan
    return table


@pytest.fixture(scope="module")
def lavaan() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "after_fit_scores.csv", encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_scores_are_those_of_lavaan(name: str, children: pd.DataFrame, holed: pd.DataFrame,
                                    lavaan: pd.DataFrame) -> None:
    model, options = CASES[name]
    fit = sem.fit(model, children, **options)
    for method, theirs in lavaan[lavaan["model"] == name].groupby("method"):
        ours = sem.scores(fit, holed if name == "holed" else children, method=method)
        found = np.array([ours.loc[row.row - 1, row.construct] for row in theirs.itertuples()])
        known = theirs["score"].notna()
        np.testing.assert_allclose(found[known], theirs["score"][known], atol=1e-7)
        assert np.isnan(found[~known]).all()


def test_scores_know_their_construct_as_well_as_they_say() -> None:
    generator = np.random.default_rng(8)
    n = 20000
    constructs = generator.multivariate_normal([0, 0], [[1, .5], [.5, 1]], n, method="cholesky")
    items = np.repeat(constructs, 3, axis=1) * [.8, .7, .6, .9, .5, .5] + 0.6 * generator.standard_normal((n, 6))
    answers = pd.DataFrame(items, columns=list("abcdeh"))
    fit = sem.fit("f =~ a + b + c\ng =~ d + e + h", answers, std_lv=True)
    said = sem.determinacy(fit).set_index("construct")
    for method, column in (("regression", "determinacy"), ("bartlett", "determinacy.bartlett")):
        found = sem.scores(fit, answers, method=method)
        for at, name in enumerate("fg"):
            assert np.corrcoef(found[name], constructs[:, at])[0, 1] == pytest.approx(said.loc[name, column], abs=0.01)
            assert found.attrs["determinacy"][name] == said.loc[name, column]
    regression, bartlett = sem.scores(fit, answers), sem.scores(fit, answers, method="bartlett")
    assert regression["f"].std() == pytest.approx(said.loc["f", "determinacy"], abs=0.01)  # shrunken
    assert np.polyfit(constructs[:, 0], bartlett["f"], 1)[0] == pytest.approx(1.0, abs=0.02)  # unbiased
    assert said["determinacy"].between(0, 1).all()
    assert (said["determinacy"] >= said["determinacy.bartlett"]).all()


def test_rows_keep_their_names_and_order_and_empty_ones_are_counted(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children)
    turned = children.sort_values("x4").set_index("id")
    before = turned.copy()
    found = sem.scores(fit, turned)
    pd.testing.assert_frame_equal(turned, before)
    assert found.index.equals(turned.index)
    assert found.loc[1, "visual"] == pytest.approx(sem.scores(fit, children).loc[0, "visual"], abs=1e-12)
    assert found.attrs["without"] == 0
    empty = children.copy()
    empty.loc[3, [f"x{item}" for item in range(1, 10)]] = np.nan
    empty.loc[5, ["x1", "x2", "x3"]] = np.nan
    found = sem.scores(fit, empty)
    assert found.loc[3].isna().all()
    assert found.loc[5].notna().all()  # what the other constructs say
    assert found.attrs["without"] == 1
    bartlett = sem.scores(fit, empty, method="bartlett")
    assert bartlett.loc[5].isna().tolist() == [True, False, False]
    assert bartlett.attrs["without"] == 2


def test_without_means_in_the_model_scores_are_the_same(children: pd.DataFrame, holed: pd.DataFrame) -> None:
    for model in (CFA, PATHS):
        for method in ("regression", "bartlett"):
            plain = sem.scores(sem.fit(model, children), holed, method=method)
            modelled = sem.scores(sem.fit(model, children, meanstructure=True), holed, method=method)
            np.testing.assert_allclose(plain, modelled, atol=1e-8)


def test_groups_by_the_column_of_the_fit_or_another(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children, **EQUAL)
    expected = sem.scores(fit, children)
    assert set(expected.attrs["determinacy"]) == set(fit.groups)
    renamed = children.rename(columns={"school": "place"})
    np.testing.assert_array_equal(sem.scores(fit, renamed, group="place"), expected)
    gone = children.copy()
    gone.loc[0, "school"] = None
    assert sem.scores(fit, gone).loc[0].isna().all()
    alone = sem.scores(fit, children[children["school"] == "Pasteur"])
    np.testing.assert_allclose(alone, expected.loc[alone.index])


def test_an_item_that_is_predicted_and_one_without_error(children: pd.DataFrame) -> None:
    direct = sem.fit(f"{CFA}\nvisual ~ ageyr\nx4 ~ ageyr", children)
    assert np.isfinite(sem.scores(direct, children, method="bartlett").to_numpy()).all()
    # the shift of an item by a predictor is no sign of the construct
    older = children.assign(ageyr=children["ageyr"] + 1)
    slope = direct.parameters.set_index(["lhs", "op", "rhs"]).loc[("x4", "~", "ageyr"), "est"]
    shifted = older.assign(x4=older["x4"] + slope)
    moved = sem.scores(direct, shifted, method="bartlett") - sem.scores(direct, children, method="bartlett")
    np.testing.assert_allclose(moved["textual"], 0.0, atol=1e-10)
    single = sem.fit("visual =~ x1 + x2 + x3\nage =~ ageyr", children)
    for method in ("regression", "bartlett"):
        age = sem.scores(single, children, method=method)["age"]
        np.testing.assert_allclose(age, children["ageyr"] - children["ageyr"].mean(), atol=1e-9)
    assert sem.determinacy(single).set_index("construct").loc["age", "determinacy"] == pytest.approx(1.0)


@pytest.mark.parametrize(("model", "options", "call", "id"), [
    (CFA, {}, {"method": "tenBerge"}, "sem.scores_method"),
    (SECOND, {}, {"method": "bartlett"}, "sem.scores_bartlett"),
    ("x1 ~ x2", {}, {}, "sem.no_measurement"),
    (CFA, EQUAL, {"group": "insurer"}, "moments.absent"),
    (CFA, EQUAL, {"group": "sex"}, "sem.scores_group"),
])
def test_what_has_no_scores(children: pd.DataFrame, model: str, options: dict, call: dict, id: str) -> None:
    fit = sem.fit(model, children, **options)
    with pytest.raises(HelpersError) as caught:
        sem.scores(fit, children, **call)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_a_fit_of_a_printed_matrix(children: pd.DataFrame) -> None:
    items = children[[f"x{item}" for item in range(1, 10)]]
    printed = sem.Moments(cov=items.cov(), n=301)
    with pytest.raises(HelpersError, match="means"):
        sem.scores(sem.fit(CFA, moments=printed), children)
    whole = sem.fit(CFA, moments=sem.Moments(cov=items.cov(), means=items.mean(), n=301))
    np.testing.assert_allclose(sem.scores(whole, children), sem.scores(sem.fit(CFA, children), children), atol=1e-7)
    both = sem.fit(CFA, moments={"one": sem.Moments(cov=items.cov(), means=items.mean(), n=301),
                                 "two": sem.Moments(cov=items.cov(), means=items.mean(), n=301)})
    with pytest.raises(HelpersError, match="group="):
        sem.scores(both, children)


def test_any_estimator_of_continuous_items_has_scores(children: pd.DataFrame, holed: pd.DataFrame) -> None:
    for options, data in (({"estimator": "GLS"}, children), ({"missing": "fiml"}, holed)):
        fit = sem.fit(CFA, data, **options)
        assert sem.scores(fit, data).notna().all().all()
        pd.testing.assert_frame_equal(sem.scores(fit, data, method="EBM"), sem.scores(fit, data))


def test_behind_a_failed_stop_there_are_none(children: pd.DataFrame) -> None:
    fit = sem.fit(CFA, children)
    failed = tuple(replace(check, passed=False) if check.severity == "stop" else check for check in fit.checks)
    with pytest.raises(HelpersError) as caught:
        sem.scores(replace(fit, checks=failed), children)
    assert caught.value.problems[0].id == "sem.stopped"
