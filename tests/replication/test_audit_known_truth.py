"""True results printed to a few decimals are never called inconsistent; planted errors are found."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from helpers import replication, sem

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN)


def shown(value: float, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
    """Print a number as an article would, without its leading zero."""
    text = str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-int(decimals)), rounding=rounding))
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def fitted(rng: np.random.Generator, m: int, k: int, n: int) -> tuple:
    """Fit a factor model to answers drawn from another one, so that it does not fit perfectly."""
    factors = rng.multivariate_normal(np.zeros(m), np.full((m, m), 0.5) + 0.5 * np.eye(m), size=n)
    items = [factors[:, [at]] * rng.uniform(0.4, 1.2, k) + rng.normal(size=(n, k)) for at in range(m)]
    items[0][:, 0] += rng.uniform(0, 0.5) * items[1][:, 0]
    names = [[f"x{at}{item}" for item in range(k)] for at in range(m)]
    data = pd.DataFrame(np.hstack(items), columns=[each for of in names for each in of])
    model = "\n".join(f"f{at} =~ {' + '.join(of)}" for at, of in enumerate(names))
    return sem.fit(model, data), model, names


def table_of(fit, model, names, rng, decimals: int) -> dict:
    """Print what an article prints of a fit."""
    measures, parameters = fit.measures, fit.parameters

    loadings = parameters[parameters["op"] == "=~"]
    constructs = {}
    for at in range(len(names)):
        own = loadings[loadings["lhs"] == f"f{at}"]["std.all"].to_numpy()
        ave, common = (own**2).mean(), own.sum() ** 2
        constructs[f"f{at}"] = {"loadings": [shown(each, decimals) for each in own], "ave": shown(ave, decimals),
                                "cr": shown(common / (common + (1 - own**2).sum()), 3),
                                "sqrt_ave": shown(math.sqrt(ave), decimals)}
    paths = [{"path": f"{row.lhs} =~ {row.rhs}", "est": shown(row.est, decimals), "se": shown(row.se, decimals),
              "z": shown(row.z, decimals), "p": p_of(row.pvalue),
              "ci": [shown(low, decimals), shown(high, decimals)], "interval": "wald"}
             for row, low, high in zip(loadings.itertuples(), loadings["ci.lower"], loadings["ci.upper"], strict=True)
             if row.se > 0]
    latent = parameters[(parameters["op"] == "~~") & (parameters["lhs"] != parameters["rhs"])]
    return {"n": str(int(measures["ntotal"])), "model": model, "constructs": constructs, "paths": paths,
            "correlations": {"kind": "latent", "pairs": {
                f"{row.lhs} ~~ {row.rhs}": shown(value, decimals)
                for row, value in zip(latent.itertuples(), latent["std.all"], strict=True)}},
            "fit": {"chisq": shown(measures["chisq"], rng.integers(1, 4)), "df": str(int(measures["df"])),
                    "chisq_df": shown(measures["chisq"] / measures["df"], 2), "pvalue": p_of(measures["pvalue"]),
                    "cfi": shown(measures["cfi"], decimals), "tli": shown(measures["tli"], decimals),
                    "nfi": shown(measures["nfi"], 3), "rmsea": shown(measures["rmsea"], decimals),
                    "rmsea_ci": [shown(measures[f"rmsea.ci.{end}"], decimals) for end in ("lower", "upper")],
                    "pclose": p_of(measures["rmsea.pvalue"]), "srmr": shown(measures["srmr"], 3),
                    **({"baseline": {"chisq": shown(measures["baseline.chisq"], 2)}} if rng.random() < 0.5 else {})}}


@pytest.mark.parametrize("seed", range(12))
def test_a_fitted_model_printed_is_never_inconsistent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fit, model, names = fitted(rng, int(rng.integers(2, 4)), int(rng.integers(3, 5)), int(rng.integers(80, 600)))
    for decimals in (2, 3):
        found = replication.audit(table_of(fit, model, names, rng, decimals))
        wrong = found[found["verdict"].isin(["inconsistent", "truncated"])]
        assert wrong.empty, wrong.to_string()
        assert (found["verdict"] == "consistent").sum() > 20


def never_inconsistent(table: dict) -> None:
    found = replication.audit(table)
    wrong = found[found["verdict"].isin(["inconsistent", "truncated"])]
    assert wrong.empty, wrong.to_string()
    assert (found["verdict"] == "consistent").any()


@pytest.mark.parametrize("seed", range(8))
def test_a_regression_printed_is_never_inconsistent(seed: int) -> None:
    """Its p-values come from t with degrees of freedom that articles rarely print."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(30, 300)), int(rng.integers(1, 6))
    x = rng.normal(size=(n, k))
    fit = sm.OLS(x @ rng.normal(size=k) * 0.2 + rng.normal(size=n), sm.add_constant(x)).fit()
    ends = fit.conf_int()
    paths = [{"path": f"y ~ x{at}", "est": shown(fit.params[at], 2), "se": shown(fit.bse[at], 3), "interval": "wald",
              "t": shown(fit.tvalues[at], 2), "p": p_of(fit.pvalues[at]), "ci": [shown(end, 2) for end in ends[at]]}
             for at in range(k + 1)]
    for left_out in ((), ("t",), ("se",), ("t", "ci")):
        never_inconsistent({"n": str(n), "paths": [
            {key: value for key, value in path.items() if key not in left_out} for path in paths]})


@pytest.mark.parametrize("seed", range(5))
def test_robust_and_grouped_fits_are_never_inconsistent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(260, 2))
    items = [factors[:, [at]] * rng.uniform(0.5, 1, 4) + rng.exponential(size=(260, 4)) for at in (0, 1)]
    data = pd.DataFrame(np.hstack(items), columns=[f"x{at}" for at in range(8)])
    data["half"] = np.where(np.arange(260) % 2, "a", "b")
    model = "f =~ x0 + x1 + x2 + x3\nh =~ x4 + x5 + x6 + x7\nh ~ f"
    robust = sem.fit(model, data, estimator="MLR").measures
    for form in (".scaled", ".robust"):
        fit = {**indices(robust, form), "chisq": shown(robust["chisq.scaled"], 2), "estimator": "MLR",
               "pvalue": p_of(robust["pvalue.scaled"])}
        never_inconsistent({"n": "260", "model": model, "fit": fit})
        never_inconsistent({"n": "260", "model": model, "fit": {
            **fit, "chisq": shown(robust["chisq"], 3), "chisq_scaled": shown(robust["chisq.scaled"], 3),
            "scaling": shown(robust["chisq.scaling.factor"], 3)}})
    grouped = sem.fit(model, data, group="half", group_equal=("loadings",)).measures
    never_inconsistent({"n": "260", "counts": {"groups": "2", "variables": "8"}, "fit": {
        **indices(grouped, ""), "chisq": shown(grouped["chisq"], 2), "pvalue": p_of(grouped["pvalue"]),
        "baseline": {"chisq": shown(grouped["baseline.chisq"], 2)}}})


def indices(measures: pd.Series, form: str) -> dict:
    return {"df": str(int(measures["df"])),
            **{name: shown(measures[f"{name}{form}"], 3) for name in ("cfi", "tli", "rmsea")},
            "rmsea_ci": [shown(measures[f"rmsea.ci.{end}{form}"], 3) for end in ("lower", "upper")]}


def p_of(value: float) -> str:
    return "<.001" if value < 0.001 else shown(value, 3)
