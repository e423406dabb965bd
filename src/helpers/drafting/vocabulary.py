"""Words that questionnaires and survey sites use: ladders of answers, names of columns, names of constructs.

They are data (``vocabulary.json``), so that a language is added without code. All comparison is of normalized text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "`": "'", "\u00b4": "'"})
_MARKS = re.compile("[\u0300-\u036f]")
_ENDS = " .。!！:：?？;；,，、\t"


@cache
def vocabulary() -> Mapping[str, Any]:
    """Everything in ``vocabulary.json``."""
    text = (resources.files(__package__) / "vocabulary.json").read_text(encoding="utf-8")
    return json.loads(text)


def plain(text: str) -> str:
    """Normalize a text for comparison: width, case, accents, quotes, blanks and closing punctuation.

    Examples
    --------
    >>> plain("Não  SEI."), plain("１、您的性别：")
    ('nao sei', '1、您的性别')
    """
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold())
    text = unicodedata.normalize("NFC", _MARKS.sub("", text))
    return " ".join(text.split()).strip(_ENDS)


@cache
def listed(*keys: str) -> frozenset[str]:
    """Give the normalized words of a list of the vocabulary, found by its keys."""
    found: Any = vocabulary()
    for key in keys:
        found = found.get(key, [])
    return frozenset(plain(word) or word for word in found)


def says(text: str, *keys: str) -> str:
    """Give the first word of a list that a text contains; "" where none does.

    A word of Latin letters has to begin a word of the text ("recommend" in "recommended", not "tr" in "street").
    """
    normal = plain(text)
    for word in sorted(listed(*keys), key=len, reverse=True):
        if word in normal and (not word[:1].isascii() or not word[:1].isalpha()
                               or re.search(rf"(?<![a-z]){re.escape(word)}", normal)):
            return word
    return ""


def is_kind(header: str, kind: str) -> bool:
    """Whether a header is one of the names of a kind of column, or contains one of its phrases."""
    names, normal = listed("headers", kind, "is"), plain(header)
    bare = normal.strip(" _-[]()（）【】*\"'")
    if {normal, bare, bare.replace("_", " "), bare.replace("-", " ")} & names:
        return True
    pattern = vocabulary()["headers"][kind].get("pattern")
    if pattern and re.search(pattern, normal):
        return True
    return bool(says(header, "headers", kind, "has"))


@cache
def _positions() -> Mapping[str, Mapping[str, float]]:
    ladders = vocabulary()["ladders"]
    return {name: {plain(word): float(position) for position, words in ladder["words"].items() for word in words}
            for name, ladder in ladders.items()}


def positions(answers: frozenset[str]) -> tuple[str, Mapping[str, float], frozenset[str]]:
    """Find the ladder that knows most of the given answers.

    Parameters
    ----------
    answers : frozenset of str
        Normalized.

    Returns
    -------
    ladder : str
        "" where none knows two of them.
    known : mapping of str to float
        Answer -> its place on the ladder; the midpoint of a symmetric ladder is 0.
    unknown : frozenset of str
    """
    best: tuple[str, Mapping[str, float]] = ("", {})
    for name, words in _positions().items():
        known = {answer: words[answer] for answer in answers if answer in words}
        if len(set(known.values())) > len(set(best[1].values())):
            best = (name, known)
    if len(set(best[1].values())) < 2:
        return "", {}, answers
    return *best, answers - best[1].keys()


def places_of(answers: set[str]) -> tuple[str, Mapping[str, float]]:
    """Find the ladder that knows all of a few answers, one of them even; ("", {}) where none does."""
    for name, words in _positions().items():
        if answers and answers <= words.keys():
            return name, {answer: words[answer] for answer in answers}
    return "", {}


def codes(ladder: str, found: frozenset[float]) -> dict[float, int]:
    """Give the places of a ladder numbers from 1, those that nobody chose included.

    Parameters
    ----------
    ladder : str
    found : frozenset of float
        Places that occur.

    Returns
    -------
    dict of float to int
        A symmetric ladder is completed by its mirror image; another by its usual steps, where all found are among them.

    Examples
    --------
    >>> codes("agreement", frozenset({-2.0, 0.0, 2.0, 3.0}))
    {-3.0: 1, -2.0: 2, 0.0: 3, 2.0: 4, 3.0: 5}
    """
    declared = vocabulary()["ladders"][ladder]
    places = set(found)
    if declared["symmetric"]:
        places |= {-place for place in found}
    else:
        steps = [set(map(float, declared[key])) for key in ("base", "base2") if key in declared]
        places |= next((step for step in steps if places <= step), set())
    return {place: number for number, place in enumerate(sorted(places), start=1)}
