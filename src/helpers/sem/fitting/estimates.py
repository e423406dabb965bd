"""The tables of a fit: estimates with their uncertainty, R², residuals, implied moments."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from helpers.moments import Sample
from helpers.sem.model.implied import Implied
from helpers.sem.model.specify import Structure
from helpers.sem.model.standardize import Standardized
from helpers.syntax import Table

COLUMNS = ("lhs", "op", "rhs", "label", "group", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.lv",
           "std.all", "std.all.se")


def parameters(table: Table, values: np.ndarray, vcov: np.ndarray, standardized: list[Standardized],
               std_slopes: list[np.ndarray], *, conf_level: float) -> pd.DataFrame:
    """Estimates of every row and of every ``:=``, with Wald intervals.

    Parameters
    ----------
    table : Table
    values : ndarray, shape (r,)
    vcov : ndarray, shape (r, r)
    standardized : list of Standardized
        Per group.
    std_slopes : list of ndarray, shape (k, k)
        Derivatives of the standardized parameters of a group by its own.
    conf_level : float

    Returns
    -------
    DataFrame
        The columns of the contract. Fixed rows: se 0, z and pvalue NaN, interval of width 0, as lavaan prints them.
    """
    std_lv = np.concatenate([each.std_lv for each in standardized])
    std_all = np.concatenate([each.std_all for each in standardized])
    # a residual variance that follows from the rest is no parameter and has, as in lavaan, no standard error of its own
    derived = np.array([row.derived for row in table.rows])
    ends = np.cumsum([0, *map(len, std_slopes)])
    se, std_se = np.where(derived, 0.0, root(np.diag(vcov))), np.concatenate(
        [spread(slopes, vcov[here:end, here:end])  # a group's standardized parameters move with its own rows
         for slopes, here, end in zip(std_slopes, ends[:-1], ends[1:], strict=True)])
    names = [(row.lhs, row.op, row.rhs, label, row.group) for row, label in zip(table.rows, _labels(table),
                                                                              strict=True)]
    identity = np.eye(len(values))
    est, gradients = defined(table, values, identity)
    each_lv, _ = defined(table, std_lv, identity)
    each_all, std_gradients = defined(table, std_all, block_diagonal(std_slopes))
    names += [(each.name, ":=", each.expression.source, each.name, 0) for each in table.definitions]
    se = np.concatenate([se, spread(gradients, vcov)])
    std_se = np.concatenate([std_se, spread(std_gradients, vcov)])
    named = {name: list(column) for name, column in zip(COLUMNS, zip(*names, strict=True), strict=False)}
    every = np.concatenate([values, est])
    return pd.DataFrame({**named, "est": every, **wald(every, se, conf_level),
                         "std.lv": np.concatenate([std_lv, each_lv]), "std.all": np.concatenate([std_all, each_all]),
                         "std.all.se": std_se})


def _labels(table: Table) -> list[str]:
    """Labels as lavaan shows them: of those made by the defaults only what holds rows equal."""
    often = Counter(row.label for row in table.rows)
    return ["" if row.label.startswith(".p") and often[row.label] == 1 else row.label for row in table.rows]


def wald(est: np.ndarray, se: np.ndarray, conf_level: float) -> dict[str, np.ndarray]:
    """Columns ``se z pvalue ci.lower ci.upper`` of normal-theory inference."""
    from scipy.special import ndtr, ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, est / se, np.nan)
    half = float(ndtri(0.5 + conf_level / 2)) * se
    return {"se": se, "z": z, "pvalue": 2 * ndtr(-np.abs(z)), "ci.lower": est - half, "ci.upper": est + half}


def root(variances: np.ndarray) -> np.ndarray:
    """Take standard errors of variances; rounding below zero is zero."""
    return np.sqrt(np.maximum(variances, 0.0))


def spread(slopes: np.ndarray, vcov: np.ndarray) -> np.ndarray:
    """Delta method: standard errors of functions with the given slopes, shape (functions, r).

    A function that the basic parameters cannot move (a variance standardized to 1) has none but rounding.
    """
    if not len(slopes):
        return np.zeros(0)
    variances = ((slopes @ vcov) * slopes).sum(axis=1)
    size = (np.abs(slopes) @ root(np.diag(vcov))) ** 2
    return root(np.where(variances < 1e-14 * size, 0.0, variances))


def defined(table: Table, values: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the ``:=`` lines.

    Parameters
    ----------
    table : Table
    values : ndarray, shape (r,)
        Of the rows; a name stands for the first row that bears it as label.
    slopes : ndarray, shape (r, s)
        Derivatives of ``values``.

    Returns
    -------
    ndarray of shape (d,), ndarray of shape (d, s)
        Values and their derivatives, NaN where an expression has none.
    """
    if not table.definitions:
        return np.zeros(0), np.zeros((0, slopes.shape[1]))
    known: dict[str, float] = {}
    known_slopes: dict[str, np.ndarray] = {}
    for at, row in enumerate(table.rows):
        if row.label and row.label not in known:
            known[row.label], known_slopes[row.label] = float(values[at]), slopes[at]
    found, gradients = [], []
    for each in table.definitions:
        value, slope = each.expression.value_and_gradient(known, known_slopes)
        slope = slope if slope.size else np.zeros(slopes.shape[1])
        known[each.name], known_slopes[each.name] = value, slope
        found.append(value)
        gradients.append(slope)
    return np.array(found), np.array(gradients).reshape(len(found), slopes.shape[1])


