"""The command ``assurance audit``: a printed table is recomputed, told at the terminal, and made a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from helpers import words
from helpers.run.single import single

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOK = "10_audit"
_SHOWN = ("quantity", "printed", "recomputed", "convention", "verdict", "why")
_COLOUR = {"inconsistent": "bold red", "truncated": "yellow", "consistent": "green", "not_checkable": "dim"}
_WIDTH = 200  # of a log file; a terminal has its own


def audit(file: str | Path, *, language: str = "", force: bool = False, reports: str | Path | None = None,
          source: str | Path | None = None, stream: TextIO | None = None) -> int:
    """Recompute a printed table, print what was found, and write its report.

    Parameters
    ----------
    file : path
        As `studies.printed` takes it.
    language : {"", "en", "zh"}
        Of the page and of the terminal; "": English.
    force : bool
        Make the report though nothing has changed.
    reports, source : path, optional
        Folders of reports and of notebooks; default: those of the project.
    stream : text file, optional
        Default: standard output.

    Returns
    -------
    int
        0 done, contradictions being a result; 1 the report could not be written.

    Raises
    ------
    StudyError, DataError
        If the file is not there or not typed as it should be.
    """
    from helpers import replication, report, studies

    printed = studies.printed(file)
    found = replication.audit(printed.content, where=printed.where)
    spoken = language or "en"
    _tell(found, words.pick(printed.title, spoken), spoken, stream or sys.stdout)
    return single(report.of_table(printed), NOTEBOOK, given={"file": str(printed.file)}, language=language,
                  force=force, reports=reports, source=source)


def _tell(found: pd.DataFrame, title: str, language: str, stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from helpers import replication
    from helpers.report.speech import Speech, plain

    speech = Speech(language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("entry", *_SHOWN):
        table.add_column(plain(speech.column(name)), overflow="fold")
    for row in found.to_dict("records"):
        where = " · ".join(part for part in (row["part"], speech.term("section", row["section"]), row["entry"]) if part)
        cells = [speech.term(name, row[name]) if row[name] else "" for name in _SHOWN]
        table.add_row(Text(where), *map(Text, cells), style=_COLOUR[row["verdict"]])
    terminal = stream.isatty()
    console = Console(file=stream, width=None if terminal else _WIDTH, highlight=False, soft_wrap=False)
    console.print(table)
    counts = replication.audited_counts(found)
    counts.pop("variant")
    console.print(Text(words.say("run.audit.title", language, name=title, **counts)))
