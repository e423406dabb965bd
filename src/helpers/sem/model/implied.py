r"""Which moments a model implies, and how they move with each of its parameters.

.. math:: \Sigma = \Lambda (I-B)^{-1} \Psi (I-B)^{-T} \Lambda' + \Theta, \qquad
          \mu = \nu + \Lambda (I-B)^{-1} \alpha

Every derivative of :math:`\Sigma` has rank two, :math:`w(uv' + vu')`, where u and v are columns of
:math:`T = [I \mid G \mid D]` with :math:`G = \Lambda (I-B)^{-1}` and :math:`D = G \Psi (I-B)^{-T}`. So no Jacobian of
size p² × q is ever formed: gradient and information are entries of small products with T.

References
----------
Bollen (1989). Structural Equations with Latent Variables, ch. 8. Neudecker & Satorra (1991), Statistics &
Probability Letters, 11, 57-61.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# TAU and DELTA are thresholds and scales of ordinal items (see ``latent_response``); they move no moment here.
LAMBDA, BETA, PSI, THETA, NU, ALPHA, TAU, DELTA = range(8)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the parameters of one group sit; the same for every group.

    Attributes
    ----------
    observed : tuple of str, length p
    etas : tuple of str, length m
        Latent variables, then observed variables that take part in regressions.
    latents : int
        How many of ``etas`` are latent.
    matrix, row, column : ndarray of int, shape (k,)
        Place of each of the k parameters of a group.
    loadings : ndarray, shape (p, m)
        1 where an eta is an observed variable itself.
    left, right : ndarray of int, shape (k,)
        Columns of T whose product is the derivative.
    weight : ndarray, shape (k,)
        w: 1/2 for variances, 0 for means.
    here : tuple of ndarray of int
        Which parameters sit in each of the six matrices that imply moments.
    """

    observed: tuple[str, ...]
    etas: tuple[str, ...]
    latents: int
    matrix: np.ndarray
    row: np.ndarray
    column: np.ndarray
    loadings: np.ndarray
    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    here: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, observed: tuple[str, ...], etas: tuple[str, ...], latents: int,
           places: list[tuple[int, int, int]]) -> Layout:
        """Lay out parameters given as (matrix, row, column)."""
        matrix, row, column = (np.array(part, dtype=int) for part in zip(*places, strict=True))
        p, m = len(observed), len(etas)
        own = np.isin(matrix, (LAMBDA, THETA, NU, TAU, DELTA))
        left = np.where(own, row, p + row)
        right = np.select([matrix == THETA, matrix == PSI, matrix >= NU], [column, p + column, left], p + m + column)
        covariance = np.isin(matrix, (PSI, THETA))
        weight = np.where(covariance & (row == column), 0.5, np.where(matrix >= NU, 0.0, 1.0))
        loadings = np.zeros((p, m))
        for at, name in enumerate(etas[latents:], start=latents):
            loadings[observed.index(name), at] = 1.0
        here = tuple(np.flatnonzero(matrix == kind) for kind in range(ALPHA + 1))
        return cls(observed, etas, latents, matrix, row, column, loadings, left, right, weight, here)


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """What one group's parameters imply.

    Attributes
    ----------
    sigma : ndarray, shape (p, p)
    mu : ndarray, shape (p,)
    total : ndarray, shape (m, m)
        A = (I - B)^-1: total effects of the disturbances.
    eta : ndarray, shape (m, m)
        Covariances of the etas.
    eta_mean : ndarray, shape (m,)
    psi, theta : ndarray
        Their own matrices, shapes (m, m) and (p, p).
    atoms : ndarray, shape (p, p + 2m)
        T = [I | G | D].
    """

    sigma: np.ndarray
    mu: np.ndarray
    total: np.ndarray
    eta: np.ndarray
    eta_mean: np.ndarray
    psi: np.ndarray
    theta: np.ndarray
    atoms: np.ndarray


def imply(layout: Layout, values: np.ndarray) -> Implied | None:
    """Moments implied by the parameters of one group, or None where I - B is singular.

    Parameters
    ----------
    layout : Layout
    values : ndarray, shape (k,)
    """
    p, m = len(layout.observed), len(layout.etas)
    filled = [layout.loadings.copy(), np.zeros((m, m)), np.zeros((m, m)), np.zeros((p, p)), np.zeros((p, 1)),
              np.zeros((m, 1))]
    for kind, (into, here) in enumerate(zip(filled, layout.here, strict=True)):
        into[layout.row[here], layout.column[here]] = values[here]
        if kind in (PSI, THETA):
            into[layout.column[here], layout.row[here]] = values[here]
    loadings, paths, psi, theta, nu, alpha = filled
    total = np.eye(m)
    if paths.any():
        try:
            total = np.linalg.inv(total - paths)
        except np.linalg.LinAlgError:
            return None
    g = loadings @ total
    eta = total @ psi @ total.T
    d = loadings @ eta
    eta_mean = (total @ alpha)[:, 0]
    sigma = d @ loadings.T + theta
    return Implied((sigma + sigma.T) / 2, nu[:, 0] + loadings @ eta_mean, total, eta, eta_mean, psi, theta,
                   np.hstack([np.eye(p), g, d]))


def mean_factors(layout: Layout, implied: Implied) -> np.ndarray:
    """Factor f of each parameter in d mu = f u, shape (k,): mean of the predictor for a slope, 1 for an intercept."""
    factors = np.zeros(len(layout.matrix))
    for kind in (LAMBDA, BETA):
        factors[layout.here[kind]] = implied.eta_mean[layout.column[layout.here[kind]]]
    for kind in (NU, ALPHA):
        factors[layout.here[kind]] = 1.0
    return factors


def variance_slopes(layout: Layout, implied: Implied) -> tuple[np.ndarray, np.ndarray]:
    """How the variances of observed variables and of etas move with each parameter.

    Returns
    -------
    ndarray of shape (p, k), ndarray of shape (m, k)
    """
    observed = 2 * layout.weight * implied.atoms[:, layout.left] * implied.atoms[:, layout.right]
    inner = np.isin(layout.matrix, (BETA, PSI))
    etas = np.zeros((len(layout.etas), len(layout.matrix)))
    row, column = layout.row[inner], layout.column[inner]
    other = np.where(layout.matrix[inner] == BETA, implied.eta[:, column], implied.total[:, column])
    etas[:, inner] = 2 * layout.weight[inner] * implied.total[:, row] * other
    return observed, etas
