"""Which two constructs are too close to be told apart? Latent correlations held against cutoffs, pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, ModelError
from helpers.measurement.factor_validity import loading_lines

CUTOFFS = (0.85, 0.90)
# Upper limit of the interval from which a pair is marginally, moderately, severely close.
MARGINAL, MODERATE, SEVERE = 0.80, 0.90, 1.00
SOURCE = "Rönkkö & Cho (2022)"


def discriminant(fit: sem.SemFit, htmt: pd.DataFrame | None = None, *, conf_level: float = 0.95,
                 at_least: int = 10, tested_from: float = MARGINAL) -> pd.DataFrame:
    r"""Correlations of the constructs with their intervals, tests against .85 and .90, and what they say.

    Parameters
    ----------
    fit : SemFit
        The correlated factors, one group.
    htmt : DataFrame, optional
        What `htmt` returned for the same constructs; adds ``htmt``, NaN without it.
    conf_level : float, default 0.95
    at_least : int, default 10
        Pairs whose interval stays below ``tested_from`` are listed until the table has so many rows; all others are.
    tested_from : float, default 0.80
        Pairs whose interval reaches it are tested against the cutoffs: two restricted fits each.

    Returns
    -------
    DataFrame, one row per pair, the closest first
        ``construct1``, ``construct2``, ``cor``, ``ci.lower``, ``ci.upper``, ``problem`` ("none", "marginal",
        "moderate" or "severe"), ``at85.chisq``, ``at85.pvalue``, ``at90.chisq``, ``at90.pvalue``, ``htmt``.
        ``attrs["pairs"]`` counts all pairs, ``attrs["checks"]`` holds the gate.

    Raises
    ------
    ModelError
        If the model has fewer than two factors, several groups, or an item that loads on two factors; ``sem.stopped``
        behind a failed *stop*.

    Notes
    -----
    The interval is normal, its standard error that of the fit (robust where the fit is) by the delta method. With u the
    limit farther from zero, a pair is no problem below .80, marginal below .90, moderate below 1, severe from there
    (CI_CFA(sys) of Rönkkö & Cho, 2022). ``at85`` and ``at90`` compare the model with one in which the correlation is
    fixed to the cutoff, with the sign that it has: a small p and a correlation nearer zero than the cutoff say that the
    constructs are told apart by it. The test is the scaled one of ``sem.compare`` where the fit is robust. It is
    NaN for pairs whose interval stays below ``tested_from``, whom no cutoff concerns, and where the restricted model
    does not converge. Agrees with lavaan and ``semTools::discriminantValidity``
    (tests/oracle/discriminant.R).

    References
    ----------
    Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity. Organizational Research
    Methods, 25(1), 6-47.

    Examples
    --------
    >>> discriminant(fit, htmt(scores, scales))  # doctest: +SKIP
    """
    from scipy.special import ndtri

    from helpers.sem.fitting.brief import refuse_stopped

    refuse_stopped(fit)
    names = [str(name) for name in loading_lines(fit)["lhs"].unique()]
    if len(names) < 2:
        raise ModelError("measurement.no_second_factor", constructs=names)
    lines = fit.parameters[(fit.parameters["op"] == "~~") & fit.parameters["lhs"].isin(names)]
    known = {frozenset((row.lhs, row.rhs)): (row.cor, row.error) for row in lines.rename(
        columns={"std.all": "cor", "std.all.se": "error"}).itertuples()}
    table = pd.DataFrame([(one, other, *known.get(frozenset((one, other)), (np.nan, np.nan)))
                          for one, other in combinations(names, 2)], columns=["construct1", "construct2", "cor", "se"])
    reach = float(ndtri((1 + conf_level) / 2)) * table.pop("se")
    table["ci.lower"], table["ci.upper"] = table["cor"] - reach, table["cor"] + reach
    farthest = table[["ci.lower", "ci.upper"]].abs().max(axis=1)
    table["problem"] = farthest.map(severity)
    order = farthest.sort_values(ascending=False, kind="stable").index
    near = farthest >= tested_from
    kept = order[:max(at_least, int(near.sum()))]
    shown = _with_ratios(_tested(fit, table.loc[kept], near), htmt).reset_index(drop=True)
    shown.attrs.update(pairs=len(table), conf_level=conf_level, checks=_checks(table, farthest))
    return shown


def severity(limit: float) -> str:
    """Name how close two constructs are from the limit of the interval that is farther from zero.

    Examples
    --------
    >>> [severity(limit) for limit in (0.79, 0.85, 0.97, 1.02, float("nan"))]
    ['none', 'marginal', 'moderate', 'severe', '']
    """
    if np.isnan(limit):
        return ""
    bounds = ((SEVERE, "severe"), (MODERATE, "moderate"), (MARGINAL, "marginal"))
    return next((word for bound, word in bounds if limit >= bound), "none")


def discriminant_in_brief(table: pd.DataFrame) -> dict[str, str | float]:
    """Pick what a sentence about discriminant validity names.

    Parameters
    ----------
    table : DataFrame
        What `discriminant` returned.

    Returns
    -------
    dict
        ``one other cor lower upper`` of the closest pair; ``close``, how many of ``pairs`` cannot be told apart.
    """
    first = table.iloc[0]
    return {"one": first["construct1"], "other": first["construct2"], "cor": float(first["cor"]),
            "lower": float(first["ci.lower"]), "upper": float(first["ci.upper"]),
            "close": int(table["problem"].isin(["moderate", "severe"]).sum()), "pairs": int(table.attrs["pairs"])}


def _tested(fit: sem.SemFit, table: pd.DataFrame, near: pd.Series) -> pd.DataFrame:
    """Add the tests against the cutoffs, of pairs that are near."""
    table = table.assign(**{f"at{round(cutoff * 100)}.{name}": np.nan for cutoff in CUTOFFS
                            for name in ("chisq", "pvalue")})
    if not near.any():
        return table
    variants = sem.Variants.of(fit)
    larger = variants.fit(fit.model)
    for at in table.index[near[table.index]]:
        one, other, cor = table.loc[at, ["construct1", "construct2", "cor"]]
        for cutoff in CUTOFFS:
            held = variants.fit(f"{fit.model}\n{one} ~~ {np.copysign(cutoff, cor)}*{other}")
            if held.converged:
                chisq, _, pvalue = variants.difference(larger, held)
                name = f"at{round(cutoff * 100)}"
                table.loc[at, [f"{name}.chisq", f"{name}.pvalue"]] = chisq, pvalue
    return table


def _with_ratios(table: pd.DataFrame, htmt: pd.DataFrame | None) -> pd.DataFrame:
    ratios = {} if htmt is None else {
        frozenset((row.construct1, row.construct2)): row.htmt for row in htmt.itertuples()}
    table = table.assign(htmt=[ratios.get(frozenset(pair), np.nan) for pair in zip(
        table["construct1"], table["construct2"], strict=True)])
    return table[["construct1", "construct2", "cor", "ci.lower", "ci.upper", "problem", "at85.chisq", "at85.pvalue",
                  "at90.chisq", "at90.pvalue", "htmt"]]


def _checks(table: pd.DataFrame, farthest: pd.Series) -> tuple[Check, ...]:
    """Judge the pairs that have an interval, and name those that have none."""
    order = farthest.sort_values(ascending=False, kind="stable").index
    close = [f"{row.construct1} - {row.construct2}" for row in table.loc[order].itertuples()
             if row.problem in ("moderate", "severe")]
    without = [f"{row.construct1} - {row.construct2}" for row in table[farthest.isna()].itertuples()]
    judged = Check("discriminant", "caution", not close, {
        "pairs": close or "-", "largest": float(farthest.max()), "of": len(table) - len(without), "source": SOURCE})
    if not without:
        return (judged,)
    undefined = Check("discriminant_undefined", "caution", False, {"pairs": without, "of": len(table)})
    return (undefined,) if len(without) == len(table) else (judged, undefined)