def r2(structure: Structure, standardized: list[Standardized]) -> pd.DataFrame:
    """Explained share of every indicator and outcome: ``lhs group r2``."""
    table, layout = structure.table, structure.layout
    explained = {row.lhs if row.op == "~" else row.rhs for row in table.rows if row.op in ("~", "=~")}
    rows = []
    for group, each in enumerate(standardized, start=1):
        by_eta = dict(zip(layout.etas, each.r2_etas, strict=True))
        by_observed = dict(zip(layout.observed, each.r2_observed, strict=True))
        rows += [(name, group, float((by_observed | by_eta)[name]))
                 for name in (*layout.observed, *table.latents) if name in explained]
    return pd.DataFrame(rows, columns=["lhs", "group", "r2"])


def residuals(samples: list[Sample], implied: list[Implied], *, means: bool) -> pd.DataFrame:
    """List what the model leaves unexplained: ``group lhs op rhs observed implied raw cor``.

    ``cor`` is the observed minus the implied correlation; for means it is the difference in standard deviations.
    """
    parts = []
    for group, (sample, moments) in enumerate(zip(samples, implied, strict=True), start=1):
        row, column = np.tril_indices(len(sample.names))
        names = np.array(sample.names, dtype=object)
        with np.errstate(invalid="ignore"):  # least squares may imply a negative variance: no correlation, and a gate
            sd, sd_implied = np.sqrt(np.diag(sample.cov)), np.sqrt(np.diag(moments.sigma))
        cor = sample.cov / np.outer(sd, sd) - moments.sigma / np.outer(sd_implied, sd_implied)
        parts.append(_residual_frame(group, names[row], "~~", names[column], sample.cov[row, column],
                                     moments.sigma[row, column], cor[row, column]))
        if means:
            parts.append(_residual_frame(group, names, "~1", "", sample.mean, moments.mu,
                                         (sample.mean - moments.mu) / sd))
    return pd.concat(parts, ignore_index=True)


def _residual_frame(group: int, lhs: np.ndarray, op: str, rhs: object, observed: np.ndarray, implied: np.ndarray,
                    cor: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"group": group, "lhs": lhs, "op": op, "rhs": rhs, "observed": observed, "implied": implied,
                         "raw": observed - implied, "cor": cor})


def implied_table(samples: list[Sample], implied: list[Implied], *, means: bool) -> pd.DataFrame:
    """Model-implied moments, one row per variable and group."""
    parts = []
    for group, (sample, moments) in enumerate(zip(samples, implied, strict=True), start=1):
        shown = pd.DataFrame(moments.sigma, index=list(sample.names), columns=list(sample.names))
        if means:
            shown.insert(0, "mean", moments.mu)
        shown.insert(0, "group", group)
        parts.append(shown)
    return pd.concat(parts).rename_axis("item")


def vcov_table(table: Table, vcov: np.ndarray, moves: np.ndarray) -> pd.DataFrame:
    """Covariances of the free estimates, labelled as lavaan writes parameters."""
    names = [row.shown.replace(" ", "") + (f".g{row.group}" if row.group > 1 else "") for row in table.rows]
    free = np.flatnonzero(moves)
    kept = [names[at] for at in free]
    return pd.DataFrame(vcov[np.ix_(free, free)], index=kept, columns=kept)


def block_diagonal(blocks: list[np.ndarray]) -> np.ndarray:
    """Matrices along the diagonal of a larger one."""
    size = sum(len(block) for block in blocks)
    whole, at = np.zeros((size, size)), 0
    for block in blocks:
        whole[at: at + len(block), at: at + len(block)] = block
        at += len(block)
    return np.where(np.isnan(whole), math.nan, whole)
