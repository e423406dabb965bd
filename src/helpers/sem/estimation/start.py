"""Where the search begins: principal components of the blocks stand in for the constructs.

All of it happens on scaled items (see ``scaling``); a modifier ``start()`` is tried first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from helpers.moments import Sample
from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.optimize import Optimum, search
from helpers.sem.model.auxiliaries import filled, own_rows
from helpers.sem.model.linear_map import basic_of
from helpers.sem.model.scaling import Scaled
from helpers.syntax import Row

# Smallest marker loading that the start believes in: a component may miss its marker, the ratio must not explode.
SMALLEST_MARKER = 0.3
# Latent variances of the uninformative starts, for items of variance one.
PLAIN_VARIANCES = (0.05, 0.5)


def starts(scaled: Scaled) -> Iterator[np.ndarray]:
    """Places to begin, shape (q,), on scaled items, the most promising first.

    Components serve nearly always. Where the model contradicts the data (a feedback loop, constructs forced to
    agree) they may lead into a blind alley; uninformative starts with constructs of little variance then help.
    """
    yield _start(scaled, _group, asked=True)
    for variance in PLAIN_VARIANCES:
        yield _start(scaled, partial(_plain, variance=variance), asked=False)
    if any(row.start == row.start for row in scaled.structure.table.rows):
        yield _start(scaled, _group, asked=False)


def nearby(problem: Discrepancy, scaled: Scaled, values: np.ndarray | None) -> Optimum | None:
    """Search from the estimates of a related model with the same rows, shape (r,), in original units.

    Rows of auxiliaries are not among them.

    None where none are given, or the search from there does not converge.
    """
    if values is None:
        return None
    structure = scaled.structure
    own = own_rows(structure)
    known = structure.c.copy()
    known[own] = values / scaled.rows[own]
    free = structure.k.any(axis=1)
    point = problem.evaluate(filled(structure, scaled.samples, basic_of(structure.k[free],
                                                                        (known - structure.c)[free])))
    found = search(problem, point, near=True) if math.isfinite(point.f) else None
    return found if found is not None and found.converged else None


def _start(scaled: Scaled, of_group: Callable[[tuple[Row, ...], tuple[str, ...], Sample], np.ndarray], *,
           asked: bool) -> np.ndarray:
    structure = scaled.structure
    table = structure.table
    values = np.empty(len(table.rows))
    for group, sample in enumerate(scaled.samples):
        rows = table.rows[structure.part(group)]
        values[structure.part(group)] = of_group(rows, table.latents, sample)
    if asked:
        said = np.array([row.start for row in table.rows]) / scaled.rows
        values = np.where(np.isnan(said), values, said)
    free = structure.k.any(axis=1)
    return filled(structure, scaled.samples, basic_of(structure.k[free], (values - structure.c)[free]))


def _group(rows: tuple[Row, ...], latents: tuple[str, ...], sample: Sample) -> np.ndarray:
    proxies, loadings = _proxies(rows, latents, sample)
    names = list(proxies)
    weights = np.array([proxies[name] for name in names])
    cov = weights @ sample.cov @ weights.T
    at = {name: place for place, name in enumerate(names)}
    predictors: dict[str, list[str]] = {}
    for row in rows:
        if row.op == "~" and row.rhs not in predictors.setdefault(row.lhs, []):
            predictors[row.lhs].append(row.rhs)
    slopes = {}
    left = dict(zip(names, np.diag(cov), strict=True))
    for outcome, of in predictors.items():
        here, there = [at[name] for name in of], at[outcome]
        beta = np.linalg.lstsq(cov[np.ix_(here, here)], cov[here, there], rcond=None)[0]
        slopes |= {(outcome, name): b for name, b in zip(of, beta, strict=True)}
        left[outcome] = max(cov[there, there] - beta @ cov[here, there], 0.2 * cov[there, there])
    parts = {row.rhs for row in rows if row.op == "=~"}
    values = []
    for row in rows:
        if row.op == "=~":
            values.append(loadings[row.lhs, row.rhs])
        elif row.op == "~":
            values.append(slopes[row.lhs, row.rhs])
        elif row.op in ("|", "~*~"):  # the observed threshold, where the model does not say another
            values.append(row.start)
        elif row.op == "~1":
            values.append(0.0 if row.lhs in latents or sample.mean is None else sample.mean[at[row.lhs]])
        elif row.lhs == row.rhs:
            values.append((0.5 if row.lhs in parts else 1.0) * left[row.lhs])
        else:
            ends = {row.lhs, row.rhs} & (set(predictors) | parts)
            values.append(0.0 if ends else 0.9 * cov[at[row.lhs], at[row.rhs]])
    return np.array(values)


def _plain(rows: tuple[Row, ...], latents: tuple[str, ...], sample: Sample, *, variance: float) -> np.ndarray:
    """Take loadings with the sign of the item's covariance with the first, no paths, small latent variances."""
    at = {name: place for place, name in enumerate(sample.names)}
    first: dict[str, str] = {}
    moving = {row.lhs for row in rows if row.op in ("=~", "~")} | {row.rhs for row in rows if row.op == "=~"}
    values = []
    for row in rows:
        if row.op == "=~":
            marker = first.setdefault(row.lhs, row.rhs)
            known = row.rhs in at and marker in at
            values.append(np.sign(sample.cov[at[row.rhs], at[marker]]) or 1.0 if known else 1.0)
        elif row.op in ("|", "~*~"):
            values.append(row.start)
        elif row.op == "~1":
            values.append(0.0 if row.lhs in latents or sample.mean is None else sample.mean[at[row.lhs]])
        elif row.op == "~~" and row.lhs == row.rhs:
            values.append(variance if row.lhs in latents else
                          (0.5 if row.lhs in moving else 1.0) * sample.cov[at[row.lhs], at[row.lhs]])
        else:
            given = row.op == "~~" and not {row.lhs, row.rhs} & (moving | set(latents))
            values.append(sample.cov[at[row.lhs], at[row.rhs]] if given else 0.0)
    return np.array(values)


def _proxies(rows: tuple[Row, ...], latents: tuple[str, ...], sample: Sample) -> tuple[dict, dict]:
    """Weights of a stand-in for every variable, and loadings that go with them."""
    p = len(sample.names)
    proxies = dict(zip(sample.names, np.eye(p), strict=True))
    loadings: dict[tuple[str, str], float] = {}
    waiting = list(latents)
    while waiting:
        latent = next(name for name in waiting
                      if all(row.rhs in proxies for row in rows if row.op == "=~" and row.lhs == name))
        waiting.remove(latent)
        mine = [row for row in rows if row.op == "=~" and row.lhs == latent]
        block = np.array([proxies[row.rhs] for row in mine])
        roots, vectors = np.linalg.eigh(block @ sample.cov @ block.T)
        found = vectors[:, -1] * np.sqrt(roots[-1])
        marker = next((at for at, row in enumerate(mine) if not np.isnan(row.value) and row.value), None)
        sign = np.sign(found.sum() if marker is None else found[marker]) or 1.0
        found, scale = found * sign, 1.0
        if marker is not None:
            scale = max(found[marker], SMALLEST_MARKER) / mine[marker].value
        for row, loading in zip(mine, found, strict=True):
            loadings[latent, row.rhs] = loading / scale
        proxies[latent] = sign * scale * (vectors[:, -1] @ block) / np.sqrt(roots[-1])
    return proxies, loadings
