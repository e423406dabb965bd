"""Whether a notebook would give again what it gave last time: one key per notebook and everything that decides it.

The key holds the study's files, the notebook, every source of `helpers` (template and catalogue included), the
parameters, the Python version, the platform and the version of every installed distribution. The summary reads what
the other notebooks wrote, so its key holds their keys too.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import helpers

_SOURCES = {".py", ".json", ".j2", ".css", ".js", ".html"}
_CHUNK = 1 << 20


def key(notebook: Path, *, study: Mapping[str, str], parameters: Mapping[str, object], surroundings: str,
        before: Iterable[str] = ()) -> str:
    """Make the key of one notebook.

    Parameters
    ----------
    notebook : Path
        The notebook that would run.
    study : mapping
        Name -> SHA-256 of the study's files, from `files`.
    parameters : mapping
        What the notebook is given, the report's folder left out: where a report lies does not change it.
    surroundings : str
        From `surroundings`.
    before : iterable of str, optional
        Keys of the notebooks whose tables this one reads.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    parts = {
        "notebook": digest(notebook),
        "study": dict(study),
        "parameters": dict(parameters),
        "surroundings": surroundings,
        "before": sorted(before),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def files(paths: Iterable[Path], *, folder: Path) -> dict[str, str]:
    """Hash the files that decide a study's results, named relative to its folder where they lie inside it."""
    return {_name(path, folder): digest(path) for path in paths}


def surroundings() -> str:
    """Hash what every notebook of this installation shares: sources, Python, platform, installed distributions."""
    parts = {
        "helpers": _sources(Path(helpers.__file__).parent),
        "python": sys.version,
        "platform": platform.platform(),
        "distributions": _distributions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read piece by piece."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _name(path: Path, folder: Path) -> str:
    path, folder = path.resolve(), folder.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _sources(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in _SOURCES)
    return {path.relative_to(folder).as_posix(): digest(path) for path in found}


def _distributions() -> list[str]:
    # Folder names carry name and version; reading the metadata of 160 distributions would cost .2 s at every start.
    found = {entry.name for part in sys.path if os.path.isdir(part) for entry in os.scandir(part)
             if entry.name.endswith((".dist-info", ".egg-info"))}
    return sorted(found)
