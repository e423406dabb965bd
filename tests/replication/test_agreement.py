"""Intervals hold what they promise, and a verdict follows its rule and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from helpers import replication
from helpers.errors import DataError


def pairs(o, so, r, sr) -> pd.DataFrame:
    return pd.DataFrame(np.broadcast_arrays(o, so, r, sr), index=["est.original", "se.original", "est.replication",
                                                                  "se.replication"]).T


@pytest.fixture(scope="module")
def drawn() -> dict[float, pd.DataFrame]:
    """Pairs of studies whose true difference is none, one bound, and two bounds."""
    rng = np.random.default_rng(7)
    n, so, sr = 4000, 0.04, 0.03
    return {true: replication.agreement(
        pairs(0.4 + so * rng.standard_normal(n), so, 0.4 + true + sr * rng.standard_normal(n), sr), bound=0.15)
        for true in (0.0, -0.15, -0.30)}


@pytest.mark.parametrize("true", [0.0, -0.15, -0.30])
def test_the_interval_of_the_difference_covers_the_true_one(drawn, true):
    found = drawn[true]
    covered = ((found["ci.lower"] <= true) & (true <= found["ci.upper"])).mean()
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 4000))


def test_the_prediction_interval_holds_the_replication_of_a_true_original_as_often_as_it_says(drawn):
    assert drawn[0.0]["inside"].mean() == pytest.approx(0.95, abs=0.014)
    same = (drawn[-0.15]["ci.lower"] <= 0) & (drawn[-0.15]["ci.upper"] >= 0)
    assert (drawn[-0.15]["inside"].astype(bool) == same).all()


def test_error_rates_of_the_verdicts(drawn):
    """Equal truths are called different in at most one of twenty; a difference of the bound agrees in one of twenty."""
    different = {"smaller", "larger", "opposite", "differs"}
    assert drawn[0.0]["verdict"].isin(different).mean() < 0.05
    power = 2 * ndtr(0.15 / 0.05 - 1.644854) - 1
    assert drawn[0.0]["verdict"].eq("agrees").mean() == pytest.approx(power, abs=0.02)
    assert drawn[-0.15]["verdict"].eq("agrees").mean() == pytest.approx(0.05, abs=0.014)
    assert drawn[-0.30]["verdict"].isin(["smaller", "differs"]).mean() > 0.95
    assert drawn[-0.30]["verdict"].eq("smaller").mean() == pytest.approx(ndtr(0.10 / 0.03 - 1.959964), abs=0.02)
    assert not drawn[-0.30]["verdict"].eq("agrees").any()


@pytest.mark.parametrize(("o", "so", "r", "sr", "bound", "verdict"), [
    (0.40, 0.03, 0.41, 0.03, 0.10, "agrees"),
    (0.40, 0.010, 0.46, 0.010, 0.10, "agrees"),  # a difference that is there and too small to matter
    (0.40, 0.10, 0.41, 0.10, 0.10, "cannot tell"),
    (0.40, 0.03, 0.20, 0.03, 0.10, "smaller"),
    (-0.40, 0.03, -0.20, 0.03, 0.10, "smaller"),
    (0.40, 0.03, 0.60, 0.03, 0.10, "larger"),
    (0.40, 0.03, -0.30, 0.03, 0.10, "opposite"),
    (0.40, 0.03, 0.03, 0.03, 0.10, "differs"),
    (0.03, 0.03, 0.40, 0.03, 0.10, "differs"),
    (0.40, 0.02, 0.49, 0.02, 0.10, "cannot tell"),  # another estimate, nearer than the bound, not shown to be within
    (0.40, 0.10, 0.30, 0.10, None, "compatible"),
    (0.40, 0.03, 0.20, 0.03, None, "smaller"),
    (0.40, np.nan, 0.20, 0.03, 0.10, "withheld"),
])
def test_the_rules(o, so, r, sr, bound, verdict):
    assert replication.agreement(pairs(o, so, [r], sr), bound=bound)["verdict"].tolist() == [verdict]


def test_overlapping_intervals_and_non_significance_decide_nothing():
    overlapping = replication.agreement(pairs(0.40, 0.05, [0.23], 0.05), bound=0.05).iloc[0]
    assert overlapping["est.replication.ci.upper"] > overlapping["est.original.ci.lower"]
    assert overlapping["verdict"] == "smaller"
    weak = replication.agreement(pairs(0.05, 0.03, [0.04], 0.03), bound=0.10).iloc[0]
    assert weak["est.replication.ci.lower"] < 0 and weak["verdict"] == "agrees"


def test_equivalence_is_the_interval_within_the_bound():
    rng = np.random.default_rng(3)
    found = replication.agreement(pairs(0.3, 0.05, 0.3 + 0.08 * rng.standard_normal(300), 0.04), bound=0.15)
    inside = (found["equivalence.ci.lower"] > -0.15) & (found["equivalence.ci.upper"] < 0.15)
    assert (inside == (found["equivalence.pvalue"] < 0.05)).all() and 0 < inside.sum() < 300


def test_small_telescopes_have_a_third_of_power_at_delta_33():
    size = replication.detectable()
    assert ndtr(size - 1.959964) + ndtr(-size - 1.959964) == pytest.approx(1 / 3, abs=1e-6)
    found = replication.agreement(pairs([0.40, -0.40], 0.10, [0.02, -0.02], 0.02)).iloc
    assert found[0]["d33"] == pytest.approx(0.10 * size)
    assert found[1]["d33"] == pytest.approx(-0.10 * size)
    assert found[0]["d33.pvalue"] == pytest.approx(found[1]["d33.pvalue"])
    assert found[0]["d33.pvalue"] == pytest.approx(ndtr((0.02 - 0.10 * size) / 0.02))


def test_the_bayes_factor_is_the_ratio_of_two_normal_densities():
    o, so, r, sr = 0.35, 0.09, 0.12, 0.06
    wanted = norm.pdf(r, o, np.hypot(so, sr)) / norm.pdf(r, 0, sr)
    assert replication.replication_bayes_factor(o, so, r, sr) == pytest.approx(wanted)
    found = replication.agreement(pairs(o, so, [r], sr))
    assert found["log10.bf"].item() == pytest.approx(np.log10(wanted))


def test_holm_allows_for_the_number_of_paths():
    table = pairs(0.4, 0.05, [0.23, 0.40, 0.41, 0.39], 0.05)  # p of the first: .016
    assert replication.agreement(table)["verdict"].tolist()[0] == "smaller"
    adjusted = replication.agreement(table, adjust="holm")
    assert adjusted["verdict"].tolist()[0] == "compatible"
    assert adjusted["pvalue"].iloc[0] == pytest.approx(4 * replication.agreement(table)["pvalue"].iloc[0])
    assert adjusted.attrs["compared"] == 4 and adjusted.attrs["by_chance"] == pytest.approx(0.2)


@pytest.mark.parametrize(("table", "how", "id"), [
    (pairs(0.4, 0.1, [0.3], 0.1).drop(columns="se.original"), {}, "replication.columns"),
    (pairs(0.4, -0.1, [0.3], 0.1), {}, "replication.negative"),
    (pairs(0.4, 0.1, [0.3], 0.1), {"bound": -0.1}, "replication.negative"),
    (pairs(0.4, 0.1, [0.3], 0.1), {"adjust": "bonferroni"}, "replication.adjust"),
])
def test_refusals(table, how, id):
    with pytest.raises(DataError) as found:
        replication.agreement(table, **how)
    assert found.value.problems[0].id == id
    assert found.value.sentence("zh") and found.value.sentence("en")


def test_the_headline_counts_what_the_table_says():
    found = replication.agreement(pairs(0.40, 0.03, [0.41, 0.20, 0.33], 0.03), bound=0.10)
    told = replication.counted(found)
    assert {name: told[name] for name in ("n", "agree", "differ", "unclear", "variant")} == {
        "n": 3, "agree": 1, "differ": 1, "unclear": 1, "variant": ""}
    assert replication.counted(replication.agreement(pairs(0.4, 0.03, [0.4], 0.03)))["variant"] == "undeclared"


def test_every_verdict_has_its_rule():
    from helpers.replication.verdicts import WORDS

    assert sorted(replication.rules()["verdict"]) == sorted(WORDS)


def test_the_logarithm_of_the_bayes_factor_is_known_where_the_factor_is_beyond_all_numbers():
    found = replication.agreement(pairs(0.80, 0.02, [0.80, -0.80], 0.02)).iloc
    wanted = [(norm.logpdf(r, 0.80, np.hypot(0.02, 0.02)) - norm.logpdf(r, 0, 0.02)) / np.log(10) for r in (0.8, -0.8)]
    assert [found[0]["log10.bf"], found[1]["log10.bf"]] == pytest.approx(wanted, rel=1e-12)
    assert wanted[0] > 308
