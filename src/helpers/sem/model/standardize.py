"""The estimates in standard deviations: of the constructs (std.lv), and of everything (std.all) with their slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.sem.model.implied import ALPHA, BETA, DELTA, LAMBDA, PSI, THETA, Implied, Layout, variance_slopes


@dataclass(frozen=True, slots=True, eq=False)
class Standardized:
    """Standardized parameters of one group.

    Attributes
    ----------
    std_lv, std_all : ndarray, shape (k,)
        NaN where a variance in the denominator is not positive.
    slopes : ndarray, shape (k, k)
        Derivative of ``std_all`` with respect to the parameters.
    r2_observed : ndarray, shape (p,)
    r2_etas : ndarray, shape (m,)
    """

    std_lv: np.ndarray
    std_all: np.ndarray
    slopes: np.ndarray
    r2_observed: np.ndarray
    r2_etas: np.ndarray


def standardize(layout: Layout, values: np.ndarray, implied: Implied) -> Standardized:
    r"""Standardize the parameters of one group.

    Notes
    -----
    A slope is multiplied by the standard deviation of its predictor over that of its outcome, a variance divided by
    the total variance, an intercept by the standard deviation; a covariance becomes the correlation of what it
    connects, of residuals where it connects residuals. With :math:`s = v \prod_j V_j^{e_j}` the slopes are
    :math:`ds = dv \prod_j V_j^{e_j} + s \sum_j e_j dV_j / V_j`.
    """
    k, p = len(values), len(layout.observed)
    observed, etas = np.diag(implied.sigma), np.diag(implied.eta)
    d_observed, d_etas = variance_slopes(layout, implied)
    # one list of variances: total of observed and of etas, then residual of both
    variances = np.concatenate([observed, etas, np.diag(implied.theta), np.diag(implied.psi)])
    slopes = np.vstack([d_observed, d_etas, np.zeros((p + len(etas), k))])
    for at in np.flatnonzero((layout.matrix >= PSI) & (layout.matrix <= THETA) & (layout.row == layout.column)):
        base = p + len(etas) + (0 if layout.matrix[at] == THETA else p)
        slopes[base + layout.row[at], at] = 1.0
    powers_all = powers(layout, len(variances), everything=True)
    powers_lv = powers(layout, len(variances), everything=False)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        logs = np.where(variances > 0, np.log(np.abs(variances)), np.nan)
        factor = np.exp(_times(powers_all, logs))
        std_all = values * factor
        relative = np.where((variances > 0)[:, None], slopes / variances[:, None], 0.0)
        change = np.diag(factor) + std_all[:, None] * (powers_all @ relative)
        std_lv = values * np.exp(_times(powers_lv, logs))
        r2_observed = 1 - np.diag(implied.theta) / observed
        r2_etas = 1 - np.diag(implied.psi) / etas
    return Standardized(std_lv, std_all, change, r2_observed, r2_etas)


def in_deviations(layout: Layout, values: np.ndarray, implied: Implied) -> tuple[np.ndarray, np.ndarray]:
    """Express values of the parameters of one group, shape (k,), in standard deviations: std.lv and std.all.

    They need not be those that imply the moments: the expected change of a parameter is standardized like the
    parameter.
    """
    variances = np.concatenate([np.diag(implied.sigma), np.diag(implied.eta), np.diag(implied.theta),
                                np.diag(implied.psi)])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        logs = np.where(variances > 0, np.log(np.abs(variances)), np.nan)
        std_lv, std_all = (values * np.exp(_times(powers(layout, len(variances), everything=everything), logs))
                           for everything in (False, True))
    return std_lv, std_all


def _times(powers: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Matrix product in which an unused NaN does no harm."""
    unknown = np.isnan(logs)
    product = powers @ np.where(unknown, 0.0, logs)
    return np.where((powers[:, unknown] != 0).any(axis=1), np.nan, product)


def powers(layout: Layout, size: int, *, everything: bool) -> np.ndarray:
    """Exponent of each variance in each standardization, shape (k, 2p + 2m)."""
    p, m = len(layout.observed), len(layout.etas)
    rank = np.zeros((len(layout.matrix), size))
    for at, (kind, row, column) in enumerate(zip(layout.matrix, layout.row, layout.column, strict=True)):
        if kind in (LAMBDA, BETA):
            _add(rank, at, p + column, 0.5, everything or column < layout.latents)
            outcome = row if kind == LAMBDA else p + row
            _add(rank, at, outcome, -0.5, everything or (kind == BETA and row < layout.latents))
        elif kind in (PSI, THETA):
            total, residual = (p, 2 * p + m) if kind == PSI else (0, p + m)
            base = total if row == column else residual
            for end in (row, column):
                _add(rank, at, base + end, -0.5, everything or (kind == PSI and end < layout.latents))
        elif kind == DELTA:  # of a response in standard deviations: 1
            _add(rank, at, row, 0.5, everything)
        else:
            place = p + row if kind == ALPHA else row
            _add(rank, at, place, -0.5, everything or (kind == ALPHA and row < layout.latents))
    return rank


def _add(rank: np.ndarray, at: int, variance: int, power: float, wanted: bool) -> None:
    if wanted:
        rank[at, variance] += power
