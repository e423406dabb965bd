"""Claims, criteria, replication and notebooks of a study, and what contradicts itself among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.studies.criteria import DEFAULTS
from helpers.studies.declared import Claim, Construct, Criterion, Group, Item, Replicates, Responses, Wave
from helpers.studies.findings import Findings
from helpers.studies.instrument import texts
from helpers.studies.places import FILE, root

if TYPE_CHECKING:
    from helpers.studies.shape import StudyKeys


def criteria(keys: StudyKeys) -> dict[str, Criterion]:
    """Every criterion: the documented default, or the study's own."""
    own = {name: Criterion(bound.at_least, bound.at_most, bound.source) for name, bound in keys.criteria.items()}
    return DEFAULTS | own


def check_criteria(keys: StudyKeys, found: Findings) -> None:
    """Note bounds in the wrong direction: a ceiling where the criterion is a floor."""
    for name, bound in keys.criteria.items():
        if (bound.at_least is None) != (DEFAULTS[name].at_least is None):
            right = "at_most" if DEFAULTS[name].at_least is None else "at_least"
            found.add("studies.criterion_direction", ("criteria", name), criterion=name, right=right)


def check_screening(keys: StudyKeys, found: Findings) -> None:
    """Note rules that cannot do what they are told: what they would need is not declared, or cannot be kept."""
    responses = keys.data.responses
    needed = {"duplicate_ids": ("respondent", responses.respondent), "speeder": ("duration", responses.duration),
              "attention_check": ("attention_checks", responses.attention_checks)}
    for rule, action in keys.screening.items():
        key, declared = needed.get(rule, ("", True))
        if not declared:
            found.add("studies.screening_without", ("screening", rule), rule=rule, key=key)
        elif rule == "duplicate_ids" and action != "exclude":
            found.add("studies.screening_duplicates", ("screening", rule), action=action)


def claims(keys: StudyKeys, constructs: Mapping[str, Construct], groups: Mapping[str, Group], wave: Wave | None,
           found: Findings) -> dict[str, Claim]:
    """Every claim; notes unknown outcomes, group columns and groups."""
    orders = {name: group.order for name, group in groups.items()}
    if wave:
        orders[wave.column] = wave.order
    made = {}
    for name, claim in keys.claims.items():
        place = ("claims", name)
        if claim.outcome not in constructs:
            found.add_unknown("outcome_unknown", (*place, "outcome"), claim.outcome, constructs, claim=name)
        columns = [column for column in claim.compare if column != "with"]
        if len(columns) != 1 or len(claim.compare[columns[0]]) != 1:
            found.add("studies.compare_form", (*place, "compare"), claim=name)
            continue
        column, level = columns[0], claim.compare[columns[0]][0]
        if column not in orders:
            if column not in keys.groups:  # a declared column that the file lacks was noted where it is declared
                found.add_unknown("compare_column", (*place, "compare"), column, orders, claim=name)
            continue
        others = claim.compare.get("with") or tuple(other for other in orders[column] if other != level)
        for part in (level, *others):
            if part not in orders[column]:
                found.add_unknown("compare_level", (*place, "compare"), part, orders[column], group=column)
        if level in others:
            found.add("studies.compare_itself", (*place, "compare"), level=level)
        made[name] = Claim(texts(claim.text, keys.languages), claim.outcome, claim.expect, (column, level, others),
                           claim.design)
    return made


def replicates(keys: StudyKeys, folder: Path, names: tuple[Collection[str], Collection[str]],
               found: Findings) -> Replicates | None:
    """Give the study that is repeated; notes one that is not there, and maps to names that this study does not have.

    ``names`` are the constructs and the items of this study.
    """
    if keys.replicates is None:
        return None
    asked = keys.replicates
    bases = (folder.parent, folder, Path.cwd(), root())
    places = [(base / asked.study).resolve() for base in bases if (base / asked.study / FILE).is_file()]
    siblings = sorted(file.parent.name for file in folder.parent.glob(f"*/{FILE}") if file.parent != folder)
    if not places:
        found.add_unknown("replicates_unknown", ("replicates", "study"), asked.study, siblings)
    elif places[0] == folder.resolve():
        found.add("studies.replicates_itself", ("replicates", "study"), known=siblings or ["-"])
    for kind, mapped, known in (("constructs", asked.constructs, names[0]), ("items", asked.items, names[1])):
        for theirs, ours in mapped.items():
            if ours not in known:
                found.add_unknown("replicates_name", ("replicates", kind, theirs), ours, known)
        twice = sorted({ours for ours in mapped.values() if list(mapped.values()).count(ours) > 1})
        if twice:
            found.add("studies.replicates_twice", ("replicates", kind), names=twice)
    bound = float("nan") if asked.smallest_difference is None else asked.smallest_difference
    return Replicates(asked.study, places[0] if places else folder.parent / asked.study, bound, asked.constructs,
                      asked.items)


def check_halves(keys: StudyKeys, groups: Mapping[str, Group], wave: Wave | None, found: Findings) -> None:
    """Note halves by a column that is not declared, or that has not two groups."""
    column, place = keys.analysis.halves, ("analysis", "halves")
    if column == "random":
        return
    orders = {name: group.order for name, group in groups.items()} | ({wave.column: wave.order} if wave else {})
    if column not in orders:
        found.add_unknown("halves_column", place, column, ["random", *orders])
    elif len(orders[column]) != 2:
        found.add("studies.halves_of_two", place, column=column, levels=orders[column])


def check_notebooks(keys: StudyKeys, found: Findings) -> None:
    """Note notebooks that the project does not have; without its notebooks/ (an installed copy) nothing is known."""
    folder = root() / "notebooks"
    known = sorted(file.stem for pattern in ("*.ipynb", "mine/*.ipynb") for file in folder.glob(pattern))
    for position, name in enumerate(keys.notebooks):
        if known and name not in known:
            found.add_unknown("notebook_unknown", ("notebooks", position), name, known)


def check_missing_codes(responses: Responses, items: Mapping[str, Item], found: Findings) -> None:
    """Note codes for 'no answer' that are answers of a scale."""
    place = ("data", "responses", "missing_codes")
    for code in responses.missing_codes:
        try:
            number = float(code)
        except ValueError:
            continue
        inside = [name for name, item in items.items()
                  if item.role not in ("weight", "auxiliary") and item.low <= number <= item.high]
        if inside:
            item = items[inside[0]]
            found.add("studies.missing_code_inside", place, code=code, low=f"{item.low:g}", high=f"{item.high:g}",
                      items=inside[:5])
