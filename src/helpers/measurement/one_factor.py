r"""How strongly does one factor drive each item? Maximum likelihood for many covariance matrices at once.

The model is :math:`\Sigma = \lambda\lambda' + \operatorname{diag}(\theta)`, the discrepancy
:math:`F = \log|\Sigma| + \operatorname{tr}(S\Sigma^{-1}) - \log|S| - k` (Jöreskog, 1967). The matrices lie in the last
axis, so one Newton step of thousands of bootstrap draws costs a few array operations. `sem.fit` gives the same
estimates for one matrix, with standard errors and tests; here only the estimates are needed, and quickly.

References
----------
Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika, 32(4), 443-482.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# On correlations; one more Newton step from here no longer changes the ninth digit of a loading.
GRADIENT = 1e-8
STEPS = 60
HALVINGS = 12
# A pivot of the Hessian below this: the discrepancy is not convex there, and the expected information is used.
CONVEX = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """Estimates for B covariance matrices of k items.

    Attributes
    ----------
    loadings : ndarray, shape (k, B)
        Unstandardized, factor variance 1; their sum is not negative. NaN where no estimate was found.
    residuals : ndarray, shape (k, B)
        Residual variances; may be negative, as in lavaan (Heywood case).
    converged : ndarray of bool, shape (B,)
    """

    loadings: np.ndarray
    residuals: np.ndarray
    converged: np.ndarray


def one_factor(cov: np.ndarray, *, start: OneFactor | None = None) -> OneFactor:
    """Fit the one-factor model to each covariance matrix.

    Parameters
    ----------
    cov : ndarray, shape (k, k, B)
        k = 2 is identified only with equal loadings, and is fitted so (tau-equivalence).
    start : OneFactor with B = 1, optional
        Estimates of the sample that the draws come from.
    """
    variances = np.einsum("iib->ib", cov)
    sd = np.sqrt(np.where(variances > 0, variances, np.nan))
    usable = np.isfinite(sd).all(axis=0) & np.isfinite(cov).all(axis=(0, 1))
    if len(cov) == 2:
        shared = np.where(usable & (cov[0, 1] > 0), cov[0, 1], np.nan)
        loading = np.sqrt(shared)
        return OneFactor(np.stack([loading, loading]), variances - shared, np.isfinite(shared))
    # ML is equivariant under scaling: correlations are fitted and the estimates rescaled.
    cor = (cov / (sd[:, None] * sd[None]))[..., usable]
    begin = _beginning(cor) if start is None else _scaled(start, cor.shape[-1])
    found, done = _minimized(cor, begin)
    k = len(cov)
    estimates = np.full((2 * k, cov.shape[-1]), np.nan)
    estimates[:, usable] = np.where(done, found, np.nan)
    loadings, residuals = estimates[:k] * sd, estimates[k:] * variances
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return OneFactor(loadings * sign, residuals, np.isfinite(estimates).all(axis=0))


def _beginning(cor: np.ndarray) -> np.ndarray:
    """Begin at the first principal axis, with residuals that keep every matrix positive definite."""
    roots, vectors = np.linalg.eigh(np.moveaxis(cor, -1, 0))
    loadings = (vectors[:, :, -1] * np.sqrt(0.8 * roots[:, -1:])).T
    return np.concatenate([loadings, np.maximum(1 - loadings**2, 0.2)])


def _scaled(start: OneFactor, draws: int) -> np.ndarray:
    variances = start.loadings**2 + start.residuals
    standardized = np.concatenate([start.loadings / np.sqrt(variances), start.residuals / variances])
    return np.repeat(standardized, draws, axis=1)


def _minimized(cor: np.ndarray, begin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take Newton steps until the gradient vanishes; matrices that are done leave the work."""
    estimates = begin.copy()
    done = np.zeros(cor.shape[-1], dtype=bool)
    at = np.arange(cor.shape[-1])
    value, inverse = _discrepancy(cor, begin)
    at, here, value, inverse = _kept(np.isfinite(value), at, begin, value, inverse)
    for _ in range(STEPS):
        gradient, seen = _gradient(cor[..., at], here, inverse)
        vanished = np.abs(gradient).max(axis=0, initial=0) < GRADIENT
        estimates[:, at[vanished]] = here[:, vanished]
        done[at[vanished]] = True
        at, here, value, inverse, gradient, seen = _kept(~vanished, at, here, value, inverse, gradient, seen)
        if not len(at):
            break
        step = _direction(here, inverse, seen, gradient)
        here, value, inverse = _moved(cor[..., at], here, value, inverse, step)
    return estimates, done


