"""Do the intervals of effects come from the right draws, hold R's numbers, and cover what they promise?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.resampling.bootstrap import functions, refitted
from helpers.sem.resampling.intervals import acceleration, intervals
from helpers.sem.resampling.jackknife import left_out
from helpers.sem.resampling.resample import batch, batch_without, counted, material

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
MODEL = """X =~ x1 + x2 + x3\nM =~ m1 + m2 + m3\nY =~ y1 + y2 + y3
M ~ a*X\nY ~ b*M + c*X\nindirect := a*b\ntotal := c + indirect"""
LIMITS = ["se", "ci.lower", "ci.upper"]
STD = ["std.all", "std.all.ci.lower", "std.all.ci.upper"]


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"bootstrap_{name}.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def mediation() -> sem.SemFit:
    return sem.fit(MODEL, table("data"))


def test_bca_limits_are_those_of_boot(mediation: sem.SemFit) -> None:
    """Same resamples, acceleration from the exact jackknife."""
    expected = table("single_intervals").set_index("name")
    indices = table("single_indices").to_numpy()
    values, _, _, _ = refitted(material(mediation), counted(indices, 100))
    free = mediation.structure.k.any(axis=1)

    def shown(rows: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame(np.hstack([rows[:, free], functions(mediation.structure.table, rows)]),
                             columns=[*mediation.vcov.columns, "indirect", "total"])
        return frame[expected.index].to_numpy()

    without, sizes = left_out(mediation)
    a = acceleration(shown(without), sizes)
    np.testing.assert_allclose(a, expected["acceleration"], atol=1e-5)
    lower, upper = intervals(shown(values), expected["est"].to_numpy(), kind="bca", conf_level=0.90, acceleration=a)
    width = (expected["bca.upper"] - expected["bca.lower"]).to_numpy()
    assert (np.abs(lower - expected["bca.lower"]) / width).max() < 1e-4
    assert (np.abs(upper - expected["bca.upper"]) / width).max() < 1e-4


def test_without_a_respondent_is_a_count_of_none() -> None:
    fit = sem.fit("M =~ m1 + m2 + m3\nM ~ x1", table("data"), group="side")
    of = material(fit)
    counts = np.ones((3, 100)) - np.eye(100)[[0, 54, 55]]
    for at, counted_ones in zip((range(1), range(54, 55), range(55, 56)), counts, strict=True):
        one, other = batch_without(of, at), batch(of, counted_ones[None])
        for name in ("covs", "means"):
            for left, right in zip(getattr(one, name), getattr(other, name), strict=True):
                np.testing.assert_allclose(left, right, atol=1e-12)
        np.testing.assert_allclose(one.shares, other.shares, rtol=1e-15)


@pytest.mark.parametrize("ci", ["percentile", "bc", "bca", "monte-carlo"])
def test_effects_and_definitions_have_one_interval(mediation: sem.SemFit, ci: str) -> None:
    effects = sem.effects(mediation, ci=ci, draws=300, seed=4).set_index(["effect", "kind"])
    for found, defined in ((("X -> M -> Y", "indirect"), "indirect"), (("X -> Y", "total"), "total")):
        np.testing.assert_allclose(effects.loc[found, LIMITS + STD].astype(float),
                                   effects.loc[(defined, "defined"), LIMITS + STD].astype(float), rtol=1e-9)
    assert (effects["ci.lower"] < effects["est"]).all() and (effects["est"] < effects["ci.upper"]).all()
    assert set(effects["method"]) == {ci}
    assert (effects["failed"] == 0).all()
    pd.testing.assert_series_equal(effects["est"], sem.effects(mediation).set_index(["effect", "kind"])["est"])


def test_draws_that_exist_serve_the_effects(mediation: sem.SemFit) -> None:
    found = sem.bootstrap(mediation, draws=300, seed=4, ci="bca")
    given = sem.effects(mediation, ci="bca", bootstrap=found)
    pd.testing.assert_frame_equal(given, sem.effects(mediation, ci="bca", draws=300, seed=4))
    row = found.parameters.set_index("lhs").loc["indirect"]
    np.testing.assert_allclose(given.set_index("effect").loc["indirect", LIMITS].astype(float),
                               row[LIMITS].astype(float), rtol=1e-10)
    assert given.attrs["checks"] == found.checks


def test_standardized_draws_are_those_of_each_fit(mediation: sem.SemFit) -> None:
    data = table("data")
    found = sem.bootstrap(mediation, draws=8, seed=2, keep_indices=True)
    shown = sem.effects(mediation, ci="percentile", bootstrap=found, conf_level=0.5).set_index(["effect", "kind"])
    each = [sem.effects(sem.fit(MODEL, data.iloc[places])).set_index(["effect", "kind"])["std.all"]
            for places in found.indices]
    lower, upper = intervals(np.array(each), shown["std.all"].to_numpy(), kind="percentile", conf_level=0.5)
    np.testing.assert_allclose(shown["std.all.ci.lower"], lower, atol=1e-4)
    np.testing.assert_allclose(shown["std.all.ci.upper"], upper, atol=1e-4)


def test_monte_carlo_interval_is_that_of_r(mediation: sem.SemFit) -> None:
    expected = table("monte_carlo").set_index("name").loc["indirect"]
    ours = sem.effects(mediation, ci="monte-carlo", draws=200_000, seed=1).set_index("effect").loc["indirect"]
    width = expected["ci.upper"] - expected["ci.lower"]
    # a 2.5 % quantile of 200,000 draws is exact to half a percent of the width
    assert ours["ci.lower"] == pytest.approx(expected["ci.lower"], abs=0.01 * width)
    assert ours["ci.upper"] == pytest.approx(expected["ci.upper"], abs=0.01 * width)


def test_a_monte_carlo_interval_needs_no_data() -> None:
    cor = [[1, .5, .4], [.5, 1, .6], [.4, .6, 1]]
    fit = sem.fit("m ~ x\ny ~ m + x", moments=sem.Moments(cor=cor, sds=[1, 2, 1], n=200, names=["x", "m", "y"]))
    drawn = sem.effects(fit, ci="monte-carlo", draws=100_000, seed=1).set_index(["effect", "kind"])
    delta = sem.effects(fit).set_index(["effect", "kind"])
    for limit in ("ci.lower", "ci.upper"):  # a single path is normal: both methods agree
        assert drawn.loc[("x -> m", "direct"), limit] == pytest.approx(delta.loc[("x -> m", "direct"), limit], rel=0.02)
    indirect = drawn.loc[("x -> m -> y", "indirect")]
    assert indirect["ci.upper"] - indirect["est"] > indirect["est"] - indirect["ci.lower"]  # a product leans right


def test_percentile_intervals_cover_and_reject_as_promised() -> None:
    """Indirect effect of .24 and of 0, n = 80: bounds are three binomial standard errors of 150 replications."""
    cover = reject = 0
    for seed in range(150):
        data = sem.simulate("m ~ .4*x\ny ~ .6*m\nz ~ 0*m", n=80, seed=1000 + seed)
        shown = sem.effects(sem.fit("m ~ x\ny ~ m + x\nz ~ m + x", data), ci="percentile", draws=199,
                            seed=seed).set_index("effect")
        real, none = shown.loc["x -> m -> y"], shown.loc["x -> m -> z"]
        cover += real["ci.lower"] <= 0.24 <= real["ci.upper"]
        reject += not none["ci.lower"] <= 0 <= none["ci.upper"]
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150) <= cover / 150
    assert reject / 150 <= 0.05 + 3 * np.sqrt(0.95 * 0.05 / 150)


@pytest.mark.parametrize(("options", "sentence"), [
    ({"ci": "percentile"}, "needs `seed=`"),
    ({"ci": "basic", "seed": 1}, "no interval"),
    ({"ci": "percentile", "seed": 1, "conf_level": 0}, "between 0 and 1"),
    ({"ci": "monte-carlo", "seed": 1, "draws": 1}, "at least 2"),
])
def test_what_cannot_be_drawn_is_refused(mediation: sem.SemFit, options: dict, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        sem.effects(mediation, **options)


def test_draws_of_another_fit_are_refused(mediation: sem.SemFit) -> None:
    found = sem.bootstrap(mediation, draws=10, seed=1)
    with pytest.raises(ModelError, match="do not serve"):
        sem.effects(sem.fit(MODEL, table("data").iloc[:90]), ci="percentile", bootstrap=found)
    with pytest.raises(ModelError, match="do not serve"):
        sem.effects(mediation, ci="delta", bootstrap=found)


def test_drawn_intervals_are_withheld_behind_a_failed_stop() -> None:
    data = sem.simulate("f =~ .9*a + .8*b + .7*c\nf ~ .5*d", n=12, seed=1)
    small = sem.fit("f =~ a + b + c\nf ~ d", data)
    assert small.stopped
    shown = sem.effects(small, ci="percentile", draws=50, seed=1)
    assert shown[["se", "ci.lower", "ci.upper", "std.all.ci.lower", "std.all.ci.upper"]].isna().all(axis=None)
    assert shown["est"].notna().all()
