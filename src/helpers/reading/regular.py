"""Large text files without quotation marks: cells are found by where their delimiters stand, whole pieces at a time.

What is odd about a file (a quotation mark, an empty line, a row that is too short) is left to `delimited`, which goes
record by record and can say on which line it is. Both give the same table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.reading.columns import Column, Gathered

SMALLEST = 4 << 20  # bytes; below it going record by record takes no time either
WIDEST = 400  # columns; with more a piece has too few rows for going column by column
PIECE = 1 << 20
# In these each delimiter and line end is one byte that is part of no other sign.
ENCODINGS = ("utf-8", "utf-8-sig", "utf8", "ascii", "us-ascii")
_LONGEST = 1_000_000  # bytes of a cell
_ODD = (b'"', b"\0", b"\xef\xbb\xbf")
_WORD = 8


def gather(file: Path, table: Gathered, *, delimiter: str, header: int, skip: Collection[int]) -> int | None:
    """Hand over the rows below the header.

    Parameters
    ----------
    file : Path
        Known to decode.
    table : Gathered
        Takes the rows; of no use any more where the file turns out not to be regular.
    delimiter : str
    header : int
        Line of the header.
    skip : collection of int
        Lines that are no data.

    Returns
    -------
    int or None
        How many rows were left out as declared; None: the file is not regular.
    """
    sign = delimiter.encode("ascii")
    line, skipped = header + 1, 0
    left = np.array(sorted(skip), dtype=np.int64)
    for piece in _pieces(file, header):
        cells = None if piece is None else _cells(piece, ord(sign), len(table.names))
        if cells is None:
            return None
        lines = np.arange(line, line + cells[0].shape[1])
        line += len(lines)
        declared = np.isin(lines, left)
        skipped += int(declared.sum())
        blank = _blank(piece, sign, *cells) & ~declared
        table.blank_rows += int(blank.sum())
        stay = ~(blank | declared)
        begins, ends = cells if stay.all() else (part[:, stay] for part in cells)
        signs = np.frombuffer(piece, np.uint8)
        for at, column in table.kept.items():
            _add(column, piece, signs, begins[at], ends[at])
        table.take(lines[stay])
    return None if len(left) and left[-1] >= line else skipped


def _pieces(file: Path, header: int) -> Iterator[bytes | None]:
    """Yield whole lines below the header; None where there is something that only a reader of records can take."""
    with file.open("rb") as stream:
        for _ in range(header):
            above = stream.readline(PIECE)
            if not above.endswith(b"\n") or b"\r" in above.rstrip(b"\r\n"):
                yield None
                return
        rest = b""
        while read := stream.read(PIECE):
            whole, end, rest = (rest + read).rpartition(b"\n")
            if len(rest) > PIECE or any(odd in whole for odd in _ODD):
                yield None
                return
            if end:
                yield whole + end
        if rest:
            yield None if any(odd in rest for odd in _ODD) else rest + b"\n"


def _cells(piece: bytes, sign: int, width: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Where each cell begins and ends, shape (columns, rows) each; None where a row has another number of cells."""
    signs = np.frombuffer(piece, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    delimiters = np.flatnonzero(signs == sign)
    if len(delimiters) != len(ends) * (width - 1) or width < 2:
        return None
    delimiters = delimiters.reshape(len(ends), width - 1)
    begins = np.concatenate([[0], ends[:-1] + 1])
    if (delimiters[:, 0] < begins).any() or (delimiters[:, -1] > ends).any():
        return None
    returns = signs[ends - 1] == ord("\r")
    if int(returns.sum()) != piece.count(b"\r"):
        return None
    begins = np.vstack([begins, delimiters.T + 1])
    ends = np.vstack([delimiters.T, ends - returns])
    return None if (ends - begins).max() > _LONGEST else (begins, ends)


def _blank(piece: bytes, sign: bytes, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Say which rows have no entry."""
    blank = np.zeros(begins.shape[1], dtype=bool)
    first = np.frombuffer(piece, np.uint8)[begins[0]]
    for row in np.flatnonzero((begins[0] == ends[0]) | (first <= ord(" ")) | (first >= 0x80)):
        line = piece[begins[0, row]:ends[-1, row]]
        blank[row] = not line.replace(sign, b"").decode("utf-8").strip()
    return blank


def _add(column: Column, piece: bytes, signs: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> None:
    """Hand the cells of a column over; those of up to eight bytes as one number each."""
    widths = ends - begins
    widest = int(widths.max(initial=0))
    if widest > _WORD:
        column.add([piece[begin:end].decode("utf-8") for begin, end in zip(begins.tolist(), ends.tolist(),
                                                                           strict=True)])
        return
    if widest <= 1:
        words = np.where(widths, signs[begins], 0)
        known = np.flatnonzero(np.bincount(words, minlength=256))
        known = known[np.argsort([np.argmax(words == word) for word in known])]  # by their first appearance
        places = np.zeros(256, np.intp)
        places[known] = np.arange(len(known))
        codes = places[words]
    else:
        words = np.zeros(len(begins), np.uint64)
        for place in range(widest):
            here = np.minimum(begins + place, len(signs) - 1)
            words |= np.where(place < widths, signs[here], 0).astype(np.uint64) << np.uint64(8 * place)
        codes, known = pd.factorize(words)
    column.add_codes(codes, [_text(word) for word in known.tolist()])


def _text(word: int) -> str:
    return word.to_bytes(_WORD, "little").rstrip(b"\0").decode("utf-8")
