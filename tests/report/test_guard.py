"""No row of a respondent leaves, and no summary is mistaken for one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import RunError


@pytest.fixture
def scores() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(1).integers(1, 8, (40, 3)), columns=["tr1", "tr2", "loy1"])


@pytest.mark.parametrize("made", [
    lambda scores: scores,
    lambda scores: scores.mean(axis=1).to_frame("mean"),
    lambda scores: pd.DataFrame({"respondent": ["r1"], "flag": [True]}),
    lambda scores: scores.assign(id=range(40))[["id"]].astype(str),
])
def test_rows_of_respondents_are_refused_before_anything_is_written(page, output, scores, made):
    with pytest.raises(RunError, match="a row per respondent"):
        page.table("leak", made, scores)
    assert not output.exists()


def test_an_answer_frame_passed_as_it_is_is_refused(page, scores):
    with pytest.raises(RunError, match="a row per respondent"):
        page.table("leak", scores)


@pytest.mark.parametrize("made", [
    lambda scores: scores.cov().reset_index(names="item"),
    lambda scores: scores.describe().reset_index(names="statistic"),
    lambda scores: pd.DataFrame({"item": [f"x{i}" for i in range(40)], "mean": range(40)}),
    lambda scores: pd.DataFrame({"rule": ["speed"], "respondents": [3]}),
])
def test_summaries_pass_even_with_as_many_rows_as_respondents(page, scores, made):
    assert len(page.table("summary", made, scores)) == len(made(scores))
