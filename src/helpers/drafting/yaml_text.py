"""How a draft is written down: scalars that any YAML reader takes for the text they are, and marks to check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:[ -][A-Za-z0-9_.]+)*|-?\d+(?:\.\d+)?")
_EMPTY = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # other readers give these a meaning
_RANGE = re.compile(r"^(.*?)(\d+)$", re.DOTALL)
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
MARK = "# check: "


def scalar(text: str) -> str:
    r"""Write a text as a YAML scalar.

    Examples
    --------
    >>> scalar("sat1"), scalar("-99"), scalar("no"), scalar("1、您的性别:")
    ('sat1', '-99', '"no"', '"1、您的性别:"')
    >>> print(scalar("a\tb # c"))
    "a\tb # c"
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _EMPTY:
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def listed(texts: Iterable[str]) -> str:
    """Write texts as a list in one line."""
    return f"[{', '.join(scalar(text) for text in texts)}]"


def mapping(texts: dict[str, str]) -> str:
    """Write texts by language; one without a language stands alone."""
    if set(texts) == {""}:
        return scalar(texts[""])
    return "{" + ", ".join(f"{key}: {scalar(text)}" for key, text in texts.items()) + "}"


def names(items: Sequence[str]) -> str:
    """Write items as a range where they are one, else as a list.

    Examples
    --------
    >>> names(["sat1", "sat2", "sat3"]), names(["sat1", "sat3"]), names(["q08", "q09", "q10"])
    ('sat1..sat3', '[sat1, sat3]', 'q08..q10')
    """
    from helpers.studies.ranges import RangeProblem, expanded

    ends = [_RANGE.match(items[0]), _RANGE.match(items[-1])]
    if len(items) > 2 and all(ends):
        try:
            if list(expanded([f"{items[0]}..{items[-1]}"])) == list(items):
                return f"{items[0]}..{items[-1]}"
        except RangeProblem:
            pass
    return listed(items)


def marked(line: str, evidence: str) -> str:
    """Put a mark to check behind a line."""
    return f"{line}  {MARK}{' '.join(evidence.split())}"


def one_line(text: str, most: int = 70) -> str:
    """Give a text as a comment may quote it: on one line, shortened."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most - 1]}…"
