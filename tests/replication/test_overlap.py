"""Copies are found in any coding and any order; honest short surveys are not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import replication
from helpers.errors import DataError


def survey(rng: np.random.Generator, n: int, k: int, categories: int, *, shared: float = 0.5,
           shift: float = 0.0) -> pd.DataFrame:
    """Answers of independent people: one factor, cut into categories."""
    factor = rng.standard_normal((n, 1))
    answers = np.sqrt(shared) * factor + np.sqrt(1 - shared) * rng.standard_normal((n, k)) + shift
    cuts = np.linspace(-1.5, 1.5, categories - 1)
    return pd.DataFrame(np.digitize(answers, cuts) + 1.0, columns=[f"q{i}" for i in range(k)])


def formats(answers: pd.DataFrame, first: tuple[float, float], second: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame([[*first, *second]] * answers.shape[1], index=answers.columns,
                        columns=["low.original", "high.original", "low.replication", "high.replication"])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.mark.parametrize("copied", [250, 40, 20])
def test_copies_are_found_in_another_coding_and_order(rng, copied):
    original = survey(rng, 250, 12, 10)
    coded = ((original - 1) / 9 * 100).round(2).sample(copied, random_state=1)
    others = ((survey(rng, 200, 12, 10) - 1) / 9 * 100).round(2)
    replicated = pd.concat([coded, others]).sample(frac=1, random_state=2)[list(original.columns[::-1])]
    found = replication.overlap(original, replicated, formats=formats(original, (1, 10), (0, 100)))
    assert found["flagged"].any()
    assert found["n.across"].max() == pytest.approx(copied, abs=2)
    stop = {check.gate: check for check in found.attrs["checks"]}["overlap"]
    assert (stop.severity, stop.passed) == ("stop", False)


def test_copies_in_a_coding_that_is_only_monotone_are_found_by_rank(rng):
    original = survey(rng, 150, 10, 5)
    squared = original**2
    found = replication.overlap(original, squared, formats=formats(original, (1, 5), (1, 25))).set_index("way")
    assert found.loc["rank", "flagged"] and found.loc["rank", "n.across"] > 100


def test_holes_and_other_people_do_not_hide_copies(rng):
    original = survey(rng, 200, 10, 7).mask(rng.random((200, 10)) < 0.03)
    found = replication.overlap(original, pd.concat([original, survey(rng, 200, 10, 7)]))
    assert found["flagged"].any()


@pytest.mark.parametrize(("k", "categories", "shared", "shift"), [
    (3, 3, 0.5, 0.0), (4, 5, 0.6, 0.0), (5, 5, 0.8, 1.5), (8, 2, 0.5, 1.0), (22, 7, 0.7, 1.5), (10, 4, 0.3, 0.0)])
def test_honest_surveys_are_not_accused(k, categories, shared, shift):
    """Sixty pairs of independent samples per design; the rule allows one false alarm in a thousand."""
    rng = np.random.default_rng(k * 100 + categories)
    alarms = sum(bool(replication.overlap(survey(rng, 300, k, categories, shared=shared, shift=shift),
                                          survey(rng, 200, k, categories, shared=shared, shift=shift))["flagged"].any())
                 for _ in range(60))
    assert alarms == 0


def test_a_short_coarse_survey_says_that_copies_could_not_be_seen(rng):
    one, two = survey(rng, 300, 3, 3), survey(rng, 300, 12, 7)
    telling = {check.gate: check for check in replication.overlap(one, one.iloc[::-1]).attrs["checks"]}
    assert not telling["overlap_telling"].passed
    assert {check.gate: check.passed for check in replication.overlap(two, survey(rng, 200, 12, 7)).attrs["checks"]} \
        == {"overlap": True, "overlap_telling": True}


def test_the_same_people_asked_again_are_found_by_their_names(rng):
    """Coarse answers, most of them given again: no pattern tells, the names do."""
    first = survey(rng, 120, 3, 4)
    again = first.where(rng.random(first.shape) < 0.8, survey(rng, 120, 3, 4))
    names = np.array([f"person {i}" for i in range(120)], dtype=object)
    order = rng.permutation(120)
    found = replication.overlap(first, again.iloc[order], keys_original=names,
                                keys_replication=names[order]).set_index("way")
    assert not found.loc["position", "flagged"] and found.loc["key", "flagged"]


def test_running_numbers_that_both_files_use_accuse_nobody(rng):
    numbers = [str(i) for i in range(150)]
    for _ in range(20):
        found = replication.overlap(survey(rng, 150, 6, 5), survey(rng, 150, 6, 5), keys_original=numbers,
                                    keys_replication=numbers)
        assert found["way"].tolist() == ["position", "key"] and not found["flagged"].any()


def test_two_files_without_a_common_item_are_refused(rng):
    with pytest.raises(DataError, match=r"no item of the same name"):
        replication.overlap(survey(rng, 20, 3, 5), survey(rng, 20, 3, 5).add_prefix("other_"))


def test_a_flagged_overlap_withholds_the_comparison(rng):
    table = pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "est": [0.4], "se": [0.1]})
    answers = survey(rng, 100, 10, 7)
    with pytest.raises(DataError, match="the same respondents are no replication"):
        replication.paths(table, table, metric="unstandardized", overlap=replication.overlap(answers, answers))
