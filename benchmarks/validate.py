"""How far the intervals and tests can be trusted: `make validate`.

Simulates every cell of ``validation_design``, keeps the numbers in ``validation/*.csv`` and writes VALIDATION.md from
them. Cells that are there already, of the same design and version, are kept; ``--fresh`` computes them anew.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import validation_design as design
import validation_lavaan
import validation_text

import helpers
from helpers import parallel, sem

FOLDER = Path(__file__).parent / "validation"
KEYS = ["answers", "missing", "n", "method"]
TABLES = ("samples", "parameters", "tests", "gates")
DIGITS = "%.6g"  # more than the Monte-Carlo error of any of them


def main() -> None:
    asked = _arguments()
    wanted = [cell for cell in design.cells() if cell.method in asked.only and cell.answers in asked.answers
              and cell.n in asked.n]
    todo = [cell for cell in wanted if asked.fresh or not _is_there(cell, asked.replications)]
    for _, condition in itertools.groupby(todo, key=lambda cell: (cell.answers, cell.missing, cell.n, cell.family)):
        together, began = list(condition), time.perf_counter()
        found = run(together, asked.replications, asked.workers)
        seconds = time.perf_counter() - began
        _keep({cell: tables(cell, found[cell.method], asked.replications, seconds) for cell in together}, TABLES)
        first = together[0]
        _write()
        print(f"{first.answers:8} {first.missing:9} n = {first.n:4} {', '.join(found):20} {seconds:6.0f} s", flush=True)
    _compare(asked)
    _write()


def _compare(asked: argparse.Namespace) -> None:
    """Hold methods against lavaan, where R is there."""
    if not shutil.which("Rscript"):
        print("No Rscript: the comparison with lavaan stays as it is.")
        return
    kept, parameters = read("lavaan"), read("parameters")
    for cell in validation_lavaan.cells():
        # What is true does not depend on n.
        same = (parameters[["answers", "missing", "method"]] == [cell.answers, cell.missing, cell.method]).all(axis=1)
        of_cell = parameters[same].drop_duplicates(validation_lavaan.NAME)
        there = any(row.design == cell.design(validation_lavaan.SAMPLES)
                    for row in kept[_mine(kept, cell)].itertuples())
        if cell.method in asked.only and cell.answers in asked.answers and len(of_cell) and (asked.fresh or not there):
            _keep({cell: {"lavaan": validation_lavaan.compare(cell, of_cell)}}, ("lavaan",))
            _write()


def document() -> str:
    """VALIDATION.md as the kept tables give it."""
    return validation_text.document({name: read(name) for name in (*TABLES, "lavaan")})


def _write() -> None:
    (FOLDER.parent / "VALIDATION.md").write_text(document(), encoding="utf-8", newline="\n")


def run(cells: Sequence[design.Cell], replications: int, workers: int | None) -> dict[str, sem.MonteCarlo]:
    """Simulate the cells of one condition, every method on the same samples."""
    first = cells[0]
    return sem.monte_carlo_of(design.POPULATION, design.MODEL, n=first.n, replications=replications, seed=design.SEED,
                              methods={cell.method: design.METHODS[cell.method] for cell in cells},
                              answers=first.drawn, estimand=first.estimand, workers=workers)


def read(name: str) -> pd.DataFrame:
    """Read a kept table; empty where there is none."""
    path = FOLDER / f"{name}.csv"
    return pd.read_csv(path, encoding="utf-8") if path.exists() else pd.DataFrame(columns=KEYS)


def tables(cell: design.Cell, found: sem.MonteCarlo, replications: int, seconds: float) -> dict[str, pd.DataFrame]:
    """Everything that is kept of a cell, by table."""
    refused = {name: count for name, count in found.counts.items() if name.startswith(("sem.", "moments."))}
    samples = pd.DataFrame([{**found.counts.drop(list(refused)).to_dict(), "refused": sum(refused.values()),
                             "estimand": found.estimand, "design": cell.design(replications),
                             "version": helpers.__version__, "seconds": seconds}])
    kept = {"samples": samples, "parameters": found.parameters, "tests": found.tests, "gates": found.gates}
    return {name: pd.concat([pd.DataFrame({key: [getattr(cell, key)] * len(table) for key in KEYS}), table], axis=1)
            for name, table in kept.items()}


def _keep(new: Mapping[design.Cell, Mapping[str, pd.DataFrame]], names: Sequence[str]) -> None:
    """Put cells in the place of what was kept of them; each file is replaced as a whole."""
    FOLDER.mkdir(exist_ok=True)
    order = {_key(cell): place for place, cell in enumerate(design.cells())}
    replaced = {_key(cell) for cell in new}
    for name in names:
        old = read(name)
        old = old[[key not in replaced for key in old[KEYS].itertuples(index=False, name=None)]]
        table = pd.concat([part for part in (old, *(each[name] for each in new.values())) if len(part)])
        places = [order.get(key, len(order)) for key in table[KEYS].itertuples(index=False, name=None)]
        beside = FOLDER / f"{name}.csv.new"
        table.iloc[np.argsort(places, kind="stable")].to_csv(beside, index=False, float_format=DIGITS,
                                                             encoding="utf-8", lineterminator="\n")
        beside.replace(FOLDER / f"{name}.csv")


def _key(cell: design.Cell) -> tuple[object, ...]:
    return tuple(getattr(cell, key) for key in KEYS)


def _mine(table: pd.DataFrame, cell: design.Cell) -> pd.Series:
    """Whether a row belongs to a cell."""
    return (table[KEYS] == list(_key(cell))).all(axis=1)


def _is_there(cell: design.Cell, replications: int) -> bool:
    """Whether a cell of this design is kept with as many samples, or more."""
    kept = read("samples")
    mine = kept[_mine(kept, cell)]
    return any(row.replications >= replications and row.design == cell.design(row.replications)
               for row in mine.itertuples())


def _arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=list(design.METHODS), choices=list(design.METHODS),
                        metavar="METHOD")
    parser.add_argument("--answers", nargs="+", default=list(design.ANSWERS), choices=list(design.ANSWERS))
    parser.add_argument("--n", nargs="+", type=int, default=list(design.SIZES), choices=design.SIZES)
    parser.add_argument("--replications", type=int, default=design.REPLICATIONS)
    parser.add_argument("--workers", type=int, default=None, help="default: every processor")
    parser.add_argument("--fresh", action="store_true", help="compute cells that are there too")
    return parser.parse_args(words)


if __name__ == "__main__":
    with parallel.one_thread():
        main()
