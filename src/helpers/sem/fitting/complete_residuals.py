r"""What the residuals of complete answers vary by, where covariances were fitted by likelihood or least squares.

Only products of size p² x q are formed: every column of :math:`\Delta` is a matrix of rank two.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.moments import Sample
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.fitting.residual_parts import Part, Parts
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.robust import Material
from helpers.sem.model.implied import Implied, Layout, mean_factors


def complete_parts(fit: SemFit) -> Parts:
    """Collect them: Gamma of normal answers with the observed covariances, or of the answers as they are (MLM, MLR)."""
    engine = fit.engine
    structure, means = engine.scaled.structure, fit.structure.table.means
    robust = engine.method.robust and engine.cases is not None
    material = Material.of(engine.cases, engine.scaled, engine.method) if robust else None
    parts = []
    for group, (implied, sample) in enumerate(zip(engine.optimum.point.implied, engine.scaled.samples, strict=True)):
        slopes = slopes_of(structure.layout, implied, means=means) @ structure.k[structure.part(group)]
        weighted = _weights_of(fit, group, implied, sample) @ structure.k[structure.part(group)]
        if material is not None:
            parts.append(_as_answered(material, group, _explained(fit, group), slopes, weighted, means=means))
        else:
            parts.append(_as_normal(sample, _explained_cov(fit, group), slopes, weighted, means=means))
    return Parts(parts, engine.problem.shares, moment_units(engine.scaled.width, means=means),
                 np.arange(len(parts[0].spread)))


def moment_units(width: np.ndarray, *, means: bool) -> np.ndarray:
    """Give what scaled covariances (lower triangle by rows) and means are multiplied by, shape (m,)."""
    row, column = np.tril_indices(len(width))
    return np.concatenate([width[row] * width[column], width if means else []])


def _weights_of(fit: SemFit, group: int, implied: Implied, sample: Sample) -> np.ndarray:
    """V times the slopes of the moments by all parameters of a group, shape (m, k)."""
    engine, layout, means = fit.engine, fit.engine.scaled.structure.layout, fit.structure.table.means
    if isinstance(engine.problem, Quadratic):
        return _in_squares(layout, implied, engine.problem, group, means=means)
    observed = sample if engine.method.information == "observed" and engine.method.robust else None
    return _weighted(layout, implied, engine.optimum.point.inverses[group], observed, means=means)


def slopes_of(layout: Layout, implied: Implied, *, means: bool) -> np.ndarray:
    """Differentiate the moments of a group by its parameters, shape (m, k)."""
    u, v = implied.atoms[:, layout.left], implied.atoms[:, layout.right]
    found = layout.weight * _products(u, v)
    return np.vstack([found, mean_factors(layout, implied) * u]) if means else found


def _weighted(layout: Layout, implied: Implied, inverse: np.ndarray, observed: Sample | None, *,
              means: bool) -> np.ndarray:
    """Information about the moments times their derivatives, shape (m, k); observed where a sample is given."""
    pulled = inverse @ implied.atoms
    u, v = pulled[:, layout.left], pulled[:, layout.right]
    found, factor = layout.weight * _products(u, v), mean_factors(layout, implied)
    of_mean = factor * u
    if observed is not None:
        away = observed.mean - implied.mu if means else np.zeros(len(inverse))
        seen = inverse @ (observed.cov + np.outer(away, away)) @ pulled
        found = layout.weight * (_products(seen[:, layout.left], v) + _products(seen[:, layout.right], u)) - found
        near, far = away @ u, away @ v
        if means:
            found = found + factor * _products(u, np.broadcast_to((inverse @ away)[:, None], u.shape))
            of_mean = of_mean + layout.weight * (u * far + v * near)
    row, column = np.tril_indices(len(inverse))
    found = found * np.where(row == column, 0.5, 1.0)[:, None]
    return np.vstack([found, of_mean]) if means else found


def _in_squares(layout: Layout, implied: Implied, problem: Quadratic, group: int, *, means: bool) -> np.ndarray:
    """Weigh the slopes as least squares do."""
    pulled = problem.weights[group] @ implied.atoms
    found = layout.weight * _products(pulled[:, layout.left], pulled[:, layout.right])
    row, column = np.tril_indices(len(pulled))
    variances = 2 * layout.weight * implied.atoms[:, layout.left] * implied.atoms[:, layout.right]
    found[row == column] += problem.diagonals[group][:, None] * variances
    found *= np.where(row == column, 0.5, 1.0)[:, None]
    if not means:
        return found
    return np.vstack([found, problem.of_means[group] @ (mean_factors(layout, implied) * implied.atoms[:, layout.left])])


def _products(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Lower triangle of ab' + ba' for every pair of columns, shape (p (p + 1) / 2, k)."""
    row, column = np.tril_indices(len(one))
    return one[row] * two[column] + one[column] * two[row]


