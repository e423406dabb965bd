"""Gaps, their reliability and the net promoter score: R's numbers, a real study's, known truth, refusals."""

import numpy as np
import pandas as pd
import pytest

from helpers import quality
from helpers.errors import DataError, gates_table
from helpers.quality.paired import noncentral_t
from helpers.quality.recommendation import score_interval

CLOSED_FORM = 1e-10
ROOT = 1e-9  # R's and our own root searches stop this close
PAIRS = {"physical": (["p1", "p2"], ["e1", "e2"]), "information": (["p2", "p3", "p4"], ["e2", "e3", "e4"])}


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("quality_data")


def gate(table, name):
    return next(check for check in table.attrs["checks"] if check.gate == name)


def test_gaps_are_those_of_r(answers, oracle):
    ours, theirs = quality.gaps(answers, PAIRS).set_index("construct"), oracle("quality_gaps").set_index("construct")
    for column in theirs:
        tolerance = ROOT if column.startswith("dz.ci") else CLOSED_FORM
        np.testing.assert_allclose(ours[column], theirs[column], rtol=0, atol=tolerance, err_msg=column)


def test_both_reliabilities_of_the_difference_are_those_of_psych(answers, oracle):
    ours = quality.difference_reliability(answers, PAIRS, draws=0).set_index("construct")
    theirs = oracle("quality_difference_reliability").set_index("construct")
    np.testing.assert_allclose(ours[theirs.columns], theirs, rtol=0, atol=CLOSED_FORM)


def test_the_interval_of_the_net_promoter_score_is_that_of_a_search(oracle):
    for row in oracle("quality_nps").itertuples(index=False):
        found = score_interval(row.promoters, row.detractors, row.n, conf_level=0.95)
        # R searches the restricted maximum to the square root of its precision.
        assert found == pytest.approx((row[3], row[4]), abs=1e-7)


def test_kiosk_reproduces_its_reference_numbers(reference_data):
    folder = reference_data / "data" / "kiosk_servqual"
    answers = pd.read_csv(folder / "kiosk_clean_n194.csv", encoding="utf-8")
    items = {"security": (19, 20, 21), "reliability": (1, 2, 3), "tangibles": (4, 5, 6, 22)}
    pairs = {name: ([f"x{i}" for i in at], [f"e{i}" for i in at]) for name, at in items.items()}
    gaps = quality.gaps(answers, pairs).set_index("construct")
    assert gaps.loc["security", ["gap", "t", "dz"]].astype(float).round(4).tolist() == [-1.8093, -18.5564, -1.3323]
    table = quality.difference_reliability(answers, pairs, draws=0).set_index("construct")
    assert table.loc["security", ["alpha.perception", "alpha.expectation"]].astype(float).round(4).tolist() == [
        0.8318, 0.8569]
    assert table["johns"].round(4).to_dict() == {"security": 0.8306, "reliability": 0.4780, "tangibles": 0.5120}
    assert table["alpha.difference"].round(3).to_dict() == {"security": 0.848, "reliability": 0.666, "tangibles": 0.726}
    assert table["flagged"].to_dict() == {"security": False, "reliability": True, "tangibles": True}


def test_item_gaps_are_paired_tests_adjusted_over_all_items(answers):
    table = quality.item_gaps(answers, {"physical": PAIRS["physical"]}).set_index("item")
    difference = answers["p2"] - answers["e2"]
    assert table.at["p2", "gap"] == pytest.approx(difference.mean())
    assert table.at["p2", "t"] == pytest.approx(difference.mean() / (difference.std() / np.sqrt(len(difference))))
    smallest = table["pvalue"].idxmin()
    assert table.at[smallest, "pvalue.holm"] == pytest.approx(2 * table.at[smallest, "pvalue"])


