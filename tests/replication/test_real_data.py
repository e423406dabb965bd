"""Real surveys: one study in two codings is no replication of itself; random halves of one study agree."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers import replication
from helpers.errors import DataError

NAMES = {"ima": "IMAG", "exp": "CUEX", "qua": "PERQ", "val": "PERV", "sat": "CUSA", "loy": "CUSL"}
SERVQUAL = ("tangibles =~ a01 + a02 + a03 + a04\nreliability =~ a05 + a06 + a07 + a08 + a09\n"
            "empathy =~ a18 + a19 + a20 + a21 + a22\nreliability ~ tangibles\nempathy ~ reliability")


@pytest.fixture(scope="module")
def codings(reference_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = reference_data / "data" / "mobi_ecsi"
    ten = pd.read_csv(folder / "mobi.csv", encoding="utf-8")
    hundred = pd.read_csv(folder / "mobile_plspm_0_100.csv", encoding="utf-8").rename(
        columns=lambda name: "CUSCO" if name == "comp" else NAMES[name[:3]] + name[3:])
    return ten, hundred


@pytest.mark.parametrize(("items", "rows"), [(24, 250), (24, 30), (6, 250)])
def test_one_survey_in_two_codings_is_refused(codings, items, rows):
    ten, hundred = codings
    names = list(ten)[:items]
    formats = pd.DataFrame([[1, 10, 0, 100]] * items, index=names,
                           columns=["low.original", "high.original", "low.replication", "high.replication"])
    found = replication.overlap(ten[names], hundred[names].sample(rows, random_state=4), formats=formats)
    assert found["flagged"].any()
    table = pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "std.all": [0.4], "std.all.se": [0.1]})
    with pytest.raises(DataError, match="the same respondents are no replication"):
        replication.paths(table, table, overlap=found)


def test_random_halves_of_one_study_do_not_differ(reference_data):
    """Six splits, two paths each; with 205 respondents a half, a difference of .40 can be told from none."""
    answers = pd.read_csv(reference_data / "data" / "servqual22" / "SQ.csv", encoding="utf-8")
    words = []
    for seed in range(6):
        mixed = answers.sample(frac=1, random_state=seed)
        halves = [part.reset_index(drop=True) for part in (mixed[:206], mixed[206:])]
        shared = replication.overlap(*halves)
        assert not shared["flagged"].any()
        treatment = replication.treatment(SERVQUAL, halves[1], halves[0], estimator="MLR")
        fits = [replication.fitted(SERVQUAL, half, treatment=treatment) for half in halves]
        metric = replication.metric(SERVQUAL, *halves, treatment=treatment)
        found = replication.paths(*fits, metric=metric, smallest_difference=0.40, overlap=shared)
        words += found["verdict"].tolist()
    assert set(words) <= {"agrees", "cannot tell"} and words.count("agrees") > 6
