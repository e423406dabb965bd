"""Ranges of items, such as ``x19..x21``, written out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

LONGEST = 500  # items; a longer range is a slip of the finger
_END = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)
_COMMA = re.compile(r"[,，、]")


class RangeProblem(Exception):
    """A range that cannot be written out: id and values of the sentence that says why."""

    def __init__(self, id: str, **values: Any) -> None:
        self.id, self.values = id, values
        super().__init__(id)


def expanded(names: Iterable[str]) -> tuple[str, ...]:
    """Write out names, ranges and comma-separated lists of both.

    Parameters
    ----------
    names : iterable of str
        A range is inclusive; numbers with leading zeros keep their width.

    Raises
    ------
    RangeProblem
        If the ends of a range differ in more than their number, run backwards, or are too far apart.

    Examples
    --------
    >>> expanded(["x4..x6", "x22"])
    ('x4', 'x5', 'x6', 'x22')
    >>> expanded(["q08..q11"])
    ('q08', 'q09', 'q10', 'q11')
    """
    parts = [part.strip() for name in names for part in _COMMA.split(name)]
    return tuple(item for part in parts if part for item in (_range(part) if ".." in part else (part,)))


def _range(written: str) -> tuple[str, ...]:
    first, _, last = (part.strip() for part in written.partition(".."))
    begin, end = _END.match(first), _END.match(last)
    if not begin or not end or begin[1] != end[1] or begin[3] != end[3]:
        raise RangeProblem("studies.range_ends", range=written)
    low, high = int(begin[2]), int(end[2])
    if low > high:
        raise RangeProblem("studies.range_backwards", range=written, turned=f"{last}..{first}")
    if high - low >= LONGEST:
        raise RangeProblem("studies.range_long", range=written, longest=LONGEST)
    width = len(begin[2]) if begin[2].startswith("0") else 0
    return tuple(f"{begin[1]}{number:0{width}d}{begin[3]}" for number in range(low, high + 1))
