"""What the statistics of scales cost: every interval of reliability and validity, and parallel analysis against psych.

Both on the answers of ``population``; seconds are processor time of one thread.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import population
from lavaan_peer import lavaan
from timing import Row, faster, in_turn, processor, seconds

from helpers import measurement, sem

DRAWS, PERMUTATIONS = 2000, 200
# The first eigenvalue of the items' correlations is the same number on both sides.
AGREES = 1e-9


def rows() -> Iterator[Row]:
    data, scales = population.answers(), {name: population.items(name) for name in population.SIZES}
    (all_intervals,) = in_turn(processor(lambda: _intervals(data, scales)), repeats=5)
    yield Row(f"alpha, omega, HTMT ({DRAWS} draws), CR, AVE of {data.shape[1]} items", seconds(all_intervals), "-", "-",
              "about 1 s")
    with lavaan() as peer:
        if peer is None:
            print("no Rscript here: the row over psych is left out")
            return
        found: list[float] = []

        def theirs() -> float:
            taken, number = peer.does("parallel")
            found.append(float(number))
            return taken

        ours, psychs = in_turn(processor(lambda: _parallel(data)), theirs, repeats=5)
        mine = float(_parallel(data)["component"].iloc[0])
        agree = abs(mine - found[-1]) <= AGREES * found[-1]
        yield Row(f"parallel analysis, {PERMUTATIONS} permutations, over psych's", seconds(ours), seconds(psychs),
                  faster(ours, psychs) if agree else f"{mine:.6g} is not {found[-1]:.6g}", ">= 20 x")


def _intervals(data: pd.DataFrame, scales: dict[str, list[str]]) -> None:
    """Bootstrap intervals of what is computed from covariances, delta-method ones of what a model says."""
    fit = sem.fit(population.measurement(), data, estimator="MLR")
    measurement.reliability(data, scales, draws=DRAWS)
    measurement.validity(fit, measurement.htmt(data, scales, draws=DRAWS))


def _parallel(data: pd.DataFrame) -> pd.DataFrame:
    return measurement.parallel_analysis(data, draws=PERMUTATIONS, seed=1)
