"""A draft study: what the columns of a foreign file seem to be, brought into the shape of a study."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from helpers.drafting import answer_keys, blocks, clusters, constructs
from helpers.drafting.answer_keys import Key
from helpers.drafting.columns import Column
from helpers.drafting.constructs import Proposal
from helpers.drafting.intake import Intake, columns_of
from helpers.drafting.item_names import item_names
from helpers.drafting.yaml_text import one_line
from helpers.errors import Problem

if TYPE_CHECKING:
    from helpers.drafting.likeness import Likeness

LEAST_ANSWERS = 0.02  # of the rows; an item that fewer answered is left out
_NPS = (0.0, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Everything that the draft's files say.

    Attributes
    ----------
    taken : Intake
    columns : tuple of Column
        All of the file, with their final kind.
    proposals : tuple of Proposal
    keys : mapping of column to Key
    names : mapping of column to item
    missing : mapping of str to tuple
        Entry -> why it is no answer, cells, columns.
    weights : tuple of str
        Columns in which respondents weight the dimensions.
    side : mapping of str to tuple of str
        "importance" -> columns that rate importance.
    like : likeness.Likeness or None
    """

    taken: Intake
    columns: tuple[Column, ...]
    proposals: tuple[Proposal, ...]
    keys: Mapping[str, Key]
    names: Mapping[str, str]
    missing: Mapping[str, tuple[str, int, int]]
    weights: tuple[str, ...] = ()
    side: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    like: Likeness | None = None

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by their names."""
        return {column.name: column for column in self.columns}

    @property
    def used(self) -> tuple[str, ...]:
        """Columns that are items of a construct."""
        return tuple(name for proposal in self.proposals for name in (*proposal.items, *proposal.expectation))

    def of(self, *kinds: str) -> list[Column]:
        """Columns of some kinds, in the order of the file."""
        return [column for column in self.columns if column.kind in kinds]


def drafted(taken: Intake) -> Draft:
    """Bring a foreign file into the shape of a study.

    Parameters
    ----------
    taken : Intake
    """
    columns = _one_respondent(_looked_over(columns_of(taken)))
    columns = _sliders(columns)
    weights = _weights(columns, taken.frame)
    columns = [replace(column, kind="weights", why=Problem("drafting.why.weights")) if column.name in weights
               else column for column in columns]
    items = [column for column in columns if column.kind == "item"]
    parts = [part for block in blocks.blocks(items) for part in blocks.of_one_scale(block)]
    usual = _usual_top(items)
    keys = {name: key for part in parts for name, key in _keys(part, usual).items()}
    columns = _lone_choices(columns, parts)
    keys |= {column.name: _nps_key(column) for column in columns if column.kind == "nps"}
    scores = clusters.coded({name: keys[name].numbers for name in keys if name in {c.name for c in items}}, taken.frame)
    columns = _without_useless(columns, scores)
    parts = [replace(part, columns=kept) for part in parts
             if (kept := tuple(column for column in part.columns if column.name in _items(columns)))]
    proposals, left, importance = _proposals(parts, columns, scores)
    columns = [replace(column, kind="unplaced", why=Problem("drafting.why.unplaced")) if column.name in left
               else column for column in columns]
    columns, proposals, missing = without_conflict(columns, proposals, keys)
    columns = _without_levels_as_codes(columns, missing)
    names = item_names(columns, proposals)
    taken_names = {*names.values(), *(column.name for column in columns)}
    return Draft(taken, tuple(columns), tuple(constructs.named(proposals, taken_names)), keys, names, missing,
                 tuple(weights), importance)


def _items(columns: Sequence[Column]) -> set[str]:
    return {column.name for column in columns if column.kind in ("item", "nps")}


def _keys(block: blocks.Block, usual: float) -> dict[str, Key]:
    explained = {column.name: key for column in block.columns if (key := answer_keys.from_labels(column))}
    rest = [column for column in block.columns if column.name not in explained]
    return explained | (answer_keys.keys(rest, usual) if rest else {})


def _usual_top(items: Sequence[Column]) -> float:
    tops = Counter(max((value for value in column.found.numbers.values() if 0 <= value <= 11), default=0)
                   for column in items if not column.found.places)
    return tops.most_common(1)[0][0] if tops else 0


def _nps_key(column: Column) -> Key:
    missing = {entry: "no_answer" for entry in (*column.found.no_answer, *column.found.dont_know)}
    missing |= {entry: "text" for entry in (*column.found.unknown, *column.found.unsure)}
    missing |= {entry: "code" for entry, value in column.found.numbers.items() if not 0 <= value <= 10}
    numbers = {entry: value for entry, value in column.found.numbers.items() if entry not in missing}
    words = {} if column.found.bare else {entry: value for entry, value in numbers.items()
                                          if not re.fullmatch(r"\s*\d+(\.\d+)?\s*", entry)}
    return Key(*_NPS, words, {}, missing, (), numbers)


def _looked_over(columns: list[Column]) -> list[Column]:
    """Look at kinds again beside the other columns: what stands in many of them describes nobody."""
    sets = Counter(frozenset(column.found.counts) for column in columns if column.kind in ("profile", "choice"))
    recurring = {entries for entries, count in sets.items() if count >= 3}
    many = [entries for entries in sets if len(entries) > 2 and sum(
        len(entries & other) >= 0.6 * len(entries | other) for other in sets.elements()) >= 3]
    looked = []
    for column in columns:
        entries = frozenset(column.found.counts)
        alike = frozenset().union(*(other for other in sets if len(entries & other) >= 0.6 * len(entries | other)))
        if column.kind == "profile" and column.why.id == "drafting.why.levels" and entries in {*many, *recurring}:
            column = replace(column, kind="nominal", why=Problem("drafting.why.nominal", {
                "entries": [one_line(entry, 24) for entry in sorted(alike)[:8]]}))
        elif column.kind == "choice" and entries not in recurring:
            column = replace(column, kind="profile")
        looked.append(column)
    return looked


def _one_respondent(columns: list[Column]) -> list[Column]:
    """Keep one column that tells respondents apart, the first that an export numbers them by."""
    found = [column for column in columns if column.kind == "respondent"]
    if len(found) < 2:
        return columns
    others = {column.name for column in found[1:]}
    return [replace(column, kind="personal", why=Problem("drafting.why.second_id", {"first": found[0].name}))
            if column.name in others else column for column in columns]


def _sliders(columns: Sequence[Column]) -> list[Column]:
    """Take neighbouring numbers from 0 to 100 with one stem or section for items answered by a slider."""
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        values = column.found.numbers.values()
        if column.kind == "number" and column.why.id == "drafting.why.number" and values and min(values) >= 0 \
                and 60 <= max(value for value in values if value <= 100 or value == max(values)) <= 100:
            key = (column.header.section, column.header.stem if column.header.number else "")
            groups.setdefault(key, []).append(column)
    found = {column.name for key, group in groups.items() if any(key) and len(group) > 1 for column in group}
    return [replace(column, kind="item") if column.name in found else column for column in columns]


def _lone_choices(columns: Sequence[Column], parts: Sequence[blocks.Block]) -> list[Column]:
    """Take two or three numbers that stand alone for a choice that describes people, such as the sexes as 1 and 2."""
    lone = {part.columns[0].name for part in parts if len(part.columns) == 1 and not part.columns[0].found.places
            and not blocks.names_something(part.columns[0].header.stem)
            and len(set(part.columns[0].found.numbers.values())) <= 3}
    return [replace(column, kind="profile", why=Problem("drafting.why.levels", {"count": column.distinct}))
            if column.name in lone else column for column in columns]


def _weights(columns: Sequence[Column], frame: pd.DataFrame) -> list[str]:
    """Columns in which every respondent divided 100 points."""
    stems: dict[str, list[Column]] = {}
    for column in columns:
        if column.kind in ("number", "item") and len(column.found.numbers) > 2 and column.found.bare:
            key = column.header.section or column.header.stem or column.header.code.split("_")[0]
            if key:
                stems.setdefault(key, []).append(column)
                if "_" in column.header.code and column.header.code.split("_")[0] != key:
                    stems.setdefault(column.header.code.split("_")[0] + "_", []).append(column)
    for group in stems.values():
        if 2 <= len(group) <= 10 and max(max(column.found.numbers.values()) for column in group) > 11:
            part = frame[[column.name for column in group]].head(2000).astype(object)
            numbers = part.apply(lambda column: pd.to_numeric(column, errors="coerce"))
            totals = numbers.sum(axis=1, skipna=False).dropna()
            if len(totals) >= 10 and (totals.sub(100).abs() < 0.5).mean() >= 0.9:
                return [column.name for column in group]
    return []


def _without_useless(columns: Sequence[Column], scores: pd.DataFrame) -> list[Column]:
    """Leave out items without two different answers, or with hardly any answer."""
    looked = []
    for column in columns:
        if column.kind == "item" and column.name in scores:
            answers = scores[column.name].dropna()
            if answers.nunique() < 2 or len(answers) < LEAST_ANSWERS * len(scores):
                column = replace(column, kind="constant", why=Problem("drafting.why.few_answers",
                                                                      {"count": len(answers)}))
        looked.append(column)
    return looked


def _proposals(parts: Sequence[blocks.Block], columns: Sequence[Column],
               scores: pd.DataFrame) -> tuple[list[Proposal], set[str], dict[str, tuple[str, ...]]]:
    r = clusters.correlations(scores)
    pairs = blocks.expectations(parts)
    expected = set(pairs.values())
    importance = [part for part in parts if part.side == "importance"]
    set_apart = expected | {column.name for part in importance for column in part.columns}
    proposals: list[Proposal] = []
    left: set[str] = set()
    for part in parts:
        kept = tuple(column for column in part.columns if column.name not in set_apart)
        if not kept:
            continue
        block = replace(part, columns=kept, by="alone" if len(kept) == 1 else part.by)
        made, alone = constructs.proposed(block, r, scores)
        proposals += [constructs.with_expectations(proposal, pairs) for proposal in made]
        left |= set(alone)
    for column in columns:
        if column.kind == "nps":
            why = column.why
            proposals.append(Proposal("recommend", (column.name,), why, label={"en": "Recommendation (NPS)",
                                                                               "zh": "推荐意愿（NPS）"}, single=True))
    left |= expected - {name for proposal in proposals for name in proposal.expectation}
    rated = tuple(column.name for part in importance for column in part.columns)
    return proposals, left | set(rated), {"importance": rated} if rated else {}


def without_conflict(columns: Sequence[Column], proposals: Sequence[Proposal], keys: Mapping[str, Key],
                      ) -> tuple[list[Column], list[Proposal], dict[str, tuple[str, int, int]]]:
    """Leave out what needs a code for no answer that is an answer of other items: one list holds for all columns."""
    by_name = {column.name: column for column in columns}
    used = [name for proposal in proposals for name in (*proposal.items, *proposal.expectation)]
    out: set[str] = set()
    needed: dict[float, list[str]] = {}
    for name in used:
        for entry in keys[name].missing:
            if (value := _value(entry)) is not None:
                needed.setdefault(value, []).append(name)
    for value, wanting in needed.items():
        inside = [name for name in used if keys[name].low <= value <= keys[name].high]
        if inside:
            out |= set(min((wanting, inside), key=len))
    kept = [reduced(proposal, out) for proposal in proposals]
    looked = [replace(column, kind="unplaced", why=Problem("drafting.why.code_conflict"))
              if column.name in out else column for column in columns]
    kept = [proposal for proposal in kept if proposal.items]
    used = [name for proposal in kept for name in (*proposal.items, *proposal.expectation)]
    missing: dict[str, tuple[str, int, int]] = {}
    for name in used:
        for entry, why in keys[name].missing.items():
            _, cells, count = missing.get(entry, (why, 0, 0))
            missing[entry] = (why, cells + by_name[name].found.counts.get(entry, 0), count + 1)
    return looked, kept, missing


def _without_levels_as_codes(columns: Sequence[Column], missing: Mapping[str, object]) -> list[Column]:
    """Leave out groups that would lose a level: 0 and 1 for the sexes where 0 is the items' code for no answer."""
    codes = {value for entry in missing if (value := _value(entry)) is not None}
    looked = []
    for column in columns:
        levels = set(column.found.numbers.values())
        lost = [value for value in levels & codes if levels & {value - 1, value + 1}]
        if column.kind in ("profile", "groups", "wave") and lost:
            why = Problem("drafting.why.level_conflict", {"level": f"{lost[0]:g}"})
            column = replace(column, kind="names", why=why)
        looked.append(column)
    return looked


def reduced(proposal: Proposal, out: set[str]) -> Proposal:
    """Leave items out of a construct, each with its counterpart."""
    pairs = list(zip(proposal.items, proposal.expectation or ("",) * len(proposal.items), strict=True))
    kept = [(item, expected) for item, expected in pairs if item not in out and expected not in out]
    return replace(proposal, items=tuple(item for item, _ in kept),
                   expectation=tuple(expected for _, expected in kept if expected),
                   single=proposal.single or len(kept) == 1)


def _value(entry: str) -> float | None:
    try:
        return float(entry)
    except ValueError:
        return None
