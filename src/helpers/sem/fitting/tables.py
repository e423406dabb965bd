"""The tables that a report shows of a fit; behind a failed stop they carry no standard error, test or interval."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import DataError, HelpersError, ModelError, Problem
from helpers.sem.fitting.fit import fit as fit_model
from helpers.sem.fitting.result import SemFit
from helpers.sem.fitting.standardized_residuals import standardized_residuals

PARAMETERS = ("lhs", "op", "rhs", "label", "group", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.lv",
              "std.all", "std.all.se")
PATHS = ("lhs", "op", "rhs", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.all")
UNCERTAIN = ("se", "z", "pvalue", "ci.lower", "ci.upper", "std.all.se", "std.all.ci.lower",
             "std.all.ci.upper")


def parameters_shown(fit: SemFit) -> pd.DataFrame:
    """Show every estimate.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``lhs op rhs label group est se z pvalue ci.lower ci.upper std.lv std.all std.all.se``. ``group`` is the
        group's own name, "" where there is one group and for ``:=``. ``se`` to ``ci.upper`` and ``std.all.se`` are
        NaN behind a failed *stop*. ``attrs["conf_level"]`` is the level of the intervals.
    """
    shown = fit.parameters[list(PARAMETERS)].copy()
    shown["group"] = _named(fit, shown["group"])
    shown.attrs["conf_level"] = fit.conf_level
    return withheld(fit, shown)


def paths_shown(fit: SemFit) -> pd.DataFrame:
    """Show the structural paths.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``lhs op rhs est se z pvalue ci.lower ci.upper std.all`` of every regression, preceded by ``group`` where
        there are several; uncertainty is NaN behind a failed *stop*. ``attrs["conf_level"]`` is the level of the
        intervals.

    Raises
    ------
    ModelError
        ``sem.no_paths`` where the model has no regression.
    """
    rows = fit.parameters[fit.parameters["op"] == "~"]
    if rows.empty:
        raise ModelError("sem.no_paths")
    shown = _grouped(fit, rows, list(PATHS))
    shown.attrs["conf_level"] = fit.conf_level
    return withheld(fit, shown)


def measures_shown(fit: SemFit) -> pd.DataFrame:
    """Show the fit measures.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``measure value``, lavaan's names, unrounded.
    """
    return fit.measures.reset_index()


def r2_shown(fit: SemFit) -> pd.DataFrame:
    """Show the explained variance of outcomes and constructs.

    That of an indicator is the square of its standardized loading and stays in ``fit.r2``.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``construct r2`` (an observed outcome under its own name), preceded by ``group`` where there are several.
    """
    outcomes = set(fit.parameters.loc[fit.parameters["op"] == "~", "lhs"])
    rows = fit.r2[fit.r2["lhs"].isin(outcomes | set(fit.latents))]
    return _grouped(fit, rows.rename(columns={"lhs": "construct"}), ["construct", "r2"])


def largest_residuals(fit: SemFit, n: int = 10) -> pd.DataFrame:
    """Show where the model misses the data most.

    Parameters
    ----------
    fit : SemFit
    n : int, default 10

    Returns
    -------
    DataFrame
        ``lhs rhs observed implied residual``: correlations in the data, in the model, and their difference, the
        largest differences first; preceded by ``group`` where there are several. Behind it ``z``, the residual
        covariance over its standard error, unless the search did not converge.

    References
    ----------
    Kline (2016). Principles and Practice of Structural Equation Modeling, ch. 11: absolute values above .10 deserve a
    look.
    """
    table = fit.residuals
    own = table[(table["op"] == "~~") & (table["lhs"] == table["rhs"])].set_index(["group", "lhs"])
    rows = table[(table["op"] == "~~") & (table["lhs"] != table["rhs"])].copy()
    for kind in ("observed", "implied"):
        sd = np.sqrt(own[kind])
        one = sd.loc[list(zip(rows["group"], rows["lhs"], strict=True))].to_numpy()
        other = sd.loc[list(zip(rows["group"], rows["rhs"], strict=True))].to_numpy()
        rows[kind] = rows[kind] / (one * other)
    rows["residual"] = rows["cor"]
    columns = ["lhs", "rhs", "observed", "implied", "residual"]
    if (tested := _over_error(fit)) is not None:
        rows["z"] = tested.loc[rows.index]
        columns.append("z")
    largest = rows["residual"].abs().sort_values(ascending=False, kind="stable").index[:n]
    return _grouped(fit, rows.loc[largest], columns)


def sample_moments(fit: SemFit) -> pd.DataFrame:
    """Show what was fitted, so that others can refit it.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``item n mean sd`` and one column of covariances (divisor n - 1; behind ordinal items polychoric) per item;
        preceded by ``group`` where there are several. ``sem.Moments(cov=...)`` takes it back. With full information
        these are the saturated moments by maximum likelihood, from which a refit comes close.
    """
    parts = []
    for number, sample in enumerate(fit.sample, start=1):
        # polychoric correlations are no sums over n
        cov = sample.cov * (1.0 if fit.engine.method.discrepancy != "ml" else sample.n / (sample.n - 1))
        part = pd.DataFrame({"group": number, "item": list(sample.names), "n": sample.n,
                             "mean": np.nan if sample.mean is None else sample.mean, "sd": np.sqrt(np.diag(cov))})
        parts.append(pd.concat([part, pd.DataFrame(cov, columns=list(sample.names))], axis=1))
    return _grouped(fit, pd.concat(parts), ["item", "n", "mean", "sd", *fit.sample[0].names])


def answered_pairs(model: str, data: pd.DataFrame) -> pd.DataFrame:
    """Count the respondents who answered both items of each pair.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)

    Returns
    -------
    DataFrame
        ``item`` and one column per variable of the model; on the diagonal those who answered the item.

    Examples
    --------
    >>> answered_pairs("f =~ a + b + c", pd.DataFrame({"a": [1, 2, None], "b": [1, None, 2], "c": [1, 2, 3]}))
      item  a  b  c
    0    a  2  1  2
    1    b  1  2  2
    2    c  2  2  3
    """
    names = list(syntax.parse(model).observed)
    there = data[names].notna().to_numpy().astype(int)
    counts = pd.DataFrame(there.T @ there, columns=names)
    counts.insert(0, "item", names)
    return counts


def rivals(model: str, rivals: Mapping[str, str], data: pd.DataFrame, **options: object) -> pd.DataFrame:
    """Compare a model with its declared rivals on the same respondents.

    Parameters
    ----------
    model : str
    rivals : mapping of name to model text
        They use the same observed variables; otherwise AIC and BIC could not be compared.
    data : DataFrame
    **options
        Handed to ``sem.fit``.

    Returns
    -------
    DataFrame
        ``model npar chisq df cfi rmsea srmr aic bic delta.aic delta.bic`` (the scaled chi-square and robust indices of
        a robust estimator), the declared model first (named
        "model"); positive differences: worse than the declared model. ``stopped`` says whether a *stop* gate failed.
        Where the estimator has no likelihood (WLSMV), the information criteria are NaN.

    Raises
    ------
    DataError
        No rivals.
    ModelError
        A rival has other variables or cannot be estimated; the message names it.
    """
    if not rivals:
        raise DataError("sem.no_rivals")
    declared = fit_model(model, data, **options)
    rows = [_row("model", declared, declared)]
    for name, text in rivals.items():
        try:
            observed = syntax.parse(text).observed
            if set(observed) != set(declared.observed):
                raise ModelError("sem.rival_items", items=sorted(set(observed) ^ set(declared.observed)))
            rows.append(_row(name, fit_model(text, data, **options), declared))
        except HelpersError as error:
            raise type(error).of(Problem(each.id, each.values, ", ".join(filter(None, (name, each.where))))
                                 for each in error.problems) from None
    return pd.DataFrame(rows)


def withheld(fit: SemFit, table: pd.DataFrame) -> pd.DataFrame:
    """Empty the columns that must not be read behind a failed *stop*."""
    if fit.stopped:
        for column in table.columns.intersection(UNCERTAIN):
            table[column] = np.nan
    return table


def _over_error(fit: SemFit) -> pd.Series | None:
    """Residual covariances over their standard errors, where an estimator has them."""
    try:
        return standardized_residuals(fit)["z"]
    except HelpersError:
        return None


def _named(fit: SemFit, numbers: pd.Series) -> pd.Series:
    return numbers.map(dict(enumerate(fit.groups, start=1))).fillna("").astype(str)


def _grouped(fit: SemFit, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    shown = rows[columns].reset_index(drop=True)
    if len(fit.groups) > 1:
        shown.insert(0, "group", _named(fit, rows["group"].reset_index(drop=True)))
    return shown


def _row(name: str, fitted: SemFit, declared: SemFit) -> dict[str, object]:
    kept = ("npar", "chisq", "df", "cfi", "rmsea", "srmr", "aic", "bic")
    counts = {key: int(fitted.measures[key]) for key in ("npar", "df")}
    shown = {key: fitted.reported(key) if key in fitted.measures.index else np.nan for key in kept}
    change = {f"delta.{key}": fitted.measures.get(key, np.nan) - declared.measures.get(key, np.nan)
              for key in ("aic", "bic")}
    return {"model": name, **shown, **counts, **change, "stopped": fitted.stopped}
