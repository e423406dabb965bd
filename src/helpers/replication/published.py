"""Whether what was printed of a model comes out of the matrix that was printed with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError, HelpersError, ModelError

# Matrices at the edge of the rounding of the printed one that are refitted: their results span what the digits allow.
AROUND = 200
# Where the number of respondents is not known: estimates do not depend on it, and whatever does is left out.
_ANY_N = 1e9
_WITHOUT_N = ("npar", "df", "srmr")
_QUANTITIES = ("est", "se", "z", "pvalue", "std.all")
# Measures that differ between N and N - 1, which programs use side by side.
_BY_N = ("chisq", "baseline.chisq")


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """A model fitted to a printed matrix, and to matrices that would have been printed alike.

    Attributes
    ----------
    fit : SemFit
    n_known : bool
        Otherwise only estimates, npar, df and srmr are results.
    lower, upper : DataFrame, one row per parameter
        ``est se z pvalue std.all`` over the matrices around.
    measures_lower, measures_upper : Series
    around : int
        Matrices that could be fitted.
    checks : tuple of Check
    """

    fit: sem.SemFit
    n_known: bool
    lower: pd.DataFrame
    upper: pd.DataFrame
    measures_lower: pd.Series
    measures_upper: pd.Series
    around: int
    checks: tuple[Check, ...]


def refit(model: str, moments: Mapping[str, Any], *, decimals: int, around: int = AROUND, seed: int = 1) -> Refit:
    r"""Fit a published model to the matrix that was printed with it.

    Parameters
    ----------
    model : str
    moments : mapping
        Keywords of ``sem.Moments``: ``cor`` or ``cov`` (labelled DataFrame), ``sds``, ``means``, ``n`` where it is
        known.
    decimals : int
        Of the printed matrix.
    around : int, default 200
        Matrices within its rounding that are fitted.
    seed : int, default 1

    Returns
    -------
    Refit

    Raises
    ------
    ModelError
        ``replication.no_printed_model``; as ``sem.fit``.
    DataError
        As ``sem.fit``: the matrix is not positive definite, or has correlations beyond 1.

    Notes
    -----
    A printed entry :math:`r` stands for all values in :math:`r \pm \tfrac12 10^{-d}`. The model is fitted to the
    printed matrix and to 200 matrices at corners of that box, drawn at random (what a fit says changes almost
    evenly over so small a box, so its ends lie at corners); what was printed may lie anywhere in their span.

    Examples
    --------
    >>> r = pd.DataFrame([[1, .50, .40], [.50, 1, .60], [.40, .60, 1]], index=list("abc"), columns=list("abc"))
    >>> again = refit("b ~ a\nc ~ b", {"cor": r, "n": 200}, decimals=2, around=20)
    >>> again.fit.parameters.loc[[0, 1], ["lhs", "rhs", "est"]].round(2).to_numpy().tolist()
    [['b', 'a', 0.5], ['c', 'b', 0.6]]
    """
    if not model:
        raise ModelError("replication.no_printed_model")
    n_known = "n" in moments
    given = {"n": _ANY_N, **moments}
    fit = sem.fit(model, moments=sem.Moments(**given))
    rows, measures = [], []
    for near in _near(given, decimals, around, seed):
        try:
            other = sem.fit(model, moments=sem.Moments(**near))
        except HelpersError:  # beyond the edge of what a matrix can be; the printed one is inside
            continue
        rows.append(other.parameters[list(_QUANTITIES)].to_numpy(dtype=float))
        measures.append(other.measures.to_numpy(dtype=float))
    rows.append(fit.parameters[list(_QUANTITIES)].to_numpy(dtype=float))
    measures.append(fit.measures.to_numpy(dtype=float))
    low, high = (pd.DataFrame(way(np.array(rows), axis=0), columns=list(_QUANTITIES)) for way in (np.min, np.max))
    least, most = (pd.Series(way(np.array(measures), axis=0), index=fit.measures.index) for way in (np.min, np.max))
    checks = (Check("printed_n", "caution", n_known, {}),)
    return Refit(fit, n_known, low, high, least, most, len(rows) - 1, checks)


def refit_parameters(refitted: Refit) -> pd.DataFrame:
    """Give the parameters of a refit; without a known n only the estimates.

    Returns
    -------
    DataFrame
        ``lhs op rhs est se z pvalue ci.lower ci.upper std.all``.
    """
    columns = ["lhs", "op", "rhs", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "std.all"]
    table = refitted.fit.parameters[columns].copy()
    if not refitted.n_known:
        table[["se", "z", "pvalue", "ci.lower", "ci.upper"]] = np.nan
    table.attrs["checks"] = (*refitted.checks, *(refitted.fit.checks if refitted.n_known else ()))
    return table


def printed_paths(refitted: Refit, printed: pd.DataFrame) -> pd.DataFrame:
    """Hold the printed paths against those of the refit.

    Parameters
    ----------
    refitted : Refit
    printed : DataFrame of str
        ``lhs op rhs`` and any of ``est se z pvalue std.all``, as printed; "" where nothing was.

    Returns
    -------
    DataFrame, one row per printed number
        ``lhs op rhs quantity printed refit lowest highest difference reproduced``: the span of the refit over the
        rounding of the matrix, and whether the printed number, with its own rounding, meets it. ``attrs["checks"]``
        holds ``printed_paths``.

    Raises
    ------
    DataError
        ``replication.no_printed_result``: no path was. ``replication.printed_unknown``: the model has no such path.
    """
    if printed.empty:
        raise DataError("replication.no_printed_result")
    parameters, rows, unknown = refitted.fit.parameters.reset_index(drop=True), [], []
    for path in printed.to_dict("records"):
        at = _place(parameters, path)
        if at is None:
            unknown.append(f"{path['lhs']} {path['op']} {path['rhs']}")
            continue
        for quantity in _QUANTITIES:
            if path.get(quantity) and (refitted.n_known or quantity in ("est", "std.all")):
                row = _held(path[quantity], parameters.loc[at, quantity], refitted.lower.loc[at, quantity],
                            refitted.upper.loc[at, quantity])
                rows.append({"lhs": path["lhs"], "op": path["op"], "rhs": path["rhs"], "quantity": quantity, **row})
    if unknown:
        raise DataError("replication.printed_unknown", paths=unknown)
    table = pd.DataFrame(rows)
    names = table["lhs"] + " " + table["op"] + " " + table["rhs"]
    table.attrs["checks"] = (_reproduced("printed_paths", table, names),)
    return table


def printed_fit(refitted: Refit, printed: Mapping[str, str]) -> pd.DataFrame:
    """Hold the printed measures of fit against those of the refit.

    Parameters
    ----------
    refitted : Refit
    printed : mapping of str to str
        Measure in lavaan's names -> as printed.

    Returns
    -------
    DataFrame, one row per measure
        ``measure printed refit lowest highest difference reproduced``; chi-squares and RMSEA span both N and N - 1.
        ``attrs["checks"]`` holds ``printed_fit``.

    Raises
    ------
    DataError
        ``replication.no_printed_result``; ``replication.printed_measure``: no measure is called so.
    """
    wanted = {name: value for name, value in printed.items() if refitted.n_known or name in _WITHOUT_N}
    if not wanted:
        raise DataError("replication.no_printed_result")
    known = refitted.fit.measures
    if absent := [name for name in wanted if name not in known.index]:
        raise DataError("replication.printed_measure", measures=absent, known=list(known.index))
    rows = []
    for name, value in wanted.items():
        low, high = _either_n(name, refitted)
        rows.append({"measure": name, **_held(value, known[name], low, high)})
    table = pd.DataFrame(rows)
    table.attrs["checks"] = (_reproduced("printed_fit", table, table["measure"]),)
    return table


def _near(given: Mapping[str, Any], decimals: int, around: int, seed: int) -> list[dict[str, Any]]:
    kind = "cor" if given.get("cor") is not None else "cov"
    matrix, random, half = given[kind], np.random.default_rng(seed), 0.5 * 10.0 ** -decimals
    p, made = len(matrix), []
    for _ in range(around):
        moved = np.tril(half * random.choice([-1.0, 1.0], size=(p, p)), -1 if kind == "cor" else 0)
        off = moved + np.tril(moved, -1).T
        made.append({**given, kind: matrix + off})
    return made


def _place(parameters: pd.DataFrame, path: Mapping[str, str]) -> int | None:
    ends = [(path["lhs"], path["rhs"])] + ([(path["rhs"], path["lhs"])] if path["op"] == "~~" else [])
    for lhs, rhs in ends:
        found = parameters.index[(parameters["lhs"] == lhs) & (parameters["op"] == path["op"])
                                 & (parameters["rhs"] == rhs)]
        if len(found):
            return int(found[0])
    return None


def _held(printed: str, est: float, low: float, high: float) -> dict[str, Any]:
    value, half = float(printed), 0.5 * 10.0 ** -len(printed.partition(".")[2])
    slack = 1e-9 * max(1.0, abs(value))  # binary fractions
    return {"printed": value, "refit": est, "lowest": low, "highest": high, "difference": value - est,
            "reproduced": bool(low - half - slack <= value <= high + half + slack)}


def _either_n(name: str, refitted: Refit) -> tuple[float, float]:
    """Span over the rounding of the matrix, and over chi-squares with N and with N - 1."""
    low, high, n = refitted.measures_lower[name], refitted.measures_upper[name], float(refitted.fit.n)
    less = (n - 1) / n
    if name in _BY_N:
        return low * less, high
    if name == "rmsea":
        df = refitted.fit.measures["df"]
        spans = [np.sqrt(max(chisq * a - df, 0) / (df * b)) for chisq in (refitted.measures_lower["chisq"],
                                                                         refitted.measures_upper["chisq"])
                 for a, b in ((1, n), (1, n - 1), (less, n), (less, n - 1))] if df > 0 else [0.0]
        return min(low, *spans), max(high, *spans)
    return low, high


def _reproduced(gate: str, table: pd.DataFrame, names: pd.Series) -> Check:
    held = zip(names, table["printed"], table["reproduced"], strict=True)
    wrong = [f"{name} ({value:g})" for name, value, right in held if not right]
    return Check(gate, "caution", not wrong, {"numbers": wrong or ["-"], "n": len(table), "wrong": len(wrong)})
