"""The models of a study: complete lavaan text made from the constructs, and what the structural lines contradict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from helpers import syntax
from helpers.errors import ModelError, Problem
from helpers.studies.declared import Construct, Item
from helpers.studies.findings import Findings, unknown
from helpers.studies.written import Place

_LINE = re.compile(r"line (\d+)$")


def complete(text: str, place: Place, constructs: Mapping[str, Construct], items: Mapping[str, Item],
             found: Findings) -> str:
    """Put the measurement lines above the structural lines of a model.

    Parameters
    ----------
    text : str
        Structural lines as declared; "" stays "".
    place : tuple
        Of the text in the study file.
    constructs, items : mapping by name
    found : Findings
        Takes what is wrong: syntax, unknown names, circles, a part beside its second-order construct.

    Returns
    -------
    str
        Complete lavaan text; a construct of a single item stands under its item's name.
    """
    if not text.strip():
        return ""
    try:
        model = syntax.parse(text)
    except ModelError as error:
        found.problems += [_placed(problem, place, found) for problem in error.problems]
        return ""
    before = len(found.problems)
    _check_names(model, place, constructs, items, found)
    if len(found.problems) == before:
        _check_paths(model, place, constructs, found)
    used = [name for name in model.names if name in constructs]
    singles = {name: constructs[name].single for name in used if constructs[name].single}
    return "\n".join([*_measured(used, constructs), _renamed(text, singles).strip("\n")])


def measurement(constructs: Mapping[str, Construct]) -> str:
    """Write the factor model of every first-order construct with several items, whether or not the model uses it."""
    return "\n".join(_measured([name for name in constructs if constructs[name].items], constructs))


def check_partial(texts: Iterable[str], place: Place, constructs: Mapping[str, Construct], items: Mapping[str, Item],
                  found: Findings) -> None:
    """Note what is declared to differ between groups and is no loading, intercept or residual of an item."""
    for text in texts:
        try:
            relations = syntax.parse(text).relations
        except ModelError:
            relations = ()
        if not relations or any(each.op not in ("=~", "~1", "~~") for each in relations):
            found.add("studies.partial_form", place, text=text)
        for name in [name for each in relations for name in (each.lhs, each.rhs) if name]:
            if name not in constructs and name not in items:
                found.add_unknown("partial_unknown", place, name, [*items, *constructs], text=text)


def _measured(used: Iterable[str], constructs: Mapping[str, Construct]) -> list[str]:
    """Measurement lines of constructs and of their parts, in the declared order."""
    used = set(used)
    wanted = used.union(*(constructs[name].of for name in used))
    return [f"{name} =~ {' + '.join(construct.items or construct.of)}"
            for name, construct in constructs.items() if name in wanted and not construct.single]


def _renamed(text: str, singles: Mapping[str, str]) -> str:
    for construct, item in singles.items():
        text = re.sub(rf"(?<![\w.]){re.escape(construct)}(?![\w.]|\s*\*)", item, text)
    return text


def _placed(problem: Problem, place: Place, found: Findings) -> Problem:
    """Move a problem from its line of the model to its line of the study file."""
    begin = found.written.blocks.get(place)
    within = _LINE.search(problem.where)
    if begin is None or within is None:
        return Problem(problem.id, problem.values, found.where(place))
    values = dict(problem.values)
    if isinstance(values.get("line"), int):
        values["line"] += begin - 1
    return Problem(problem.id, values, f"{found.shown}, line {begin + int(within[1]) - 1}")


def _note(id: str, line: int, place: Place, found: Findings, **values: object) -> None:
    found.problems.append(_placed(Problem(id, values, f"model, line {line}"), place, found))


def _check_names(model: syntax.Model, place: Place, constructs: Mapping[str, Construct], items: Mapping[str, Item],
                 found: Findings) -> None:
    known = [*constructs, *(name for name in model.latents if name not in constructs), *items]
    seen: set[str] = set()
    for relation in model.relations:
        if relation.op == "=~" and relation.lhs in constructs and relation.lhs not in seen:
            _note("studies.measured_twice", relation.line, place, found, construct=relation.lhs)
            seen.add(relation.lhs)
        for name in (relation.lhs, "" if relation.op == "|" else relation.rhs):
            if not name or name in known or name in seen:
                continue
            seen.add(name)
            id, values = unknown("model_unknown", name, known)
            _note(id, relation.line, place, found, **values)


def _check_paths(model: syntax.Model, place: Place, constructs: Mapping[str, Construct], found: Findings) -> None:
    """Circles among the paths, and a part predicting an outcome beside its second-order construct."""
    parts = {name: construct.of for name, construct in constructs.items() if construct.of}
    paths = [relation for relation in model.relations if relation.op == "~"]
    leads: dict[str, list[str]] = {name: list(of) for name, of in parts.items()}
    for relation in (*paths, *(other for other in model.relations if other.op == "=~")):
        cause, effect = (relation.rhs, relation.lhs) if relation.op == "~" else (relation.lhs, relation.rhs)
        leads.setdefault(cause, []).append(effect)
    circles: set[frozenset[str]] = set()
    for relation in paths:
        way = _way(relation.lhs, relation.rhs, leads)
        if way and frozenset(way) not in circles:
            circles.add(frozenset(way))
            _note("studies.circle", relation.line, place, found, path=" -> ".join([relation.rhs, *way]))
    for relation in paths:
        inside = parts.get(relation.rhs, ())
        beside = [other.rhs for other in paths if other.lhs == relation.lhs and other.rhs in inside]
        if beside:
            _note("studies.part_and_whole", relation.line, place, found, outcome=relation.lhs, whole=relation.rhs,
                  parts=beside)


def _way(start: str, goal: str, leads: Mapping[str, list[str]]) -> list[str]:
    """Shortest way along the paths from one name to another; empty where there is none."""
    ways = [[start]]
    reached = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for effect in leads.get(way[-1], ()):
            if effect not in reached:
                reached.add(effect)
                ways.append([*way, effect])
    return []
