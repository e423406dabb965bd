"""What a data file holds, and how that was found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class How:
    """How a file was read.

    Attributes
    ----------
    format : {"text", "xlsx", "parquet", "jsonl", "sav", "dta"}
    encoding : str
        Of a text, SPSS or Stata file, as Python names it; "" elsewhere.
    encoding_found_by : {"declared", "file", "mark", "utf-8", "gb18030", ""}
        Which step of the ladder ended it, "file" where the file says it;
        "gb18030" is a guess that also swallows other encodings without an error.
    delimiter : str
        Of a text file; "" elsewhere, and for a file of one column.
    sheet : str
        Of a workbook; "" elsewhere.
    blank_rows : int
        Rows without any entry, left out.
    decimal : {".", ","}
        The sign before the decimals; "," where the numbers of a text file that another sign delimits have commas only.
    marks : int
        Byte-order marks in the middle of the file, as pasted files leave them; taken off.
    header : int
        Line or row in which the names of the columns stand, counted from 1; 0 where the format keeps them apart.
    skipped : int
        Rows left out because they were declared to be no data.
    hidden : tuple of str
        Hidden sheets of a workbook, left alone.
    """

    format: str
    encoding: str = ""
    encoding_found_by: str = ""
    delimiter: str = ""
    sheet: str = ""
    blank_rows: int = 0
    decimal: str = "."
    marks: int = 0
    header: int = 0
    skipped: int = 0
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One of the files that were put together.

    Attributes
    ----------
    shown : str
        The file's name in messages.
    how : How
    rows : int
        Below its header, without blank ones.
    level : str
        The wave that it holds; "" where there are none.
    joined : tuple of str
        The columns that it adds to the respondents; empty for a file of responses.
    matched, unmatched : int
        Rows of the responses with and without a partner in a joined file.
    unused : int
        Rows of a joined file that are no respondent's.
    lines : ndarray of int, shape (n_rows,), or None
        Of a joined file: its line for each row of the responses, 0 where there is none.
    """

    shown: str
    how: How
    rows: int
    level: str = ""
    joined: tuple[str, ...] = ()
    matched: int = 0
    unmatched: int = 0
    unused: int = 0
    lines: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that was made of others.

    Attributes
    ----------
    name : str
    source : tuple of str
        The columns it was made of.
    rule : str
        As written.
    n, missing : int
        Rows with and without an entry in it.
    changed : int or None
        Rows whose entry differs from the one it was made of; None where it is computed.
    """

    name: str
    source: tuple[str, ...]
    rule: str
    n: int
    missing: int
    changed: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """The content of a data file.

    Attributes
    ----------
    frame : DataFrame of Categorical, shape (n_rows, n_columns read)
        The categories of a column are the different strings found in it, outer blanks removed, in the order of their
        first appearance; an empty cell is "", never NaN. A cell takes one byte as long as a column has at most 128
        different entries.
    lines : ndarray of int, shape (n_rows,)
        Line (text) or row (workbook) of the file on which each record begins, counted from 1; where a format has no
        lines, the number of the record.
    columns : tuple of str
        Every column of the file, read or not.
    how : How
    labels : mapping of str to str
        Column -> its label in the file; empty where the format has none.
    values : mapping of str to mapping of str to str
        Column -> entry -> what the file says it means; of every column, read or not.
    user_missing : mapping of str to tuple of str
        Column -> entries found in it that the file declares to be no answer.
    sources : tuple of Source
        The files that were put together; empty where one file was read by itself.
    source : ndarray of int, shape (n_rows,), or None
        Which of the stacked files each row comes from; None where there is one.
    derived : tuple of Derived
        The columns that were made of others.
    silent : int
        Rows of respondents in waves in which they answered nothing; left out.
    differing : tuple of str
        Columns whose codes the stacked files label differently.
    """

    frame: pd.DataFrame
    lines: np.ndarray
    columns: tuple[str, ...]
    how: How
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    user_missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    source: np.ndarray | None = None
    derived: tuple[Derived, ...] = ()
    silent: int = 0
    differing: tuple[str, ...] = ()

    @property
    def places(self) -> np.ndarray | Places:
        """Where each row stands: its line, or file and line where several files were put together."""
        return Places(self) if self.source is not None or any(each.lines is not None for each in self.sources) else (
            self.lines)


class Places:
    """File and line of rows that come from several files, made where they are asked for: ``places[rows]``."""

    __slots__ = ("_column", "_raw")

    def __init__(self, raw: Raw, column: str = "") -> None:
        self._raw, self._column = raw, column

    def of(self, column: str) -> Places:
        """Give the places of a column's entries: those of a joined column stand in the joined file."""
        return Places(self._raw, column)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Name file and line of some rows."""
        raw = self._raw
        beside = next((each for each in raw.sources if self._column in each.joined), None)
        if beside is not None:
            named = [f"{beside.shown}:{line}" for line in beside.lines[rows].tolist()]
        else:
            at = np.zeros(len(raw.lines), np.int8)[rows] if raw.source is None else raw.source[rows]
            named = [f"{raw.sources[place].shown}:{line}"
                     for place, line in zip(at.tolist(), raw.lines[rows].tolist(), strict=True)]
        return np.array(named, dtype=object)


def places_of(lines: np.ndarray | Places, column: str) -> np.ndarray | Places:
    """Give the places of a column's entries."""
    return lines.of(column) if isinstance(lines, Places) else lines
