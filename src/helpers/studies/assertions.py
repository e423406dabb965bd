"""What a study holds against its data: bounds with their source, claims, and the study that is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A bound and its source; one of ``at_least`` and ``at_most`` is a number."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: ``compare`` is (group column, group, groups it is compared with)."""

    text: Texts
    outcome: str
    expect: str
    compare: tuple[str, str, tuple[str, ...]]
    design: str


@dataclass(frozen=True, slots=True)
class Replicates:
    """The study that is repeated, and the smallest difference that matters."""

    study: str
    folder: Path
    smallest_difference: float
