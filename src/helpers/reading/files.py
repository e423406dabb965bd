"""The strings of a data file, each under its column and on its line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from helpers.errors import DataError
from helpers.reading import delimited, jsonlines, kinds, labelled, parquet, recent, workbook
from helpers.reading.columns import spoken
from helpers.reading.raw import Raw

TEXT = (".csv", ".tsv", ".txt")
FORMATS = (*TEXT, ".xlsx", *labelled.FORMATS, ".parquet", ".jsonl", ".ndjson")
_PIECE = 1 << 16


def read(file: str | Path, *, columns: Collection[str] | None = None, encoding: str = "", delimiter: str = "",
         sheet: str = "", header: int = 0, skip: Collection[int] = (), shown: str = "") -> Raw:
    r"""Read a table; every cell stays the string that was found.

    Parameters
    ----------
    file : path
        ``.csv``, ``.tsv``, ``.txt`` (delimited by comma, semicolon, tab or bar), ``.xlsx``, ``.sav``, ``.zsav``,
        ``.dta``, ``.parquet``, ``.jsonl`` or ``.ndjson`` (one flat object per line).
    columns : collection of str, optional
        Keep only these (names that the file lacks are ignored); None keeps all.
    encoding : str
        As Python names it. "": byte-order mark, strict UTF-8, strict GB18030, in this order.
    delimiter : str
        "": the one of the four that splits the header into most columns.
    sheet : str
        Of a workbook; "" takes the only one.
    header : int
        Line or row in which the names of the columns stand, counted from 1; what stands above is left alone.
        0: the first that is not blank.
    skip : collection of int
        Lines or rows that are no data, such as units below the header or a total at the end.
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

    Notes
    -----
    A text file is read as a stream and checked line by line; what is kept is one code per cell and each different
    string once, so that 200 million answers take 200 MB. The last files that were read are kept at hand: who asks
    for the same columns or fewer of an unchanged file is not made to wait a second time.

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
    columns = None if columns is None else frozenset(map(spoken, columns))
    skip = frozenset(skip)
    try:
        _check(file, shown)
        known = recent.key(file, encoding, delimiter, sheet, header, skip)
        if (raw := recent.find(known, columns)) is not None:
            return raw
        raw = _read(file, columns, encoding, delimiter, sheet, header, skip, shown)
    except OSError as error:  # held open by another program, or no right to read it
        raise _closed(error, shown) from None
    recent.keep(known, columns, raw)
    return raw


def _closed(error: OSError, shown: str) -> DataError:
    return DataError("reading.not_readable", where=shown, reason=error.strerror or str(error))


def _read(file: Path, columns: Collection[str] | None, encoding: str, delimiter: str, sheet: str, header: int,
          skip: Collection[int], shown: str) -> Raw:
    """Hand the file to whoever reads its format."""
    kinds.check(file, shown)
    ending = file.suffix.lower()
    if ending not in FORMATS:
        raise DataError("reading.format", where=shown, found=ending, formats=FORMATS)
    if ending in TEXT:
        _check_filled(file, shown)
        return delimited.read(file, columns=columns, encoding=encoding, delimiter=delimiter, header=header, skip=skip,
                              shown=shown)
    if ending == ".xlsx":
        return workbook.read(file, columns=columns, sheet=sheet, header=header, skip=skip, shown=shown)
    if ending in labelled.FORMATS:
        return labelled.read(file, columns=columns, encoding=encoding, skip=skip, shown=shown)
    if ending == ".parquet":
        return parquet.read(file, columns=columns, skip=skip, shown=shown)
    _check_filled(file, shown)
    return jsonlines.read(file, columns=columns, encoding=encoding, skip=skip, shown=shown)


def _check(file: Path, shown: str) -> None:
    """Refuse what is no file of a kind that is read."""
    ending = file.suffix.lower()
    if ending not in FORMATS and ending not in kinds.NOT_READ:
        raise DataError("reading.format", where=shown, found=file.suffix or file.name, formats=FORMATS)
    if file.is_dir():
        raise DataError("reading.folder", where=shown)
    if not file.is_file():
        if file.exists():
            raise DataError("reading.no_file", where=shown)
        beside = sorted(other.name for other in file.parent.iterdir()) if file.parent.is_dir() else []
        if not beside:
            raise DataError("reading.missing", where=shown)
        raise DataError("reading.missing_beside", where=shown, beside=beside[:8])


def _check_filled(file: Path, shown: str) -> None:
    """Refuse a text file of nothing but blanks and delimiters."""
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            if piece.strip(b"\xef\xbb\xbf\r\n\t ,;"):
                return
    raise DataError("reading.empty", where=shown)
