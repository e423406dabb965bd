"""Full information on random models with holes: does `sem.fit` say what R says? (tests/oracle/random_holes.*)

lavaan stops where it stops by default; its saturated moments come from EM with a tolerance of 1e-12.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
KEY = ["lhs", "op", "rhs", "group"]
# The contract: estimates to 1e-3 of a standard error, errors to 1e-4 and chi-squares to 1e-5 of their size.
ESTIMATE, ERROR, CHISQ, INDEX = 1e-3, 1e-4, 1e-5, 1e-5


@functools.cache
def table(what: str) -> pd.DataFrame:
    name = "random_holes.csv" if what == "models" else f"random_holes_{what}.csv"
    options = {"dtype": str, "keep_default_na": False} if what == "models" else {}
    return pd.read_csv(ORACLE / name, encoding="utf-8", **options)


STATUS = table("status").set_index("model")
# R stops above the minimum of h07, whose solution has a negative variance: chi-square 18.82594. Started from our
# estimates it ends at 18.22310, which is what we find from our own start.
ABOVE = {"h07": 18.22310}
SOLVED = [model for model in STATUS.index[STATUS["standard.errors"] & STATUS["converged"]] if model not in ABOVE]


@functools.cache
def fitted(model: str) -> sem.SemFit:
    row = table("models").set_index("model").loc[model]
    data = pd.read_csv(ORACLE / "random_holes_data" / f"{model}.csv", encoding="utf-8")
    several = data["group"].nunique() > 1
    return sem.fit(row["text"], data, missing="fiml", group="group" if several else None,
                   group_equal=row["group_equal"].split(), std_lv=row["std_lv"] == "TRUE",
                   fixed_x=row["fixed_x"] == "TRUE")


def both(model: str) -> pd.DataFrame:
    theirs = table("parameters")
    theirs = theirs[theirs["model"] == model].fillna({"rhs": ""}).set_index(KEY)
    ours = fitted(model).parameters.set_index(KEY)
    ours, theirs = (each[each.index.get_level_values("op") != ":="] for each in (ours, theirs))
    assert set(ours.index) == set(theirs.index)
    return ours.join(theirs.add_suffix(".r"))


@pytest.mark.parametrize("model", SOLVED)
def test_estimates_and_errors(model: str) -> None:
    rows = both(model)
    free = rows["se.r"] > 0
    away = ((rows["est"] - rows["est.r"]).abs() / rows["se.r"])[free]
    assert away.max() < ESTIMATE, away.nlargest(5).to_string()
    np.testing.assert_allclose(rows.loc[free, "se"], rows.loc[free, "se.r"], rtol=ERROR)
    np.testing.assert_allclose(rows["std.all"], rows["std.all.r"], atol=ESTIMATE * rows["std.all.se.r"].max() + 1e-6)


@pytest.mark.parametrize("model", SOLVED)
def test_measures(model: str) -> None:
    theirs = table("measures")
    theirs = theirs[theirs["model"] == model].set_index("measure")["value"]
    ours = fitted(model).measures
    for name, value in theirs.items():
        if name in ("npar", "df", "baseline.df", "ntotal"):
            assert ours[name] == value, name
        elif name in ("chisq", "baseline.chisq", "logl", "unrestricted.logl", "aic", "bic"):
            assert ours[name] == pytest.approx(value, rel=CHISQ, abs=1e-6), name
        elif name.startswith("rmsea.ci"):
            assert ours[name] == pytest.approx(value, abs=1e-3), name
        else:
            assert ours[name] == pytest.approx(value, abs=INDEX), name
    assert ours["logl"] >= theirs["logl"] - 1e-7 * abs(theirs["logl"])
    assert fitted(model).gradient < 1e-9


@pytest.mark.parametrize("model", ABOVE)
def test_a_minimum_below_the_stop_of_r(model: str) -> None:
    theirs = table("measures")
    theirs = theirs[theirs["model"] == model].set_index("measure")["value"]
    assert fitted(model).measures["chisq"] == pytest.approx(ABOVE[model], abs=1e-5)
    assert fitted(model).measures["chisq"] < theirs["chisq"]
    assert fitted(model).gradient < 1e-9
    assert not fitted(model).gates.set_index("gate").loc["negative_variance", "passed"]


def test_enough_models_of_every_kind_are_solved() -> None:
    models = table("models").set_index("model").loc[SOLVED]
    assert len(models) >= 12
    seen = {kind for listed in models["types"] for kind in listed.split("; ")}
    assert {"completely at random", "at random", "planned", "one group", "two groups", "three groups", "observed x",
            "structural paths", "wide items"} <= seen
