"""How one notebook that is about no single study becomes a report: several studies together, or a printed table.

What it is about is a `helpers.report.Occasion`; the same planning, execution, staging and manifest as for a study's
report follow. Such a notebook has a command of its own (`notebooks.OWN_COMMAND`), takes what it is about by a
parameter of its own instead of ``study``, and is never part of a study's report. To add one:

1. Name it in ``notebooks.OWN_COMMAND``, and write it: parameters ``file: str`` (or ``folders``), ``output``,
   ``language``; its page is ``report.Page(occasion, "10_name", output=output, language=language)`` with the occasion
   made by the same function that the command calls.
2. Let the command refuse what is wrong with its input, make the occasion, and call ``run.single(occasion,
   "10_name", given={"file": "tables/two.yml"})``; its value is the exit status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import RunError
from helpers.report.colophon import placeless
from helpers.run import keys, locks, notebooks, planning, staging
from helpers.run.carrying import carry_out
from helpers.run.progress import display
from helpers.studies import places

if TYPE_CHECKING:
    from helpers.report import Occasion

_NAME = re.compile(r"[^\W_][\w-]*(\.[\w-]+)*")
_TAKEN = (".failed", ".zh", ".en")  # endings that have a meaning among reports


def single(occasion: Occasion, notebook: str, *, given: Mapping[str, str], parameters: Mapping[str, Any] | None = None,
           language: str = "", force: bool = False, reports: str | Path | None = None,
           source: str | Path | None = None) -> int:
    """Make the report of one notebook that is about no single study.

    Parameters
    ----------
    occasion : Occasion
        Its name is the report's folder, its files decide whether anything has changed.
    notebook : str
        ``09_synthesis``.
    given : mapping of str to str
        Parameters that name what the notebook reads, as a person would: ``{"folders": "data/a,data/b"}``. The report
        keeps them without folders of this machine.
    parameters : mapping, optional
        Further parameters, such as ``draws``.
    language : {"", "en", "zh"}
        "" takes the occasion's first; another one has a report of its own, ``<name>.zh``.
    force : bool
        Run though nothing has changed.
    reports, source : path, optional
        Folders of reports and of notebooks; default: those of the project.

    Returns
    -------
    int
        0 done; 1 the notebook failed or the report could not be written.

    Raises
    ------
    RunError
        If the name cannot be that of a report or is that of another one; if the notebook does not take the parameters.
    """
    suite = notebooks.available(Path(source) if source else places.root() / "notebooks", own_command=True)
    spoken = language or occasion.languages[0]
    told = {"language": spoken, **(parameters or {})}
    notebooks.refuse_unfit([(suite[notebook], (*given, "output", *told))])
    _refuse_name(occasion.name)
    home = staging.open_for_writing(Path(reports) if reports else places.root() / "reports")
    target = home / (occasion.name if spoken == occasion.languages[0] else f"{occasion.name}.{spoken}")
    with (display(language or "en") as progress,
          locks.held(home, [occasion.name], waiting=lambda name, holder: progress.say("run.waits", study=name,
                                                                                      holder=holder))):
        if staging.repair(target):
            progress.say("run.repaired", study=target.name)
        planning.refuse_other(target, [notebook])
        recorded = {name: placeless(value) for name, value in given.items()}
        plan = planning.plan(occasion, given=given, language=spoken, target=target, needed={notebook: suite[notebook]},
                             left_out={}, only=(), parameters={**recorded, **told},
                             surroundings=keys.surroundings(), force=force)
        return carry_out([plan], workers=1, progress=progress)


def _refuse_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name.lower().endswith(_TAKEN):
        raise RunError("run.report_name", name=name)
