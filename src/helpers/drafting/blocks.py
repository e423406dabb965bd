"""Which items belong together by what the file says: stems of names, sections of the questionnaire, sides of pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpers.drafting.columns import Column
from helpers.drafting.vocabulary import listed, says, vocabulary

# Stems that number questions and name nothing; one letter names something only beside other letters.
GENERIC = frozenset({"", "q", "qn", "qu", "que", "question", "v", "var", "variable", "item", "items", "x", "y", "r",
                     "p", "col", "column", "field", "f", "frage", "pregunta", "pergunta", "题", "题目", "问题", "第"})
LETTERS_NAME = 3  # different one-letter stems that make letters names: A1-A4, B1-B5, C1-C4
LONGEST_NAMED = 12  # items; a longer run of one letter is a whole questionnaire rather than a construct
_MIN_RUN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Items that something in the file holds together.

    Attributes
    ----------
    by : str
        "name", "section", "side", "run" or "alone".
    name : str
        The stem or the section; "" for a run.
    columns : tuple of Column
    side : str
        As in `headers.Header`.
    """

    by: str
    name: str
    columns: tuple[Column, ...]
    side: str = ""


def blocks(items: Sequence[Column]) -> list[Block]:
    """Divide items into blocks, in the order of the file.

    Parameters
    ----------
    items : sequence of Column

    Returns
    -------
    list of Block
        Each item is in one.
    """
    generic = _generic(items)
    found: list[Block] = []
    left: list[Column] = []
    stems: dict[tuple[str, str], list[Column]] = {}
    for column in items:
        stem = column.header.stem
        if stem and stem.casefold() not in generic and (column.header.number or names_something(stem)):
            stems.setdefault((stem.casefold(), column.header.side), []).append(column)
        else:
            left.append(column)
    for (_, side), columns in stems.items():
        kind = "name" if len(columns) > 1 else "alone"
        found.append(Block(kind, columns[0].header.stem, tuple(columns), side))
    left += [column for block in found if block.by == "alone" and _numbers_only(block.name) for column in block.columns]
    found = [block for block in found if not (block.by == "alone" and _numbers_only(block.name))]
    found += _by_section_and_side(sorted(left, key=lambda column: column.position))
    return sorted(found, key=lambda block: block.columns[0].position)


def of_one_scale(block: Block) -> list[Block]:
    """Divide a block whose columns were answered on different scales, such as words and numbers."""
    kinds: dict[tuple[str, bool], list[Column]] = {}
    for column in block.columns:
        kinds.setdefault((column.found.ladder, _wide(column)), []).append(column)
    parts = [Block(block.by, block.name, tuple(columns), block.side) for columns in kinds.values()]
    return [piece for part in parts for piece in _lower_runs(part)]


def expectations(found: Sequence[Block]) -> dict[str, str]:
    """Find pairs: name of a perception column -> name of its expectation column.

    By what the headers say of themselves, else by stems that differ in their affix alone (``e_ph``, ``p_ph``) and
    have the same numbers.
    """
    pairs: dict[str, str] = {}
    sides: dict[str, dict[tuple[str, ...], list[str]]] = {"expectation": {}, "perception": {}}
    for block in found:
        for column in block.columns:
            if column.header.side in sides and column.header.pair:
                sides[column.header.side].setdefault(column.header.pair, []).append(column.name)
    for pair, names in sides["perception"].items():
        others = sides["expectation"].get(pair, [])
        if len(names) == 1 and len(others) == 1:
            pairs[names[0]] = others[0]
    stems: dict[str, list[Column]] = {}
    for column in (column for block in found for column in block.columns if column.header.number):
        stems.setdefault(column.header.stem.casefold(), []).append(column)
    for stem, columns in stems.items():
        ours = {column.header.number: column.name for column in columns}
        for other in _counterparts(stem, stems):
            theirs = {column.header.number: column.name for column in stems[other]}
            if len(theirs) >= 2 and theirs.keys() == ours.keys() and not set(ours.values()) & set(pairs):
                pairs |= {name: theirs[number] for number, name in ours.items()}
    return pairs | _by_order(found, pairs)


def _by_order(found: Sequence[Block], pairs: Mapping[str, str]) -> dict[str, str]:
    """Pair two blocks one by one, where only they have their sides and their number of items: wordings differ."""
    taken = {*pairs, *pairs.values()}
    open_blocks = [block for block in found if not taken & {column.name for column in block.columns}]
    sided = {side: [block for block in open_blocks if block.side == side] for side in ("expectation", "perception")}
    paired: dict[str, str] = {}
    for block in sided["perception"]:
        alike = [other for other in sided["expectation"] if len(other.columns) == len(block.columns)]
        rivals = [other for other in sided["perception"] if len(other.columns) == len(block.columns)]
        if len(alike) == len(rivals) == 1 and len(block.columns) > 1:
            paired |= {ours.name: theirs.name for ours, theirs in zip(block.columns, alike[0].columns, strict=True)}
    return paired


