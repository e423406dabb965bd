"""Whether RMSEA, its interval and the test of close fit follow from chi-square, df and n, in any usual convention."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.replication.auditing.intervals import Interval, corners
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

CLOSE_FIT = 0.05
_LARGEST = 1e5  # beyond it the noncentral distribution has no reliable value


def audit_rmsea(ledger: Ledger, fit: Mapping[str, Any], df: Number, n: Number | None, groups: int, *,
                robust: bool) -> None:
    r"""Check RMSEA, its interval and the test of close fit, in every usual convention.

    Parameters
    ----------
    robust : bool
        Whether robust forms exist: without their scaling factor, a difference is no contradiction.

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
    doubt = "robust_unknown" if robust and "scaling" not in fit else ""
    bases = _bases(fit, df, n, groups)
    ledger.judge("fit", "", "rmsea", fit.get("rmsea"), [
        Way(base.code, lambda reading, of=base: of.over(reading, lambda x, df, unit: math.sqrt(
            max(x - df, 0.0) / (df * unit)))) for base in bases], "rmsea", doubt=doubt)
    level = _level(fit)
    for at, number in enumerate(fit.get("rmsea_ci", [])):
        share = (1 + level) / 2 if at == 0 else (1 - level) / 2
        ledger.judge("fit", "", ("rmsea_ci_lower", "rmsea_ci_upper")[at], number, [
            Way(base.code, lambda reading, of=base, share=share: of.over(reading, lambda x, df, unit: math.sqrt(
                noncentrality(x, df, share) / (df * unit)))) for base in bases], "rmsea_ci", doubt=doubt)
    ledger.judge("fit", "", "pclose", fit.get("pclose"), [
        Way(base.code, lambda reading, of=base: of.over(reading, _not_close)) for base in bases
        if base.kind != "robust"], "pclose", doubt="robust_unknown" if robust else "")


def _level(fit: Mapping[str, Any]) -> float:
    level = fit["rmsea_level"].value if "rmsea_level" in fit else 0.9
    return level / 100 if level > 1 else level


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """One convention: which statistic, which N, with or without the root of the number of groups.

    ``kind`` says what the scaling factor c does: nothing, ``robust`` (the result times the root of c), ``shared`` (df
    times c beside the statistic that is not scaled: the interval of a scaled RMSEA).
    """

    code: str
    statistic: Number
    df: Number
    n: Number
    less: int
    groups: int
    scaling: Number | None = None
    kind: str = ""

    def over(self, reading: Reading, function: Callable[[float, float, float], float]) -> Interval:
        """Compute the index over everything that may be behind the printed numbers."""
        n, df = self.n.exact(), self.df.exact()
        unit = Interval((n.lower - self.less) / self.groups, (n.upper - self.less) / self.groups)
        factor = reading(self.scaling) if self.scaling else Interval.exactly(1.0)
        if self.kind == "shared":
            return corners(lambda x, each, c, per: function(x, c * each, per), reading(self.statistic), df, factor,
                           unit)
        found = corners(function, reading(self.statistic), df, unit)
        return found * factor.root() if self.kind == "robust" else found


def _bases(fit: Mapping[str, Any], df: Number, n: Number, groups: int) -> list[_Base]:
    bases = []
    scaling = fit["scaling"] if "scaling" in fit and fit["scaling"].rounded().lower > 0 else None
    for name, start in (("chisq", ""), ("chisq_scaled", "scaled_")):
        if name not in fit:
            continue
        for less, said in ((0, "n"), (1, "n_1")):
            if n.exact().lower <= less:
                continue
            for by in dict.fromkeys((groups, 1)):
                end = "_g" if by > 1 else ""
                bases.append(_Base(f"{start}{said}{end}", fit[name], df, n, less, by))
                if scaling:
                    kind, own = ("robust", "robust_") if start else ("shared", "scaled_")
                    bases.append(_Base(f"{own}{said}{end}", fit[name], df, n, less, by, scaling, kind))
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
