"""Names of groups that no other column's groups have: codes such as 1 and 2 mean something else in every column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from helpers.studies.assertions import Claim
from helpers.studies.compared import Group, Texts, Wave


def meant_by(entries: Iterable[str], labels: Mapping[str, str], declared: Collection[str]) -> dict[str, str]:
    """Say which entries of a column mean a group of another name, by the value labels of an SPSS or Stata file.

    Parameters
    ----------
    entries : iterable of str
        That are answers.
    labels : mapping of str to str
        Code -> label; a label that two codes share says nothing.
    declared : collection of str
        Groups in study.yml, by code or by label; empty: codes are the groups.

    Examples
    --------
    >>> meant_by(["1", "2", "male"], {"1": "Male", "2": "Female"}, ())
    {'male': '1'}
    >>> meant_by(["1", "2", "Male"], {"1": "Male", "2": "Female"}, ("Male", "Female"))
    {'1': 'Male', '2': 'Female'}
    """
    said = [label.casefold() for label in labels.values()]
    codes = {label.casefold(): code for code, label in labels.items() if said.count(label.casefold()) == 1}
    meant = {}
    for entry in entries:
        code, label = codes.get(entry.casefold(), ""), labels.get(entry, "")
        if entry in declared:
            continue
        if label in declared and label.casefold() in codes:
            meant[entry] = label
        elif code and entry not in labels and (not declared or code in declared):
            meant[entry] = code
    return meant


def told_apart(groups: Mapping[str, Group], profile: Mapping[str, Group],
               wave: Wave | None) -> tuple[dict[str, Group], dict[str, Group]]:
    """Give the groups of a column their labels for names where another column has a group of the same code.

    Parameters
    ----------
    groups, profile : mapping by name
    wave : Wave or None
        Its waves keep their names.

    Returns
    -------
    groups, profile : dict by name
        ``codes`` of a column says which entries of the file mean which group, where they are not the same; order,
        reference and labels are given by the new names.

    Examples
    --------
    >>> gender = Group("gender", "1", ("1", "2"), levels={"1": {"en": "Male"}, "2": {"en": "Female"}})
    >>> region = Group("region", "1", ("1", "3"))
    >>> told_apart({"gender": gender}, {"region": region}, None)[0]["gender"].order
    ('Male', 'Female')
    """
    meant: dict[str, list[Texts]] = defaultdict(list)
    columns = {**profile, **groups}  # a column that is both is one
    for group in columns.values():
        for level in group.order:
            meant[level].append(group.levels.get(level, {}))
    for level in wave.order if wave else ():
        meant[level].append({})
    shared = {level for level, labels in meant.items() if any(label != labels[0] for label in labels)}
    return ({name: _renamed(group, shared) for name, group in groups.items()},
            {name: _renamed(group, shared) for name, group in profile.items()})


def claims_told_apart(claims: Mapping[str, Claim], groups: Mapping[str, Group]) -> dict[str, Claim]:
    """Give claims the names of the groups that they compare."""
    made = {}
    for name, claim in claims.items():
        column, level, others = claim.compare
        codes = groups[column].codes if column in groups else {}
        compare = (column, codes.get(level, level), tuple(codes.get(other, other) for other in others))
        made[name] = replace(claim, compare=compare)
    return made


def _renamed(group: Group, shared: set[str]) -> Group:
    codes = {level: next(iter(group.levels[level].values())) for level in group.order if group.levels.get(level)}
    names = [codes.get(level, level) for level in group.order]
    if not shared & set(codes) or len(set(names)) < len(names):  # two codes with one label stay two groups
        return group
    entries = {entry: codes.get(level, level) for entry, level in group.codes.items()}
    return replace(group, codes=codes | entries, order=tuple(names),
                   reference=codes.get(group.reference, group.reference),
                   levels={codes.get(level, level): label for level, label in group.levels.items()})
