"""How study folders become reports: what is due is executed, the rest is kept, each report is replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import HelpersError, Problem, RunError
from helpers.run import checking, keys, locks, notebooks, planning, staging
from helpers.run.notebooks import Notebook
from helpers.run.planning import Plan
from helpers.run.progress import Progress, display
from helpers.studies import places

if TYPE_CHECKING:
    from helpers.run.work import Outcome
    from helpers.studies import Study

__all__ = ["check", "report"]

AT_ONCE = 2
"""Notebooks at a time where nothing is asked for: two threads on two cores beat one by a third, four are slower."""


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
            spoken = language or study.languages[0]
            target = home / (study.name if spoken == study.languages[0] else f"{study.name}.{spoken}")
            if staging.repair(target):
                progress.say("run.repaired", study=target.name)
            needed, left_out = wanted[study.name]
            plans.append(planning.plan(
                study, language=spoken, target=target, needed=needed, left_out=left_out, only=only,
                parameters={"language": spoken, **given},
                surroundings=surroundings, force=force))
        return _carry_out(plans, workers=workers or AT_ONCE, progress=progress)


def check(folders: Sequence[str | Path]) -> list[Study]:
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


def _carry_out(plans: Sequence[Plan], *, workers: int, progress: Progress) -> int:
    due = [plan for plan in plans if not plan.unchanged]
    checking.look_through([plan.study for plan in due])
    for plan in plans:
        kept = [name for name in plan.made if name not in plan.due]
        if kept:
            progress.say("run.unchanged" if plan.unchanged else "run.kept", study=plan.target.name, notebooks=kept)
    outcomes = []
    if due:
        from helpers.run import work

        outcomes = work.work(due, workers=workers, progress=progress)
    for outcome in outcomes:
        _tell(outcome, progress)
    bad = {outcome.plan.target for outcome in outcomes if not outcome.good}
    for target in (plan.target for plan in plans if plan.target not in bad):
        progress.say("run.report", study=target.name, page=target / "index.html")
    return int(bool(bad) | (not _keep_catalogue(plans[0].target.parent, progress, fresh=bool(due))))


def _tell(outcome: Outcome, progress: Progress) -> None:
    """Say which cells failed, why a report could not be written, and where things are."""
    target = outcome.plan.target
    problems = [Problem("run.cell_failed", {"study": target.name, "notebook": name, "cell": done.failure.cell,
                                            "source": done.failure.source, "error": done.failure.error})
                for name, done in outcome.executed.items() if done.failure]
    if problems:
        progress.complain(RunError.of(problems))
    if outcome.refusal:
        progress.complain(outcome.refusal)
    elif problems:
        progress.say("run.failed_report", study=target.name, folder=outcome.folder, target=target)


def _keep_catalogue(home: Path, progress: Progress, *, fresh: bool) -> bool:
    """Write the page over all reports where one has changed, or where a killed run left none."""
    if not fresh and (home / "index.html").is_file():
        return True
    from helpers.report import write_catalogue_of_reports

    try:
        with locks.catalogue(home):
            write_catalogue_of_reports(home)
    except HelpersError as error:  # somebody else's report is damaged: this study's own is in place
        progress.complain(error)
        return False
    return True
