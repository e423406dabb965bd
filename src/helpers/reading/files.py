"""The strings of a data file, each under its column and on its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem
from helpers.reading import delimited, workbook

FORMATS = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True, slots=True)
class How:
    """How a file was read.

    Attributes
    ----------
    format : {"text", "xlsx"}
    encoding : str
        Of a text file, as Python names it; "" for a workbook.
    encoding_found_by : {"declared", "mark", "utf-8", "gb18030", ""}
        Which step of the ladder ended it; "gb18030" is a guess that also swallows other encodings without an error.
    delimiter : str
        Of a text file; "" for a workbook or a file of one column.
    sheet : str
        Of a workbook; "" for a text file.
    blank_rows : int
        Rows without any entry, left out.
    """

    format: str
    encoding: str = ""
    encoding_found_by: str = ""
    delimiter: str = ""
    sheet: str = ""
    blank_rows: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """The content of a data file.

    Attributes
    ----------
    frame : DataFrame of str, shape (n_rows, n_columns read)
        The strings as found, outer blanks removed; an empty cell is "".
    lines : ndarray of int, shape (n_rows,)
        Line (text) or row (workbook) of the file on which each record begins, counted from 1.
    columns : tuple of str
        Every column of the file, read or not.
    how : How
    """

    frame: pd.DataFrame
    lines: np.ndarray
    columns: tuple[str, ...]
    how: How


def read(file: str | Path, *, columns: Collection[str] | None = None, encoding: str = "", delimiter: str = "",
         sheet: str = "", shown: str = "") -> Raw:
    r"""Read a table with one header line; every cell stays the string that was found.

    Parameters
    ----------
    file : path
        ``.csv``, ``.tsv``, ``.txt`` (delimited by comma, semicolon, tab or bar) or ``.xlsx``.
    columns : collection of str, optional
        Keep only these (names that the file lacks are ignored); None keeps all.
    encoding : str
        As Python names it. "": byte-order mark, strict UTF-8, strict GB18030, in this order.
    delimiter : str
        "": the one of the four that splits the header into most columns.
    sheet : str
        Of a workbook; "" takes the only one.
    shown : str
        The file's name in messages; "" takes its own.

    Returns
    -------
    Raw

    Raises
    ------
    DataError
        If the file is missing, empty, of an unknown format, undecodable, has no row below the header, two columns
        of one name, rows of differing length, or only one column where another delimiter fits.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "responses.csv"
    ...     _ = file.write_text("id;as1;as2\n1;07;\n2;4;5\n", encoding="utf-8")
    ...     raw = read(file)
    >>> raw.how.delimiter, raw.lines.tolist(), raw.frame["as1"].tolist()
    (';', [2, 3], ['07', '4'])
    """
    file = Path(file)
    shown = shown or file.name
    content = _bytes(file, shown)
    if file.suffix.lower() == ".xlsx":
        header, rows, lines, sheet = workbook.rows(content, sheet=sheet, shown=shown)
        how = {"format": "xlsx", "sheet": sheet}
    else:
        table = delimited.rows(content, encoding=encoding, delimiter=delimiter, shown=shown)
        header, rows, lines = table.header, table.rows, table.lines
        how = {"format": "text", "encoding": table.encoding, "encoding_found_by": table.found_by,
               "delimiter": table.delimiter}
    names = _names(header, shown)
    filled = [index for index, row in enumerate(rows) if any(row)]
    if not filled:
        raise DataError("reading.no_rows", where=shown)
    wanted = [index for index, name in enumerate(names) if name and (columns is None or name in columns)]
    cells = np.array([[rows[index][column] for column in wanted] for index in filled], dtype=object)
    frame = pd.DataFrame(cells.reshape(len(filled), len(wanted)), columns=[names[column] for column in wanted],
                         dtype=object)
    return Raw(frame, np.array([lines[index] for index in filled]), tuple(name for name in names if name),
               How(**how, blank_rows=len(rows) - len(filled)))


def _bytes(file: Path, shown: str) -> bytes:
    if file.suffix.lower() not in FORMATS:
        raise DataError("reading.format", where=shown, found=file.suffix or file.name, formats=FORMATS)
    if not file.is_file():
        beside = sorted(other.name for other in file.parent.iterdir()) if file.parent.is_dir() else []
        if not beside:
            raise DataError("reading.missing", where=shown)
        raise DataError("reading.missing_beside", where=shown, beside=beside[:8])
    try:
        content = file.read_bytes()
    except OSError as error:  # held open by another program, or no right to read it
        raise DataError("reading.not_readable", where=shown, reason=error.strerror or str(error)) from None
    if not content.strip(b"\xef\xbb\xbf\r\n\t ,;"):
        raise DataError("reading.empty", where=shown)
    return content


def _names(header: Sequence[str], shown: str) -> list[str]:
    """Column names; an unnamed column (row numbers, as R writes them) cannot be declared and stays unread."""
    names = [name.strip() for name in header]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        places = {name: [index + 1 for index, other in enumerate(names) if other == name] for name in twice}
        raise DataError.of(Problem("reading.column_twice", {"column": name, "count": len(at), "positions": at}, shown)
                           for name, at in places.items())
    return names
