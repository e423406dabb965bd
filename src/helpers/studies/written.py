"""The text of study.yml and the line of everything in it, without giving it a meaning.

The only module that opens the YAML reader. It reads the events of the text, not objects: a scalar stays the text
that was written (the declared type of its key decides what it means), so that ``NO``, ``012`` or ``2025-01-01`` can
never turn into something else, and nothing in the file is executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.errors import Problem, StudyError

LARGEST = 1_000_000  # bytes; a declaration is a page of text, more is a mistake
DEEPEST = 12  # nesting of blocks; the shape of a study needs six
_EMPTY = {"", "~", "null", "Null", "NULL"}  # YAML 1.2: no value
_BLOCK = {"|", ">"}

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The text of a study file as plain data, with the line of everything in it.

    Attributes
    ----------
    content : dict
        Mappings, lists and texts; keys without a value are left out.
    lines : dict
        Path of keys and positions -> line, counted from 1.
    blocks : dict
        Path of a block text (``|``) -> the line on which its first line stands.
    problems : list of Problem
        Keys written twice.
    """

    content: dict[str, Any]
    lines: dict[Place, int]
    blocks: dict[Place, int]
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest block around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_written(file: Path, shown: str) -> Written:
    """Read study.yml without giving anything in it a meaning.

    Parameters
    ----------
    file : Path
        The study file.
    shown : str
        Its name in messages.

    Raises
    ------
    StudyError
        If it is not UTF-8, too large, not YAML, empty, more than one document, or uses tags or anchors.
    """
    raw = file.read_bytes()
    if len(raw) > LARGEST:
        raise StudyError("studies.too_large", where=shown, size=len(raw))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise StudyError("studies.not_utf8", where=f"{shown}, line {line}") from None
    reader = _Reader(_events(text, shown), text.splitlines(), shown)
    return reader.document()


def _events(text: str, shown: str) -> Iterator[Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        kind = "studies.yaml_tab" if "'\\t'" in str(error.problem) else "studies.yaml_syntax"
        raise StudyError(kind, where=f"{shown}, line {line}", problem=error.problem or error.context) from None
    except YAMLError as error:  # a character that YAML does not allow
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise StudyError("studies.yaml_character", where=f"{shown}, line {line}") from None


class _Reader:
    """Walks the events of one document; holds only what it has found so far."""

    def __init__(self, events: Iterator[Any], source: list[str], shown: str) -> None:
        self.events, self.source, self.shown = events, source, shown
        self.lines: dict[Place, int] = {}
        self.blocks: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def document(self) -> Written:
        content: Any = None
        documents = 0
        for event in self.events:
            kind = type(event).__name__
            if kind in ("StreamStartEvent", "DocumentStartEvent", "DocumentEndEvent", "StreamEndEvent"):
                documents += kind == "DocumentStartEvent"
                if documents > 1:
                    raise self.refused("studies.two_documents", event)
                continue
            content = self.value(event, ())
        if content is None:
            raise StudyError("studies.empty", where=self.shown)
        if not isinstance(content, dict):
            raise StudyError("studies.not_keys", where=f"{self.shown}, line 1")
        return Written(content, self.lines, self.blocks, self.problems)

    def value(self, event: Any, place: Place) -> Any:
        kind = type(event).__name__
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise self.refused("studies.anchor", event)
        if getattr(event, "tag", None):
            raise self.refused("studies.tag", event, tag=str(event.tag))
        if len(place) > DEEPEST:
            raise self.refused("studies.too_deep", event)
        if kind == "ScalarEvent":
            return self.scalar(event, place)
        return self.mapping(place) if kind == "MappingStartEvent" else self.sequence(place)

    def scalar(self, event: Any, place: Place) -> str | None:
        if event.style in _BLOCK:
            self.blocks[place] = self.first_line(event)
        plain = event.style in (None, "")
        return None if plain and event.value in _EMPTY else event.value

    def first_line(self, event: Any) -> int:
        """Line of a block text's first line: the scanner drops leading empty lines of the block."""
        line = event.start_mark.line + 2
        while line <= len(self.source) and not self.source[line - 1].strip():
            line += 1
        return line - (len(event.value) - len(event.value.lstrip("\n")))

    def sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            inside = (*place, len(found))
            self.lines[inside] = event.start_mark.line + 1
            found.append(self.value(event, inside))
        return found

    def mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self.events:
            if type(key).__name__ == "MappingEndEvent":
                break
            if type(key).__name__ != "ScalarEvent":
                raise self.refused("studies.key_not_text", key)
            name = self.value(key, place) or ""
            inside = (*place, name)
            line = key.start_mark.line + 1
            if twice := inside in self.lines:
                self.problems.append(Problem("studies.key_twice", {"key": name, "line": self.lines[inside]},
                                             f"{self.shown}, line {line}"))
            else:
                self.lines[inside] = line
            # A key written twice is one problem, not one more for every key below it.
            value = self.value(next(self.events), (*inside, "again") if twice else inside)
            if value is not None and not twice:
                found[name] = value
        return found

    def refused(self, id: str, event: Any, **values: Any) -> StudyError:
        return StudyError(id, where=f"{self.shown}, line {event.start_mark.line + 1}", **values)
