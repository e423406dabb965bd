"""How constructs and what is observed of them vary together, as a fit says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.sem.fitting.result import SemFit
from helpers.sem.model.implied import imply


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """One group's moments, of the l constructs and the p observed variables, in original units.

    An ordinal item stands for the response behind it.

    Attributes
    ----------
    mean, cov : ndarray, shapes (p,) and (p, p)
        Implied; the sample's means where the model has none.
    construct_mean, construct_cov : ndarray, shapes (l,) and (l, l)
    between : ndarray, shape (l, p)
        Covariances of constructs with observed variables.
    loadings : ndarray, shape (p, l)
        Of items on the constructs that they measure.
    residual : ndarray, shape (p, p)
        Covariances of what is left of the observed variables once their predictors are known.
    aside : ndarray, shape (p, p)
        Slopes of items on other observed variables.
    """

    mean: np.ndarray
    cov: np.ndarray
    construct_mean: np.ndarray
    construct_cov: np.ndarray
    between: np.ndarray
    loadings: np.ndarray
    residual: np.ndarray
    aside: np.ndarray


def joint_moments(fit: SemFit, number: int) -> Joint:
    """Work them out for a group, counted from 0."""
    structure, sample = fit.structure, fit.sample[number]
    layout, table = structure.layout, structure.table
    values = fit.parameters["est"].to_numpy()[: len(table.rows)]
    implied = imply(layout, values[structure.part(number)])
    p, m, latents = len(layout.observed), len(layout.etas), layout.latents
    paths = np.eye(m) - np.linalg.inv(implied.total)
    loadings = (implied.atoms[:, p: p + m] @ (np.eye(m) - paths))[:, :latents]
    residual, aside = implied.theta.copy(), np.zeros((p, p))
    at = [layout.observed.index(name) for name in layout.etas[latents:]]
    residual[np.ix_(at, at)] += implied.psi[latents:, latents:]
    loadings[at], aside[np.ix_(at, at)] = paths[latents:, :latents], paths[latents:, latents:]
    items = np.isin(layout.observed, [row.rhs for row in table.rows if row.op == "=~"])
    loadings, aside = loadings * items[:, None], aside * items[:, None]
    mean, eta_mean = implied.mu, implied.eta_mean
    if not table.means:
        mean = np.zeros(p) if sample.mean is None else sample.mean
        eta_mean = _eta_mean(paths, mean[at], latents)
    return Joint(mean, implied.sigma, eta_mean[:latents], implied.eta[:latents, :latents],
                 implied.atoms[:, p + m: p + m + latents].T, loadings, residual, aside)


def _eta_mean(paths: np.ndarray, of_observed: np.ndarray, latents: int) -> np.ndarray:
    """Means of the etas where only those of the observed ones are known and the constructs' intercepts are 0."""
    system = np.eye(len(paths))
    system[:latents] -= paths[:latents]
    return np.linalg.solve(system, np.concatenate([np.zeros(latents), of_observed]))


def bartlett(moments: Joint, pattern: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of Bartlett's scores, shape (l, observed), and their error variances, shape (l,).

    NaN for constructs without an answered item. The residuals may be singular (an item without error); weighing by the
    items' whole covariances instead gives the same scores.

    Parameters
    ----------
    moments : Joint
    pattern : ndarray of bool, shape (p,)
        What was answered.
    """
    items = pattern & (moments.loadings != 0).any(axis=1) & ~(moments.aside[:, ~pattern] != 0).any(axis=1)
    own = (moments.loadings[items] != 0).any(axis=0)
    loadings, of_construct = moments.loadings[np.ix_(items, own)], moments.construct_cov[np.ix_(own, own)]
    weights, error = np.full((len(own), int(pattern.sum())), np.nan), np.full(len(own), np.nan)
    if np.linalg.matrix_rank(loadings) < own.sum():  # constructs that share their only answered items
        return weights, error
    pulled = np.linalg.solve(loadings @ of_construct @ loadings.T + moments.residual[np.ix_(items, items)], loadings).T
    bread = np.linalg.inv(pulled @ loadings)
    from_all = np.eye(len(pattern))[items] - moments.aside[items]
    weights[own] = (bread @ pulled @ from_all)[:, pattern]
    error[own] = np.diag(bread - of_construct)
    return weights, error
