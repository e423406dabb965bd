"""Where one statement of a model ends and the next begins, and which operator it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.errors import ModelError

SUPPORTED = ("=~", "~*~", "~~", ":=", "==", "~", "|")
# longest first; quoted text is stepped over, what stands here and not in SUPPORTED is refused by name
_OPERATOR = re.compile(r'"[^"]*"|\'[^\']*\'|=~|<~|~\*~|~~|:=|==|~|<|>|\||%|:|=|\?')
_COMMENT = re.compile(r'("[^"]*"|\'[^\']*\')|[#!].*')


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a model.

    Attributes
    ----------
    left, operator, right : str
    line : int
        On which it begins, from 1.
    """

    left: str
    operator: str
    right: str
    line: int

    @property
    def where(self) -> str:
        """Place for a message."""
        return place(self.line)


def place(line: int) -> str:
    """Name a line of the model."""
    return f"model, line {line}"


def statements(model: str) -> list[Statement | ModelError]:
    """Cut a model into statements; what is no statement comes back as the error it deserves.

    A line without an operator continues the one before; so does a line after a trailing ``+``, ``*``, ``,`` or
    operator. ``;`` ends a statement, ``#`` and ``!`` begin a comment.
    """
    pieces: list[tuple[str, int]] = []
    for number, line in enumerate(model.splitlines(), start=1):
        for piece in _COMMENT.sub(lambda found: found.group(1) or "", line).split(";"):
            text = piece.strip()
            if not text:
                continue
            if pieces and (not _operators(text) or _goes_on(pieces[-1][0])):
                pieces[-1] = (f"{pieces[-1][0]} {text}", pieces[-1][1])
            else:
                pieces.append((text, number))
    return [_statement(text, number) for text, number in pieces]


def _operators(text: str) -> list[re.Match]:
    return [found for found in _OPERATOR.finditer(text) if found.group()[0] not in "\"'"]


def _goes_on(text: str) -> bool:
    return text.endswith(("+", "*", ",", "(", "~", "=", "|"))


def _statement(text: str, number: int) -> Statement | ModelError:
    found = _operators(text)
    if not found:
        return ModelError("syntax.no_operator", where=place(number), text=text)
    first, *others = found
    refused = [each.group() for each in found if each.group() not in SUPPORTED]
    if refused:
        known = {":": "syntax.interaction", "<": "syntax.inequality", ">": "syntax.inequality"}
        id = "syntax.block" if re.match(r"(group|level|block)\s*:", text) else known.get(refused[0], "syntax.operator")
        return ModelError(id, where=place(number), operator=refused[0], text=text)
    if others:
        return ModelError("syntax.two_operators", where=place(number), first=first.group(),
                          second=others[0].group(), text=text)
    left, right = text[: first.start()].strip(), text[first.end():].strip()
    if not left or not right:
        return ModelError("syntax.one_side", where=place(number), operator=first.group(), text=text)
    return Statement(left, first.group(), right, number)
