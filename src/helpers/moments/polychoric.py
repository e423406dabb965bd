"""How strongly do the normal responses behind two ordinal items correlate? All pairs in one search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import bivariate_normal
from helpers.moments.ordinal import Categories

# Where a threshold lies that no category stands beyond; its normal probability is zero in double precision.
BEYOND = 38.0
# The search runs in atanh(r) and ends here: r = .9999, where the likelihood of perfectly ordered answers still rises.
FARTHEST = float(np.arctanh(0.9999))
# Newton's last step in atanh(r); the step after it would be its square.
STEP = 1e-9
STEPS = 60
# Correlations above .9 are held against the end of the search; a likelihood that differs less per respondent is flat.
NEAR_END = float(np.arctanh(0.9))
FLAT = 1e-9
# A cell that was chosen although the model all but excludes it.
SMALLEST = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Polychoric correlations of every item with every later one.

    Attributes
    ----------
    r : ndarray, shape (pairs,)
        In the order of ``numpy.triu_indices(p, 1)``.
    n : ndarray of int, shape (pairs,)
        Respondents with both answers.
    empty : ndarray of int, shape (pairs,)
        Combinations of two categories that nobody chose.
    limit : ndarray of bool, shape (pairs,)
        Whether the likelihood is as high at the end of the search, .9999, as anywhere.
    """

    r: np.ndarray
    n: np.ndarray
    empty: np.ndarray
    limit: np.ndarray


def polychoric(answers: Categories) -> Pairs:
    r"""Two-step maximum likelihood of all polychoric correlations.

    Notes
    -----
    Thresholds are the normal quantiles of the margins; given them, each correlation maximises

    .. math:: \ell(r) = \sum_{ab} n_{ab} \log \pi_{ab}(r)

    by Newton's method in atanh(r), with the expected information where the likelihood is not concave. In a table of
    two by two an empty cell becomes .5 and the others make room for it so that the margins stay.

    References
    ----------
    Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient. Psychometrika, 44(4),
    443-460.
    """
    counts = answers.tables()
    used = np.array([len(values) for values in answers.values])
    one, two = np.triu_indices(len(used), 1)
    n = counts.sum(axis=(1, 2))
    empty = used[one] * used[two] - (counts > 0).sum(axis=(1, 2))
    padded = np.full((len(used), counts.shape[1] - 1), BEYOND)
    for row, cuts in zip(padded, answers.thresholds(), strict=True):
        row[:len(cuts)] = cuts
    filled = _filled(counts, (used[one] == 2) & (used[two] == 2) & (empty > 0))
    z = _search(filled, padded[one], padded[two])
    return Pairs(np.tanh(z), n.astype(int), empty, np.abs(z) >= FARTHEST)


def _filled(counts: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Give the empty cells of two-by-two tables half an answer, margins unchanged."""
    filled = counts.copy()
    for pair in np.flatnonzero(small):
        table = filled[pair, :2, :2]
        zero = np.argwhere(table == 0)
        if len(zero) == 1:
            table += np.where(np.indices((2, 2)).sum(axis=0) % 2 == zero[0].sum() % 2, 0.5, -0.5)
    return filled


def _search(counts: np.ndarray, h: np.ndarray, k: np.ndarray) -> np.ndarray:
    z = _start(counts)
    h, k = h[:, :, None], k[:, None, :]
    value = np.full(len(z), -np.inf)
    proposed, active = z.copy(), np.arange(len(z))
    step = np.zeros(len(z))
    for _ in range(STEPS):
        reached, slope, curve = _likelihood(counts[active], h[active], k[active], np.tanh(proposed[active]))
        better = reached >= value[active] - 1e-9 * np.abs(value[active])
        taken, refused = active[better], active[~better]
        z[taken], value[taken] = proposed[taken], reached[better]
        step[taken] = np.clip(slope[better] / curve[better], -1, 1)
        step[refused] /= 2
        proposed[active] = np.clip(z[active] + step[active], -FARTHEST, FARTHEST)
        active = active[np.abs(proposed[active] - z[active]) > STEP]
        if not active.size:
            break
    return _at_the_end(proposed, counts, h, k)


def _at_the_end(z: np.ndarray, counts: np.ndarray, h: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Move to the end where the likelihood does not fall on the way: perfectly ordered answers make it flat."""
    near = np.flatnonzero(np.abs(z) > NEAR_END)
    end = np.copysign(FARTHEST, z[near])
    inside, outside = (_likelihood(counts[near], h[near], k[near], np.tanh(at))[0] for at in (z[near], end))
    moved = z.copy()
    moved[near] = np.where(outside >= inside - FLAT * counts[near].sum(axis=(1, 2)), end, z[near])
    return moved


def _start(counts: np.ndarray) -> np.ndarray:
    """Product-moment correlations of the ranks, kept off the ends."""
    rank = np.arange(counts.shape[1], dtype=float)
    share = counts / counts.sum(axis=(1, 2), keepdims=True)
    row, column = share.sum(axis=2), share.sum(axis=1)
    x, y = rank - (row @ rank)[:, None], rank - (column @ rank)[:, None]
    joint = np.einsum("pab,pa,pb->p", share, x, y)
    spread = np.einsum("pa,pa->p", row, x**2) * np.einsum("pb,pb->p", column, y**2)
    return np.arctanh(np.clip(joint / np.sqrt(np.maximum(spread, 1e-300)), -0.9, 0.9))


def _likelihood(counts: np.ndarray, h: np.ndarray, k: np.ndarray,
                r: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log-likelihood, its slope and its (positive) curvature in atanh(r), each of shape (pairs,)."""
    from scipy.special import ndtr

    cumulative = np.zeros((len(r), counts.shape[1] + 1, counts.shape[2] + 1))
    cumulative[:, 1:-1, 1:-1] = bivariate_normal.distribution(h, k, r)
    cumulative[:, 1:-1, -1], cumulative[:, -1, 1:-1], cumulative[:, -1, -1] = ndtr(h[:, :, 0]), ndtr(k[:, 0]), 1.0
    chance = np.maximum(_cells(cumulative), SMALLEST)
    first, second = np.zeros_like(cumulative), np.zeros_like(cumulative)
    first[:, 1:-1, 1:-1], second[:, 1:-1, 1:-1] = bivariate_normal.density(h, k, r)
    first, second = _cells(first), _cells(second)
    ratio = counts / chance
    slope = (ratio * first).sum(axis=(1, 2))
    observed = (ratio * (first**2 / chance - second)).sum(axis=(1, 2))
    expected = counts.sum(axis=(1, 2)) * (first**2 / chance).sum(axis=(1, 2))
    rest = 1 - r * r  # dr/dz
    newton, fisher = observed * rest**2 + 2 * r * rest * slope, expected * rest**2
    return ((counts * np.log(chance)).sum(axis=(1, 2)), slope * rest,
            np.where(newton > 0.1 * fisher, newton, np.maximum(fisher, 1e-300)))


def _cells(cumulative: np.ndarray) -> np.ndarray:
    """Probabilities of rectangles from those below their corners."""
    return np.diff(np.diff(cumulative, axis=1), axis=2)
