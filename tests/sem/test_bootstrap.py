"""Are bootstrap draws those of R for the same resamples, at their own minima, counted when they fail, and seeded?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import political_democracy

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.resampling.batch_search import search
from helpers.sem.resampling.bootstrap import functions, refitted
from helpers.sem.resampling.intervals import intervals
from helpers.sem.resampling.resample import batch, counted, material

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
MODEL = """X =~ x1 + x2 + x3\nM =~ m1 + m2 + m3\nY =~ y1 + y2 + y3
M ~ a*X\nY ~ b*M + c*X\nindirect := a*b\ntotal := c + indirect"""
GROUPED = "M =~ m1 + m2 + m3\nY =~ y1 + y2 + y3\nM ~ x1\nY ~ M + x1"
DEMOCRACY = """ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8
dem60 ~ ind60\ndem65 ~ ind60 + dem60\ny1 ~~ y5; y2 ~~ y4 + y6; y3 ~~ y7; y4 ~~ y8; y6 ~~ y8"""


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"bootstrap_{name}.csv", encoding="utf-8")


@pytest.fixture(scope="module")
def mediation() -> sem.SemFit:
    return sem.fit(MODEL, table("data"))


def drawn_like(fit: sem.SemFit, indices: pd.DataFrame) -> pd.DataFrame:
    """Free rows and definitions in given resamples."""
    values, reasons, _, _ = refitted(material(fit), counted(indices.to_numpy(), indices.shape[1]))
    assert set(reasons) == {""}
    free = fit.structure.k.any(axis=1)
    names = [*fit.vcov.columns, *(each.name for each in fit.structure.table.definitions)]
    return pd.DataFrame(np.hstack([values[:, free], functions(fit.structure.table, values)]), columns=names)


@pytest.mark.parametrize("name", ["single", "grouped"])
def test_the_same_resamples_give_the_draws_of_lavaan(name: str, mediation: sem.SemFit) -> None:
    data = table("data")
    fit = mediation if name == "single" else sem.fit(GROUPED, data, group="side", group_equal=["loadings"])
    ours, theirs = drawn_like(fit, table(f"{name}_indices")), table(f"{name}_draws")
    assert set(ours) == set(theirs)
    # lavaan stops a little short of the minimum, at the tightest setting too
    away = np.abs(ours[theirs.columns] - theirs) / theirs.std()
    assert away.to_numpy().max() < 5e-4
    assert np.median(away) < 1e-5


def test_percentile_limits_are_those_of_boot(mediation: sem.SemFit) -> None:
    expected = table("single_intervals").set_index("name")
    draws = drawn_like(mediation, table("single_indices"))[expected.index]
    lower, upper = intervals(draws.to_numpy(), expected["est"].to_numpy(), kind="percentile", conf_level=0.90)
    width = expected["perc.upper"] - expected["perc.lower"]
    assert (np.abs(lower - expected["perc.lower"]) / width).max() < 1e-4
    assert (np.abs(upper - expected["perc.upper"]) / width).max() < 1e-4


@pytest.mark.parametrize("kind", ["percentile", "bc"])
def test_intervals_are_those_of_lavaan_for_its_draws(kind: str) -> None:
    expected = table("lavaan_intervals")
    expected = expected[expected["ci"] == kind]
    draws = table("lavaan_draws").to_numpy()
    lower, upper = intervals(draws, expected["est"].to_numpy(), kind=kind, conf_level=0.95)
    np.testing.assert_allclose(lower, expected["ci.lower"], rtol=1e-9)
    np.testing.assert_allclose(upper, expected["ci.upper"], rtol=1e-9)
    # lavaan divides by the draws for a free parameter, by one less for a function; here it is one less for both
    defined = (expected["op"] == ":=").to_numpy()
    np.testing.assert_allclose(draws.std(axis=0, ddof=1) * np.where(defined, 1, np.sqrt(119 / 120)), expected["se"],
                               rtol=1e-9)


@pytest.mark.parametrize(("model", "options"), [
    (DEMOCRACY, {}),
    (DEMOCRACY.replace("dem60 =~ y1 + y2", "dem60 =~ y1 + a*y2").replace("dem65 =~ y5 + y6", "dem65 =~ y5 + a*y6"),
     {"meanstructure": True}),
    ("y1 ~ x1 + x2\ny2 ~ y1 + x1\nx2 ~~ x1", {}),
], ids=["residual covariances", "equalities and means", "observed"])
def test_every_draw_is_at_its_own_minimum(model: str, options: dict) -> None:
    data = political_democracy.get_data()
    fit = sem.fit(model, data, **options)
    found = sem.bootstrap(fit, draws=12, seed=3, keep_indices=True)
    se = fit.parameters["se"].to_numpy()[: found.values.shape[1]]
    moving = se > 0
    for places, values in zip(found.indices, found.values, strict=True):
        alone = sem.fit(model, data.iloc[places], **options).parameters["est"].to_numpy()[: len(values)]
        assert (np.abs(values - alone)[moving] / se[moving]).max() < 1e-4


def test_many_items_take_the_path_over_the_constructs() -> None:
    names = [f"i{at}" for at in range(12)]
    population = "f =~ " + " + ".join(f"0.7*{name}" for name in names[:6])
    population += "\ng =~ " + " + ".join(f"0.6*{name}" for name in names[6:]) + "\ng ~ 0.4*f"
    data = sem.simulate(population, n=150, seed=5)
    model = "f =~ " + " + ".join(names[:6]) + "\ng =~ " + " + ".join(names[6:]) + "\ng ~ f"
    fit = sem.fit(model, data)
    found = sem.bootstrap(fit, draws=10, seed=3, keep_indices=True)
    se = fit.parameters["se"].to_numpy()
    for places, values in zip(found.indices, found.values, strict=True):
        alone = sem.fit(model, data.iloc[places]).parameters["est"].to_numpy()
        assert (np.abs(values - alone)[se > 0] / se[se > 0]).max() < 1e-4


def test_the_seed_decides_and_not_the_workers(mediation: sem.SemFit) -> None:
    alone = sem.bootstrap(mediation, draws=300, seed=9, workers=1)
    shared = sem.bootstrap(mediation, draws=300, seed=9, workers=2)
    pd.testing.assert_frame_equal(alone.draws, shared.draws, check_exact=True)
    pd.testing.assert_frame_equal(alone.parameters, shared.parameters, check_exact=True)
    other = sem.bootstrap(mediation, draws=300, seed=10)
    assert not np.allclose(alone.draws, other.draws)


def test_respondents_stay_in_their_group() -> None:
    fit = sem.fit(GROUPED, table("data"), group="side")
    indices = sem.bootstrap(fit, draws=20, seed=1, keep_indices=True).indices
    assert indices[:, :55].max() < 55
    assert indices[:, 55:].min() >= 55


def test_failed_draws_are_counted_and_shown() -> None:
    data = table("data").iloc[:14]
    model = "X =~ x1 + x2 + x3\nM =~ m1 + m2 + m3\nY =~ y1 + y2 + y3\nM ~ X\nY ~ M"
    fit = sem.fit(model, data)
    found = sem.bootstrap(fit, draws=100, seed=1)
    assert found.failed["singular"] > 0  # nine of fourteen respondents are not enough
    assert found.draws.isna().all(axis=1).sum() == found.failed.sum()
    assert found.improper > 0
    assert not found.checks[0].passed
    assert f"{found.failed.sum()} of 100 draws" in found.gates["found"].iloc[0]
    held = found.draws.dropna()
    se = found.parameters.set_index(["lhs", "op", "rhs"])["se"]
    assert se["Y", "~", "M"] == pytest.approx(held["Y~M"].std())


def test_a_function_without_a_value_is_counted(mediation: sem.SemFit) -> None:
    fit = sem.fit(MODEL + "\nodd := log(c)", table("data"))
    found = sem.bootstrap(fit, draws=100, seed=1)
    assert found.undefined["odd"] == (found.draws["Y~X"] <= 0).sum() > 0
    assert found.undefined["indirect"] == 0


def test_standard_errors_of_a_known_truth() -> None:
    """For a normal mean-free regression the bootstrap's standard error is the formula's, up to its own error."""
    data = sem.simulate("y ~ .5*x", n=800, seed=6)
    fit = sem.fit("y ~ b*x", data)
    found = sem.bootstrap(fit, draws=4000, seed=2).parameters
    np.testing.assert_allclose(found["se"][:2], fit.parameters["se"][:2], rtol=0.12)
    assert np.abs(found["bias"]).max() < 0.01


def test_fixed_rows_do_not_move(mediation: sem.SemFit) -> None:
    found = sem.bootstrap(mediation, draws=50, seed=1).parameters
    marker = found[(found["op"] == "=~") & (found["rhs"] == "x1")].iloc[0]
    assert (marker["est"], marker["se"], marker["ci.lower"], marker["ci.upper"]) == (1, 0, 1, 1)


@pytest.mark.parametrize(("options", "sentence"), [
    ({"draws": 1}, "at least 2"),
    ({"ci": "basic"}, "no interval"),
    ({"conf_level": 1.5}, "between 0 and 1"),
])
def test_what_makes_no_interval_is_refused(mediation: sem.SemFit, options: dict, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        sem.bootstrap(mediation, **{"draws": 10, "seed": 1} | options)


def test_a_printed_matrix_has_no_respondents() -> None:
    printed = sem.Moments(cor=[[1, .5, .4], [.5, 1, .3], [.4, .3, 1]], sds=[1, 2, 1], n=200, names=["a", "b", "c"])
    with pytest.raises(ModelError, match="printed matrix"):
        sem.bootstrap(sem.fit("f =~ a + b + c", moments=printed), draws=10, seed=1)


def test_the_bootstrap_leaves_the_fit_where_it_is(mediation: sem.SemFit) -> None:
    """Everybody once is the sample itself."""
    of = material(mediation)
    found = search(of.start, batch(of, np.ones((1, 100))))
    np.testing.assert_allclose(found.values[0] * of.start.scaled.rows,
                               mediation.parameters["est"].to_numpy()[: found.values.shape[1]], atol=1e-6)
