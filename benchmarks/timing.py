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


def in_turn(*jobs: Callable[[], float], repeats: int, warm: int = 1) -> list[float]:
    """Run jobs alternately, which say how long they took, and return the median of each; first rounds do not count."""
    measured: list[list[float]] = [[] for _ in jobs]
    for turn in range(warm + repeats):
        for job, kept in zip(jobs, measured, strict=True):
            taken = job()
            if turn >= warm:
                kept.append(taken)
    return [statistics.median(kept) for kept in measured]


def wall(function: Callable[[], object]) -> Callable[[], float]:
    """Make a job that says how long one had to wait."""
    return lambda: _timed(function, time.perf_counter)


def processor(function: Callable[[], object]) -> Callable[[], float]:
    """Make a job that says how long it kept the processor, which other work on the machine disturbs little."""
    return lambda: _timed(function, time.process_time)


def seconds(value: float) -> str:
    """Write a duration."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def faster(ours: float, peer: float) -> str:
    """Write how many times as fast as the peer we are."""
    return f"{peer / ours:.1f} x"


def _timed(function: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    function()
    return clock() - began
