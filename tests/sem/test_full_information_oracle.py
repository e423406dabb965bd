"""Full information held against lavaan on 26 models: named ones, and random ones with holes that depend on answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem

ORACLE = Path(__file__).parents[1] / "oracle"
ITEMS = [f"x{number}" for number in range(1, 10)]
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
MEDIATED = f"{CFA}\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b"
CONSTRAINED = f"{CFA}\nx2 ~~ r*x2\nx3 ~~ s*x3\nr == 2*s\nvisual ~ 0*1"
WRITTEN = f"{PATHS}\nageyr ~~ ageyr + sex\nsex ~~ sex\nageyr ~ 1\nsex ~ 1"
EQUAL = {"group": "school", "group_equal": ["loadings", "intercepts"]}
BY_SCHOOL = {"group": "school", "group_equal": ["loadings"]}
MLR = {"estimator": "MLR"}
CASES = {
    "ml": (CFA, {}), "mlr": (CFA, MLR), "ml_x": (PATHS, {}), "mlr_x": (PATHS, MLR), "ml_defined": (MEDIATED, {}),
    "ml_constrained": (CONSTRAINED, {}), "mlr_constrained": (CONSTRAINED, MLR), "ml_random_x": (PATHS, {}),
    "mlr_random_x": (PATHS, MLR), "random_x_written": (WRITTEN, {**MLR, "fixed_x": False}), "ml_groups": (CFA, EQUAL),
    "mlr_groups": (CFA, MLR | EQUAL), "ml_groups_x": (PATHS, BY_SCHOOL), "mlr_groups_x": (PATHS, MLR | BY_SCHOOL),
    "cluster": (CFA, {"cluster": "branch"}), "weights": (CFA, {"weights": "weight"}),
    "weights_groups": (CFA, {"weights": "weight", "group": "school"}),
}
RANDOM = ("m04", "m07", "m11", "m12", "m13", "m14", "m15", "m16", "m17")
KEY = ["lhs", "op", "rhs", "group"]


def punch(data: pd.DataFrame, columns: list[str], driver: str) -> pd.DataFrame:
    """Make the holes of fiml.R: more of them where the driver is high."""
    high, row = (data[driver] > data[driver].mean()).to_numpy(), np.arange(1, len(data) + 1)
    holed = data.copy()
    for place, column in enumerate(columns, start=1):
        chance = (row * 7919 + place * 104729 + row * place * 31) % 997
        holed[column] = data[column].where(chance >= np.where(high, 160, 50))
    return holed


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    drawn = pd.read_csv(ORACLE / "robust_drawn.csv", encoding="utf-8")
    found = holzinger39.get_data().reset_index(drop=True)
    return punch(found.assign(branch=drawn["branch"], weight=drawn["weight"]), ITEMS, "ageyr")


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"fiml_{name}.csv", encoding="utf-8", keep_default_na=False,
                              na_values=[""]).fillna({"rhs": ""}) for name in ("parameters", "measures")}


def random_fit(model: str) -> sem.SemFit:
    models = pd.read_csv(ORACLE / "random_models.csv", encoding="utf-8", dtype=str, keep_default_na=False)
    at = int(models.index[models["model"] == model][0])
    row, data = models.loc[at], pd.read_csv(ORACLE / "random_data" / f"{model}.csv", encoding="utf-8")
    holes = [name for name in data.columns if name != "group" and not name.startswith("z")]
    return sem.fit(row["text"], punch(data, holes[1:], holes[0]), missing="fiml", estimator="MLR" if at % 2 else "ML",
                   group="group" if "group" in data else None, group_equal=row["group_equal"].split(),
                   std_lv=row["std_lv"] == "TRUE", fixed_x=row["fixed_x"] == "TRUE")


@pytest.fixture(scope="module", params=[*CASES, *RANDOM])
def both(request: pytest.FixtureRequest, children: pd.DataFrame, lavaan: dict) -> tuple:
    name = request.param
    if name in CASES:
        model, options = CASES[name]
        data = punch(children, ["ageyr"], "sex") if "random_x" in name else children
        fit = sem.fit(model, data, missing="fiml", **options)
    else:
        fit = random_fit(name)
    theirs = {kind: table[table["model"] == name] for kind, table in lavaan.items()}
    return name, fit, theirs["parameters"], theirs["measures"].set_index("measure")["value"]


def test_estimates_and_errors_are_those_of_lavaan(both: tuple) -> None:
    _, fit, parameters, _ = both
    ours = fit.parameters.assign(rhs=fit.parameters["rhs"].str.replace(" ", "")).set_index(KEY)
    turned = {(rhs, op, lhs, group): (lhs, op, rhs, group) for lhs, op, rhs, group in ours.index}
    at = [key if key in ours.index else turned[key] for key in parameters[KEY].itertuples(index=False, name=None)]
    ours, se = ours.loc[at], parameters["se"].to_numpy()
    free = se > 0
    assert free.sum() >= fit.measures["npar"]
    assert fit.gradient < 1e-9
    apart = np.abs(ours["est"].to_numpy() - parameters["est"].to_numpy())[free] / se[free]
    assert apart.max() < 1e-3
    np.testing.assert_allclose(ours["se"].to_numpy()[free], se[free], rtol=1e-4)
    std = parameters["std.all.se"].to_numpy()
    np.testing.assert_allclose(ours["std.all.se"].to_numpy()[free], std[free], rtol=1e-3, atol=1e-6)


def test_measures_are_those_of_lavaan(both: tuple) -> None:
    """Where x is random .robust forms are lavaan's for the same model with the moments of x written out.

    With weights and groups lavaan's differ by .4 %: it counts a group's rows where its chi-square counts their weights.
    """
    name, fit, _, measures = both
    assert fit.measures["fmin"] <= measures["fmin"] + 1e-9
    common = fit.measures.index.intersection(measures.index)
    if name in ("ml_random_x", "mlr_random_x", "weights_groups"):
        common = [each for each in common if not each.endswith(".robust")]
    assert {"chisq", "baseline.chisq", "cfi", "rmsea", "srmr", "logl"} <= set(common)
    plain = [each for each in common if "pvalue" not in each]
    np.testing.assert_allclose(fit.measures[plain], measures[plain], rtol=2e-5, atol=2e-5, err_msg=str(plain))
    tests = [each for each in common if "pvalue" in each]
    np.testing.assert_allclose(fit.measures[tests], measures[tests], atol=1e-4)
