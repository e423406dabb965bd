"""How executed notebooks become a report: workbook, front page, manifest last, then the exchange with the old one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers import report
from helpers.errors import Problem
from helpers.report import colophon
from helpers.run import keys, locks, staging
from helpers.run.execute import Executed
from helpers.run.notebooks import SUMMARY
from helpers.run.planning import Plan


def finish(plan: Plan, folder: Path, executed: Mapping[str, Executed]) -> Path:
    """Complete a staged report and give it its name, or put it aside where a notebook failed.

    Parameters
    ----------
    plan : Plan
    folder : Path
        The staged report with the executed notebooks.
    executed : mapping of str to Executed
        What ran.

    Returns
    -------
    Path
        The report, or ``<name>.failed``.

    Raises
    ------
    RunError
        If something cannot be written or replaced; the last good report is in place.
    """
    failed = [name for name, done in executed.items() if done.failure]
    left_out = dict(plan.left_out)
    for name in plan.due.keys() - executed.keys():  # the summary, when it had nothing to read
        left_out[name] = Problem("run.left_out.failed", {"names": failed})
        (folder / "notebooks" / f"{name}.ipynb").unlink()
    pages = sorted((folder / "notebooks").glob("*.ipynb"))
    # What ran has been rendered already; kept pages may link to others than before.
    report.render(pages if failed else [page for page in pages if page.stem in plan.kept], folder,
                  language=plan.language)
    told = {"language": plan.language, "parameters": _parameters(plan)}
    report.write_workbook(folder, language=plan.language)
    report.write_index(folder, plan.study, **told,
                       not_run={name: left_out[name].sentence(plan.language) for name in sorted(left_out)})
    report.write_manifest(folder, plan.study, **told,
                          notebooks=[_record(plan, page.stem, executed) for page in pages])
    if failed:
        return staging.put_aside(folder, plan.target)
    with locks.catalogue(plan.target.parent):
        return staging.publish(folder, plan.target)


def _parameters(plan: Plan) -> dict[str, Any]:
    own = plan.made[SUMMARY].parameters if SUMMARY in plan.made else {}
    # What lies outside the project goes by its name: a report is handed on, the folders of this machine are not.
    shown = {name: colophon.placeless(value) for name, value in plan.given.items()}
    return {**shown, **own, "language": plan.language}


def _record(plan: Plan, name: str, executed: Mapping[str, Executed]) -> dict[str, Any]:
    made, done = plan.made[name], executed.get(name)
    status = "kept" if done is None else "failed" if done.failure else "ran"
    # A study that was edited while it ran has a page of neither state: no key, so that the next run makes it again.
    edited = keys.files(plan.study.hash_inputs(), folder=plan.study.folder) != plan.inputs
    return {"name": name, "status": status, "key": "" if edited else made.key, "parameters": dict(made.parameters),
            "seconds": round(done.seconds, 1) if done else made.seconds}
