"""What the items of a draft are called: the codes of the file where they can stand in a model, else numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from helpers.drafting.columns import Column
from helpers.drafting.constructs import Proposal, usable_item

NAMED = ("item", "nps", "unplaced", "weights", "nominal")
"""Kinds of columns that are items, or could become some."""


def item_names(columns: Sequence[Column], proposals: Sequence[Proposal]) -> dict[str, str]:
    """Name every column that is or could become an item.

    Parameters
    ----------
    columns : sequence of Column
    proposals : sequence of Proposal

    Returns
    -------
    dict of str to str
        Column -> item. A code of the file stays; rows of one numbered question get its number and their own; pairs
        without codes are p1, e1, ...; the rest is named by its place.
    """
    asked = [column for column in columns if column.kind in NAMED]
    sides = {name: side for proposal in proposals if proposal.expectation
             for names, side in ((proposal.items, "p"), (proposal.expectation, "e")) for name in names}
    codes = Counter(column.header.code.casefold() for column in columns)
    names: dict[str, str] = {}
    used: set[str] = set()
    rows: Counter[str] = Counter()
    for certain in (True, False):  # codes that only one column has come first: others may not take them
        for column in asked:
            if column.name in names:
                continue
            choices = _certain(column, codes, sides) if certain else _others(column, codes, rows)
            name = next((each for each in choices if each.casefold() not in used), "")
            if name:
                names[column.name] = name
                used.add(name.casefold())
    return names


def _certain(column: Column, codes: Counter[str], sides: dict[str, str]) -> list[str]:
    code = usable_item(column.header.code)
    if column.name in sides and re.fullmatch(r"q\d+(_\d+)?", code) and "_" in code:
        return [f"{sides[column.name]}{column.header.number}"]
    return [code] if code and codes[column.header.code.casefold()] == 1 else []


def _others(column: Column, codes: Counter[str], rows: Counter[str]) -> list[str]:
    code = usable_item(column.header.code)
    place = column.position + 1
    if code and column.header.section and codes[column.header.code.casefold()] > 1:
        rows[code] += 1
        return [f"{code}_{rows[code]}", f"column{place}"]
    return [f"q{place:02d}", f"column{place}", f"column{place}_"]
