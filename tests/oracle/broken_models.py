"""Which models must be refused or gated? Draw sound factor models and break each in one named way.

Writes broken_models.csv and broken_moments.csv (see random_models.py for the form). What R says about them is written
by sem_broken.R: an error, no convergence, no standard errors, or a solution outside the parameter space.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from random_models import FOLDER
from random_populations import Draft, draw_population, moments_table

SEED = 20261124
EACH = 3  # draws of every way to break


def _sound(rng: np.random.Generator, factors: int, items: tuple[int, ...]) -> Draft:
    """A correlated-factor model with ordinary loadings."""
    draft = Draft(rng)
    for f in range(1, factors + 1):
        factor = f"f{f}"
        draft.spread[factor, factor] = 1.0
        names = [f"x{f}{i}" for i in range(1, int(rng.choice(items)) + 1)]
        draft.factors[factor] = names
        for item in names:
            draft.paths[item, factor] = rng.uniform(0.55, 0.85)
            draft.spread[item, item] = 1 - draft.paths[item, factor] ** 2
        draft.observed += names
        draft.lines.append(f"{factor} =~ " + " + ".join(names))
    for f in range(2, factors + 1):
        draft.covary("f1", f"f{f}", rng.uniform(0.2, 0.4))
    draft.n = [int(rng.integers(150, 600))]
    return draft


def two_items_alone(rng: np.random.Generator) -> Draft:
    """A factor of two items that covaries with nothing."""
    draft = _sound(rng, 2, (3, 4))
    gone = draft.factors["f2"][2:]
    draft.lines[1] = draft.lines[1].replace("".join(f" + {item}" for item in gone), "")
    draft.observed = [name for name in draft.observed if name not in gone]
    draft.lines.append("f1 ~~ 0*f2")
    return draft


def no_scale(rng: np.random.Generator) -> Draft:
    """A factor whose loadings and variance are all free."""
    draft = _sound(rng, 2, (3, 4))
    draft.lines[0] = draft.lines[0].replace("=~ ", "=~ NA*")
    return draft


def negative_df(rng: np.random.Generator) -> Draft:
    """More parameters than moments."""
    draft = _sound(rng, 1, (3,))
    draft.lines.append("x11 ~~ x12")
    return draft


def all_residuals(rng: np.random.Generator) -> Draft:
    """Every residual covariance of a factor's items, which takes the factor's place."""
    draft = _sound(rng, 2, (3,))
    draft.lines += ["x11 ~~ x12 + x13", "x12 ~~ x13"]
    return draft


def circular(rng: np.random.Generator) -> Draft:
    """Two factors that cause each other, with nothing to tell the directions apart."""
    draft = _sound(rng, 2, (3, 4))
    draft.lines += ["f1 ~ f2", "f2 ~ f1"]
    return draft


def heywood(rng: np.random.Generator) -> Draft:
    """An item that is almost its factor, in a small sample."""
    draft = _sound(rng, 2, (3,))
    draft.paths["x11", "f1"], draft.spread["x11", "x11"] = 1.0, 0.01
    draft.n = [int(rng.integers(30, 60))]
    return draft


def collinear_factors(rng: np.random.Generator) -> Draft:
    """Two names for one factor."""
    draft = _sound(rng, 2, (3, 4))
    draft.covary("f1", "f2", 0.999)
    draft.n = [int(rng.integers(80, 250))]
    return draft


def tiny_sample(rng: np.random.Generator) -> Draft:
    """Weak two-item factors and very few respondents."""
    draft = _sound(rng, 2, (2,))
    for path in draft.paths:
        draft.paths[path] = 0.4
    draft.n = [int(rng.integers(12, 30))]
    return draft


def fewer_rows_than_items(rng: np.random.Generator) -> Draft:
    """A sample covariance matrix of deficient rank."""
    draft = _sound(rng, 2, (4, 5))
    draft.n = [len(draft.observed) - 1]
    return draft


def copied_item(rng: np.random.Generator) -> Draft:
    """An item that is the mean of two others."""
    draft = _sound(rng, 2, (4, 5))
    draft.types.add("copy")
    return draft


def wrong_shape(rng: np.random.Generator) -> Draft:
    """Data of one factor for a model of uncorrelated halves with negative associations."""
    draft = _sound(rng, 1, (6,))
    for item in draft.factors["f1"][::2]:
        draft.paths[item, "f1"] *= -1
    one, two = draft.observed[:3], draft.observed[3:]
    draft.lines = [f"f1 =~ {' + '.join(one)}", f"f2 =~ {' + '.join(two)}", "g =~ 1*f1 + 1*f2", "f1 ~~ 0*f1"]
    return draft


WAYS: dict[str, Callable[[np.random.Generator], Draft]] = {
    "two items alone": two_items_alone, "no scale": no_scale, "negative df": negative_df,
    "all residuals": all_residuals, "circular": circular, "heywood": heywood,
    "collinear factors": collinear_factors, "tiny sample": tiny_sample,
    "fewer rows than items": fewer_rows_than_items, "copied item": copied_item, "wrong shape": wrong_shape,
}


def main() -> None:
    """Draw every way to break a model several times."""
    rng = np.random.default_rng(SEED)
    rows, moments = [], []
    for way, draw in WAYS.items():
        for _ in range(EACH):
            draft, model = draw(rng), f"b{len(rows) + 1:02d}"
            names = list(dict.fromkeys(name for name, _ in draft.spread))
            scores = draw_population(draft, names, draft.n[0], 0.0)[draft.observed]
            if "copy" in draft.types:
                scores["x14"] = (scores["x11"] + scores["x21"]) / 2
            moments.append(moments_table(model, [scores], digits=15))
            rows.append((model, way, draft.n[0], "", "FALSE", "FALSE", "TRUE", "\n".join(draft.lines)))
    columns = ["model", "types", "n", "group_equal", "std_lv", "meanstructure", "fixed_x", "text"]
    for table, file in ((pd.DataFrame(rows, columns=columns), "models"), (pd.concat(moments), "moments")):
        table.to_csv(FOLDER / f"broken_{file}.csv", index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    main()
