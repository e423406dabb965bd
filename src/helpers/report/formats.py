"""How a number is printed: as a journal prints that kind of quantity, decided by the column's name.

Nothing is rounded before it is shown; this is where it is shown.
"""

from __future__ import annotations

import math
import re
from typing import Any, Literal

Kind = Literal["p", "unit", "estimate", "statistic", "integer", "share", "tiny", "text"]

MISSING = "—"
MINUS = "−"

# Quantities that cannot, or by custom do not, exceed 1 lose their leading zero (APA 7, section 6.36).
_UNIT = re.compile(
    r"^(alpha|omega|lambda\d|glb|htmt2?|cr|ave|r|rho|kappa|icc|kmo|msa|loading|communality|std\.all|cfi|tli|nfi|rni|ifi"
    r"|gfi|agfi|rmsea|srmr|crmr|r2|rsquare|eta2|omega2|epsilon2|johns|reliability|guttman|observed|implied|residual|rmsr"
    r"|uniqueness|congruence|i?ecv|puc|cor|conventional|correct|cutoff\.\d)$|^(alpha|omega|split|icc)\.|^mean\.r(\.|$)")
_UNIT_TAIL = re.compile(
    r"\.(drop|htmt|kmo|cfi|tli|rmsea|srmr|alpha|omega|r2|r|ave|cr|cor|loading|residual|eta2|omega2)$")
_P = re.compile(r"^(p|pvalue|p\.value)(\.(holm|adjusted|corrected|bonferroni))?$|\.pvalue$")
_SHARE = re.compile(r"^(share|floor|ceiling|percent)$|\.share$|^share\.")
_INTEGER = re.compile(
    r"^(n\d?|k|splits|categories|npar|ntotal|missing|respondents|draws|failed|groups|items|rows|line|count|scales|hold|clusters|studies|paths)$|^n\.|\.n$")
_STATISTIC = re.compile(
    r"^(z|t|f|chisq|df\d?|mean|sd|median|expectation|perception|gap|g|d|dz|skew|kurtosis|aic|bic2?|logl"
    r"|unrestricted\.logl|nps|min|max)$"
    r"|\.(chisq|df|z|t|f|logl|aic|bic2?|mean|sd|chisq\.scaling)$")
_TAIL = re.compile(r"\.(ci\.lower|ci\.upper|scaled|robust|se)$")

_DECIMALS: dict[Kind, int] = {"p": 3, "unit": 3, "estimate": 3, "statistic": 2, "integer": 0}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def kind(column: str) -> Kind:
    """Tell what kind of quantity a numeric column holds.

    Examples
    --------
    >>> [kind(name) for name in ("alpha.ci.lower", "est", "delta.pvalue", "n", "rmsea.robust", "share")]
    ['unit', 'estimate', 'p', 'integer', 'unit', 'share']
    """
    if _P.search(column):
        return "p"
    base = column
    while (shorter := _TAIL.sub("", base)) != base:
        base = shorter
    tests: tuple[tuple[re.Pattern[str], Kind], ...] = (
        (_P, "p"), (_UNIT, "unit"), (_SHARE, "share"), (_INTEGER, "integer"), (_STATISTIC, "statistic"),
        (_UNIT_TAIL, "unit"))
    return next((found for pattern, found in tests if pattern.search(base)), "estimate")


def number(value: Any, kind: Kind) -> str:
    """Print one number.

    Examples
    --------
    >>> number(0.00002, "p"), number(0.0314, "p"), number(-0.5, "unit"), number(0.5, "estimate")
    ('< .001', '.031', '−.500', '0.500')
    >>> number(1476.0, "integer"), number(0.1234, "share"), number(float("nan"), "unit")
    ('1,476', '12.3%', '—')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if kind == "p" and value < 0.001:
        return "< .001"
    if kind == "tiny":
        return _scientific(value)
    printed = f"{value * 100:.1f}%" if kind == "share" else f"{value:,.{_DECIMALS[kind]}f}"
    if not printed.strip("-0.%"):  # -0.000 is 0.000
        printed = printed.lstrip("-")
    if kind in ("p", "unit"):
        printed = re.sub(r"^(-?)0\.", r"\1.", printed)
    return printed.replace("-", MINUS)


def _scientific(value: float) -> str:
    if value == 0:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} × 10{str(int(power)).translate(_SUPERSCRIPT)}".replace("-", MINUS)


def interval(lower: Any, upper: Any, kind: Kind) -> str:
    """Print a confidence interval.

    Examples
    --------
    >>> interval(0.812, 0.8764, "unit")
    '[.812, .876]'
    """
    printed = number(lower, kind), number(upper, kind)
    return MISSING if printed == (MISSING, MISSING) else f"[{printed[0]}, {printed[1]}]"


def whole(values: Any) -> bool:
    """Whether every number present is whole, as degrees of freedom are until a correction makes them not."""
    return all(float(value).is_integer() for value in values if not math.isnan(float(value)))
