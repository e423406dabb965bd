"""From what are the random models' data drawn? A population as paths between variables, its draws and their moments.

The population is ``v = A v + e`` over latent and observed variables (McArdle & McDonald, 1984), so that the covariance
of everything is ``(I - A)^-1 S (I - A)^-T`` with S the covariance of e.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DIGITS = 8  # significant digits of a stored moment: the rounded moment is the datum, for R and for us


@dataclass
class Draft:
    """A model while it is drawn: text, population, and what it is an example of."""

    rng: np.random.Generator
    lines: list[str] = field(default_factory=list)
    paths: dict[tuple[str, str], float] = field(default_factory=dict)  # (to, from)
    spread: dict[tuple[str, str], float] = field(default_factory=dict)  # variances and covariances of e
    factors: dict[str, list[str]] = field(default_factory=dict)
    observed: list[str] = field(default_factory=list)
    binary: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    options: dict[str, str] = field(default_factory=dict)
    widths: tuple[float, float] = (1.0, 1.0)  # of the items of odd and of even factors
    n: list[int] = field(default_factory=list)

    def width(self, name: str) -> float:
        """Standard deviation of a variable, roughly: x31 is an item of f3."""
        return self.widths[(int(name[1]) + 1) % 2] if name[0] in "xf" else self.widths[0]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def covary(self, one: str, two: str, correlation: float) -> None:
        spread = np.sqrt(self.spread[one, one] * self.spread[two, two])
        self.spread[one, two] = self.spread[two, one] = correlation * spread


def simulate(draft: Draft) -> list[pd.DataFrame]:
    """Draw the data of every group."""
    rng = draft.rng
    names = list(dict.fromkeys([v for v, _ in draft.spread]))
    intercepts = rng.uniform(2.6, 3.6, len(draft.observed))
    groups = []
    for g, n in enumerate(draft.n):
        wobble = 0.0 if g == 0 or draft.options["group_equal"] else 0.15
        scores = draw_population(draft, names, n, wobble)[draft.observed]
        scores[draft.binary] = (scores[draft.binary] > 0.4).astype(float)
        plain = [v for v in draft.observed if v not in draft.binary]
        shift = intercepts[[draft.observed.index(v) for v in plain]] + (0.3 * g if wobble else 0.0)
        scores[plain] = (scores[plain] + shift) * np.array([draft.width(v) for v in plain])
        groups.append(scores)
    return groups


def draw_population(draft: Draft, names: list[str], n: int, wobble: float) -> pd.DataFrame:
    """Draw n rows of every variable; a group's own paths differ by up to `wobble` from the first group's."""
    at = {name: i for i, name in enumerate(names)}
    a, s = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for (to, by), value in draft.paths.items():
        a[at[to], at[by]] = value * draft.rng.uniform(1 - wobble, 1 + wobble)
    for (one, two), value in draft.spread.items():
        s[at[one], at[two]] = value
    shocks = draft.rng.standard_normal((n, len(names))) @ np.linalg.cholesky(s).T
    return pd.DataFrame(np.linalg.solve(np.eye(len(names)) - a, shocks.T).T, columns=names)


def moments_table(model: str, groups: list[pd.DataFrame], *, digits: int = DIGITS) -> pd.DataFrame:
    """Covariances (n - 1) and means of every group as a long table; a mean stands in column "1"."""
    rows = []
    for g, scores in enumerate(groups, start=1):
        cov, names = scores.cov().to_numpy(), list(scores.columns)
        rows += [(model, f"g{g}", names[i], names[j], cov[i, j]) for i in range(len(names)) for j in range(i + 1)]
        rows += [(model, f"g{g}", name, "1", mean) for name, mean in scores.mean().items()]
    table = pd.DataFrame(rows, columns=["model", "group", "row", "column", "value"])
    table["value"] = table["value"].map(lambda value: float(f"{value:.{digits}g}"))
    return table
