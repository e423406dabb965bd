"""Main paths in every way of estimating them: each way is a fit that anyone can repeat, none is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError

POPULATION = "f =~ .8*a + .7*b + .6*c\ng =~ .8*x + .7*y + .6*z\nf ~~ 1*f\ng ~ .4*f"
MODEL = "f =~ a + b + c\ng =~ x + y + z\ng ~ f"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    latent = sem.simulate(POPULATION, n=500, seed=11)
    return latent.apply(lambda item: np.digitize(item / item.std(), [-1.2, -0.4, 0.4, 1.2]) + 1.0)


@pytest.fixture(scope="module")
def holed(answers: pd.DataFrame) -> pd.DataFrame:
    answers = answers.copy()
    answers.loc[:39, "y"] = np.nan
    return answers


@pytest.fixture(scope="module")
def careless() -> pd.Series:
    return pd.Series(np.arange(500) % 10 == 0)


def test_every_way_is_the_fit_that_it_names(holed: pd.DataFrame, careless: pd.Series) -> None:
    table = sem.sensitivity(MODEL, holed, ordered=list(holed), careless=careless)
    ways = table[["estimator", "missing", "careless"]].drop_duplicates()
    assert len(ways) == len(table) == 8
    for row in table[table["reason"] == ""].itertuples():
        data = holed if row.careless == "kept" else holed[~careless]
        own = sem.fit(MODEL, data, estimator=row.estimator, missing=row.missing,
                      ordered=list(holed) if row.estimator == "WLSMV" else ())
        path = own.parameters.set_index(["lhs", "op", "rhs"]).loc[("g", "~", "f")]
        assert row.n == own.n
        assert (row.est, row.se) == pytest.approx((path["est"], path["se"]), rel=1e-10)
        half = (table.loc[row.Index, "std.all.ci.upper"] - table.loc[row.Index, "std.all.ci.lower"]) / 2
        assert half == pytest.approx(1.959963984540054 * path["std.all.se"], rel=1e-8)


def test_a_way_without_an_estimate_keeps_its_row_and_its_reason(answers: pd.DataFrame, careless: pd.Series) -> None:
    few = answers.copy()
    few.loc[few.index[~careless][6:], "z"] = np.nan  # without the careless only six complete cases are left
    table = sem.sensitivity(MODEL, few, careless=careless)
    bad = table[(table["missing"] == "listwise") & (table["careless"] == "excluded")]
    assert len(bad) == 1
    assert bad["est"].isna().all()
    assert bad["n"].isna().all()
    assert "6" in bad["reason"].iloc[0]
    chinese = sem.sensitivity(MODEL, few, careless=careless, language="zh")
    assert (chinese["reason"] != table["reason"]).any()
    assert table.attrs["checks"][0].values["failed"] >= 1


def test_the_reported_way_is_marked_once_per_path(holed: pd.DataFrame, careless: pd.Series) -> None:
    table = sem.sensitivity(MODEL, holed, careless=careless, estimator="ML", excluded=True)
    own = table[table["reported"]]
    assert own[["estimator", "missing", "careless"]].to_numpy().tolist() == [["ML", "listwise", "excluded"]]
    assert {"ML", "MLR"} == set(table["estimator"])


def test_full_information_is_shown_with_and_without_auxiliaries(holed: pd.DataFrame) -> None:
    data = holed.assign(beside=holed.mean(axis=1) + np.arange(len(holed)) % 3)
    ways = sem.sensitivity(MODEL, data, missing="fiml", auxiliaries=["beside"])
    assert ways["missing"].unique().tolist() == ["fiml.auxiliaries", "listwise", "fiml"]
    assert ways.loc[ways["reported"], "missing"].unique().tolist() == ["fiml.auxiliaries"]
    own = sem.fit(MODEL, data, estimator="MLR", missing="fiml", auxiliaries=["beside"]).parameters
    assert ways.loc[ways["reported"], "est"].tolist() == own.loc[own["op"] == "~", "est"].tolist()


def test_without_holes_and_careless_respondents_there_is_less_to_vary(answers: pd.DataFrame) -> None:
    table = sem.sensitivity(MODEL, answers, careless=np.zeros(500, dtype=bool))
    assert table[["estimator", "missing", "careless"]].to_numpy().tolist() == [["MLR", "listwise", "kept"]]
    assert table.attrs["checks"][0].passed


def test_behind_a_failed_stop_the_estimate_stays_without_its_uncertainty() -> None:
    small = sem.simulate(POPULATION, n=24, seed=2)
    table = sem.sensitivity(MODEL, small)
    assert table["est"].notna().all()
    assert table[["se", "ci.lower", "std.all.ci.upper"]].isna().all(axis=None)
    assert "sample_size" in table["reason"].iloc[0]


def test_a_path_that_hangs_on_the_careless_is_found() -> None:
    """A fifth of the respondents answer alike everywhere, which alone makes the path."""
    apart = POPULATION.replace(".4*f", "0*f")
    sound = sem.simulate(apart, n=400, seed=5)
    alike = pd.DataFrame(np.repeat(np.linspace(-3, 3, 100)[:, None], 6, axis=1), columns=sound.columns)
    data = pd.concat([sound, alike], ignore_index=True)
    gate = sem.sensitivity(MODEL, data, careless=np.arange(500) >= 400).attrs["checks"][0]
    assert not gate.passed
    assert gate.values["paths"] == ["g ~ f"]
    near = sem.sensitivity(MODEL, sem.simulate(POPULATION, n=500, seed=6), careless=np.arange(500) >= 400)
    assert near.attrs["checks"][0].passed


def test_what_cannot_be_asked_is_refused(answers: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="no path"):
        sem.sensitivity("f =~ a + b + c", answers)
    with pytest.raises(ModelError, match="one per row"):
        sem.sensitivity(MODEL, answers, careless=[True, False])
