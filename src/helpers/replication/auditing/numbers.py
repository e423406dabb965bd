"""What a printed number says: its value, its decimals, and so the values that would be printed like it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from helpers.replication.auditing.intervals import Interval

STARS = {"***": 0.001, "**": 0.01, "*": 0.05}  # what most journals let them mean
_LARGEST, _FINEST = 1e15, 300  # nothing that a table prints; floats would run over
_BELOW = 1 - 1e-6
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63", "-"))
_NUMBER = re.compile(r"(?P<relation>[<>]=?|=)?(?P<digits>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:%|\*{1,3})?")
_NOT_SIGNIFICANT = {"ns", "n.s.", "n.s", "nonsignificant", "notsignificant"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed.

    Attributes
    ----------
    text : str
        As typed.
    value : float
    half : float
        Half a unit of its last decimal.
    relation : {"=", "<", ">"}
    """

    text: str
    value: float
    half: float
    relation: str = "="

    @property
    def decimals(self) -> int:
        """Digits behind the decimal sign."""
        return max(0, round(-math.log10(2 * self.half))) if self.half else 0

    def rounded(self) -> Interval:
        """Every value that is printed like this when it is rounded, a tie up or down."""
        return self._bounded(Interval(self.value - self.half, self.value + self.half))

    def loose(self) -> Interval:
        """Every value that is printed like this when it is rounded or when its further digits are cut off."""
        unit = 2 * self.half * _BELOW  # the next number would be printed itself
        cut = (Interval(self.value - unit, self.value) if self.text.translate(_MINUS).lstrip("<>= ")[:1] == "-"
               else Interval(self.value, self.value + unit))
        return self._bounded(cut.hull(Interval(self.value - self.half, self.value + self.half)))

    def _bounded(self, equal: Interval) -> Interval:
        if self.relation == "<":
            return Interval(-math.inf, self.value)
        return Interval(self.value, math.inf) if self.relation == ">" else equal

    def exact(self) -> Interval:
        """Take it for a count: a whole number is that number, any other is rounded."""
        return Interval.exactly(self.value) if self.half == 0.5 and self.relation == "=" else self.rounded()


Reading = Callable[[Number], Interval]
"""How printed numbers are read: ``Number.rounded`` or ``Number.loose``."""


def read(text: str, *, p: bool = False) -> Number | None:
    """Read a printed number; None where it is none.

    Parameters
    ----------
    text : str
        Such as ``.80``, ``−.12``, ``0,85``, ``< .001``, ``1.2e-5``, ``.34***``; a leading 0 may be left out.
    p : bool
        A p-value: ``n.s.`` is above .05, and ``**`` below .01.

    Returns
    -------
    Number or None
        None for what is not a number, and for ``1,476``, which may be either of two.

    Examples
    --------
    >>> read(".80").rounded()
    Interval(lower=0.795, upper=0.805)
    >>> read("− 0,203").value, read("< .001").relation, read("1,476")
    (-0.203, '<', None)
    """
    plain = "".join(unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS).split())
    plain = plain.replace("≤", "<=").replace("≥", ">=")
    if p:
        plain = re.sub(r"^[pP](?=[<>=.])", "", plain)
        if plain.lower() in _NOT_SIGNIFICANT:
            return Number(text, 0.05, 0.005, ">")
        if plain in STARS:
            return Number(text, STARS[plain], 0.0005, "<")
    plain = _with_point(plain)
    match = _NUMBER.fullmatch(plain) if plain is not None else None
    if match is None:
        return None
    digits, _, power = match["digits"].lower().partition("e")
    decimals = len(digits.partition(".")[2]) - int(power or 0)
    value = float(match["digits"])
    if abs(value) >= _LARGEST or decimals > _FINEST:
        return None
    return Number(text.strip(), value, 0.5 * 10.0**-decimals, (match["relation"] or "=")[0])


def count(value: float) -> Number:
    """Make the number that a count is."""
    return Number(f"{value:g}", float(value), 0.5)


def _with_point(text: str) -> str | None:
    """Write the decimal sign as a point; None where a comma may separate thousands as well."""
    if "," not in text:
        return text
    if "." in text:
        last = max(text.rfind(","), text.rfind("."))
        whole = text[:last].replace(",", "").replace(".", "")
        return f"{whole}.{text[last + 1:]}" if text[last] == "." or text.count(",") == 1 else None
    head, _, tail = text.partition(",")
    if "," in tail or (re.fullmatch(r"\d{3}", tail) and re.fullmatch(r"[<>=]*[-+]?[1-9]\d{0,2}", head)):
        return None
    return f"{head}.{tail}"
