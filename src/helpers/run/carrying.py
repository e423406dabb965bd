"""How planned reports are carried out: what is kept is said, what is due is executed, what failed is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import HelpersError, Problem, RunError
from helpers.run import locks
from helpers.run.planning import Plan
from helpers.run.progress import Progress

if TYPE_CHECKING:
    from helpers.run.work import Outcome

AT_ONCE = 2
"""Notebooks at a time where nothing is asked for: two threads on two cores beat one by a third, four are slower."""


def carry_out(plans: Sequence[Plan], *, workers: int, progress: Progress) -> int:
    """Execute what is due, publish each report as a whole, and renew the page over all reports.

    Parameters
    ----------
    plans : sequence of Plan
        Of one folder of reports, whose locks are held; what they read has been looked through.
    workers : int
        Notebooks at a time, over all plans.
    progress : Progress

    Returns
    -------
    int
        0 done; 1 a notebook failed or a report could not be written. The last good report is in place then.
    """
    due = [plan for plan in plans if not plan.unchanged]
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
