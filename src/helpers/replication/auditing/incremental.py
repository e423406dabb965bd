"""Whether CFI, TLI, NFI and their like agree with the baseline chi-square, or with each other without it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.replication.auditing.intervals import Interval, corners
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

INDICES = ("cfi", "tli", "nfi", "ifi", "rfi")
_BEYOND = ("tli", "ifi", "rfi")  # may exceed 1; some programs and authors print 1 then


def audit_incremental(ledger: Ledger, fit: Mapping[str, Any], df: Number | None,
                      baseline_df: Sequence[tuple[str, int]], doubt: str) -> None:
    r"""Check each printed index.

    Notes
    -----
    .. math:: CFI = 1 - \frac{\max(\chi^2 - df, 0)}{\max(\chi_b^2 - df_b, \chi^2 - df, 0)}, \quad
              TLI = \frac{\chi_b^2/df_b - \chi^2/df}{\chi_b^2/df_b - 1}, \quad
              NFI = 1 - \frac{\chi^2}{\chi_b^2}, \quad
              IFI = \frac{\chi_b^2 - \chi^2}{\chi_b^2 - df}

    Without the baseline, NFI gives back :math:`\chi_b^2 = \chi^2 / (1 - NFI)`, and
    :math:`1 - TLI = (1 - CFI)\, df_b / df` where neither is cut off.

    References
    ----------
    Bentler & Bonett (1980); Tucker & Lewis (1973); Bollen (1989); Bentler (1990). Psychological Bulletin, 107, 238-246.
    """
    printed = [name for name in INDICES if name in fit]
    baseline, chisq = fit.get("baseline", {}), fit.get("chisq")
    own = baseline.get("chisq")
    degrees = [("", int(baseline["df"].value))] if "df" in baseline else list(baseline_df)
    for name in printed:
        if df is None:
            ledger.skip("fit", "", name, fit[name], "needs_df", name)
        elif own is not None and chisq is not None:
            if degrees or name == "nfi":
                ledger.judge("fit", "", name, fit[name], _from_baseline(name, fit, df, degrees or [("", 0)]), name,
                             doubt=doubt)
            else:
                ledger.skip("fit", "", name, fit[name], "needs_baseline_df", name)
        else:
            _from_each_other(ledger, name, fit, df, degrees, doubt)


def _from_baseline(name: str, fit: Mapping[str, Any], df: Number, degrees: Sequence[tuple[str, int]]) -> list[Way]:
    own = fit["baseline"]["chisq"]
    ways = [Way(code, lambda reading, of=baseline_df: corners(
        lambda x, b: index(name, x, df.value, b, of), reading(fit["chisq"]), reading(own)))
        for code, baseline_df in degrees]
    if name in _BEYOND:
        ways += [Way("cut_at_1", lambda reading, of=baseline_df: corners(
            lambda x, b: min(index(name, x, df.value, b, of), 1.0), reading(fit["chisq"]), reading(own)))
            for _, baseline_df in degrees]
    return ways


def _from_each_other(ledger: Ledger, name: str, fit: Mapping[str, Any], df: Number,
                     degrees: Sequence[tuple[str, int]], doubt: str) -> None:
    ways: list[Way] = []
    formula = name
    if name in ("cfi", "ifi") and "nfi" in fit and "chisq" in fit and (degrees or name == "ifi"):
        formula = f"{name}_from_nfi"
        ways = [Way(code, lambda reading, of=baseline_df: _over_nfi(name, reading, fit, df, of))
                for code, baseline_df in degrees or [("", 0)]]
    elif name == "tli" and "cfi" in fit and degrees:
        formula = "tli_from_cfi"
        ways = [Way(code, lambda reading, of=baseline_df: _tli(reading(fit["cfi"]), df.value, of))
                for code, baseline_df in degrees]
    if ways:
        ledger.judge("fit", "", name, fit[name], ways, formula, doubt=doubt)
    else:
        ledger.skip("fit", "", name, fit[name], "needs_baseline", name)


def _over_nfi(name: str, reading: Reading, fit: Mapping[str, Any], df: Number, baseline_df: int) -> Interval | None:
    nfi = reading(fit["nfi"])
    if nfi.upper >= 1:
        return Interval(-math.inf, math.inf)
    return corners(lambda x, each: index(name, x, df.value, x / (1 - each), baseline_df), reading(fit["chisq"]), nfi)


def _tli(cfi: Interval, df: float, baseline_df: int) -> Interval:
    lower, upper = (1 - (1 - each) * baseline_df / df for each in (cfi.lower, cfi.upper))
    return Interval(lower, math.inf if cfi.upper >= 1 else upper)  # CFI is cut off at 1, TLI is not


def index(name: str, chisq: float, df: float, baseline: float, baseline_df: float) -> float:
    """Compute one index from the two statistics."""
    if name == "cfi":
        above = max(chisq - df, 0.0)
        worst = max(baseline - baseline_df, above, 0.0)
        return 1 - above / worst if worst else 1.0
    if name == "nfi":
        return _ratio(baseline - chisq, baseline)
    if name == "ifi":
        return _ratio(baseline - chisq, baseline - df)
    if not baseline_df:
        return math.nan
    one, two = chisq / df, baseline / baseline_df
    return _ratio(two - one, two - 1) if name == "tli" else _ratio(two - one, two)


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.nan


