"""What a report holds: its notebooks, with what each asks, and the tables and figures that they showed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import RunError
from helpers.report.showing import Record, records


@dataclass(frozen=True, slots=True, eq=False)
class PageOf:
    """One executed notebook of a report.

    Attributes
    ----------
    name : str
        ``"02_reliability"``.
    title, asks : str
        First heading and the paragraph below it, in the report's language, as Markdown.
    shown : tuple of Record
        What it displayed, in order.
    """

    name: str
    title: str
    asks: str
    shown: tuple[Record, ...]

    def of(self, kind: str) -> list[Record]:
        """List what was shown of one kind, each once."""
        return list({record.name: record for record in self.shown if record.kind == kind}.values())


def pages(output: Path, language: str) -> list[PageOf]:
    """Read the executed notebooks of a report, in order."""
    return [read(file, language) for file in sorted((output / "notebooks").glob("*.ipynb"))]


def read(file: Path, language: str) -> PageOf:
    """Read one executed notebook.

    Raises
    ------
    RunError
        If the file is not a notebook.
    """
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        title, asks = opening(notebook["cells"], language)
        return PageOf(file.stem, title, asks, tuple(records(notebook)))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise RunError("report.unreadable", where=str(file), reason=str(problem)) from problem


def opening(cells: list[dict], language: str) -> tuple[str, str]:
    """Take title and first paragraph from the first cell with a heading in the reader's language."""
    for cell in cells:
        if cell["cell_type"] != "markdown" or foreign(cell, language):
            continue
        lines = "".join(cell["source"]).splitlines()
        for i, line in enumerate(lines):
            if line.startswith("# "):
                paragraphs = "\n".join(lines[i + 1:]).strip().split("\n\n")
                return line[2:].strip(), paragraphs[0].strip()
    return "", ""


def foreign(cell: dict, language: str) -> bool:
    """Whether a cell is tagged with another language than the reader's."""
    tags = cell.get("metadata", {}).get("tags", ())
    return any(tag.startswith("lang-") and tag != f"lang-{language}" for tag in tags)
