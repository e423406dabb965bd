"""A study written for one test: a declaration and rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from helpers import studies

ITEMS = [f"q{n}" for n in range(1, 13)]
STUDY = """title: Trust
data:
  responses: {{file: r.csv, missing_codes: [-99, skipped]{responses}}}
scale: {{min: 1, max: 5}}
reversed: [q12]
constructs:
  trust:   {{items: q1..q6}}
  loyalty: {{items: q7..q12}}
{more}
"""


@pytest.fixture
def declare(tmp_path: Path) -> Callable:
    def write(rows: Sequence[Sequence[object]], header: Sequence[str] = ITEMS, *, responses: str = "",
              more: str = ""):
        lines = [",".join(str(cell) for cell in row) for row in [header, *rows]]
        (tmp_path / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / "study.yml").write_text(STUDY.format(responses=f", {responses}" if responses else "", more=more),
                                            encoding="utf-8")
        return studies.load(tmp_path)

    return write


@pytest.fixture
def rows() -> list[list[int]]:
    """Twenty attentive respondents: no two alike, no long run."""
    return [[1 + (n * (item + 1) + item * item + n // 5) % 5 for item in range(12)] for n in range(20)]
