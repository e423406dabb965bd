"""What the respondents are compared by: groups and waves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """A column whose values form groups; every value of the data is in ``order``, the reference too.

    ``partial`` holds the loadings and intercepts that may differ between the groups, as lavaan lines. ``codes`` says
    which entry of the data file means which group, where it is not its name.
    """

    name: str
    reference: str
    order: tuple[str, ...]
    label: Texts = field(default_factory=dict)
    levels: Mapping[str, Texts] = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wave:
    """The column that tells the waves apart."""

    column: str
    order: tuple[str, ...]
    same_people: bool = False
    label: Texts = field(default_factory=dict)
    partial: tuple[str, ...] = ()
