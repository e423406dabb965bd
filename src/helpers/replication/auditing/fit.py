"""Whether degrees of freedom, p and RMSEA follow from the printed chi-square, the model and n."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.errors import HelpersError
from helpers.replication.auditing.intervals import Interval, corners
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading, count

_SCALED = ("MLR", "MLM", "MLMV", "MLMVS", "WLSM", "WLSMV", "ULSMV", "DWLS", "PML", "ROBUST", "SATORRA", "BENTLER",
           "YUAN", "BROWN")
CLOSE_FIT = 0.05
_LARGEST = 1e5  # beyond it the noncentral distribution has no reliable value
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


def audit_fit(ledger: Ledger, printed: Mapping[str, Any]) -> None:
    """Check df, chi-square / df, p, RMSEA with interval and test of close fit, and the incremental indices."""
    from helpers.replication.auditing import incremental

    fit = printed.get("fit", {})
    for quantity, lower, upper in (("chisq", 0, math.inf), ("rmsea", 0, math.inf), ("cfi", 0, 1), ("nfi", 0, 1),
                                   ("srmr", 0, math.inf), ("pvalue", 0, 1), ("pclose", 0, 1)):
        ledger.bounded("fit", "", quantity, fit.get(quantity), lower, upper)
    groups = _groups(printed)
    try:
        model = counted(printed, groups)
    except HelpersError as error:
        ledger.skip("fit", "", "df", fit.get("df") or "", "model_unread", "df")
        del error
        model = Counted()
    df = _degrees(ledger, fit, model)
    if not fit:
        return
    if df is None:
        for quantity in ("pvalue", "rmsea", "pclose"):
            if quantity in fit:
                ledger.skip("fit", "", quantity, fit[quantity], "needs_df", quantity)
    else:
        _chi_square(ledger, fit, df)
        _rmsea(ledger, fit, df, printed.get("n"), groups)
    incremental.audit_incremental(ledger, fit, df, model.baseline_df, doubt_of(fit))
    if fit.get("srmr") is not None:
        ledger.skip("fit", "", "srmr", fit["srmr"], "needs_residuals", "srmr")


def _groups(printed: Mapping[str, Any]) -> int:
    named = printed.get("counts", {}).get("groups")
    return max(1, int(named.value)) if named else 1


def doubt_of(fit: Mapping[str, Any]) -> str:
    """Say why an index that nothing reproduces may still be right: a robust form whose scaling is not printed."""
    robust = any(name in fit.get("estimator", "").upper() for name in _SCALED)
    return "robust_unknown" if (robust or "chisq_scaled" in fit) and "scaling" not in fit else ""


def _degrees(ledger: Ledger, fit: Mapping[str, Any], model: Counted) -> Number | None:
    """Check the printed df; else take the one of the model, or the whole number that chi-square / df leaves."""
    printed = fit.get("df")
    if printed is not None:
        ways = [Way(code, lambda _, of=df: Interval.exactly(float(of)) if of >= 0 else None) for code, df in model.df]
        if ways:
            ledger.judge("fit", "", "df", printed, ways, "df")
        else:
            ledger.skip("fit", "", "df", printed, "needs_model", "df")
        return printed if printed.value >= 0.5 else None
    return count(model.df[0][1]) if len(model.df) == 1 and model.df[0][1] > 0 else None


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


def _rmsea(ledger: Ledger, fit: Mapping[str, Any], df: Number, n: Number | None, groups: int) -> None:
    r"""Check RMSEA, its interval and the test of close fit, in every usual convention.

    Notes
    -----
    .. math:: RMSEA = \sqrt{\frac{\max(\chi^2 - df, 0)}{df \, N}} \sqrt{G}

    with N or N - 1 and with or without the root of the number of groups; from the scaled statistic, or multiplied by
    the root of the scaling factor (robust).

    References
    ----------
    Steiger & Lind (1980); Browne & Cudeck (1993); Steiger (1998) for groups; Brosseau-Liard, Savalei & Li (2012).
    """
    wanted = [name for name in ("rmsea", "pclose", "rmsea_ci") if name in fit]
    if n is None or ("chisq" not in fit and "chisq_scaled" not in fit):
        for name in wanted:
            for number in fit[name] if name == "rmsea_ci" else [fit[name]]:
                ledger.skip("fit", "", name, number, "needs_n" if n is None else "needs_chisq", "rmsea")
        return
    doubt, bases = doubt_of(fit), _bases(fit, df, n, groups)
    ledger.judge("fit", "", "rmsea", fit.get("rmsea"), [
        Way(base.code, lambda reading, of=base: of.over(reading, lambda x, unit, of=of: math.sqrt(
            max(x - df.value, 0.0) / (df.value * unit)) * of.stretch(reading))) for base in bases], "rmsea",
        doubt=doubt)
    level = _level(fit)
    for at, number in enumerate(fit.get("rmsea_ci", [])):
        share = (1 + level) / 2 if at == 0 else (1 - level) / 2
        ledger.judge("fit", "", ("rmsea_ci_lower", "rmsea_ci_upper")[at], number, [
            Way(base.code, lambda reading, of=base, share=share: of.over(reading, lambda x, unit, of=of: math.sqrt(
                noncentrality(x, df.value, share) / (df.value * unit)) * of.stretch(reading))) for base in bases],
            "rmsea_ci", doubt=doubt)
    ledger.judge("fit", "", "pclose", fit.get("pclose"), [
        Way(base.code, lambda reading, of=base: of.over(reading, lambda x, unit: _not_close(x, df.value, unit)))
        for base in bases if not base.robust], "pclose", doubt=doubt)


def _level(fit: Mapping[str, Any]) -> float:
    level = fit["rmsea_level"].value if "rmsea_level" in fit else 0.9
    return level / 100 if level > 1 else level


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """One convention: which statistic, which N, with or without the root of the number of groups."""

    code: str
    statistic: Number
    n: Number
    less: int
    groups: int
    scaling: Number | None = None
    robust: bool = False

    def over(self, reading: Reading, function: Any) -> Interval:
        n = self.n.exact()
        return corners(function, reading(self.statistic),
                       Interval((n.lower - self.less) / self.groups, (n.upper - self.less) / self.groups))

    def stretch(self, reading: Reading) -> float:
        del reading
        return math.sqrt(self.scaling.value) if self.robust and self.scaling else 1.0


def _bases(fit: Mapping[str, Any], df: Number, n: Number, groups: int) -> list[_Base]:
    del df
    bases = []
    for name, start in (("chisq", ""), ("chisq_scaled", "scaled_")):
        if name not in fit:
            continue
        for less, said in ((0, "n"), (1, "n_1")):
            if n.exact().lower <= less:
                continue
            for by in dict.fromkeys((groups, 1)):
                end = "_g" if by > 1 else ""
                bases.append(_Base(f"{start}{said}{end}", fit[name], n, less, by))
                if "scaling" in fit:
                    bases.append(_Base(f"robust_{said}{end}", fit[name], n, less, by, fit["scaling"], robust=True))
    return bases


def noncentrality(x: float, df: float, share: float) -> float:
    """Find the noncentrality of which the statistic is the ``share`` quantile; 0 where it is below it already."""
    from scipy.optimize import brentq
    from scipy.special import chndtr

    if x > _LARGEST:
        return math.nan
    if x <= 0 or chndtr(x, df, 0.0) < share:
        return 0.0
    upper = max(2 * x, 10.0)
    while chndtr(x, df, upper) > share:
        upper *= 2
    return float(brentq(lambda each: chndtr(x, df, each) - share, 0.0, upper, xtol=1e-10))


def _not_close(x: float, df: float, unit: float) -> float:
    from scipy.special import chndtr

    return float(1 - chndtr(max(x, 0.0), df, CLOSE_FIT**2 * df * unit))
