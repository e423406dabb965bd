r"""How correlation matrices become one: maximum likelihood, weights that are given, or random effects.

References
----------
Cheung & Chan (2005). Meta-analytic structural equation modeling: a two-stage approach. Psychological Methods, 10,
40-64. Becker (1992). Journal of Educational Statistics, 17, 341-362. Cheung (2014). Behavior Research Methods, 46,
29-40.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.replication.correlations import Correlations, Pair, normal_acov, square

_STEPS, _SMALLEST_STEP = 200, 2.0**-30
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Pooled correlations.

    Attributes
    ----------
    values : ndarray, shape (m,)
    acov : ndarray, shape (m, m)
    chisq : float
        Of homogeneity: how far the studies are from one common matrix.
    tau2 : ndarray, shape (m,)
        Variances between studies; 0 where effects are fixed.
    """

    values: np.ndarray
    acov: np.ndarray
    chisq: float
    tau2: np.ndarray


def places(studies: Sequence[Correlations], pairs: Sequence[Pair]) -> list[np.ndarray]:
    """Say where the correlations of each study stand among all pairs, whichever way round a pair is written."""
    at = {frozenset(pair): place for place, pair in enumerate(pairs)}
    return [np.array([at[frozenset(pair)] for pair in each.pairs]) for each in studies]


def by_likelihood(studies: Sequence[Correlations], pairs: Sequence[Pair]) -> Pool:
    r"""Pool by maximum likelihood: one correlation matrix, standard deviations of each study's own.

    Notes
    -----
    Minimizes :math:`\sum_i n_i F_{ML}(R_i, D_i P_i D_i)` over the common correlations, of which :math:`P_i` holds
    those of the variables that study i has, and the diagonal :math:`D_i` (Cheung & Chan, 2005). The minimum is the
    chi-square of homogeneity. Fisher scoring; the standard deviations are eliminated study by study.
    """
    where = places(studies, pairs)
    values = _average(studies, where, len(pairs))
    scales = [np.ones(len(each.names)) for each in studies]
    now = _distance(studies, where, values, scales)
    for _ in range(_STEPS):
        slope, information, blocks = _scoring(studies, where, values, scales)
        step = np.linalg.solve(information, slope)
        own = [np.linalg.solve(c, g - b.T @ step[at]) for at, (g, b, c) in zip(where, blocks, strict=True)]
        size = 1.0
        while True:
            tried = values + size * step
            widths = [scale * np.exp(size * move) for scale, move in zip(scales, own, strict=True)]
            then = _distance(studies, where, tried, widths)
            if then <= now + 1e-12 or size < _SMALLEST_STEP:
                break
            size /= 2
        moved = size * max(float(np.abs(move).max()) for move in (step, *own))
        values, scales, now = tried, widths, then
        if moved < _TOLERANCE:
            break
    else:
        raise ModelError("replication.masem_no_pool")
    return Pool(values, np.linalg.inv(_scoring(studies, where, values, scales)[1]), float(now), np.zeros(len(values)))


def by_weights(studies: Sequence[Correlations], pairs: Sequence[Pair]) -> Pool:
    r"""Pool by generalized least squares with sampling covariances that each study brings.

    Notes
    -----
    :math:`\hat\rho = (\sum X_i' V_i^{-1} X_i)^{-1} \sum X_i' V_i^{-1} r_i` (Becker, 1992); the weighted sum of squares
    around it is the chi-square of homogeneity. A study that brings no covariances has those of normal variables, at
    the average matrix of all studies: at its own they would favour the correlations that came out large.
    """
    where = places(studies, pairs)
    covariances = own_acov(studies, where, _average(studies, where, len(pairs)))
    weight, right = np.zeros((len(pairs), len(pairs))), np.zeros(len(pairs))
    for each, at, v in zip(studies, where, covariances, strict=True):
        w = np.linalg.inv(v)
        weight[np.ix_(at, at)] += w
        right[at] += w @ each.values
    acov = np.linalg.inv(weight)
    values = acov @ right
    left = [each.values - values[at] for each, at in zip(studies, where, strict=True)]
    chisq = sum(float(rest @ np.linalg.solve(v, rest)) for rest, v in zip(left, covariances, strict=True))
    return Pool(values, acov, chisq, np.zeros(len(values)))


def by_random_effects(studies: Sequence[Correlations], pairs: Sequence[Pair], fixed: Pool) -> Pool:
    r"""Pool matrices that differ: every correlation has a variance between studies of its own.

    Notes
    -----
    :math:`r_i \sim N(X_i \rho, V_i + X_i T^2 X_i')` with diagonal :math:`T^2` by restricted maximum likelihood
    (Cheung, 2014); :math:`V_i` at the fixed-effect matrix where the study brings none. Homogeneity is still that of
    the fixed effects.
    """
    from scipy.optimize import minimize

    where = places(studies, pairs)
    covariances = own_acov(studies, where, fixed.values)
    r = [each.values for each in studies]
    spread = np.array([_spread([values[at == pair] for values, at in zip(r, where, strict=True)])
                       for pair in range(len(pairs))])
    best = None
    for start in (spread, spread / 10 + 1e-5):
        found = minimize(lambda root: _restricted(root, r, where, covariances), np.sqrt(start), jac=True, method="BFGS",
                         options={"gtol": 1e-7, "maxiter": 2000})
        best = found if best is None or found.fun < best.fun else best
    tau2 = best.x**2
    values, acov, _ = _given_variances(tau2, r, where, covariances)
    return Pool(values, acov, fixed.chisq, tau2)


