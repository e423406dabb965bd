"""Weighted least squares behind ordinal items: lavaan's estimates, errors and scaled-shifted test; known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import syntax
from helpers.moments import Sample, latent_moments
from helpers.sem.indices import incremental, rmsea
from helpers.sem.least_squares import LeastSquares
from helpers.sem.shifted_test import baseline, robust_covariance, shifted
from helpers.sem.specify import specify

PATHS = "\nF2 ~ F1\nF3 ~ F1 + F2"
ORDINAL = "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9" + PATHS
MIXED = "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ x7 + y8 + x9" + PATHS
MODELS = {"ordinal": (ORDINAL, False, ()), "mixed": (MIXED, False, ()), "groups": (ORDINAL, True, ()),
          "equal": (ORDINAL, True, ("loadings",))}


@pytest.fixture(scope="module")
def oracle():
    folder = Path(__file__).resolve().parents[1] / "oracle"
    return lambda name: pd.read_csv(folder / f"{name}.csv", encoding="utf-8")


def prepared(model, frames, equal=()):
    written = syntax.parse(model)
    table = syntax.complete(written, groups=len(frames), meanstructure=False, group_equal=equal)
    ordered = [name for name in written.observed if name.startswith("y")]
    moments = [latent_moments(frame, written.observed, ordered) for frame in frames]
    structure = specify(table, [Sample(each.names, each.n, each.cov, each.mean) for each in moments])
    return LeastSquares.diagonal(structure, moments)


def minimum(problem):
    """Gauss-Newton with step halving from plain values."""
    structure = problem.structure
    plain = np.array([1.0 if row.op == "=~" else 0.5 if row.lhs == row.rhs else 0.1 for row in structure.table.rows])
    point = problem.evaluate(np.linalg.lstsq(structure.k[:, problem.free], plain - structure.c, rcond=None)[0])
    for _ in range(100):
        slope = problem.gradient(point)
        if np.abs(slope).max() < 1e-10:
            return point
        step, size = -np.linalg.solve(2 * problem.information(point), slope), 1.0
        while (tried := problem.evaluate(point.x + size * step)).f > point.f + 1e-13 and size > 1e-6:
            size /= 2
        point = tried
    raise AssertionError("no minimum")


def fitted(data, name):
    model, grouped, equal = MODELS[name]
    frames = [rows for _, rows in data.groupby("g", sort=False)] if grouped else [data]
    problem = prepared(model, frames, equal)
    return problem, minimum(problem)


@pytest.mark.parametrize("name", MODELS)
def test_test_of_the_model_is_that_of_lavaan(oracle, name) -> None:
    expected = oracle("ordinal_measures").query("model == @name").set_index("measure")["value"]
    told = shifted(*fitted(oracle("ordinal_data"), name))
    assert told.df == expected["df"]
    assert told.unscaled == pytest.approx(expected["chisq"], rel=1e-6)
    assert told.chisq == pytest.approx(expected["chisq.scaled"], rel=1e-5)
    assert told.factor == pytest.approx(expected["chisq.scaling.factor"], rel=1e-5)
    assert told.pvalue == pytest.approx(expected["pvalue.scaled"], abs=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_indices_from_both_tests_are_those_of_lavaan(oracle, name) -> None:
    expected = oracle("ordinal_measures").query("model == @name").set_index("measure")["value"]
    problem, point = fitted(oracle("ordinal_data"), name)
    told, apart = shifted(problem, point), baseline(problem)
    assert apart.df == expected["baseline.df"]
    assert apart.unscaled == pytest.approx(expected["baseline.chisq"], rel=1e-6)
    assert apart.chisq == pytest.approx(expected["baseline.chisq.scaled"], rel=1e-6)
    scaled = incremental(told.chisq, told.df, apart.chisq, apart.df)
    assert scaled["cfi"] == pytest.approx(expected["cfi.scaled"], abs=1e-6)
    assert scaled["tli"] == pytest.approx(expected["tli.scaled"], abs=1e-6)
    plain = incremental(told.unscaled, told.df, apart.unscaled, apart.df)
    assert plain["cfi"] == pytest.approx(expected["cfi"], abs=1e-6)
    groups = len(problem.n)  # lavaan's statistic weighs a group by n - 1, and so does its RMSEA
    close = rmsea(told.chisq, told.df, int(problem.n.sum()) - groups, groups)
    for name in ("rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue"):
        assert close[name] == pytest.approx(expected[f"{name}.scaled"], abs=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_estimates_and_robust_errors_are_those_of_lavaan(oracle, name) -> None:
    expected = oracle("ordinal_parameters").query("model == @name").set_index(["lhs", "op", "rhs", "group"])
    problem, point = fitted(oracle("ordinal_data"), name)
    k = problem.structure.k[:, problem.free]
    rows = [(row.lhs, row.op, row.rhs, row.group) for row in problem.structure.table.rows]
    ours = pd.DataFrame({"est": k @ point.x + problem.structure.c,
                         "se": np.sqrt(np.diag(k @ robust_covariance(problem, point) @ k.T))}, index=rows)
    ours = ours.loc[list(expected.index)]
    assert np.abs((ours["est"].to_numpy() - expected["est"]) / expected["se"]).max() < 1e-3
    np.testing.assert_allclose(ours["se"], expected["se"], rtol=1e-4)


def test_gradient_is_the_slope_of_the_objective(oracle) -> None:
    problem, point = fitted(oracle("ordinal_data"), "equal")
    away = problem.evaluate(point.x + 0.1)
    step = 1e-6 * np.eye(len(point.x))
    slopes = [(problem.evaluate(away.x + d).f - problem.evaluate(away.x - d).f) / 2e-6 for d in step]
    np.testing.assert_allclose(problem.gradient(away), slopes, atol=1e-7)


def simulated(random, n):
    factor = random.standard_normal(n)
    loads, cuts = [0.8, 0.7, 0.6, 0.5], [[-0.5, 0.9], [0.2], [-1.0, 0.0, 1.0], [0.4, 1.2]]
    return pd.DataFrame({f"y{i + 1}": np.digitize(load * factor + np.sqrt(1 - load**2) * random.standard_normal(n), at)
                         for i, (load, at) in enumerate(zip(loads, cuts, strict=True))})


def test_chosen_loadings_are_recovered() -> None:
    problem = prepared("f =~ y1 + y2 + y3 + y4", [simulated(np.random.default_rng(5), 50_000)])
    point = minimum(problem)
    values = problem.structure.k[:, problem.free] @ point.x + problem.structure.c
    by = {(row.lhs, row.op, row.rhs): value for row, value in zip(problem.structure.table.rows, values, strict=True)}
    spread = np.sqrt(by["f", "~~", "f"])
    told = [by["f", "=~", f"y{i}"] * spread for i in (1, 2, 3, 4)]
    assert np.abs(np.array(told) - [0.8, 0.7, 0.6, 0.5]).max() < 0.02


def test_a_true_model_is_refused_in_five_of_a_hundred_samples() -> None:
    random = np.random.default_rng(19)
    pvalues = []
    for _ in range(300):
        problem = prepared("f =~ y1 + y2 + y3 + y4", [simulated(random, 400)])
        pvalues.append(shifted(problem, minimum(problem)).pvalue)
    refused = np.mean(np.array(pvalues) < 0.05)
    assert 0.02 < refused < 0.09  # 300 samples: .05 give or take three standard errors
