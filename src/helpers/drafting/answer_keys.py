"""What the answers of an item stand for: the scale, the order of words, and the entries that are no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from helpers.drafting.columns import Column
from helpers.drafting.vocabulary import codes, listed, plain, positions, vocabulary

USUAL_CODES = frozenset({-9999, -999, -998, -997, -99, -98, -97, -96, -95, -90, -88, -77, -66, -9, -8, -7, -6, -5, -4,
                         -3, -2, -1, 0, 8, 9, 66, 77, 88, 90, 95, 96, 97, 98, 99, 777, 888, 988, 990, 997, 998, 999,
                         7777, 8888, 9999, 99999})
FEW_ANSWERS = 100  # with fewer the highest answer of a scale may be one that nobody chose
RARE = 0.10  # of the answers; a 0 beside 1-5 that is more frequent may be a scale from 0


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """What the entries of an item stand for.

    Attributes
    ----------
    low, high : float
        Ends of the scale.
    codes : mapping of str to float
        Entry in words -> number.
    labels : mapping of str to str
        Number -> what it means, from the file itself (SPSS, Stata).
    missing : mapping of str to str
        Entry that is no answer -> why: "declared", "label", "dont_know", "no_answer", "code", "zero", "outside",
        "text" or "unsure".
    doubts : tuple of str
        "unsure_midpoint", "above", "eight_nine", "few", "order", "rest".
    numbers : mapping of str to float
        Every entry that is an answer -> its number.
    """

    low: float
    high: float
    codes: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def scale(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high


def keys(block: Sequence[Column], usual: float = 0) -> dict[str, Key]:
    """Find the answer keys of columns that are answered on one scale.

    Parameters
    ----------
    block : sequence of Column
        Looked at together: what nobody chose in one of them somebody chose in another.
    usual : float
        Highest answer of most items of the file; decides where the block has few answers.

    Returns
    -------
    dict
        Column name -> its key.
    """
    silent = {column.name: _silent(column) for column in block}
    if any(column.found.places for column in block):
        return _in_words(block, silent)
    values: Counter[float] = Counter()
    for column in block:
        for entry, value in column.found.numbers.items():
            if entry not in silent[column.name]:
                values[value] += column.found.counts[entry]
    low, high, none, doubts = _scale(values, usual)
    if high <= 11 and any(value != int(value) for value in values):
        doubts.append("between")
    made = {}
    for column in block:
        missing = dict(silent[column.name])
        numbers = {}
        for entry, value in column.found.numbers.items():
            if entry in missing:
                continue
            if value in none:
                missing[entry] = none[value]
            else:
                numbers[entry] = value
        missing |= {entry: "text" for entry in column.found.unknown if entry not in missing}
        words = {} if column.found.bare else {entry: value for entry, value in numbers.items() if not _plain(entry)}
        labels = {code: label for code, label in column.labels.items() if code not in missing}
        made[column.name] = Key(low, high, words, labels, missing, tuple(doubts), numbers)
    return made


def _silent(column: Column) -> dict[str, str]:
    """Entries that say in words, or by a label of the file, that there is no answer."""
    found = {entry: "declared" for entry in column.user_missing if entry in column.found.counts}
    for entry in column.found.counts:
        label = plain(column.labels.get(entry, ""))
        if label and label in listed("dont_know") | listed("no_answer") and entry not in found:
            found[entry] = "label"
    found |= {entry: "dont_know" for entry in column.found.dont_know}
    return found | {entry: "no_answer" for entry in column.found.no_answer}


def _scale(values: Counter[float], usual: float) -> tuple[float, float, dict[float, str], list[str]]:
    """Find the ends of the scale, the values that are codes for no answer, and what is in doubt."""
    none: dict[float, str] = {}
    doubts: list[str] = []
    inside = {value for value in values if 0 <= value <= 11}
    if sum(values[value] for value in inside) < 0.5 * sum(values.values()) or _is_spread(values):
        none = {value: _named(value) for value in values if not 0 <= value <= 100}
        return 0.0, 100.0, none, doubts
    below = {value for value in values if value < 0}
    if below and -min(below) == max(inside) and 0 in inside and min(below) >= -5:
        return min(below), max(inside), {value: _named(value) for value in values if value > 11}, doubts
    none = {value: _named(value) for value in values if value < 0 or value > 11}
    core = sorted(inside)
    top = max(core)
    gap = next((value for value, after in pairwise(core) if after - value > 1 and after >= 8), None)
    if gap is not None and gap <= 7 and all(value in (8, 9) for value in core if value > gap):
        none |= {value: "code" for value in core if value > gap}
        top = gap
    total = sum(values[value] for value in core)
    if top in (6, 8) and values[top] < 0.05 * total and values[top - 1] > 3 * values[top]:
        doubts.append("above")
    if top == 9 and gap is None and values[8] + values[9] < RARE * total and values[7] > 3 * values[8]:
        doubts.append("eight_nine")
    low = 0.0 if 0 in core else 1.0
    if low == 0 and top in (5, 7, 9) and values[0] < RARE * total:
        none[0.0], low = "zero", 1.0
    answers = sum(values[value] for value in core if value not in none)
    if answers < FEW_ANSWERS and top < usual <= min(11, top + 2):
        top, doubts = usual, [*doubts, "few"]
    return low, float(max(top, low + 1)), none, doubts


def _is_spread(values: Mapping[float, int]) -> bool:
    """Whether values are spread over 0 to 100 rather than over a few numbers and some codes."""
    above = [value for value in values if 11 < value <= 100 and value not in USUAL_CODES]
    return len(above) >= 3


def _named(value: float) -> str:
    return "code" if value in USUAL_CODES else "outside"


def _in_words(block: Sequence[Column], silent: Mapping[str, Mapping[str, str]]) -> dict[str, Key]:
    ladder = Counter(column.found.ladder for column in block).most_common(1)[0][0]
    places = {place for column in block for place in column.found.places.values()}
    unsure = any(column.found.unsure for column in block)
    midpoint = unsure and 0.0 not in places and bool(vocabulary()["ladders"][ladder]["symmetric"])
    numbers = {value for column in block for value in column.found.numbers.values()}
    of_place = _mixed(places, numbers) if numbers else codes(ladder, frozenset(places | ({0.0} if midpoint else set())))
    made = {}
    for column in block:
        found = column.found
        words: dict[str, float] = {entry: float(of_place[place]) for entry, place in found.places.items()}
        missing = dict(silent[column.name])
        doubts = ["order"]
        if found.unsure and midpoint:
            words |= {entry: float(of_place[0.0]) for entry in found.unsure}
            doubts.append("unsure_midpoint")
        else:
            missing |= {entry: "unsure" for entry in found.unsure}
        missing |= {entry: "text" for entry in found.unknown}
        low, high = min(of_place.values()), max(of_place.values())
        if numbers:
            low, high = min(low, *numbers), max(high, *numbers)
        made[column.name] = Key(float(low), float(high), words, {}, missing, tuple(doubts),
                                {**words, **{entry: value for entry, value in found.numbers.items()
                                             if entry not in missing}})
    return made


def _mixed(places: Iterable[float], numbers: set[float]) -> dict[float, float]:
    """Numbers of words where only the ends, or ends and midpoint, are in words and the steps between are numbers."""
    ordered = sorted(places)
    whole = sorted(numbers)
    low = whole[0] - 1 if ordered[0] < 0 or whole[0] > 1 else whole[0]
    high = whole[-1] + 1 if len(ordered) > 1 or ordered[0] > 0 else whole[-1]
    between = {place: low + (high - low) * index / max(len(ordered) - 1, 1) for index, place in enumerate(ordered)}
    if len(ordered) == 1:
        return {ordered[0]: high if ordered[0] > 0 else low}
    return between


def from_labels(column: Column) -> Key | None:
    """Key of a column whose codes the file explains with words of a ladder; None where it does not."""
    spoken = {code: plain(label) for code, label in column.labels.items()}
    silent = _silent(column)
    ladder, _, _ = positions(frozenset(text for code, text in spoken.items() if code not in silent))
    if not ladder:
        return None
    inside = {code: float(code) for code, text in spoken.items()
              if code not in silent and code not in column.user_missing
              and text not in listed("dont_know") | listed("no_answer") and _plain(code)}
    if len(inside) < 3:
        return None
    numbers = {entry: value for entry, value in column.found.numbers.items() if entry not in silent}
    low, high = min(inside.values()), max(inside.values())
    outside = {entry: _named(value) for entry, value in numbers.items() if not low <= value <= high}
    return Key(low, high, {}, {code: column.labels[code] for code in inside}, {**silent, **outside}, (),
               {entry: value for entry, value in numbers.items() if entry not in outside})


def _plain(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True
