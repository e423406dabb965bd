"""Everything that can be wrong with studies before a notebook runs, of all studies at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import studies
from helpers.errors import DataError, HelpersError, Problem, RunError

if TYPE_CHECKING:
    from helpers.studies import Study


def load(folders: Sequence[str | Path]) -> list[Study]:
    """Load studies.

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
            loaded.append(studies.load(folder))
        except HelpersError as error:
            refused.append(error)
    _raise(refused)
    twice = [name for name, count in Counter(study.name for study in loaded).items() if count > 1]
    if twice:
        raise RunError.of(Problem("run.same_name", {
            "name": name, "folders": [str(study.folder) for study in loaded if study.name == name]}) for name in twice)
    return loaded


def look_through(declared: Sequence[Study]) -> None:
    """Read the answers of studies and say what is wrong with them.

    Raises
    ------
    DataError
        What is wrong with the one study that is wrong.
    ExceptionGroup
        One error per wrong study where several are.
    """
    from helpers import survey

    _raise([DataError.of(problems) for study in declared if (problems := survey.preflight(study))])


def _raise(refused: Sequence[HelpersError]) -> None:
    if len(refused) > 1:
        raise ExceptionGroup("refused", refused)
    if refused:
        raise refused[0]
