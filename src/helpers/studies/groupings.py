"""The study's own ways to group items into factors, and what contradicts itself in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.studies.declared import Construct
from helpers.studies.findings import Findings
from helpers.studies.written import Place

# The report's own names of factor models (`measurement.rival_structures`).
TAKEN = ("one_factor", "correlated", "second_order", "bifactor")


def structures(keys: Mapping[str, Mapping[str, Sequence[str]]], constructs: Mapping[str, Construct],
               found: Findings) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give every structure's factors their items; notes what cannot be compared with the declared constructs.

    Parameters
    ----------
    keys : mapping
        Structure -> factor -> constructs, second-order constructs (all items of their parts) or items.
    constructs : mapping by name
    found : Findings
        Takes unknown names, items in two factors, factors of one item, and constructs of which some items are missing.

    Returns
    -------
    dict
        Structure -> factor -> items.
    """
    of = {item: name for name, construct in constructs.items() for item in construct.items}
    made = {}
    for name, factors in keys.items():
        place = ("structures", name)
        if name in TAKEN or not factors:
            found.add("studies.structure_name", place, name=name, taken=TAKEN)
            continue
        made[name] = {factor: _items(name, factor, names, constructs, of, found) for factor, names in factors.items()}
        _check(name, made[name], constructs, of, place, found)
    return made


def _items(structure: str, factor: str, names: Sequence[str], constructs: Mapping[str, Construct],
           of: Mapping[str, str], found: Findings) -> tuple[str, ...]:
    place = ("structures", structure, factor)
    if not factor.replace(".", "_").isidentifier():
        found.add("studies.name", place, name=factor)
    if factor in of:
        found.add("studies.item_is_construct", place, item=factor)
    items: list[str] = []
    for name in names:
        construct = constructs.get(name)
        if construct is not None and not construct.single:
            parts = [constructs[part] for part in construct.of if part in constructs] or [construct]
            items += [item for part in parts for item in part.items]
        elif name in of:
            items.append(name)
        else:
            known = [*(other for other, each in constructs.items() if not each.single), *of]
            found.add_unknown("structure_unknown", place, name, known, structure=structure)
    return tuple(items)


def _check(name: str, factors: Mapping[str, tuple[str, ...]], constructs: Mapping[str, Construct],
           of: Mapping[str, str], place: Place, found: Findings) -> None:
    items = [item for each in factors.values() for item in each]
    if twice := sorted({item for item in items if items.count(item) > 1}):
        found.add("studies.structure_twice", place, structure=name, items=twice)
    if lonely := [factor for factor, each in factors.items() if len(each) == 1]:
        found.add("studies.structure_single", place, structure=name, factors=lonely)
    touched = {of[item] for item in items}
    if absent := [item for construct in constructs if construct in touched for item in constructs[construct].items
                  if item not in items]:
        found.add("studies.structure_left_out", place, structure=name, items=absent)
