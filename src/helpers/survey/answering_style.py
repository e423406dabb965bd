"""Did somebody answer as no question asks for? One answer throughout, hardly any variation, a pattern.

Every index has one value per respondent, from the answers as given (not reversed) in the order of the questionnaire.
"""

from __future__ import annotations

import numpy as np

# A pattern that somebody clicks by hand is short; its multiples are found with it.
LONGEST_PATTERN = 10
# Pairs of answers below which a correlation within one person says nothing.
FEWEST_PAIRS = 10


def longest_run(answers: np.ndarray) -> np.ndarray:
    """Length of the longest unbroken run of one answer in each row; a missing answer breaks it.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)

    Returns
    -------
    ndarray of int, shape (n,)

    References
    ----------
    Johnson, J. A. (2005). Journal of Research in Personality, 39(1), 103-129.

    Examples
    --------
    >>> longest_run(np.array([[3, 3, 3, 1.0], [1, 2, 2, np.nan]]))
    array([3, 2])
    """
    longest = run = (~np.isnan(answers[:, 0])).astype(int)
    for position in range(1, answers.shape[1]):
        same = answers[:, position] == answers[:, position - 1]
        run = np.where(same, run + 1, (~np.isnan(answers[:, position])).astype(int))
        longest = np.maximum(longest, run)
    return longest


def variability(answers: np.ndarray) -> np.ndarray:
    r"""Intra-individual response variability: the standard deviation of each person's answers.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)
        On one common width of scale, such as from 0 to 1.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN with fewer than ten answers.

    Notes
    -----
    .. math:: \mathit{IRV} = \sqrt{\tfrac{1}{k-1}\textstyle\sum_j (x_j - \bar x)^2}

    over the k answers that a person gave.

    References
    ----------
    Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018). Intra-individual response variability as an
    indicator of insufficient effort responding. Journal of Business and Psychology, 33(1), 105-121.

    Examples
    --------
    >>> variability(np.array([[0.5] * 12, [0.0, 1.0] * 6])).round(3)
    array([0.   , 0.522])
    """
    here = ~np.isnan(answers)
    k = here.sum(axis=1)
    enough = np.where(k >= FEWEST_PAIRS, k, np.nan)
    mean = np.where(here, answers, 0.0).sum(axis=1) / enough
    return np.sqrt((np.where(here, answers - mean[:, None], 0.0) ** 2).sum(axis=1) / (enough - 1))


def repetition(answers: np.ndarray) -> np.ndarray:
    r"""How far a person's answers repeat themselves after some steps: the largest autocorrelation.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)

    Returns
    -------
    ndarray of float, shape (n,)
        The largest correlation of the answers with themselves, 2 to 10 items later; 1 for a pattern such as 1, 3, 5,
        1, 3, 5 kept up throughout. NaN where somebody gave the same answer throughout (a straight line is the longest
        run's to find) or too few answers.

    Notes
    -----
    .. math:: r_l = \operatorname{cor}(x_1 \dots x_{k-l},\; x_{1+l} \dots x_k), \qquad l = 2, \dots, 10

    Lags whose remaining pairs are fewer than ten, or fewer than half of the items, are left out.

    References
    ----------
    Gottfried, J., Jezek, S., Kralova, M., & Rihacek, T. (2022). Autocorrelation screening: A potentially efficient
    method for detecting repetitive response patterns in questionnaire data. Practical Assessment, Research, and
    Evaluation, 27(2).

    Examples
    --------
    >>> repetition(np.array([[1, 3, 5.0] * 8, [1, 2, 3, 5, 4, 2, 3, 1, 4, 5, 2, 3, 3, 1, 5, 4, 2, 2, 5, 1, 3, 4, 1,
    ...                                        2.0]])).round(2)
    array([1.  , 0.65])
    """
    items = answers.shape[1]
    lags = range(2, min(LONGEST_PATTERN, items - FEWEST_PAIRS, items // 2) + 1)
    if not lags:
        return np.full(len(answers), np.nan)
    found = np.array([within(answers[:, :-lag], answers[:, lag:], fewest=FEWEST_PAIRS) for lag in lags])
    return np.fmax.reduce(found, axis=0)


def within(one: np.ndarray, two: np.ndarray, *, fewest: int) -> np.ndarray:
    """Correlate two sets of answers within each person.

    Parameters
    ----------
    one, two : ndarray of float, shape (n, pairs)
    fewest : int
        Pairs with both answers that a person must have.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN with fewer pairs, or where one of the two does not vary.

    Examples
    --------
    >>> within(np.array([[1, 2, 3.0]]), np.array([[2, 4, 5.0]]), fewest=3).round(3)
    array([0.982])
    """
    here = ~(np.isnan(one) | np.isnan(two))
    pairs = here.sum(axis=1)
    count = np.where(pairs >= fewest, pairs, np.nan)[:, None]
    one, two = (np.where(here, part, 0.0) for part in (one, two))
    one, two = (np.where(here, part - part.sum(axis=1, keepdims=True) / count, 0.0) for part in (one, two))
    spread = (one**2).sum(axis=1) * (two**2).sum(axis=1)
    # what rounding leaves of equal answers is no variance
    varies = spread > 1e-20
    return np.where(varies & ~np.isnan(count[:, 0]), (one * two).sum(axis=1) / np.sqrt(np.where(varies, spread, 1.0)),
                    np.nan)
