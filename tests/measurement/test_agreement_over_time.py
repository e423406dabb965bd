"""Test-retest: the intraclass correlations of psych, a chosen truth, and panels that are none."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement
from helpers.errors import DataError


def panel(n=300, error=0.5, shift=0.0, seed=1):
    random = np.random.default_rng(seed)
    lasting = random.normal(size=n)
    scores = pd.DataFrame({name: np.concatenate([lasting, lasting + shift]) + random.normal(size=2 * n) * error
                           for name in ("tr1", "tr2")})
    groups = pd.DataFrame({"wave": pd.Categorical(["2025"] * n + ["2026"] * n, ["2025", "2026"], ordered=True)})
    return scores, {"groups": groups, "panel": "wave", "respondents": np.tile(np.arange(n), 2)}


TRUST = {"trust": ["tr1", "tr2"]}


def test_intraclass_correlations_and_intervals_are_those_of_psych(oracle):
    data, theirs = oracle("test_retest_data"), oracle("test_retest")
    for row in theirs.itertuples():
        ratings = data[data["case"] == row.case].pivot(index="person", columns="occasion", values="score").to_numpy()
        ours = measurement.icc(ratings, kind=row.kind)
        assert [ours.value, ours.lower, ours.upper] == pytest.approx([row.icc, row._4, row._5], abs=1e-10)


def test_the_reliability_of_a_mean_and_its_error_come_back():
    scores, how = panel(n=20_000)
    row = measurement.retest(scores, TRUST, **how).iloc[0]
    assert row["icc.agreement"] == pytest.approx(1 / (1 + 0.5**2 / 2), abs=0.01)
    assert row["se.measurement"] == pytest.approx(np.sqrt(0.5**2 / 2), rel=0.02)
    assert row["sdc"] == pytest.approx(1.96 * np.sqrt(2) * row["se.measurement"])


def test_a_shift_of_everybody_lowers_agreement_and_not_consistency():
    still, moved = (measurement.retest(scores, TRUST, **how).iloc[0] for scores, how in (panel(), panel(shift=1.0)))
    assert moved["icc.consistency"] == pytest.approx(still["icc.consistency"], abs=1e-12)
    assert moved["icc.agreement"] < still["icc.agreement"] - 0.2
    assert moved["change"] == pytest.approx(still["change"] + 1)


def test_intervals_cover_the_correlation_of_two_occasions():
    random, truth, held = np.random.default_rng(3), 0.8, np.zeros(2)
    for _ in range(1000):
        ratings = random.normal(size=(50, 1)) * np.sqrt(truth) + random.normal(size=(50, 2)) * np.sqrt(1 - truth)
        found = [measurement.icc(ratings, kind=kind) for kind in "AC"]
        held += [each.lower <= truth <= each.upper for each in found]
    assert (np.abs(held / 1000 - 0.95) < 0.025).all()


def test_only_people_with_complete_answers_in_both_waves_count():
    scores, how = panel(n=40)
    scores.loc[10, "tr1"] = np.nan
    how["respondents"] = np.r_[np.arange(40), np.arange(5, 45)]
    table = measurement.retest(scores, TRUST, **how)
    assert table["n"].tolist() == [34]


@pytest.mark.parametrize(("change", "said"), [
    (lambda how: {**how, "panel": ""}, "same people again"),
    (lambda how: {**how, "respondents": np.arange(80)}, "Only 0 people"),
    (lambda how: {**how, "groups": how["groups"].assign(wave=pd.Categorical(["2025"] * 80, ordered=True)),
                  "respondents": np.arange(80)}, "one wave only"),
])
def test_what_is_no_panel_is_refused(change, said):
    scores, how = panel(n=40)
    with pytest.raises(DataError, match=said):
        measurement.retest(scores, TRUST, **change(how))
