"""How two runs of one study stay out of each other's way: the second waits and says for whom."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

_PATIENCE = 0.1  # seconds before a wait is worth a word


@contextmanager
def held(reports: Path, names: Sequence[str], *, waiting: Callable[[str, str], None]) -> Iterator[None]:
    """Hold the locks of some studies inside the block; the system releases them when the process ends, however it does.

    Parameters
    ----------
    reports : Path
        Folder of reports; the locks lie in it.
    names : sequence of str
        Studies. They are taken in one order everywhere, so that two calls never wait for each other.
    waiting : callable
        Told the study and who holds it, once, when a wait begins.
    """
    import filelock

    with ExitStack() as stack:
        for name in sorted(set(names)):
            lock = filelock.FileLock(reports / f".{name}.lock")
            holder = reports / f".{name}.running"
            try:
                lock.acquire(timeout=_PATIENCE)
            except filelock.Timeout:
                waiting(name, _read(holder))
                lock.acquire()
            stack.callback(lock.release)
            holder.write_text(f"{os.getpid()}, {datetime.now():%Y-%m-%d %H:%M:%S}", encoding="utf-8")
            stack.callback(holder.unlink, missing_ok=True)
        yield


def catalogue(reports: Path) -> AbstractContextManager[None]:
    """Hold the page over all reports still: while it is written no report is replaced, and the other way round."""
    return held(reports, ["index.html"], waiting=lambda *about: None)


def _read(holder: Path) -> str:
    # The lock itself cannot be read on Windows while it is held, so its holder signs a note beside it.
    try:
        return holder.read_text(encoding="utf-8")
    except OSError:
        return "?"
