"""Records of a text table: its delimiter, its header, its rows; read as a stream."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.errors import DataError
from helpers.reading import regular
from helpers.reading.columns import Gathered, decimal_of
from helpers.reading.raw import How, Raw
from helpers.reading.text import LONGEST_LINE, Lines, encoding_of

DELIMITERS = (",", ";", "\t", "|")  # in order of preference where they split a header equally often
_ANNOUNCED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # the first line of files that Excel is to open rightly
_LARGEST_CELL = 1_000_000  # characters; a longer cell is a quotation mark that was never closed


def read(file: Path, *, columns: Collection[str] | None = None, encoding: str = "", delimiter: str = "",
         header: int = 0, skip: Collection[int] = (), shown: str = "") -> Raw:
    """Read a text table.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these; None keeps all.
    encoding, delimiter : str
        "": found, as `helpers.reading.read` says.
    header : int
        Line on which the names of the columns stand; 0: the first that is not blank.
    skip : collection of int
        Lines whose records are no data.
    shown : str
        The file's name in messages.

    Raises
    ------
    DataError
        If it cannot be decoded, a record has another number of cells than the header, a quotation mark is not
        closed, or the header is one cell that another delimiter would split.
    """
    encoding, found_by = encoding_of(file, encoding=encoding, shown=shown)
    lines = Lines(file, encoding, shown)
    text, announced = _header_line(lines, header, shown)
    best = _delimiter(text)
    split = delimiter or announced or best
    lines.marks = 0
    records = _records(lines, split or ",", shown)
    names, line = _header(records, header, skip if not announced else {*skip, 1}, shown)
    if len(names) == 1 and best and best != split:
        raise DataError("reading.one_column", where=shown, delimiter=_named(delimiter), better=_named(best))
    table = Gathered(names, columns=columns, shown=shown)
    plain = encoding.lower() in regular.ENCODINGS and split and sum(map(bool, map(str.strip, names))) > 1
    skipped = None
    if plain and len(names) <= regular.WIDEST and file.stat().st_size >= regular.SMALLEST:
        skipped = regular.gather(file, table, delimiter=split, header=line, skip=skip)
        table = table if skipped is not None else Gathered(names, columns=columns, shown=shown)
    if skipped is None:
        skipped = _gather(table, records, names, skip, split or ",", shown)
    frame, numbers = table.finish(shown)
    return Raw(frame, numbers, tuple(name for name in table.names if name),
               How("text", encoding, found_by, split, blank_rows=table.blank_rows, marks=lines.marks, header=line,
                   skipped=skipped, decimal=decimal_of(frame) if split not in ("", ",") else "."))


def _header_line(lines: Iterable[str], header: int, shown: str) -> tuple[str, str]:
    """Give the line of the header ("" in a file of blank lines), and the delimiter that a line above announces."""
    announced = ""
    for number, line in enumerate(lines, start=1):
        if number == 1 and (found := _ANNOUNCED.fullmatch(line)):
            announced = found[1]
        elif number == header or (not header and line.strip()):
            return line, announced
    if header:
        raise DataError("reading.header_line", where=shown, line=header)
    return "", announced


def _delimiter(header: str) -> str:
    """Find the delimiter that splits the header into most cells; "" where none splits it."""
    with _long_cells():  # by another sign than its own, a wide header is one long cell
        cells = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: cells[sign])
    return best if cells[best] > 1 else ""


def _header(records: Iterator[tuple[list[str], int]], header: int, skip: Collection[int],
            shown: str) -> tuple[list[str], int]:
    for record, line in records:
        if line == header or (not header and line not in skip):
            return record, line
        if header and line > header:
            break
    raise DataError("reading.header_line", where=shown, line=header) if header else DataError("reading.empty",
                                                                                              where=shown)


def _gather(table: Gathered, records: Iterable[tuple[list[str], int]], header: list[str], skip: Collection[int],
            delimiter: str, shown: str) -> int:
    """Hand over every record below the header; says how many were left out as declared."""
    width, left, first, last = len(header), frozenset(skip), True, 0
    skipped = 0
    for record, line in records:
        last = line
        if line in left:
            skipped += 1
            continue
        if first and _title(header, record):
            raise DataError("reading.title", where=f"{shown}, line {line}", title=header[0][:40], line=line)
        if len(record) != width:
            raise DataError("reading.ragged", where=f"{shown}, line {line}", found=len(record), expected=width,
                            delimiter=_named(delimiter))
        table.add(record, line)
        first = False
    if beyond := sorted(number for number in left if number > last):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:8], last=last)
    return skipped


def _title(header: list[str], below: list[str]) -> bool:
    """Whether what was taken for the header is a title: one entry, where the record below has several."""
    filled = [bool(cell.strip()) for cell in header]
    return filled[0] and not any(filled[1:]) and sum(map(bool, map(str.strip, below))) > 2


def _records(lines: Iterable[str], delimiter: str, shown: str) -> Iterator[tuple[list[str], int]]:
    """Yield every record that is no blank line, and the line on which it begins."""
    begin = 1
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    with _long_cells(_LARGEST_CELL):
        try:
            for record in reader:
                if record:
                    yield record, begin
                begin = reader.line_num + 1
        except csv.Error:
            raise DataError("reading.quotes", where=f"{shown}, line {begin}") from None


@contextmanager
def _long_cells(most: int = LONGEST_LINE) -> Iterator[None]:
    """Let cells be as long as this; the limit is the process's, and is given back."""
    before = csv.field_size_limit(most)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _named(delimiter: str) -> str:
    return {"\t": "tab", "": ","}.get(delimiter, delimiter)
