"""How codes become words: columns, constructs, items and coded terms in the reader's language."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers import words

_ARROW = re.compile(r"\s*(->|→)\s*")
_EMPHASIS = re.compile(r"\*([^*\s][^*]*)\*")
# Columns whose cells are written by people or already are sentences: never looked up.
_PROSE = frozenset({"found", "criterion", "source", "advice", "headline", "text", "reason", "caption", "label", "new",
                    "made.of", "made.by"})
# Columns that hold the names of variables of a model: items stay codes, as in the model's own lines.
_CODES = frozenset({"lhs", "rhs", "effect", "parameter", "place", "left.out", "item1", "item2"})


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """The reader's language and the study's own labels.

    Attributes
    ----------
    language : {"en", "zh"}
    labels : mapping
        Codes of constructs, items, groups and levels -> what to show.
    items : collection of str
        Codes that are items: shown with their wording, or alone where a model is printed.
    """

    language: str
    labels: Mapping[str, str] = field(default_factory=dict)
    items: Collection[str] = ()

    def column(self, name: str) -> str:
        """Label a column; ``*`` marks italics. One without a label here is a code of the study, or keeps its name."""
        if words.has(f"column.{name}"):
            return words.say(f"column.{name}", self.language)
        return self.labels.get(name, name)

    def term(self, column: str, value: Any) -> str:
        """Say one text cell in plain text."""
        said = str(value)
        if column in _PROSE:
            return said
        if words.has(id := f"value.{column}.{said}"):
            return plain(words.say(id, self.language))
        if column == "gate" and words.has(f"gate.{said}"):
            return words.say(f"gate.{said}", self.language)
        if _ARROW.search(said):
            return " → ".join(self.term(column, part) for part in _ARROW.split(said)[::2])
        if " - " in said and all(part in self.labels for part in said.split(" - ")):
            return " – ".join(self.labels[part] for part in said.split(" - "))
        if ", " in said and all(part in self.labels and part not in self.items for part in said.split(", ")):
            return ("、" if self.language == "zh" else ", ").join(self.labels[part] for part in said.split(", "))
        if said in self.items and column in _CODES:
            return said
        return self.labels.get(said, said)

    def holds_items(self, column: Iterable[Any]) -> bool:
        """Whether a column's cells are codes of items."""
        return any(value in self.items for value in column if isinstance(value, str))

    def code(self, column: str, value: Any) -> str:
        """Say one text cell, items by their code alone: the wording stands in another column of the row."""
        return str(value) if str(value) in self.items else self.term(column, value)

    def cell(self, column: str, value: Any) -> str:
        """Say one text cell in HTML: an item with its code before its wording."""
        said = str(value)
        if column not in _PROSE and words.has(id := f"value.{column}.{said}"):
            return marked(words.say(id, self.language))
        term = html.escape(self.term(column, value))
        if said in self.items and column not in _CODES and term != html.escape(said):
            return f'<span class="as-code">{html.escape(said)}</span> <span class="as-said">{term}</span>'
        return term


def marked(text: str) -> str:
    """Turn a caption or column label into HTML: ``*italics*`` and ``$formulas$``.

    Examples
    --------
    >>> marked("*p* < 1")
    '<i>p</i> &lt; 1'
    """
    from helpers.report import mathml

    return mathml.with_formulas(text, lambda prose: _EMPHASIS.sub(r"<i>\1</i>", html.escape(prose, quote=False)))


def plain(text: str) -> str:
    """Leave the italics marks out.

    Examples
    --------
    >>> plain("*p*")
    'p'
    """
    return _EMPHASIS.sub(r"\1", text)
