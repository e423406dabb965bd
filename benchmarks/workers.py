"""What a second worker brings, beside what two processors of this machine bring at the same time at all.

The job: bootstrap draws of the model of ``population``, about twenty seconds with one worker. The measure of the
machine: the same job twice in two processes that know nothing of each other, over the job once; on a machine that
others use too, no number of workers can do better than that.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import population
from timing import Row, in_turn, seconds, wall

from helpers import parallel, sem

DRAWS = 60_000


def rows(draws: int = DRAWS, repeats: int = 3) -> list[Row]:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_job, (1000, 1000)))
        one, two, apart = in_turn(
            wall(lambda: _job(draws)), wall(lambda: _job(draws, 2)),
            wall(lambda: list(pool.map(_job, (draws // 2, draws // 2)))), repeats=repeats, warm=0)
    return [Row(f"{draws} bootstrap draws by two workers, over one", seconds(two), seconds(one), f"{one / two:.2f} x",
                ">= 1.8 x"),
            Row("what two processes without a word between them reach", seconds(apart), seconds(one),
                f"{one / apart:.2f} x", "")]


def _job(draws: int, workers: int = 1) -> None:
    with parallel.one_thread():
        sem.bootstrap(sem.fit(population.model(), population.answers()), draws=draws, seed=1, workers=workers)
