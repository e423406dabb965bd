"""What a page leaves behind: tables as CSV that every program opens, figures as SVG and PNG."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from helpers.errors import RunError

# A spreadsheet runs a cell that begins so; a respondent's own words must not become a formula.
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
# lavaan's operators begin alike and are harmless: no spreadsheet takes them for a formula.
_OPERATORS = frozenset({"=~", "==", "=", "-"})


def safe_text(value: object) -> object:
    """Neutralise a text that a spreadsheet would run; numbers written as text stay numbers.

    Examples
    --------
    >>> safe_text("=HYPERLINK(1)"), safe_text("=~"), safe_text("-99"), safe_text(-99)
    ("'=HYPERLINK(1)", '=~', '-99', -99)
    """
    if not isinstance(value, str) or not value.startswith(_TRIGGERS) or value in _OPERATORS:
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table in full precision: UTF-8 with BOM so that Excel opens Chinese, comma, one line per row."""
    safe = table.copy()
    for i, name in enumerate(table.columns):
        if not pd.api.types.is_numeric_dtype(table[name]):
            safe.isetitem(i, table[name].astype(object).map(safe_text, na_action="ignore"))
    safe.columns = [safe_text(str(name)) for name in table.columns]
    text = io.StringIO(newline="")
    safe.to_csv(text, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    return text.getvalue().encode("utf-8-sig")


def read_csv(file: Path) -> pd.DataFrame:
    """Read a table that a page wrote; text stays text, an empty cell is missing."""
    try:
        return pd.read_csv(file, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except OSError as problem:
        raise RunError("report.unreadable", where=str(file), reason=problem.strerror or str(problem)) from problem


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Say in one sentence which file could not be written and why (disk full, open elsewhere, no right)."""
    try:
        yield
    except OSError as problem:
        raise RunError("report.unwritable", where=str(file), reason=problem.strerror or str(problem)) from problem


def write(file: Path, content: bytes) -> None:
    """Write a file of a report, making its folder.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    with explained(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def write_text(file: Path, text: str) -> None:
    """Write a text file of a report: UTF-8, line feeds on every system."""
    write(file, text.encode("utf-8"))


def sha256(file: Path) -> str:
    """Hash a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
