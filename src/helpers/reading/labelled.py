"""Codes, labels and declared missing values of SPSS and Stata files; the only module that imports pyreadstat."""

from __future__ import annotations

import codecs
import mmap
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.reading.columns import frame_of, names_of
from helpers.reading.raw import How, Raw

FORMATS = {".sav": "sav", ".zsav": "sav", ".dta": "dta"}
CELLS_AT_ONCE = 20_000_000  # numbers of one pass: 160 MB beside the codes that are kept
# Read as if each byte were a character, so that the bytes can be had back and are decoded here, by the ladder.
_BYTES = "ISO-8859-1"
_DICTIONARY = 64 * 2**20  # bytes of an SPSS file among which its encoding is looked for
_SPSS_DATES = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "MOYR", "QYR", "WKYR"}
_SPSS_MOMENTS = {"DATETIME", "YMDHMS"}
_SPSS_TIMES = {"TIME", "DTIME", "MTIME"}
_SPSS_EPOCH = np.datetime64("1582-10-14T00:00:00.000", "ms")
_STATA_EPOCH = np.datetime64("1960-01-01T00:00:00.000", "ms")
# What damaged files make the reader raise beside its own errors.
_DAMAGED = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
_FURTHEST = 3.2e14  # milliseconds; a date further from its epoch has no four-digit year
_UTF8_SINCE = 118  # release of .dta files
_UNSAID = {0, 2, 3, 20127}  # SPSS code pages that mean "7-bit" or nothing


def read(file: Path, *, columns: Collection[str] | None = None, encoding: str = "", skip: Collection[int] = (),
         shown: str = "") -> Raw:
    """Read a .sav, .zsav or .dta file in passes, so that only codes are ever held of more than one pass.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Keep only these (names that the file lacks are ignored); None keeps all.
    encoding : str
        As Python names it; "": what the file states, else strict UTF-8, else strict GB18030.
    skip : collection of int
        Numbers of records, counted from 1, that are no data.
    shown : str
        The file's name in messages.

    Returns
    -------
    Raw
        Cells are codes as text: "1", "2.5", "" for system missing, ".a" to ".z" for Stata's extended missing values;
        dates and times in ISO 8601. Labels are of every column, kept or not.

    Raises
    ------
    DataError
        If it is damaged, cut off or something else, or its text is not in the encoding.
    """
    shown = shown or file.name
    _, about = _opened(file, shown, metadataonly=True)
    text = _Text(encoding, _stated(file), shown)
    text.learn(about.column_names, about.column_names_to_labels.values(),
               (label for labels in about.variable_value_labels.values() for label in labels.values()))
    stored = {text.said(name): name for name in about.column_names}
    names = names_of(list(stored), shown)
    made = {name: _Codes(about, raw) for name, raw in zip(names, stored.values(), strict=True)
            if columns is None or name in columns}
    rows = 0
    for frame in _passes(file, about, [codes.raw for codes in made.values()], shown):
        rows += len(frame)
        for codes in made.values():
            codes.add(frame[codes.raw])
    for codes in made.values():
        text.learn(codes.texts)
    frame, lines = _without({name: codes.column(text) for name, codes in made.items()}, rows, skip, shown)
    labels = {name: said for name, raw in zip(names, stored.values(), strict=True)
              if (said := text.said(about.column_names_to_labels[raw]))}
    values = {name: labelled for name, raw in zip(names, stored.values(), strict=True)
              if (labelled := _spoken(raw, about, text))}
    missing = {name: found for name, codes in made.items() if (found := codes.missing(frame[name], text))}
    how = How(FORMATS[file.suffix.lower()], text.encoding, text.found_by, skipped=rows - len(frame))
    return Raw(frame, lines, names, how, labels, values, missing)


def _spoken(raw: str, about: Any, text: _Text) -> dict[str, str]:
    """Give the value labels of a column by the text of their codes."""
    codes = _Codes(about, raw)
    return {codes.text(value): text.said(label) for value, label in about.variable_value_labels.get(raw, {}).items()}


