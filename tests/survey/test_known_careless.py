"""People whose carelessness is known: who is found by which rule, and how many attentive people are named."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import careless as known

from helpers.survey.attentive import attentive
from helpers.survey.distance import available_moments

N, CARELESS = 600, 30
# The rule that each kind is for, and the share of it that has to be found (5 % of their clicks slip).
FINDS = {"anything": ("mahalanobis", 0.9), "one column": ("longstring", 0.5), "pattern": ("repetition", 0.5)}


@pytest.fixture(scope="module", params=known.KINDS)
def planted(request) -> tuple[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(20261125)
    on = known.sheet()
    scores = np.vstack([known.people(rng, N - CARELESS, on), known.careless(rng, CARELESS, on, request.param)])
    return request.param, known.named(scores, on)


def test_each_kind_of_carelessness_is_found_by_its_rule(planted) -> None:
    kind, named = planted
    rule, share = FINDS[kind]
    assert named[rule][-CARELESS:].mean() >= share
    assert np.logical_or.reduce(list(named.values()))[-CARELESS:].mean() >= 0.85


def test_hardly_anybody_who_read_is_named(planted) -> None:
    _, named = planted
    for rule, who in named.items():
        assert who[:-CARELESS].mean() <= 0.02, rule
    assert np.logical_or.reduce(list(named.values()))[:-CARELESS].mean() <= 0.03


def test_an_index_that_names_attentive_people_is_not_used() -> None:
    """Where people agree with all constructs alike, halves of scales cannot go together within a person."""
    rng = np.random.default_rng(7)
    on = known.sheet()
    named = known.named(known.people(rng, 400, on, between=0.9, spread=0.0), on)
    assert not named["even_odd"].any()


def test_simulated_people_answer_like_the_sample() -> None:
    rng = np.random.default_rng(3)
    on = known.sheet(high=5, scales=5)
    sample = known.people(rng, 4000, on)
    drawn = attentive(sample, n=20000, seed=5)
    np.testing.assert_allclose(drawn.mean(axis=0), sample.mean(axis=0), atol=0.04)
    correlations = [np.corrcoef(part, rowvar=False) for part in (sample, drawn)]
    np.testing.assert_allclose(*correlations, atol=0.05)
    assert np.abs(correlations[0] - correlations[1]).mean() < 0.01
    assert (np.unique(drawn) == np.arange(1, 6)).all()


def test_simulated_people_leave_out_what_the_sample_leaves_out() -> None:
    rng = np.random.default_rng(4)
    on = known.sheet(scales=5)
    sample = known.people(rng, 500, on)
    sample[::2, :10] = np.nan
    drawn = attentive(sample, n=2000, seed=5)
    assert np.isnan(drawn[:, :10]).all(axis=1).mean() == pytest.approx(0.5, abs=0.04)
    assert not np.isnan(drawn[:, 10:]).any()
    assert np.isfinite(available_moments(drawn)[1]).all()
