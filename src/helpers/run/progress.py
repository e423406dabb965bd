"""What a run says while it works: bars for a person at a terminal, plain lines for a log file. All of it on stderr."""

from __future__ import annotations

import sys
import threading
from typing import Any, Protocol, Self, TextIO

from helpers import words


class Progress(Protocol):
    """What the runner tells. Threads call these, so an implementation guards itself."""

    def say(self, id: str, **values: Any) -> None:
        """Say a sentence of the catalogue."""

    def complain(self, error: BaseException) -> None:
        """Say what is wrong, as `told` puts it."""

    def begin(self, study: str, notebook: str) -> None:
        """Tell that a notebook begins."""

    def advance(self, study: str, notebook: str, cell: int, cells: int) -> None:
        """Tell that a cell of it begins."""

    def finish(self, study: str, notebook: str, seconds: float, *, good: bool) -> None:
        """Tell that a notebook is done."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *about: object) -> None: ...


def display(language: str, stream: TextIO | None = None) -> Progress:
    """Choose bars where the stream is a terminal, lines where it is not.

    Parameters
    ----------
    language : {"en", "zh"}
        Of what is said.
    stream : text file, optional
        Default: stderr.
    """
    stream = stream or sys.stderr
    return Bars(language, stream) if stream.isatty() else Lines(language, stream)


def told(error: BaseException, language: str) -> list[str]:
    """Put a refusal into lines: the class of error, then the sentence; one line per problem.

    Examples
    --------
    >>> from helpers.errors import RunError
    >>> told(RunError("run.negative", name="draws", found=-1), "en")
    ['RunError: draws is -1; it must be 0 or more.']
    """
    if isinstance(error, BaseExceptionGroup):
        return [line for part in error.exceptions for line in told(part, language)]
    return [f"{type(error).__name__}: {problem.sentence(language)}" for problem in error.problems]


class Lines:
    """One line per event, none of them overwritten: what a log file or a batch system keeps."""

    def __init__(self, language: str, stream: TextIO) -> None:
        self._language, self._stream, self._guard = language, stream, threading.Lock()

    def say(self, id: str, **values: Any) -> None:
        """Write the sentence as a line."""
        self._write(words.say(id, self._language, **values))

    def complain(self, error: BaseException) -> None:
        """Write a line per problem."""
        for line in told(error, self._language):
            self._write(line)

    def begin(self, study: str, notebook: str) -> None:
        """Write that it begins."""
        self.say("run.begins", study=study, notebook=notebook)

    def advance(self, study: str, notebook: str, cell: int, cells: int) -> None:
        """Write nothing: cells pass too fast for a log."""

    def finish(self, study: str, notebook: str, seconds: float, *, good: bool) -> None:
        """Write that it is done, and how long it took."""
        self.say("run.done" if good else "run.failed", study=study, notebook=notebook, seconds=seconds)

    def _write(self, line: str) -> None:
        with self._guard:
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *about: object) -> None:
        pass


class Bars:
    """A bar per running notebook with its cells and seconds; sentences pass above the bars."""

    def __init__(self, language: str, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._language = language
        self._console = Console(file=stream, highlight=False)
        self._bars = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                              console=self._console, transient=True)
        self._tasks: dict[tuple[str, str], Any] = {}

    def say(self, id: str, **values: Any) -> None:
        """Print the sentence above the bars."""
        self._print(words.say(id, self._language, **values))

    def complain(self, error: BaseException) -> None:
        """Print a line per problem above the bars."""
        for line in told(error, self._language):
            self._print(line)

    def begin(self, study: str, notebook: str) -> None:
        """Add a bar."""
        self._tasks[study, notebook] = self._bars.add_task(f"{study}  {notebook}", total=None)

    def advance(self, study: str, notebook: str, cell: int, cells: int) -> None:
        """Move the bar to a cell."""
        self._bars.update(self._tasks[study, notebook], completed=cell - 1, total=cells)

    def finish(self, study: str, notebook: str, seconds: float, *, good: bool) -> None:
        """Replace the bar by a line with the seconds."""
        self._bars.remove_task(self._tasks.pop((study, notebook)))
        self.say("run.done" if good else "run.failed", study=study, notebook=notebook, seconds=seconds)

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._bars.stop()
