"""Models of ordinal items of many shapes through the public way in, held against lavaan; known truth; refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem, syntax
from helpers.errors import HelpersError

FOLDER = Path(__file__).resolve().parents[1] / "oracle"
MODELS = pd.read_csv(FOLDER / "ordinal_fit_models.csv", keep_default_na=False, encoding="utf-8").set_index("id")
KEY = ["lhs", "op", "rhs", "group"]


@pytest.fixture(scope="module")
def data():
    table = pd.read_csv(FOLDER / "ordinal_fit_data.csv", encoding="utf-8")
    return {name: rows.drop(columns="set").reset_index(drop=True) for name, rows in table.groupby("set", sort=False)}


def fit_of(row, data):
    ordered = [item for item in syntax.parse(row.text).observed if not item.startswith("x")]
    return sem.fit(row.text, data[row.set], ordered=ordered, estimator=row.estimator, missing=row.missing,
                   group=row.group or None, group_equal=row.equal.split(), std_lv=bool(row.std_lv),
                   fixed_x=bool(row.fixed_x))


@pytest.fixture(scope="module")
def fitted(data):
    found = {}

    def fit(name):
        if name not in found:
            found[name] = fit_of(MODELS.loc[name], data)
        return found[name]

    return fit


@pytest.fixture(scope="module")
def oracle():
    return {name: pd.read_csv(FOLDER / f"ordinal_fit_{name}.csv", encoding="utf-8")
            for name in ("measures", "parameters")}


@pytest.mark.parametrize("name", MODELS.index)
def test_measures_are_those_of_lavaan(fitted, oracle, name) -> None:
    expected = oracle["measures"].query("model == @name").set_index("measure")["value"].dropna()
    ours = fitted(name).measures[expected.index]
    whole = expected.index[expected.index.str.contains("df") | expected.index.isin(["npar", "ntotal"])]
    assert ours[whole].tolist() == expected[whole].tolist()
    relative = expected.index[expected.index.str.contains("chisq") | (expected.index == "fmin")]
    np.testing.assert_allclose(ours[relative], expected[relative], rtol=2e-5)
    rest = expected.index.difference([*whole, *relative])
    np.testing.assert_allclose(ours[rest], expected[rest], atol=1e-4)


@pytest.mark.parametrize("name", MODELS.index)
def test_estimates_and_errors_are_those_of_lavaan(fitted, oracle, name) -> None:
    expected = oracle["parameters"].query("model == @name").fillna({"rhs": ""}).set_index(KEY)
    ours = fitted(name).parameters.set_index(KEY).loc[expected.index]
    unit = np.where(expected["se"] > 0, expected["se"], expected["std.all.se"])
    assert np.nanmax(np.abs((ours["est"] - expected["est"]) / np.where(unit > 0, unit, 1))) < 1e-3
    np.testing.assert_allclose(ours["se"], expected["se"], rtol=1e-4)
    np.testing.assert_allclose(ours[["std.lv", "std.all"]], expected[["std.lv", "std.all"]], atol=1e-4)
    np.testing.assert_allclose(ours["std.all.se"], expected["std.all.se"], rtol=2e-4, atol=1e-9)


@pytest.mark.parametrize("name", MODELS.index)
def test_the_optimum_is_one(fitted, name) -> None:
    fit = fitted(name)
    assert fit.converged and fit.gradient < 1e-9


NESTED = pd.read_csv(FOLDER / "ordinal_fit_nested.csv", keep_default_na=False, encoding="utf-8")


@pytest.mark.parametrize("name", NESTED["test"].unique())
def test_nested_models_differ_as_in_lavaan(data, name) -> None:
    expected = pd.read_csv(FOLDER / "ordinal_fit_differences.csv", encoding="utf-8").set_index("test").loc[name]
    larger, smaller = (fit_of(row, data) for _, row in NESTED.query("test == @name").iterrows())
    found = sem.compare(larger, smaller).iloc[0]
    assert (found["method"], found["df.diff"]) == ("satorra.2000", expected["df.diff"])
    assert found["chisq.diff"] == pytest.approx(expected["chisq.diff"], rel=1e-4)
    assert found["pvalue"] == pytest.approx(expected["pvalue"], abs=1e-4)
    assert found["delta.cfi"] == pytest.approx(smaller.measures["cfi.scaled"] - larger.measures["cfi.scaled"])


def test_residual_variances_leave_responses_a_variance_of_one(fitted) -> None:
    for name in ("outcome", "few", "second_order"):
        implied = fitted(name).implied.set_index("group", append=True)
        assert np.allclose(np.diag(implied[list(fitted(name).observed)]), 1)


def test_an_ordinal_item_between_two_others_has_variance_one_too() -> None:
    """In lavaan 0.6-14 the response of the last outcome of such a chain has a variance of 1.13."""
    random = np.random.default_rng(4)
    x = random.standard_normal(20_000)
    m = 0.6 * x + 0.8 * random.standard_normal(20_000)
    y = 0.5 * m + 0.3 * x + np.sqrt(1 - 0.25 - 0.09 - 2 * 0.5 * 0.3 * 0.6) * random.standard_normal(20_000)
    answers = pd.DataFrame(np.digitize(np.column_stack([x, m, y]), [-0.8, 0.1, 0.9]), columns=list("xmy"))
    fit = sem.fit("m ~ x\ny ~ m + x", answers, estimator="WLSMV", ordered=True, fixed_x=False)
    paths = fit.parameters.query("op == '~'").set_index(["lhs", "rhs"])
    np.testing.assert_allclose(paths.loc[[("m", "x"), ("y", "m"), ("y", "x")], "std.all"], [0.6, 0.5, 0.3], atol=0.025)
    np.testing.assert_allclose(paths["std.all"], paths["est"], atol=1e-9)
    assert np.allclose(np.diag(fit.implied[list("xmy")].loc[list("xmy")]), 1)


def test_effects_have_monte_carlo_intervals_and_no_bootstrap(fitted) -> None:
    fit = fitted("defined")
    drawn = sem.effects(fit, ci="monte-carlo", draws=2000, seed=3).set_index("effect")
    exact = sem.effects(fit).set_index("effect")
    assert abs(drawn.loc["ab", "se"] / exact.loc["ab", "se"] - 1) < 0.1
    with pytest.raises(HelpersError) as caught:
        sem.bootstrap(fit, draws=10, seed=1)
    assert caught.value.problems[0].id == "sem.bootstrap_ordinal"


def test_moments_and_residuals_are_correlations(fitted) -> None:
    fit = fitted("five")
    sheet = sem.sample_moments(fit).set_index("item")
    assert (sheet["sd"] == 1).all() and np.allclose(np.diag(sheet[list(fit.observed)]), 1)
    assert np.allclose(fit.residuals["raw"], fit.residuals["cor"])
    assert not [row for row in sem.largest_residuals(fit).itertuples() if abs(row.residual) > 1]


FACTOR = "F1 =~ y1 + y2 + y3"


@pytest.mark.parametrize(("model", "options", "id"), [
    (FACTOR, {"estimator": "ML", "ordered": True}, "sem.ordered_estimator"),
    (FACTOR, {"estimator": "WLSMV"}, "sem.ordered_needed"),
    (FACTOR, {"missing": "fiml"}, "sem.ordered_missing"),
    (FACTOR, {"weights": "x1"}, "sem.ordered_with"),
    (FACTOR, {"ordered": ["y1", "y7"]}, "sem.ordered_unknown"),
    (FACTOR + "\nF1 ~ x2", {"ordered": ["y1", "y2", "y3"]}, "sem.ordinal_exogenous"),
    (FACTOR + "\ny1 ~~ y1", {}, "syntax.ordinal_variance"),
    (FACTOR + "\ny1 | t7", {}, "syntax.threshold_beyond"),
    (FACTOR + "\ny1 | u1", {}, "syntax.threshold_name"),
    (FACTOR + "\ny2 | t1", {"ordered": ["y1", "y3"]}, "syntax.thresholds"),
    (FACTOR + "\ny2 ~*~ y2", {"ordered": ["y1", "y3"]}, "syntax.scale_of_continuous"),
    (FACTOR, {"meanstructure": False}, "syntax.ordinal_means"),
    (FACTOR, {"group": "nobody"}, "moments.absent"),
    (FACTOR, {"missing": "mean"}, "sem.ordered_missing"),
])
def test_refused(data, model, options, id) -> None:
    options = {"ordered": True, "estimator": "WLSMV"} | options
    if id == "sem.ordered_needed":
        del options["ordered"]
    with pytest.raises(HelpersError) as caught:
        sem.fit(model, data["five"], **options)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_items_with_other_categories_in_another_group_are_named(data) -> None:
    unlike = data["five"].copy()
    unlike.loc[(unlike["g"] == "a") & (unlike["y2"] == 5), "y2"] = 4
    with pytest.raises(HelpersError) as caught:
        sem.fit(FACTOR, unlike, estimator="WLSMV", ordered=True, group="g")
    assert caught.value.problems[0].id == "moments.categories_differ"
    assert "y2" in str(caught.value) and "y1" not in str(caught.value)


def test_thresholds_of_the_author_are_kept(data) -> None:
    fit = sem.fit(FACTOR + "\ny1 | -1*t1 + k*t2\ny2 | k*t2", data["five"], estimator="WLSMV", ordered=True)
    rows = fit.parameters.query("op == '|'").set_index(["lhs", "rhs"])["est"]
    assert rows["y1", "t1"] == -1 and rows["y1", "t2"] == rows["y2", "t2"]
    assert fit.measures["df"] == 2


GATES = ["empty_cells", "polychoric_matrix", "rare_categories", "pairwise_missing", "category_gaps"]


def test_gates_of_answers_pass_where_nothing_is_wrong(data) -> None:
    checks = {check.gate: check for check in sem.fit(FACTOR, data["three"], estimator="WLSMV", ordered=True).checks}
    assert all(checks[gate].passed for gate in GATES)


def test_gates_of_answers_name_what_is_wrong(data) -> None:
    odd = data["five"].assign(y3=data["five"]["y3"].replace({5: 9}))
    few = odd.index[odd["y1"] == 1][3:]
    odd.loc[few, "y1"] = 2
    odd.loc[odd.index[:20], "y2"] = np.nan
    fit = sem.fit(FACTOR, odd, estimator="WLSMV", ordered=True, missing="pairwise")
    checks = {check.gate: check for check in fit.checks}
    assert [checks[gate].passed for gate in GATES] == [False, True, False, False, False]
    assert "y1-y" in " ".join(checks["empty_cells"].values["pairs"])
    assert checks["rare_categories"].values["items"] == ["y1: 3"]
    assert checks["pairwise_missing"].values["incomplete"] == 20
    assert checks["category_gaps"].values["items"] == ["y3: 1 2 3 4 9"]
    assert fit.gates["found"].str.len().min() > 0


def test_a_matrix_that_is_no_matrix_of_correlations_is_told() -> None:
    random = np.random.default_rng(6)
    x = random.standard_normal((60, 1)) + 0.25 * random.standard_normal((60, 9))
    answers = pd.DataFrame(np.digitize(x, [-1, 0, 1]), columns=[f"y{i}" for i in range(9)])
    fit = sem.fit("f =~ " + " + ".join(answers), answers, estimator="WLSMV", ordered=True)
    check = next(check for check in fit.checks if check.gate == "polychoric_matrix")
    assert check.passed is (check.values["eigenvalue"] > -1e-10) and not check.passed


def test_items_that_tell_nothing_of_their_correlation_are_named() -> None:
    random = np.random.default_rng(3)
    x = random.standard_normal(300)  # far thresholds of one response: each answer to y2 follows from the order alone
    answers = pd.DataFrame({"y1": np.digitize(x, [-1.0]), "y2": np.digitize(x, [1.0, 1.6]),
                            "y3": np.digitize(x + random.standard_normal(300), [-0.5, 0.5])})
    with pytest.raises(HelpersError) as caught:
        sem.fit(FACTOR, answers, estimator="WLSMV", ordered=True)
    assert caught.value.problems[0].id == "moments.pair_limit"
    assert "y1-y2" in str(caught.value) and caught.value.sentence("zh")


def test_paths_behind_three_categories_are_recovered() -> None:
    random = np.random.default_rng(9)
    n, loads = 20_000, np.array([0.8, 0.7, 0.6])
    one = random.standard_normal(n)
    two = 0.5 * one + np.sqrt(0.75) * random.standard_normal(n)
    noise = np.sqrt(1 - loads**2)
    y = np.hstack([each[:, None] * loads + noise * random.standard_normal((n, 3)) for each in (one, two)])
    answers = pd.DataFrame(np.digitize(y, [-0.4, 1.1]), columns=[f"y{at}" for at in range(1, 7)])
    fit = sem.fit("F =~ y1 + y2 + y3\nG =~ y4 + y5 + y6\nG ~ F", answers, estimator="WLSMV", ordered=True)
    rows = fit.parameters.set_index(["op", "rhs"])
    assert rows.loc[("~", "F"), "std.all"].item() == pytest.approx(0.5, abs=0.02)
    assert np.abs(rows.loc["|", "est"].to_numpy().reshape(6, 2) - [-0.4, 1.1]).max() < 0.03
    assert fit.measures["pvalue.scaled"] > 0.01


def test_expected_changes_are_those_of_lavaan(fitted) -> None:
    """Of lavaan 0.6-14: modindices(fit, sort. = TRUE) of the model "paths" without std.lv."""
    indices = sem.modification_indices(fitted("paths")).set_index(["lhs", "op", "rhs"])
    assert indices.loc[("y4", "~~", "y6"), ["mi", "epc", "sepc.all"]].tolist() == pytest.approx(
        [8.130, 0.221, 0.552], abs=1e-3)
