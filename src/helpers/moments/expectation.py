r"""Expected moments of answers with holes, and their likelihood, once means and covariances are taken as known.

With :math:`V = \Sigma^{-1}`, o what is answered and m what is missing, the inverse of :math:`\Sigma_{oo}`, padded with
zeros, is :math:`V - V_{\cdot m} V_{mm}^{-1} V_{m \cdot}`. So a pattern costs matrices of the size of its holes, not of
its answers, and all patterns with k holes are worked on at once.

References
----------
Dempster, Laird & Rubin (1977). Journal of the Royal Statistical Society B, 39, 1-38. Little & Rubin (2002).
Statistical Analysis with Missing Data, ch. 11.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.moments.patterns import Patterns

LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Expected complete-data moments of one group, and the likelihood.

    Attributes
    ----------
    deviance : float
        Minus twice the log-likelihood, without the constant ``Patterns.answered.sum() * log(2 pi)``.
    filled : ndarray, shape (r, p)
        Rows less their means, holes filled with what the answers predict.
    conditional : tuple of ndarray, shape (J, k, k)
        Per block: covariances of the missing answers given the others.
    away : ndarray, shape (p,)
        Mean of the filled rows.
    second : ndarray, shape (p, p)
        Expected products about the means taken as known, divided by n.
    """

    deviance: float
    filled: np.ndarray
    conditional: tuple[np.ndarray, ...]
    away: np.ndarray
    second: np.ndarray


def expect(patterns: Patterns, mu: np.ndarray, inverse: np.ndarray, logdet: float) -> Expected:
    """Take expectations given the moments.

    Parameters
    ----------
    patterns : Patterns
    mu : ndarray, shape (p,)
    inverse : ndarray, shape (p, p)
        V.
    logdet : float
        Of the covariance matrix.
    """
    p = len(mu)
    filled = patterns.x - patterns.b[:, None] * mu
    if patterns.blocks:
        filled[patterns.missing[patterns.of_row]] = 0.0
    pulled = filled @ inverse
    # the form z'Vz of the rows as they are answered is that of the padded rows less what filling takes away
    deviance = patterns.counts.sum() * logdet + float((pulled * filled).sum())
    spread, conditional = np.zeros(p * p), []
    for block in patterns.blocks:
        cells = block.cells
        own = inverse[cells[:, :, None], cells[:, None, :]]
        root = np.linalg.cholesky(own)
        left = np.linalg.inv(own)
        left = (left + left.mT) / 2
        conditional.append(left)
        counts = patterns.counts[block.patterns]
        deviance += 2 * float(counts @ np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1))
        at = cells[block.place]
        pull = np.take_along_axis(pulled[block.rows], at, axis=1)
        guess = -(left[block.place] @ pull[:, :, None])[:, :, 0]
        deviance += float((pull * guess).sum())
        filled[block.rows[:, None], at] = guess
        flat = (cells[:, :, None] * p + cells[:, None, :]).ravel()
        spread += np.bincount(flat, weights=(left * counts[:, None, None]).ravel(), minlength=p * p)
    second = (filled.T @ filled + spread.reshape(p, p)) / patterns.n
    return Expected(deviance, filled, tuple(conditional), patterns.b @ filled / patterns.n, second)


def inverted(sigma: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Inverse and log determinant, None where a matrix is not positive definite."""
    if not np.isfinite(sigma).all():
        return None, 0.0
    try:
        root = np.linalg.cholesky(sigma)
        inverse = np.linalg.inv(sigma)
    except np.linalg.LinAlgError:
        return None, 0.0
    return (inverse + inverse.T) / 2, 2 * float(np.log(np.diag(root)).sum())
