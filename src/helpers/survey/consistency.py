"""Do a person's answers agree with each other where they should? Even-odd consistency and psychometric synonyms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.survey.answering_style import within

# With fewer scales or pairs a correlation within one person has too few points to mean anything.
FEWEST_SCALES, FEWEST_SYNONYMS = 5, 5


def even_odd(scores: np.ndarray, scales: Sequence[Sequence[int]]) -> np.ndarray:
    r"""Even-odd consistency: how far the two halves of every scale go together within a person.

    Parameters
    ----------
    scores : ndarray of float, shape (n, items)
        Reverse-coded, on one common width of scale.
    scales : sequence of sequence of int
        Positions of each scale's items, in the order of the questionnaire; scales of one item are passed over.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN with fewer than five scales, or where a person's halves do not vary over the scales.

    Notes
    -----
    Each scale gives two means, of its items 1, 3, ... and of 2, 4, ...; r is their correlation over the scales of one
    person, stepped up to full length by Spearman and Brown:

    .. math:: c = \max\Bigl(-1, \frac{2 r}{1 + r}\Bigr)

    References
    ----------
    Johnson, J. A. (2005). Journal of Research in Personality, 39(1), 103-129. Curran, P. G. (2016). Journal of
    Experimental Social Psychology, 66, 4-19.

    Examples
    --------
    >>> person = np.array([[1, 1, 2, 3, 3, 3, 4, 3, 5, 5.0]])
    >>> even_odd(person, [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]).round(3)
    array([0.944])
    """
    long = [list(scale) for scale in scales if len(scale) > 1]
    if len(long) < FEWEST_SCALES:
        return np.full(len(scores), np.nan)
    halves = [np.column_stack([_mean(scores[:, scale[start::2]]) for scale in long]) for start in (0, 1)]
    r = within(*halves, fewest=FEWEST_SCALES)
    return np.where(r > -1, np.maximum(2 * r / np.where(r > -1, 1 + r, 1.0), -1.0), np.where(np.isnan(r), np.nan, -1.0))


def synonym_pairs(correlations: np.ndarray, *, at_least: float) -> list[tuple[int, int]]:
    """Find pairs of items that nearly everybody answers alike, or nearly everybody the other way round.

    Parameters
    ----------
    correlations : ndarray, shape (items, items)
    at_least : float
        Bound of the absolute correlation.

    Returns
    -------
    list of (earlier, later)
        Positions; the strongest pair first.

    Examples
    --------
    >>> synonym_pairs(np.array([[1, 0.7, 0.2], [0.7, 1, -0.8], [0.2, -0.8, 1]]), at_least=0.6)
    [(1, 2), (0, 1)]
    """
    one, two = np.triu_indices(len(correlations), 1)
    strength = np.abs(correlations[one, two])
    strength = np.where(np.isnan(strength), 0.0, strength)
    order = np.argsort(-strength, kind="stable")
    return [(int(one[at]), int(two[at])) for at in order if strength[at] >= at_least]


def synonyms(scores: np.ndarray, pairs: Sequence[tuple[int, int]], *, turned: Sequence[bool] = ()) -> np.ndarray:
    """Correlate the answers to psychometric synonyms within each person.

    Parameters
    ----------
    scores : ndarray of float, shape (n, items)
    pairs : sequence of (earlier, later)
        Fewer than five are too few: NaN for everybody.
    turned : sequence of bool, optional
        Which pairs correlate negatively (antonyms): the later answer is turned around, 1 - answer on a scale from 0
        to 1.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where fewer than five pairs were answered, or the answers do not vary.

    References
    ----------
    Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological Methods, 17(3),
    437-455 (pairs with a correlation of .60 and more).

    Examples
    --------
    >>> answers = np.array([[0, 0.2, 0.4, 0.6, 1, 0.2, 0.1, 0.5, 0.6, 0.8]])
    >>> synonyms(answers, [(0, 5), (1, 6), (2, 7), (3, 8), (4, 9)]).round(3)
    array([0.929])
    """
    if len(pairs) < FEWEST_SYNONYMS:
        return np.full(len(scores), np.nan)
    one, two = (scores[:, list(side)] for side in zip(*pairs, strict=True))
    if any(turned):
        two = np.where(np.asarray(turned), 1 - two, two)
    return within(one, two, fewest=FEWEST_SYNONYMS)


def _mean(part: np.ndarray) -> np.ndarray:
    here = ~np.isnan(part)
    count = here.sum(axis=1)
    return np.where(count > 0, np.where(here, part, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
