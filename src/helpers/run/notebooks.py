"""Which notebooks there are, which of them a study needs, and whether they take the parameters they are given."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import Problem, RunError

if TYPE_CHECKING:
    from helpers.studies import Study

SUMMARY = "00_summary"
"""Runs last and whenever another one ran: it reads the tables that the others wrote."""

NEEDS = {
    "03_structural_model": ("run.left_out.model", lambda study: bool(study.model)),
    "04_service_quality": ("run.left_out.pairs", lambda study: bool(study.pairs)),
    "05_case_comparison": ("run.left_out.groups", lambda study: bool(study.groups)),
    "07_replication": ("run.left_out.replicates", lambda study: study.replicates is not None),
}
"""Notebook -> (why it is left out, whether the study declares what it asks about)."""


OWN_COMMAND = {"09_synthesis": "assurance synthesize STUDY STUDY", "10_audit": "assurance audit FILE",
               "11_published": "assurance report data/published/NAME"}
"""Notebook that is about no single study -> the command that runs it; see `helpers.run.single`."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of the suite as it lies in its folder.

    Attributes
    ----------
    name : str
        The file's name without its ending, ``02_reliability``.
    file : Path
    parameters : tuple of str or None
        Names in its parameters cell; None where it has no such cell.
    """

    name: str
    file: Path
    parameters: tuple[str, ...] | None


def available(folder: Path, *, own_command: bool = False) -> dict[str, Notebook]:
    """Find the notebooks of a folder, in the order in which they run: by name, the summary last.

    Besides the numbered ones these are a researcher's own in ``mine/``; a study that wants one of those lists it.

    Parameters
    ----------
    folder : Path
    own_command : bool
        Find those that are about no single study instead, which have a command of their own.

    Raises
    ------
    RunError
        If there are none, or a file is not a notebook.
    """
    files = sorted((*folder.glob("mine/*.ipynb"), *folder.glob("[0-9][0-9]_*.ipynb")))
    if not files:
        raise RunError("run.no_notebooks", where=str(folder))
    found = {file.stem: Notebook(file.stem, file, _parameters(file)) for file in files
             if (file.stem in OWN_COMMAND) == own_command}
    return {name: found[name] for name in sorted(found, key=lambda name: (name == SUMMARY, name))}


def known(names: Sequence[str], notebooks: Mapping[str, Notebook]) -> tuple[str, ...]:
    """Read names as a person writes them (``02_reliability`` or its file) and refuse unknown ones, all together.

    Raises
    ------
    RunError
        For names that are not there, each with the nearest one.
    """
    plain = [Path(name).stem if name.endswith(".ipynb") else name for name in names]
    elsewhere = [Problem("run.own_command", {"name": name, "command": OWN_COMMAND[name]})
                 for name in plain if name in OWN_COMMAND]
    unknown = [name for name in plain if name not in notebooks]
    if elsewhere:
        raise RunError.of(elsewhere)
    if unknown:
        raise RunError.of(
            Problem("run.unknown_notebook", {"name": name, "near": _nearest(name, notebooks), "known": list(notebooks)})
            for name in unknown)
    return tuple(dict.fromkeys(plain))


def applying(study: Study, notebooks: Mapping[str, Notebook]) -> tuple[list[str], dict[str, Problem]]:
    """Tell the notebooks that a study needs from those it does not, with the reason for each of the latter.

    Returns
    -------
    needed : list of str
        In the order in which they run; the summary is always among them.
    left_out : dict of str to Problem

    Raises
    ------
    RunError
        If the study lists a notebook that does not exist.
    """
    listed = known(study.notebooks, notebooks)
    left_out = {}
    for name, notebook in notebooks.items():
        needs, holds = NEEDS.get(name, ("", lambda study: True))
        if name == SUMMARY or name in listed:
            continue
        if listed or notebook.file.parent.name == "mine":
            left_out[name] = Problem("run.left_out.not_listed")
        elif not holds(study):
            left_out[name] = Problem(needs)
    return [name for name in notebooks if name not in left_out], left_out


def refuse_unfit(given: Iterable[tuple[Notebook, Collection[str]]]) -> None:
    """Refuse notebooks without a parameters cell, and parameters that a notebook does not have.

    Papermill only logs a warning and runs with the notebook's default.

    Parameters
    ----------
    given : iterable of (Notebook, names of the parameters it is to be given)

    Raises
    ------
    RunError
        Naming every notebook and parameter.
    """
    problems = []
    for notebook, names in given:
        if notebook.parameters is None:
            problems.append(Problem("run.no_parameters_cell", {"names": list(names)}, str(notebook.file)))
            continue
        for name in names:
            if name not in notebook.parameters:
                values = {"name": name, "known": list(notebook.parameters)}
                problems.append(Problem("run.unknown_parameter", values, str(notebook.file)))
    if problems:
        raise RunError.of(problems)


def _nearest(name: str, notebooks: Mapping[str, Notebook]) -> str:
    return get_close_matches(name, notebooks, n=1, cutoff=0)[0]


def _parameters(file: Path) -> tuple[str, ...] | None:
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "code" and "parameters" in cell.get("metadata", {}).get("tags", ()):
                return _assigned("".join(cell["source"]))
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise RunError("run.not_a_notebook", where=str(file), found=str(error)) from error
    return None


def _assigned(source: str) -> tuple[str, ...]:
    names: list[str] = []
    for line in ast.parse(source).body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            names.append(line.target.id)
        elif isinstance(line, ast.Assign):
            names += [target.id for target in line.targets if isinstance(target, ast.Name)]
    return tuple(names)
