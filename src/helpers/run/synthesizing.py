"""How several studies become one report: what is wrong with any of them is said before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers import report
from helpers.errors import RunError
from helpers.run import checking, planning
from helpers.run.single import single
from helpers.survey.several import refuse_unfit

NOTEBOOK = "09_synthesis"
NAME = "synthesis"
"""Of the report where nobody gives another one."""


def synthesize(folders: Sequence[str | Path], *, language: str = "", name: str = "", draws: int = 0,
               force: bool = False, reports: str | Path | None = None, source: str | Path | None = None) -> int:
    """Make the report of a synthesis over studies.

    Parameters
    ----------
    folders : sequence of path
        Studies, two or more; looked up as `report` does.
    language : {"", "en", "zh"}
        "" takes the first study's first.
    name : str
        Of the report; "": ``synthesis``.
    draws : int
        Monte Carlo draws of indirect effects; 0: the first study's.
    force : bool
        Run though nothing has changed.
    reports, source : path, optional
        Folders of reports and of notebooks; default: those of the project.

    Returns
    -------
    int
        As `report`.

    Raises
    ------
    StudyError, DataError, RunError
        What is wrong with a study or with the call; nothing has run.
    ExceptionGroup
        One of these per study where several are wrong.
    """
    if draws < 0:
        raise RunError("run.negative", name="draws", found=draws)
    declared = checking.load(folders)
    refuse_unfit(tuple(declared))
    checking.look_through(declared)
    name = name or NAME
    return single(report.over(declared, name=name), NOTEBOOK, language=language, force=force, reports=reports,
                  given={"folders": ",".join(planning.named(study) for study in declared)},
                  parameters={"name": name, "draws": draws}, source=source)
