"""Modification indices and score tests where answers are missing, or stand for responses behind them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
BOTH = {"group": "school", "group_equal": ["loadings", "intercepts"]}
CASES = {
    "gls": {"estimator": "GLS"}, "uls": {"estimator": "ULS"},
    "fiml": {"missing": "fiml"}, "fiml_equal": {"missing": "fiml", **BOTH},
    "wlsmv": {"ordered": True, "estimator": "WLSMV"}, "ulsmv": {"ordered": True, "estimator": "ULSMV"},
    "wlsmv_equal": {"ordered": True, "estimator": "WLSMV", "group": "school",
                    "group_equal": ["loadings", "thresholds"]},
}
KEY = ["lhs", "op", "rhs", "group"]


@pytest.fixture(scope="module")
def holed() -> pd.DataFrame:
    table = holzinger39.get_data().reset_index(drop=True)
    for item in range(1, 10):
        table.loc[item - 1:: 10 + item, f"x{item}"] = np.nan
    return table


@pytest.fixture(scope="module")
def ordinal() -> pd.DataFrame:
    table = holzinger39.get_data().reset_index(drop=True)
    return table.assign(**pd.read_csv(ORACLE / "after_fit_ordinal.csv", encoding="utf-8"))


def _oracle(name: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLE / f"after_fit_{name}.csv", encoding="utf-8", keep_default_na=False, na_values=[""])
    return table.fillna({"rhs": ""}) if "rhs" in table else table


@pytest.fixture(scope="module", params=CASES)
def fitted(request: pytest.FixtureRequest, holed: pd.DataFrame, ordinal: pd.DataFrame) -> tuple[str, sem.SemFit]:
    options, children = CASES[request.param], holzinger39.get_data()
    data = {"gls": children, "uls": children.assign(x1=children["x1"] * 10)}.get(request.param, ordinal)
    return request.param, sem.fit(CFA, holed if "missing" in options else data, **options)


def test_indices_are_those_of_lavaan(fitted: tuple[str, sem.SemFit]) -> None:
    name, fit = fitted
    ours, theirs = sem.modification_indices(fit).set_index(KEY), _oracle("others")
    theirs = theirs[theirs["model"] == name].set_index(KEY)
    assert set(theirs.index) <= set(ours.index)
    for column in ("mi", "epc", "sepc.lv", "sepc.all", "sepc.nox"):
        found = ours.loc[theirs.index, column]
        known = found.notna()  # by a negative variance nothing is standardized; lavaan takes its absolute value
        assert known.all() or (name == "uls" and column.startswith("sepc"))
        np.testing.assert_allclose(found[known], theirs.loc[known, column], rtol=1e-3, atol=2e-4,
                                   err_msg=f"{name} {column}")


def test_score_tests_are_those_of_lavaan(fitted: tuple[str, sem.SemFit]) -> None:
    name, fit = fitted
    theirs = _oracle("others_score")
    theirs = theirs.loc[theirs["model"] == name, "X2"]
    if len(theirs):
        np.testing.assert_allclose(np.sort(sem.score_tests(fit)["X2"].iloc[:-1]), np.sort(theirs), rtol=1e-3, atol=2e-4)


def test_without_a_hole_nothing_differs() -> None:
    answers = sem.simulate("f =~ .8*a + .7*b + .6*c + .7*d", n=300, seed=2)
    plain = sem.modification_indices(sem.fit("f =~ a + b + c + d", answers, meanstructure=True))
    whole = sem.modification_indices(sem.fit("f =~ a + b + c + d", answers, missing="fiml"))
    np.testing.assert_allclose(whole["mi"], plain["mi"], rtol=1e-6)


def test_the_scaled_index_of_ordinal_items_follows_chi_square() -> None:
    plain, scaled = [], []
    for seed in range(50):
        latent = sem.simulate("f =~ .8*a + .7*b + .7*c + .8*d", n=300, seed=seed)
        answers = latent.apply(lambda item: pd.cut(item, [-np.inf, -.8, .2, 1, np.inf], labels=False))
        found = sem.modification_indices(sem.fit("f =~ a + b + c + d", answers, ordered=True, estimator="WLSMV"))
        found = found.set_index(["lhs", "op", "rhs"]).loc[("a", "~~", "b")]
        plain.append(found["mi"])
        scaled.append(found["mi.scaled"])
    assert 0.6 < np.mean(scaled) < 1.5
    assert np.mean(plain) != pytest.approx(np.mean(scaled), rel=0.05)
