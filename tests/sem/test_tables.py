"""What a report shows of a fit: paths, effects, residuals, rivals, moments; withheld behind a failed stop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39, political_democracy

from helpers import sem
from helpers.errors import DataError, ModelError

FACTORS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
CHAIN = f"{FACTORS}\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nab := a*b\nall := c + ab"
DEMOCRACY = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + y2 + y3 + y4
    dem65 =~ y5 + y6 + y7 + y8
    dem60 ~ ind60
    dem65 ~ ind60 + dem60
    y1 ~~ y5; y2 ~~ y4 + y6; y3 ~~ y7; y4 ~~ y8; y6 ~~ y8"""


@pytest.fixture(scope="module")
def children() -> pd.DataFrame:
    return holzinger39.get_data()


@pytest.fixture(scope="module")
def chain(children: pd.DataFrame) -> sem.SemFit:
    return sem.fit(CHAIN, children)


def test_effects_agree_with_what_the_author_defines(chain: sem.SemFit) -> None:
    effects = sem.effects(chain).set_index(["effect", "kind"])
    columns = ["est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.all"]
    for found, defined in ((("visual -> textual -> speed", "indirect"), "ab"), (("visual -> speed", "total"), "all")):
        np.testing.assert_allclose(effects.loc[found, columns].astype(float),
                                   effects.loc[(defined, "defined"), columns].astype(float), rtol=1e-10)
    path = chain.parameters.set_index(["lhs", "op", "rhs"]).loc[("speed", "~", "visual")]
    assert effects.loc[("visual -> speed", "direct"), "se"] == pytest.approx(path["se"])
    assert set(effects["method"]) == {"delta"}
    assert len(effects) == 7


def test_several_chains_are_added_up() -> None:
    model = "m1 ~ a*x\nm2 ~ b*x\ny ~ c*m1 + d*m2 + e*x\nm1 ~~ m2\nind := a*c + b*d\ntot := ind + e"
    data = sem.simulate("m1 ~ .5*x\nm2 ~ -.3*x\ny ~ .4*m1 + .6*m2 + .1*x", n=300, seed=2)
    effects = sem.effects(sem.fit(model, data)).set_index(["effect", "kind"])
    for found, defined in ((("x -> y", "indirect"), "ind"), (("x -> y", "total"), "tot")):
        one, other = (effects.loc[row, ["est", "se", "std.all"]].astype(float) for row in (found, (defined, "defined")))
        np.testing.assert_allclose(one, other, rtol=1e-10)
    assert ("x -> m1 -> y", "indirect") in effects.index
    assert ("x -> m2 -> y", "indirect") in effects.index


def test_total_effects_of_a_feedback_loop() -> None:
    population = "y1 ~ .6*x1 + .3*y2\ny2 ~ .5*x2 + .4*y1"
    data = sem.simulate(population, n=100_000, seed=4)
    effects = sem.effects(sem.fit("y1 ~ x1 + y2\ny2 ~ x2 + y1", data)).set_index(["effect", "kind"])["est"]
    loop = 1 / (1 - 0.3 * 0.4)
    assert effects["x1 -> y1", "total"] == pytest.approx(0.6 * loop, abs=0.01)
    assert effects["x1 -> y2", "total"] == pytest.approx(0.6 * 0.4 * loop, abs=0.01)
    assert effects["x1 -> y1", "indirect"] == pytest.approx(0.6 * (loop - 1), abs=0.01)


def test_effects_by_group(children: pd.DataFrame) -> None:
    fit = sem.fit(f"{FACTORS}\nspeed ~ visual", children, group="school", group_equal=["loadings"])
    effects = sem.effects(fit)
    assert list(effects["group"]) == ["Pasteur", "Grant-White"]
    own = fit.parameters[fit.parameters["op"] == "~"]
    np.testing.assert_allclose(effects["se"], own["se"], rtol=1e-12)
    assert list(sem.paths_shown(fit)["group"]) == ["Pasteur", "Grant-White"]
    assert set(sem.parameters_shown(fit)["group"]) == {"Pasteur", "Grant-White"}


