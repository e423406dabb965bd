"""New columns as a study declares them: in the order in which they can be made, or what contradicts itself in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from helpers import reading
from helpers.studies.codebook import Codebook
from helpers.studies.findings import Findings

if TYPE_CHECKING:
    from helpers.studies.shape import RecodeKeys, StudyKeys


def recodes(keys: StudyKeys, codebook: Codebook, found: Findings) -> tuple[reading.Recode, ...]:
    """Give every declared new column, each after those that it is made of.

    Parameters
    ----------
    keys : StudyKeys
    codebook : Codebook
        A rule may call a column by the item that the codebook gives it to; answers in words count as their codes.
    found : Findings
        Takes rules that are not understood, columns that are made of themselves, and new columns that are an item's
        already.

    Returns
    -------
    tuple of Recode
    """
    made = {}
    for name, declared in keys.recodes.items():
        if (recode := _recode(name, declared, keys, codebook, found)) is not None:
            made[name] = recode
        if codebook.columns.get(name, name) != name:
            found.add("studies.recode_mapped", ("recodes", name), column=name, mapped=codebook.columns[name])
    return _ordered(made, found)


def inputs(keys: StudyKeys, made: tuple[reading.Recode, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Name the columns of which others are made, each with its place in the study file."""
    of = {recode.name: recode for recode in made}
    places = []
    for name, declared in keys.recodes.items():
        place = ("recodes", name, "from" if declared.from_ else declared.kind)
        places += [(place, column) for column in of[name].inputs.values()] if name in of else []
    return places


def _recode(name: str, declared: RecodeKeys, keys: StudyKeys, codebook: Codebook,
            found: Findings) -> reading.Recode | None:
    kind, place = declared.kind, ("recodes", name)
    formula, named = None, (declared.from_,) if declared.from_ else getattr(declared, kind)
    if kind == "compute":
        try:
            formula = reading.parse(declared.compute)
        except reading.FormulaError as error:
            found.add("studies.recode_formula", (*place, "compute"), column=name, part=str(error))
            return None
        if not formula.names:
            found.add("studies.recode_formula", (*place, "compute"), column=name, part=declared.compute)
        named = formula.names
    if kind in ("sum", "mean"):
        _check_added(name, kind, named, keys, found)
    columns = {each: each if each in keys.recodes else reading.spoken(codebook.columns.get(each, each))
               for each in named}
    ranges = _ranges(name, declared.ranges, found)
    if len(ranges) < len(declared.ranges):
        return None
    return reading.Recode(name, kind, columns, _spoken(declared), found.where(place), dict(declared.values), ranges,
                          formula, declared.else_, declared.at_least, _words(columns, codebook))


def _check_added(name: str, kind: str, named: tuple[str, ...], keys: StudyKeys, found: Findings) -> None:
    place = ("recodes", name, kind)
    if turned := [each for each in named if each in keys.reversed]:
        found.add("studies.recode_reversed", place, column=name, items=turned)
    if twice := sorted({each for each in named if named.count(each) > 1}):
        found.add("studies.recode_twice", place, column=name, columns=twice)


def _words(columns: Mapping[str, str], codebook: Codebook) -> dict[str, dict[str, float]]:
    """Give the numbers of answers in words, for the columns of items that the codebook knows."""
    words: dict[str, dict[str, float]] = {}
    for name, column in columns.items():
        for code, text in codebook.values.get(name, {}).items():
            with suppress(ValueError):  # a code that is no number is noted where items are checked
                words.setdefault(column, {})[text.casefold()] = float(code)
    return words


def _ranges(name: str, written: Mapping[str, str], found: Findings) -> tuple[reading.Range, ...]:
    made: list[tuple[reading.Range, str]] = []
    for text, entry in written.items():
        place = ("recodes", name, "ranges", text)
        ends = _ends(text)
        if ends is None:
            found.add("studies.recode_range", place, range=text)
            continue
        each = reading.Range(*ends, entry)
        if other := next((said for known, said in made if each.low <= known.high and known.low <= each.high), ""):
            found.add("studies.recode_overlap", place, range=text, other=other)
        made.append((each, text))
    return tuple(each for each, _ in made)


def _ends(text: str) -> tuple[float, float] | None:
    """Read a range; None where it is none.

    Examples
    --------
    >>> _ends("18..29"), _ends("30.."), _ends("7")
    ((18.0, 29.0), (30.0, inf), (7.0, 7.0))
    """
    low, dots, high = (part.strip() for part in text.partition(".."))
    try:
        ends = (float(low) if low or not dots else -math.inf, float(high if dots else low) if high or not dots
                else math.inf)
    except ValueError:
        return None
    return ends if ends[0] <= ends[1] and (low or high) else None


def _spoken(declared: RecodeKeys) -> str:
    """Write a rule as a reader of the report should see it."""
    if declared.kind == "compute":
        return declared.compute
    if declared.kind in ("sum", "mean"):
        names = getattr(declared, declared.kind)
        return f"{declared.kind}({', '.join(names)})" + (f", at_least {declared.at_least}" if declared.at_least else "")
    pairs = getattr(declared, declared.kind)
    rest = f"; else {declared.else_}" if declared.else_ else ""
    return "; ".join(f"{entry} → {new or '-'}" for entry, new in pairs.items()) + rest


def _ordered(made: Mapping[str, reading.Recode], found: Findings) -> tuple[reading.Recode, ...]:
    """Sort by dependence; notes columns that are made of themselves, over others or at once."""
    order: dict[str, reading.Recode] = {}
    left = dict(made)
    while left:
        ready = [name for name, recode in left.items() if not set(recode.inputs.values()) & left.keys()]
        if not ready:
            circle = _circle(left)
            found.add("studies.recode_circle", ("recodes", circle[0]), circle=" -> ".join([*circle, circle[0]]))
            return tuple(order.values())
        order |= {name: left.pop(name) for name in ready}
    return tuple(order.values())


def _circle(left: Mapping[str, reading.Recode]) -> list[str]:
    way = [next(iter(left))]
    while (following := next(name for name in left[way[-1]].inputs.values() if name in left)) not in way:
        way.append(following)
    return way[way.index(following):]
