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
    """

    frame: pd.DataFrame
    lines: np.ndarray
    columns: tuple[str, ...]
    how: How
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    user_missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
