"""Records of a text table: its encoding, its delimiter, its lines."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from helpers.errors import DataError

DELIMITERS = (",", ";", "\t", "|")  # in order of preference where they split a header equally often
# Byte-order marks, the longest first: UTF-32's begins with UTF-16's.
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LARGEST_CELL = 1_000_000  # characters; a longer cell is a quotation mark that was never closed


@dataclass(frozen=True, slots=True)
class Table:
    """Records of a text table, each with the line on which it begins."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    encoding: str
    found_by: str
    delimiter: str


def rows(content: bytes, *, encoding: str = "", delimiter: str = "", shown: str = "") -> Table:
    """Split a text table into its records.

    Parameters
    ----------
    content : bytes
    encoding, delimiter : str
        "": found, as `helpers.reading.read` says.
    shown : str
        The file's name in messages.

    Raises
    ------
    DataError
        If it cannot be decoded, a record has another number of cells than the header, a quotation mark is not
        closed, or the header is one cell that another delimiter would split.
    """
    text, encoding, found_by = decode(content, encoding=encoding, shown=shown)
    split = delimiter or _delimiter(text)
    records, lines = _records(text, split or ",", shown)
    header = records[0]
    if len(header) == 1 and (better := _delimiter(text)):
        raise DataError("reading.one_column", where=shown, delimiter=_named(delimiter), better=_named(better))
    for record, line in zip(records, lines, strict=True):
        if len(record) != len(header):
            raise DataError("reading.ragged", where=f"{shown}, line {line}", found=len(record), expected=len(header),
                            delimiter=_named(split or ","))
    return Table(header, records[1:], lines[1:], encoding, found_by, split)


def decode(content: bytes, *, encoding: str = "", shown: str = "") -> tuple[str, str, str]:
    """Decode by a fixed ladder: declared, byte-order mark, strict UTF-8, strict GB18030, else ask.

    Returns
    -------
    text, encoding, found_by : str
        ``found_by`` is "declared", "mark", "utf-8" or "gb18030".

    Notes
    -----
    GB18030 holds GBK and GB2312 (Chinese Windows). It also decodes most Korean, Japanese and Western files without
    an error, into wrong characters; whoever calls has to show the guess and check the column names.
    """
    if encoding:
        return _declared(content, encoding, shown), encoding, "declared"
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strictly(content, name, shown), name, "mark"
    for name in ("utf-8", "gb18030"):
        try:
            return content.decode(name), name, name
        except UnicodeDecodeError:
            continue
    raise DataError("reading.undecodable", where=shown)


def _declared(content: bytes, encoding: str, shown: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise DataError("reading.encoding_unknown", where=shown, encoding=encoding) from None
    marked = content.startswith(codecs.BOM_UTF8) and codecs.lookup(encoding).name == "utf-8"
    return _strictly(content, "utf-8-sig" if marked else encoding, shown)


def _strictly(content: bytes, encoding: str, shown: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):  # LookupError: a codec such as base64 that yields no text
        raise DataError("reading.encoding_wrong", where=shown, encoding=encoding) from None


def _delimiter(text: str) -> str:
    """Find the delimiter that splits the header into most cells; "" where none splits it."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    cells = {sign: len(next(csv.reader([header], delimiter=sign))) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: cells[sign])
    return best if cells[best] > 1 else ""


def _records(text: str, delimiter: str, shown: str) -> tuple[list[list[str]], list[int]]:
    records, lines, begin = [], [], 1
    before = csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if record:  # a blank line is no record
                records.append([cell.strip() for cell in record])
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error:
        raise DataError("reading.quotes", where=f"{shown}, line {begin}") from None
    finally:
        csv.field_size_limit(before)
    return records, lines


def _named(delimiter: str) -> str:
    return {"\t": "tab", "": ","}.get(delimiter, delimiter)
