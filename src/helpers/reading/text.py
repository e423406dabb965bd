"""Lines of a text file: in which encoding, each of bounded length, so that no file can fill the memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from helpers.errors import DataError

# Characters; ten thousand columns with a hundred characters each are a million.
LONGEST_LINE = 16_000_000
# Byte-order marks, the longest first: UTF-32's begins with UTF-16's.
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PIECE = 1 << 20  # bytes that are checked at a time
# A header in two bytes per character has NUL in every other place: at least in this share of all, and hardly elsewhere.
_WIDE, _STRAY = 0.25, 0.1
_MARK = "\ufeff"


def encoding_of(file: Path, *, encoding: str = "", shown: str = "") -> tuple[str, str]:
    """Find the encoding by a fixed ladder: declared, byte-order mark, strict UTF-8, strict GB18030, else ask.

    Parameters
    ----------
    file : Path
        Checked to its end, piece by piece.
    encoding : str
        As declared; "" finds it.
    shown : str
        The file's name in messages.

    Returns
    -------
    encoding, found_by : str
        ``found_by`` is "declared", "mark", "utf-8" or "gb18030".

    Raises
    ------
    DataError
        If no step of the ladder decodes the whole file.

    Notes
    -----
    GB18030 holds GBK and GB2312 (Chinese Windows). It also decodes most Korean, Japanese and Western files without
    an error, into wrong characters; whoever calls has to show the guess and check the column names.
    """
    if encoding:
        _check_known(encoding, shown)
        if not _decodes(file, encoding):
            raise DataError("reading.encoding_wrong", where=shown, encoding=encoding)
        return encoding, "declared"
    with file.open("rb") as stream:
        begin = stream.read(4)
    for mark, name in _MARKS:
        if begin.startswith(mark):
            if not _decodes(file, name):
                raise DataError("reading.encoding_wrong", where=shown, encoding=name)
            return name, "mark"
    for name in ("utf-8", "gb18030"):
        if _decodes(file, name):
            return name, name
    raise DataError("reading.undecodable", where=shown)


class Lines:
    """The lines of a text file, their ends kept as they are.

    Parameters
    ----------
    file : Path
    encoding : str
    shown : str
        The file's name in messages.

    Attributes
    ----------
    marks : int
        Byte-order marks that stood in the middle of the file so far; they are taken off.

    Raises
    ------
    DataError
        While iterating: a line of more than 16 million characters, or one with NUL characters.
    """

    def __init__(self, file: Path, encoding: str, shown: str) -> None:
        self.marks = 0
        self._file, self._encoding, self._shown = file, encoding, shown

    def __iter__(self) -> Iterator[str]:
        with self._file.open("rb") as binary:
            stream = io.TextIOWrapper(binary, encoding=self._encoding, newline="")
            number = 0
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE or "\0" in line:
                    raise self._fault(line, number)
                if _MARK in line:
                    # UTF-8, UTF-16 and UTF-32 with a mark drop it themselves; a declared utf-16-le does not
                    self.marks += line.count(_MARK) - (number == 1 and line.startswith(_MARK))
                    line = line.replace(_MARK, "")
                yield line

    def _fault(self, line: str, number: int) -> DataError:
        where = f"{self._shown}, line {number}"
        if len(line) > LONGEST_LINE:
            return DataError("reading.long_line", where=where, most=LONGEST_LINE)
        even, odd = line[::2].count("\0"), line[1::2].count("\0")
        if number > 1 or max(even, odd) < _WIDE * len(line) or min(even, odd) > _STRAY * max(even, odd):
            return DataError("reading.nul", where=where)
        return DataError("reading.nul_wide", where=where, encoding="utf-16-be" if even > odd else "utf-16-le")


def _check_known(encoding: str, shown: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise DataError("reading.encoding_unknown", where=shown, encoding=encoding) from None


def _decodes(file: Path, encoding: str) -> bool:
    """Whether the whole file decodes without an error."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # refuses a codec such as base64 that yields no text
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except (UnicodeError, LookupError):
        return False
    return True
