"""What kind of question a column answers: an item, a choice, several choices, a description of the person, a text."""

from __future__ import annotations

import re

from helpers import disclosure
from helpers.drafting.columns import MOST_CHOICES, MOST_LEVELS, Column
from helpers.drafting.vocabulary import is_kind, listed, plain, positions, says, vocabulary
from helpers.errors import Problem

_SEVERAL = re.compile(r"\s*[┋;；|│]\s*|,\s+|、")


_BRIEF = 18  # characters of a Latin header that is a label and no statement


def _several(column: Column) -> tuple[str, Problem] | None:
    counts = column.found.counts
    cut = {entry: [part for part in _SEVERAL.split(entry) if part] for entry in list(counts)[:500]}
    pieces = {part for parts in cut.values() for part in parts}
    many = sum(counts[entry] for entry, parts in cut.items() if len(parts) > 1)
    if len(counts) > 2 and many >= 0.2 * column.found.answered and len(pieces) <= min(30, len(counts) + 5) \
            and max(map(len, pieces)) <= 60 and not column.found.ladder:
        return "several", Problem("drafting.why.several", {"cells": many})
    if is_kind(column.asked, "several"):
        return "several", Problem("drafting.why.several", {"cells": many})
    return None


def _labelled(column: Column) -> tuple[str, Problem] | None:
    """SPSS and Stata say what the codes mean."""
    if not column.labels:
        return None
    spoken = {plain(label) or label for label in column.labels.values()}
    spoken -= listed("dont_know") | listed("no_answer")
    ladder, known, rest = positions(frozenset(spoken))
    answered = [entry for entry in column.found.counts if entry not in column.user_missing]
    if ladder and len(rest) <= 0.5 * len(known):
        return "item", Problem("drafting.why.item_labels", {"low": next(iter(column.labels.values())),
                                                            "high": list(column.labels.values())[-1]})
    if len(column.labels) >= 2 and all(entry in column.labels for entry in answered) and column.distinct <= MOST_LEVELS:
        kind = "groups" if is_kind(column.asked, "groups") else "profile"
        return kind, Problem("drafting.why.labelled", {"labels": list(column.labels.values())[:4]})
    return None


def _describing(column: Column) -> tuple[str, Problem] | None:
    """Columns whose name says that they describe people or form groups."""
    numbers = column.found.numbers
    short = len(column.wording or column.name) <= 60
    if (column.found.ladder and column.found.ladder != "frequency") or not short:
        return None
    if len(numbers) > MOST_CHOICES and (is_kind(column.asked, "age") or is_kind(column.name, "age")):
        return "number", Problem("drafting.why.age", {"low": f"{min(numbers.values()):g}",
                                                      "high": f"{max(numbers.values()):g}"})
    for kind in ("groups", "profile"):
        if _named(column, kind) and 2 <= column.distinct <= MOST_LEVELS and len(numbers) <= MOST_CHOICES:
            return kind, Problem(f"drafting.why.{kind}_header", {"count": column.distinct})
    return None


def _named(column: Column, kind: str) -> bool:
    """Whether a column is named like a kind; where answers are numbers, a phrase counts only in a question to a person.

    "Your occupation" describes people, "the occupational ethics of the staff" is an item.
    """
    bare = column.wording or column.name
    if any(plain(name) in listed("headers", kind, "is") for name in (column.name, bare)):
        return True
    if column.header.section or not is_kind(bare, kind):
        return False
    brief = len(bare) <= (_BRIEF if bare.isascii() else _BRIEF // 3)
    return not column.found.numbers or brief or bool(says(bare, "asked_of_person"))


def _recommending(column: Column) -> tuple[str, Problem] | None:
    values = [value for value in column.found.numbers.values() if -1 < value <= 10]
    whole = values and all(value == int(value) for value in values)
    if whole and column.distinct <= 14 and max(values) >= 9 and min(values) <= 5 and is_kind(column.asked, "nps") \
            and (min(values) == 0 or max(values) == 10):
        return "nps", Problem("drafting.why.nps", {"low": f"{min(values):g}", "high": f"{max(values):g}"})
    return None


def _answers(column: Column) -> tuple[str, Problem] | None:
    found = column.found
    doubtful = sum(found.counts[entry] for entry in found.unknown)
    clean = len(found.unknown) <= 3 and doubtful <= 0.05 * found.answered
    values = set(found.numbers.values())
    if found.ladder and clean and found.cells(found.places) + found.cells(found.numbers) >= 0.3 * found.answered \
            and len(set(found.places.values())) + len(values) >= 3:
        return "item", Problem("drafting.why.item_words", {"count": len(found.places), "ladder": found.ladder})
    if not (values and clean and len(values) and not found.places):
        return None
    if found.cells(found.numbers) < 0.3 * found.answered:
        return None
    between = {value for value in values if value != int(value)}
    if sum(found.counts[entry] for entry, value in found.numbers.items() if value in between) <= 0.02 * found.answered:
        values -= between  # a slip of the pen or an average makes no other kind of column
    if len(values) <= 2:
        return "choice", Problem("drafting.why.choice", {"entries": column.quoted()})
    if _few(values):
        return "item", Problem("drafting.why.item_numbers", {"count": len(values)})
    return "number", Problem("drafting.why.number", {"count": len(values), "low": f"{min(values):g}",
                                                     "high": f"{max(values):g}"})


def _few(values: set[float]) -> bool:
    """Few enough different numbers for answers to choose from, codes for no answer among them."""
    usual = {value for value in values if 0 <= value <= 100}
    whole = all(value == int(value) for value in usual)
    small = {value for value in usual if value <= 11}
    if whole and len(small) >= 3 and len(usual) - len(small) <= 4:
        return True
    return 4 <= len(usual) <= 11 and max(usual) <= 100 and min(usual) >= 0 and max(usual) > 11 and max(usual) >= 60


def _words(column: Column) -> tuple[str, Problem] | None:
    """Texts: a few that recur describe people; many are what people wrote."""
    counts = column.found.counts
    spoken = {plain(entry) for entry in counts} - listed("no_answer") - {""}
    if any(spoken <= {plain(word) for word in pair} for pair in vocabulary()["yes_no"]):
        return "choice", Problem("drafting.why.choice", {"entries": column.quoted()})
    cells = [entry for entry, count in counts.items() for _ in range(min(count, 3))]
    if column.distinct > MOST_LEVELS or disclosure.free_text(cells) or is_kind(column.asked, "free_text"):
        return "free_text", Problem("drafting.why.free_text", {"count": column.distinct})
    kind = "groups" if is_kind(column.asked, "groups") else "profile"
    return kind, Problem("drafting.why.levels", {"count": column.distinct})


TESTS = (_several, _labelled, _describing, _recommending, _answers, _words)
