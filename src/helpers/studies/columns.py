"""What the study file says about the columns of the data, held against the data file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from helpers import reading
from helpers.errors import HelpersError
from helpers.studies import recodes
from helpers.studies.codebook import Codebook
from helpers.studies.declared import Group, Item, Responses, Wave
from helpers.studies.findings import Findings, nearest
from helpers.studies.instrument import texts
from helpers.studies.levels import meant_by
from helpers.studies.written import Place

if TYPE_CHECKING:
    from helpers.studies.shape import ProfileKeys, StudyKeys

_RESPONSES = ("data", "responses")
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


def read(keys: StudyKeys, items: Mapping[str, Item], responses: Responses, found: Findings) -> reading.Raw | None:
    """Read the columns that the study names, and the names of all; None where the file cannot be read."""
    # The groups would do here; with the answers the file is read once and not again for them.
    named = {*keys.groups, *keys.profile, *keys.clusters, *((keys.wave.column,) if keys.wave else ())}
    named |= {item.column for item in items.values()}
    named |= {*responses.attention_checks, responses.respondent, responses.duration}
    try:
        raw = responses.read(named)
    except HelpersError as error:
        found.problems += error.problems
        return None
    # A new column whose rule is wrong was noted where it is declared.
    return replace(raw, columns=tuple(dict.fromkeys([*raw.columns, *keys.recodes])))


def check(keys: StudyKeys, items: Mapping[str, Item], columns: Mapping[str, str], responses: Responses,
          raw: reading.Raw, found: Findings) -> None:
    """Note declared columns that the file lacks, by the key that declares them; `columns` are the codebook's."""
    before = len(found.problems)
    for place, names in _by_key(keys):
        _check_items(place, [(name, items[name].column) for name in names if name in items], raw, responses, found)
    named: list[tuple[Place, str]] = [((*_RESPONSES, key), getattr(responses, key))
                                      for key in ("respondent", "duration") if getattr(responses, key)]
    named += [((*_RESPONSES, "attention_checks", column), column) for column in responses.attention_checks]
    named += [((section, name), name) for section in ("groups", "profile", "clusters")
              for name in getattr(keys, section)]
    named += [(("wave", "column"), keys.wave.column)] if keys.wave else []
    named += recodes.inputs(keys, responses.plan.recodes) if responses.plan else []
    for place, column in named:
        if column not in raw.columns:
            found.add_unknown("column_unknown", place, column, raw.columns, file=responses.shown)
    for name in keys.reversed:
        # An item that the file holds and no construct uses may stay in the list: constructs come and go.
        if name not in items and columns.get(name, name) not in raw.columns:
            found.add_unknown("reversed_unknown", ("reversed",), name, items)
    if len(found.problems) > before and raw.how.encoding_found_by == "gb18030":
        found.add("studies.encoding_guessed", (*_RESPONSES, "file"), file=responses.shown, columns=raw.columns[:4])
    used = {item.column for item in items.values()} | {column for _, column in named}
    for column in responses.drop:
        if column in used:
            found.add("studies.drop_used", (*_RESPONSES, "drop"), column=column)


def worded(items: Mapping[str, Item], raw: reading.Raw, languages: tuple[str, ...]) -> dict[str, Item]:
    """Give items without wording in the codebook what the data file says of their columns.

    Parameters
    ----------
    items : mapping by name
    raw : Raw
        Of an SPSS or Stata file: its variable labels become the wording, its value labels answers in words; two codes
        of one label give no answer in words. Elsewhere the items stay as they are.
    languages : tuple of str
        The labels are taken to be in the first.
    """
    made = {}
    for name, item in items.items():
        label = raw.labels.get(item.column, "")
        text = item.text or (texts({"": label}, languages) if label else {})
        codes = item.codes or _codes(raw.values.get(item.column, {}), raw.user_missing.get(item.column, ()))
        made[name] = replace(item, text=text, codes=codes)
    return made


def _codes(labels: Mapping[str, str], missing: Iterable[str]) -> dict[str, float]:
    said = [label.casefold() for code, label in labels.items() if code not in missing]
    found = {}
    for code, label in labels.items():
        with suppress(ValueError):
            if code not in missing and said.count(label.casefold()) == 1:
                found[label.casefold()] = float(code)
    return found


