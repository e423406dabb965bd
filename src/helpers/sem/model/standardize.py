"""The estimates in standard deviations: of the constructs (std.lv), and of everything (std.all) with their slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.sem.model.implied import (
    ALPHA,
    BETA,
    DELTA,
    LAMBDA,
    NU,
    PSI,
    TAU,
    THETA,
    Implied,
    Layout,
    variance_slopes,
)


@dataclass(frozen=True, slots=True, eq=False)
class Standardized:
    """Standardized parameters of one group.

    Attributes
    ----------
    std_lv, std_all : ndarray, shape (k,)
        NaN where a variance in the denominator is not positive.
    r2_observed : ndarray, shape (p,)
    r2_etas : ndarray, shape (m,)
    """

    std_lv: np.ndarray
    std_all: np.ndarray
    r2_observed: np.ndarray
    r2_etas: np.ndarray


def standardize(layout: Layout, values: np.ndarray, implied: Implied) -> Standardized:
    r"""Standardize the parameters of one group.

    Notes
    -----
    A slope is multiplied by the standard deviation of its predictor over that of its outcome, a variance divided by
    the total variance, an intercept by the standard deviation; a covariance becomes the correlation of what it
    connects, of residuals where it connects residuals.
    """
    std_lv, std_all = in_deviations(layout, values, implied)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        r2_observed = 1 - np.diag(implied.theta) / np.diag(implied.sigma)
        r2_etas = 1 - np.diag(implied.psi) / np.diag(implied.eta)
    return Standardized(std_lv, std_all, r2_observed, r2_etas)


def standardized_slopes(layout: Layout, values: np.ndarray, implied: Implied) -> np.ndarray:
    r"""Differentiate ``std_all`` by the parameters of one group, shape (k, k).

    Notes
    -----
    With :math:`s = v \prod_j V_j^{e_j}` the slopes are
    :math:`ds = dv \prod_j V_j^{e_j} + s \sum_j e_j dV_j / V_j`.
    """
    k, p = len(values), len(layout.observed)
    d_observed, d_etas = variance_slopes(layout, implied)
    variances = _variances(implied)
    slopes = np.vstack([d_observed, d_etas, np.zeros((p + len(d_etas), k))])
    for at in np.flatnonzero((layout.matrix >= PSI) & (layout.matrix <= THETA) & (layout.row == layout.column)):
        base = p + len(d_etas) + (0 if layout.matrix[at] == THETA else p)
        slopes[base + layout.row[at], at] = 1.0
    rank = powers(layout, len(variances), everything=True)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        factor = np.exp(_times(rank, _logs(variances)))
        relative = np.where((variances > 0)[:, None], slopes / variances[:, None], 0.0)
        return np.diag(factor) + (values * factor)[:, None] * (rank @ relative)


def in_deviations(layout: Layout, values: np.ndarray, implied: Implied) -> tuple[np.ndarray, np.ndarray]:
    """Express values of the parameters of one group, shape (k,), in standard deviations: std.lv and std.all.

    They need not be those that imply the moments: the expected change of a parameter is standardized like the
    parameter.
    """
    variances = _variances(implied)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        logs = _logs(variances)
        std_lv, std_all = (values * np.exp(_times(powers(layout, len(variances), everything=everything), logs))
                           for everything in (False, True))
    return std_lv, std_all


def _variances(implied: Implied) -> np.ndarray:
    """One list of variances: total of observed and of etas, then residual of both."""
    return np.concatenate([np.diag(each) for each in (implied.sigma, implied.eta, implied.theta, implied.psi)])


def _logs(variances: np.ndarray) -> np.ndarray:
    return np.where(variances > 0, np.log(np.abs(variances)), np.nan)


def _times(powers: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Matrix product in which an unused NaN does no harm."""
    unknown = np.isnan(logs)
    product = powers @ np.where(unknown, 0.0, logs)
    return np.where((powers[:, unknown] != 0).any(axis=1), np.nan, product)


def powers(layout: Layout, size: int, *, everything: bool) -> np.ndarray:
    """Exponent of each variance in each standardization, shape (k, 2p + 2m)."""
    p, m, latents = len(layout.observed), len(layout.etas), layout.latents
    kind, row, column = layout.matrix, layout.row, layout.column
    rank = np.zeros((len(kind), size))

    def add(of: np.ndarray, variance: np.ndarray, power: float, wanted: np.ndarray | bool) -> None:
        at = np.flatnonzero(of & (everything | wanted))
        rank[at, variance[at]] += power  # one variance per parameter and call

    slope, latent_row, latent_column = (kind == LAMBDA) | (kind == BETA), row < latents, column < latents
    add(slope, p + column, 0.5, latent_column)
    add(slope, np.where(kind == LAMBDA, row, p + row), -0.5, (kind == BETA) & latent_row)
    total, residual = np.where(kind == PSI, p, 0), np.where(kind == PSI, 2 * p + m, p + m)
    base, among = np.where(row == column, total, residual), (kind == PSI) | (kind == THETA)
    add(among, base + row, -0.5, (kind == PSI) & latent_row)
    add(among, base + column, -0.5, (kind == PSI) & latent_column)
    add(kind == DELTA, row, 0.5, False)  # of a response in standard deviations: 1
    add((kind == NU) | (kind == TAU), row, -0.5, False)
    add(kind == ALPHA, p + row, -0.5, latent_row)
    return rank
