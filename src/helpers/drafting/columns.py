"""A column of a foreign file, and the kinds that it can be of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers import disclosure
from helpers.drafting import entries, headers
from helpers.errors import Problem

MOST_CHOICES = 12  # different answers to one item; 0-10 has eleven
MOST_LEVELS = 20  # of a column that describes the sample
# Kinds that never become part of an analysis: what a draft does with each is its `treatment`.
DROPPED = ("time", "personal", "source", "free_text", "timer")
LEFT_OUT = ("empty", "constant", "several", "nominal", "number", "score", "choice", "sample_weight", "identifier",
            "unplaced", "names")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column and what it seems to be.

    Attributes
    ----------
    name : str
    position : int
        From 0.
    header : headers.Header
    found : entries.Entries
    rows : int
    distinct : int
        Different entries; ``found`` holds the most frequent of very many.
    filled : int
        Cells with an entry.
    kind : str
        "item", "nps", "respondent", "duration", "attention", "wave", "profile", "groups", "weights", or one of
        ``DROPPED`` and ``LEFT_OUT``.
    why : Problem or None
        The evidence, as a sentence.
    labels : mapping of str to str
        Code -> label, from SPSS or Stata.
    user_missing : tuple of str
        Codes that the file declares to be no answer.
    right : str
        Of an attention check.
    """

    name: str
    position: int
    header: headers.Header
    found: entries.Entries
    rows: int
    distinct: int
    filled: int = 0
    kind: str = ""
    why: Problem | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    user_missing: tuple[str, ...] = ()
    right: str = ""

    @property
    def wording(self) -> str:
        """The question as asked, with the section it belongs to; "" where the file has only a code."""
        text, section = self.header.text, self.header.section
        return " ".join(f"{section} - {text}".split()) if section and section != text else " ".join(text.split())

    @property
    def asked(self) -> str:
        """Name and wording together, to look for words in."""
        return f"{self.name} {self.wording}" if self.wording and self.wording not in self.name else self.name

    def quoted(self, most: int = 6) -> list[str]:
        """Give some entries as a comment may quote them: shortened, never an identifier."""
        return [quoted(entry) for entry in list(self.found.counts)[:most]]


def quoted(entry: str) -> str:
    """Give an entry as a comment may quote it."""
    return disclosure.masked(entry) if len(entry) <= 24 else f"{entry[:20]}…"
