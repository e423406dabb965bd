"""GLS and ULS of continuous variables: lavaan's estimates, errors and measures; what has no chi-square; refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import ModelError

FOLDER = Path(__file__).resolve().parents[1] / "oracle"
MODELS = pd.read_csv(FOLDER / "quadratic_models.csv", keep_default_na=False, encoding="utf-8")
MODELS.index = MODELS["id"] + " " + MODELS["estimator"]
KEY = ["lhs", "op", "rhs", "group"]
FACTORS = MODELS.loc["factors GLS", "text"]


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.fixture(scope="module")
def fitted(children):
    data, found = children.assign(w4=20 * children["x4"]), {}

    def fit(name):
        if name not in found:
            row = MODELS.loc[name]
            found[name] = sem.fit(row.text, data, estimator=row.estimator, meanstructure=bool(row.means),
                                  group=row.group or None, group_equal=row.equal.split())
        return found[name]

    return fit


@pytest.mark.parametrize("name", MODELS.index)
def test_measures_are_those_of_lavaan(fitted, name) -> None:
    expected = pd.read_csv(FOLDER / "quadratic_measures.csv", encoding="utf-8").query("model == @name")
    expected = expected.set_index("measure")["value"]
    ours = fitted(name).measures[expected.index]
    assert ours.isna().tolist() == expected.isna().tolist()
    chisq = expected.index.str.contains("chisq|fmin|npar|df")
    np.testing.assert_allclose(ours[chisq], expected[chisq], rtol=1e-5)
    np.testing.assert_allclose(ours[~chisq], expected[~chisq], atol=1e-4)


@pytest.mark.parametrize("name", MODELS.index)
def test_estimates_and_errors_are_those_of_lavaan(fitted, name) -> None:
    expected = pd.read_csv(FOLDER / "quadratic_parameters.csv", encoding="utf-8").query("model == @name")
    expected = expected.fillna({"rhs": ""}).set_index(KEY)
    fit = fitted(name)
    ours = fit.parameters.set_index(KEY).loc[expected.index]
    assert fit.converged and fit.gradient < 1e-9
    assert np.abs((ours["est"] - expected["est"]) / expected["se"].where(expected["se"] > 0, 1)).max() < 1e-3
    np.testing.assert_allclose(ours["se"], expected["se"], rtol=1e-4, atol=1e-12)
    np.testing.assert_allclose(ours["std.all"], expected["std.all"], atol=1e-4)
    np.testing.assert_allclose(ours["std.all.se"], expected["std.all.se"], rtol=3e-4, atol=1e-8)


@pytest.mark.parametrize("name", ["equal GLS", "wide ULS", "groups_equal ULS", "groups_equal GLS"])
def test_gradient_is_the_slope_of_the_objective(fitted, name) -> None:
    problem, x = fitted(name).engine.problem, fitted(name).engine.optimum.point.x
    away = problem.evaluate(x + 0.05)
    steps = 1e-6 * np.eye(len(x))
    slopes = [(problem.evaluate(away.x + d).f - problem.evaluate(away.x - d).f) / 2e-6 for d in steps]
    np.testing.assert_allclose(problem.gradient(away), slopes, rtol=1e-5, atol=1e-7)


def test_chosen_loadings_are_recovered_and_the_errors_are_the_spread() -> None:
    loadings, errors = [], []
    for seed in range(150):
        data = sem.simulate("f =~ .8*a + .7*b + .6*c + .5*d", n=300, seed=seed)
        rows = sem.fit("f =~ a + b + c + d", data, estimator="GLS", std_lv=True).parameters.iloc[:4]
        loadings.append(rows["est"].to_numpy())
        errors.append(rows["se"].to_numpy())
    assert np.abs(np.mean(loadings, axis=0) - [0.8, 0.7, 0.6, 0.5]).max() < 0.02
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(loadings, axis=0), rtol=0.2)


def test_printed_covariances_give_what_the_answers_give(children) -> None:
    items = [f"x{at}" for at in range(1, 10)]
    printed = sem.Moments(cov=children[items].cov().to_numpy(), n=len(children), names=items)
    one, two = (sem.fit(FACTORS, estimator="GLS", **given) for given in ({"data": children}, {"moments": printed}))
    assert one.measures["chisq"] == pytest.approx(two.measures["chisq"], rel=1e-9)
    np.testing.assert_allclose(sem.sample_moments(one)[items], children[items].cov(), rtol=1e-9)


@pytest.mark.parametrize(("options", "id"), [
    ({"estimator": "GLS", "missing": "fiml"}, "sem.fiml_estimator"),
    ({"estimator": "ULS", "weights": "x9"}, "sem.estimator_design"),
])
def test_refused(children, options, id) -> None:
    with pytest.raises(ModelError) as caught:
        sem.fit(FACTORS, children, **options)
    assert caught.value.problems[0].id == id


def test_squares_of_correlations_without_scales_are_refused() -> None:
    printed = sem.Moments(cor=[[1, .5, .4, .4], [.5, 1, .3, .4], [.4, .3, 1, .4], [.4, .4, .4, 1]], n=200,
                          names=["a", "b", "c", "d"])
    with pytest.raises(ModelError) as caught:
        sem.fit("f =~ a + b + c + d", moments=printed, estimator="ULS")
    assert caught.value.problems[0].id == "sem.uls_correlations" and caught.value.sentence("zh")
