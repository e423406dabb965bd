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
        ``ours`` and ``peer`` are durations with their unit.
    ratio : str
        How many times as fast as the peer; or ours over a floor; or a difference; or why there is none.
    goal : str
    """

    what: str
    ours: str
    peer: str
    ratio: str
    goal: str


def in_turn(*functions: Callable[[], object], repeats: int, warm: int = 1) -> list[float]:
    """Time functions alternately and return the median seconds of each; the first rounds are not counted."""
    measured: list[list[float]] = [[] for _ in functions]
    for turn in range(warm + repeats):
        for function, kept in zip(functions, measured, strict=True):
            began = time.perf_counter()
            function()
            if turn >= warm:
                kept.append(time.perf_counter() - began)
    return [statistics.median(kept) for kept in measured]


def seconds(value: float) -> str:
    """Write a duration."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def faster(ours: float, peer: float) -> str:
    """Write how many times as fast as the peer we are."""
    return f"{peer / ours:.1f} x"
