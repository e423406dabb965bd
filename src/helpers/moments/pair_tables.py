r"""How much does each answer to two ordinal items move their polychoric correlation? All pairs as tables at once.

Everything depends on the two categories only. With n the frequencies, :math:`s = \partial\log\pi/\partial r` and
:math:`I` the influence of a category on an item's thresholds, the influence of an answer (a, b) on r is

.. math:: \frac{s_{ab} - I_a c - I_b d}{\sum n s^2}, \qquad
          c_t = \sum_{ab} n_{ab} s_{ab} \frac{\partial \log\pi_{ab}}{\partial \tau_t}

so that respondents only look their answers up. A last row and column hold a missing answer.

References
----------
Muthen, B. (1984). Psychometrika, 49(1), 115-132. Olsson, U. (1979). Psychometrika, 44(4), 443-460.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import DataError
from helpers.moments import bivariate_normal, pair_scores
from helpers.moments.ordinal import Categories
from helpers.moments.polychoric import BEYOND, SMALLEST, Pairs, polychoric

# Squared slope of the log-likelihood per respondent below which answers know nothing of a correlation.
LEAST = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class PairTables:
    """Influences by category.

    Attributes
    ----------
    pairs : Pairs
        Correlations of every item with every later one.
    one, two : ndarray of int, shape (pairs,)
        The items of a pair.
    codes : ndarray of int, shape (n, items)
        Categories, the last number for a missing answer.
    own : list of ndarray, shape (categories + 1, thresholds)
        Influence on an item's thresholds; 0 where missing. Categories are as many as the item with most has.
    both : ndarray, shape (pairs, categories + 1, categories + 1)
        Influence on the correlation.
    """

    pairs: Pairs
    one: np.ndarray
    two: np.ndarray
    codes: np.ndarray
    own: list[np.ndarray]
    both: np.ndarray

    @classmethod
    def of(cls, answers: Categories, *, group: str = "") -> PairTables:
        """Tables of all pairs of at least one item.

        Raises
        ------
        DataError
            ``moments.pair_limit``: answers to two items that say nothing of how exact their correlation is.
        """
        most = max(map(len, answers.values))
        codes = np.where(answers.codes < 0, most, answers.codes)
        cuts = answers.thresholds()
        own = [_own(margin, at, most) for margin, at in zip(answers.margins(), cuts, strict=True)]
        one, two = np.triu_indices(len(cuts), 1)
        if not len(one):
            none = np.zeros(0)
            return cls(Pairs(none, none, none, none), one, two, codes, own, np.zeros((0, most + 1, most + 1)))
        pairs = polychoric(answers)
        padded = np.full((len(cuts), most - 1), BEYOND)
        influence = np.zeros((len(cuts), most + 1, most - 1))
        for at, (each, table) in enumerate(zip(cuts, own, strict=True)):
            padded[at, :len(each)], influence[at, :, :len(each)] = each, table
        counts = answers.tables()
        both, known = _influences(counts, pairs.r, padded[one], padded[two], influence[one], influence[two])
        if (lost := np.flatnonzero(~(known > LEAST * counts.sum(axis=(1, 2))))).size:
            found = [f"{answers.names[one[at]]}-{answers.names[two[at]]}: {pairs.r[at]:.3f}" for at in lost]
            raise DataError("moments.pair_limit", pairs=found[:8], count=len(found), group=group or "-")
        return cls(pairs, one, two, codes, own, both / known[:, None, None])

    def of_respondents(self, rows: slice) -> np.ndarray:
        """Influence of some respondents on every correlation, shape (rows, pairs)."""
        codes, size = self.codes[rows], self.both.shape[1]
        place = codes[:, self.one] * size + codes[:, self.two] + np.arange(len(self.one)) * size**2
        return self.both.ravel()[place]


def _own(margin: np.ndarray, cuts: np.ndarray, most: int) -> np.ndarray:
    scores = pair_scores.of_thresholds(np.arange(len(margin)), cuts)
    table = np.zeros((most + 1, len(cuts)))
    table[: len(margin)] = np.linalg.solve((scores.T * margin) @ scores, scores.T).T
    return table


def _influences(counts: np.ndarray, r: np.ndarray, h: np.ndarray, k: np.ndarray, one: np.ndarray,
                two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Influence of every pair of categories on the correlation, and what the answers know of it: divide by this."""
    chance, first = _chances(h, k, r)
    by_r = first / chance
    pulled = counts * by_r / chance
    # an answer's chance grows with the threshold above it and falls with the one below
    by_h = (_edge(h, k, r) * -np.diff(pulled, axis=1)).sum(axis=2)
    by_k = (_edge(k, h, r) * -np.diff(pulled, axis=2).swapaxes(1, 2)).sum(axis=2)
    table = np.zeros((len(r), counts.shape[1] + 1, counts.shape[2] + 1))
    table[:, :-1, :-1] = by_r
    table -= np.einsum("pat,pt->pa", one, by_h)[:, :, None] + np.einsum("pbt,pt->pb", two, by_k)[:, None, :]
    return table, (counts * by_r**2).sum(axis=(1, 2))


def _chances(h: np.ndarray, k: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chance of every pair of categories and its derivative by the correlation."""
    from scipy.special import ndtr

    below = np.zeros((len(r), h.shape[1] + 2, k.shape[1] + 2))
    slope = np.zeros_like(below)
    corner = h[:, :, None], k[:, None, :]
    below[:, 1:-1, 1:-1] = bivariate_normal.distribution(*corner, r)
    slope[:, 1:-1, 1:-1] = bivariate_normal.density(*corner, r)[0]
    below[:, 1:-1, -1], below[:, -1, 1:-1], below[:, -1, -1] = ndtr(h), ndtr(k), 1.0
    chance, first = (np.diff(np.diff(each, axis=1), axis=2) for each in (below, slope))
    return np.maximum(chance, SMALLEST), first


def _edge(h: np.ndarray, k: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Density along each threshold h within each category of the other item, shape (pairs, thresholds, categories)."""
    from scipy.special import ndtr

    r = r[:, None, None]
    within = np.zeros((len(h), h.shape[1], k.shape[1] + 2))
    within[:, :, 1:-1] = ndtr((k[:, None, :] - r * h[:, :, None]) / np.sqrt(1 - r * r))
    within[:, :, -1] = 1.0
    return (np.exp(-h * h / 2) / pair_scores.ROOT)[:, :, None] * np.diff(within, axis=2)
