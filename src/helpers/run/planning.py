"""What a run of one study has to do: which notebooks are due, which are kept from the last report, which left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import Problem, RunError
from helpers.run import keys
from helpers.run.notebooks import OWN_COMMAND, SUMMARY, Notebook
from helpers.studies import places

if TYPE_CHECKING:
    from helpers.report import Occasion
    from helpers.studies import Study

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Made:
    """How a notebook of a report was made.

    Attributes
    ----------
    key : str
        From `keys.key`.
    parameters : mapping
        What it was given, study and output left out.
    seconds : float
    """

    key: str
    parameters: Mapping[str, Any]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Last:
    """The last good report, as far as its files are what its manifest says.

    Attributes
    ----------
    made : mapping of str to Made
        Notebooks whose files are all intact.
    files : mapping of str to tuple of str
        Notebook -> its files, relative to the report.
    whole : bool
        Whether every file of the manifest is intact.
    """

    made: Mapping[str, Made]
    files: Mapping[str, tuple[str, ...]]
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What one run does for one study.

    Attributes
    ----------
    study : Study or Occasion
        What the report is about.
    given : mapping of str to str
        How a notebook is told of it: ``study`` and its folder, as a person would name it.
    language : str
    target : Path
        The report's folder.
    due : mapping of str to Notebook
        To execute, in this order.
    made : mapping of str to Made
        Key and parameters of every notebook of the new report, kept and due.
    kept : mapping of str to tuple of str
        Notebook -> files to copy from the last report.
    left_out : mapping of str to Problem
        Notebooks that are not run, with the reason.
    inputs : mapping of str to str
        Hashes of the study's files when this was planned.
    unchanged : bool
        Whether the report is already what this run would make.
    """

    study: Study | Occasion
    given: Mapping[str, str]
    language: str
    target: Path
    due: Mapping[str, Notebook]
    made: Mapping[str, Made]
    kept: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, Problem]
    inputs: Mapping[str, str]
    unchanged: bool

    def parameters(self, name: str, output: Path) -> dict[str, Any]:
        """Everything a notebook is given."""
        return {"output": str(output), **self.made[name].parameters, **self.given}


def named(study: Study) -> str:
    """Name a study as a person would; by its full path where that would mean another folder."""
    folder = places.shown(study.folder)
    return folder if places.find(folder) == study.folder else str(study.folder)


def plan(study: Study | Occasion, *, given: Mapping[str, str], language: str, target: Path,
         needed: Mapping[str, Notebook], left_out: Mapping[str, Problem], only: Sequence[str],
         parameters: Mapping[str, Any], surroundings: str, force: bool) -> Plan:
    """Decide what is due.

    Parameters
    ----------
    study, given, language, target
        As in `Plan`.
    needed : mapping of str to Notebook
        What the report is to hold, the summary last.
    left_out : mapping of str to Problem
        What it is not to hold.
    only : sequence of str
        Empty, or the notebooks that were asked for by name. The others are kept as they were made, with their own
        parameters, or left out where they would come out differently today.
    parameters : mapping
        For the notebooks asked for.
    surroundings : str
        From `keys.surroundings`.
    force : bool
        Execute what was asked for though nothing has changed.
    """
    last = read(target)
    hashes = keys.files(study.hash_inputs(), folder=study.folder)
    due, made, left_out = {}, {}, dict(left_out)
    for name, notebook in needed.items():
        asked, before = not only or name in only, last.made.get(name)
        chosen = parameters if asked or before is None else before.parameters
        key = keys.key(notebook.file, study=hashes, parameters=chosen, surroundings=surroundings,
                       before=[of.key for of in made.values()] if name == SUMMARY else ())
        current = before is not None and before.key == key
        if not (asked or current or name == SUMMARY):
            left_out[name] = Problem("run.left_out.only")
            continue
        made[name] = before if current else Made(key, chosen)
        if not current or (asked and force) or (name == SUMMARY and due):
            due[name] = notebook
    kept = {name: last.files[name] for name in made if name not in due}
    same = last.whole and (bool(only) or made.keys() == last.made.keys())
    return Plan(study, given, language, target, due, made, kept, left_out, hashes, unchanged=not due and same)


def refuse_other(target: Path, notebooks: Iterable[str]) -> None:
    """Refuse to replace the report of another command: a study may bear the name of a synthesis, or an audit its.

    Parameters
    ----------
    target : Path
        The report's folder; it need not exist.
    notebooks : iterable of str
        Those that this command may have put there.

    Raises
    ------
    RunError
        ``run.name_taken`` if the report there holds none of them.
    """
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        found = [of["name"] for of in manifest["notebooks"]]
    except (OSError, ValueError, KeyError, TypeError):  # no report, or one that nothing can be told of
        return
    if OWN_COMMAND.keys() & {*found, *notebooks} and not {*found} & {*notebooks}:
        raise RunError("run.name_taken", name=target.name, notebooks=found)


def read(target: Path) -> Last:
    """Read what the last good report holds and whether it is intact; an unreadable one holds nothing."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        hashes: Mapping[str, str] = manifest["files"]
        made = {of["name"]: Made(of["key"], of["parameters"], of["seconds"]) for of in manifest["notebooks"]}
    except (OSError, ValueError, KeyError, TypeError):
        return Last({}, {}, whole=False)
    intact = {name for name, digest in hashes.items() if _is(target / name, digest)}
    files = {name: tuple(file for file in hashes if _belongs(file, name)) for name in made}
    sound = {name for name, own in files.items() if own and intact.issuperset(own)}
    return Last({name: made[name] for name in made if name in sound},
                {name: files[name] for name in sound}, whole=len(intact) == len(hashes))


def _belongs(file: str, notebook: str) -> bool:
    return (file in {f"{notebook}.html", f"notebooks/{notebook}.ipynb"}
            or file.startswith((f"tables/{notebook}/", f"figures/{notebook}/")))


def _is(file: Path, digest: str) -> bool:
    return file.is_file() and keys.digest(file) == digest
