"""Which models does R fit for us? Draw their shape, population and data by seed; none is picked by hand.

Writes random_models.csv, random_moments.csv and random_data/. Run by run_all.R; needs numpy and pandas only.

A model is drawn piece by piece: each piece adds lines to the model text and paths to the population, a path model
``v = A v + e`` over latent and observed variables (McArdle & McDonald, 1984), so that the covariance of everything is
``(I - A)^-1 S (I - A)^-T``. Half of the populations hold an association that the model leaves out.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
SEED = 20261123
AT_LEAST = 44  # models; more are drawn until every type occurs twice
RAW_CELLS = 7000  # the largest raw data file that is stored as such; the rest are stored as moments
RAW_FILES = 9
DIGITS = 8  # significant digits of a stored moment: the rounded moment is the datum, for R and for us
TYPES = (
    "one factor", "two factors", "three factors", "four factors", "five factors", "six factors",
    "two items", "six items", "structural paths", "second order", "cross-loading", "residual covariance",
    "observed x", "observed outcome", "equal labels", "equality constraint", "fixed loading", "fixed covariance",
    "std_lv", "indirect", "means", "latent mean", "two groups", "three groups", "equal loadings", "equal intercepts",
    "group labels", "narrow items", "wide items", "mixed items", "misspecified", "raw", "not fixed x",
)
COUNTS = ("", "one factor", "two factors", "three factors", "four factors", "five factors", "six factors")


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
    n: list[int] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def covary(self, one: str, two: str, correlation: float) -> None:
        spread = np.sqrt(self.spread[one, one] * self.spread[two, two])
        self.spread[one, two] = self.spread[two, one] = correlation * spread


def draw_model(rng: np.random.Generator) -> Draft:
    """Draw one model with everything it needs."""
    draft = Draft(rng)
    _groups(draft)
    _measurement(draft)
    _structure(draft)
    _covariates(draft)
    _item_extras(draft)
    _restrictions(draft)
    _means(draft)
    return draft


def _groups(draft: Draft) -> None:
    rng = draft.rng
    groups = int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))
    draft.n = [int(rng.integers(120, 1501 if groups == 1 else 601)) for _ in range(groups)]
    equal = []
    if groups > 1:
        draft.types.add("two groups" if groups == 2 else "three groups")
        equal = ["loadings", "intercepts"][: int(rng.integers(0, 3))]
        draft.types.update(f"equal {what}" for what in equal)
    draft.options["group_equal"] = " ".join(equal)
    draft.options["std_lv"] = "FALSE"
    if draft.chance(0.25):
        draft.options["std_lv"] = "TRUE"
        draft.types.add("std_lv")


def _measurement(draft: Draft) -> None:
    rng = draft.rng
    count = int(rng.integers(1, 7))
    draft.types.add(COUNTS[count])
    for f in range(1, count + 1):
        k = int(rng.integers(2 if count > 1 else 4, 7))
        factor, items = f"f{f}", [f"x{f}{i}" for i in range(1, k + 1)]
        draft.factors[factor] = items
        draft.spread[factor, factor] = 1.0
        for item in items:
            loading = rng.uniform(0.5, 0.9)
            draft.paths[item, factor] = loading
            draft.spread[item, item] = 1 - loading**2
        draft.observed += items
        draft.types.update({2: {"two items"}, 6: {"six items"}}.get(k, set()))


def _structure(draft: Draft) -> None:
    """Second order over the first three factors, or acyclic paths, or covariances only."""
    rng, names = draft.rng, list(draft.factors)
    if len(names) >= 3 and draft.chance(0.3):
        draft.types.add("second order")
        draft.lines.append("g =~ " + " + ".join(names[:3]))
        draft.spread["g", "g"] = 1.0
        for part in names[:3]:
            draft.paths[part, "g"] = rng.uniform(0.6, 0.85)
            draft.spread[part, part] = 1 - draft.paths[part, "g"] ** 2
        names = ["g", *names[3:]]
    outcomes = 0
    if len(names) > 1 and draft.chance(0.65):
        draft.types.add("structural paths")
        for position in range(1, len(names)):
            causes = [cause for cause in names[:position] if draft.chance(0.6)]
            outcomes += bool(causes)
            for cause in causes:
                draft.paths[names[position], cause] = rng.uniform(0.2, 0.45)
                draft.spread[names[position], names[position]] = 0.6
    free = [name for name in names if not any(to == name and by in names for to, by in draft.paths)]
    for i, one in enumerate(free):
        for two in free[:i]:
            draft.covary(one, two, rng.uniform(0.15, 0.5) / (1 if len(free) < 4 else 2))


def _covariates(draft: Draft) -> None:
    """Observed causes of a factor, and an observed outcome."""
    rng = draft.rng
    if draft.chance(0.35):
        draft.types.add("observed x")
        draft.options["fixed_x"] = "TRUE"
        if draft.chance(0.35):
            draft.options["fixed_x"] = "FALSE"
            draft.types.add("not fixed x")
        for z in [f"z{i}" for i in range(1, int(rng.integers(2, 4)))]:
            draft.spread[z, z] = 1.0
            draft.observed.append(z)
            if draft.chance(0.5):
                draft.binary.append(z)
            for factor in draft.factors:
                if (z == "z1" and factor == list(draft.factors)[-1]) or draft.chance(0.3):
                    draft.paths[factor, z] = rng.uniform(0.1, 0.4)
        if ("z2", "z2") in draft.spread:
            draft.covary("z1", "z2", 0.3)
    if draft.chance(0.3):
        draft.types.add("observed outcome")
        draft.observed.append("out")
        draft.spread["out", "out"] = 0.7
        for cause in [*draft.factors][-2:] + (["z1"] if "z1" in draft.observed else []):
            draft.paths["out", cause] = rng.uniform(0.2, 0.4)


def _item_extras(draft: Draft) -> None:
    """Cross-loadings and residual covariances; some are in the population only."""
    rng, factors = draft.rng, draft.factors
    long = [factor for factor, items in factors.items() if len(items) >= 4]
    if long and len(factors) > 1 and draft.chance(0.35):
        home = long[0]
        other = next(factor for factor in factors if factor != home)
        draft.paths[factors[home][-1], other] = rng.uniform(0.2, 0.35)
        draft.types.add("cross-loading")
    if long and draft.chance(0.4):
        pair = factors[long[-1]][1:3]
        draft.covary(*pair, rng.uniform(0.2, 0.4))
        draft.lines.append(f"{pair[0]} ~~ {pair[1]}")
        draft.types.add("residual covariance")
    if draft.chance(0.5):
        items = list(factors.values())
        draft.covary(items[0][0], items[-1][-1], rng.uniform(0.1, 0.25))
        draft.types.add("misspecified")


def _restrictions(draft: Draft) -> None:
    """Labels, equalities, fixed values and indirect effects become part of the text."""
    rng, prefix, several = draft.rng, {}, len(draft.n) > 1
    long = [factor for factor, items in draft.factors.items() if len(items) >= 4]
    if long and not several and draft.chance(0.4):
        one, two = draft.factors[long[0]][1:3]
        if draft.chance(0.5):
            prefix |= {(one, long[0]): "same*", (two, long[0]): "same*"}
            draft.types.add("equal labels")
        else:
            prefix |= {(one, long[0]): "one*", (two, long[0]): "two*"}
            draft.lines.append("one == two")
            draft.types.add("equality constraint")
    if long and draft.chance(0.2):
        prefix[draft.factors[long[-1]][3], long[-1]] = f"{rng.uniform(0.8, 1.1):.2f}*"
        draft.types.add("fixed loading")
    prefix |= _indirect(draft)
    _write_lines(draft, prefix)
    exogenous = [f for f in draft.factors if not any(to == f for to, _ in draft.paths)]
    if len(exogenous) > 2 and draft.chance(0.6):
        draft.lines.append(f"{exogenous[0]} ~~ 0*{exogenous[1]}")
        draft.types.add("fixed covariance")


def _indirect(draft: Draft) -> dict[tuple[str, str], str]:
    """Label the first chain of two structural paths and define its effects."""
    latent = [pair for pair in draft.paths if set(pair) <= {*draft.factors, "g"}
              and not (pair[1] == "g" and ("g", "g") in draft.spread and pair[0] in ("f1", "f2", "f3"))]
    chains = [(x, m, y) for m, x in latent for y, by in latent if by == m]
    if not chains or draft.chance(0.25):
        return {}
    x, m, y = chains[0]
    draft.types.add("indirect")
    labels = {(m, x): "a", (y, m): "b"} | ({(y, x): "c"} if (y, x) in latent else {})
    for g in range(1, len(draft.n) + 1):
        s = f"{g}" if len(draft.n) > 1 else ""
        draft.lines.append(f"ind{s} := a{s}*b{s}")
        if "c" in labels.values():
            draft.lines += [f"total{s} := c{s} + a{s}*b{s}", f"share{s} := a{s}*b{s} / (c{s} + a{s}*b{s})"]
    if len(draft.n) == 1:
        return {pair: f"{label}*" for pair, label in labels.items()}
    draft.types.add("group labels")
    numbers = range(1, len(draft.n) + 1)
    return {pair: f"c({', '.join(f'{label}{g}' for g in numbers)})*" for pair, label in labels.items()}


def _write_lines(draft: Draft, prefix: dict[tuple[str, str], str]) -> None:
    """Write every path of the population as model text."""
    body = []
    for factor, items in draft.factors.items():
        crossing = [to for to, by in draft.paths if by == factor and to in draft.observed and to not in items]
        loads = items + [item for item in crossing if item.startswith("x")]
        body.append(f"{factor} =~ " + " + ".join(prefix.get((item, factor), "") + item for item in loads))
    second = {("f1", "g"), ("f2", "g"), ("f3", "g")} if ("g", "g") in draft.spread else set()
    for outcome in [*draft.factors, "out"]:
        causes = [by for to, by in draft.paths if to == outcome and (to, by) not in second]
        if causes:
            body.append(f"{outcome} ~ " + " + ".join(prefix.get((outcome, cause), "") + cause for cause in causes))
    draft.lines[:0] = body


def _means(draft: Draft) -> None:
    several = len(draft.n) > 1
    draft.options["meanstructure"] = "TRUE" if several or draft.chance(0.25) else "FALSE"
    if draft.options["meanstructure"] == "TRUE" and not several:
        draft.types.add("means")
        if draft.chance(0.6):
            factor, items = next(iter(draft.factors.items()))
            draft.lines += [f"{items[0]} ~ 0*1", f"{factor} ~ 1"]
            draft.types.add("latent mean")
    draft.options.setdefault("fixed_x", "TRUE")


def simulate(draft: Draft) -> list[pd.DataFrame]:
    """Draw the data of every group; items get a width that a questionnaire would have."""
    rng = draft.rng
    width = str(rng.choice(["narrow items", "wide items", "mixed items"], p=[0.6, 0.2, 0.2]))
    draft.types.add(width)
    scales = {v: {"narrow items": 1.0, "wide items": 20.0, "mixed items": 20.0 if rng.random() < 0.3 else 1.0}[width]
              for v in draft.observed}
    names = list(dict.fromkeys([v for v, _ in draft.spread]))
    intercepts = rng.uniform(2.6, 3.6, len(draft.observed))
    groups = []
    for g, n in enumerate(draft.n):
        wobble = 0.0 if g == 0 or draft.options["group_equal"] else 0.15
        scores = draw_population(draft, names, n, wobble)[draft.observed]
        scores[draft.binary] = (scores[draft.binary] > 0.4).astype(float)
        plain = [v for v in draft.observed if v not in draft.binary]
        shift = intercepts[[draft.observed.index(v) for v in plain]] + (0.3 * g if wobble else 0.0)
        scores[plain] = (scores[plain] + shift) * np.array([scales[v] for v in plain])
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


def store(draft: Draft, model: str, may_be_raw: bool) -> tuple[dict, pd.DataFrame | None]:
    """Write the raw data where they are small, and hand back the row of the model and its moments."""
    groups = simulate(draft)
    cells = sum(scores.size for scores in groups)
    moments = None
    if may_be_raw and cells <= RAW_CELLS:
        draft.types.add("raw")
        whole = pd.concat([scores.assign(group=f"g{g}") for g, scores in enumerate(groups, start=1)])
        whole = whole if len(groups) > 1 else whole.drop(columns="group")
        whole.to_csv(FOLDER / "random_data" / f"{model}.csv", index=False, float_format="%.3f", encoding="utf-8")
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
    pd.DataFrame(rows)[columns].to_csv(FOLDER / "random_models.csv", index=False, encoding="utf-8")
    pd.concat(moments).to_csv(FOLDER / "random_moments.csv", index=False, encoding="utf-8")


if __name__ == "__main__":
    main()
