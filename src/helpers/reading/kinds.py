"""What a file is by its content, whatever its name says, and the refusal of what is not read."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from helpers.errors import DataError

FOUND_IN = {  # ending -> what the content must be
    ".csv": "text", ".tsv": "text", ".txt": "text", ".jsonl": "text", ".ndjson": "text", ".xlsx": "xlsx",
    ".xlsm": "xlsx", ".sav": "sav", ".zsav": "sav", ".dta": "dta", ".parquet": "parquet",
}
# Endings that are known and not read: the refusal says how to save such a file.
NOT_READ = {".xls": "xls", ".xlsb": "xlsb", ".ods": "ods", ".fods": "ods", ".numbers": "numbers", ".por": "por",
            ".sas7bdat": "sas", ".xpt": "sas", ".rds": "r", ".rdata": "r", ".rda": "r", ".pdf": "pdf",
            ".docx": "document", ".doc": "document", ".odt": "document", ".zip": "archive", ".gz": "archive",
            ".7z": "archive", ".rar": "archive", ".html": "html", ".htm": "html"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# Long enough that no column's name begins so: `PK`, `PAR1` or `RDA` may head a text.
_BEGINNINGS = (
    (b"$FL2@(#)", "sav"), (b"$FL3@(#)", "sav"), (b"<stata_dta>", "dta"), (b"PAR1\x15", "parquet"), (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "archive"), (b"BZh91AY&SY", "archive"), (b"\xfd7zXZ", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"Rar!\x1a\x07", "archive"), (b"RDX2\n", "r"), (b"RDX3\n", "r"), (b"RDA2\n", "r"), (b"RDA3\n", "r"),
    (b"X\n\x00\x00", "r"), (b"HEADER RECORD*******", "sas"), (b"ASCII SPSS PORT FILE", "por"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60", "sas"),
)
_OLD_STATA = re.compile(rb"[\x69\x6c\x6e\x6f\x71-\x73][\x01\x02]\x01\x00")  # releases 105 to 115, byte order
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|\?xml|head|meta)", re.IGNORECASE)
_HEAD = 4096  # bytes that tell the kind


def check(file: Path, shown: str) -> None:
    """Refuse a file whose content is not what its ending says, or whose ending is known and not read.

    Parameters
    ----------
    file : Path
        Exists.
    shown : str
        Its name in messages.

    Raises
    ------
    DataError
        One of ``reading.is.*``: what the file is, and how to save it.
    """
    ending = file.suffix.lower()
    expected = FOUND_IN.get(ending, NOT_READ.get(ending, ""))
    head = _head(file)
    kind = _kind(file, head)
    if kind == "text" and ending in NOT_READ:
        kind = NOT_READ[ending]
    if not expected or not head or (kind == expected and ending in FOUND_IN):
        return
    if expected == "text" and kind == "html" and ending in FOUND_IN and not _MARKUP.match(head):
        return
    raise DataError(f"reading.is.{kind}", where=shown, ending=ending or file.name)


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_HEAD)


def _kind(file: Path, head: bytes) -> str:
    if head.startswith(_ZIP):
        return _packed(file)
    if head.startswith(_OLE):
        return _old_office(file)
    if head.startswith(b"PAR1") and file.suffix.lower() == ".parquet":
        return "parquet"  # a damaged one is said there to be damaged
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if _OLD_STATA.match(head):
        return "dta"
    if b"SPSSPORT" in head[440:480]:
        return "por"
    return "html" if _MARKUP.match(head) else "text"


def _packed(file: Path) -> str:
    """Kind of a zip file, by the names in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "xlsx" if file.suffix.lower() in (".xlsx", ".xlsm") else "archive"  # said there to be damaged
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "document"
    if any(name.startswith("Index") and name.endswith((".iwa", ".zip")) for name in names):
        return "numbers"
    return "ods" if {"mimetype", "content.xml"} <= names else "archive"


def _old_office(file: Path) -> str:
    """Tell a workbook under a password from an old workbook: both are containers of streams with names in UTF-16."""
    names = {"EncryptedPackage": "password", "WordDocument": "document"}
    with file.open("rb") as stream:
        content = stream.read(2**20) + _last(file, stream)
    return next((kind for name, kind in names.items() if name.encode("utf-16-le") in content), "xls")


def _last(file: Path, stream) -> bytes:
    stream.seek(max(0, file.stat().st_size - 2**20))
    return stream.read()
