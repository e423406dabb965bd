"""Is the bootstrap of chi-square that of lavaan, right for a true model and against a wrong one?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.resampling.bollen_stine import _turned, chisquares
from helpers.sem.resampling.resample import counted, material

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
MODEL = """X =~ x1 + x2 + x3\nM =~ m1 + m2 + m3\nY =~ y1 + y2 + y3
M ~ a*X\nY ~ b*M + c*X\nindirect := a*b\ntotal := c + indirect"""


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"bootstrap_{name}.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def mediation() -> sem.SemFit:
    return sem.fit(MODEL, table("data"))


def test_the_same_resamples_give_the_chi_squares_of_lavaan(mediation: sem.SemFit) -> None:
    of = material(mediation, answers=_turned(mediation))
    found, reasons, _ = chisquares(of, counted(table("single_indices").to_numpy(), 100))
    assert set(reasons) == {""}
    np.testing.assert_allclose(found, table("turned_chisq")["chisq"], rtol=1e-6)


def test_the_distribution_is_that_of_lavaan(mediation: sem.SemFit) -> None:
    """Its own 400 draws: bounds are four of their standard errors."""
    expected = table("turned_lavaan").iloc[0]
    found = sem.bollen_stine(mediation, draws=2000, seed=1)
    assert found.chisq == pytest.approx(expected["chisq"], rel=1e-6)
    share = expected["above"]
    error = np.sqrt(1 / expected["draws"] + 1 / 2000)
    assert found.draws.mean() == pytest.approx(expected["mean"], abs=4 * expected["sd"] * error)
    assert found.pvalue == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share)) * error)
    assert found.failed.sum() == 0


@pytest.mark.parametrize("options", [{}, {"group": "side", "group_equal": ["loadings", "intercepts"]}],
                         ids=["covariances", "groups and means"])
def test_the_model_holds_in_the_turned_answers(options: dict) -> None:
    data = table("data")
    model = "M =~ m1 + m2 + m3\nY =~ y1 + y2 + y3\nY ~ M"
    fit = sem.fit(model, data, **options)
    turned = pd.DataFrame(np.vstack(_turned(fit)), columns=list(fit.observed))
    if options:
        turned["side"] = np.repeat(["a", "b"], [55, 45])
    again = sem.fit(model, turned, **options)
    assert again.measures["chisq"] == pytest.approx(0, abs=1e-8)
    np.testing.assert_allclose(again.parameters["est"], fit.parameters["est"], atol=1e-6)


def test_a_wrong_model_is_rejected() -> None:
    data = sem.simulate("f =~ .8*a + .7*b + .8*c + .7*d\na ~~ .4*b", n=300, seed=3)
    assert sem.bollen_stine(sem.fit("f =~ a + b + c + d", data), draws=300, seed=1).pvalue < 0.02


def test_the_seed_decides(mediation: sem.SemFit) -> None:
    one, two = (sem.bollen_stine(mediation, draws=300, seed=1, workers=workers) for workers in (1, 2))
    pd.testing.assert_series_equal(one.draws, two.draws, check_exact=True)
    assert not np.allclose(one.draws, sem.bollen_stine(mediation, draws=300, seed=2).draws)


def test_what_cannot_be_drawn_is_refused(mediation: sem.SemFit) -> None:
    with pytest.raises(ModelError, match="at least 2"):
        sem.bollen_stine(mediation, draws=0, seed=1)
    printed = sem.Moments(cor=[[1, .5, .4], [.5, 1, .3], [.4, .3, 1]], sds=[1, 2, 1], n=200, names=["a", "b", "c"])
    with pytest.raises(ModelError, match="printed matrix"):
        sem.bollen_stine(sem.fit("f =~ a + b + c", moments=printed), draws=10, seed=1)
