"""Mardia against psych; a normal sample, and one that is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from helpers import survey

CLOSED_FORM = 1e-10


def test_mardia_is_what_psych_says(project_root: Path) -> None:
    folder = project_root / "tests" / "oracle"
    data = pd.read_csv(folder / "normality_data.csv", encoding="utf-8")
    expected = pd.read_csv(folder / "normality_mardia.csv", encoding="utf-8")
    found = survey.mardia(data, {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]})
    assert found["construct"].tolist() == expected["construct"].tolist()
    for column in ("n", "b1p", "chisq", "pvalue", "b2p", "z", "z.pvalue"):
        np.testing.assert_allclose(found[column], expected[column], rtol=CLOSED_FORM, atol=1e-12)
    assert found["k"].tolist() == [3, 3, 6] and found["df"].tolist() == [10, 10, 56]


def test_many_respondents_are_worked_on_in_parts() -> None:
    answers = np.random.default_rng(1).normal(size=(2300, 3))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(answers, rowvar=False)), (answers - answers.mean(axis=0)).T)
    found = survey.mardia(pd.DataFrame(answers, columns=[*"abc"]), {"s": [*"abc"]})
    np.testing.assert_allclose(found.at[0, "b1p"], ((white.T @ white) ** 3).mean(), rtol=1e-10)


def test_normal_answers_are_rejected_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(2)
    tables = [survey.mardia(pd.DataFrame(rng.normal(size=(400, 3)), columns=[*"abc"]), {"s": [*"abc"]})
              for _ in range(200)]
    found = pd.concat(tables)
    for column in ("pvalue", "z.pvalue"):
        assert (found[column] < 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    skewed = survey.mardia(pd.DataFrame(rng.exponential(size=(200, 3)), columns=[*"abc"]), {"s": [*"abc"]})
    assert skewed.at[0, "pvalue"] < 1e-10 and not skewed.attrs["checks"][0].passed


def test_where_nothing_can_be_computed_nothing_is_claimed() -> None:
    twins = pd.DataFrame({"a": [1.0, 2, 3, 4, 6], "b": [1.0, 2, 3, 4, 6]})
    assert survey.mardia(twins, {"s": ["a", "b"]})[["b1p", "pvalue", "b2p", "z.pvalue"]].isna().all(axis=None)
    assert survey.mardia(twins[:2], {"s": ["a", "b"]})["pvalue"].isna().all()
    assert survey.mardia(twins, {"s": ["a", "b"]}).attrs["checks"] == ()


def test_single_items_stand_beside(declare, rows) -> None:
    declared = declare(rows)
    answers = survey.load(declared)
    items = survey.describe_items(answers, declared)
    table = survey.normality(answers.scores, declared.scales, items)
    assert table["construct"].tolist() == ["trust", "loyalty", "all"]
    own = items[items["construct"] == "trust"]
    assert abs(table.at[0, "max.skew"]) == own["skew"].abs().max()
    assert table.at[0, "max.end.share"] == own[["floor", "ceiling"]].max(axis=None)
    assert table.at[2, "max.end.share"] == items[["floor", "ceiling"]].max(axis=None)
