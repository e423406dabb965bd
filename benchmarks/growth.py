"""How time and memory grow: `python benchmarks/growth.py` measures and writes GROWTH.md.

    python benchmarks/growth.py                  all of it, a few minutes
    python benchmarks/growth.py groups items     only these; the other rows of the table stay

Seconds are processor time of one fit on one thread, which other work on the machine disturbs little. Memory is the
largest sum of what Python and numpy had allocated during a second run, above what was there before it (the data), as
tracemalloc counts it.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import parallel, sem

TABLE = Path(__file__).parent / "GROWTH.md"
INTRODUCTION = """\
# How the estimation core grows

Written by `python benchmarks/growth.py` (processor seconds of one thread; megabytes above the data). Simulated
answers to correlated constructs. What to read in it: memory must not grow with respondents beyond the copy of the
answers that a fit keeps (for draws and scores), and no step may cost more than its size explains. The first row of each
part carries a quarter of a second of imports.

| what grows | to | job | seconds | megabytes |
|---|---|---|---|---|
"""


def model(factors: int, per: int) -> str:
    """Write a measurement model."""
    return "\n".join(f"f{k} =~ " + " + ".join(f"x{k}_{item}" for item in range(per)) for k in range(factors))


def answers(factors: int, per: int, n: int) -> pd.DataFrame:
    """Draw answers of n respondents to constructs that correlate by .36."""
    random = np.random.default_rng(20261123)
    constructs = 0.6 * random.standard_normal((n, 1)) + 0.8 * random.standard_normal((n, factors))
    items = np.repeat(0.8 * constructs, per, axis=1)
    items += 0.6 * random.standard_normal(items.shape)
    return pd.DataFrame(items, columns=[f"x{k}_{item}" for k in range(factors) for item in range(per)])


def respondents() -> Iterator[tuple]:
    """32 items, 8 constructs."""
    text = model(8, 4)
    for n in (1_000, 10_000, 100_000, 1_000_000):
        data = answers(8, 4, n)
        for estimator in ("ML", "MLR"):
            yield "respondents", n, estimator, lambda data=data, to=estimator: sem.fit(text, data, estimator=to)


def items() -> Iterator[tuple]:
    """2,000 respondents; the constructs grow with the items, to 20."""
    for factors, per in ((5, 4), (10, 4), (10, 8), (15, 10), (20, 8)):
        text, data = model(factors, per), answers(factors, per, 2000)
        size = f"{factors * per} ({factors} constructs)"
        yield "items", size, "ML", lambda text=text, data=data: sem.fit(text, data)
        yield "items", size, "MLR", lambda text=text, data=data: sem.fit(text, data, estimator="MLR")
        fit = sem.fit(text, data)
        yield "items", size, "modification indices", lambda fit=fit: sem.modification_indices(fit)
        yield "items", size, "250 bootstrap draws", lambda fit=fit: sem.bootstrap(fit, draws=250, seed=1)


def groups() -> Iterator[tuple]:
    """200 respondents per group, nine items of three constructs."""
    text = model(3, 3)
    for count in (2, 10, 50):
        data = answers(3, 3, 200 * count).assign(branch=np.arange(200 * count) % count)
        for level, equal in (("configural", ()), ("scalar", ("loadings", "intercepts"))):
            yield "groups", count, f"MLR, {level}", lambda data=data, equal=equal: sem.fit(
                text, data, estimator="MLR", group="branch", group_equal=equal)


def patterns() -> Iterator[tuple]:
    """24 items of six constructs, every respondent with holes of one of so many patterns."""
    text, random = model(6, 4), np.random.default_rng(20261123)
    for count in (50, 500, 5_000):
        n = max(2_000, 2 * count)
        data = answers(6, 4, n)
        kept = np.unique(random.random((4 * count, data.shape[1])) < 0.2, axis=0)
        kept = random.permutation(kept[kept.sum(axis=1) <= 12])[:count]
        holed = data.mask(kept[np.arange(n) % count])
        yield "patterns", f"{count:,} (n = {n:,})", "FIML with fit measures", lambda holed=holed: (
            sem.fit(text, holed, missing="fiml"))


AXES = {"respondents": respondents, "items": items, "groups": groups, "patterns": patterns}


def measured(job: Callable[[], object]) -> tuple[float, float]:
    """Seconds of one run, and megabytes of another."""
    gc.collect()
    began = time.process_time()
    job()
    taken = time.process_time() - began
    tracemalloc.start()
    job()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken, peak / 2**20


def main(asked: list[str]) -> None:
    for axis in asked or AXES:
        lines = []
        for what, to, name, job in AXES[axis]():
            taken, peak = measured(job)
            size = f"{to:,}" if isinstance(to, int) else to
            lines.append(f"| {what} | {size} | {name} | {taken:.2f} | {peak:,.0f} |")
            print(lines[-1], flush=True)
        keep(axis, lines)


def keep(axis: str, lines: list[str]) -> None:
    """Write the rows of one axis into the table; those of the others stay."""
    there = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    found = {each: [line for line in there if line.startswith(f"| {each} |")] for each in AXES} | {axis: lines}
    TABLE.write_text(INTRODUCTION + "\n".join(line for each in found.values() for line in each) + "\n",
                     encoding="utf-8")


if __name__ == "__main__":
    with parallel.one_thread():
        main(sys.argv[1:])
