r"""What did the holes cost? The information that is missing, and what each respondent says, where answers have holes.

The observed information is the complete-data one at the expected moments less the missing one, the variance of the
complete-data scores given the answers (Louis). With :math:`LL' = V_{\cdot m} V_{mm}^{-1} V_{m \cdot}` of a pattern and
y a respondent's :math:`\Sigma^{-1}(x-\mu)`, holes filled, that is

.. math:: \tfrac12\operatorname{tr}(L'\partial_a\Sigma L\, L'\partial_b\Sigma L)
          + (\partial_a\Sigma y + \partial_a\mu)' LL' (\partial_b\Sigma y + \partial_b\mu)

so that sums run over holes, not over answers.

References
----------
Louis (1982). Journal of the Royal Statistical Society B, 44, 226-233. Savalei (2010). Expected versus observed
information in SEM with incomplete normal and nonnormal data. Psychological Methods, 15, 352-367.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.moments import Expected, Patterns
from helpers.sem.model.implied import Implied, Layout, mean_factors

# Numbers held at a time.
CHUNK = 4_000_000
# Holes of a pattern from which all their products cost more than four look-ups per pair of parameters.
MANY = 18


def missing_information(patterns: Patterns, expected: Expected, layout: Layout, implied: Implied, inverse: np.ndarray,
                        k: np.ndarray | None = None) -> np.ndarray:
    """Second derivatives of F that the holes take away, per respondent, shape (q, q).

    Parameters
    ----------
    patterns : Patterns
        Of one group.
    expected : Expected
        At the implied moments.
    layout, implied
        Of the group.
    inverse : ndarray, shape (p, p)
        Of the implied covariances.
    k : ndarray, shape (parameters of the group, q), optional
        From basic parameters to those of the group; None: each is basic.
    """
    used = np.arange(len(layout.matrix)) if k is None else np.flatnonzero(k.any(axis=1))
    left, right, weight = layout.left[used], layout.right[used], layout.weight[used]
    factor = mean_factors(layout, implied)[used]
    pulled = inverse @ implied.atoms
    total = np.zeros((len(used),) * 2)
    for block, conditional in zip(patterns.blocks, expected.conditional, strict=True):
        size = block.cells.shape[1]
        root = np.linalg.cholesky(conditional)
        add = _by_look_up if size >= MANY else _by_products
        for part in _chunks(len(block.patterns), size * (size + 1) // 2 * len(used)):
            holes = root[part].mT @ pulled[block.cells[part]]
            add(total, holes, patterns.counts[block.patterns[part]], left, right, weight)
        for part in _chunks(len(block.rows), size * len(used)):
            rows, place = block.rows[part], block.place[part]
            holes = root[place].mT @ pulled[block.cells[place]]
            y = expected.filled[rows] @ pulled
            moved = holes[:, :, left] * (weight * y[:, right] + patterns.b[rows][:, None] * factor)[:, None, :]
            moved += holes[:, :, right] * (weight * y[:, left])[:, None, :]
            flat = moved.reshape(-1, len(used))
            total += 2 * (flat.T @ flat)
    return (total if k is None else k[used].T @ total @ k[used]) / patterns.n


def _by_products(total: np.ndarray, holes: np.ndarray, counts: np.ndarray, left: np.ndarray, right: np.ndarray,
                 weight: np.ndarray) -> None:
    """Add the traces of patterns, shape (j, s, atoms), as sums over pairs of their holes."""
    one, two = np.triu_indices(holes.shape[1])
    double = np.where(one == two, 1.0, np.sqrt(2.0))[:, None]
    first, second = holes[:, :, left], holes[:, :, right]
    products = (weight * double) * (first[:, one] * second[:, two] + first[:, two] * second[:, one])
    products *= np.sqrt(counts)[:, None, None]
    flat = products.reshape(-1, len(left))
    total += flat.T @ flat


def _by_look_up(total: np.ndarray, holes: np.ndarray, counts: np.ndarray, left: np.ndarray, right: np.ndarray,
                weight: np.ndarray) -> None:
    """Add the same from products of whole atoms: what they cost does not depend on how many holes there are."""
    scale = 2 * np.outer(weight, weight)
    for own, count in zip(holes.mT @ holes, counts, strict=True):
        of_left, of_right = own[left], own[right]
        crossed = of_left[:, left] * of_right[:, right]
        crossed += of_left[:, right] * of_right[:, left]
        total += count * scale * crossed


def casewise(patterns: Patterns, expected: Expected, layout: Layout, implied: Implied,
             inverse: np.ndarray) -> np.ndarray:
    """Differentiate each row's log-likelihood by the k parameters of its group, shape (r, k).

    Rows have to be respondents (``sort`` with ``compress=False``, no weights).
    """
    left, right, weight = layout.left, layout.right, layout.weight
    pulled = inverse @ implied.atoms
    y = expected.filled @ pulled
    inner = implied.atoms.T @ pulled
    found = weight * (y[:, left] * y[:, right] - inner[left, right]) + y[:, left] * mean_factors(layout, implied)
    for block, conditional in zip(patterns.blocks, expected.conditional, strict=True):
        root = np.linalg.cholesky(conditional)
        holes = root.mT @ pulled[block.cells]
        own = weight * np.einsum("jsk,jsk->jk", holes[:, :, left], holes[:, :, right])
        found[block.rows] += own[block.place]
    return found


def _chunks(length: int, each: int) -> Iterator[slice]:
    step = max(1, CHUNK // max(each, 1))
    for start in range(0, length, step):
        yield slice(start, start + step)


