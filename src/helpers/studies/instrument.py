"""Constructs and items of a study, and what contradicts itself among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from helpers import syntax
from helpers.errors import ModelError
from helpers.studies.codebook import Codebook
from helpers.studies.declared import Construct, Item, Texts
from helpers.studies.findings import Findings
from helpers.studies.written import Place

if TYPE_CHECKING:
    from helpers.studies.shape import ConstructKeys, Scale, StudyKeys

_NPS = (0.0, 10.0)  # Reichheld (2003), Harvard Business Review, 81(12), 46-54


def texts(written: Mapping[str, str], languages: tuple[str, ...]) -> Texts:
    """Give a label written once the study's first language."""
    return {language or languages[0]: text for language, text in written.items()}


def constructs(keys: StudyKeys, found: Findings) -> dict[str, Construct]:
    """Every construct with its scale; notes those without one, and parts that are no constructs."""
    made = {}
    for name, construct in keys.constructs.items():
        place = ("constructs", name)
        if not _usable(name):
            found.add("studies.name", place, name=name)
        low, high = _ends(name, construct, keys, found)
        made[name] = Construct(name, construct.items, construct.expectation, construct.of, construct.single, low, high,
                               texts(construct.label, keys.languages))
    for name, construct in made.items():
        _check_parts(name, construct, made, found)
    return made


def items(keys: StudyKeys, made: Mapping[str, Construct], codebook: Codebook, found: Findings) -> dict[str, Item]:
    """Every item with its column, scale, wording and codes; notes items used twice."""
    places: dict[str, Place] = {}
    known: dict[str, Item] = {}
    for name, role, construct, (low, high), place in _uses(keys, made):
        if name in places:
            # the single item may be the NPS item, and every item an auxiliary of models without it
            if role != "auxiliary" and not (role == "nps" and known[name].role == "single"):
                found.add("studies.item_twice", place, item=name, line=found.line(places[name]),
                          first=_spoken(places[name]), second=_spoken(place))
            continue
        if not _usable(name):
            found.add("studies.name", place, name=name)
        if name in made:
            found.add("studies.item_is_construct", place, item=name)
        places[name] = place
        known[name] = Item(name, codebook.columns.get(name, name), construct, role, low, high, name in keys.reversed,
                           dict(codebook.texts.get(name, {})), _codes(name, codebook, found, place))
    return known


def _uses(keys: StudyKeys, made: Mapping[str, Construct]) -> Iterator[tuple[str, str, str, tuple[float, float], Place]]:
    for name, construct in made.items():
        ends = (construct.low, construct.high)
        for key, role in (("items", "perception"), ("expectation", "expectation")):
            for item in getattr(construct, key):
                yield item, role, name, ends, ("constructs", name, key)
        if construct.single:
            yield construct.single, "single", name, ends, ("constructs", name, "single")
    marker = (keys.scale.min, keys.scale.max) if keys.scale else (float("nan"), float("nan"))
    for item in keys.roles.marker:
        yield item, "marker", "", marker, ("roles", "marker")
    if keys.roles.nps:
        yield keys.roles.nps, "nps", "", _NPS, ("roles", "nps")
    for item in keys.roles.weights:
        yield item, "weight", "", (0.0, float("inf")), ("roles", "weights")
    for item in keys.roles.auxiliary:
        yield item, "auxiliary", "", (float("-inf"), float("inf")), ("roles", "auxiliary")


def check_auxiliaries(keys: StudyKeys, model: str, found: Findings) -> None:
    """Note auxiliaries that the model contains, that tell respondents or groups apart, or are named twice."""
    place, named = ("roles", "auxiliary"), keys.roles.auxiliary
    if not named:
        return
    responses = keys.data.responses
    apart = {responses.respondent, *responses.attention_checks, *keys.groups, *keys.profile}
    apart |= {keys.wave.column} if keys.wave else set()
    try:
        inside = set(syntax.parse(model).observed) if model else set()
    except ModelError:  # noted where the model is checked
        inside = set()
    for id, names in (("studies.auxiliary_in_model", [name for name in named if name in inside]),
                      ("studies.auxiliary_group", [name for name in named if name in apart]),
                      ("studies.auxiliary_twice", [name for name in named if named.count(name) > 1])):
        if names:
            found.add(id, place, names=list(dict.fromkeys(names)))


def _ends(name: str, construct: ConstructKeys, keys: StudyKeys, found: Findings) -> tuple[float, float]:
    scale: Scale | None = construct.scale or keys.scale
    if construct.of:
        if construct.scale:
            found.add("studies.scale_of_parts", ("constructs", name, "scale"), construct=name)
        return float("nan"), float("nan")
    if scale is None:
        found.add("studies.scale_missing", ("constructs", name), construct=name)
        return float("nan"), float("nan")
    return scale.min, scale.max


def _check_parts(name: str, construct: Construct, made: Mapping[str, Construct], found: Findings) -> None:
    place = ("constructs", name, "of")
    if construct.of and len(set(construct.of)) < 2:
        found.add("studies.parts_few", place, construct=name)
    for part in construct.of:
        if part not in made:
            found.add_unknown("part_unknown", place, part, [other for other in made if other != name],
                              construct=name)
        elif made[part].of or made[part].single:
            found.add("studies.part_kind", place, construct=name, part=part)


def _codes(name: str, codebook: Codebook, found: Findings, place: Place) -> dict[str, float]:
    codes = {}
    for code, text in codebook.values.get(name, {}).items():
        try:
            codes[text.casefold()] = float(code)
        except ValueError:
            found.add("studies.codebook_code", place, item=name, code=code)
    return codes


def _usable(name: str) -> bool:
    """Whether a name can stand in a model."""
    return name.replace(".", "_").isidentifier()


def _spoken(place: Place) -> str:
    """Say where an item is used: `trust`, `trust (expectation)`, `roles: marker`."""
    section, name, *rest = (str(part) for part in place)
    if section == "roles":
        return f"roles: {name}"
    return f"{name} (expectation)" if rest == ["expectation"] else name
