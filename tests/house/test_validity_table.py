"""The document on intervals of validity says what its table says."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def validity(project_root: Path) -> ModuleType:
    folder = str(project_root / "benchmarks")
    sys.path.insert(0, folder)  # as `python benchmarks/validate_validity.py` does
    try:
        return importlib.import_module("validate_validity")
    finally:
        sys.path.remove(folder)


def test_document_is_made_of_the_table(validity, project_root: Path) -> None:
    written = (project_root / "benchmarks" / "VALIDITY.md").read_text(encoding="utf-8")
    assert written == validity.document(pd.read_csv(validity.FILE, encoding="utf-8"))


def test_every_cell_is_there_and_shares_agree_with_their_errors(validity) -> None:
    table = pd.read_csv(validity.FILE, encoding="utf-8")
    cells = {(answers, n) for answers in validity.ANSWERS for n in validity.SIZES}
    assert set(table[["answers", "n"]].itertuples(index=False, name=None)) == cells
    expected = np.sqrt(table["share"] * (1 - table["share"]) / table["used"])
    np.testing.assert_allclose(table["share.mce"], expected, atol=1e-5)


def test_samples_of_a_kept_cell_are_drawn_again(validity) -> None:
    """Twenty samples of one cell, simulated now, lie where the kept numbers say."""
    kept = pd.read_csv(validity.FILE, encoding="utf-8").query("answers == 'normal' and n == 200")
    kept = kept.set_index(["quantity", "place"])
    now = [validity.one(("normal", 200, number)) for number in range(20)]
    for key in (("cr", "a"), ("ave", "b"), ("cor", "a - b"), ("htmt", "b - c")):
        each = np.array([sample[key][0] for sample in now])
        assert abs(each.mean() - kept.loc[key, "est.mean"]) < 4 * each.std(ddof=1) / np.sqrt(len(each)) + 1e-3