def test_a_model_without_paths_has_no_effects(children: pd.DataFrame) -> None:
    fit = sem.fit(FACTORS, children)
    for shown in (sem.effects, sem.paths_shown):
        with pytest.raises(ModelError, match="no path"):
            shown(fit)


def test_uncertainty_is_withheld_behind_a_failed_stop() -> None:
    data = sem.simulate("f =~ .9*a + .8*b + .7*c\nf ~ .5*d", n=12, seed=1)
    small = sem.fit("f =~ a + b + p*c\nf ~ d\nd2 := p^2", data)  # 7 parameters
    assert small.stopped
    shown = sem.parameters_shown(small)
    assert shown[["se", "z", "pvalue", "ci.lower", "ci.upper", "std.all.se"]].isna().all(axis=None)
    assert shown[["est", "std.all"]].notna().all(axis=None)
    assert sem.effects(small)[["se", "ci.lower"]].isna().all(axis=None)
    assert small.parameters["se"].notna().all()


def test_largest_residuals_are_differences_of_correlations(chain: sem.SemFit, children: pd.DataFrame) -> None:
    shown = sem.largest_residuals(chain, n=5)
    correlations = children[list(chain.observed)].corr()
    for row in shown.itertuples():
        assert row.observed == pytest.approx(correlations.loc[row.lhs, row.rhs])
        assert row.residual == pytest.approx(row.observed - row.implied)
    assert shown["residual"].abs().is_monotonic_decreasing
    every = sem.largest_residuals(chain, n=100)
    assert len(every) == 36
    assert every["residual"].abs().max() == shown["residual"].abs().max()


def test_shown_moments_can_be_refitted(chain: sem.SemFit) -> None:
    shown = sem.sample_moments(chain).set_index("item")
    again = sem.fit(CHAIN, moments=sem.Moments(cov=shown[list(shown.index)], n=int(shown["n"].iloc[0])))
    np.testing.assert_allclose(again.parameters["est"], chain.parameters["est"], rtol=1e-8)
    np.testing.assert_allclose(again.measures, chain.measures, rtol=1e-8)
    np.testing.assert_allclose(shown["sd"] ** 2, np.diag(shown[list(shown.index)]), rtol=1e-12)


def test_r2_is_one_minus_the_standardized_residual(chain: sem.SemFit) -> None:
    standardized = chain.parameters.set_index(["lhs", "op", "rhs"])["std.all"]
    shown = sem.r2_shown(chain).set_index("construct")["r2"]
    assert set(shown.index) == {"textual", "speed"}
    assert shown["speed"] == pytest.approx(1 - standardized["speed", "~~", "speed"])
    every = chain.r2.set_index("lhs")["r2"]
    assert every["x2"] == pytest.approx(standardized["visual", "=~", "x2"] ** 2)


def test_rivals_are_held_against_the_declared_model() -> None:
    data = political_democracy.get_data()
    independent = DEMOCRACY.replace("dem65 ~ ind60 + dem60", "dem65 ~ dem60")
    table = sem.rivals(DEMOCRACY, {"no direct path": independent}, data).set_index("model")
    rival = sem.fit(independent, data)
    assert table.loc["no direct path", "delta.bic"] == pytest.approx(rival.measures["bic"] - table.loc["model", "bic"])
    assert table.loc["model", ["delta.aic", "delta.bic"]].tolist() == [0, 0]
    assert table["df"].tolist() == [35, 36]
    assert not table["stopped"].any()


def test_rivals_that_cannot_be_compared_are_named() -> None:
    data = political_democracy.get_data()
    with pytest.raises(DataError, match="No rival"):
        sem.rivals(DEMOCRACY, {}, data)
    with pytest.raises(ModelError, match=r"shorter: .*y8"):
        sem.rivals(DEMOCRACY, {"shorter": "d =~ y1 + y2 + y3"}, data)
    with pytest.raises(ModelError, match="broken, model, line 1"):
        sem.rivals(DEMOCRACY, {"broken": "d <~ y1"}, data)


