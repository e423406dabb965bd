r"""Which residuals are larger than sampling explains.

With :math:`\sigma(\hat\theta)` close to the observed moments s, :math:`s - \sigma(\hat\theta) \approx Q(s - \sigma)`,
:math:`Q = I - \Delta(\Delta'V\Delta)^{-1}\Delta'V`, so

.. math:: \operatorname{Var}(s - \hat\sigma) = \tfrac1n \operatorname{diag}(Q \Gamma Q')

Only products of size p² x q are formed: every column of :math:`\Delta` is a matrix of rank two.

References
----------
Joreskog (1981). Scandinavian Journal of Statistics, 8, 65-92. Bentler & Dijkstra (1985). Ogasawara (2001).
Psychometrika, 66, 421-436. Maydeu-Olivares (2017). Structural Equation Modeling, 24, 677-688.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.robust import Material
from helpers.sem.model.implied import Implied, Layout, mean_factors

# Share of a moment's own variance below which the variance of its residual is rounding: the model fits it exactly.
FITTED = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One group: m moments (lower triangle by rows, then means where modelled) by the q basic parameters.

    Attributes
    ----------
    slopes : ndarray, shape (m, q)
        Delta.
    weighted : ndarray, shape (m, q)
        V Delta.
    spread : ndarray, shape (m,)
        Diagonal of Gamma.
    carried : ndarray, shape (m, q)
        Gamma V Delta.
    """

    slopes: np.ndarray
    weighted: np.ndarray
    spread: np.ndarray
    carried: np.ndarray


def standardized_residuals(fit: SemFit) -> pd.DataFrame:
    """Divide every residual covariance (and mean) by its standard error.

    Parameters
    ----------
    fit : SemFit
        By ML, MLM or MLR.

    Returns
    -------
    DataFrame
        ``fit.residuals`` and behind it ``se z pvalue``: standard error of ``raw``, their ratio, and its two-sided
        p-value (of one residual that was not picked for its size). A moment that the model fits exactly has se 0,
        z 0 and no p-value.

    Raises
    ------
    ModelError
        ``sem.residuals_estimator`` for other estimators; ``sem.released_not_converged``.

    Notes
    -----
    Gamma is that of normal answers with the observed covariances (ML) or of the answers as they are (MLM, MLR); V is
    the information about the moments, expected (ML, MLM) or observed (MLR). Given x, Gamma is what x leaves over.
    Agrees with lavaan 0.6-14's ``resid(fit, "standardized")`` (tests/oracle/after_fit_residuals.csv), except where
    something is equal across groups: lavaan takes a group's residuals to vary with that group's answers alone, though
    the shared estimates vary with everybody's; its ratios are too large then.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c + .7*d + .7*e; a ~~ .2*b", n=500, seed=1)
    >>> shown = standardized_residuals(fit("f =~ a + b + c + d + e", answers))
    >>> shown.sort_values("z")[["lhs", "rhs", "raw", "se", "z"]].round(3).tail(1)
      lhs rhs    raw     se      z
    1   b   a  0.072  0.019  3.714
    """
    if not isinstance(fit.engine.problem, NormalTheory):
        raise ModelError("sem.residuals_estimator", estimator=fit.engine.method.name)
    if not fit.converged:
        raise ModelError("sem.released_not_converged")
    width, parts, se = fit.engine.scaled.width, _parts(fit), []
    row, column = np.tril_indices(len(width))
    for variances, part in zip(_variances(fit, parts), parts, strict=True):
        own = np.where(variances > FITTED * part.spread / fit.n, variances, 0.0)
        units = np.concatenate([width[row] * width[column], width if fit.structure.table.means else []])
        se.append(np.sqrt(own) * units)
    return _tested(fit.residuals, np.concatenate(se))


def _tested(residuals: pd.DataFrame, se: np.ndarray) -> pd.DataFrame:
    from scipy.special import ndtr

    shown = residuals.copy()
    shown["se"] = se
    with np.errstate(divide="ignore", invalid="ignore"):
        shown["z"] = np.where(se > 0, shown["raw"] / se, 0.0)
    shown["pvalue"] = np.where(se > 0, 2 * ndtr(-shown["z"].abs()), np.nan)
    return shown


