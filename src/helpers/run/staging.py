"""How a report is replaced as a whole: built beside the old one, exchanged by two renames, repaired after a kill.

``reports/.<name>.staging-<process>`` is where a run writes. When everything is there, the old report becomes
``.<name>.previous``, the staged one takes its name, and the previous one is removed. A process that dies between the
two renames leaves no report but a previous one: `repair` puts it back. A folder that is not empty cannot be replaced
by one rename on any system, and on Windows a file that is open elsewhere blocks it: then the old report stays.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from helpers.errors import RunError

_TRIES = 8
_PAUSE = 0.15  # seconds; scanners on Windows hold a fresh file for a moment


def open_for_writing(reports: Path) -> Path:
    """Make the folder of reports and prove that it can be written to.

    Raises
    ------
    RunError
        If it cannot.
    """
    trial = reports / f".writable-{os.getpid()}"
    try:
        reports.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise explained(error, reports) from error
    return reports


def stage(target: Path) -> Path:
    """Make an empty folder beside a report, in which the next one is built."""
    staging = target.with_name(f".{target.name}.staging-{os.getpid()}")
    try:
        _remove(staging)
        staging.mkdir()
    except OSError as error:
        raise explained(error, staging) from error
    return staging


def carry(files: Iterable[str], *, source: Path, staging: Path) -> None:
    """Copy files of the last good report, named relative to it, into the staged one."""
    for name in files:
        copy = staging / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, copy)


def publish(staging: Path, target: Path) -> Path:
    """Give the staged report its name and return it; the report that had the name goes, an earlier failed run too.

    Raises
    ------
    RunError
        If a file of the old report is open elsewhere or the folder cannot be written; the old report is in place.
    """
    previous = _previous(target)
    try:
        _remove(previous)
        if target.exists():
            _rename(target, previous)
        try:
            _rename(staging, target)
        except OSError:
            if previous.exists():
                _rename(previous, target)
            raise
    except OSError as error:
        raise explained(error, target) from error
    for gone in (previous, _failed(target)):
        shutil.rmtree(gone, ignore_errors=True)
    return target


def put_aside(staging: Path, target: Path) -> Path:
    """Keep a run that failed as ``<name>.failed``, in place of an earlier one; return where it is."""
    failed = _failed(target)
    try:
        _remove(failed)
        _rename(staging, failed)
    except OSError as error:
        raise explained(error, failed) from error
    return failed


def repair(target: Path) -> bool:
    """Bring a report back to what it was before a run was killed; call it only while holding the study's lock.

    Returns
    -------
    bool
        Whether the last good report had to be put back.
    """
    previous, put_back = _previous(target), False
    try:
        if previous.exists() and not target.exists():
            _rename(previous, target)
            put_back = True
    except OSError as error:
        raise explained(error, target) from error
    shutil.rmtree(previous, ignore_errors=True)
    for left in target.parent.glob(f".{target.name}.staging-*"):
        # A kernel that outlived its runner by a moment may still write there; what is left goes the next time.
        shutil.rmtree(left, ignore_errors=True)
    return put_back


def explained(error: OSError, path: Path) -> RunError:
    """Say what a failure of the file system means for the run and what to do about it."""
    if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
        return RunError("run.disk_full", where=str(path))
    if isinstance(error, PermissionError) and path.exists() and os.access(path.parent, os.W_OK):
        return RunError("run.in_use", where=str(path), file=error.filename or path)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return RunError("run.not_writable", where=str(path))
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return RunError("run.not_a_folder", where=str(path))
    return RunError("run.file_system", where=str(path), found=error.strerror or str(error))


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _failed(target: Path) -> Path:
    return target.with_name(f"{target.name}.failed")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _rename(source: Path, target: Path) -> None:
    for left in reversed(range(_TRIES)):
        try:
            source.rename(target)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE)
