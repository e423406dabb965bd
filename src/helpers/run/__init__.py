"""How study folders become reports: what is due is executed, the rest is kept, each report is replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import Problem, RunError
from helpers.run import checking, keys, locks, notebooks, planning, staging
from helpers.run.carrying import AT_ONCE, carry_out
from helpers.run.checking import unchecked
from helpers.run.notebooks import Notebook
from helpers.run.progress import display
from helpers.run.single import single
from helpers.run.synthesizing import synthesize
from helpers.studies import Study, places

if TYPE_CHECKING:
    from helpers.studies import Published

__all__ = ["check", "report", "single", "synthesize", "unchecked"]

PUBLISHED = "11_published"


def report(folders: Sequence[str | Path], *, language: str = "", only: Sequence[str] = (), draws: int = 0,
           workers: int = 0, force: bool = False, reports: str | Path | None = None,
           source: str | Path | None = None) -> int:
    """Make the reports of one or several studies.

    Parameters
    ----------
    folders : sequence of path
        Studies; looked up from the working directory, then from the project root.
    language : {"", "en", "zh"}
        Of the reports and of what the run says; "" takes each study's first language, and English.
    only : sequence of str
        Notebooks to run; empty: those that the study declares or needs. The others are kept as they were made, or
        left out where they would come out differently today.
    draws : int
        Bootstrap draws; 0: the study's.
    workers : int
        Notebooks at a time, over all studies; 0: two.
    force : bool
        Run what has not changed, too.
    reports : path, optional
        Folder of reports; default: ``reports`` at the project root.
    source : path, optional
        Folder of notebooks; default: ``notebooks`` at the project root.

    Returns
    -------
    int
        0 done; 1 a notebook failed or a report could not be written. The last good report is in place then.

    Raises
    ------
    StudyError, DataError, RunError
        What is wrong with a study or with the call; nothing has run and nothing has changed.
    ExceptionGroup
        One of these per study where several studies are wrong.
    """
    _check_numbers(draws=draws, workers=workers)
    declared = checking.load(folders)
    asked = [study for study in declared if isinstance(study, Study)]
    status = max((single(matrix, PUBLISHED, given={"study": planning.named(matrix)}, language=language, force=force,
                         reports=reports, source=source) for matrix in declared if matrix not in asked), default=0)
    if not asked:
        return status
    return max(status, _of_studies(asked, language=language, only=only, draws=draws, workers=workers, force=force,
                                   reports=reports, source=source))


def _of_studies(declared: Sequence[Study], *, language: str, only: Sequence[str], draws: int, workers: int,
                force: bool, reports: str | Path | None, source: str | Path | None) -> int:
    """Make the reports of studies with answers."""
    suite = notebooks.available(Path(source) if source else places.root() / "notebooks")
    only = notebooks.known(only, suite)
    given = {"draws": draws} if draws else {}
    wanted = {study.name: _wanted(study, suite, only, given) for study in declared}
    home = staging.open_for_writing(Path(reports) if reports else places.root() / "reports")
    with (display(language or "en") as progress,
          locks.held(home, list(wanted), waiting=lambda name, holder: progress.say("run.waits", study=name,
                                                                                   holder=holder))):
        surroundings = keys.surroundings()
        plans = []
        for study in declared:
            if marks := checking.unchecked(study):
                progress.say("run.unchecked_count", study=study.name, count=len(marks))
            spoken = language or study.languages[0]
            target = home / (study.name if spoken == study.languages[0] else f"{study.name}.{spoken}")
            if staging.repair(target):
                progress.say("run.repaired", study=target.name)
            planning.refuse_other(target, suite)
            needed, left_out = wanted[study.name]
            plans.append(planning.plan(
                study, given={"study": planning.named(study)}, language=spoken, target=target, needed=needed,
                left_out=left_out, only=only, parameters={"language": spoken, **given},
                surroundings=surroundings, force=force))
        checking.look_through([plan.study for plan in plans if not plan.unchanged])
        return carry_out(plans, workers=workers or AT_ONCE, progress=progress)


def check(folders: Sequence[str | Path]) -> list[Study | Published]:
    """Look for everything that can be wrong with studies, without running anything.

    Returns
    -------
    list of Study
        All of them, when nothing is wrong.

    Raises
    ------
    StudyError, DataError, RunError
        Everything that is wrong.
    ExceptionGroup
        One of these per study where several studies are wrong.
    """
    declared = checking.load(folders)
    checking.look_through(declared)
    return declared


def _check_numbers(**numbers: int) -> None:
    problems = [Problem("run.negative", {"name": name, "found": number})
                for name, number in numbers.items() if number < 0]
    if problems:
        raise RunError.of(problems)


def _wanted(study: Study, suite: Mapping[str, Notebook], only: Sequence[str],
            given: Mapping[str, int]) -> tuple[dict[str, Notebook], dict[str, Problem]]:
    """Tell what a study's report holds and what it does not; refuse what cannot run."""
    needed, left_out = notebooks.applying(study, suite)
    if unfit := [name for name in only if name in left_out]:
        raise RunError.of(Problem("run.not_for_study", {"name": name, "study": study.name, "needed": needed})
                          for name in unfit)
    notebooks.refuse_unfit((suite[name], ("study", "output", "language", *(given if not only or name in only else ())))
                           for name in needed)
    return {name: suite[name] for name in needed}, left_out