def test_overall_averages_dimensions_and_weights_them(answers):
    pairs = {"physical": (["p1"], ["e1"]), "information": (["p3", "p4"], ["e3", "e4"])}
    one = answers["p1"] - answers["e1"]
    two = answers[["p3", "p4"]].mean(axis=1) - answers[["e3", "e4"]].mean(axis=1)
    points = np.where(answers.index < 50, 80.0, 20.0)
    weights = pd.DataFrame({"w1": points, "w2": 100 - points})
    weights.iloc[0] = 0  # importance that adds up to nothing weighs nothing
    table = quality.overall(answers, pairs, weights=weights).set_index("measure")
    assert table.at["servqual", "est"] == pytest.approx(((one + two) / 2).mean())
    weighted = ((one * weights["w1"] + two * weights["w2"]) / 100).iloc[1:]
    assert table.at["servqual.weighted", "est"] == pytest.approx(weighted.mean())
    assert table["n"].to_dict() == {"servqual": 150, "servqual.weighted": 149, "servperf": 150}
    assert "servqual.weighted" not in set(quality.overall(answers, pairs)["measure"])


def test_missing_answers_leave_a_respondent_out_of_that_dimension_and_are_counted(answers):
    scores = answers.astype(float)
    scores.loc[:9, "e1"] = np.nan
    table = quality.gaps(scores, PAIRS).set_index("construct")
    assert table[["n", "missing"]].to_numpy().tolist() == [[140, 10], [150, 0]]


def test_the_noncentral_t_has_values_where_scipy_has_none():
    from scipy.special import nctdtr, stdtr

    assert 0 <= noncentral_t(-5.0, df=193, nc=4.0) < 1e-12
    for df, t in [(2, -1.3), (30, 2.1), (2000, 0.4)]:
        assert noncentral_t(t, df=df, nc=0.0) == pytest.approx(stdtr(df, t), abs=1e-12)
        assert noncentral_t(t, df=df, nc=1.5) == pytest.approx(nctdtr(df, 1.5, t), abs=1e-11)


def test_the_difference_of_known_scores_has_the_reliability_it_was_given():
    random = np.random.default_rng(1)
    n, noise = 40_000, 1.0
    seen, hoped = random.multivariate_normal([0, 0], [[1, 0.4], [0.4, 0.8]], size=n, method="cholesky").T
    scores = pd.DataFrame({f"{side}{i}": score + random.normal(0, noise, n)
                           for side, score in (("p", seen), ("e", hoped)) for i in range(3)})
    pairs = {"d": ([f"p{i}" for i in range(3)], [f"e{i}" for i in range(3)])}
    true, error = 1 + 0.8 - 2 * 0.4, 2 * noise**2 / 3
    row = quality.difference_reliability(scores, pairs, draws=0).iloc[0]
    assert row["johns"] == pytest.approx(true / (true + error), abs=0.01)
    assert row["alpha.difference"] == pytest.approx(true / (true + error), abs=0.01)
    tight = quality.difference_reliability(scores.head(400), pairs, draws=500).iloc[0]
    assert tight["johns.ci.lower"] < true / (true + error) < tight["johns.ci.upper"]


def test_the_interval_of_the_net_promoter_score_covers_it():
    random = np.random.default_rng(2)
    truth, samples = 0.30 - 0.25, 1500
    drawn = random.multinomial(80, [0.30, 0.45, 0.25], size=samples)
    held = sum(lower <= truth <= upper for lower, upper in
               (score_interval(int(b), int(c), 80, conf_level=0.95) for b, _, c in drawn))
    assert held / samples == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("counts", "expected"), [((10, 0, 10), 1.0), ((0, 10, 10), -1.0)])
def test_unanimous_recommendation_still_has_an_interval(counts, expected):
    lower, upper = score_interval(*counts, conf_level=0.95)
    assert (upper if expected == 1.0 else lower) == expected
    assert upper - lower > 0.2


def test_nps_counts_promoters_from_9_and_detractors_to_6():
    row = quality.nps(pd.DataFrame({"nps": [10, 9, 8, 7, 6, 0, np.nan]}), "nps").iloc[0]
    shares = row[["promoters.share", "passives.share", "detractors.share"]].astype(float)
    assert shares.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert (row["n"], row["missing"], row["nps"]) == (6, 1, 0.0)


