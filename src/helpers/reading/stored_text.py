"""The encoding in which an SPSS or Stata file's names, labels and texts stand."""

from __future__ import annotations

import codecs
import mmap
import re
import struct
from collections.abc import Iterable
from pathlib import Path

from helpers.errors import DataError
from helpers.reading.columns import stripped

# Read as if each byte were a character, so that the bytes can be had back and are decoded here, by the ladder.
BYTES = "ISO-8859-1"
_DICTIONARY = 64 * 2**20  # bytes of an SPSS file among which its encoding is looked for
_UTF8_SINCE = 118  # release of .dta files
_UNSAID = {0, 2, 3, 20127}  # SPSS code pages that mean "7-bit" or nothing


class StoredText:
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
        """As Python names it."""
        return self.tries[0][0]

    @property
    def found_by(self) -> str:
        """Which step ended the ladder."""
        return self.tries[0][1]

    def learn(self, *texts: Iterable[str | None]) -> None:
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
        """Decode a text, outer blanks removed."""
        return stripped((stored or "").encode("latin-1").decode(self.encoding))

    def _refused(self) -> DataError:
        if self.found_by == "declared":
            return DataError("reading.encoding_wrong", where=self.shown, encoding=self.encoding)
        if self.found_by == "file":
            return DataError("reading.encoding_stated", where=self.shown, encoding=self.encoding)
        return DataError("reading.undecodable", where=self.shown)


def stated(file: Path) -> str:
    """Find the encoding that the file says it has, as Python names it; "" where it says none that Python knows."""
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if file.suffix.lower() == ".dta":
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
