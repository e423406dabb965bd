"""Whether degrees of freedom and p follow from the printed model and chi-square."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.errors import HelpersError, Problem
from helpers.replication.auditing import incremental, rmsea
from helpers.replication.auditing.intervals import Interval, corners
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, count

_SCALED = ("MLR", "MLM", "MLMV", "MLMVS", "WLSM", "WLSMV", "ULSMV", "DWLS", "PML", "ROBUST", "SATORRA", "BENTLER",
           "YUAN", "BROWN")
_MOST_GROUPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the model alone says.

    Attributes
    ----------
    df : tuple of (str, int)
        Convention and degrees of freedom.
    baseline_df : tuple of (str, int)
        Of the model without any relation.
    """

    df: tuple[tuple[str, int], ...] = ()
    baseline_df: tuple[tuple[str, int], ...] = ()


def counted(printed: Mapping[str, Any], pairs: int) -> Counted:
    """Count moments and parameters of the printed model.

    Parameters
    ----------
    printed : mapping
        ``model`` is lavaan text, or ``cfa``: every construct with its loadings, all correlated; ``counts`` holds the
        numbers of variables and free parameters instead.
    pairs : int
        Groups.

    Notes
    -----
    ``df = p (p + 1) / 2 - q`` in every group; means that are all free add as many moments as parameters. The baseline
    has ``p (p - 1) / 2``, or as many fewer as exogenous observed variables have covariances that it keeps.

    Raises
    ------
    ModelError
        A model text that cannot be read.
    """
    model, counts = printed.get("model", ""), printed.get("counts", {})
    if model == "cfa":
        sizes = [len(each["loadings"]) for each in printed.get("constructs", {}).values() if each.get("loadings")]
        p, m = sum(sizes), len(sizes)
        single = sum(size == 1 for size in sizes)
        q = 2 * p + m * (m - 1) // 2 - single
        df = pairs * (p * (p + 1) // 2 - q)
        return Counted((("cfa", df),), (("", pairs * p * (p - 1) // 2),)) if p else Counted()
    if model and pairs <= _MOST_GROUPS:
        from helpers import sem

        found = sem.degrees(model, groups=pairs)
        return Counted((("model", found.df),), tuple(dict.fromkeys((
            ("all_uncorrelated", found.baseline_df_all), ("x_kept", found.baseline_df)))))
    p = int(counts["variables"].value) if "variables" in counts else 0
    baseline = (("", pairs * p * (p - 1) // 2),) if p else ()
    if not p or "parameters" not in counts:
        return Counted((), baseline)
    q = int(counts["parameters"].value)
    without = pairs * p * (p + 1) // 2 - q
    return Counted((("without_means", without), ("with_means", without + pairs * p)), baseline)


def audit_fit(ledger: Ledger, printed: Mapping[str, Any], where: str) -> None:
    """Check df, chi-square / df, p, RMSEA with interval and test of close fit, and the incremental indices.

    Parameters
    ----------
    where : str
        File and line of the model, for messages.

    Raises
    ------
    ModelError
        A model text that cannot be read.
    """
    fit = printed.get("fit", {})
    for quantity, lower, upper in (("chisq", 0, math.inf), ("rmsea", 0, math.inf), ("cfi", 0, 1), ("nfi", 0, 1),
                                   ("srmr", 0, math.inf), ("pvalue", 0, 1), ("pclose", 0, 1)):
        ledger.bounded("fit", "", quantity, fit.get(quantity), lower, upper)
    groups = _groups(printed)
    try:
        model = counted(printed, groups)
    except HelpersError as error:
        raise type(error).of(Problem(each.id, each.values, ", ".join(filter(None, (where, each.where))))
                             for each in error.problems) from None
    df = _degrees(ledger, fit, model, _free_errors(printed))
    if not fit:
        return
    if df is None:
        for quantity in ("pvalue", "rmsea", "pclose"):
            if quantity in fit:
                ledger.skip("fit", "", quantity, fit[quantity], "needs_df", quantity)
    else:
        _chi_square(ledger, fit, df)
        rmsea.audit_rmsea(ledger, fit, df, printed.get("n"), groups, robust=is_robust(fit))
    incremental.audit_incremental(ledger, fit, df, model.baseline_df,
                                  "robust_unknown" if is_robust(fit) else "")
    if fit.get("srmr") is not None:
        ledger.skip("fit", "", "srmr", fit["srmr"], "needs_residuals", "srmr")


def _groups(printed: Mapping[str, Any]) -> int:
    named = printed.get("counts", {}).get("groups")
    return max(1, int(named.value)) if named else 1


def is_robust(fit: Mapping[str, Any]) -> bool:
    """Whether robust forms of the indices exist besides the plain ones."""
    return "chisq_scaled" in fit or any(name in fit.get("estimator", "").upper() for name in _SCALED)


def _free_errors(printed: Mapping[str, Any]) -> str:
    """Say why a printed CFA may have fewer degrees of freedom than its constructs leave; "": it may not."""
    free = any(each.get("correlated_errors") == "yes" for each in printed.get("constructs", {}).values())
    return "correlated_errors" if free and printed.get("model") == "cfa" else ""


def _degrees(ledger: Ledger, fit: Mapping[str, Any], model: Counted, doubt: str) -> Number | None:
    """Check the printed df; else take the one of the model, or the whole number that chi-square / df leaves."""
    printed = fit.get("df")
    if printed is not None:
        ways = [Way(code, lambda _, of=df: Interval.exactly(float(of)) if of >= 0 else None) for code, df in model.df]
        if ways:
            fewer = printed.value <= max(df for _, df in model.df)
            ledger.judge("fit", "", "df", printed, ways, "df", doubt=doubt if fewer else "")
        else:
            ledger.skip("fit", "", "df", printed, "needs_model", "df")
        return printed if printed.value >= 0.5 else None
    known = len(model.df) == 1 and model.df[0][1] > 0 and not doubt
    return count(model.df[0][1]) if known else None


def _chi_square(ledger: Ledger, fit: Mapping[str, Any], df: Number) -> None:
    chisq, scaled = fit.get("chisq"), fit.get("chisq_scaled")
    named = [(code, each) for code, each in (("", chisq), ("scaled", scaled)) if each is not None]
    ledger.judge("fit", "", "chisq_df", fit.get("chisq_df"),
                 [Way(code, lambda reading, of=each: reading(of) / df.exact()) for code, each in named], "chisq_df")
    for quantity, own in (("pvalue", named), ("pvalue_scaled", [each for each in named if each[0]])):
        ledger.judge("fit", "", quantity, fit.get(quantity),
                     [Way(code, lambda reading, of=each: _tail(reading(of), df)) for code, each in own], "pvalue")
    if chisq is not None and scaled is not None:
        ledger.judge("fit", "", "scaling", fit.get("scaling"),
                     [Way("", lambda reading: reading(chisq) / reading(scaled))], "scaling")


def _tail(chisq: Interval, df: Number) -> Interval:
    from scipy.special import chdtrc

    return corners(lambda x: float(chdtrc(df.value, max(x, 0.0))), chisq)
