"""WLSMV on random models of items in 2 to 7 categories: does `sem.fit` say what R says?

tests/oracle/random_categories.*; lavaan stops where it stops by default.
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
    name = "random_categories.csv" if what == "models" else f"random_categories_{what}.csv"
    options = {"dtype": str, "keep_default_na": False} if what == "models" else {}
    return pd.read_csv(ORACLE / name, encoding="utf-8", **options)


STATUS = table("status").set_index("model")
SOLVED = STATUS.index[STATUS["standard.errors"] & STATUS["converged"]].tolist()


@functools.cache
def fitted(model: str) -> sem.SemFit:
    row = table("models").set_index("model").loc[model]
    data = pd.read_csv(ORACLE / "random_categories_data" / f"{model}.csv", encoding="utf-8")
    several = data["group"].nunique() > 1
    return sem.fit(row["text"], data, estimator="WLSMV", ordered=row["ordered"].split(),
                   group="group" if several else None, group_equal=row["group_equal"].split(),
                   std_lv=row["std_lv"] == "TRUE")


def both(model: str) -> pd.DataFrame:
    """Our rows beside the free ones of R (suffix .r)."""
    theirs = table("parameters")
    theirs = theirs[(theirs["model"] == model) & (theirs["se"] > 0) & (theirs["op"] != ":=")]
    theirs = theirs.fillna({"rhs": ""}).set_index(KEY)
    ours = fitted(model).parameters.set_index(KEY)
    assert set(theirs.index) <= set(ours.index)
    return ours.loc[theirs.index].join(theirs.add_suffix(".r"))


@pytest.mark.parametrize("model", SOLVED)
def test_estimates_and_errors(model: str) -> None:
    rows = both(model)
    away = (rows["est"] - rows["est.r"]).abs() / rows["se.r"]
    assert away.max() < ESTIMATE, away.nlargest(5).to_string()
    np.testing.assert_allclose(rows["se"], rows["se.r"], rtol=ERROR)
    np.testing.assert_allclose(rows["std.all"], rows["std.all.r"], atol=ESTIMATE * rows["std.all.se.r"].max() + 1e-6)


@pytest.mark.parametrize("model", SOLVED)
def test_measures(model: str) -> None:
    theirs = table("measures")
    theirs = theirs[theirs["model"] == model].set_index("measure")["value"]
    ours = fitted(model).measures
    for name, value in theirs.items():
        if name in ("npar", "df", "baseline.df", "ntotal"):
            assert ours[name] == value, name
        elif "chisq" in name:
            assert ours[name] == pytest.approx(value, rel=CHISQ, abs=1e-5), name
        elif "ci." in name:
            assert ours[name] == pytest.approx(value, abs=1e-4), name
        elif np.isfinite(value):
            assert ours[name] == pytest.approx(value, abs=INDEX), name


def test_enough_models_of_every_kind_are_solved() -> None:
    models = table("models").set_index("model").loc[SOLVED]
    assert len(models) >= 12
    seen = {kind for listed in models["types"] for kind in listed.split("; ")}
    assert {"one group", "two groups", "equal loadings", "two categories", "seven categories", "mixed",
            "structural paths", "std_lv", "residual covariance", "indirect"} <= seen
