"""What the scales of a report cost: reliability and HTMT of every scale with all intervals, on ``population``.

There is no peer that does this in one call, so the goal is a time: a reader of a notebook waits about a second.
"""

from __future__ import annotations

from collections.abc import Iterator

import population
from timing import Row, in_turn, processor, seconds

from helpers import measurement

DRAWS = 2000


def rows() -> Iterator[Row]:
    data = population.answers()
    scales = {name: population.items(name) for name in population.SIZES}
    once, again = in_turn(
        processor(lambda: measurement.reliability(data, scales, draws=DRAWS)),
        processor(lambda: measurement.htmt(data, scales, draws=DRAWS)), repeats=5)
    yield Row(f"alpha, omega, HTMT of {data.shape[1]} items, {DRAWS:,} draws", seconds(once + again), "-", "-",
              "about 1 s")