def groups(section: str, keys: Mapping[str, ProfileKeys], codebook: Codebook, responses: Responses, raw: reading.Raw,
           languages: tuple[str, ...], found: Findings) -> dict[str, Group]:
    """Every group column with all its groups; notes groups that are not in the declared order."""
    made = {}
    for name, group in keys.items():
        place = (section, name)
        labels = {level: texts(label, languages) for level, label in group.levels.items()}
        in_file = codebook.values.get(name) or raw.values.get(name, {})
        labels = labels or {level: texts({"": label}, languages) for level, label in in_file.items()}
        declared = group.order or tuple(group.levels)
        if group.order and group.levels and set(group.levels) - set(group.order):
            found.add("studies.levels_order", (*place, "levels"), group=name,
                      levels=sorted(set(group.levels) - set(group.order)))
        if name not in raw.frame:
            continue
        meant = meant_by(sorted(_levels(raw, name, responses)), _answers(raw, name), declared)
        order = declared or _sorted(_levels(raw, name, responses, meant))
        key = "order" if group.order else "levels"
        _check_levels(name, declared, (*place, key), responses, raw, found, meant)
        if group.reference and group.reference not in order:
            found.add_unknown("reference_unknown", (*place, "reference"), group.reference, order, group=name)
        label = group.label or ({"": raw.labels[name]} if name in raw.labels else {})
        made[name] = Group(name, group.reference or next(iter(order), ""), order, texts(label, languages), labels,
                           getattr(group, "partial", ()), meant)
    return made


def wave(keys: StudyKeys, responses: Responses, raw: reading.Raw, found: Findings) -> Wave | None:
    """Give the waves; notes those of the data that are not in the declared order."""
    if keys.wave is None:
        return None
    if keys.wave.column in raw.frame and not (responses.plan and responses.plan.wave):
        _check_levels(keys.wave.column, keys.wave.order, ("wave", "order"), responses, raw, found)
    if keys.wave.same_people and not responses.respondent:
        found.add("studies.same_people", ("wave", "same_people"))
    return Wave(keys.wave.column, keys.wave.order, keys.wave.same_people,
                texts(keys.wave.label, keys.languages), keys.wave.partial)


def _by_key(keys: StudyKeys) -> Iterable[tuple[Place, tuple[str, ...]]]:
    for name, construct in keys.constructs.items():
        yield ("constructs", name, "items"), construct.items
        yield ("constructs", name, "expectation"), construct.expectation
        yield ("constructs", name, "single"), (construct.single,)
    yield ("roles", "marker"), keys.roles.marker
    yield ("roles", "weights"), keys.roles.weights
    yield ("roles", "nps"), (keys.roles.nps,)
    yield ("roles", "auxiliary"), keys.roles.auxiliary


def _check_items(place: Place, named: list[tuple[str, str]], raw: reading.Raw, responses: Responses,
                 found: Findings) -> None:
    missing = [column for _, column in named if column not in raw.columns]
    if not missing:
        return
    stems = {re.sub(r"\d+\D*$", "", column) for column in missing} - {""}
    alike = [column for column in raw.columns if re.sub(r"\d+\D*$", "", column) in stems]
    alike = alike or sorted({near for column in missing if (near := nearest(column, raw.columns))})
    values = {"owner": place[1], "count": len(missing), "file": responses.shown, "columns": missing}
    if alike:
        found.add("studies.columns_missing.alike", place, alike=alike[:8], **values)
    else:
        found.add("studies.columns_missing.known", place, known=raw.columns[:8], **values)


def _check_levels(name: str, declared: tuple[str, ...], place: Place, responses: Responses, raw: reading.Raw,
                  found: Findings, meant: Mapping[str, str] = _AS_THEY_ARE) -> None:
    if twice := sorted({level for level in declared if declared.count(level) > 1}):
        found.add("studies.level_twice", place, group=name, levels=twice)
    extra = sorted(_levels(raw, name, responses, meant) - set(declared)) if declared else []
    if extra:
        found.add("studies.levels_unknown", place, group=name, levels=extra[:8], declared=declared,
                  file=responses.shown)


def _levels(raw: reading.Raw, name: str, responses: Responses,
            meant: Mapping[str, str] = _AS_THEY_ARE) -> set[str]:
    entries = set(raw.frame[name].unique())
    answered = entries - responses.unanswered(entries) - set(raw.user_missing.get(name, ()))
    return {meant.get(entry, entry) for entry in answered}


def _answers(raw: reading.Raw, name: str) -> dict[str, str]:
    """Value labels of a column, without those of codes that are no answer."""
    return {code: label for code, label in raw.values.get(name, {}).items()
            if code not in raw.user_missing.get(name, ())}


def _sorted(levels: set[str]) -> tuple[str, ...]:
    """Numbers by size, else text by its characters: the same order on every machine."""
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))
