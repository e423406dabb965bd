"""How a page speaks to the notebook: one display per thing, with a record of what it is for the report's index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

KEY = "assurance"


@dataclass(frozen=True, slots=True)
class Record:
    """What a displayed thing is; kept in the output's metadata of the executed notebook.

    Attributes
    ----------
    kind : str
        study, table, figure, headline, withheld, gates, note or colophon.
    name : str
        File name without its ending.
    """

    kind: Literal["study", "table", "figure", "headline", "withheld", "note", "colophon"]
    name: str = ""
    title: str = ""
    caption: str = ""
    rows: int = 0
    withheld: bool = False
    study: str = ""
    synthetic: bool = False
    language: str = ""
    citation: str = ""


def show(html: str, plain: str, record: Record) -> None:
    """Display HTML, with plain text for viewers that have none."""
    _display({"text/html": html, "text/plain": plain}, record)


def show_markdown(text: str) -> None:
    """Display a paragraph."""
    _display({"text/markdown": text, "text/plain": text}, Record("note"))


def records(notebook: Mapping[str, Any]) -> list[Record]:
    """Read what an executed notebook displayed, in order."""
    return [Record(**output["metadata"][KEY])
            for cell in notebook["cells"] for output in cell.get("outputs", ())
            if KEY in output.get("metadata", {})]


def _display(bundle: dict[str, str], record: Record) -> None:
    from IPython.display import display

    told = {name: value for name, value in asdict(record).items() if value}
    display(bundle, raw=True, metadata={KEY: told})
