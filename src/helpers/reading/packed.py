"""How much a packed file would fill before it is unpacked: a few kilobytes can hold terabytes."""

from __future__ import annotations

import zipfile
from pathlib import Path

from helpers.errors import DataError

# Bytes of a sheet; a million rows with fifty answers each take half of it.
LARGEST_SHEET = 2 * 2**30
# Bytes of texts that sheets share, of formats and of the list of sheets: they are held in memory.
LARGEST_TEXTS, LARGEST_PART = 300 * 2**20, 50 * 2**20
# No sheet of answers packs so well; a sheet of a million empty formatted rows packs fifty times.
HIGHEST_RATIO, RATIO_FROM = 200, 20 * 2**20
_UNREAD = ("xl/media/", "xl/embeddings/", "xl/drawings/", "xl/charts/", "xl/pivot", "xl/printer", "xl/vba")


def check_size(file: Path, shown: str) -> None:
    """Refuse a workbook that says it unpacks to more than its parts may hold.

    Raises
    ------
    DataError
        ``reading.too_large`` with the part, its size and the limit; ``reading.no_workbook`` if it cannot be opened.

    Notes
    -----
    What the file says of its sizes binds: the unpacking ends there, whatever follows.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError("reading.no_workbook", where=shown, reason=str(error)) from None
    for part in parts:
        if part.filename.startswith(_UNREAD):
            continue
        most = _limit(part.filename)
        packed_well = part.file_size > RATIO_FROM and part.file_size > HIGHEST_RATIO * max(1, part.compress_size)
        if part.file_size > most or packed_well:
            raise DataError("reading.too_large", where=shown, part=part.filename,
                            found=f"{part.file_size / 2**20:,.0f}", packed=f"{part.compress_size / 2**10:,.0f}",
                            most=f"{most / 2**20:,.0f}", ratio=HIGHEST_RATIO)


def _limit(name: str) -> int:
    if "/worksheets/" in name:
        return LARGEST_SHEET
    return LARGEST_TEXTS if name.endswith("sharedStrings.xml") else LARGEST_PART
