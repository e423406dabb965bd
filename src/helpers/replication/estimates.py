"""Paths and effects with their errors, from a fit or from a printed table, in either metric."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.errors import DataError, ModelError, Problem
from helpers.sem import Moments, SemFit, Treatment, fit, fit_by_rule
from helpers.sem.fitting.estimates import root
from helpers.sem.resampling.chains import Paths, effects_of

LEAST_P = 0.001  # smaller p values are printed as bounds
ANY_N = 1000.0  # estimates do not depend on it; errors that do are left out
COLUMNS = ("lhs", "op", "rhs", "effect", "kind", "est", "se", "std.all", "std.all.se")


def estimates(fit: SemFit) -> pd.DataFrame:
    r"""List every path and every indirect and total effect, with the errors of both metrics by the delta method.

    Parameters
    ----------
    fit : SemFit
        Of one group.

    Returns
    -------
    DataFrame
        ``lhs op rhs effect kind est se std.all std.all.se``; a fixed path has no error and is left out.

    Raises
    ------
    ModelError
        ``replication.groups``: several groups. ``sem.no_paths``: the model has no regression.
        ``replication.replication_stopped``: a *stop* gate of the fit forbids to interpret its errors.

    Notes
    -----
    An effect is a sum of products of paths; in standard deviations the paths are the standardized ones, with
    covariances :math:`D V D'` where :math:`D` holds the slopes of the standardized solution. Errors of products are
    symmetric approximations (Sobel, 1982. Sociological Methodology, 13, 290-312).

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> chain = fit("m ~ x; y ~ m", simulate("m ~ .5*x; y ~ .4*m", n=300, seed=1))
    >>> estimates(chain)[["lhs", "rhs", "effect", "kind"]]
      lhs rhs       effect      kind
    0   m   x       x -> m    direct
    1   y   x  x -> m -> y  indirect
    2   y   x       x -> y     total
    3   y   m       m -> y    direct
    """
    refuse_stopped(replication=fit)
    if len(fit.groups) > 1:
        raise ModelError("replication.groups", groups=list(fit.groups))
    table = fit.structure.table
    if not any(row.op == "~" for row in table.rows):
        raise ModelError("sem.no_paths")
    found = effects_of(Paths.of(table, 1))
    count = len(table.rows)
    shown, slopes = {}, fit.std_slopes[:count, :count]
    for column, vcov in (("est", fit.rows_vcov), ("std.all", slopes @ fit.rows_vcov @ slopes.T)):
        values = fit.parameters[column].to_numpy()[:count]
        reach = {each.paths: each.paths.reach(values[None]) for each in found}
        moved = np.vstack([each.slopes(values, reach[each.paths][0]) for each in found])
        shown[column] = np.array([float(np.ravel(each.values(values[None], reach[each.paths]))[0]) for each in found])
        shown["se" if column == "est" else "std.all.se"] = root(np.einsum("ij,jk,ik->i", moved, vcov, moved))
    names = [each.name for each in found]
    made = pd.DataFrame({"lhs": [name.split(" -> ")[-1] for name in names], "op": "~",
                         "rhs": [name.split(" -> ")[0] for name in names], "effect": names,
                         "kind": [each.kind for each in found], **shown})[list(COLUMNS)]
    return made[made["se"] > 0].reset_index(drop=True)


def fitted(model: str, answers: pd.DataFrame | None = None, *, moments: Mapping[str, object] | None = None,
           printed: pd.DataFrame | None = None, treatment: Treatment | None = None,
           clusters: pd.DataFrame | None = None, conf_level: float = 0.95) -> SemFit | pd.DataFrame:
    """Fit the compared model to what is known of a study.

    Parameters
    ----------
    model : str
    answers : DataFrame, optional
    moments : mapping, optional
        Keywords of ``sem.Moments``, where there are no answers; ``n`` may be absent.
    printed : DataFrame, optional
        Paths as printed, where there is nothing that could be fitted.
    treatment : Treatment, optional
        Of answers.
    clusters : DataFrame, optional
        Branches, agents and so on in the rows of the answers; errors allow for them, see ``sem.fit_by_rule``.
    conf_level : float, default 0.95

    Returns
    -------
    SemFit or DataFrame
        A table as ``estimates`` gives it where paths were printed only, or n is not known: estimates then have no
        errors.

    Raises
    ------
    DataError
        ``replication.nothing_known``: neither answers nor moments nor printed paths.
    ModelError, DataError
        As ``sem.fit``.

    Examples
    --------
    >>> r = pd.DataFrame([[1, .5], [.5, 1]], index=["x", "y"], columns=["x", "y"])
    >>> fitted("y ~ x", moments={"cor": r})[["est", "se"]]
       est  se
    0  0.5 NaN
    """
    if answers is not None:
        return fit_by_rule(model, answers, treatment=treatment, clusters=clusters, conf_level=conf_level)
    if moments is not None:
        known = {"n": ANY_N, **moments}
        found = fit(model, moments=Moments(**known), conf_level=conf_level)
        return found if "n" in moments else estimates(found).assign(**{"se": np.nan, "std.all.se": np.nan})
    if printed is None:
        raise DataError("replication.nothing_known")
    return complete(printed, conf_level=conf_level)


def complete(table: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    r"""Complete a printed table of paths: errors from whatever it prints of z, t, p or an interval.

    Parameters
    ----------
    table : DataFrame
        ``lhs rhs est`` or ``lhs rhs std.all`` (``op``, where there is one, is ``~`` in every row that is used), and of
        each metric what was printed of ``se z t pvalue ci.lower ci.upper`` (of ``std.all``: ``std.all.se``).
    conf_level : float, default 0.95
        Of the printed interval.

    Returns
    -------
    DataFrame
        As ``estimates`` gives it; NaN where nothing printed tells the error: the estimate can then be compared, and
        nothing be said of agreement.

    Raises
    ------
    DataError
        ``replication.printed_columns``: no paths or no estimates.

    Notes
    -----
    In this order: the error itself; half the interval over z; the estimate over z or t; the estimate over the normal
    quantile of a two-sided p (not below .001, where printed p are bounds). Rounding makes the later ones coarse. A
    standardized path printed beside an unstandardized one takes the relative error of that,
    :math:`|\beta| \, s_b / |b|`, which leaves out that standard deviations are estimated too.

    Examples
    --------
    >>> complete(pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "std.all": [.4], "t": [5.0]}))[["std.all", "std.all.se"]]
       std.all  std.all.se
    0      0.4        0.08
    """
    if set(COLUMNS) <= set(table.columns):
        return table
    if not {"lhs", "rhs"} <= set(table.columns) or not {"est", "std.all"} & set(table.columns):
        raise DataError("replication.printed_columns", have=list(map(str, table.columns)))
    own = table[table["op"] == "~"] if "op" in table else table
    own = own.reset_index(drop=True)
    names = own["rhs"].astype(str) + " -> " + own["lhs"].astype(str)
    found = pd.DataFrame({"lhs": own["lhs"].astype(str), "op": "~", "rhs": own["rhs"].astype(str), "effect": names,
                          "kind": "direct"})
    blank = pd.Series(np.nan, index=own.index)
    numbers = {name: pd.to_numeric(own.get(name, blank), errors="coerce") for name in
               ("est", "se", "std.all", "std.all.se", "ci.lower", "ci.upper", "z", "t", "pvalue")}
    alone = numbers["est"].isna()  # then what is printed beside the path belongs to the standardized one
    found["est"], found["std.all"] = numbers["est"], numbers["std.all"]
    found["se"] = numbers["se"].fillna(_told(numbers, numbers["est"], conf_level)).where(~alone)
    of_std = numbers["se"].where(alone).fillna(_told(numbers, numbers["std.all"].where(alone), conf_level))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (numbers["std.all"] * found["se"] / numbers["est"]).abs()
    found["std.all.se"] = numbers["std.all.se"].fillna(of_std).fillna(relative)
    return found[list(COLUMNS)]


def refuse_stopped(original: SemFit | pd.DataFrame | None = None, replication: SemFit | pd.DataFrame | None = None, *,
                   joint: SemFit | None = None) -> None:
    """Refuse fits whose errors a failed *stop* forbids to interpret.

    Raises
    ------
    ModelError
        ``replication.original_stopped``, ``replication.replication_stopped``, ``replication.joint_stopped``.
    """
    problems = []
    for id, each in (("replication.original_stopped", original), ("replication.replication_stopped", replication),
                     ("replication.joint_stopped", joint)):
        if isinstance(each, SemFit) and each.stopped:
            failed = [check.gate for check in each.checks if check.severity == "stop" and not check.passed]
            problems.append(Problem(id, {"gates": failed}))
    if problems:
        raise ModelError.of(problems)


def _told(numbers: Mapping[str, pd.Series], est: pd.Series, conf_level: float) -> pd.Series:
    """Find an error from an interval, a z or t, or a p."""
    from scipy.special import ndtri

    p = numbers["pvalue"].where((numbers["pvalue"] >= LEAST_P) & (numbers["pvalue"] < 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        width = (numbers["ci.upper"] - numbers["ci.lower"]) / (2 * ndtri((1 + conf_level) / 2))
        ways = [width.where(est.notna()), (est / numbers["z"]).abs(), (est / numbers["t"]).abs(),
                (est / ndtri(p / 2)).abs()]
    found = pd.Series(np.nan, index=est.index)
    for way in ways:
        found = found.fillna(way.where(np.isfinite(way) & (way > 0)))
    return found
