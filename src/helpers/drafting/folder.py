"""From a foreign file to a study folder: staged beside its place, held against the suite's own checks, then moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from helpers import studies, survey
from helpers.drafting.codebook_text import codebook_text
from helpers.drafting.constructs import Proposal
from helpers.drafting.draft import Draft, drafted, reduced
from helpers.drafting.intake import take_in
from helpers.drafting.study_text import StudyText
from helpers.errors import HelpersError, Problem, StudyError
from helpers.studies.places import root

_ROUNDS = 4  # of leaving out what the suite refuses; more would empty the draft


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A study folder that was made.

    Attributes
    ----------
    folder : Path
    draft : Draft
    open : tuple of Problem
        What `assurance check` will say is wrong; empty where the file is sane.
    """

    folder: Path
    draft: Draft
    open: tuple[Problem, ...] = ()


def new(folder: str | Path, file: str | Path, *, like: str | Path = "", encoding: str = "", sheet: str = "",
        language: str = "en") -> Made:
    """Draft a study from a foreign data file.

    Parameters
    ----------
    folder : path
        Of the new study, such as ``data/mine``; must not exist, or be empty.
    file : path
        The data; copied into ``raw/``.
    like : path
        A study whose constructs the columns are mapped onto; "" for none.
    encoding, sheet : str
        Of the file; "" where it is to be found.
    language : {"en", "zh"}
        Of the comments in the draft.

    Returns
    -------
    Made

    Raises
    ------
    StudyError
        If the folder is not empty, or no column looks like an item.
    DataError
        If the file cannot be read, or its encoding cannot be told.
    """
    file, place = Path(file), _place(Path(folder))
    taken = take_in(file, encoding=encoding, sheet=sheet)
    draft = drafted(taken)
    if like:
        from helpers.drafting.likeness import mapped

        draft = mapped(draft, studies.load(like), beside=place.parent)
    if not draft.proposals:
        raise StudyError("drafting.no_items", where=str(file), columns=[column.name for column in draft.columns][:8])
    place.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        (staged / "raw").mkdir()
        shutil.copyfile(file, staged / "raw" / file.name)
        draft, problems = _settled(draft, staged, place, language)
        if place.exists():
            place.rmdir()
        staged.chmod(0o755)  # mkdtemp keeps others out
        os.replace(staged, place)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return Made(place, draft, problems)


def _place(folder: Path) -> Path:
    """Find where the study will stand: from the working directory, else from the project root if it has the parent."""
    place = Path.cwd() / folder
    if not place.parent.is_dir() and (root() / folder).parent.is_dir():
        place = root() / folder
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise StudyError("drafting.folder_taken", where=folder.as_posix())
    return place


def _settled(draft: Draft, staged: Path, place: Path, language: str) -> tuple[Draft, tuple[Problem, ...]]:
    """Write the draft, ask the suite what is wrong with it, and leave out what it refuses."""
    problems: tuple[Problem, ...] = ()
    for _ in range(_ROUNDS):
        _write(draft, staged, place, language)
        problems = tuple(replace(problem, where=problem.where.replace(staged.name, place.name))
                         for problem in _problems(staged))
        smaller = _without(draft, problems)
        if not problems or smaller is None:
            break
        draft = smaller
    return draft, problems


def _write(draft: Draft, staged: Path, place: Path, language: str) -> None:
    shown = place.relative_to(root()).as_posix() if place.is_relative_to(root()) else str(place)
    text = StudyText(draft, name=place.name, file=draft.taken.file.name, language=language, shown=shown).text()
    (staged / "study.yml").write_text(text, encoding="utf-8", newline="\n")
    (staged / "codebook.csv").write_text(codebook_text(draft, language=language), encoding="utf-8-sig", newline="\n")


def _problems(staged: Path) -> tuple[Problem, ...]:
    try:
        return survey.preflight(studies.load(staged))
    except HelpersError as error:
        return error.problems


def _without(draft: Draft, problems: tuple[Problem, ...]) -> Draft | None:
    """Leave out the columns that problems name; None where they name none."""
    items = {name: column for column, name in draft.names.items()}
    out: dict[str, Problem] = {}
    for problem in problems:
        named = [problem.values[key] for key in ("item", "column", "group") if key in problem.values]
        named += list(problem.values.get("items", ())) if problem.id == "survey.item_empty" else []
        for name in named:
            out[items.get(str(name), str(name))] = problem
    out = {name: problem for name, problem in out.items() if name in draft.by_name}
    if not out:
        return None
    columns = tuple(replace(column, kind=_instead(column.kind, out[column.name]), why=Problem(
        "drafting.why.refused", {"reason": out[column.name].sentence()})) if column.name in out else column
        for column in draft.columns)
    proposals = tuple(kept for proposal in draft.proposals if (kept := _kept(proposal, set(out))).items)
    return replace(draft, columns=columns, proposals=proposals) if proposals else None


def _instead(kind: str, problem: Problem) -> str:
    if kind == "groups" and problem.id == "survey.group_small":
        return "profile"
    return {"item": "unplaced", "nps": "unplaced", "respondent": "identifier"}.get(kind, "names")


def _kept(proposal: Proposal, out: set[str]) -> Proposal:
    return reduced(proposal, out) if out & {*proposal.items, *proposal.expectation} else proposal
