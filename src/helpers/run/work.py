"""How the notebooks of all studies share one pool of workers, and how each study goes from a plan to a report."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import report
from helpers.errors import HelpersError
from helpers.run import execute, finish, kernels, staging
from helpers.run.execute import Executed
from helpers.run.notebooks import SUMMARY, Notebook
from helpers.run.planning import Plan
from helpers.run.progress import Progress

_BLINK = 0.5  # seconds; on Windows a wait without an end cannot be interrupted


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of one study.

    Attributes
    ----------
    plan : Plan
    folder : Path
        Where the pages lie: the report, or the failed run beside it.
    executed : mapping of str to Executed
        Notebooks that ran.
    refusal : HelpersError or None
        Why nothing could be written.
    """

    plan: Plan
    folder: Path
    executed: Mapping[str, Executed]
    refusal: HelpersError | None = None

    @property
    def good(self) -> bool:
        """Whether the report was published."""
        return self.refusal is None and not any(executed.failure for executed in self.executed.values())


def work(plans: Sequence[Plan], *, workers: int, progress: Progress) -> list[Outcome]:
    """Execute what is due for every study; publish or put aside each report as soon as it is complete.

    Threads suffice: the work is done by the notebooks' kernels, processes of their own.

    Parameters
    ----------
    plans : sequence of Plan
        None of them unchanged; the locks of their studies are held.
    workers : int
        Notebooks at a time, over all studies.
    progress : Progress

    Returns
    -------
    list of Outcome
        In the order of `plans`.
    """
    if not plans:
        return []
    execute.prepare()
    with kernels.folder() as scratch:
        shop = _Shop(scratch, workers, progress)
        with shop.pool, ThreadPoolExecutor(len(plans), thread_name_prefix="study") as studies:
            futures = [studies.submit(shop.produce, plan) for plan in plans]
            try:
                while wait(futures, timeout=_BLINK).not_done:
                    pass
            except BaseException:  # Ctrl-C: no kernel outlives the run, no last good report is touched
                shop.stop(futures)
                raise
            return [future.result() for future in futures]


class _Shop:
    """The pool of notebooks and what its threads share."""

    def __init__(self, scratch: Path, workers: int, progress: Progress) -> None:
        self.scratch, self.progress = scratch, progress
        self.variables = kernels.environment(scratch, at_once=workers)
        self.started: list[Any] = []
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="notebook")
        self.pages = threading.Lock()
        self.stopped = threading.Event()

    def produce(self, plan: Plan) -> Outcome:
        """Take one study from its plan to its report."""
        folder = plan.target.with_name(f".{plan.target.name}")
        executed: dict[str, Executed] = {}
        try:
            folder = staging.stage(plan.target)
            self.lay_out(plan, folder)
            # The longest first, as far as its length tells: none is left to run alone at the end.
            first = sorted((notebook for name, notebook in plan.due.items() if name != SUMMARY),
                           key=lambda notebook: notebook.file.stat().st_size, reverse=True)
            executed |= self.execute(plan, first, folder)
            if SUMMARY in plan.due and not any(done.failure for done in executed.values()):
                executed |= self.execute(plan, [plan.due[SUMMARY]], folder)
            return Outcome(plan, finish.finish(plan, folder, executed), executed)
        except OSError as error:
            return Outcome(plan, folder, executed, staging.explained(error, folder))
        except HelpersError as error:
            return Outcome(plan, folder, executed, error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # published and failed runs have been renamed by now

    def lay_out(self, plan: Plan, folder: Path) -> None:
        """Stage what is kept, and the source of every notebook to come: each page links to all others."""
        for files in plan.kept.values():
            staging.carry(files, source=plan.target, staging=folder)
        (folder / "notebooks").mkdir(exist_ok=True)
        for name, notebook in plan.due.items():
            shutil.copyfile(notebook.file, folder / "notebooks" / f"{name}.ipynb")

    def execute(self, plan: Plan, notebooks: Iterable[Notebook], folder: Path) -> dict[str, Executed]:
        """Execute some notebooks of a study in the pool, and wait for all of them."""
        futures = {notebook.name: self.pool.submit(self.make, plan, notebook, folder) for notebook in notebooks}
        for future in futures.values():
            future.exception()  # waits, and unlike `wait` returns for what an interrupted run never began
        return {name: future.result() for name, future in futures.items()}

    def make(self, plan: Plan, notebook: Notebook, folder: Path) -> Executed:
        """Execute one notebook and render its page; runs in a thread of the pool."""
        about = (plan.target.name, notebook.name)
        self.progress.begin(*about)
        fresh = self.scratch / f"{'.'.join(about)}.ipynb"
        log = fresh.with_suffix(".log")
        kernel = kernels.manager_class(self.scratch, log, self.variables, self.started)
        done = execute.execute(notebook.file, fresh, plan.parameters(notebook.name, folder), kernel=kernel, log=log,
                               on_cell=lambda cell, cells: self.progress.advance(*about, cell, cells))
        if self.stopped.is_set():
            raise CancelledError
        report.tidy(fresh)
        with self.pages:
            shutil.copyfile(fresh, folder / "notebooks" / f"{notebook.name}.ipynb")
            report.render([folder / "notebooks" / f"{notebook.name}.ipynb"], folder, language=plan.language)
        self.progress.finish(*about, done.seconds, good=done.failure is None)
        return done

    def stop(self, futures: Sequence[Future[Outcome]]) -> None:
        """End every kernel, and go on until nobody starts another one."""
        self.stopped.set()
        self.pool.shutdown(wait=False, cancel_futures=True)
        while wait(futures, timeout=_BLINK).not_done:
            kernels.end(self.started)
