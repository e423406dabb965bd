"""What a study holds against its data: bounds with their source, claims, and the study that is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Texts = Mapping[str, str]
_BESIDE = (".md", ".py")  # files of a study folder that say something about it


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
    """The study that is repeated, and the smallest difference that matters; NaN where none is declared.

    ``constructs`` and ``items`` map names of the original to names of this study, where they differ.
    """

    study: str
    folder: Path
    smallest_difference: float = float("nan")
    constructs: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)

    @property
    def bound(self) -> float | None:
        """The declared smallest difference; None where there is none."""
        return None if self.smallest_difference != self.smallest_difference else self.smallest_difference

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of the original's folder that may decide its results: hidden files, texts and scripts do not."""
        found = (file for file in sorted(self.folder.rglob("*")) if file.is_file() and file.suffix not in _BESIDE)
        return tuple(file for file in found
                     if not any(part.startswith((".", "__")) for part in file.relative_to(self.folder).parts))
