"""What each column seems to be, and what speaks for it: identifiers, times, addresses, checks of attention."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers import disclosure
from helpers.drafting import entries, questions
from helpers.drafting.columns import MOST_CHOICES, MOST_LEVELS, Column, quoted
from helpers.drafting.vocabulary import is_kind, plain, says
from helpers.errors import Problem

_DURATION = re.compile(r"(?:\d+\s*(?:分钟?|min)\s*)?\d+(?:[.,]\d+)?\s*(?:秒钟?|s|sec|seconds)?|\d+\s*(?:分钟?|min)",
                       re.IGNORECASE)
_ASKED_FOR = re.compile(r"(?:请选择?|請選擇|please (?:select|choose|mark|tick|answer)|selecione|marque|seleccione"
                        r"|wählen sie|cochez|sélectionnez)\W*(?:the option|a opção|la opción|option|选项|第)?\W*"
                        r"[\"“”'「‘]?([^\"“”'」’.。,，)）?？]+)", re.IGNORECASE)


FEW_CLUSTERS = 7  # branches; so few can be compared as groups


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
        return "constant", Problem("drafting.why.constant", {"entry": quoted(next(iter(column.found.counts)))})
    return None


def _times(column: Column) -> tuple[str, Problem] | None:
    if is_kind(column.name, "timer"):
        return "timer", Problem("drafting.why.timer")
    dates = entries.are_dates(column.found.counts)
    if is_kind(column.name, "duration") and not dates and column.distinct > 5:
        usual = [entry for entry in column.found.counts if _DURATION.fullmatch(entry.strip())]
        if len(usual) == len(column.found.counts):
            by_length = sorted(usual, key=lambda entry: (len(entry), entry))
            return "duration", Problem("drafting.why.duration", {"low": by_length[0], "high": by_length[-1]})
        return "timer", Problem("drafting.why.duration_form", {"entry": quoted(next(iter(column.found.counts)))})
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
    unique = column.distinct == column.filled == column.rows
    if is_kind(column.name, "respondent") and column.distinct > max(MOST_LEVELS, 0.5 * column.rows):
        if unique:
            return "respondent", Problem("drafting.why.respondent", {"rows": column.rows})
        twice = sum(count > 1 for count in column.found.counts.values())
        empty = column.rows - column.filled
        return "identifier", Problem("drafting.why.identifier_twice", {"twice": twice, "empty": empty})
    whole = all(value == int(value) for value in column.found.numbers.values())
    if unique and column.rows >= 30 and (not column.header.text or whole) and column.position < 3 and (
            not column.found.numbers or _counts_up(column)):
        if any(len(entry) > 40 or " " in entry.strip() for entry in list(column.found.counts)[:50]):
            return None
        return "respondent", Problem("drafting.why.respondent", {"rows": column.rows})
    return None


def _counts_up(column: Column) -> bool:
    values = sorted(column.found.numbers.values())
    return values[-1] - values[0] == len(values) - 1 and values[0] in (0, 1)


def _declared_kinds(column: Column) -> tuple[str, Problem] | None:
    if is_kind(column.name, "wave") and 2 <= column.distinct <= MOST_CHOICES:
        return "wave", Problem("drafting.why.wave", {"levels": column.quoted()})
    if is_kind(column.name, "clusters") and column.distinct > FEW_CLUSTERS and column.rows >= 3 * column.distinct:
        return "clusters", Problem("drafting.why.clusters", {"count": column.distinct})
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
    why = {"right": quoted(right), "share": counts.get(right, 0) / max(column.found.answered, 1)}
    named = wanted or (is_kind(column.name, "attention") and not says(column.asked, "headers", "attention", "has"))
    if not named and share < 0.8:
        return None
    return "attention", Problem("drafting.why.attention", why), {"right": right}


def _asked_for(column: Column) -> str:
    """Find the answer that the wording asks for, if it is one of the answers given."""
    if not (found := _ASKED_FOR.search(column.asked)):
        return ""
    wanted = plain(found[1])
    whole = {plain(entry) or entry: entry for entry in column.found.counts}
    if wanted in whole:
        return whole[wanted]
    digits = re.search(r"-?\d+", wanted)
    return whole.get(digits[0], "") if digits else next((whole[key] for key in sorted(whole, key=len, reverse=True)
                                                         if key and key in wanted), "")


_TESTS: tuple[Callable[[Column], tuple[Any, ...] | None], ...] = (
    _empty, _times, _sources, _people, _respondent, _declared_kinds, _attention, *questions.TESTS)