def _variances(fit: SemFit, parts: list[_Part]) -> list[np.ndarray]:
    """Variances of each group's residuals, shape (m,), on scaled items."""
    shares = fit.engine.problem.shares
    total = sum(sample.n for sample in fit.sample)
    bread = np.linalg.inv(sum(share * part.slopes.T @ part.weighted for share, part in zip(shares, parts, strict=True)))
    middle = sum(share * part.weighted.T @ part.carried for share, part in zip(shares, parts, strict=True))
    found = []
    for part, sample in zip(parts, fit.sample, strict=True):
        moved = part.slopes @ bread
        pull = ((moved @ middle) * moved).sum(axis=1) - 2 * (moved * part.carried).sum(axis=1)
        found.append(part.spread / sample.n + pull / total)
    return found


def _parts(fit: SemFit) -> list[_Part]:
    engine = fit.engine
    structure, means = engine.scaled.structure, fit.structure.table.means
    material = None if engine.cases is None else Material.of(engine.cases, engine.scaled, engine.method)
    parts = []
    for group, (implied, sample) in enumerate(zip(engine.optimum.point.implied, engine.scaled.samples, strict=True)):
        inverse = engine.optimum.point.inverses[group]
        k = structure.k[structure.part(group)]
        observed = sample if engine.method.information == "observed" and engine.method.robust else None
        slopes = _slopes(structure.layout, implied, means=means) @ k
        weighted = _weighted(structure.layout, implied, inverse, observed, means=means) @ k
        if engine.method.robust and material is not None:
            spread, carried = _as_answered(material, group, _explained(fit, group), weighted, means=means)
        else:
            spread, carried = _as_normal(sample, _explained_cov(fit, group), weighted, means=means)
        parts.append(_Part(slopes, weighted, spread, carried))
    return parts


def _slopes(layout: Layout, implied: Implied, *, means: bool) -> np.ndarray:
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


def _products(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Lower triangle of ab' + ba' for every pair of columns, shape (p (p + 1) / 2, k)."""
    row, column = np.tril_indices(len(one))
    return one[row] * two[column] + one[column] * two[row]


def _as_normal(sample: Sample, given: np.ndarray, weighted: np.ndarray, *,
               means: bool) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal of Gamma and Gamma V Delta where answers are normal."""
    cov = sample.cov
    row, column = np.tril_indices(len(cov))
    spread = [np.diag(s)[row] * np.diag(s)[column] + s[row, column] ** 2 for s in (cov, given)]
    matrices = np.zeros((weighted.shape[1], *cov.shape))
    matrices[:, row, column] = matrices[:, column, row] = weighted[: len(row)].T / 2
    matrices[:, range(len(cov)), range(len(cov))] *= 2
    carried = 2 * (cov @ matrices @ cov - given @ matrices @ given)[:, row, column].T
    if not means:
        return spread[0] - spread[1], carried
    rest = cov - given
    return (np.concatenate([spread[0] - spread[1], np.diag(rest)]),
            np.vstack([carried, rest @ weighted[len(row):]]))


def _as_answered(material: Material, group: int, given: np.ndarray | None, weighted: np.ndarray, *,
                 means: bool) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal of Gamma and Gamma V Delta from the respondents' own products."""
    n, size = material.samples[group].n, len(weighted)
    row, column = np.tril_indices(len(material.width))
    centre = material.samples[group].cov[row, column]
    centre = centre if given is None else centre - (given.T @ given / len(given))[row, column]
    own = ((here, _rows(away, None if given is None else given[here], centre, means=means))
           for here, away in material.blocks(group))
    if material.clusters is not None:
        gathered = material.gathered(group, size)
        for here, rows in own:
            gathered.add(here, rows)
        grown = gathered.grown
        return (grown**2).sum(axis=0) / n, grown.T @ (grown @ weighted) / n
    spread, carried = np.zeros(size), np.zeros_like(weighted)
    for here, rows in own:
        rows = rows if material.weights is None else rows * material.weights[group][here, None]
        spread += (rows**2).sum(axis=0)
        carried += rows.T @ (rows @ weighted)
    return spread / n, carried / n


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
