"""What stands before the asterisk: fixed values, starting values and labels, one for all groups or one per group."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from helpers.errors import ModelError
from helpers.syntax.expressions import NAME, Expression

_NAME = re.compile(rf"(?:{NAME})\Z")
_CALL = re.compile(r"([A-Za-z_.]+)\s*\((.*)\)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Modifiers:
    """Modifiers of one term; each tuple is empty (not said), of length 1 (for all groups) or one per group.

    Attributes
    ----------
    values : tuple of float or None
        Fixed value; NaN where ``NA*`` frees the parameter; None where a group says nothing.
    starts : tuple of float
    labels : tuple of str
        "" where a group has none.
    """

    values: tuple[float | None, ...] = ()
    starts: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()

    def merged(self, other: Modifiers) -> Modifiers | None:
        """Both together, or None where they contradict each other."""
        merged = []
        for mine, theirs in ((self.values, other.values), (self.starts, other.starts), (self.labels, other.labels)):
            if mine and theirs and repr(mine) != repr(theirs):  # repr: NaN equals NaN
                return None
            merged.append(mine or theirs)
        return Modifiers(*merged)

    def of_group(self, group: int) -> tuple[float | None, float, str]:
        """Value (None: not said), start (NaN: not said) and label of a group, counted from 0."""
        def one(of, nothing):
            return of[group if len(of) > 1 else 0] if of else nothing
        return one(self.values, None), one(self.starts, math.nan), one(self.labels, "")

    @property
    def groups(self) -> int:
        """For how many groups they speak; 1 stands for any number."""
        return max(1, len(self.values), len(self.starts), len(self.labels))


def pieces(text: str, sign: str) -> list[str]:
    """Split at a sign outside brackets and quotes; the sign of a number like 1e+3 does not split.

    Examples
    --------
    >>> pieces("c(a, b+1)*x + 1e+3*y", "+")
    ['c(a, b+1)*x', '1e+3*y']
    """
    found, depth, quote, begin = [], 0, "", 0
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == sign and depth == 0 and not re.search(r"(?:^|[^\w.])\d[\d.]*[eE]\Z", text[:at]):
            found.append(text[begin:at].strip())
            begin = at + 1
    return [*found, text[begin:].strip()]


def read_modifiers(written: list[str], *, where: str) -> Modifiers:
    """Read everything that stands before a variable's name.

    Raises
    ------
    ModelError
        ``syntax.modifier`` for what is not supported, ``syntax.contradiction`` for two of one kind.
    """
    found = Modifiers()
    for text in written:
        merged = found.merged(_one(text, where))
        if merged is None:
            raise ModelError("syntax.contradiction", where=where, modifiers=[*written])
        found = merged
    return found


def _one(text: str, where: str) -> Modifiers:
    call = _CALL.match(text)
    name = call.group(1) if call else ""
    if call and name in ("c", "start", "label"):
        inner = call.group(2).strip()
        nested = _CALL.match(inner)
        listed = name == "c" or (nested is not None and nested.group(1) == "c")
        parts = pieces(nested.group(2) if nested and name != "c" else inner, ",") if listed else [inner]
        if name == "start":
            return Modifiers(starts=tuple(_number(part, text, where) for part in parts))
        if name == "label":
            return Modifiers(labels=tuple(part.strip("\"'") for part in parts))
        return _of_groups([_value_or_label(part, text, where) for part in parts])
    return _of_groups([_value_or_label(text, text, where)])


def _of_groups(parts: list[tuple[float | None, str]]) -> Modifiers:
    values = tuple(value for value, _ in parts)
    labels = tuple(label for _, label in parts)
    return Modifiers(values=values if any(value is not None for value in values) else (),
                     labels=labels if any(labels) else ())


def _value_or_label(part: str, text: str, where: str) -> tuple[float | None, str]:
    if part == "NA":
        return math.nan, ""
    if len(part) > 1 and part[0] in "\"'" and part[-1] == part[0]:
        return None, part[1:-1]
    if _NAME.match(part):
        return None, part
    return _number(part, text, where), ""


def _number(part: str, text: str, where: str) -> float:
    try:
        expression = Expression.parse(part, where=where)
    except ModelError:
        raise ModelError("syntax.modifier", where=where, modifier=text) from None
    value = math.nan if expression.names else expression.value({})
    if not math.isfinite(value):
        raise ModelError("syntax.modifier", where=where, modifier=text)
    return value
