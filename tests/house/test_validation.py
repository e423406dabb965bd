"""The document on trust says what its tables say, and the tables are those of the design."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest


def script(project_root: Path, name: str) -> ModuleType:
    folder = str(project_root / "benchmarks")
    sys.path.insert(0, folder)  # as `python benchmarks/validate.py` does
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def validate(project_root: Path) -> ModuleType:
    return script(project_root, "validate")


@pytest.fixture(scope="module")
def design(validate) -> ModuleType:
    return sys.modules["validation_design"]


def test_document_is_made_of_the_tables(validate, project_root: Path) -> None:
    written = (project_root / "benchmarks" / "VALIDATION.md").read_text(encoding="utf-8")
    assert written == validate.document()


def test_tables_hold_cells_of_the_design_alone(validate, design) -> None:
    known = {tuple(getattr(cell, key) for key in validate.KEYS): cell for cell in design.cells()}
    samples = validate.read("samples")
    assert not samples.duplicated(validate.KEYS).any()
    for row in samples.itertuples():
        cell = known[row.answers, row.missing, row.n, row.method]
        assert row.design == cell.design(row.replications), "computed under another design: run `make validate`"
        assert row.estimand == cell.estimand
    for name in ("parameters", "tests", "gates"):
        assert set(validate.read(name)[validate.KEYS].itertuples(index=False, name=None)) == set(
            samples[validate.KEYS].itertuples(index=False, name=None)), name


def test_shares_and_their_simulation_errors_agree(validate) -> None:
    parameters, tests = validate.read("parameters"), validate.read("tests")
    for table, share in ((parameters, "coverage"), (parameters, "power"), (tests, "rejection")):
        expected = np.sqrt(table[share] * (1 - table[share]) / table["used"])
        np.testing.assert_allclose(table[f"{share}.mce"], expected, atol=1e-6)
    np.testing.assert_allclose(parameters["bias"], parameters["est.mean"] - parameters["true"], atol=1e-5)
    np.testing.assert_allclose(parameters["se.ratio"], parameters["se.mean"] / parameters["est.sd"], rtol=1e-4)


def test_samples_of_a_kept_cell_are_drawn_again(validate, design) -> None:
    """A few samples of one cell, simulated now, lie where the kept numbers say."""
    kept = validate.read("parameters").query("method == 'ML' and answers == 'normal' and n == 200")
    now = validate.run([design.Cell("normal", "complete", 200, "ML")], 25, 1)["ML"].parameters
    both = kept.merge(now, on=["lhs", "op", "rhs", "group"], suffixes=("", ".now"))
    assert len(both) == len(now) == 24
    np.testing.assert_allclose(both["true"], both["true.now"], atol=1e-5)
    assert ((both["est.mean.now"] - both["est.mean"]).abs() < 4.5 * both["est.sd"] / 5).all()
    assert ((both["se.mean.now"] / both["se.mean"] - 1).abs() < 0.2).all()


def test_a_cell_is_replaced_and_the_others_stay(validate, design, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(validate, "FOLDER", tmp_path)
    cells = [design.Cell("normal", "complete", 100, name) for name in ("ML", "MLR")]
    for replications in (4, 6):
        found = validate.run(cells, replications, 1)
        chosen = cells if replications == 4 else cells[1:]
        validate._keep({cell: validate.tables(cell, found[cell.method], replications, 1.0) for cell in chosen},
                       validate.TABLES)
    samples = validate.read("samples")
    assert samples[["method", "replications"]].to_numpy().tolist() == [["ML", 4], ["MLR", 6]]
    assert validate._is_there(cells[0], 4)
    assert not validate._is_there(cells[0], 2000)
    assert pd.unique(validate.read("gates")["method"]).tolist() == ["ML", "MLR"]


@pytest.fixture(scope="module")
def scales(project_root: Path) -> ModuleType:
    return script(project_root, "validate_scales")


def test_the_document_on_scales_is_made_of_its_table(scales, project_root: Path) -> None:
    written = (project_root / "benchmarks" / "VALIDATION_SCALES.md").read_text(encoding="utf-8")
    assert written == scales.document()
    known = {(cell.answers, cell.n): cell for cell in scales.cells()}
    for (answers, n), rows in scales.read().groupby(["answers", "n"]):
        assert rows["design"].unique().tolist() == [known[answers, n].design(scales.REPLICATIONS)]


def test_samples_of_a_kept_scale_are_drawn_again(scales) -> None:
    table = scales.read()
    cell = scales.Cell(*table[["answers", "n"]].iloc[-1])
    kept = table[(table["answers"] == cell.answers) & (table["n"] == cell.n) & (table["kind"] == "interval")]
    kept = kept.set_index("what")
    one = next(scales.samples(cell, 1))
    now = scales.intervals(one, scales.DRAWS, seed=0, only=list(kept.index))
    assert set(now) == set(kept.index)
    for what, (estimate, lower, upper) in now.items():
        assert abs(estimate - kept.at[what, "est.mean"]) < 2 * kept.at[what, "width"]
        assert upper - lower == pytest.approx(kept.at[what, "width"], rel=0.6)
