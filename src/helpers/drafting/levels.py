"""The order of the levels of a column: numbers by size, bands by their ends, schooling from first to last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.drafting.vocabulary import plain, says, vocabulary

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def order(levels: Sequence[str]) -> list[str]:
    """Put levels in the order that a table should have.

    Parameters
    ----------
    levels : sequence of str
        Distinct.

    Examples
    --------
    >>> order(["31-40", "60+", "under 18", "18-30"])
    ['under 18', '18-30', '31-40', '60+']
    >>> order(["本科", "高中及以下", "硕士"])
    ['高中及以下', '本科', '硕士']
    """
    if all(_NUMBER.search(level) for level in levels):
        return sorted(levels, key=lambda level: (_first(level), level))
    ranks = {level: rank for level in levels if (rank := _schooling(level)) is not None}
    if len(ranks) >= 2 and len(ranks) >= 0.6 * len(levels):
        return sorted(levels, key=lambda level: (ranks.get(level, 99), level))
    return sorted(levels)


def _first(level: str) -> float:
    numbers = [float(found.replace(",", "")) for found in _NUMBER.findall(level)]
    words = vocabulary()["bands"]
    normal = plain(level)
    below = any(plain(word) in normal if not word.isascii() else says(level, "bands", "below") == plain(word)
                for word in words["below"])
    above = level.strip().endswith("+") or any(word in level for word in words["above"] if not word.isascii())
    if len(numbers) == 1 and below and not above:
        return numbers[0] - 1000
    return numbers[0] + (0.5 if above and len(numbers) == 1 else 0)


def _schooling(level: str) -> int | None:
    """Rank of a level of schooling, by the longest word that it contains: a junior high school is no high school."""
    normal = plain(level)
    found = [(len(word), -rank) for rank, words in enumerate(vocabulary()["education"])
             for word in map(plain, words) if word in normal]
    return -max(found)[1] if found else None
