"""How the suite speaks: every label, message and term, in English and Chinese.

The catalogue is data (``catalogue/<room>.json``: id -> {"en": ..., "zh": ...}), so that a translator needs no code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")
_JOIN = {"en": ", ", "zh": "、"}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every entry of every room, by id.

    Raises
    ------
    ValueError
        If two rooms use one id.
    """
    entries: dict[str, dict[str, str]] = {}
    for file in sorted((resources.files(__package__) / "catalogue").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".json"):
            continue
        room = json.loads(file.read_text(encoding="utf-8"))
        if twice := entries.keys() & room.keys():
            raise ValueError(f"{file.name}: ids used twice: {sorted(twice)}")
        entries.update(room)
    return entries


def has(id: str) -> bool:
    """Whether the catalogue has an entry."""
    return id in catalogue()


def say(id: str, language: str = "en", /, **values: Any) -> str:
    """Fill the catalogue's sentence with values; lists are joined the way the language does.

    Parameters
    ----------
    id : str
        Entry of the catalogue.
    language : {"en", "zh"}
    **values
        Named in the entry as ``{name}`` or ``{name:.3f}``.

    Examples
    --------
    >>> say("list", "en", items=["tr4", "tr5"])
    'tr4, tr5'
    >>> say("list", "zh", items=["tr4", "tr5"])
    'tr4、tr5'
    """
    return catalogue()[id][language].format(**{name: _joined(value, language) for name, value in values.items()})


def pick(texts: str | Mapping[str, str], language: str) -> str:
    """Choose the text of a study's own label in a language; the other language where it has only that.

    Examples
    --------
    >>> pick({"en": "Trust", "zh": "信任"}, "zh")
    '信任'
    >>> pick("Trust", "zh")
    'Trust'
    """
    if isinstance(texts, str):
        return texts
    return texts.get(language) or next(iter(texts.values()))


def _joined(value: Any, language: str) -> Any:
    if isinstance(value, (list, tuple)):
        return _JOIN[language].join(str(part) for part in value)
    return value
