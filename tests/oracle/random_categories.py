"""Which models of ordinal items does R fit for us? Shapes of random_drafts, answers in 2 to 7 categories, by seed.

Writes random_categories.csv and random_categories_data/. Run by run_all.R; needs numpy and pandas only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from random_drafts import draw_model
from random_populations import Draft, simulate

FOLDER = Path(__file__).parent
SEED = 20261126
AT_LEAST = 14
MOST_ITEMS = 10  # more would only make R slow
FEWEST = 0.06  # share of a category
UNFIT = {"means", "latent mean", "observed x", "fixed loading", "equal intercepts", "three groups"}
TYPES = ("one group", "two groups", "equal loadings", "two categories", "seven categories", "mixed", "structural paths",
         "std_lv", "residual covariance", "indirect")


def rated(draft: Draft, groups: list[pd.DataFrame]) -> tuple[list[pd.DataFrame], list[str]]:
    """Cut every item into categories of its own shares, the same thresholds in all groups; an outcome is kept."""
    rng, whole = draft.rng, pd.concat(groups)
    items = [name for name in whole if name != "out"]
    cuts = {}
    for name in items:
        count = int(rng.integers(2, 8))
        shares = FEWEST + (1 - count * FEWEST) * rng.dirichlet(np.full(count, 3.0))
        cuts[name] = np.quantile(whole[name], np.cumsum(shares)[:-1])
        draft.types.update({2: {"two categories"}, 7: {"seven categories"}}.get(count, set()))
    if "out" in whole:
        draft.types.add("mixed")
    return [scores.assign(**{name: np.digitize(scores[name], cut) + 1 for name, cut in cuts.items()})
            for scores in groups], items


def usable(draft: Draft) -> bool:
    """Whether a model of ordinal items can have this shape, at a size that keeps R quick."""
    return not draft.types & UNFIT and len(draft.observed) <= MOST_ITEMS


def main() -> None:
    """Draw models until there are enough and every type occurs."""
    rng = np.random.default_rng(SEED)
    shutil.rmtree(FOLDER / "random_categories_data", ignore_errors=True)
    (FOLDER / "random_categories_data").mkdir()
    rows, seen = [], dict.fromkeys(TYPES, 0)
    while len(rows) < AT_LEAST or min(seen.values()) < 1:
        draft = draw_model(rng)
        if not usable(draft):
            continue
        draft.n, draft.widths = [int(n) for n in rng.integers(260, 420, len(draft.n))], (1.0, 1.0)
        draft.types -= {"narrow items", "wide items", "mixed items"}  # widths end with the categories
        draft.types.add("one group" if len(draft.n) == 1 else "two groups")
        groups, items = rated(draft, simulate(draft))
        if any(set(group[name]) != set(groups[0][name]) for group in groups for name in items):
            continue
        if len(rows) >= AT_LEAST and not any(seen.get(kind, 1) == 0 for kind in draft.types):
            continue
        model = f"c{len(rows) + 1:02d}"
        whole = pd.concat([scores.assign(group=f"g{g}") for g, scores in enumerate(groups, start=1)])
        whole.to_csv(FOLDER / "random_categories_data" / f"{model}.csv", index=False, float_format="%.3f",
                     encoding="utf-8", lineterminator="\n")
        rows.append({"model": model, "types": "; ".join(sorted(draft.types)), **draft.options,
                     "ordered": " ".join(items), "text": "\n".join(draft.lines)})
        for kind in draft.types & set(TYPES):
            seen[kind] += 1
    columns = ["model", "types", "group_equal", "std_lv", "ordered", "text"]
    pd.DataFrame(rows)[columns].to_csv(FOLDER / "random_categories.csv", index=False, encoding="utf-8",
                                       lineterminator="\n")


if __name__ == "__main__":
    main()