def _without(cells: Mapping[str, pd.Categorical], rows: int, skip: Collection[int],
             shown: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Leave out the records that are declared to be no data."""
    if beyond := sorted(number for number in skip if number > rows):
        raise DataError("reading.skip_beyond", where=shown, lines=beyond[:8], last=rows)
    stay = np.ones(rows, dtype=bool)
    stay[[number - 1 for number in skip]] = False
    lines = np.flatnonzero(stay) + 1
    if not len(lines):
        raise DataError("reading.no_rows", where=shown)
    kept = {name: column if len(lines) == rows else column[lines - 1] for name, column in cells.items()}
    return frame_of(kept, len(lines)), lines


class _Text:
    """Decodes the bytes of a file, once all that it has to fit has been seen."""

    def __init__(self, declared: str, stated: str, shown: str) -> None:
        self.shown, self.tries = shown, [("utf-8", "utf-8"), ("gb18030", "gb18030")]
        if declared:
            try:
                b" ".decode(declared)
            except LookupError as error:  # a codec such as base64 yields no text
                id = "reading.encoding_wrong" if "text encoding" in str(error) else "reading.encoding_unknown"
                raise DataError(id, where=shown, encoding=declared) from None
            self.tries = [(declared, "declared")]
        elif stated:
            self.tries = [(stated, "file")]

    @property
    def encoding(self) -> str:
        return self.tries[0][0]

    @property
    def found_by(self) -> str:
        return self.tries[0][1]

    def learn(self, *texts: Collection[str | None]) -> None:
        """Drop the steps of the ladder that cannot decode these texts."""
        stored = b"\n".join(text.encode("latin-1") for part in texts for text in part if text and not text.isascii())
        while True:
            try:
                stored.decode(self.encoding)
                return
            except UnicodeError:
                if len(self.tries) == 1:
                    raise self._refused() from None
                self.tries.pop(0)

    def said(self, stored: str | None) -> str:
        return (stored or "").encode("latin-1").decode(self.encoding).strip()

    def _refused(self) -> DataError:
        if self.found_by == "declared":
            return DataError("reading.encoding_wrong", where=self.shown, encoding=self.encoding)
        if self.found_by == "file":
            return DataError("reading.encoding_stated", where=self.shown, encoding=self.encoding)
        return DataError("reading.undecodable", where=self.shown)


class _Codes:
    """Collects a column pass by pass: each distinct text once, and its number per row."""

    def __init__(self, about: Any, raw: str) -> None:
        self.raw = raw
        self.kind = about.readstat_variable_types.get(raw, "double")
        self.ranges = about.missing_ranges.get(raw, [])
        self.spoken = _as_time(about.original_variable_types.get(raw) or "", about.file_format)
        self.numbers: dict[str, float] = {}
        self.seen: dict[str, int] = {}
        self.parts: list[np.ndarray] = []

    @property
    def texts(self) -> list[str]:
        return list(self.seen)

    def add(self, column: pd.Series) -> None:
        codes, distinct = pd.factorize(column.to_numpy())
        numbered = [self.seen.setdefault(self.text(value), len(self.seen)) for value in distinct]
        numbered.append(self.seen.setdefault("", len(self.seen)) if (codes < 0).any() else 0)  # factorize's -1
        smallest = np.int8 if len(self.seen) < 128 else np.int16 if len(self.seen) < 32768 else np.int32
        self.parts.append(np.array(numbered, dtype=smallest)[codes])

    def text(self, value: Any) -> str:
        """Say a stored value as text."""
        if isinstance(value, str):
            return value if self.kind == "string" else f".{value}"  # a letter in a column of numbers: Stata's .a to .z
        if value is None or value != value:
            return ""
        said = self.spoken(value) or _number(np.float32(value) if self.kind == "float" else float(value))
        self.numbers[said] = float(value)
        return said

    def column(self, text: _Text) -> pd.Categorical:
        merged: dict[str, int] = {}
        again = [merged.setdefault(text.said(stored), len(merged)) for stored in self.seen]
        codes = np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int8)
        self.parts = []
        if again != list(range(len(again))):  # blanks around an entry: two stored texts are one
            codes = np.array(again)[codes]
        return pd.Categorical.from_codes(codes, categories=pd.Index(list(merged), dtype=object))

    def missing(self, column: pd.Series, text: _Text) -> tuple[str, ...]:
        """Codes in the data that the file declares missing."""
        codes = [code for code in column.cat.categories if code]
        if self.kind != "string":
            extended = [code for code in codes if re.fullmatch(r"\.[a-z]", code)]
            inside = [code for code in codes if code in self.numbers and
                      any(part["lo"] <= self.numbers[code] <= part["hi"] for part in self.ranges)]
            return (*sorted(inside, key=self.numbers.__getitem__), *sorted(extended))
        declared = {text.said(part["lo"]) for part in self.ranges}
        return tuple(sorted(declared & set(codes)))


def _opened(file: Path, shown: str, **how: Any) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    reader: Callable = pyreadstat.read_dta if FORMATS[file.suffix.lower()] == "dta" else pyreadstat.read_sav
    try:
        return reader(file, user_missing=True, apply_value_formats=False, disable_datetime_conversion=True,
                      encoding=_BYTES, **how)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, *_DAMAGED) as error:
        raise DataError("reading.damaged", where=shown, reason=str(error) or type(error).__name__) from None


def _passes(file: Path, about: Any, columns: list[str], shown: str) -> Iterator[pd.DataFrame]:
    """Read the rows in passes; refuses a file that holds fewer than it says."""
    said = about.number_rows
    if not columns and said is not None and said >= 0:
        yield pd.DataFrame(index=pd.RangeIndex(said))
        return
    columns = columns or about.column_names[:1]
    size = max(1, CELLS_AT_ONCE // max(1, len(columns)))
    rows = 0
    while True:
        frame, _ = _opened(file, shown, usecols=columns, row_offset=rows, row_limit=size)
        rows += len(frame)
        yield frame
        if len(frame) < size or rows == said:
            break
    if said is not None and 0 <= said != rows:
        raise DataError("reading.damaged", where=shown, reason=f"{rows} / {said}")


def _number(value: float) -> str:
    """Write a number as people write codes: 1, not 1.0; the shortest form that is the same number."""
    if abs(value) >= 1e15:
        return str(value)
    return np.format_float_positional(value + 0, unique=True, trim="-")  # + 0: no negative zero


def _as_time(written: str, kind: str) -> Callable[[float], str]:
    """Choose how a column's numbers are said as dates or times: "" where they are plain numbers."""
    if kind == "dta":
        found = re.match(r"%-?\d*(t?d|tc)", written)
        if not found:
            return lambda value: ""
        if found[1] == "tc":
            return lambda value: _moment(_STATA_EPOCH, value, "s")
        return lambda value: _moment(_STATA_EPOCH, value * 86_400_000, "D")
    name = re.match(r"[A-Z]*", written)[0]
    if name in _SPSS_DATES:
        return lambda value: _moment(_SPSS_EPOCH, value * 1000, "D")
    if name in _SPSS_MOMENTS:
        return lambda value: _moment(_SPSS_EPOCH, value * 1000, "s")
    return _clock if name in _SPSS_TIMES else lambda value: ""


def _moment(epoch: np.datetime64, milliseconds: float, unit: str) -> str:
    if not abs(milliseconds) < _FURTHEST:
        return ""
    moment = epoch + np.timedelta64(round(milliseconds), "ms")
    return str(moment.astype(f"datetime64[{unit}]"))


def _clock(seconds: float) -> str:
    whole = int(abs(seconds))
    rest = f"{abs(seconds) - whole:.3f}"[1:].rstrip("0").rstrip(".")
    return f"{'-' if seconds < 0 else ''}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{rest}"


def _stated(file: Path) -> str:
    """Find the encoding that the file says it has, as Python names it; "" where it says none that Python knows."""
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if FORMATS[file.suffix.lower()] == "dta":
            release = re.search(rb"<release>(\d+)</release>", content[:200])
            return "utf-8" if release and int(release[1]) >= _UTF8_SINCE else ""
        for order in "<>":
            at = content.find(struct.pack(f"{order}iii", 7, 20, 1), 0, _DICTIONARY)
            if at >= 0:
                length = struct.unpack(f"{order}i", content[at + 12:at + 16])[0]
                return _known(content[at + 16:at + 16 + min(max(length, 0), 40)].decode("ascii", "replace"))
            at = content.find(struct.pack(f"{order}iiii", 7, 3, 4, 8), 0, _DICTIONARY)
            if at >= 0:
                page = struct.unpack(f"{order}i", content[at + 44:at + 48])[0]
                return "" if page in _UNSAID else _known("utf-8" if page == 65001 else f"cp{page}")
    return ""


def _known(name: str) -> str:
    name = re.sub(r"^(?:windows|cp|ibm|ms)-?(?=\d)", "cp", name.strip("\0 ").lower())
    name = {"cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}.get(name, name)  # it holds the other two
    try:
        b" ".decode(name)  # refuses a codec that yields no text
        return codecs.lookup(name).name
    except (LookupError, ValueError):  # unknown, or the name itself is damaged
        return ""
