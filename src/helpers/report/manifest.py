"""What a report was made from and what it consists of, so that anyone can check that nothing was changed since."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import helpers
from helpers import words
from helpers.errors import RunError
from helpers.report import colophon, saving
from helpers.report.occasion import inputs

if TYPE_CHECKING:
    from helpers.report.occasion import Occasion
    from helpers.studies import Study

NAME = "manifest.json"
_FORMAT = 1


def write_manifest(output: Path, declared: Study | Occasion, *, language: str, parameters: Mapping[str, Any],
                   notebooks: Sequence[Mapping[str, Any]]) -> Path:
    """Write ``<output>/manifest.json``; the last file of a report to be written.

    Parameters
    ----------
    output : Path
        Folder of the report.
    declared : Study or Occasion
    language : {"en", "zh"}
    parameters : mapping
        What the notebooks were given, without machine paths.
    notebooks : sequence of mapping
        Per notebook ``name``, ``status``, ``key``, ``seconds``; its tables and figures are listed from the folder.

    Returns
    -------
    Path

    Raises
    ------
    RunError
        If the manifest cannot be written.
    """
    content = {
        "format": _FORMAT,
        "study": {"name": declared.name, "title": words.pick(declared.title, language),
                  "synthetic": declared.synthetic, "citation": declared.citation},
        "language": language,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": dict(parameters),
        "inputs": [{"file": name, "sha256": saving.sha256(file)} for name, file in inputs(declared)],
        "software": {"assurance-notebooks": helpers.__version__, "commit": colophon.commit(),
                     "python": platform.python_version(), "implementation": sys.implementation.name,
                     "platform": f"{platform.system()} {platform.release()} {platform.machine()}"},
        "versions": dict(sorted((found.name.lower(), found.version) for found in distributions())),
        "notebooks": [{**record, **{kind: _names(output / kind / record["name"]) for kind in ("tables", "figures")}}
                      for record in notebooks],
        "files": {name: saving.sha256(output / name) for name in _files(output)},
    }
    file = output / NAME
    saving.write_text(file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return file


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a report.

    Raises
    ------
    RunError
        ``report.no_manifest`` where there is none, ``report.unreadable`` where it is damaged.
    """
    file = folder / NAME
    if not file.is_file():
        raise RunError("report.no_manifest", where=str(folder))
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        content["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise RunError("report.unreadable", where=str(file), reason=str(problem)) from problem
    return content


def verify(folder: Path) -> pd.DataFrame:
    """Compare a report's files with its manifest.

    Parameters
    ----------
    folder : Path
        Of the report.

    Returns
    -------
    DataFrame
        ``file state``, one row per difference, state ``changed``, ``missing`` or ``extra``; no row where all is well.

    Raises
    ------
    RunError
        If there is no manifest that can be read.
    """
    listed = read_manifest(folder)["files"]
    present = set(_files(folder))
    found = [(name, "missing" if name not in present else "changed") for name, hashed in listed.items()
             if name not in present or saving.sha256(folder / name) != hashed]
    found += [(name, "extra") for name in sorted(present - listed.keys())]
    return pd.DataFrame(sorted(found), columns=["file", "state"])


def _files(folder: Path) -> list[str]:
    """List a report's files, by names that are the same on every system."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*")
                  if file.is_file() and file != folder / NAME)


def _names(folder: Path) -> list[str]:
    return sorted({file.stem for file in folder.glob("*")}) if folder.is_dir() else []
