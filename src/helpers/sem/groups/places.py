"""Where each group's or wave's constructs and items stand in a fitted model, and what is equal among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.errors import ModelError
from helpers.sem.fitting.result import SemFit
from helpers.sem.groups.longitudinal import Longitudinal

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One group or wave.

    Attributes
    ----------
    label : str
    group : int
        In the fitted model, from 1.
    names : dict of str
        Name in the fitted model of each construct and item.
    """

    label: str
    group: int
    names: dict[str, str]

    def row(self, key: Key) -> tuple[str, str, str, int]:
        """Say where a parameter of the tested model stands in the fitted one."""
        lhs, op, rhs = key
        return self.names[lhs], op, self.names.get(rhs, rhs), self.group


def places_of(found: SemFit, model: str, waves: Mapping[str, Sequence[str]] | None) -> list[Place]:
    """Find the places of every group, or of every wave."""
    if waves is None:
        names = {name: name for name in (*found.latents, *found.observed)}
        return [Place(label, number, names) for number, label in enumerate(found.groups, start=1)]
    joint = Longitudinal.of(model, waves)
    return [Place(label, 1, of | columns)
            for label, of, columns in zip(joint.labels, joint.constructs, joint.columns, strict=True)]


def rows_of(found: SemFit, key: Key, places: list[Place]) -> list[int] | None:
    """Rows of a parameter in every place; None where one has it not."""
    at = {(row.lhs, row.op, row.rhs, row.group): number for number, row in enumerate(found.structure.table.rows)}
    rows = [at.get(place.row(key)) for place in places]
    return None if None in rows else rows


def equal(found: SemFit, key: Key, places: list[Place]) -> bool:
    """Whether a parameter is the same in every place."""
    rows, structure = rows_of(found, key, places), found.structure
    return rows is not None and all(
        (structure.k[row] == structure.k[rows[0]]).all() and structure.c[row] == structure.c[rows[0]]
        for row in rows[1:])


def loadings_of(found: SemFit, places: list[Place]) -> list[Key]:
    """List the loadings in the names of the tested model."""
    back = {fitted: own for own, fitted in places[0].names.items()}
    return [(back[row.lhs], "=~", back[row.rhs]) for row in found.structure.table.rows
            if row.op == "=~" and row.group == places[0].group and row.lhs in back]


def invariant_items(found: SemFit, places: list[Place], *, intercepts: bool = True) -> dict[str, list[str]]:
    """Name the items of each construct whose loading (and intercept) is the same in every place."""
    kept: dict[str, list[str]] = {}
    for latent, op, item in loadings_of(found, places):
        same = equal(found, (latent, op, item), places) and (not intercepts or equal(found, (item, "~1", ""), places))
        kept.setdefault(latent, []).extend([item] if same else [])
    return kept


def refuse_few(found: SemFit, places: list[Place]) -> None:
    """Two items per construct whose loading and intercept are the same in every place.

    Raises
    ------
    ModelError
        ``sem.partial_indicators``.
    """
    if few := [latent for latent, items in invariant_items(found, places).items() if len(items) < 2]:
        raise ModelError("sem.partial_indicators", constructs=few)
