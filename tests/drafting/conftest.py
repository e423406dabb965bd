"""Files as survey sites export them, and the study that is drafted from each."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from helpers import drafting, studies, survey


def answers(blocks: dict[str, int], *, n: int = 120, low: int = 1, high: int = 5, seed: int = 1, turned=()) -> dict:
    """Answers of items with one factor per block: name of the item -> list of numbers."""
    rng = np.random.default_rng(seed)
    general = rng.normal(size=n)
    found = {}
    for block, count in blocks.items():
        factor = 0.4 * general + rng.normal(size=n)
        for number in range(1, count + 1):
            name = f"{block}{number}"
            raw = (-1 if name in turned else 1) * factor + 0.7 * rng.normal(size=n)
            cut = np.clip(np.round((low + high) / 2 + raw * (high - low) / 5), low, high)
            found[name] = [str(int(value)) for value in cut]
    return found


def write(file: Path, columns: dict[str, list[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write columns as a text table."""
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return file


@pytest.fixture
def drafted(tmp_path):
    """Draft a study and load it: what the suite says about it has to be nothing."""
    def make(file: Path, **options):
        made = drafting.new(tmp_path / "mine", file, **options)
        declared = studies.load(made.folder)
        assert survey.preflight(declared) == ()
        return made, declared

    return make
