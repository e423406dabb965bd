"""How alike respondents of one cluster are: as R has it, known truth, and errors that allow for clusters."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import DataError

SCALES = {"care": ["ca1", "ca2"], "trust": ["tr1", "tr2", "tr3"], "loyal": ["lo1", "lo2", "lo3", "lo4"],
          "safe": ["sa1", "sa2", "sa3", "sa4", "sa5", "sa6"]}


def test_both_intraclass_correlations_are_those_of_r(oracle):
    answers = oracle("measurement_data")
    unit = (np.arange(1, len(answers) + 1) ** 2 // 900) % 40
    table = measurement.clustering(answers.add((unit % 7) / 5, axis=0), SCALES, pd.DataFrame({"branch": unit}))
    theirs = oracle("clustering")
    assert table[["construct", "n", "clusters"]].equals(theirs[["construct", "n", "clusters"]])
    np.testing.assert_allclose(table["icc"], theirs["icc"], atol=1e-10)
    np.testing.assert_allclose(table["icc.reml"], theirs["icc.reml"], atol=1e-6)


def drawn(icc, sizes, seed):
    random = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    values = np.sqrt(icc) * random.normal(size=len(sizes))[unit] + np.sqrt(1 - icc) * random.normal(size=len(unit))
    return pd.DataFrame({"a": values}), pd.DataFrame({"branch": unit})


def test_reml_of_clusters_of_one_size_is_the_analysis_of_variance():
    scores, clusters = drawn(0.3, [8] * 40, 1)
    row = measurement.clustering(scores, {"one": ["a"]}, clusters).iloc[0]
    assert row["icc.reml"] == pytest.approx(row["icc"], abs=1e-7)
    assert row["design.effect"] == pytest.approx(1 + 7 * row["icc"])
    assert row["n.effective"] == pytest.approx(320 / row["design.effect"])


def test_the_interval_holds_the_chosen_correlation_as_often_as_promised():
    held = [bool(row["icc.ci.lower"] <= 0.2 <= row["icc.ci.upper"]) for row in (
        measurement.clustering(*(lambda two: (two[0], {"one": ["a"]}, two[1]))(drawn(0.2, [6] * 30, seed))).iloc[0]
        for seed in range(200))]
    assert abs(np.mean(held) - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 200)


def test_clusters_without_anything_in_common_cost_nothing_and_few_are_doubted():
    scores, clusters = drawn(0.0, [10] * 12, 5)
    table = measurement.clustering(scores, {"one": ["a"]}, clusters)
    row = table.iloc[0]
    assert row["icc"] < 0.1
    assert row["design.effect"] >= 1
    few = next(check for check in table.attrs["checks"] if check.gate == "few_clusters")
    assert (few.severity, few.passed, few.values["found"]) == ("caution", False, 12)


def test_respondents_without_a_cluster_or_an_item_do_not_count():
    scores, clusters = drawn(0.3, [10] * 20, 2)
    scores.loc[0, "a"], clusters.loc[1, "branch"] = np.nan, np.nan
    assert measurement.clustering(scores, {"one": ["a"]}, clusters)["n"].item() == 198


def test_no_clusters_and_one_cluster_are_refused():
    scores, clusters = drawn(0.3, [10] * 20, 2)
    with pytest.raises(DataError, match="`clusters:`"):
        measurement.clustering(scores, {"one": ["a"]}, clusters.iloc[:, :0])
    with pytest.raises(DataError, match="1 clusters"):
        measurement.clustering(scores, {"one": ["a"]}, clusters * 0)


def test_a_model_allows_for_declared_clusters_where_its_estimator_can():
    population = "f =~ .8*a + .7*b + .6*c\na ~~ .36*a\nb ~~ .51*b\nc ~~ .64*c"
    answers = sem.simulate(population, n=300, seed=3)
    clusters = pd.DataFrame({"agent": np.arange(300) % 150, "branch": np.arange(300) % 60})
    ruled = sem.fit_by_rule("f =~ a + b + c", answers, clusters=clusters)
    asked = sem.fit("f =~ a + b + c", answers.assign(branch=clusters["branch"]), estimator="MLR", cluster="branch")
    np.testing.assert_allclose(ruled.parameters["se"], asked.parameters["se"], rtol=1e-10)
    check = next(check for check in ruled.checks if check.gate == "clustered_errors")
    assert check.passed
    assert check.values["cluster"] == "branch"
    gaps = sem.fit_by_rule("f =~ a + b + c", answers, clusters=clusters.iloc[5:].reindex(clusters.index))
    assert not next(check for check in gaps.checks if check.gate == "clustered_errors").passed