def own_acov(studies: Sequence[Correlations], where: Sequence[np.ndarray], values: np.ndarray) -> list[np.ndarray]:
    """Give sampling covariances of every study's correlations: its own, or those of normal variables at ``values``."""
    return [each.acov if each.acov is not None else normal_acov(square(values[at], len(each.names)), each.n)
            for each, at in zip(studies, where, strict=True)]


def _average(studies: Sequence[Correlations], where: Sequence[np.ndarray], size: int) -> np.ndarray:
    total, n = np.zeros(size), np.zeros(size)
    for each, at in zip(studies, where, strict=True):
        total[at] += each.n * each.values
        n[at] += each.n
    return total / n


def _spread(values: list[np.ndarray]) -> float:
    every = np.concatenate(values)
    return float(every.var(ddof=1)) + 1e-4 if len(every) > 1 else 1e-4


def _distance(studies: Sequence[Correlations], where: Sequence[np.ndarray], values: np.ndarray,
              scales: Sequence[np.ndarray]) -> float:
    total = 0.0
    for each, at, scale in zip(studies, where, scales, strict=True):
        sigma = square(values[at], len(scale)) * np.outer(scale, scale)
        try:
            lower = np.linalg.cholesky(sigma)
        except np.linalg.LinAlgError:
            return np.inf
        s = each.matrix.to_numpy(float)
        total += each.n * (2 * np.log(np.diag(lower)).sum() - np.linalg.slogdet(s)[1]
                           + np.trace(np.linalg.solve(sigma, s)) - len(scale))
    return total


def _scoring(studies: Sequence[Correlations], where: Sequence[np.ndarray], values: np.ndarray,
             scales: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, list[tuple]]:
    """Slope and information about the common correlations once the scales are eliminated, and the blocks of each."""
    slope, information = np.zeros(len(values)), np.zeros((len(values), len(values)))
    blocks = []
    for each, at, scale in zip(studies, where, scales, strict=True):
        p = len(scale)
        sigma = square(values[at], p) * np.outer(scale, scale)
        inverse = np.linalg.inv(sigma)
        left = inverse @ (each.matrix.to_numpy(float) - sigma) @ inverse
        one, two = np.triu_indices(p, 1)
        # Sigma moves by scale_i scale_j in two cells with a correlation, by (e_i s_i' + s_i e_i') with a log scale.
        factor = scale[one] * scale[two]
        g_rho = each.n * left[one, two] * factor
        g_own = each.n * np.einsum("ij,ij->i", left, sigma)
        a = each.n * (inverse[np.ix_(one, one)] * inverse[np.ix_(two, two)]
                      + inverse[np.ix_(one, two)] * inverse[np.ix_(two, one)]) * np.outer(factor, factor)
        unit = np.eye(p)
        b = each.n * factor[:, None] * (inverse[one] * unit[two] + inverse[two] * unit[one])
        c = each.n * (unit + inverse * sigma)
        blocks.append((g_own, b, c))
        slope[at] += g_rho - b @ np.linalg.solve(c, g_own)
        information[np.ix_(at, at)] += a - b @ np.linalg.solve(c, b.T)
    return slope, information, blocks


def _given_variances(tau2: np.ndarray, r: Sequence[np.ndarray], where: Sequence[np.ndarray],
                     covariances: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    weight, right = np.zeros((len(tau2), len(tau2))), np.zeros(len(tau2))
    inverses = []
    for values, at, v in zip(r, where, covariances, strict=True):
        w = np.linalg.inv(v + np.diag(tau2[at]))
        inverses.append(w)
        weight[np.ix_(at, at)] += w
        right[at] += w @ values
    acov = np.linalg.inv(weight)
    return acov @ right, acov, inverses


def _restricted(root: np.ndarray, r: Sequence[np.ndarray], where: Sequence[np.ndarray],
                covariances: Sequence[np.ndarray]) -> tuple[float, np.ndarray]:
    """Minus the restricted log-likelihood and its slope, by the roots of the variances."""
    mean, acov, inverses = _given_variances(root**2, r, where, covariances)
    value, slope = -np.linalg.slogdet(acov)[1], np.zeros(len(root))
    for values, at, w in zip(r, where, inverses, strict=True):
        rest = values - mean[at]
        value += -np.linalg.slogdet(w)[1] + rest @ w @ rest
        slope[at] += np.diag(w) - (w @ rest) ** 2 - np.einsum("ij,jk,ki->i", w, acov[np.ix_(at, at)], w)
    return value / 2, slope * root
