"""Fits and printed tables are compared in the metric that they allow, and not at all where they must not be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import replication, sem
from helpers.errors import Check, DataError, ModelError

MODEL = "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nb ~ a"
POPULATION = "a =~ .8*a1 + .7*a2 + .7*a3; b =~ .8*b1 + .7*b2 + .7*b3; b ~ {path}*a"


def drawn(path: float, n: int, seed: int) -> pd.DataFrame:
    return sem.simulate(POPULATION.format(path=path), n=n, seed=seed)


@pytest.fixture(scope="module")
def answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    return drawn(0.5, 600, 1), drawn(0.5, 700, 2)


@pytest.fixture(scope="module")
def fits(answers) -> tuple[sem.SemFit, sem.SemFit]:
    one, two = (sem.fit(MODEL, data, estimator="MLR") for data in answers)
    return one, two


def test_one_declaration_serves_both_metrics(fits):
    raw = replication.paths(*fits, metric="unstandardized", smallest_difference=0.30).iloc[0]
    std = replication.paths(*fits, smallest_difference=0.30)
    row = fits[0].parameters.query("op == '~'").iloc[0]
    assert raw["bound"] == pytest.approx(0.30 * row["est"] / row["std.all"])
    assert std["bound"].item() == 0.30 and std["est.original"].item() == pytest.approx(row["std.all"])
    assert (raw["verdict"], std["verdict"].item()) == ("agrees", "agrees")
    assert [check.passed for check in std.attrs["checks"]] == [True]
    undeclared = replication.paths(*fits)
    assert [(check.gate, check.passed) for check in undeclared.attrs["checks"]] == [("declared_bound", False)]
    assert undeclared["bound"].isna().all()


def test_the_interval_of_a_fitted_difference_covers_the_true_one():
    """Sixty pairs of samples with unequal paths: standardized .5 and .3."""
    covered, words = 0, []
    for seed in range(60):
        one, two = (sem.fit(MODEL, drawn(path, 300, 2 * seed + i), estimator="ML")
                    for i, path in enumerate((0.5, 0.3)))
        found = replication.paths(one, two, metric="unstandardized", smallest_difference=0.1).iloc[0]
        covered += found["ci.lower"] <= -0.2 <= found["ci.upper"]
        words.append(found["verdict"])
    assert 52 <= covered <= 60
    assert "agrees" not in words and words.count("smaller") > 5


def test_a_printed_table_is_enough(fits):
    fit = replication.estimates(fits[0]).iloc[0]
    whole = replication.paths(fits[0], fits[1])
    for columns in ({"std.all.se": fit["std.all.se"]}, {"z": fit["std.all"] / fit["std.all.se"]},
                    {"ci.lower": fit["std.all"] - 1.959964 * fit["std.all.se"],
                     "ci.upper": fit["std.all"] + 1.959964 * fit["std.all.se"]}):
        table = pd.DataFrame([{"lhs": "b", "op": "~", "rhs": "a", "std.all": fit["std.all"], **columns}])
        found = replication.paths(table, fits[1])
        np.testing.assert_allclose(found["ci.lower"], whole["ci.lower"], atol=1e-6)


def test_errors_belong_to_the_path_they_are_printed_with():
    table = pd.DataFrame({"lhs": ["y", "y", "z"], "op": "~", "rhs": ["x", "w", "y"], "est": [0.8, "", ""],
                          "se": [0.2, "", ""], "z": ["", "5", ""], "std.all": [0.4, 0.5, 0.3]})
    found = replication.complete(table)
    np.testing.assert_allclose(found["se"], [0.2, np.nan, np.nan])
    np.testing.assert_allclose(found["std.all.se"], [0.1, 0.1, np.nan])


@pytest.mark.parametrize("printed", [{}, {"pvalue": 0.0005}, {"pvalue": 0.0}])
def test_without_a_printed_error_nothing_is_said_of_agreement(fits, printed):
    """A p below .001 is printed as a bound, from which no error follows."""
    table = pd.DataFrame([{"lhs": "b", "rhs": "a", "std.all": 0.5, **printed}])
    found = replication.paths(table, fits[1], smallest_difference=0.1).iloc[0]
    assert found["verdict"] == "withheld" and np.isnan(found["ci.lower"])
    assert found["difference"] == pytest.approx(found["est.replication"] - 0.5)


def test_evidence_and_standardized_keep_the_rows(fits):
    found = replication.paths(*fits, metric="unstandardized", smallest_difference=0.2)
    evidence = replication.evidence(found)
    assert evidence["log10.bf"].item() == pytest.approx(np.log10(found["bf"].item()))
    assert "not_printed" not in evidence.attrs
    shown = replication.standardized(*fits)
    assert "verdict" not in shown and shown.attrs["checks"] == ()


def test_the_metric_is_unstandardized_only_where_loadings_are_equal(answers):
    one, two = answers
    assert replication.metric(MODEL, one, two).kind == "unstandardized"
    other = two.assign(a2=0.2 * two["a2"] + np.random.default_rng(1).standard_normal(len(two)))
    for how in ({"same_format": False}, {"replication": other}, {"original": None}):
        found = replication.metric(MODEL, **{"original": one, "replication": two, **how})
        assert found.kind == "standardized" and not found.checks[0].passed
    with pytest.raises(ModelError, match="not shown to be equal"):
        replication.equal_paths(MODEL, one, other, metric=found)


def test_equal_paths_are_kept_and_unequal_ones_found(answers):
    one, two = answers
    same = replication.equal_paths(MODEL, one, two)
    assert same["pvalue"].iloc[0] > 0.01
    differ = replication.equal_paths(MODEL, one, drawn(0.15, 700, 5)).iloc[1]
    assert differ["pvalue.holm"] < 0.001 and differ["ci.upper"] < 0


def test_a_stopped_fit_is_not_compared(fits):
    stopped = replace(fits[0], checks=(Check("converged", "stop", False, {}),))
    with pytest.raises(ModelError, match=r"converged failed"):
        replication.paths(stopped, fits[1])


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda one, two: replication.paths(pd.DataFrame({"path": ["a"]}), two), DataError, "needs `lhs`, `rhs`"),
    (lambda one, two: replication.paths(pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "std.all": [.2]}), two), DataError,
     "No path stands in both studies"),
    (lambda one, two: replication.effects(one, two), DataError, "No effect of the original is indirect"),
    (lambda one, two: replication.invariance(MODEL, one, two, same_format=False), DataError, "different scales"),
])
def test_refusals(fits, answers, make, error, message):
    data = answers if "invariance" in make.__code__.co_names else fits
    with pytest.raises(error, match=message) as found:
        make(*data)
    assert found.value.sentence("zh")


def test_several_groups_are_refused(answers):
    both = replication.across.together(*answers)
    with pytest.raises(ModelError, match="one group each"):
        replication.estimates(sem.fit(MODEL, both, group=".study"))


def test_a_printed_matrix_compares_like_the_answers_behind_it(answers):
    one, two = ({"x": data[["a1", "a2", "a3"]].mean(axis=1), "y": data[["b1", "b2", "b3"]].mean(axis=1)}
                for data in answers)
    scores = [pd.DataFrame(each) for each in (one, two)]
    raw = replication.paths(*(replication.fitted("y ~ x", each) for each in scores))
    matrix = scores[0].corr().round(2)
    printed = replication.fitted("y ~ x", moments={"cor": matrix, "n": len(scores[0])})
    found = replication.paths(printed, replication.fitted("y ~ x", scores[1]))
    np.testing.assert_allclose(found[["difference", "se"]], raw[["difference", "se"]], atol=0.008)
    unknown = replication.fitted("y ~ x", moments={"cor": matrix})
    said = replication.paths(unknown, replication.fitted("y ~ x", scores[1]), smallest_difference=0.1)
    assert said["verdict"].tolist() == ["withheld"] and said["difference"].item() == pytest.approx(
        found["difference"].item())
    with pytest.raises(DataError, match="no n or no matrix"):
        replication.fit(unknown, unknown)
    with pytest.raises(DataError, match="nothing to compare"):
        replication.fitted("y ~ x")
