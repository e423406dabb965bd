"""How reliable is a sum by its halves, and what does it matter which half an item falls into? Every split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from helpers.measurement.coefficient_alpha import CONSTANT, variance_of_sum

# All splits of 18 items (24,310) take some milliseconds; those of 20 (92,378) are sampled.
MOST_SPLITS = 50_000
# Splits drawn where there are more.
DRAWN_SPLITS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class SplitHalves:
    """The split-half coefficients of one scale.

    Attributes
    ----------
    largest, mean, smallest : float
        The largest is Guttman's lambda 4 (of the splits that were tried).
    splits : int
        Splits that were tried.
    every : bool
        Whether these are all there are; otherwise they were drawn at random.
    constant : int
        Splits of which a half does not vary.
    """

    largest: float
    mean: float
    smallest: float
    splits: int
    every: bool
    constant: int


def split_halves(cov: np.ndarray, *, seed: int = 1) -> SplitHalves:
    r"""Compute the coefficient of every way to split the items into two halves.

    Parameters
    ----------
    cov : ndarray, shape (k, k)
        Covariances of the items, k >= 2.
    seed : int, default 1
        Of the sample of splits, where there are too many to try all.

    Returns
    -------
    SplitHalves

    Notes
    -----
    For halves A and B and :math:`s_i = \pm 1` as item i lies in one or the other,

    .. math:: \lambda_4 = \frac{4\operatorname{cov}(A, B)}{\sigma_X^2} = 1 - \frac{s'\Sigma s}{\sigma_X^2}

    (Flanagan's and Rulon's coefficient), which needs no equal variances of the halves, unlike Spearman-Brown's. An odd
    number of items is split into :math:`(k-1)/2` and :math:`(k+1)/2`, so that there are
    :math:`\binom{k}{(k-1)/2}` splits, and :math:`\tfrac12\binom{k}{k/2}` of an even number; the mean over all equals
    alpha for even k only. ``psych::splitHalf`` 2.2.9 tries half of the splits of an odd number.

    References
    ----------
    Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10(4), 255-282.
    Rulon, P. J. (1939). A simplified procedure for determining the reliability of a test by split-halves. Harvard
    Educational Review, 9, 99-103.

    Examples
    --------
    >>> found = split_halves(np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]))
    >>> found.splits, round(found.largest, 4), round(found.smallest, 4)
    (3, 0.6667, 0.5185)
    """
    k, total = len(cov), float(cov.sum())
    variance = float(variance_of_sum(cov[..., None])[0])
    possible = number_of_splits(k)
    every = possible <= MOST_SPLITS
    signs = _every_split(k) if every else _drawn_splits(k, seed)
    between = np.einsum("si,ij,sj->s", signs, cov, signs, optimize=True)
    ends = signs @ cov.sum(axis=0)
    # 4 var A = (total + s'Ss + 2 s'S1), var B the same with the sign of the last term turned.
    halves = np.stack([total + between + 2 * ends, total + between - 2 * ends])
    constant = int((halves.min(axis=0) <= 4 * CONSTANT * np.trace(cov)).sum())
    found = 1 - between / variance  # NaN where the sum does not vary
    return SplitHalves(float(found.max()), float(found.mean()), float(found.min()), len(signs), every, constant)


def number_of_splits(k: int) -> int:
    """Count the ways to split k items into halves that differ by one item at most.

    Examples
    --------
    >>> [number_of_splits(k) for k in (2, 3, 4, 5, 6)]
    [1, 3, 3, 10, 10]
    """
    return comb(k, k // 2) // (1 if k % 2 else 2)


def _every_split(k: int) -> np.ndarray:
    """Signs of every split, shape (splits, k)."""
    chosen = np.array(list(_chosen(k)), dtype=int)
    signs = -np.ones((len(chosen), k))
    np.put_along_axis(signs, chosen, 1.0, axis=1)
    return signs


def _chosen(k: int) -> Iterator[tuple[int, ...]]:
    if k % 2:
        yield from combinations(range(k), k // 2)
    else:  # the first item is always in the first half: A against B is B against A
        yield from ((0, *rest) for rest in combinations(range(1, k), k // 2 - 1))


def _drawn_splits(k: int, seed: int) -> np.ndarray:
    order = np.random.default_rng(seed).random((DRAWN_SPLITS, k)).argsort(axis=1)
    return np.where(order < k // 2, 1.0, -1.0)
