"""Where the answers of the demo's pilot study come from.

Nobody was asked. They are drawn as those of ``data/demo`` are, from the same population with two exceptions, so that
a replication has something to find: in the pilot trust depends less on assurance (0.45 instead of 0.70), and item
``tr4`` had another wording, with a lower loading and a higher mean.

``python data/demo_pilot/make_pilot.py`` writes raw/responses.csv; ``--check`` compares it with what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "demo"))

import make_demo  # noqa: E402
import population  # noqa: E402

SEED = 20251017
N = 400
PATH = ("trust", "assurance", 0.45)  # outcome, cause, coefficient in the pilot's population
ITEM = {"item": "tr4", "loading": 0.50, "mean": 5.6}
COLUMNS = ("p_ph", "p_inf", "p_psy", "tr", "sat", "loy", "gender", "age", "education", "region", "product")
NOT_OURS = ("trained",)  # begins like an item of trust


def answers(n: int = N, seed: int = SEED) -> dict[str, np.ndarray]:
    """Let respondents of the pilot's population fill in its questionnaire.

    The first wave of a demo study of twice the size: the pilot was asked once.

    Returns
    -------
    dict of arrays
        The columns of raw/responses.csv in their order.
    """
    with pilot_population():
        given = make_demo.answers(2 * n, seed)
    kept = {name: values for name, values in given.items() if name.startswith(COLUMNS) and name not in NOT_OURS}
    first = {"id": np.array([f"p{number + 1:04d}" for number in range(n)], dtype=object),
             "seconds": given["seconds"][:n]}
    return {**first, **{name: values[:n] for name, values in kept.items()}}


@contextmanager
def pilot_population() -> Iterator[None]:
    """Change the demo's population into the pilot's for a while."""
    outcome, cause, coefficient = PATH
    before, items = dict(population.EQUATIONS[outcome]), make_demo.items
    population.EQUATIONS[outcome][cause] = coefficient
    make_demo.items = lambda: [row | (ITEM if row["item"] == ITEM["item"] else {}) for row in items()]
    try:
        yield
    finally:
        population.EQUATIONS[outcome].update(before)
        make_demo.items = items


def main(arguments: list[str]) -> int:
    """Write raw/responses.csv, or with ``--check`` compare it with what would be written."""
    file = HERE / "raw" / "responses.csv"
    made = make_demo.text(answers())
    if "--check" in arguments:
        same = file.is_file() and file.read_text(encoding="utf-8") == made  # any line ending
        print(f"{file.name}: {'as generated' if same else 'differs from what this script generates'}")
        return 0 if same else 1
    file.parent.mkdir(exist_ok=True)
    file.write_text(made, encoding="utf-8", newline="\n")
    print(f"{file.name}: {made.count(chr(10)) - 1} respondents")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
