"""What each column seems to be, and what speaks for it: identifiers, times, addresses, groups, texts, answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers import disclosure
from helpers.drafting import entries, headers
from helpers.drafting.vocabulary import is_kind, listed, plain, positions, says, vocabulary
from helpers.errors import Problem

MOST_CHOICES = 12  # different answers to one item; 0-10 has eleven
MOST_LEVELS = 20  # of a column that describes the sample
_SEVERAL = re.compile(r"\s*[┋;；|│]\s*|,\s+|、")
_DURATION = re.compile(r"(?:\d+\s*(?:分钟?|min)\s*)?\d+(?:[.,]\d+)?\s*(?:秒钟?|s|sec|seconds)?|\d+\s*(?:分钟?|min)",
                       re.IGNORECASE)
_ASKED_FOR = re.compile(r"(?:请选择?|請選擇|please (?:select|choose|mark|tick|answer)|selecione|marque|seleccione"
                        r"|wählen sie|cochez|sélectionnez)\W*(?:the option|a opção|la opción|option|选项|第)?\W*"
                        r"[\"“”'「‘]?([^\"“”'」’.。,，)）?？]+)", re.IGNORECASE)

# Kinds that never become part of an analysis: what a draft does with each is its `treatment`.
DROPPED = ("time", "personal", "source", "free_text", "timer")
LEFT_OUT = ("empty", "constant", "several", "nominal", "number", "score", "choice", "sample_weight", "identifier",
            "unplaced", "names")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column and what it seems to be.

    Attributes
    ----------
    name : str
    position : int
        From 0.
    header : headers.Header
    found : entries.Entries
    rows : int
    distinct : int
    kind : str
        "item", "nps", "respondent", "duration", "attention", "wave", "profile", "groups", "weights", or one of
        ``DROPPED`` and ``LEFT_OUT``.
    why : Problem or None
        The evidence, as a sentence.
    labels : mapping of str to str
        Code -> label, from SPSS or Stata.
    user_missing : tuple of str
        Codes that the file declares to be no answer.
    right : str
        Of an attention check.
    """

    name: str
    position: int
    header: headers.Header
    found: entries.Entries
    rows: int
    distinct: int
    kind: str = ""
    why: Problem | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    user_missing: tuple[str, ...] = ()
    right: str = ""

    @property
    def wording(self) -> str:
        """The question as asked, with the section it belongs to; "" where the file has only a code."""
        text, section = self.header.text, self.header.section
        return " ".join(f"{section} - {text}".split()) if section and section != text else " ".join(text.split())

    @property
    def asked(self) -> str:
        """Name and wording together, to look for words in."""
        return f"{self.name} {self.wording}" if self.wording and self.wording not in self.name else self.name


def kind_of(column: Column) -> tuple[str, Problem, dict[str, Any]]:
    """Say what a column seems to be.

    Returns
    -------
    kind : str
    why : Problem
        A sentence with the evidence.
    more : dict
        Further attributes of the column: ``right``.
    """
    for test in _TESTS:
        if said := test(column):
            kind, why, *more = said
            return kind, why, more[0] if more else {}
    return "free_text", Problem("drafting.why.free_text", {"count": column.distinct}), {}


def _empty(column: Column) -> tuple[str, Problem] | None:
    if not column.found.counts:
        return "empty", Problem("drafting.why.empty")
    silent = set(column.found.no_answer) | set(column.found.dont_know) | set(column.user_missing)
    if column.distinct == 1 or set(column.found.counts) <= silent:
        if is_kind(column.name, "attention"):
            return None
        return "constant", Problem("drafting.why.constant", {"entry": _short(next(iter(column.found.counts)))})
    return None


def _times(column: Column) -> tuple[str, Problem] | None:
    if is_kind(column.name, "timer"):
        return "timer", Problem("drafting.why.timer")
    dates = entries.are_dates(column.found.counts)
    if is_kind(column.name, "duration") and not dates and column.distinct > 5:
        usual = [entry for entry in column.found.counts if _DURATION.fullmatch(entry.strip())]
        if len(usual) == len(column.found.counts):
            return "duration", Problem("drafting.why.duration", {"low": _shortest(usual), "high": _longest(usual)})
        return "timer", Problem("drafting.why.duration_form", {"entry": _short(next(iter(column.found.counts)))})
    if dates and column.distinct > MOST_CHOICES:
        return "time", Problem("drafting.why.time")
    return None


def _sources(column: Column) -> tuple[str, Problem] | None:
    if is_kind(column.name, "source"):
        if plain(column.name) in {"总分", "得分", "总得分", "score", "total score", "sc0"}:
            return "score", Problem("drafting.why.score")
        return "source", Problem("drafting.why.source")
    return None


def _people(column: Column) -> tuple[str, Problem] | None:
    counts = column.found.counts
    few = column.distinct <= MOST_CHOICES and len(column.found.numbers) == len(counts)
    if is_kind(column.name, "personal") and not few and not column.found.places:
        return "personal", Problem("drafting.why.personal_header")
    if kind := disclosure.identifier(list(counts)[:5000]):
        return "personal", Problem(f"drafting.why.personal.{kind}")
    if not column.found.ladder and column.distinct > MOST_LEVELS and disclosure.personal_name(column.name,
                                                                                           list(counts)[:2000]):
        return "personal", Problem("drafting.why.personal.name")
    return None


