"""Files as survey sites export them, and the study that is drafted from each."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from helpers import drafting, studies, survey

N = 120


class Sheet:
    """Columns of a file as a site would export it."""

    def __init__(self, n: int = N) -> None:
        self.n, self.columns, self.random = n, {}, random.Random(5)

    def add(self, name: str, make: Callable[[int], object]) -> None:
        """Add a column whose cells are made from the row number."""
        self.columns[name] = [str(make(row)) for row in range(self.n)]

    def pick(self, name: str, choices: Sequence[str]) -> None:
        """Add a column of choices at random, each of them at least once."""
        self.add(name, lambda row: choices[row] if row < len(choices) else self.random.choice(list(choices)))

    def block(self, names: Sequence[str], *, low: int = 1, high: int = 5, seed: int = 1, turned: Sequence[str] = (),
              words: Sequence[str] = ()) -> None:
        """Add items of one factor; ``words`` from the lowest answer to the highest."""
        rng = np.random.default_rng(seed)
        factor = rng.normal(size=self.n)
        for name in names:
            raw = (-1 if name in turned else 1) * factor + 0.7 * rng.normal(size=self.n)
            cut = np.clip(np.round((low + high) / 2 + raw * (high - low) / 5), low, high).astype(int)
            self.columns[name] = [words[value - low] if words else str(value) for value in cut]

    def spoil(self, name: str, entry: str, *, every: int = 25) -> None:
        """Put an entry into some cells."""
        self.columns[name] = [entry if row % every == 3 else cell for row, cell in enumerate(self.columns[name])]

    def write(self, file: Path, *, delimiter: str = ",", encoding: str = "utf-8",
              below: Sequence[dict[str, str]] = (), above: Sequence[str] = ()) -> Path:
        """Write the file; ``above`` are lines of title, ``below`` lines under the header."""
        with file.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter)
            writer.writerows([title] for title in above)
            writer.writerow(self.columns)
            writer.writerows([row.get(name, "") for name in self.columns] for row in below)
            writer.writerows(zip(*self.columns.values(), strict=True))
        return file


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


@pytest.fixture
def drafted(tmp_path):
    """Draft a study of a sheet and load it: the suite has to find nothing wrong with it."""
    def make(sheet: Sheet, *, like: str = "", **options):
        file = sheet.write(tmp_path / "export.csv", **options)
        made = drafting.new(tmp_path / "mine", file, like=like)
        declared = studies.load(made.folder)
        assert made.open == () == survey.preflight(declared)
        return declared

    return make


@pytest.fixture
def text_of():
    """The study file of a declared study, as text."""
    return lambda declared: (declared.folder / "study.yml").read_text(encoding="utf-8")
