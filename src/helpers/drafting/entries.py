"""What the entries of a column are, before anyone says what the column is: numbers, words of a ladder, no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.drafting.vocabulary import listed, places_of, plain, positions

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_NUMBERED = re.compile(r"\s*(-?\d{1,3})\s*(?:[-–—=:：.、)）]\s*|分|점|点|\s+|(?=[^\x00-\x7f\d]))((?!\d).*)", re.DOTALL)
_NUMBER_LAST = re.compile(r"(.*?)\s*[(（\[]\s*(-?\d{1,3})\s*(?:分|점)?\s*[)）\]]", re.DOTALL)
_LETTERED = re.compile(r"(?:A|AO|a|L|Opt)0*(\d{1,2})")  # answer codes of LimeSurvey
_DATE = re.compile(r"\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?![.\d]).*"
                   r"|\d{1,2}:\d{2}(:\d{2})?.*")


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Distinct entries of a column, by what they are.

    Attributes
    ----------
    counts : mapping of str to int
        Every entry but the empty one.
    numbers : mapping of str to float
        Entries that are a number, or begin or end with the number that they stand for.
    bare : bool
        Every number stands alone, without words.
    places : mapping of str to float
        Entries that are words of a ladder -> their place on it.
    ladder : str
    unsure, dont_know, no_answer, unknown : tuple of str
        Entries that are none of these; "not sure" may be a midpoint.
    """

    counts: Mapping[str, int]
    numbers: Mapping[str, float] = field(default_factory=dict)
    bare: bool = True
    places: Mapping[str, float] = field(default_factory=dict)
    ladder: str = ""
    unsure: tuple[str, ...] = ()
    dont_know: tuple[str, ...] = ()
    no_answer: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """Cells with an entry."""
        return sum(self.counts.values())

    def cells(self, entries: tuple[str, ...] | Mapping[str, float]) -> int:
        """Cells that hold one of some entries."""
        return sum(self.counts[entry] for entry in entries)


def understood(counts: Mapping[str, int]) -> Entries:
    """Sort the entries of a column by what they are.

    Parameters
    ----------
    counts : mapping of str to int
        Entry -> cells; without the empty entry.

    Examples
    --------
    >>> found = understood({"Concordo": 9, "Discordo": 4, "Não sei": 7})
    >>> found.ladder, found.places, found.dont_know
    ('agreement', {'Concordo': 2.0, 'Discordo': -2.0}, ('Não sei',))
    """
    if len(counts) > 300:  # numbers or texts, no answers to choose from
        return Entries(counts, {entry: value for entry in counts if (value := number(entry)) is not None})
    keys = {entry: plain(entry) or entry.strip() for entry in counts}
    silent = {name: tuple(entry for entry in counts if keys[entry] in listed(name))
              for name in ("dont_know", "no_answer", "unsure")}
    spoken = [entry for entry in counts if not any(entry in group for group in silent.values())]
    numbers = {entry: value for entry in spoken if (value := number(entry)) is not None}
    bare = True
    words = [entry for entry in spoken if entry not in numbers]
    if words and (more := _numbered(words, numbers)):
        numbers, bare = {**numbers, **more}, False
        words = [entry for entry in words if entry not in numbers]
    ladder, known, _ = positions(frozenset(keys[entry] for entry in words))
    if not ladder and numbers and words:  # only the ends of the scale are in words
        ladder, known = places_of({keys[entry] for entry in words})
    places = {entry: known[keys[entry]] for entry in words if keys[entry] in known}
    unknown = tuple(entry for entry in words if entry not in places)
    return Entries(counts, numbers, bare, places, ladder, silent["unsure"], silent["dont_know"], silent["no_answer"],
                   unknown)


def number(entry: str) -> float | None:
    """Read an entry as a number; None where it is none.

    Examples
    --------
    >>> number("66,67"), number("５"), number("5 points")
    (66.67, 5.0, None)
    """
    return float(entry.strip().replace(",", ".")) if _NUMBER.fullmatch(entry.strip()) else None


def are_dates(counts: Mapping[str, int]) -> bool:
    """Whether nearly all entries are dates or times of day."""
    looked_at = list(counts)[:200]
    return bool(looked_at) and sum(bool(_DATE.fullmatch(entry.strip())) for entry in looked_at) >= 0.9 * len(looked_at)


def _numbered(words: list[str], numbers: Mapping[str, float]) -> dict[str, float]:
    """Numbers that entries begin or end with, where all words have one and no two say the same number differently."""
    for pattern, group in ((_NUMBERED, 1), (_NUMBER_LAST, 2), (_LETTERED, 1)):
        found = {word: float(match[group]) for word in words if (match := pattern.fullmatch(word.strip()))}
        values = [*found.values(), *numbers.values()]
        # "18-25" and "20대" begin with a number, too: numbers of answers are small and dense.
        dense = values and max(values) - min(values) <= 10 and len(set(values)) == len(values) and max(values) <= 11
        if len(found) == len(words) and dense and len(values) >= 3:
            return found
    return {}
