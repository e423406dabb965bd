r"""What answers with holes are expected to say about the parameters, when the holes do not depend on the answers.

With :math:`P_j` the inverse of the implied covariances of what pattern j answered, zero in its holes,

.. math:: I = \sum_j \frac{n_j}{N} \Bigl[\tfrac12 \operatorname{tr}(P_j\,\partial_a\Sigma\,P_j\,\partial_b\Sigma)
          + \partial_a\mu' P_j\,\partial_b\mu\Bigr]

The sum over patterns is one matrix product of their :math:`P_j`, written as rows; the parameters come after it.

References
----------
Kenward & Molenberghs (1998). Statistical Science, 13, 236-247. Savalei (2010). Psychological Methods, 15, 352-367.
"""

from __future__ import annotations

import numpy as np

from helpers.moments import Patterns
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.model.implied import Implied, Layout, mean_factors


def expected_information(problem: FullInformation, point: Point) -> np.ndarray:
    """Information of one respondent about the basic parameters, shape (q, q)."""
    structure = problem.structure
    total = np.zeros((structure.k.shape[1],) * 2)
    for group, (share, patterns) in enumerate(zip(problem.shares, problem.patterns, strict=True)):
        k, implied = structure.k[structure.part(group)], point.implied[group]
        of_cov, of_mean = moment_slopes(structure.layout, implied)
        of_cov, of_mean = of_cov @ k, of_mean @ k
        about_cov, about_mean = _about_moments(patterns, implied.sigma)
        total += share * (of_cov.T @ about_cov @ of_cov + of_mean.T @ about_mean @ of_mean)
    return total


def moment_slopes(layout: Layout, implied: Implied) -> tuple[np.ndarray, np.ndarray]:
    """Differentiate the moments of a group by its parameters.

    Returns
    -------
    ndarray of shape (p (p + 1) / 2, k), ndarray of shape (p, k)
        Covariances (lower triangle by rows), and means.
    """
    u, v = implied.atoms[:, layout.left], implied.atoms[:, layout.right]
    row, column = np.tril_indices(len(u))
    return layout.weight * (u[row] * v[column] + v[row] * u[column]), mean_factors(layout, implied) * u


def _about_moments(patterns: Patterns, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean information of one respondent about covariances, shape (m, m), and means, shape (p, p)."""
    p = len(sigma)
    row, column = np.tril_indices(p)
    place = np.zeros((p, p), dtype=int)
    place[row, column] = place[column, row] = np.arange(len(row))
    used = patterns.counts > 0
    inverses = np.zeros((int(used.sum()), len(row)))
    for at, missing in enumerate(patterns.missing[used]):
        here = np.flatnonzero(~missing)
        padded = np.zeros((p, p))
        padded[np.ix_(here, here)] = np.linalg.inv(sigma[np.ix_(here, here)])
        inverses[at] = padded[row, column]
    weight = patterns.counts[used] / patterns.counts[used].sum()
    pairs = (inverses.T * weight) @ inverses
    # tr(P X P Y) over the lower triangles of X and Y, whose other halves double what is off the diagonal
    crossed = pairs[place[np.ix_(row, row)], place[np.ix_(column, column)]]
    crossed = crossed + pairs[place[np.ix_(row, column)], place[np.ix_(column, row)]]
    double = np.where(row == column, 1.0, 2.0)
    return crossed * np.outer(double, double) / 4, (weight @ inverses)[place]
