"""Rows of strings, gathered block by block into columns that keep each different string once.

A file of millions of rows has few different answers: a column of codes takes one byte per cell, where one Python
string per cell takes fifty.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem

# Cells that are held as Python strings at a time: some megabytes; more give only the garbage collector work.
CELLS = 1 << 17
# Of a table in any format: statistics packages stop at 32,767 or 120,000 columns.
MOST_COLUMNS = 120_000
_TOLD = 8  # faults of one kind that are told one by one
_BLANKS = string.whitespace + "".join(map(chr, (
    *range(0x1C, 0x20), 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x200E), 0x2028, 0x2029, 0x202F, 0x205F, 0x2060,
    0x3000, 0xFEFF)))
_BREAKS = re.compile(r"\s*[\t\r\n\v\f]+\s*")
_DECIMAL = re.compile(r"[-+]?\d+([.,])\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[.,]\d{3})+")


class _Numbered(dict):
    """Gives every key a number in the order of first appearance."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number


class Column:
    """The cells of one column, as they come in.

    Examples
    --------
    >>> column = Column()
    >>> column.add(["4", " 4", ""])
    >>> column.add(["5"])
    >>> column.categorical().tolist(), column.categorical().codes.dtype.name
    (['4', '4', '', '5'], 'int8')
    """

    __slots__ = ("_blocks", "_numbers")

    def __init__(self) -> None:
        self._numbers = _Numbered()
        self._blocks: list[np.ndarray] = []

    def add(self, cells: Sequence[str]) -> None:
        """Take the next cells."""
        self._keep(np.fromiter(map(self._numbers.__getitem__, cells), np.int32, len(cells)))

    def add_codes(self, codes: np.ndarray, texts: Sequence[str]) -> None:
        """Take the next cells as codes, and the string that each code means."""
        self._keep(np.array([self._numbers[text] for text in texts], np.int32)[codes])

    def pad(self, rows: int) -> None:
        """Take empty cells."""
        self._keep(np.full(rows, self._numbers[""]))

    def _keep(self, codes: np.ndarray) -> None:
        self._blocks.append(codes.astype(np.min_scalar_type(-max(len(self._numbers), 1)), copy=False))

    def categorical(self) -> pd.Categorical:
        """Give all cells, outer blanks removed."""
        return categorical(np.concatenate(self._blocks) if self._blocks else np.empty(0, np.int8), list(self._numbers))


class Gathered:
    """A table as it comes in, row by row; rows without any entry are left out and counted.

    Parameters
    ----------
    header : sequence of str
        As found.
    columns : collection of str, optional
        Keep only these; None keeps all.
    shown : str
        The file's name in messages.

    Attributes
    ----------
    names : tuple of str
        Of all columns, "" for one without a name.
    blank_rows : int
    kept : dict of int to Column
        The columns that are kept, by their place.

    Raises
    ------
    DataError
        If two columns have one name, or there are more than 120,000.
    """

    def __init__(self, header: Sequence[str], *, columns: Collection[str] | None = None, shown: str = "") -> None:
        self.names = names_of(header, shown)
        self.blank_rows = 0
        self.kept = {at: Column() for at in wanted(self.names, columns)}
        self._rows: list[Sequence[str]] = []
        self._lines: list[int] = []
        self._numbers: list[np.ndarray] = []
        self._most = max(CELLS // max(len(self.names), 1), 256)

    def add(self, row: Sequence[str], line: int) -> None:
        """Take a row that is as long as the header, and the line on which it begins."""
        self._rows.append(row)
        self._lines.append(line)
        if len(self._rows) >= self._most:
            self._flush()

    def take(self, lines: np.ndarray) -> None:
        """Take the lines of rows whose cells were handed to the columns."""
        self._numbers.append(lines)

    def finish(self, shown: str) -> tuple[pd.DataFrame, np.ndarray]:
        """Give the frame and the line of each row."""
        self._flush()
        lines = np.concatenate(self._numbers) if self._numbers else np.empty(0, np.int64)
        if not len(lines):
            raise DataError("reading.no_rows", where=shown)
        taken = {}
        for at in [*self.kept]:  # one by one: a column's strings are given up as soon as it is made
            taken[self.names[at]] = self.kept.pop(at).categorical()
        return frame_of(taken, len(lines)), lines

    def _flush(self) -> None:
        blank = {at for at, row in enumerate(self._rows) if not row[0].strip() and not any(map(str.strip, row))}
        if blank:
            self._rows = [row for at, row in enumerate(self._rows) if at not in blank]
            self._lines = [line for at, line in enumerate(self._lines) if at not in blank]
            self.blank_rows += len(blank)
        if self._rows:
            for at, cells in enumerate(zip(*self._rows, strict=True)):
                if at in self.kept:
                    self.kept[at].add(cells)
            self.take(np.array(self._lines, np.int64))
        self._rows, self._lines = [], []


def categorical(codes: np.ndarray, texts: Sequence[str]) -> pd.Categorical:
    """Make a column of codes and the strings that they mean, outer blanks removed; -1 is an empty cell.

    Examples
    --------
    >>> categorical(np.array([0, 1, -1]), ["4", " 4"]).tolist()
    ['4', '4', '']
    """
    texts = list(texts)
    if (codes < 0).any():
        texts.append("")
        codes = np.where(codes < 0, len(texts) - 1, codes)
    plain = [stripped(text) for text in texts]
    if plain != texts or texts.count("") > 1:
        same = _Numbered()
        codes = np.array([same[text] for text in plain], np.int32)[codes]
        texts = list(same)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object))