def test_equivalent_models_are_named() -> None:
    model = "A =~ a1 + a2\nT =~ t1 + t2\nS =~ s1 + s2\nL =~ l1 + l2\nT ~ A\nS ~ A + T\nL ~ S + T"
    assert list(sem.equivalents(model)["reversed"]) == ["T -> A", "S -> T"]
    assert sem.equivalents("y ~ x").empty  # the moments of a fixed x are given
    loop = "y1 ~ x1 + y2\ny2 ~ x2 + y1"
    assert sem.equivalents(loop).empty


def test_a_reversed_path_fits_exactly_as_well(children: pd.DataFrame) -> None:
    model = f"{FACTORS}\ntextual ~ visual\nspeed ~ visual + textual"
    assert "speed -> textual" in set(sem.equivalents(model)["reversed"])
    turned = sem.fit(f"{FACTORS}\nspeed ~ visual\ntextual ~ visual + speed", children)
    assert turned.measures["chisq"] == pytest.approx(sem.fit(model, children).measures["chisq"], rel=1e-9)


def test_a_path_that_is_no_covered_edge_changes_the_fit(children: pd.DataFrame) -> None:
    model = f"{FACTORS}\ntextual ~ visual\nspeed ~ textual"
    assert list(sem.equivalents(model)["path"]) == ["visual -> textual"]
    turned = sem.fit(f"{FACTORS}\ntextual ~ visual + speed", children)  # speed -> textual instead
    assert turned.measures["df"] != sem.fit(model, children).measures["df"]


@pytest.mark.parametrize(("structure", "turned", "options"), [
    ("speed ~ textual", "textual ~ speed", {"group": "school", "group_equal": ("regressions",)}),
    ("speed ~ textual", "textual ~ speed", {"group": "school", "group_equal": ("lv.variances",)}),
    ("speed ~ c(a, a)*textual", "textual ~ c(a, a)*speed", {"group": "school"}),
    ("speed ~ textual; speed ~~ 0.3*speed", "textual ~ speed; speed ~~ 0.3*speed", {}),
])
def test_what_is_bound_cannot_be_turned_around(structure: str, turned: str, options: dict,
                                               children: pd.DataFrame) -> None:
    measured = "textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9; "
    fitted = sem.fit(measured + structure, children, **options)
    assert fitted.gates.set_index("gate").loc["equivalent_models", "passed"]
    assert abs(fitted.measures["chisq"] - sem.fit(measured + turned, children, **options).measures["chisq"]) > 1e-3


@pytest.mark.parametrize("options", [{"std_lv": True}, {"group": "school", "group_equal": ("loadings", "intercepts")}])
def test_a_scale_binds_nothing(options: dict, children: pd.DataFrame) -> None:
    measured = "textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9; "
    one, other = (sem.fit(measured + path, children, **options) for path in ("speed ~ textual", "textual ~ speed"))
    assert not one.gates.set_index("gate").loc["equivalent_models", "passed"]
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], abs=1e-8)


def test_tables_say_the_level_of_their_intervals(children: pd.DataFrame) -> None:
    """A report heads the column with it; a study may declare another level than 95 %."""
    fitted = sem.fit(CHAIN, children, conf_level=0.90)
    for shown in (sem.paths_shown(fitted), sem.parameters_shown(fitted)):
        row = shown[shown["op"] == "~"].iloc[0]
        assert shown.attrs["conf_level"] == 0.90
        assert row["ci.upper"] == pytest.approx(row["est"] + 1.6448536 * row["se"])


def test_residuals_carry_their_z_where_it_is_known(chain: sem.SemFit, children: pd.DataFrame) -> None:
    shown = sem.largest_residuals(chain)
    every = sem.standardized_residuals(chain).set_index(["lhs", "rhs"])["z"]
    assert shown["z"].tolist() == [every[pair] for pair in zip(shown["lhs"], shown["rhs"], strict=True)]
    holed = children.assign(x1=children["x1"].mask(children.index % 10 == 0))
    assert sem.largest_residuals(sem.fit(FACTORS, holed, missing="fiml"))["z"].notna().all()
    assert "z" not in sem.largest_residuals(replace(chain, converged=False))
