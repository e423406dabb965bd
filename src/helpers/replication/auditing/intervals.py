"""Arithmetic with numbers that are known up to their rounding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

_SLACK = 1e-9  # relative: what binary floating point may lose of a decimal number


@dataclass(frozen=True, slots=True)
class Interval:
    """All values that a number may have; both ends belong to it.

    Examples
    --------
    >>> Interval(1.0, 2.0) * Interval(-1.0, 3.0)
    Interval(lower=-2.0, upper=6.0)
    >>> Interval(1.0, 2.0).meets(Interval(2.0, 3.0))
    True
    """

    lower: float
    upper: float

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """Take a number for known."""
        return cls(value, value)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lower + other.lower, self.upper + other.upper)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.lower - other.upper, self.upper - other.lower)

    def __neg__(self) -> Interval:
        return Interval(-self.upper, -self.lower)

    def __mul__(self, other: Interval) -> Interval:
        products = [_product(one, two) for one in (self.lower, self.upper) for two in (other.lower, other.upper)]
        return Interval(min(products), max(products))

    def __truediv__(self, other: Interval) -> Interval:
        if other.lower <= 0 <= other.upper:
            return self * other.reciprocal()
        return self * Interval(1 / other.upper, 1 / other.lower)

    def reciprocal(self) -> Interval:
        """One divided by it; unbounded where it may be 0."""
        if self.lower < 0 < self.upper or self.lower == self.upper == 0:
            return Interval(-math.inf, math.inf)
        if self.lower == 0:
            return Interval(1 / self.upper, math.inf)
        if self.upper == 0:
            return Interval(-math.inf, 1 / self.lower)
        return Interval(1 / self.upper, 1 / self.lower)

    def size(self) -> Interval:
        """Its absolute value."""
        ends = abs(self.lower), abs(self.upper)
        return Interval(0.0 if self.lower <= 0 <= self.upper else min(ends), max(ends))

    def square(self) -> Interval:
        """Multiply it by itself, which is never negative."""
        size = self.size()
        return Interval(size.lower * size.lower, size.upper * size.upper)

    def root(self) -> Interval:
        """Its square root; what is below 0 counts as 0."""
        return Interval(math.sqrt(max(self.lower, 0.0)), math.sqrt(max(self.upper, 0.0)))

    def meets(self, other: Interval) -> bool:
        """Whether some value belongs to both."""
        slack = _SLACK * max(1.0, *(abs(end) for end in (self.lower, self.upper, other.lower, other.upper)
                                    if math.isfinite(end)))
        return self.lower <= other.upper + slack and other.lower <= self.upper + slack

    def hull(self, other: Interval) -> Interval:
        """Span both."""
        return Interval(min(self.lower, other.lower), max(self.upper, other.upper))

    def within(self, other: Interval) -> Interval | None:
        """Keep what belongs to both; None where nothing does."""
        lower, upper = max(self.lower, other.lower), min(self.upper, other.upper)
        return Interval(lower, upper) if lower <= upper else None


def total(terms: list[Interval]) -> Interval:
    """Add them up."""
    return Interval(math.fsum(each.lower for each in terms), math.fsum(each.upper for each in terms))


def corners(function: Callable[..., float], *values: Interval) -> Interval:
    """Take a function's range from its values at the corners.

    Exact where the function is monotone in each of its arguments while the others stay as they are.

    Examples
    --------
    >>> corners(lambda x, y: x - y, Interval(1.0, 2.0), Interval(0.0, 3.0))
    Interval(lower=-2.0, upper=2.0)
    """
    found = [function(*ends) for ends in itertools.product(*({each.lower, each.upper} for each in values))]
    if any(map(math.isnan, found)):
        return Interval(math.nan, math.nan)
    return Interval(min(found), max(found))


def _product(one: float, two: float) -> float:
    return 0.0 if one == 0 or two == 0 else one * two  # 0 * inf: the bound is attained at the finite end