def codes_of(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Give a column's codes, and the string that each code means.

    Parameters
    ----------
    column : Series of str
        Categorical as in `helpers.reading.Raw`, or of plain strings.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    texts : list of str

    Examples
    --------
    >>> codes_of(pd.Series(["a", "b", "a"], dtype=object))
    (array([0, 1, 0]), ['a', 'b'])
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories.tolist()
    codes, texts = pd.factorize(column.to_numpy(dtype=object))
    return codes, list(texts)


def frame_of(columns: Mapping[str, pd.Categorical], rows: int) -> pd.DataFrame:
    """Put columns side by side; without any there are still rows."""
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(rows), columns=pd.Index(list(columns), dtype=object))


def wanted(names: Sequence[str], columns: Collection[str] | None) -> list[int]:
    """Find the positions of the columns to be kept; one without a name cannot be declared and stays unread."""
    if columns is None:
        return [at for at, name in enumerate(names) if name]
    asked = set(columns)
    return [at for at, name in enumerate(names) if name and name in asked]


def names_of(header: Sequence[str], shown: str) -> tuple[str, ...]:
    """Names of columns, a line break or tab inside them as one blank; the same name twice is refused.

    Examples
    --------
    >>> names_of([" q1 ", "how long", "is it"], "")
    ('q1', 'how long', 'is it')
    """
    if len(header) > MOST_COLUMNS:
        raise DataError("reading.wide", where=shown, found=len(header), most=MOST_COLUMNS)
    names = [spoken(name) for name in header]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        places: dict[str, list[int]] = {name: [] for name in twice[:_TOLD]}
        for at, name in enumerate(names, start=1):
            if name in places:
                places[name].append(at)
        problems = [Problem("reading.column_twice", {"column": name, "count": len(at), "positions": at[:_TOLD]}, shown)
                    for name, at in places.items()]
        if len(twice) > _TOLD:
            problems.append(Problem("reading.columns_twice_more", {"count": len(twice) - _TOLD}, shown))
        raise DataError.of(problems)
    return tuple(names)


def spoken(name: str) -> str:
    r"""Give a column's name as it is declared: without outer blanks, a line break or tab inside as one blank.

    Examples
    --------
    >>> spoken(" Safety\n of data ")
    'Safety of data'
    """
    return _BREAKS.sub(" ", stripped(name))


def stripped(text: str) -> str:
    r"""Take blanks off both ends, those without a width too, as copied texts carry them.

    Examples
    --------
    >>> stripped("\u200b4\u00a0")
    '4'
    """
    return text.strip() if text.isascii() else text.strip(_BLANKS)


def decimal_of(frame: pd.DataFrame) -> str:
    """Find the sign before the decimals: "," where numbers have commas and none has a point.

    Examples
    --------
    >>> decimal_of(pd.DataFrame({"q1": pd.Categorical(["2,5", "3"])}))
    ','
    >>> decimal_of(pd.DataFrame({"q1": pd.Categorical(["2,5", "3.5"])}))
    '.'
    >>> decimal_of(pd.DataFrame({"q1": pd.Categorical(["1,234"])}))  # may be thousands
    '.'
    """
    signs = {found[1] for name in frame for text in _with_sign(frame[name].cat.categories)
             if (found := _DECIMAL.fullmatch(text)) and not _GROUPED.fullmatch(text)}
    return "," if signs == {","} else "."


def _with_sign(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if "," in text or "." in text)