def _respondent(column: Column) -> tuple[str, Problem] | None:
    unique = column.distinct == column.found.answered == column.rows
    if is_kind(column.name, "respondent") and column.distinct > max(MOST_LEVELS, 0.5 * column.rows):
        if unique:
            return "respondent", Problem("drafting.why.respondent", {"rows": column.rows})
        twice = sum(count > 1 for count in column.found.counts.values())
        empty = column.rows - column.found.answered
        return "identifier", Problem("drafting.why.identifier_twice", {"twice": twice, "empty": empty})
    whole = all(value == int(value) for value in column.found.numbers.values())
    if unique and column.rows >= 30 and (not column.header.text or whole) and column.position < 3 and (
            len(column.found.numbers) < column.distinct or _counts_up(column)):
        if any(len(entry) > 40 or " " in entry.strip() for entry in list(column.found.counts)[:50]):
            return None
        return "respondent", Problem("drafting.why.respondent", {"rows": column.rows})
    return None


def _counts_up(column: Column) -> bool:
    values = sorted(column.found.numbers.values())
    return values[-1] - values[0] == len(values) - 1 and values[0] in (0, 1)


def _declared_kinds(column: Column) -> tuple[str, Problem] | None:
    if is_kind(column.name, "wave") and 2 <= column.distinct <= MOST_CHOICES:
        return "wave", Problem("drafting.why.wave", {"levels": _levels(column)})
    if is_kind(column.name, "weights_of_sample") and len(column.found.numbers) == column.distinct:
        return "sample_weight", Problem("drafting.why.sample_weight")
    return None


def _attention(column: Column) -> tuple[str, Problem, dict[str, str]] | None:
    if not is_kind(column.name, "attention") and not says(column.wording, "headers", "attention", "has"):
        return None
    if column.distinct > MOST_CHOICES or is_kind(column.asked, "several"):
        return None
    counts = column.found.counts
    usual = max(counts, key=lambda entry: counts[entry])
    share = counts[usual] / max(column.found.answered, 1)
    wanted = _asked_for(column)
    right = wanted or (usual if share >= 0.6 else "")
    if not right:
        return None
    why = {"right": _short(right), "share": counts.get(right, 0) / max(column.found.answered, 1)}
    named = wanted or is_kind(column.name, "attention") and not says(column.asked, "headers", "attention", "has")
    if not named and share < 0.8:
        return None
    return "attention", Problem("drafting.why.attention", why), {"right": right}


def _asked_for(column: Column) -> str:
    """The answer that the wording asks for, if it is one of the answers given."""
    if not (found := _ASKED_FOR.search(column.asked)):
        return ""
    wanted = plain(found[1])
    whole = {plain(entry) or entry: entry for entry in column.found.counts}
    if wanted in whole:
        return whole[wanted]
    digits = re.search(r"-?\d+", wanted)
    return whole.get(digits[0], "") if digits else next((whole[key] for key in sorted(whole, key=len, reverse=True)
                                                         if key and key in wanted), "")


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
        return "item", Problem("drafting.why.item_labels", {"low": _first(column), "high": _last(column)})
    if len(column.labels) >= 2 and all(entry in column.labels for entry in answered) and column.distinct <= MOST_LEVELS:
        kind = "groups" if is_kind(column.asked, "groups") else "profile"
        return kind, Problem("drafting.why.labelled", {"labels": list(column.labels.values())[:4]})
    return None


def _describing(column: Column) -> tuple[str, Problem] | None:
    """Columns whose name says that they describe people or form groups."""
    numbers = column.found.numbers
    short = len(column.wording or column.name) <= 60
    if column.found.ladder and column.found.ladder != "frequency" or not short:
        return None
    if is_kind(column.asked, "age") or is_kind(column.name, "age"):
        if len(numbers) > MOST_CHOICES:
            return "number", Problem("drafting.why.age", {"low": f"{min(numbers.values()):g}",
                                                          "high": f"{max(numbers.values()):g}"})
    for kind in ("groups", "profile"):
        named = is_kind(column.name, kind) or is_kind(column.wording or column.name, kind)
        if named and 2 <= column.distinct <= MOST_LEVELS and len(numbers) <= MOST_CHOICES:
            return kind, Problem(f"drafting.why.{kind}_header", {"count": column.distinct})
    return None


def _recommending(column: Column) -> tuple[str, Problem] | None:
    values = [value for value in column.found.numbers.values() if -1 < value <= 10]
    whole = values and all(value == int(value) for value in values)
    if whole and column.distinct <= 14 and max(values) >= 9 and min(values) <= 5 and is_kind(column.asked, "nps"):
        if min(values) == 0 or max(values) == 10:
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
    if len(values) <= 2:
        return "choice", Problem("drafting.why.choice", {"entries": _levels(column)})
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
        return "choice", Problem("drafting.why.choice", {"entries": _levels(column)})
    cells = [entry for entry, count in counts.items() for _ in range(min(count, 3))]
    if column.distinct > MOST_LEVELS or disclosure.free_text(cells) or is_kind(column.asked, "free_text"):
        return "free_text", Problem("drafting.why.free_text", {"count": column.distinct})
    kind = "groups" if is_kind(column.asked, "groups") else "profile"
    return kind, Problem("drafting.why.levels", {"count": column.distinct})


def _levels(column: Column) -> list[str]:
    return [_short(entry) for entry in list(column.found.counts)[:6]]


def _short(entry: str) -> str:
    return disclosure.masked(entry) if len(entry) <= 24 else f"{entry[:20]}…"


def _first(column: Column) -> str:
    return next(iter(column.labels.values()))


def _last(column: Column) -> str:
    return list(column.labels.values())[-1]


def _shortest(usual: Sequence[str]) -> str:
    return min(usual, key=lambda entry: (len(entry), entry))


def _longest(usual: Sequence[str]) -> str:
    return max(usual, key=lambda entry: (len(entry), entry))


_TESTS: tuple[Callable[[Column], tuple[Any, ...] | None], ...] = (
    _empty, _times, _sources, _people, _respondent, _declared_kinds, _attention, _several, _labelled, _describing,
    _recommending, _answers, _words)
