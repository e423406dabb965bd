"""How a ratio is measured: the two things in turn, in one run, so that a busy machine is busy for both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured against what.

    Attributes
    ----------
    what, ours, peer : str
        ``ours`` and ``peer`` are seconds with their unit.
    ratio : float
        Ours over the peer's; for a difference of seconds, the difference.
    goal : str
    """

    what: str
    ours: str
    peer: str
    ratio: float
    goal: str


def in_turn(*functions: Callable[[], object], repeats: int, warm: int = 1) -> list[float]:
    """Time functions alternately and return the median seconds of each; the first rounds are not counted."""
    seconds: list[list[float]] = [[] for _ in functions]
    for turn in range(warm + repeats):
        for function, measured in zip(functions, seconds, strict=True):
            began = time.perf_counter()
            function()
            if turn >= warm:
                measured.append(time.perf_counter() - began)
    return [statistics.median(measured) for measured in seconds]
