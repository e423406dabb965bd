"""Two-stage MASEM: against R, on known truth, and what it refuses."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import replication
from helpers.errors import DataError, ModelError
from helpers.replication import Correlations, masem, stage_one
from helpers.replication.correlations import normal_acov, square
from helpers.replication.pooling import by_random_effects
from helpers.sem.model.correlation_structure import path_model

ORACLE = Path(__file__).parents[1] / "oracle"
THREE, FOUR = "m ~ x; y ~ m", "m ~ x; y ~ m + x; z ~ y"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"masem_{name}.csv", encoding="utf-8")


def matrices(case: int) -> list[Correlations]:
    given = read("given").query("case == @case")
    found = []
    for study, part in given.groupby("study"):
        names = list(dict.fromkeys(name for pair in part["pair"] for name in pair.split("~~")))
        matrix = square(part["r"].to_numpy(), len(names))
        found.append(Correlations(f"s{study}", pd.DataFrame(matrix, names, names), part["n"].iloc[0]))
    return found


def of(name: str, values: list[float], n: float = 200, names: str = "xmy") -> Correlations:
    return Correlations(name, pd.DataFrame(square(np.array(values), len(names)), list(names), list(names)), n)


@pytest.mark.parametrize("case", range(1, 13))
def test_fixed_effects_agree_with_a_multigroup_model(case: int) -> None:
    found = stage_one(matrices(case), effects="fixed")
    expected = read("pooled").query("case == @case")
    measures = found.measures.set_index("measure")["value"]
    assert found.method == "ml"
    assert [f"{one}~~{two}" for one, two in combinations(found.names, 2)] == expected["pair"].tolist()
    np.testing.assert_allclose(found.correlations["est"], expected["est"], atol=2e-6)
    np.testing.assert_allclose(found.correlations["se"], expected["se"], rtol=1e-4)
    assert measures["chisq"] == pytest.approx(read("one").query("case == @case")["chisq"].iloc[0], abs=1e-5)


@pytest.mark.parametrize("case", range(1, 13))
def test_the_path_model_agrees_with_weighted_least_squares(case: int) -> None:
    stage = stage_one(matrices(case), effects="fixed")
    found = masem(stage, THREE if len(stage.names) == 3 else FOUR, seed=1, draws=100)
    expected = read("paths").query("case == @case")
    both = found.parameters.merge(expected, on=["lhs", "rhs"], suffixes=("", ".r"))
    assert len(both) == len(expected)
    np.testing.assert_allclose(both["est"], both["est.r"], atol=1e-5)
    np.testing.assert_allclose(both["se"], both["se.r"], rtol=1e-4)
    fit = read("fits").query("case == @case").iloc[0]
    measures = found.measures.set_index("measure")["value"]
    assert measures["chisq"] == pytest.approx(fit["chisq"], rel=1e-4)
    assert (measures["df"], measures["ntotal"]) == (fit["df"], fit["N"])
    assert measures["srmr"] == pytest.approx(fit["srmr"], abs=1e-5)


@pytest.mark.parametrize("case", [13, 14, 15])
def test_random_effects_agree_with_a_multivariate_model(case: int) -> None:
    """R was handed the sampling covariances at each study's own matrix; so is ours here."""
    own = [Correlations(each.study, each.matrix, each.n, normal_acov(each.matrix.to_numpy(), each.n), "latent")
           for each in matrices(case)]
    expected = read("random").query("case == @case")
    fixed = stage_one(own, effects="fixed")
    assert fixed.method == "gls"
    np.testing.assert_allclose(fixed.correlations[["est", "se"]], expected[["fixed", "fixed.se"]], atol=1e-7)
    measures = fixed.measures.set_index("measure")["value"]
    assert measures["chisq"] == pytest.approx(expected["q"].iloc[0], rel=1e-7)
    found = stage_one(own)
    assert found.method == "random"
    np.testing.assert_allclose(found.correlations[["est", "se"]], expected[["est", "se"]], atol=2e-5)
    np.testing.assert_allclose(found.correlations["tau2"], expected["tau2"], atol=2e-5)


def test_random_effects_leave_the_slope_at_zero() -> None:
    studies = matrices(14)
    fixed = stage_one(studies, effects="fixed")
    pairs = list(combinations(fixed.names, 2))
    from helpers.replication import pooling

    pool = by_random_effects(studies, pairs, pooling.by_likelihood(studies, pairs))
    where = pooling.places(studies, pairs)
    covariances = pooling.own_acov(studies, where, fixed.correlations["est"].to_numpy())

    def value(root: np.ndarray) -> float:
        return pooling._restricted(root, [each.values for each in studies], where, covariances)[0]

    root = np.sqrt(pool.tau2)
    for at in range(len(root)):
        for step in (1e-3, -1e-3):
            assert value(root) <= value(root + step * np.eye(len(root))[at]) + 1e-9


def test_sampling_covariances_are_those_of_samples() -> None:
    random = np.random.default_rng(3)
    truth = square(np.array([0.5, 0.3, 0.6]), 3)
    drawn = random.multivariate_normal(np.zeros(3), truth, size=(4000, 200))
    r = np.array([np.corrcoef(each.T)[np.triu_indices(3, 1)] for each in drawn])
    np.testing.assert_allclose(np.cov(r.T), normal_acov(truth, 200), rtol=0.12, atol=6e-5)


