"""Columns of a Parquet file, read one after the other; the only module that imports polars."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.reading.columns import categorical, frame_of, names_of, wanted
from helpers.reading.raw import How, Raw

if TYPE_CHECKING:
    import polars


def read(file: Path, *, columns: Collection[str] | None = None, skip: Collection[int] = (), shown: str = "") -> Raw:
    """Read the columns of a Parquet file as text.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these; None keeps all.
    skip : collection of int
        Numbers of records, counted from 1, that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    Raw
        Null and NaN are empty cells; whole numbers without a decimal point, other numbers by the shortest text that
        means them, true and false as TRUE and FALSE, dates and times in ISO 8601.

    Raises
    ------
    DataError
        If it is no Parquet file, or a column that is kept holds lists, structures or bytes.
    """
    import polars

    try:
        scanned = polars.scan_parquet(file, glob=False)
        found = list(scanned.collect_schema())
        rows = int(scanned.select(polars.len()).collect().item())
        names = names_of(found, shown)
        kept = wanted(names, columns)
        if not rows:
            raise DataError("reading.no_rows", where=shown)
        cells = {names[at]: _categorical(_column(scanned, found[at]), names[at], shown) for at in kept}
        blank = _blank(cells, rows, scanned, [name for at, name in enumerate(found) if at not in set(kept)])
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException):  # what it did not foresee, it panics at
        raise DataError("reading.no_parquet", where=shown) from None
    left = _left(skip, rows, shown)
    stay = ~(blank | left)
    if not stay.any():
        raise DataError("reading.no_rows", where=shown)
    frame = frame_of(cells if stay.all() else {name: column[stay].remove_unused_categories()
                                                for name, column in cells.items()}, int(stay.sum()))
    return Raw(frame, np.flatnonzero(stay) + 1, tuple(name for name in names if name),
               How("parquet", blank_rows=int((blank & ~left).sum()), skipped=int(left.sum())))


def _column(scanned: polars.LazyFrame, name: str) -> polars.Series:
    import polars

    return scanned.select(polars.col([name])).collect().to_series()  # a list: a name is never a pattern


def _categorical(column: polars.Series, name: str, shown: str) -> pd.Categorical:
    """Turn a column into text; each different value once."""
    import polars

    kind = column.dtype
    if kind.is_nested() or kind in (polars.Binary, polars.Object):
        raise DataError("reading.nested", where=shown, column=name)
    if kind.is_decimal() or kind in (polars.Int128, polars.UInt128, polars.Categorical, polars.Enum):
        column = column.cast(polars.String)
    if column.dtype == polars.String:
        different = column.drop_nulls().unique(maintain_order=True)
        codes = column.cast(polars.Enum(different)).to_physical().cast(polars.Int64).fill_null(-1).to_numpy()
        texts = [_plain(text) if kind.is_decimal() else text for text in different.to_list()]
    else:
        codes = pd.factorize(column.to_physical().fill_null(0).to_numpy())[0]
        codes[column.is_null().to_numpy()] = -1
        codes = pd.factorize(codes)[0] if (codes < 0).any() else codes
        codes, texts = _told_apart(codes, column)
    return categorical(codes, texts)


def _told_apart(codes: np.ndarray, column: polars.Series) -> tuple[np.ndarray, list[str]]:
    """Give the text of each code by the value that had it first."""
    first = np.flatnonzero(np.diff(np.maximum.accumulate(codes), prepend=-1))
    return codes, [_text(value, column.dtype) for value in column.gather(first).to_list()]


def _blank(cells: dict[str, pd.Categorical], rows: int, scanned: polars.LazyFrame, others: list[str]) -> np.ndarray:
    """Say which rows have no entry, neither in the columns that are kept nor in the others."""
    import polars

    blank = np.ones(rows, bool)
    for column in cells.values():
        blank &= column == ""
    for name in others:
        if not blank.any():
            break
        other = _column(scanned, name)
        empty = other.str.strip_chars() == "" if other.dtype == polars.String else other.is_null()
        blank &= empty.fill_null(True).to_numpy()
    return blank


def _left(skip: Collection[int], rows: int, shown: str) -> np.ndarray:
    if beyond := sorted(number for number in skip if number > rows):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:8], last=rows)
    left = np.zeros(rows, bool)
    left[[number - 1 for number in skip]] = True
    return left


def _text(value: Any, kind: polars.DataType) -> str:
    import polars

    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        value = float(str(np.float32(value))) if kind == polars.Float32 else value
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds():g}"
    return str(value)


def _plain(text: str) -> str:
    """Give a decimal number without the zeros that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text
