"""What the audit writes down of each number, and how it judges: consistent as soon as any convention reproduces it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from helpers.replication.auditing.intervals import Interval
from helpers.replication.auditing.numbers import Number, Reading

INCONSISTENT, TRUNCATED, CONSISTENT, NOT_CHECKABLE = "inconsistent", "truncated", "consistent", "not_checkable"
ORDER = (INCONSISTENT, TRUNCATED, CONSISTENT, NOT_CHECKABLE)
COLUMNS = ("part", "section", "entry", "quantity", "printed", "recomputed", "recomputed.lower", "recomputed.upper",
           "tolerance", "convention", "verdict", "why", "formula")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a number may have been computed.

    Attributes
    ----------
    convention : str
        Its code: ``value.convention.<code>`` says what it is.
    compute : function
        From a `Reading` of printed numbers to the interval, or None where this way is not open.
    """

    convention: str
    compute: Callable[[Reading], Interval | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the audit."""

    section: str
    place: str
    quantity: str
    printed: str
    verdict: str
    formula: str
    recomputed: Interval | None = None
    tolerance: float = math.nan
    convention: str = ""
    why: str = ""
    part: str = ""

    def shown(self) -> str:
        """Write what was recomputed with one decimal more than is printed, and in the same style."""
        if self.recomputed is None:
            return ""
        both = self.recomputed.lower, self.recomputed.upper
        if all(math.isfinite(end) and float(end).is_integer() for end in both):
            decimals = 0
        else:
            unit = 2 * self.tolerance if self.tolerance > 0 else 1e-4 if "<" in self.printed else 0.01
            decimals = min(max(0, round(-math.log10(unit))) + 1, 9)
        bare = re.match(r"^[<>=\s]*[-\u2212]?\.", self.printed) is not None or (not self.printed and bool(self.place))
        ends = [_written(end, decimals, bare) for end in both]
        return ends[0] if ends[0] == ends[1] else f"[{ends[0]}, {ends[1]}]"


@dataclass(slots=True, eq=False)
class Ledger:
    """Findings in the order in which the questions were asked."""

    findings: list[Finding] = field(default_factory=list)

    def judge(self, section: str, place: str, quantity: str, number: Number | None, ways: Sequence[Way], formula: str,
              *, doubt: str = "") -> None:
        """Hold a printed number against every way of computing it.

        Parameters
        ----------
        doubt : str
            Why a number that no way reproduces is still no contradiction; "": it is one.
        """
        if number is None:
            return
        tried: list[tuple[Interval, str]] = []
        for verdict, reading in ((CONSISTENT, Number.rounded), (TRUNCATED, Number.loose)):
            for way in () if doubt and verdict == TRUNCATED else ways:
                found = way.compute(reading)
                if found is None or math.isnan(found.lower) or math.isnan(found.upper):
                    continue
                if found.meets(reading(number)):
                    self._add(section, place, quantity, number, verdict, formula, found, way.convention)
                    return
                if verdict == CONSISTENT:
                    tried.append((found, way.convention))
        if not tried:
            self.skip(section, place, quantity, number, "needs_more", formula)
            return
        found, convention = min(tried, key=lambda each: _distance(each[0], number.value))
        self._add(section, place, quantity, number, NOT_CHECKABLE if doubt else INCONSISTENT, formula, found,
                  convention, doubt)

    def verdict(self, section: str, place: str, quantity: str, printed: str, holds: bool, formula: str, *,
                recomputed: Interval | None = None, convention: str = "", why: str = "") -> None:
        """Write down what is true or not, without a number to hold it against."""
        self.findings.append(Finding(section, place, quantity, printed, CONSISTENT if holds else INCONSISTENT, formula,
                                     recomputed, math.nan, convention, why))

    def skip(self, section: str, place: str, quantity: str, number: Number | str, why: str, formula: str,
             recomputed: Interval | None = None) -> None:
        """Say why a number cannot be checked."""
        printed = number.text if isinstance(number, Number) else number
        self.findings.append(Finding(section, place, quantity, printed, NOT_CHECKABLE, formula, recomputed, math.nan,
                                     "", why))

    def bounded(self, section: str, place: str, quantity: str, number: Number | None, lower: float,
                upper: float) -> bool:
        """Refuse a number that no data can give; say nothing where it is possible.

        Returns
        -------
        bool
            Whether it is possible.
        """
        if number is None or number.rounded().meets(Interval(lower, upper)):
            return True
        self._add(section, place, quantity, number, INCONSISTENT, "range", Interval(lower, upper), "")
        return False

    def _add(self, section: str, place: str, quantity: str, number: Number, verdict: str, formula: str,
             found: Interval, convention: str, why: str = "") -> None:
        self.findings.append(Finding(section, place, quantity, number.text, verdict, formula, found,
                                     number.half if number.relation == "=" else math.nan, convention, why))

    def table(self) -> pd.DataFrame:
        """List the findings, contradictions first."""
        found = sorted(self.findings, key=lambda each: ORDER.index(each.verdict))
        rows = [(each.part, each.section, each.place, each.quantity, each.printed, each.shown(),
                 each.recomputed.lower if each.recomputed else math.nan,
                 each.recomputed.upper if each.recomputed else math.nan,
                 each.tolerance, each.convention, each.verdict, each.why, each.formula) for each in found]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def of_part(part: str, findings: Sequence[Finding]) -> list[Finding]:
    """Name the part of the file that findings belong to."""
    return [replace(each, part=part) for each in findings]


def _written(value: float, decimals: int, bare: bool) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{decimals}f}"
    text = text.lstrip("-") if not text.strip("-0.") else text
    return (re.sub(r"^(-?)0\.", r"\1.", text) if bare else text).replace("-", "−")


def _distance(found: Interval, value: float) -> float:
    return max(found.lower - value, value - found.upper, 0.0)
