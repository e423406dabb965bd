"""Everything that can be wrong with studies before a notebook runs, of all studies at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import reading, studies
from helpers.errors import DataError, HelpersError, Problem, RunError
from helpers.studies import places

if TYPE_CHECKING:
    from helpers.studies import Published, Study

_MARK = re.compile(r"(?:^|\s)#\s*check\s*[:：]\s*(.*)$")


def load(folders: Sequence[str | Path]) -> list[Study | Published]:
    """Load studies, printed matrices too.

    Parameters
    ----------
    folders : sequence of path
        Looked up from the working directory, then from the project root.

    Raises
    ------
    HelpersError
        What is wrong with the one study that is wrong.
    ExceptionGroup
        One error per wrong study where several are.
    """
    loaded, refused = [], []
    for folder in folders:
        try:
            loaded.append(studies.load_any(folder))
        except HelpersError as error:
            refused.append(error)
    _raise(refused)
    twice = [name for name, count in Counter(study.name for study in loaded).items() if count > 1]
    if twice:
        raise RunError.of(Problem("run.same_name", {
            "name": name, "folders": [str(study.folder) for study in loaded if study.name == name]}) for name in twice)
    return loaded


def look_through(declared: Sequence[Study | Published]) -> None:
    """Read the answers of studies that have any; say what is wrong, and whether the study that is repeated fits.

    Raises
    ------
    DataError
        What is wrong with the one study that is wrong.
    ExceptionGroup
        One error per wrong study where several are.
    """
    from helpers import survey

    refused: list[HelpersError] = []
    for study in (each for each in declared if isinstance(each, studies.Study)):
        if problems := survey.preflight(study):
            refused.append(DataError.of(problems))
        if study.replicates:
            try:
                studies.common(study, studies.original(study))
            except HelpersError as error:
                refused.append(error)
    _raise(refused)


def unchecked(study: Study) -> list[Problem]:
    """Find the guesses of a draft that nobody has checked yet.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of Problem
        One per ``# check:`` in study.yml and per entry in the column ``check`` of the codebook, each with its line.
    """
    return [Problem("run.unchecked", {"text": text or "-"}, f"{file}, line {line}")
            for file, line, text in (*_marks(study), *_marked_rows(study))]


def _marks(study: Study) -> Iterator[tuple[str, int, str]]:
    file = study.folder / places.FILE
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if found := _MARK.search(line):
            before = line[:found.start()].strip().lstrip("# ")
            yield places.shown(file), number, f"{before[:60]} ({found[1]})" if before else found[1]


def _marked_rows(study: Study) -> Iterator[tuple[str, int, str]]:
    if study.codebook_file is None:
        return
    raw = reading.read(study.codebook_file, columns=["item", "check"])
    if "check" in raw.frame:
        for line, item, text in zip(raw.lines.tolist(), raw.frame["item"], raw.frame["check"], strict=True):
            if text:
                yield places.shown(study.codebook_file), line, f"{item} ({text})"


def _raise(refused: Sequence[HelpersError]) -> None:
    if len(refused) > 1:
        raise ExceptionGroup("refused", refused)
    if refused:
        raise refused[0]
