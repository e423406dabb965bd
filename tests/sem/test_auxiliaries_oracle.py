"""Auxiliary variables held against semTools on 21 models: named ones, and random ones with holes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem

ORACLE = Path(__file__).parents[1] / "oracle"
TWO = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
CFA = f"{TWO}\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + sex\ntextual ~ sex"
MEDIATED = f"{CFA}\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b"
MLR, AGE, SPEED = {"estimator": "MLR"}, ["age"], ["age", "x7", "x8", "x9"]
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {
    "ml": (CFA, AGE, {}), "mlr": (CFA, AGE, MLR), "ml_holes": (TWO, SPEED, {}), "mlr_holes": (TWO, SPEED, MLR),
    "mlr_x": (PATHS, AGE, MLR), "ml_defined": (MEDIATED, AGE, {}),
    "mlr_observed": ("x9 ~ x4 + x1 + sex\nx4 ~ x1", ["age", "x5"], MLR),
    "ml_std": (TWO, ["x8", "age"], {"std_lv": True}), "ml_groups": (CFA, AGE, EQUAL),
    "mlr_groups": (CFA, AGE, MLR | {"group": "school", "group_equal": ["loadings"]}),
    "cluster": (CFA, AGE, {"cluster": "branch"}), "weights": (CFA, AGE, {"weights": "weight"}),
}
EARLY = ("m12", "m13")  # wide items, in which lavaan stops .005 and .02 standard errors short of its optimum
RANDOM = ("m04", "m07", "m11", "m14", "m15", "m16", "m17")
KEY = ["lhs", "op", "rhs", "group"]


def punch(data: pd.DataFrame, columns: list[str], driver: str) -> pd.DataFrame:
    """Make the holes of auxiliary.R: more of them where the driver is high."""
    high, row = (data[driver] > data[driver].mean()).to_numpy(), np.arange(1, len(data) + 1)
    holed = data.copy()
    for place, column in enumerate(columns, start=1):
        chance = (row * 7919 + place * 104729 + row * place * 31) % 997
        holed[column] = data[column].where(chance >= np.where(high, 260, 50))
    return holed


def noisy(x: pd.Series, by: int) -> pd.Series:
    return x + x.std() * (np.arange(1, len(x) + 1) * by % 97) / 40


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    drawn = pd.read_csv(ORACLE / "robust_drawn.csv", encoding="utf-8")
    found = holzinger39.get_data().reset_index(drop=True)
    found = found.assign(branch=drawn["branch"], weight=drawn["weight"], age=found["ageyr"] + found["agemo"] / 12)
    return punch(found, [f"x{number}" for number in range(1, 10)], "age")


def random_fit(model: str) -> sem.SemFit:
    models = pd.read_csv(ORACLE / "random_models.csv", encoding="utf-8", dtype=str, keep_default_na=False)
    at = int(models.index[models["model"] == model][0])
    row, data = models.loc[at], pd.read_csv(ORACLE / "random_data" / f"{model}.csv", encoding="utf-8")
    holes = [name for name in data.columns if name != "group" and not name.startswith("z")]
    punched = punch(data, holes[1:], holes[0])
    punched = punched.assign(beside1=noisy(data[holes[1]], 31), beside2=noisy(-data[holes[2]], 57))
    return sem.fit(row["text"], punched, missing="fiml", estimator="MLR" if at % 2 else "ML", fixed_x=False,
                   group="group" if "group" in data else None, group_equal=row["group_equal"].split(),
                   std_lv=row["std_lv"] == "TRUE", auxiliaries=["beside1", "beside2"])


@pytest.fixture(scope="module", params=[*CASES, *RANDOM])
def both(request: pytest.FixtureRequest, children: pd.DataFrame) -> tuple:
    name = request.param
    if name in CASES:
        model, auxiliaries, options = CASES[name]
        fit = sem.fit(model, children, missing="fiml", auxiliaries=auxiliaries, fixed_x=False, **options)
    else:
        fit = random_fit(name)
    tables = [pd.read_csv(ORACLE / f"auxiliary_{kind}.csv", encoding="utf-8", keep_default_na=False, na_values=[""])
              for kind in ("parameters", "measures")]
    parameters, measures = (table[table["model"] == name].fillna({"rhs": ""}) if "rhs" in table else
                            table[table["model"] == name] for table in tables)
    return fit, parameters, measures.set_index("measure")["value"]


def test_estimates_and_errors_are_those_of_semtools(both: tuple) -> None:
    fit, parameters, _ = both
    ours = fit.parameters.assign(rhs=fit.parameters["rhs"].str.replace(" ", "")).set_index(KEY)
    turned = {(rhs, op, lhs, group): (lhs, op, rhs, group) for lhs, op, rhs, group in ours.index}
    at = [key if key in ours.index else turned[key] for key in parameters[KEY].itertuples(index=False, name=None)]
    ours, se = ours.loc[at], parameters["se"].to_numpy()
    free = se > 0
    assert len(at) == len(fit.parameters)
    assert fit.gradient < 1e-9
    assert (np.abs(ours["est"].to_numpy() - parameters["est"].to_numpy())[free] / se[free]).max() < 1e-3
    np.testing.assert_allclose(ours["se"].to_numpy()[free], se[free], rtol=1e-4)
    np.testing.assert_allclose(ours["std.all"], parameters["std.all"], atol=1e-4)
    std = parameters["std.all.se"].to_numpy()
    np.testing.assert_allclose(ours["std.all.se"].to_numpy()[free], std[free], rtol=1e-3, atol=1e-6)


def test_measures_are_those_of_semtools(both: tuple) -> None:
    """Parameters of the auxiliaries are not counted in npar, and their residuals not in srmr.

    The baseline model of semTools forgets weights, and leaves several exogenous x uncorrelated; it is searched with
    less care than the model, which the divisor of its chi-square shows.
    """
    fit, _, measures = both
    assert fit.measures["npar"] == measures["npar"] - measures["npar.beside"]
    common = fit.measures.index.intersection(measures.index).drop("npar")
    assert {"chisq", "df", "baseline.chisq", "cfi", "tli", "rmsea", "logl"} <= set(common)
    other_baseline = fit.engine.cases.weights is not None or len(fit.structure.table.exogenous) > 1
    against = [name for name in common if name.startswith(("baseline", "cfi", "tli"))]
    robust = [name for name in common if "scal" in name and name not in against]
    plain = common.difference([*against, *robust])
    np.testing.assert_allclose(fit.measures[plain], measures[plain], rtol=2e-5, atol=2e-5, err_msg=str(list(plain)))
    np.testing.assert_allclose(fit.measures[robust], measures[robust], rtol=1e-4, err_msg=str(robust))
    if not other_baseline:
        np.testing.assert_allclose(fit.measures[against], measures[against], rtol=3e-4, err_msg=str(against))
    np.testing.assert_allclose(fit.measures["srmr"], measures["srmr.own"], atol=2e-5)


@pytest.mark.parametrize("name", EARLY)
def test_where_the_oracle_stops_early_the_likelihood_is_higher_here(name: str) -> None:
    table = pd.read_csv(ORACLE / "auxiliary_measures.csv", encoding="utf-8")
    theirs, ours = table[table["model"] == name].set_index("measure")["value"], random_fit(name).measures
    assert 0 <= ours["logl"] - theirs["logl"] < 1e-2
    assert ours["unrestricted.logl"] == pytest.approx(theirs["unrestricted.logl"], abs=1e-5)
    assert (ours["df"], ours["baseline.df"]) == (theirs["df"], theirs["baseline.df"])
