"""Numbers, dates and times of SPSS and Stata files as text."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

_SPSS_DATES = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "MOYR", "QYR", "WKYR"}
_SPSS_MOMENTS = {"DATETIME", "YMDHMS"}
_SPSS_TIMES = {"TIME", "DTIME", "MTIME"}
_SPSS_EPOCH = np.datetime64("1582-10-14T00:00:00.000", "ms")
_STATA_EPOCH = np.datetime64("1960-01-01T00:00:00.000", "ms")
_FURTHEST = 3.2e14  # milliseconds; a date further from its epoch has no four-digit year


def number(value: float) -> str:
    """Write a number as people write codes: 1, not 1.0; the shortest form that is the same number."""
    if abs(value) >= 1e15:
        return str(value)
    return np.format_float_positional(value + 0, unique=True, trim="-")  # + 0: no negative zero


def as_time(written: str, kind: str) -> Callable[[float], str]:
    """Choose how a column's numbers are said as dates or times: "" where they are plain numbers."""
    if kind == "dta":
        found = re.match(r"%-?\d*(t?d|tc)", written)
        if not found:
            return lambda value: ""
        if found[1] == "tc":
            return lambda value: _moment(_STATA_EPOCH, value, "s")
        return lambda value: _moment(_STATA_EPOCH, value * 86_400_000, "D")
    name = re.match(r"[A-Z]*", written)[0]
    if name in _SPSS_DATES:
        return lambda value: _moment(_SPSS_EPOCH, value * 1000, "D")
    if name in _SPSS_MOMENTS:
        return lambda value: _moment(_SPSS_EPOCH, value * 1000, "s")
    return _clock if name in _SPSS_TIMES else lambda value: ""


def _moment(epoch: np.datetime64, milliseconds: float, unit: str) -> str:
    if not abs(milliseconds) < _FURTHEST:
        return ""
    moment = epoch + np.timedelta64(round(milliseconds), "ms")
    return str(moment.astype(f"datetime64[{unit}]"))


def _clock(seconds: float) -> str:
    whole = int(abs(seconds))
    rest = f"{abs(seconds) - whole:.3f}"[1:].rstrip("0").rstrip(".")
    return f"{'-' if seconds < 0 else ''}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{rest}"
