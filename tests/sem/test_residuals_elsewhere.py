"""Residuals over their errors with holes, least squares and ordinal answers: lavaan's numbers and known truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from semopy.examples import holzinger39

from helpers import sem
from helpers.errors import ModelError

ORACLE = Path(__file__).parents[1] / "oracle"
ITEMS = [f"x{item}" for item in range(1, 10)]
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = f"{CFA}\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex"
ORDINAL = {"estimator": "WLSMV", "ordered": ITEMS}
CASES = {
    "fiml": (CFA, "holed", {"missing": "fiml"}), "fiml_mlr": (CFA, "holed", {"missing": "fiml", "estimator": "MLR"}),
    "fiml_groups": (CFA, "holed", {"missing": "fiml", "group": "school"}),
    "fiml_random": (PATHS, "holed", {"missing": "fiml", "fixed_x": False}),
    "fiml_complete": (CFA, "whole", {"missing": "fiml"}),
    "gls": (CFA, "whole", {"estimator": "GLS"}),
    "gls_means": (CFA, "whole", {"estimator": "GLS", "meanstructure": True}),
    "gls_groups": (CFA, "whole", {"estimator": "GLS", "group": "school"}),
    "wlsmv": (CFA, "ordinal", ORDINAL), "dwls": (CFA, "ordinal", ORDINAL | {"estimator": "DWLS"}),
    "ulsmv": (CFA, "ordinal", ORDINAL | {"estimator": "ULSMV"}),
    "wlsmv_groups": (CFA, "ordinal", ORDINAL | {"group": "school"}),
}
POPULATION = "f =~ .8*a + .7*b + .6*c + .7*d\ng =~ .8*e + .7*h + .6*i\nf ~~ .4*g"
MODEL = "f =~ a + b + c + d\ng =~ e + h + i"


@pytest.fixture(scope="module")
def children() -> dict[str, pd.DataFrame]:
    whole = holzinger39.get_data().reset_index(drop=True)
    holed = whole.copy()
    for item in range(1, 10):
        holed.loc[item - 1:: 10 + item, f"x{item}"] = np.nan
    ranges = pd.read_csv(ORACLE / "residuals_data.csv", encoding="utf-8")
    return {"whole": whole, "holed": holed, "ordinal": whole.assign(**{name: ranges[name] for name in ITEMS})}


@pytest.mark.parametrize("name", CASES)
def test_ratios_are_those_of_lavaan(name: str, children: dict[str, pd.DataFrame]) -> None:
    model, which, options = CASES[name]
    fit = sem.fit(model, children[which], **options)
    found = sem.standardized_residuals(fit)
    names = {"~~": lambda row: frozenset((row.lhs, row.rhs)), "~1": lambda row: row.lhs,
             "|": lambda row: f"{row.lhs}|{row.rhs}"}
    ours = {(row.group, names[row.op](row)): row.z for row in found.itertuples()}
    theirs = pd.read_csv(ORACLE / "residuals_z.csv", encoding="utf-8", keep_default_na=False)
    theirs = theirs[theirs["model"] == name]
    for row in theirs.itertuples():
        z = ours[row.group, frozenset((row.row, row.column)) if row.column else row.row]
        n = fit.sample[row.group - 1].n
        # behind ordinal items lavaan divides a group's variances by everybody's n: see the next test
        expected = float(row.z) * (np.sqrt(n / fit.n) if name == "wlsmv_groups" else 1.0)
        tiny = 5e-2 if abs(expected) < 1e-3 else 5e-5  # lavaan leaves residuals near zero undivided
        assert z == pytest.approx(expected, rel=1e-4 if which == "ordinal" else 1e-5, abs=tiny), row
    assert len(theirs) == len(ours)


def test_groups_that_share_nothing_are_groups_alone(children: dict[str, pd.DataFrame]) -> None:
    data = children["ordinal"]
    fit = sem.fit(CFA, data, **ORDINAL, group="school")
    together = sem.standardized_residuals(fit)
    for number, label in enumerate(fit.groups, start=1):
        alone = sem.standardized_residuals(sem.fit(CFA, data[data["school"] == label], **ORDINAL))
        np.testing.assert_allclose(together.loc[together["group"] == number, "z"], alone["z"], atol=1e-8)


def test_without_holes_full_information_is_the_complete_route(children: dict[str, pd.DataFrame]) -> None:
    for model in (CFA, PATHS):
        holed, whole = (sem.standardized_residuals(sem.fit(model, children["whole"], estimator="MLR", **options))
                        for options in ({"missing": "fiml"}, {"meanstructure": True}))
        np.testing.assert_allclose(holed["z"], whole["z"], atol=1e-8)


def test_auxiliaries_stay_out_of_sight(children: dict[str, pd.DataFrame]) -> None:
    fit = sem.fit(CFA, children["holed"], missing="fiml", auxiliaries=["ageyr", "agemo"])
    found, plain = (sem.standardized_residuals(each)
                    for each in (fit, sem.fit(CFA, children["holed"], missing="fiml")))
    pd.testing.assert_frame_equal(found[["lhs", "op", "rhs"]], plain[["lhs", "op", "rhs"]])
    np.testing.assert_allclose(found["z"], plain["z"], atol=0.2)  # holes that hang on nothing: hardly different
    without = sem.fit(CFA, children["whole"], missing="fiml", auxiliaries=["ageyr"])
    whole = sem.standardized_residuals(sem.fit(CFA, children["whole"], missing="fiml"))
    np.testing.assert_allclose(sem.standardized_residuals(without)["z"], whole["z"], atol=1e-6)  # nothing is missing
    assert sem.residual_sizes(fit)["usrmr"].notna().all()


def cut(data: pd.DataFrame, plain: str = "") -> pd.DataFrame:
    return data.apply(lambda item: item if item.name in plain else np.digitize(item, [-.5, .6]))


def holed(data: pd.DataFrame, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    holes = generator.random((len(data), 4)) < np.where(data[["a"]] > 0, .35, .1)
    return data.assign(**data[list("bdei")].mask(holes))


def shared(data: pd.DataFrame, seed: int) -> pd.DataFrame:
    one = sem.simulate(POPULATION, n=150, seed=5000 + seed)
    return pd.concat([cut(data).assign(g="one"), cut(one).assign(g="two")], ignore_index=True)


@pytest.mark.parametrize(("make", "options", "op"), [
    (holed, {"missing": "fiml"}, "~~"), (holed, {"missing": "fiml", "estimator": "MLR"}, "~~"),
    (lambda data, _: data, {"estimator": "ULS"}, "~~"), (lambda data, _: data, {"estimator": "GLS"}, "~~"),
    (lambda data, _: cut(data, "bh"), {"estimator": "WLSMV", "ordered": list("acdei")}, "~~"),
    (lambda data, _: cut(data), {"estimator": "ULS", "ordered": True}, "~~"),
    (shared, {"estimator": "WLSMV", "ordered": list("abcdehi"), "group": "g",
              "group_equal": ["loadings", "thresholds"]}, "|"),
], ids=["fiml", "fiml mlr", "uls", "gls", "mixed", "ordinal uls", "shared thresholds"])
def test_where_the_model_is_true_they_are_standard_normal(make: Callable, options: dict, op: str) -> None:
    found = []
    for seed in range(20):
        data = make(sem.simulate(POPULATION, n=300, seed=seed), seed)
        table = sem.standardized_residuals(sem.fit(MODEL.replace("g =~", "k =~"), data, **options))
        found.append(table.loc[(table["op"] == op) & (table["lhs"] != table["rhs"]), "z"].to_numpy())
    np.testing.assert_allclose(np.std(found), 1.0, atol=0.15)
    assert 0.01 < (np.abs(found) > 1.96).mean() < 0.1


def test_width_changes_no_ratio(children: dict[str, pd.DataFrame]) -> None:
    for which, options in (("holed", {"missing": "fiml"}), ("whole", {"estimator": "GLS"})):
        data = children[which]
        wide, plain = (sem.standardized_residuals(sem.fit(CFA, each, **options))
                       for each in (data.assign(x2=data["x2"] * 100), data))
        np.testing.assert_allclose(wide["z"], plain["z"], atol=1e-6)
        assert (wide["se"] / plain["se"]).max() == pytest.approx(1e4, rel=1e-6)


def test_thresholds_and_means_stand_behind_the_covariances(children: dict[str, pd.DataFrame]) -> None:
    data = children["ordinal"].assign(x9=children["whole"]["x9"] * 10)
    fit = sem.fit(CFA, data, estimator="WLSMV", ordered=ITEMS[:8])
    found = sem.standardized_residuals(fit)
    pd.testing.assert_frame_equal(found.loc[fit.residuals.index, fit.residuals.columns], fit.residuals)
    behind = found.iloc[len(fit.residuals):]
    assert behind.loc[behind["lhs"] == "x2", "rhs"].tolist() == ["t1", "t2"]
    mean = behind[behind["op"] == "~1"].iloc[0]
    assert mean["observed"] == pytest.approx(data["x9"].mean())
    assert (behind["se"] == 0).all()  # free, so they fit exactly
    assert behind["pvalue"].isna().all()
    assert sem.largest_residuals(fit)["z"].notna().all()


SIZED = {name: case for name, case in CASES.items() if name != "wlsmv_groups"} | {
    "ml": (CFA, "whole", {}), "means": (CFA, "whole", {"meanstructure": True}),
    "mlr": (CFA, "whole", {"estimator": "MLR"}), "groups": (CFA, "whole", {"group": "school"})}


@pytest.mark.parametrize("name", SIZED)
def test_sizes_are_those_of_lavaan(name: str, children: dict[str, pd.DataFrame]) -> None:
    model, which, options = SIZED[name]
    fit = sem.fit(model, children[which], **options)
    ours = sem.residual_sizes(fit).set_index(["group", "part"])
    theirs = pd.read_csv(ORACLE / "residuals_sizes.csv", encoding="utf-8")
    theirs = theirs[(theirs["model"] == name) & ~(theirs["part"].isin(["thresholds", "total"]) & (which == "ordinal"))]
    assert set(theirs["measure"]) == set(ours.columns)
    for row in theirs.itertuples():
        value = ours.loc[(row.group, row.part), row.measure]
        if np.isnan(ours.loc[(row.group, row.part), "srmr.se"]):  # fits exactly: lavaan keeps 0 and what it asks for
            assert np.isnan(value) or value < 1e-6
        else:  # a size is not negative
            expected = max(row.value, 0.0) if row.measure.endswith("lower") else row.value
            assert value == pytest.approx(expected, rel=1e-5, abs=1e-8), row
    one = pd.read_csv(ORACLE / "residuals_crmr.csv", encoding="utf-8").set_index("model").loc[name]
    own = "crmr_nomean" if which == "ordinal" else "crmr"
    assert fit.measures["crmr"] == pytest.approx(one[own], rel=1e-5)


def test_unbiased_sizes_are_those_of_the_population() -> None:
    loadings = np.array([.8, .8, .7, .7, .7])
    population = np.outer(loadings, loadings)
    np.fill_diagonal(population, 1.0)
    population[0, 1] = population[1, 0] = .64 + .15
    names, model = list("abcde"), "f =~ a + b + c + d + e"
    truth = sem.fit(model, moments=sem.Moments(cov=population, names=names, n=10**6)).measures
    generator, found = np.random.default_rng(2), []
    for _ in range(60):
        drawn = generator.multivariate_normal(np.zeros(5), population, 250, method="cholesky")
        answers = pd.DataFrame(drawn, columns=names)
        found.append(sem.residual_sizes(sem.fit(model, answers)).iloc[0])
    table = pd.DataFrame(found).astype({f"u{name}": float for name in ("srmr", "crmr")})
    for name in ("srmr", "crmr"):
        assert table[f"u{name}"].mean() == pytest.approx(truth[name], abs=0.003)
        assert (table[name] - table[f"u{name}"]).mean() > 0.002  # the plain one is too large
        inside = (table[f"u{name}.ci.lower"] <= truth[name]) & (truth[name] <= table[f"u{name}.ci.upper"])
        assert 0.8 <= inside.mean() < 1


def test_exact_fit_is_rejected_at_the_level() -> None:
    rejected = [sem.residual_sizes(sem.fit(MODEL, sem.simulate(POPULATION, n=300, seed=seed)))["srmr.exactfit.pvalue"]
                .item() < 0.05 for seed in range(60)]
    assert 0.0 < np.mean(rejected) < 0.12


def test_a_model_that_fits_exactly_has_nothing_to_test(children: dict[str, pd.DataFrame]) -> None:
    found = sem.residual_sizes(sem.fit("visual =~ x1 + x2 + x3", children["whole"])).iloc[0]
    assert found["srmr"] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(found["usrmr"])
    with pytest.raises(ModelError) as caught:
        sem.residual_sizes(replace(sem.fit(CFA, children["whole"]), converged=False))
    assert caught.value.problems[0].id == "sem.released_not_converged"
