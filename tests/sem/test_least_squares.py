"""Weighted least squares behind ordinal items: lavaan's estimates, errors and scaled-shifted test; known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem

PATHS = "\nF2 ~ F1\nF3 ~ F1 + F2"
ORDINAL = "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9" + PATHS
MIXED = "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ x7 + y8 + x9" + PATHS
MODELS = {"ordinal": (ORDINAL, False, ()), "mixed": (MIXED, False, ()), "groups": (ORDINAL, True, ()),
          "equal": (ORDINAL, True, ("loadings",))}


@pytest.fixture(scope="module")
def oracle():
    folder = Path(__file__).resolve().parents[1] / "oracle"
    return lambda name: pd.read_csv(folder / f"{name}.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def fitted(oracle):
    data, found = oracle("ordinal_data"), {}

    def fit(name):
        if name not in found:
            model, grouped, equal = MODELS[name]
            ordered = [item for item in data.columns if item.startswith("y") and item in model]
            found[name] = sem.fit(model, data, estimator="WLSMV", ordered=ordered, group="g" if grouped else None,
                                  group_equal=equal)
        return found[name]

    return fit


@pytest.mark.parametrize("name", MODELS)
def test_measures_are_those_of_lavaan(oracle, fitted, name) -> None:
    expected = oracle("ordinal_measures").query("model == @name").set_index("measure")["value"]
    ours = fitted(name).measures[expected.index]
    chisq = expected.index.str.contains("chisq")
    np.testing.assert_allclose(ours[chisq], expected[chisq], rtol=1e-5)
    np.testing.assert_allclose(ours[~chisq], expected[~chisq], atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_estimates_and_robust_errors_are_those_of_lavaan(oracle, fitted, name) -> None:
    expected = oracle("ordinal_parameters").query("model == @name").set_index(["lhs", "op", "rhs", "group"])
    ours = fitted(name).parameters.set_index(["lhs", "op", "rhs", "group"]).loc[expected.index]
    assert np.abs((ours["est"] - expected["est"]) / expected["se"]).max() < 1e-3
    np.testing.assert_allclose(ours["se"], expected["se"], rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_gradient_is_the_slope_of_the_objective(fitted, name) -> None:
    problem, x = fitted(name).engine.problem, fitted(name).engine.optimum.point.x
    away = problem.evaluate(x + 0.1)
    step = 1e-6 * np.eye(len(x))
    slopes = [(problem.evaluate(away.x + d).f - problem.evaluate(away.x - d).f) / 2e-6 for d in step]
    np.testing.assert_allclose(problem.gradient(away), slopes, atol=1e-7)


def simulated(random, n):
    factor = random.standard_normal(n)
    loads, cuts = [0.8, 0.7, 0.6, 0.5], [[-0.5, 0.9], [0.2], [-1.0, 0.0, 1.0], [0.4, 1.2]]
    return pd.DataFrame({f"y{i + 1}": np.digitize(load * factor + np.sqrt(1 - load**2) * random.standard_normal(n), at)
                         for i, (load, at) in enumerate(zip(loads, cuts, strict=True))})


def test_chosen_loadings_are_recovered() -> None:
    answers = simulated(np.random.default_rng(5), 50_000)
    fit = sem.fit("f =~ y1 + y2 + y3 + y4", answers, estimator="WLSMV", ordered=True)
    told = fit.parameters.loc[fit.parameters["op"] == "=~", "std.all"]
    assert np.abs(told - [0.8, 0.7, 0.6, 0.5]).max() < 0.02


def test_a_true_model_is_refused_in_five_of_a_hundred_samples() -> None:
    random = np.random.default_rng(19)
    pvalues = []
    for _ in range(300):
        fit = sem.fit("f =~ y1 + y2 + y3 + y4", simulated(random, 400), estimator="WLSMV", ordered=True)
        pvalues.append(fit.measures["pvalue.scaled"])
    refused = np.mean(np.array(pvalues) < 0.05)
    assert 0.02 < refused < 0.09  # 300 samples: .05 give or take three standard errors