def test_slopes_of_the_implied_correlations() -> None:
    model = path_model("m ~ x + w; y ~ m + x; z ~ m; y ~~ z")
    theta = np.linspace(0.1, 0.4, model.size)
    _, _, slopes = model.implied(theta)
    for at in range(model.size):
        step = 1e-6 * np.eye(model.size)[at]
        numeric = (model.implied(theta + step)[0] - model.implied(theta - step)[0]) / 2e-6
        np.testing.assert_allclose(slopes[at], numeric, atol=1e-8)
    np.testing.assert_allclose(np.diag(model.implied(theta)[0]), 1.0)


def test_a_known_model_is_recovered_and_its_test_keeps_its_level() -> None:
    """120 syntheses of four studies: chi-square of a true model, and Wald coverage, within 3.5 standard errors."""
    random = np.random.default_rng(11)
    truth = square(np.array([0.5, 0.2, 0.4]), 3)
    rejected, covered, est, samples = 0, 0, [], 120
    for _ in range(samples):
        studies = []
        for at, n in enumerate((100, 150, 200, 300)):
            r = np.corrcoef(random.multivariate_normal(np.zeros(3), truth, size=n).T)
            studies.append(Correlations(str(at), pd.DataFrame(r, list("xmy"), list("xmy")), n))
        found = masem(stage_one(studies), THREE, seed=1, draws=2)
        row = found.parameters.iloc[1]
        est.append(row["est"])
        covered += row["ci.lower"] <= 0.4 <= row["ci.upper"]
        rejected += found.measures.set_index("measure").at["pvalue", "value"] < 0.05
    assert np.mean(est) == pytest.approx(0.4, abs=0.012)
    assert abs(covered / samples - 0.95) < 3.5 * 0.02
    assert abs(rejected / samples - 0.05) < 3.5 * 0.02


def test_indirect_effect_is_drawn() -> None:
    found = masem(stage_one([of("a", [0.5, 0.2, 0.4]), of("b", [0.5, 0.2, 0.4])]), THREE, seed=1, draws=4000)
    effects = found.effects.set_index("effect")
    row = effects.loc["x -> m -> y"]
    a, b = found.parameters["est"]
    assert row["est"] == pytest.approx(a * b)
    assert row["method"] == "monte-carlo"
    se = found.parameters["se"]
    assert row["se"] == pytest.approx(np.hypot(a * se[1], b * se[0]), rel=0.1)  # covariance of a and b is small


def test_ten_studies_are_random_and_nine_are_not() -> None:
    studies = [of(f"s{at}", [0.5 + 0.02 * at, 0.2, 0.4]) for at in range(10)]
    assert stage_one(studies).method == "random"
    nine = stage_one(studies[:9])
    assert nine.method == "ml"
    assert not next(check for check in nine.checks if check.gate == "masem_fixed").passed


def test_latent_and_printed_are_told_apart() -> None:
    latent = Correlations("l", of("l", [0.5, 0.2, 0.4]).matrix, 200, np.eye(3) * 0.01, "latent")
    mixed = next(check for check in stage_one([of("a", [0.5, 0.2, 0.4]), latent]).checks if check.gate == "masem_mixed")
    assert (mixed.passed, mixed.values["studies"]) == (False, ["a"])


@pytest.mark.parametrize(("r", "stops"), [([0.6, 0.6, -0.2], True), ([0.2, 0.5, 0.3], False)])
def test_a_negative_residual_variance_stops(r: list[float], stops: bool) -> None:
    found = masem(stage_one([of("a", r), of("b", r)]), "y ~ x + m; x ~~ 0*m", seed=1, draws=50)
    assert found.stopped == stops == bool((found.r2["r2"] > 1).any())


@pytest.mark.parametrize(("studies", "said"), [
    ([of("a", [0.5, 0.2, 0.4])], "two studies"),
    ([of("a", [0.5, 0.2, 0.4])] * 2, "twice"),
    ([of("a", [0.9, 0.9, -0.9]), of("b", [0.5, 0.2, 0.4])], "not positive definite"),
    ([of("a", [1.2, 0.2, 0.4]), of("b", [0.5, 0.2, 0.4])], "correlation"),
    ([of("a", [0.5, 0.2, 0.4], n=3), of("b", [0.5, 0.2, 0.4])], "respondents"),
    ([of("a", [0.5], names="xm"), of("b", [0.4], names="my")], "x - y"),
])
def test_stage_one_refuses(studies: list[Correlations], said: str) -> None:
    with pytest.raises(DataError, match=said):
        stage_one(studies)


@pytest.mark.parametrize(("model", "said"), [
    ("m ~ x; y ~ m; q ~ y", "q"),
    ("m ~ 0.5*x; y ~ m", "fixed"),
    ("m ~ a*x; y ~ b*m; a == b", "=="),
    ("x ~~ m", "no path between"),
    ("m ~ x; y ~ m + x; x ~ y", "more parameters|cannot be told apart"),
])
def test_stage_two_refuses(model: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        masem(stage_one([of("a", [0.5, 0.2, 0.4]), of("b", [0.4, 0.2, 0.4])]), model, seed=1)


def test_equal_labels_are_one_parameter() -> None:
    found = masem(stage_one([of("a", [0.5, 0.2, 0.4]), of("b", [0.5, 0.2, 0.4])]), "m ~ a*x; y ~ a*m", seed=1, draws=50)
    assert found.parameters["est"].nunique() == 1
    assert found.measures.set_index("measure").at["df", "value"] == 2
    assert replication.masem_shown(found).attrs["checks"]
