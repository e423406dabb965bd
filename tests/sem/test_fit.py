"""What `sem.fit` takes, refuses and leaves alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem, syntax
from helpers.errors import DataError, HelpersError, ModelError
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.start import starts
from helpers.sem.model.scaling import scale
from helpers.sem.model.specify import specify

FACTORS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
LABELLED = FACTORS.replace("x2 + x3", "a*x2 + b*x3").replace("x5 + x6", "c*x5 + d*x6")
MODELS = {
    "means and paths": (f"{FACTORS}\nspeed ~ visual + ageyr\nx1 ~ sex\nx4 ~~ x7", {"meanstructure": True}),
    "second order": (f"{FACTORS}\ng =~ visual + textual + speed", {"std_lv": True}),
    "groups": (f"{FACTORS}\nspeed ~ visual", {"group_equal": ["loadings", "intercepts"], "groups": 2}),
    "constraints": (f"{LABELLED}\na == 2*b - 0.1\nc == d", {}),
}


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


def problem(model: str, options: dict, data: pd.DataFrame) -> tuple[NormalTheory, np.ndarray]:
    from helpers.moments import from_data

    options = dict(options)
    written = syntax.parse(model)
    samples = from_data(data, written.observed, group="school" if options.get("groups") else None)
    scaled = scale(specify(syntax.complete(written, **options), samples), samples)
    return NormalTheory.of(scaled.structure, scaled.samples), next(starts(scaled))


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_the_slope_of_the_objective(children: pd.DataFrame, name: str) -> None:
    of, x = problem(*MODELS[name], children)
    x = x * (1 + 0.05 * np.random.default_rng(1).standard_normal(len(x)))
    step = 1e-6
    slopes = [(of.evaluate(x + step * unit).f - of.evaluate(x - step * unit).f) / (2 * step)
              for unit in np.eye(len(x))]
    np.testing.assert_allclose(of.gradient(of.evaluate(x)), slopes, rtol=1e-6, atol=1e-7)


def test_constraints_hold_exactly_and_count(children: pd.DataFrame) -> None:
    free, bound = sem.fit(LABELLED, children), sem.fit(f"{LABELLED}\na == 2*b - 0.1\nc == d", children)
    est = bound.parameters.set_index("label")["est"]
    assert est["a"] == pytest.approx(2 * est["b"] - 0.1, abs=1e-12)
    assert est["c"] == pytest.approx(est["d"], abs=1e-12)
    assert bound.measures["df"] == free.measures["df"] + 2
    assert bound.measures["npar"] == free.measures["npar"] - 2
    assert bound.measures["chisq"] > free.measures["chisq"]


def test_a_constraint_may_use_a_definition_and_a_redundant_one_is_free(children: pd.DataFrame) -> None:
    one = sem.fit(f"{LABELLED}\nmean_ab := (a + b)/2\nmean_ab == c\nc == mean_ab", children)
    est = one.parameters.set_index("label")["est"]
    assert (est["a"] + est["b"]) / 2 == pytest.approx(est["c"], abs=1e-12)
    assert one.measures["df"] == 25


@pytest.mark.parametrize(("lines", "id"), [
    ("a == 1\na == 2", "sem.contradictory"),
    ("a == a + 1", "sem.contradictory"),
    ("a*b == 1", "sem.not_linear"),
    ("q := a*b\nq == 1", "sem.not_linear"),
])
def test_constraints_that_cannot_be_kept(children: pd.DataFrame, lines: str, id: str) -> None:
    with pytest.raises(ModelError) as caught:
        sem.fit(f"{LABELLED}\n{lines}", children)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


@pytest.mark.parametrize(("options", "named"), [
    ({"missing": "pairwise"}, "missing=pairwise"), ({"estimator": "WLSM"}, "estimator=WLSM"),
])
def test_what_this_version_does_not_estimate_is_refused_by_name(children: pd.DataFrame, options: dict,
                                                                named: str) -> None:
    with pytest.raises(ModelError, match=named):
        sem.fit(FACTORS, children, **options)


@pytest.mark.parametrize(("arguments", "id"), [
    ({}, "sem.data_or_moments"),
    ({"data": pd.DataFrame({"x1": [1]}), "moments": sem.Moments(cov=[[1]], n=5, names=["x1"])}, "sem.data_or_moments"),
    ({"moments": [1, 2]}, "sem.moments_kind"),
    ({"moments": []}, "sem.moments_kind"),
    ({"moments": sem.Moments(cov=[[1]], n=5, names=["x1"])}, "moments.absent"),
    ({"moments": sem.Moments(cov=np.eye(9), n=50, names=[f"x{i}" for i in range(1, 10)]), "meanstructure": True},
     "sem.means_missing"),
    ({"data": pd.DataFrame({"x1": [1]}), "conf_level": 95}, "sem.conf_level"),
])
def test_arguments_that_do_not_go_together(arguments: dict, id: str) -> None:
    with pytest.raises(HelpersError) as caught:
        sem.fit(FACTORS, **arguments)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


def test_correlations_alone_are_said_and_nothing_may_be_equal(children: pd.DataFrame) -> None:
    correlations = sem.Moments(cor=children[[f"x{i}" for i in range(1, 10)]].corr(), n=301)
    fit, raw = sem.fit(FACTORS, moments=correlations), sem.fit(FACTORS, children)
    assert [check.gate for check in fit.checks if not check.passed] == ["correlations_only"]
    assert fit.measures["chisq"] == pytest.approx(raw.measures["chisq"], rel=1e-9)
    np.testing.assert_allclose(fit.parameters["std.all.se"], raw.parameters["std.all.se"], rtol=1e-7, atol=1e-12)
    for model, moments in ((FACTORS.replace("x2 + x3", "e*x2 + e*x3"), correlations),
                           (FACTORS, [correlations, correlations])):
        with pytest.raises(ModelError, match="scales"):
            sem.fit(model, moments=moments, meanstructure=False)


def test_rows_with_missing_answers_are_counted(children: pd.DataFrame) -> None:
    children = children.reset_index(drop=True)
    children.loc[:9, "x1"] = np.nan
    children.loc[:19, "ageyr"] = np.nan  # not in the model
    fit = sem.fit(FACTORS, children)
    assert (fit.n_read, fit.n) == (301, 291)
    assert sem.sample_moments(fit)["n"].eq(291).all()


def test_data_are_not_changed_and_results_cannot_be(children: pd.DataFrame) -> None:
    before = children.copy()
    fit = sem.fit(FACTORS, children)
    pd.testing.assert_frame_equal(children, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit.n = 3  # type: ignore[misc]


def test_starting_values_do_not_decide_the_result(children: pd.DataFrame) -> None:
    plain = sem.fit(FACTORS, children)
    for start in ("start(3)", "start(-20)", "start(1e6)"):
        asked = sem.fit(FACTORS.replace("+ x2", f"+ {start}*x2"), children)
        assert asked.converged
        assert asked.measures["chisq"] == pytest.approx(plain.measures["chisq"], rel=1e-10)


def test_a_label_on_a_fixed_parameter_is_its_value(children: pd.DataFrame) -> None:
    fit = sem.fit(FACTORS.replace("x2", "0.5*x2 + a*x2") + "\ntwice := 2*a", children)
    assert fit.parameters.set_index("label").loc["twice", ["est", "se"]].tolist() == [1.0, 0.0]


def test_an_undefined_quantity_stops(children: pd.DataFrame) -> None:
    fit = sem.fit(f"{LABELLED}\nimpossible := log(-a)", children)
    assert [check.gate for check in fit.checks if not check.passed] == ["defined"]
    assert fit.stopped
    assert sem.parameters_shown(fit)["se"].isna().all()


def test_an_observed_and_a_latent_cause_left_uncorrelated_is_said() -> None:
    data = sem.simulate("f =~ .8*a + .7*b + .6*c\ny ~ .3*f + .3*w\nw ~~ .5*f", n=400, seed=2)
    apart = sem.fit("f =~ a + b + c\ny ~ f + w", data)
    together = sem.fit("f =~ a + b + c\ny ~ f + w\nw ~~ f", data)
    assert "uncorrelated_causes" in [check.gate for check in apart.checks if not check.passed]
    assert "uncorrelated_causes" not in [check.gate for check in together.checks if not check.passed]
    assert apart.measures["chisq"] > together.measures["chisq"] + 20


def test_gates_speak_both_languages(children: pd.DataFrame) -> None:
    from helpers.errors import gates_table

    checks = sem.fit(f"{FACTORS}\nvisual =~ x9\nx7 ~~ x8", children.head(60)).checks
    for language in ("en", "zh"):
        table = gates_table(checks, language)
        assert not table[["found", "criterion", "source"]].eq("").any(axis=None)
    assert list(sem.fit(FACTORS, children).gates["gate"]) == [check.gate for check in sem.fit(FACTORS, children).checks]


def test_neither_scipy_stats_nor_semopy_is_imported_with_the_room() -> None:
    import subprocess
    import sys

    code = ("import sys; from helpers import sem; "
            "print([m for m in ('scipy', 'semopy', 'statsmodels', 'matplotlib') if m in sys.modules])")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert said.stdout.strip() == "[]"


def test_wrong_group_columns(children: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="fewer than two groups"):
        sem.fit(FACTORS, children.assign(one="x"), group="one")