def _counterparts(stem: str, stems: Iterable[str]) -> list[str]:
    """Stems of expectations that a stem of perceptions may belong to."""
    sides = vocabulary()["sides"]
    perceptions, expected = sides["perception"]["affix"], sides["expectation"]["affix"]
    others = []
    for other in stems:
        for here in perceptions:
            for there in expected:
                for pattern in ("{}", "{}_*", "*_{}"):
                    if (rest := _rest(stem, pattern, here)) is not None and rest == _rest(other, pattern, there):
                        others.append(other)
    return list(dict.fromkeys(others))


def _rest(stem: str, pattern: str, affix: str) -> str | None:
    if pattern == "{}":
        return "" if stem == affix else None
    if pattern.endswith("*"):
        return stem[len(affix) + 1:] if stem.startswith(f"{affix}_") else None
    return stem[:-len(affix) - 1] if stem.endswith(f"_{affix}") else None


def _generic(items: Sequence[Column]) -> set[str]:
    stems = Counter(column.header.stem.casefold() for column in items if column.header.number)
    letters = {stem for stem in stems if len(stem) == 1 and stem.isalpha()}
    named = letters if len(letters) >= LETTERS_NAME and max(stems[stem] for stem in letters) <= LONGEST_NAMED else set()
    sides = {word for side in ("expectation", "perception") for kind in ("affix", "has") for word in listed(
        "sides", side, kind)}
    whole = {stem for stem in stems if stem in sides and stems[stem] > LONGEST_NAMED}  # a side is no construct
    return {stem for stem in stems if (stem in GENERIC or stem in letters) and stem not in named} | whole


def names_something(stem: str) -> str:
    """Name of the construct that a stem is known for; "" where it is known for none.

    Examples
    --------
    >>> names_something("SAT"), names_something("p_rel"), names_something("zz")
    ('satisfaction', 'reliability', '')
    """
    sides = {affix for side in ("expectation", "perception") for affix in vocabulary()["sides"][side]["affix"]}
    parts = [part for part in re.split(r"[_.]", stem.casefold()) if part and part not in sides]
    whole = "_".join(parts)
    known = vocabulary()["constructs"]
    named = next((name for name, construct in known.items() if whole in construct["stems"] or whole == name), "")
    if named or whole.isascii():
        return named
    return next((name for name in known if says(whole, "constructs", name, "has")), "")


def _numbers_only(stem: str) -> bool:
    return bool(re.fullmatch(r"[a-zA-Z]{1,3}\d+", stem))


def _by_section_and_side(left: Sequence[Column]) -> list[Block]:
    sections = Counter(column.header.section for column in left if column.header.section)
    found: dict[tuple[str, str, object], list[Column]] = {}
    run, before = 0, -9
    for column in left:
        header = column.header
        if sections.get(header.section, 0) > 1:
            found.setdefault(("section", header.section, header.side), []).append(column)
        elif header.side:
            found.setdefault(("side", "", header.side), []).append(column)
        else:
            run += column.position - before > 1
            before = column.position
            found.setdefault(("run", "", (run, header.stem if header.number else "")), []).append(column)
    return [Block(by if len(columns) >= _MIN_RUN else "alone", name, tuple(columns), columns[0].header.side)
            for (by, name, _), columns in found.items()]


def _wide(column: Column) -> bool:
    values = column.found.numbers.values()
    return sum(11 < value <= 100 for value in values) > 3


def _lower_runs(block: Block) -> list[Block]:
    """Cut off columns at an end of a run whose highest answer is clearly lower than that of the others."""
    if block.by not in ("run", "side") or len(block.columns) < 4 or any(c.found.places for c in block.columns):
        return [block]
    tops = [_top(column) for column in block.columns]
    usual = Counter(tops).most_common(1)[0][0]
    above = [_share_above(column, min(tops)) for column, top in zip(block.columns, tops, strict=True) if top == usual]
    if min(tops) >= usual or not above or sorted(above)[len(above) // 2] < 0.05:
        return [block]
    low = [column for column, top in zip(block.columns, tops, strict=True) if top < usual
           and column.found.answered * sorted(above)[len(above) // 2] >= 10]
    names = {column.name for column in low}
    rest = tuple(column for column in block.columns if column.name not in names)
    runs: list[list[Column]] = []
    for column in low:
        if runs and column.position - runs[-1][-1].position == 1 and _top(runs[-1][-1]) == _top(column):
            runs[-1].append(column)
        else:
            runs.append([column])
    return [Block(block.by, block.name, rest, block.side)] * bool(rest) + \
        [Block(block.by if len(run) > 1 else "alone", block.name, tuple(run), block.side) for run in runs]


def _top(column: Column) -> float:
    values: Mapping[str, float] = column.found.numbers
    return max((value for value in values.values() if 0 <= value <= 11), default=0)


def _share_above(column: Column, top: float) -> float:
    found = column.found
    above = sum(found.counts[entry] for entry, value in found.numbers.items() if top < value <= 11)
    return above / max(found.answered, 1)
