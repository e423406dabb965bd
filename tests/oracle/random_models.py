"""Which models does R fit for us? Draw their shape, population and data by seed; none is picked by hand.

Writes random_models.csv, random_moments.csv and random_data/. Run by run_all.R; needs numpy and pandas only.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from random_drafts import draw_model
from random_populations import Draft, moments_table, simulate

FOLDER = Path(__file__).parent
SEED = 20261123
AT_LEAST = 44  # models; more are drawn until every type occurs twice
RAW_CELLS = 7000  # the largest raw data file that is stored as such; the rest are stored as moments
RAW_FILES = 9
TYPES = (
    "one factor", "two factors", "three factors", "four factors", "five factors", "six factors",
    "two items", "six items", "structural paths", "second order", "cross-loading", "residual covariance",
    "observed x", "observed outcome", "equal labels", "equality constraint", "fixed loading", "fixed covariance",
    "std_lv", "indirect", "means", "latent mean", "two groups", "three groups", "equal loadings", "equal intercepts",
    "group labels", "narrow items", "wide items", "mixed items", "misspecified", "raw", "not fixed x",
)


def store(draft: Draft, model: str, may_be_raw: bool) -> tuple[dict, pd.DataFrame | None]:
    """Write the raw data where they are small, and hand back the row of the model and its moments."""
    groups = simulate(draft)
    cells = sum(scores.size for scores in groups)
    moments = None
    if may_be_raw and cells <= RAW_CELLS:
        draft.types.add("raw")
        whole = pd.concat([scores.assign(group=f"g{g}") for g, scores in enumerate(groups, start=1)])
        whole = whole if len(groups) > 1 else whole.drop(columns="group")
        whole.to_csv(FOLDER / "random_data" / f"{model}.csv", index=False, float_format="%.3f", encoding="utf-8",
                     lineterminator="\n")
    else:
        moments = moments_table(model, groups)
    row = {"model": model, "types": "; ".join(sorted(draft.types)), "n": " ".join(map(str, draft.n)),
           **draft.options, "text": "\n".join(draft.lines)}
    return row, moments


def main() -> None:
    """Draw models until there are enough and every type occurs twice."""
    rng = np.random.default_rng(SEED)
    shutil.rmtree(FOLDER / "random_data", ignore_errors=True)
    (FOLDER / "random_data").mkdir()
    rows, moments, seen, raw = [], [], dict.fromkeys(TYPES, 0), 0
    while len(rows) < AT_LEAST or min(seen.values()) < 2:
        draft = draw_model(rng)
        row, table = store(draft, f"m{len(rows) + 1:02d}", raw < RAW_FILES)
        rows.append(row)
        raw += table is None
        moments += [table] if table is not None else []
        for kind in draft.types:
            seen[kind] += 1
    columns = ["model", "types", "n", "group_equal", "std_lv", "meanstructure", "fixed_x", "text"]
    pd.DataFrame(rows)[columns].to_csv(FOLDER / "random_models.csv", index=False, encoding="utf-8", lineterminator="\n")
    pd.concat(moments).to_csv(FOLDER / "random_moments.csv", index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    main()