@pytest.mark.parametrize(("answers", "item", "said"), [
    ([1, 2], "", "No recommendation item is declared"),
    ([1, 2], "nps2", "no column `nps2`"),
    ([np.nan, np.nan], "nps", "Nobody answered"),
    ([11, 7.5, 3], "nps", "2 answers to `nps`"),
])
def test_nps_refuses_what_it_is_not_defined_for(answers, item, said):
    with pytest.raises(DataError, match=said):
        quality.nps(pd.DataFrame({"nps": answers}), item)


@pytest.mark.parametrize(("pairs", "said"), [
    ({}, "No expectation items are declared"),
    ({"d": (["p1", "p2"], ["e1"])}, "2 perception items and 1 expectation items"),
    ({"d": (["p1", "p9"], ["e1", "e2"])}, "no columns p9"),
])
def test_gaps_refuse_what_is_no_pair(answers, pairs, said):
    for table in (quality.gaps, quality.item_gaps, quality.difference_reliability, quality.overall):
        with pytest.raises(DataError, match=said):
            table(answers, pairs)


def test_items_without_a_difference_are_named_together(answers):
    scores = answers.assign(p1=answers["e1"] - 1, p2=answers["e2"])
    with pytest.raises(DataError) as refused:
        quality.item_gaps(scores, {"d": (["p1", "p2", "p3"], ["e1", "e2", "e3"])})
    assert [problem.where for problem in refused.value.problems] == ["p1", "p2"]


@pytest.mark.parametrize(("weights", "said"), [
    (pd.DataFrame({"w1": np.ones(150)}), "1 columns of 150 respondents"),
    (pd.DataFrame({"w1": np.ones(150), "w2": -np.ones(150)}), "150 respondents gave a negative weight"),
])
def test_weights_that_do_not_fit_are_refused(answers, weights, said):
    with pytest.raises(DataError, match=said):
        quality.overall(answers, PAIRS, weights=weights)


def test_a_single_pair_has_a_gap_and_no_reliability(answers):
    pairs = {"single": (["p1"], ["e1"]), "information": PAIRS["information"]}
    assert quality.gaps(answers, pairs)["k"].tolist() == [1, 3]
    table = quality.difference_reliability(answers, pairs, draws=0)
    assert table["construct"].tolist() == ["information"]
    assert gate(table, "difference_single").values["constructs"] == ["single"]
    with pytest.raises(DataError, match="one pair each"):
        quality.difference_reliability(answers, {"single": pairs["single"]})


@pytest.mark.parametrize(("top", "passed"), [(80, False), (70, True)])
def test_expectations_at_the_ceiling_are_doubted(top, passed):
    random = np.random.default_rng(3)
    expected = np.where(np.arange(150) < top, 7, random.integers(3, 7, 150))
    scores = pd.DataFrame({"p1": random.integers(1, 8, 150), "e1": expected})
    assert gate(quality.gaps(scores, {"d": (["p1"], ["e1"])}), "expectation_ceiling").passed is passed


@pytest.mark.parametrize(("shared", "flagged"), [(0.0, False), (0.95, True)])
def test_a_gap_of_two_scores_that_say_the_same_is_flagged(shared, flagged):
    random = np.random.default_rng(4)
    seen = random.normal(size=(500, 1))
    hoped = shared * seen + np.sqrt(1 - shared**2) * random.normal(size=(500, 1))
    scores = pd.DataFrame(np.hstack([seen, seen, seen, hoped, hoped, hoped]) + random.normal(size=(500, 6)) * 0.6,
                          columns=["p1", "p2", "p3", "e1", "e2", "e3"])
    table = quality.difference_reliability(scores, {"d": (["p1", "p2", "p3"], ["e1", "e2", "e3"])}, draws=0)
    assert table.at[0, "flagged"] == flagged
    assert gate(table, "difference_reliability").passed is not flagged


def test_every_gate_is_said_in_both_languages(answers):
    tables = [quality.gaps(answers, PAIRS), quality.difference_reliability(
        answers, {"single": (["p1"], ["e1"]), **PAIRS}, draws=20)]
    checks = [check for table in tables for check in table.attrs["checks"]]
    for language in ("en", "zh"):
        said = gates_table(checks, language)
        assert said[["found", "criterion", "source"]].map(len).min().min() > 0
        assert not said["found"].str.contains("{", regex=False).any()