def _discrepancy(cor: np.ndarray, estimates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute log|Sigma| + tr(S Sigma^-1), infinite where Sigma is not positive definite, and Sigma^-1."""
    k = len(cor)
    sigma = estimates[:k, None] * estimates[None, :k]
    sigma[np.arange(k), np.arange(k)] += estimates[k:]
    inverse, logdet = _inverted(sigma)
    value = logdet + np.einsum("ijb,ijb->b", cor, inverse)
    return np.where(np.isfinite(value), value, np.inf), inverse


def _inverted(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Invert in place by Gauss-Jordan sweeps; the log determinant is NaN where a pivot is not positive."""
    logdet = np.zeros(matrix.shape[-1])
    with np.errstate(all="ignore"):  # matrices without an inverse are told by their NaN
        for i in range(len(matrix)):
            pivot = matrix[i, i].copy()
            logdet += np.log(np.where(pivot > 0, pivot, np.nan))
            row, column = matrix[i] / pivot, matrix[:, i].copy()
            matrix -= column[:, None] * row[None]
            matrix[i], matrix[:, i] = row, -column / pivot
            matrix[i, i] = 1 / pivot
    return matrix, logdet


def _gradient(cor: np.ndarray, estimates: np.ndarray, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the gradient in loadings and residuals, and Sigma^-1 S Sigma^-1."""
    k = len(cor)
    seen = np.einsum("ijb,jlb->ilb", np.einsum("ijb,jlb->ilb", inverse, cor), inverse)
    weight = inverse - seen
    return np.concatenate([2 * np.einsum("ijb,jb->ib", weight, estimates[:k]), np.einsum("iib->ib", weight)]), seen


def _direction(estimates: np.ndarray, inverse: np.ndarray, seen: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Solve for the Newton step; for the scoring step where the Hessian is not positive definite."""
    loadings = estimates[:len(inverse)]
    step, pivot = _solved(_hessian(loadings, inverse, seen), -gradient)
    bent = ~(pivot > CONVEX)
    if bent.any():
        # Expected information: the Hessian as if the matrix were the implied one.
        expected = _hessian(loadings[:, bent], inverse[..., bent], inverse[..., bent])
        step[:, bent] = _solved(expected, -gradient[:, bent])[0]
    return step


def _hessian(loadings: np.ndarray, inverse: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Second derivatives of the discrepancy in (loadings, residuals)."""
    k = len(loadings)
    u, v = np.einsum("ijb,jb->ib", inverse, loadings), np.einsum("ijb,jb->ib", seen, loadings)
    c, d = (u * loadings).sum(axis=0), (v * loadings).sum(axis=0)
    hessian = np.empty((2 * k, 2 * k, loadings.shape[-1]))
    crossed = u[:, None] * v[None]
    hessian[:k, :k] = 2 * (inverse - seen + crossed + crossed.swapaxes(0, 1) + c * seen + d * inverse
                           - u[:, None] * u[None] - c * inverse)
    hessian[:k, k:] = 2 * (seen * u[None] + inverse * v[None] - inverse * u[None])
    hessian[k:, :k] = hessian[:k, k:].swapaxes(0, 1)
    hessian[k:, k:] = 2 * inverse * seen - inverse**2
    return hessian


def _solved(matrix: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve symmetric systems by elimination; the smallest pivot tells whether the matrix is positive definite."""
    right = right.copy()
    size = len(matrix)
    smallest = np.full(matrix.shape[-1], np.inf)
    with np.errstate(all="ignore"):  # systems without a solution are told by their smallest pivot
        for i in range(size):
            smallest = np.minimum(smallest, matrix[i, i])
            factor = matrix[i + 1:, i] / matrix[i, i]
            matrix[i + 1:, i + 1:] -= factor[:, None] * matrix[i, i + 1:][None]
            right[i + 1:] -= factor * right[i]
        for i in reversed(range(size)):
            right[i] = (right[i] - (matrix[i, i + 1:] * right[i + 1:]).sum(axis=0)) / matrix[i, i]
    return right, smallest


def _moved(cor: np.ndarray, here: np.ndarray, value: np.ndarray, inverse: np.ndarray,
           step: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go along the step, half as far again and again for those matrices where the discrepancy would rise."""
    here, value, inverse = here.copy(), value.copy(), inverse.copy()
    waiting = np.flatnonzero(np.isfinite(step).all(axis=0))
    length = 1.0
    for _ in range(HALVINGS):
        tried = here[:, waiting] + length * step[:, waiting]
        reached, inverted = _discrepancy(cor[..., waiting], tried)
        # Rounding alone can lift the discrepancy in its last digits next to the minimum.
        better = reached <= value[waiting] + 1e-12
        moved = waiting[better]
        here[:, moved], value[moved], inverse[..., moved] = tried[:, better], reached[better], inverted[..., better]
        waiting = waiting[~better]
        length /= 2
        if not len(waiting):
            break
    return here, value, inverse


def _kept(mask: np.ndarray, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    return arrays if mask.all() else tuple(array[..., mask] for array in arrays)
