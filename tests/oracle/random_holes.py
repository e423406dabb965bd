"""Which models with holes does R fit for us? Shapes of random_drafts, answers with holes, drawn by seed.

Writes random_holes.csv and random_holes_data/. Run by run_all.R; needs numpy and pandas only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from random_drafts import draw_model
from random_populations import Draft, simulate

FOLDER = Path(__file__).parent
SEED = 20261125
AT_LEAST = 13
MOST_ITEMS, MOST_CELLS = 14, 3200  # more would only make R slow and the repository heavy
TYPES = ("completely at random", "at random", "planned", "one group", "two groups", "three groups",
         "structural paths", "observed x", "wide items")


def pierced(draft: Draft, groups: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Take answers away: at random, driven by the first item, or whole blocks of items by design; x stays complete."""
    rng = draft.rng
    kind = str(rng.choice(TYPES[:3], p=[0.4, 0.4, 0.2]))
    draft.types.add(kind)
    whole = pd.concat(groups)
    x = [name for name in whole if name.startswith("z")]
    items = [name for name in whole if name not in x]
    driver, others = items[0], items[1:]
    return [_holes(scores, kind, driver, others, float(whole[driver].median()), rng) for scores in groups]


def _holes(scores: pd.DataFrame, kind: str, driver: str, others: list[str], middle: float,
           rng: np.random.Generator) -> pd.DataFrame:
    scores = scores.copy()
    share = np.full(len(scores), rng.uniform(0.05, 0.18))
    if kind == "at random":
        share = np.where(scores[driver] > middle, 0.25, 0.04)
    gone = rng.random((len(scores), len(others))) < share[:, None]
    if kind == "planned":  # three booklets; each leaves out a third of the items
        gone = np.arange(len(others))[None, :] % 3 == rng.integers(0, 3, len(scores))[:, None]
    scores[others] = scores[others].mask(gone)
    return scores


def main() -> None:
    """Draw models until there are enough and every type occurs."""
    rng = np.random.default_rng(SEED)
    shutil.rmtree(FOLDER / "random_holes_data", ignore_errors=True)
    (FOLDER / "random_holes_data").mkdir()
    rows, seen = [], dict.fromkeys(TYPES, 0)
    while len(rows) < AT_LEAST or min(seen.values()) < 1:
        draft = draw_model(rng)
        draft.n = [int(n) for n in rng.integers(110, 260, len(draft.n))]
        draft.options["meanstructure"] = "TRUE"
        items = len(draft.observed)
        if "not fixed x" in draft.types or items > MOST_ITEMS or items * sum(draft.n) > MOST_CELLS:
            continue
        draft.types.add({1: "one group", 2: "two groups", 3: "three groups"}[len(draft.n)])
        if {"mixed items", "wide items"} & draft.types:
            draft.types.add("wide items")
        groups = pierced(draft, simulate(draft))
        if len(rows) >= AT_LEAST and not any(seen.get(kind, 1) == 0 for kind in draft.types):
            continue
        model = f"h{len(rows) + 1:02d}"
        whole = pd.concat([scores.assign(group=f"g{g}") for g, scores in enumerate(groups, start=1)])
        whole.to_csv(FOLDER / "random_holes_data" / f"{model}.csv", index=False, float_format="%.3f",
                     encoding="utf-8", lineterminator="\n")
        rows.append({"model": model, "types": "; ".join(sorted(draft.types)), **draft.options,
                     "text": "\n".join(draft.lines)})
        for kind in draft.types & set(TYPES):
            seen[kind] += 1
    columns = ["model", "types", "group_equal", "std_lv", "meanstructure", "fixed_x", "text"]
    pd.DataFrame(rows)[columns].to_csv(FOLDER / "random_holes.csv", index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    main()