def _as_normal(sample: Sample, given: np.ndarray, slopes: np.ndarray, weighted: np.ndarray, *, means: bool) -> Part:
    """Where answers are normal, Gamma is made of covariances."""
    cov = sample.cov
    row, column = np.tril_indices(len(cov))
    spread = [np.diag(s)[row] * np.diag(s)[column] + s[row, column] ** 2 for s in (cov, given)]
    matrices = np.zeros((weighted.shape[1], *cov.shape))
    matrices[:, row, column] = matrices[:, column, row] = weighted[: len(row)].T / 2
    matrices[:, range(len(cov)), range(len(cov))] *= 2
    carried = 2 * (cov @ matrices @ cov - given @ matrices @ given)[:, row, column].T
    rest, own = cov - given, spread[0] - spread[1]
    if means:
        own, carried = np.concatenate([own, np.diag(rest)]), np.vstack([carried, rest @ weighted[len(row):]])

    def gamma() -> np.ndarray:
        whole = np.zeros((len(own),) * 2)
        pairs = [s[np.ix_(row, row)] * s[np.ix_(column, column)] + s[np.ix_(row, column)] * s[np.ix_(column, row)]
                 for s in (cov, given)]
        whole[: len(row), : len(row)] = pairs[0] - pairs[1]
        whole[len(row):, len(row):] = rest if means else 0.0
        return whole

    return Part(sample.n, slopes, weighted, own, carried, gamma)


def _as_answered(material: Material, group: int, given: np.ndarray | None, slopes: np.ndarray, weighted: np.ndarray, *,
                 means: bool) -> Part:
    """Take Gamma from the respondents' own products, without ever holding it where only its diagonal is asked for."""
    n, size = material.samples[group].n, len(weighted)
    row, column = np.tril_indices(len(material.width))
    centre = material.samples[group].cov[row, column]
    centre = centre if given is None else centre - (given.T @ given / len(given))[row, column]

    def own() -> Iterator[tuple[slice, np.ndarray]]:
        for here, away in material.blocks(group):
            yield here, _rows(away, None if given is None else given[here], centre, means=means)

    def gamma() -> np.ndarray:
        gathered = material.gathered(group, size)
        for here, rows in own():
            gathered.add(here, rows)
        return (gathered.products if gathered.sums is None else gathered.grown.T @ gathered.grown) / n

    if material.clusters is not None:
        gathered = material.gathered(group, size)
        for here, rows in own():
            gathered.add(here, rows)
        grown = gathered.grown
        return Part(n, slopes, weighted, (grown**2).sum(axis=0) / n, grown.T @ (grown @ weighted) / n, gamma)
    spread, carried = np.zeros(size), np.zeros_like(weighted)
    for here, rows in own():
        rows = rows if material.weights is None else rows * material.weights[group][here, None]
        spread += (rows**2).sum(axis=0)
        carried += rows.T @ (rows @ weighted)
    return Part(n, slopes, weighted, spread / n, carried / n, gamma)


def _rows(away: np.ndarray, given: np.ndarray | None, centre: np.ndarray, *, means: bool) -> np.ndarray:
    row, column = np.tril_indices(away.shape[1])
    products = away[:, row] * away[:, column] - centre
    if given is not None:
        products -= given[:, row] * given[:, column]
    rest = away if given is None else away - given
    return np.hstack([products, rest]) if means else products


def _explained(fit: SemFit, group: int) -> np.ndarray | None:
    """Predict from fixed exogenous x a group's answers, shape (n, p)."""
    table, sample = fit.structure.table, fit.engine.scaled.samples[group]
    if not (table.fixed_x and table.exogenous):
        return None
    x = [sample.names.index(name) for name in table.exogenous]
    away = fit.engine.cases.values[group] / fit.engine.scaled.width - sample.mean
    return away[:, x] @ np.linalg.solve(sample.cov[np.ix_(x, x)], sample.cov[x])


def _explained_cov(fit: SemFit, group: int) -> np.ndarray:
    """Covariances that fixed exogenous x predict, shape (p, p)."""
    table, sample = fit.structure.table, fit.engine.scaled.samples[group]
    if not (table.fixed_x and table.exogenous):
        return np.zeros_like(sample.cov)
    x = [sample.names.index(name) for name in table.exogenous]
    return sample.cov[:, x] @ np.linalg.solve(sample.cov[np.ix_(x, x)], sample.cov[x])
