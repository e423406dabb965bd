"""How is one random model drawn? Piece by piece: each adds lines to the model's text and paths to the population.

Half of the populations hold an association that the model leaves out.
"""

from __future__ import annotations

import numpy as np
from random_populations import Draft

COUNTS = ("", "one factor", "two factors", "three factors", "four factors", "five factors", "six factors")


def draw_model(rng: np.random.Generator) -> Draft:
    """Draw one model with everything it needs."""
    draft = Draft(rng)
    _widths(draft)
    _groups(draft)
    _measurement(draft)
    _structure(draft)
    _covariates(draft)
    _item_extras(draft)
    _restrictions(draft)
    _means(draft)
    return draft


def _widths(draft: Draft) -> None:
    """Items have the width of a five-point scale, of one from 0 to 100, or some the one and some the other."""
    widths = {"narrow items": (1.0, 1.0), "wide items": (20.0, 20.0), "mixed items": (1.0, 20.0)}
    kind = str(draft.rng.choice(list(widths), p=[0.6, 0.2, 0.2]))
    draft.widths = widths[kind]
    draft.types.add(kind)


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
        unit = draft.width(long[-1]) * 0.7 if draft.options["std_lv"] == "TRUE" else 1.0
        prefix[draft.factors[long[-1]][3], long[-1]] = f"{unit * rng.uniform(0.8, 1.1):.2f}*"
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
