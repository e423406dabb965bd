"""Does an independent engine agree, and is it silent and asked only what it can answer?"""

from __future__ import annotations

import logging
import sys

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39, political_democracy

from helpers import sem
from helpers.errors import ModelError

FACTORS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
DEMOCRACY = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + y2 + y3 + y4
    dem65 =~ y5 + y6 + y7 + y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
    y1 ~~ y5; y2 ~~ y4 + y6; y3 ~~ y7; y4 ~~ y8; y6 ~~ y8"""
AGREEMENT = 1e-4  # of a standard error: semopy at ftol 1e-12 is right to about six digits


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.mark.parametrize("model", [
    FACTORS, f"{FACTORS}\ng =~ visual + textual + speed", f"{FACTORS}\nspeed ~ visual + ageyr\ntextual ~ speed + ageyr",
    f"{FACTORS}\nvisual ~~ 0*textual", "x9 ~ x1 + x2\nx8 ~ x9 + x3", f"{FACTORS}\nx1 ~~ x4\nx2 ~~ 0.1*x5",
], ids=["factors", "second order", "paths", "uncorrelated", "observed", "residuals"])
def test_semopy_agrees(children: pd.DataFrame, model: str) -> None:
    fit = sem.fit(model, children)
    table = sem.second_opinion(fit)
    se = fit.parameters.set_index(["lhs", "op", "rhs"])["se"]
    assert len(table) == fit.measures["npar"]
    for row in table.itertuples(index=False):
        assert abs(row.difference) < AGREEMENT * se[row.lhs, row.op, row.rhs], row
    assert table["difference"].abs().is_monotonic_decreasing
    np.testing.assert_allclose(table["difference"], table["est.semopy"] - table["est"], atol=1e-15)


def test_semopy_agrees_on_political_democracy() -> None:
    fit = sem.fit(DEMOCRACY, political_democracy.get_data())
    assert sem.second_opinion(fit)["difference"].abs().max() < 1e-4


def test_a_negative_variance_is_where_semopy_differs(children: pd.DataFrame) -> None:
    heywood = sem.fit(f"{FACTORS}\nvisual =~ x9\nx7 ~~ x8", children)
    table = sem.second_opinion(heywood)
    worst = table.iloc[0]
    assert worst["est"] < 0 <= worst["est.semopy"] + 1e-9
    assert abs(worst["difference"]) > 0.1


def test_nothing_is_logged_and_logging_is_left_as_it_was(children: pd.DataFrame,
                                                         caplog: pytest.LogCaptureFixture) -> None:
    filters = list(logging.getLogger().filters)
    with caplog.at_level(logging.DEBUG):
        sem.second_opinion(sem.fit(FACTORS, children))
    assert not [record for record in caplog.records if record.name == "root"]
    assert logging.getLogger().filters == filters


@pytest.mark.parametrize(("model", "options", "reason"), [
    (FACTORS, {"group": "school"}, "groups"),
    (FACTORS, {"meanstructure": True}, "means"),
    (FACTORS.replace("x2 + x3", "a*x2 + a*x3"), {}, "constraints"),
    (FACTORS.replace("x2 + x3", "a*x2 + b*x3") + "\na == 0.5*b", {}, "constraints"),
    (FACTORS, {"std_lv": True}, "scale"),
    (FACTORS, {"estimator": "GLS"}, "squares"),
    (FACTORS, {"missing": "fiml"}, "missing"),
    (FACTORS, {"estimator": "WLSMV", "ordered": ["x1", "x2", "x3"]}, "ordinal"),
])
def test_what_semopy_cannot_answer_is_not_asked(children: pd.DataFrame, model: str, options: dict, reason: str) -> None:
    cut = {name: np.digitize(children[name], children[name].quantile([.3, .7])) for name in options.get("ordered", ())}
    with pytest.raises(ModelError) as caught:
        sem.second_opinion(sem.fit(model, children.assign(**cut), **options))
    assert caught.value.problems[0].id == f"sem.second_opinion.{reason}"
    english, chinese = caught.value.sentence("en"), caught.value.sentence("zh")
    assert english != chinese
    assert {"missing": "listwise", "ordinal": "ordinal", "squares": "least squares"}.get(reason, "") in english
    assert {"missing": "缺失", "ordinal": "有序", "squares": "最小二乘"}.get(reason, "") in chinese


def test_incomplete_answers_have_one_from_those_who_answered_everything(children: pd.DataFrame) -> None:
    holed = children.assign(x1=children["x1"].mask(children.index % 10 == 0))
    complete = int(holed["x1"].notna().sum())
    listwise = sem.fit(FACTORS, holed)
    assert (listwise.n, listwise.n_read) == (complete, len(holed))
    table = sem.second_opinion(listwise)
    assert table["difference"].abs().max() < 1e-4
    found = sem.second_opinion_of(FACTORS, holed)
    assert found.attrs["n"] == complete
    pd.testing.assert_frame_equal(found, table)


def test_a_failure_of_semopy_is_a_refusal(children: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semopy.Model.fit", lambda *_, **__: 1 / 0)
    with pytest.raises(ModelError, match="ZeroDivisionError"):
        sem.second_opinion(sem.fit(FACTORS, children))
    assert "semopy" in sys.modules
