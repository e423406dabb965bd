"""Whether p follows from a test statistic that is printed as APA style prints it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.errors import DataError, Problem
from helpers.replication.auditing import numbers
from helpers.replication.auditing.intervals import Interval
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

_WRITTEN = re.compile(
    r"\s*(?P<test>t|F|z|r|Q|chi2|chi-square|χ2|χ²|X2)\s*(?:[(\[](?P<df>[^)\]]*)[)\]])?\s*=\s*"
    r"(?P<value>[-+\u2212]?\s*[\d.,]*\d)\s*[,;]\s*"
    r"(?P<p>p\s*[<>=≤≥]\s*[\d.,]*\d(?:[eE]-?\d+)?|n\.?s\.?|\*{1,3})\s*"
    r"(?P<tails>[,;(]?\s*(?:one|two|1|2)[- ](?:sided|tailed)\)?)?\s*",
    re.IGNORECASE)
_CHI = {"chi2", "chi-square", "χ2", "χ²", "x2", "q"}


@dataclass(frozen=True, slots=True)
class Test:
    """One printed test.

    Attributes
    ----------
    written : str
    kind : {"t", "f", "z", "r", "chi2"}
    df : tuple of float
    value, p : Number
    tails : {"", "one", "two"}
    """

    written: str
    kind: str
    df: tuple[float, ...]
    value: Number
    p: Number
    tails: str = ""


_WANTED = {"t": 1, "f": 2, "z": 0, "r": 1, "chi2": 1}


def tests_of(written: Sequence[str], where: Callable[[int], str]) -> list[Test]:
    """Read tests such as ``t(148) = 2.10, p = .037`` or ``χ²(3, N = 90) = 11.2, p < .05``.

    Raises
    ------
    DataError
        What cannot be read, all at once.
    """
    found, problems = [], []
    for at, text in enumerate(written):
        test = _read(text)
        if test is None:
            problems.append(Problem("replication.audit.test", {"found": text}, where(at)))
        else:
            found.append(test)
    if problems:
        raise DataError.of(problems)
    return found


def _read(text: str) -> Test | None:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    kind = "chi2" if match["test"].lower() in _CHI else match["test"].lower()
    plain = re.sub(r"[,;]?\s*[Nn]\s*=\s*[\d.,]+", "", match["df"] or "")
    degrees = [numbers.read(each) for each in re.split(r"[,;]\s*", plain) if each.strip()]
    value, p = numbers.read(match["value"]), numbers.read(match["p"], p=True)
    if value is None or p is None or None in degrees or len(degrees) != _WANTED[kind] \
            or any(each.value <= 0 for each in degrees):
        return None
    tails = "" if not match["tails"] else "one" if re.search(r"one|1", match["tails"]) else "two"
    return Test(" ".join(text.split()), kind, tuple(each.value for each in degrees), value, p, tails)


def audit_tests(ledger: Ledger, tests: Sequence[Test]) -> None:
    """Recompute p of each test; t, z and r two-sided or one-sided.

    References
    ----------
    Nuijten, Hartgerink, van Assen, Epskamp & Wicherts (2016). Behavior Research Methods, 48(4), 1205-1226.
    """
    for test in tests:
        low = -math.inf if test.kind in ("t", "z") else -1.0 if test.kind == "r" else 0.0
        if not ledger.bounded("tests", test.written, test.kind, test.value, low, 1.0 if test.kind == "r" else math.inf):
            continue
        if not ledger.bounded("tests", test.written, "pvalue", test.p, 0.0, 1.0):
            continue
        symmetric = test.kind in ("t", "z", "r")
        sides = {"one": (1,), "two": (2,)}.get(test.tails, (2, 1)) if symmetric else (1,)
        ledger.judge("tests", test.written, "pvalue", test.p, [
            Way({1: "one_sided", 2: "two_sided"}[tails] if symmetric else "",
                lambda reading, of=test, tails=tails: _p(of, reading, tails)) for tails in sides], f"p_{test.kind}")


def _p(test: Test, reading: Reading, tails: int) -> Interval:
    from scipy.special import chdtrc, fdtrc, ndtr, stdtr

    value = reading(test.value)
    value = value.size() if test.kind in ("t", "z", "r") else Interval(max(value.lower, 0.0), max(value.upper, 0.0))

    def upper(x: float) -> float:
        if math.isinf(x):
            return 0.0
        if test.kind == "z":
            return tails * float(ndtr(-x))
        if test.kind == "t":
            return tails * float(stdtr(test.df[0], -x))
        if test.kind == "r":
            t = math.inf if x >= 1 else x * math.sqrt(test.df[0] / (1 - x * x))
            return 0.0 if math.isinf(t) else tails * float(stdtr(test.df[0], -t))
        return float(fdtrc(*test.df, x) if test.kind == "f" else chdtrc(test.df[0], x))

    return Interval(upper(value.upper), upper(value.lower))
