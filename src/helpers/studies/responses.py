"""The declared table of answers, and what stands in it for no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Responses:
    """The table of answers.

    Attributes
    ----------
    file : Path
    shown : str
        The file's name in messages, relative to the study folder.
    respondent, duration : str
        Columns; "" where none is declared.
    missing_codes : tuple of str
        As written.
    drop : tuple of str
        Columns that are never read.
    attention_checks : mapping of str to str
        Column -> right answer.
    encoding, delimiter, decimal, sheet : str
        "" where it is to be found.
    """

    file: Path
    shown: str
    respondent: str = ""
    duration: str = ""
    missing_codes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    attention_checks: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    sheet: str = ""

    def unanswered(self, entries: Iterable[str]) -> set[str]:
        """Find the entries that stand for "no answer": empty, a missing code, or its number written otherwise.

        Examples
        --------
        >>> sorted(Responses(Path("r.csv"), "r.csv", missing_codes=("-99",)).unanswered(["", "-99.0", "9", "A"]))
        ['', '-99.0']
        """
        codes = {"", *self.missing_codes}
        values = {value for code in codes if (value := _number(code)) is not None}
        return {entry for entry in entries if entry in codes or _number(entry) in values}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
