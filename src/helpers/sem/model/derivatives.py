r"""First and second derivatives of the normal discrepancy by the parameters of one group, without a Jacobian.

With Q the products of the answers about the implied means and d their mean distance from them,
:math:`M = V - VQV`, :math:`V = \Sigma^{-1}`,

.. math:: \partial_a F = \operatorname{tr}(M\,\partial_a\Sigma) - 2 d'V\partial_a\mu

The second derivative adds to the movement of M that of :math:`\partial_a\Sigma = w(uv'+vu')` itself: columns of G and D
move along columns of T again, so that all of it are entries of products with T (see ``implied``).

References
----------
Neudecker & Satorra (1991). Linear structural relations: Gradient and Hessian of the fitting function. Statistics &
Probability Letters, 11, 57-61. Magnus & Neudecker (2019). Matrix Differential Calculus, ch. 10.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.sem.model.implied import ALPHA, BETA, LAMBDA, PSI, Implied, Layout, mean_factors


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One group at one place.

    Attributes
    ----------
    layout : Layout
    implied : Implied
    inverse : ndarray, shape (p, p)
        V.
    second : ndarray, shape (p, p)
        Q; expected ones where answers are missing.
    away : ndarray, shape (p,), or None
        d; None where means are not modelled.
    """

    layout: Layout
    implied: Implied
    inverse: np.ndarray
    second: np.ndarray
    away: np.ndarray | None


def slopes(place: Place) -> np.ndarray:
    """Differentiate F by the k parameters, shape (k,)."""
    layout, implied, inverse = place.layout, place.implied, place.inverse
    inner = implied.atoms.T @ (inverse - inverse @ place.second @ inverse) @ implied.atoms
    found = 2 * layout.weight * inner[layout.left, layout.right]
    if place.away is not None:
        pull = implied.atoms.T @ (inverse @ place.away)
        found -= 2 * pull[layout.left] * mean_factors(layout, implied)
    return found


def hessian(place: Place) -> np.ndarray:
    """Differentiate F twice by the k parameters, shape (k, k)."""
    layout, implied, inverse = place.layout, place.implied, place.inverse
    left, right, weight = layout.left, layout.right, layout.weight
    outer = inverse @ place.second @ inverse
    inner = implied.atoms.T @ inverse @ implied.atoms
    spread = implied.atoms.T @ outer @ implied.atoms
    crossed = inner[np.ix_(left, right)]
    same, other = inner[np.ix_(left, left)], inner[np.ix_(right, right)]
    mixed = crossed * spread[np.ix_(right, left)]
    products = same * spread[np.ix_(right, right)] + other * spread[np.ix_(left, left)] + mixed + mixed.T
    found = 2 * np.outer(weight, weight) * (products - crossed * crossed.T - same * other)
    if place.away is not None:
        factor = mean_factors(layout, implied)
        pull = implied.atoms.T @ (inverse @ place.away)
        turn = (weight * pull[left])[:, None] * crossed.T + (weight * pull[right])[:, None] * same
        found += 2 * np.outer(factor, factor) * same + 2 * (turn * factor + (turn * factor).T)
    return found + _moving(place, inner - spread)


def _moving(place: Place, matrix: np.ndarray) -> np.ndarray:
    """Part of the Hessian that comes from the movement of the columns of T; ``matrix`` is T'MT."""
    layout, implied = place.layout, place.implied
    left, right, weight = layout.left, layout.right, layout.weight
    if not np.isin(layout.matrix, (LAMBDA, BETA, PSI)).any():
        return np.zeros((len(left), len(left)))
    along, across = _columns(layout, implied)
    rows_left, rows_right = matrix[left], matrix[right]  # of the parameter that moves the column

    def moved(column: np.ndarray, fixed: np.ndarray) -> np.ndarray:
        return along[:, column] * rows_left[:, fixed] + across[:, column] * rows_right[:, fixed]

    found = 2 * weight[:, None] * (moved(left, right) + moved(right, left)).T
    if place.away is not None:
        factor = mean_factors(layout, implied)
        pull = implied.atoms.T @ (place.inverse @ place.away)
        columns = along[:, left] * pull[left][:, None] + across[:, left] * pull[right][:, None]
        found -= 2 * (factor[:, None] * columns.T + pull[left][:, None] * _factors(layout, implied))
    return found


def _columns(layout: Layout, implied: Implied) -> tuple[np.ndarray, np.ndarray]:
    """How each parameter moves the columns of T: multiples of its own left and right column, shape (k, p + 2m)."""
    p, m, kind = len(layout.observed), len(layout.etas), layout.matrix
    along, across = np.zeros((len(kind), p + 2 * m)), np.zeros((len(kind), p + 2 * m))
    slope = np.flatnonzero((kind == LAMBDA) | (kind == BETA))
    along[slope, p: p + m] = implied.total[layout.column[slope]]
    along[slope, p + m:] = implied.eta[layout.column[slope]]
    path = np.flatnonzero(kind == BETA)
    across[path, p + m:] = implied.total[:, layout.row[path]].T
    covariance = np.flatnonzero(kind == PSI)
    weight = layout.weight[covariance][:, None]
    along[covariance, p + m:] = weight * implied.total[:, layout.column[covariance]].T
    across[covariance, p + m:] = weight * implied.total[:, layout.row[covariance]].T
    return along, across


def _factors(layout: Layout, implied: Implied) -> np.ndarray:
    """How the factors of the means move: factor of the row's parameter by the column's, shape (k, k)."""
    kind = layout.matrix
    found = np.zeros((len(kind), len(kind)))
    slope = np.flatnonzero((kind == LAMBDA) | (kind == BETA))
    of = layout.column[slope]
    for moving, size in ((BETA, implied.eta_mean), (ALPHA, None)):
        by = np.flatnonzero(kind == moving)
        moves = implied.total[np.ix_(of, layout.row[by])]
        found[np.ix_(slope, by)] = moves if size is None else moves * size[layout.column[by]]
    return found
