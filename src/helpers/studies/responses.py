"""The declared table of answers, and what stands in it for no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from helpers import reading


@dataclass(frozen=True, slots=True)
class Responses:
    """The table of answers.

    Attributes
    ----------
    file : Path
        The only one, or the first wave's.
    shown : str
        The file's name in messages, relative to the study folder; of several, all their names.
    plan : reading.Plan or None
        Every file, how they are put together, and the columns that are made of others.
    respondent, duration : str
        Columns; "" where none is declared.
    missing_codes : tuple of str
        As written.
    drop : tuple of str
        Columns that are never read.
    attention_checks : mapping of str to str
        Column -> right answer.
    encoding, delimiter, decimal, sheet : str
        "" where it is to be found; with several files each has its own (``plan``).
    """

    KEPT: ClassVar[tuple[str, ...]] = ("respondent", "duration", "missing_codes", "drop", "attention_checks",
                                       "encoding", "delimiter", "decimal", "sheet")

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
    plan: reading.Plan | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is read, the joined ones last."""
        if self.plan is None:
            return (self.file,)
        return tuple(part.file for part in (*self.plan.parts, *(join.part for join in self.plan.joins)))

    def read(self, columns: Iterable[str]) -> reading.Raw:
        """Read some columns from every file as one table, as `helpers.reading.assembled` does."""
        plan = self.plan or reading.Plan((reading.Part(self.file, self.shown, self.encoding, self.delimiter,
                                                       self.sheet),))
        return reading.assembled(plan, columns={*columns} - {""})

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
