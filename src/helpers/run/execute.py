"""How one notebook is executed, and what it says when a cell fails. The only module that imports papermill."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.run import kernels

_START_TIMEOUT = 120  # seconds; a loaded machine with a cold disk needs them
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_QUIET = ("--IPKernelApp.log_level=ERROR",)


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell that ended a notebook.

    Attributes
    ----------
    cell : int
        Its place in the notebook as written, from 1; the one that was running where the kernel itself died.
    source : str
    error : str
        Name and text of the exception.
    """

    cell: int
    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Executed:
    """What came of one notebook."""

    seconds: float
    failure: Failure | None


def execute(notebook: Path, executed: Path, parameters: Mapping[str, Any], *, kernel: type, log: Path,
            on_cell: Callable[[int, int], None]) -> Executed:
    """Run a notebook with parameters and write it with its outputs.

    Parameters
    ----------
    notebook, executed : Path
        Source and target. The target is written when a cell fails, too.
    parameters : mapping
        Every name is one of the notebook's parameters.
    kernel : type
        From `kernels.manager_class`.
    log : Path
        Where that kernel prints.
    on_cell : callable
        Told the number of cells begun and the number of cells.

    Returns
    -------
    Executed
    """
    papermill = prepare()
    written = _Place(notebook, on_cell)
    began, failure = time.perf_counter(), None
    try:
        papermill.execute_notebook(
            str(notebook), str(executed), parameters=dict(parameters), kernel_name="python3", language="python",
            progress_bar=False, request_save_on_cell_execute=False, start_timeout=_START_TIMEOUT,
            # Every file is closed by the time the last cell has ended: asking the kernel to leave costs .2 s.
            shutdown_kernel="immediate", extra_arguments=list(_QUIET), kernel_manager_class=kernel,
            on_cell_start=written.begin,
        )
    except papermill.PapermillExecutionError as error:
        failure = Failure(written.number(error.cell_index), error.source, _plain(f"{error.ename}: {error.evalue}"))
        _remove_markers(executed)
    except RuntimeError as error:  # the kernel died, or never answered
        failure = written.died(executed, _plain(f"{error}\n{kernels.last_words(log)}"))
    finally:
        _close_loop()
    return Executed(time.perf_counter() - began, failure)


def prepare() -> Any:
    """Import papermill; call it once before threads do."""
    with _without_grammar():
        import papermill
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    return papermill


class _Place:
    """Where execution stands, counted in the cells of the notebook as written: papermill adds one of its own."""

    def __init__(self, notebook: Path, on_cell: Callable[[int, int], None]) -> None:
        import nbformat

        self.notebook = nbformat.read(notebook, as_version=4)
        self.on_cell = on_cell
        self.parameters = next((place for place, cell in enumerate(self.notebook.cells)
                                if "parameters" in cell.metadata.get("tags", ())), len(self.notebook.cells))
        self.current = 1

    def number(self, index: int) -> int:
        return index if index > self.parameters else index + 1

    def begin(self, cell: Any, cell_index: int) -> None:
        self.current = self.number(cell_index)
        self.on_cell(self.current, len(self.notebook.cells))

    def died(self, executed: Path, error: str) -> Failure:
        # Papermill writes nothing when the kernel is gone; the reader still gets the notebook and the reason in it.
        import nbformat

        cell = self.notebook.cells[self.current - 1]
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("error", ename="DeadKernelError", evalue=error,
                                                   traceback=error.splitlines())]
        nbformat.write(self.notebook, executed)
        return Failure(self.current, cell.source, error)


def _close_loop() -> None:
    # Papermill leaves this thread an event loop, which would stay open with the sockets of the last kernel.
    from jupyter_core.utils import ensure_event_loop

    ensure_event_loop().close()


def _remove_markers(executed: Path) -> None:
    # Papermill adds English headings in red around the cell that failed; the report shows the error in its own way.
    import nbformat
    from papermill.execute import remove_error_markers

    nbformat.write(remove_error_markers(nbformat.read(executed, as_version=4)), executed)


@contextmanager
def _without_grammar() -> Iterator[None]:
    # jsonschema compiles a grammar of internationalized addresses whenever it is imported: 1.6 of papermill's 2 s, for
    # a check that no notebook schema asks for. It does without where the grammar cannot be imported.
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def _plain(text: str) -> str:
    return _COLOURS.sub("", text).strip()
