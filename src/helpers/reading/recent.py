"""The files that were read last, kept at hand: a study and its answers are read one after the other."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.reading.raw import Raw

# A study has one file, or one per wave; older ones make room.
MOST = 4
# Nanoseconds. A file that was written just now may be written again within the same tick of its clock.
_SETTLED = 2_000_000_000
_kept: dict[tuple, tuple[frozenset[str] | None, Raw]] = {}


def key(file: Path, *how: Any) -> tuple:
    """Tell this state of a file, read in this way, from any other; empty where it is too new to be told."""
    try:
        found = file.stat()
    except OSError:
        return ()
    if time.time_ns() - found.st_mtime_ns < _SETTLED:
        return ()
    return (str(file.resolve()), found.st_mtime_ns, found.st_size, found.st_ino, *how)


def find(known: tuple, columns: frozenset[str] | None) -> Raw | None:
    """Give what was read before, if it holds these columns."""
    held, raw = _kept.get(known, (frozenset(), None))
    if raw is None or not known or not (held is None or (columns is not None and columns <= held)):
        return None
    names = [name for name in raw.frame if columns is None or name in columns]
    return replace(raw, frame=raw.frame[names])


def keep(known: tuple, columns: Collection[str] | None, raw: Raw) -> None:
    """Keep a file at hand."""
    if not known:
        return
    for older in [other for other in _kept if other[0] == known[0]]:
        del _kept[older]
    while len(_kept) >= MOST:
        del _kept[next(iter(_kept))]
    _kept[known] = (None if columns is None else frozenset(columns), replace(raw, frame=raw.frame.copy(deep=False)))


def forget() -> None:
    """Give up what is kept."""
    _kept.clear()
