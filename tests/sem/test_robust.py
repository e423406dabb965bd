"""Robust errors and tests: lavaan's numbers, known truth, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import DataError, HelpersError, ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
MEDIATED = f"{CFA}\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b"
BY_SCHOOL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {
    "mlm": (CFA, {"estimator": "MLM"}), "mlm_x": (PATHS, {"estimator": "MLM"}),
    "mlm_random_x": (PATHS, {"estimator": "MLM", "fixed_x": False}),
    "mlm_groups": (CFA, {"estimator": "MLM", **BY_SCHOOL}),
    "mlm_groups_x": (PATHS, {"estimator": "MLM", "group": "school", "group_equal": ["loadings"]}),
    "mlr": (CFA, {"estimator": "MLR"}), "mlr_x": (PATHS, {"estimator": "MLR"}),
    "mlr_random_x": (PATHS, {"estimator": "MLR", "fixed_x": False}), "mlr_defined": (MEDIATED, {"estimator": "MLR"}),
    "mlr_means": (CFA, {"estimator": "MLR", "meanstructure": True}),
    "mlr_groups": (CFA, {"estimator": "MLR", **BY_SCHOOL}),
    "mlr_groups_x": (PATHS, {"estimator": "MLR", "group": "school", "group_equal": ["loadings"]}),
    "cluster": (CFA, {"cluster": "branch", "meanstructure": True}),
    "cluster_x": (PATHS, {"cluster": "branch", "meanstructure": True}),
    "cluster_groups": (CFA, {"cluster": "branch", **BY_SCHOOL}),
    "weights": (CFA, {"weights": "weight"}), "weights_x": (PATHS, {"weights": "weight"}),
    "weights_groups": (CFA, {"weights": "weight", **BY_SCHOOL}),
    "cluster_weights": (CFA, {"cluster": "branch", "weights": "weight", "meanstructure": True}),
}
KEY = ["lhs", "op", "rhs", "group"]
SKEWED = ".8*a + .7*b + .6*c"


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    drawn = pd.read_csv(ORACLE / "robust_drawn.csv", encoding="utf-8")
    return holzinger39.get_data().reset_index(drop=True).assign(branch=drawn["branch"], weight=drawn["weight"])


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"robust_{name}.csv", encoding="utf-8", keep_default_na=False,
                              na_values=[""]).fillna({"rhs": ""}) for name in ("parameters", "measures")}


@pytest.fixture(scope="module", params=CASES)
def both(request: pytest.FixtureRequest, children: pd.DataFrame, lavaan: dict) -> tuple:
    model, options = CASES[request.param]
    theirs = {name: table[table["model"] == request.param] for name, table in lavaan.items()}
    return sem.fit(model, children, **options), theirs["parameters"], theirs["measures"].set_index("measure")["value"]


def test_estimates_and_errors_are_those_of_lavaan(both: tuple) -> None:
    fit, parameters, _ = both
    ours = fit.parameters.assign(rhs=fit.parameters["rhs"].str.replace(" ", "")).set_index(KEY)
    turned = {(rhs, op, lhs, group): (lhs, op, rhs, group) for lhs, op, rhs, group in ours.index}
    at = [key if key in ours.index else turned[key] for key in parameters[KEY].itertuples(index=False, name=None)]
    ours = ours.loc[at]
    se = parameters["se"].to_numpy()
    free = se > 0
    assert free.sum() >= fit.measures["npar"]
    apart = np.abs(ours["est"].to_numpy() - parameters["est"].to_numpy())[free] / se[free]
    assert apart.max() < 1e-6
    np.testing.assert_allclose(ours["se"].to_numpy()[free], se[free], rtol=1e-6)
    np.testing.assert_allclose(ours["pvalue"].to_numpy()[free], parameters["pvalue"].to_numpy()[free], atol=1e-7)
    std = parameters["std.all.se"].to_numpy()
    np.testing.assert_allclose(ours["std.all.se"].to_numpy()[free], std[free], rtol=1e-5, atol=1e-9)


def test_measures_are_those_of_lavaan(both: tuple) -> None:
    fit, _, measures = both
    common = fit.measures.index.intersection(measures.index)
    robust = [name for name in common if name.endswith((".scaled", ".robust", ".factor"))]
    assert len(robust) >= 18
    np.testing.assert_allclose(fit.measures[common], measures[common], rtol=1e-5, atol=1e-7, err_msg=str(list(common)))


def test_weights_of_one_change_nothing_and_doubling_them_neither(children: pd.DataFrame) -> None:
    plain = sem.fit(CFA, children, estimator="MLR")
    one = sem.fit(CFA, children.assign(one=1.0), weights="one")
    np.testing.assert_allclose(one.parameters["se"], plain.parameters["se"], rtol=1e-9)
    drawn = [sem.fit(CFA, children.assign(w=times * children["weight"]), weights="w") for times in (1, 7)]
    np.testing.assert_allclose(drawn[0].parameters["se"], drawn[1].parameters["se"], rtol=1e-9)


def test_every_respondent_a_cluster_is_no_cluster(children: pd.DataFrame) -> None:
    plain = sem.fit(CFA, children, estimator="MLR")
    alone = sem.fit(CFA, children.assign(own=range(len(children))), cluster="own")
    n = len(children)
    np.testing.assert_allclose(alone.parameters["se"], plain.parameters["se"] * np.sqrt(n / (n - 1)), rtol=1e-8)
    assert alone.measures["chisq.scaling.factor"] == pytest.approx(
        plain.measures["chisq.scaling.factor"] * n / (n - 1), rel=1e-8)


def test_answers_of_twins_count_once() -> None:
    """Everybody twice, as clusters of two: estimates stay, and so do the errors of half the rows."""
    answers = sem.simulate(f"f =~ {SKEWED} + .5*d", n=300, seed=4)
    twice = pd.concat([answers.assign(pair=range(300))] * 2, ignore_index=True)
    model = "f =~ a + b + c + d"
    one, two = sem.fit(model, answers, estimator="MLR"), sem.fit(model, twice, cluster="pair")
    np.testing.assert_allclose(two.parameters["se"], one.parameters["se"] * np.sqrt(300 / 299), rtol=1e-7)


def test_robust_tests_keep_their_level_where_ml_does_not() -> None:
    """Factors with heavy tails that multiply everything (elliptical): ML rejects a true model far too often."""
    generator, model = np.random.default_rng(11), "f =~ a + b + c + d + e + g"
    rejected = {"ML": 0, "MLM": 0, "MLR": 0}
    for seed in range(200):
        answers = sem.simulate("f =~ .8*a + .7*b + .6*c + .7*d + .8*e + .6*g", n=400, seed=seed)
        answers = answers.mul(np.sqrt(8 / generator.chisquare(10, 400)), axis=0)
        fits = {name: sem.fit(model, answers, estimator=name) for name in ("MLM", "MLR")}
        rejected["ML"] += fits["MLM"].measures["pvalue"] < 0.05
        for name, fit in fits.items():
            rejected[name] += fit.measures["pvalue.scaled"] < 0.05
    assert rejected["ML"] > 24  # 12 %
    assert 2 <= rejected["MLM"] <= 22  # binomial(200, .05): 99.9 % within 2..22
    assert 2 <= rejected["MLR"] <= 22


@pytest.mark.parametrize(("options", "change", "id"), [
    ({"cluster": "branch", "estimator": "MLM"}, {}, "sem.estimator_design"),
    ({"weights": "weight", "estimator": "MLM"}, {}, "sem.estimator_design"),
    ({"cluster": "nobody"}, {}, "moments.absent"),
    ({"cluster": "one"}, {"one": 1}, "moments.one_cluster"),
    ({"cluster": "gap"}, {"gap": [None, *[1, 2] * 150]}, "moments.cluster_missing"),
    ({"weights": "w"}, {"w": -1.0}, "moments.weights"),
    ({"weights": "w"}, {"w": 0.0}, "moments.weights"),
    ({"weights": "w"}, {"w": [None, *[1.0] * 300]}, "moments.weights"),
    ({"weights": "w"}, {"w": "much"}, "moments.text"),
])
def test_designs_that_cannot_be(children: pd.DataFrame, options: dict, change: dict, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.fit(CFA, children.assign(**change), **options)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_a_printed_matrix_has_no_robust_errors(children: pd.DataFrame) -> None:
    items = children[[f"x{i}" for i in range(1, 10)]]
    with pytest.raises(ModelError, match="MLR needs the answers"):
        sem.fit(CFA, moments=sem.Moments(cov=items.cov(), n=301), estimator="MLR")


def test_rows_without_an_answer_need_no_cluster(children: pd.DataFrame) -> None:
    holed = children.copy()
    holed.loc[0, ["x1", "branch"]] = np.nan
    assert sem.fit(CFA, holed, cluster="branch").n == 300
    with pytest.raises(DataError, match="branch"):
        sem.fit(CFA, holed.fillna({"x1": 3.0}), cluster="branch")
