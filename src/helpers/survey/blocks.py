"""Respondents some thousands at a time, so that what is computed on the way does not outgrow the answers themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

ROWS = 8192  # of forty items: two megabytes, which stay in a processor's cache


def blocks(rows: int) -> Iterator[slice]:
    """Cut rows into blocks.

    Examples
    --------
    >>> [(block.start, block.stop) for block in blocks(10_000)]
    [(0, 8192), (8192, 10000)]
    """
    return (slice(at, min(at + ROWS, rows)) for at in range(0, rows, ROWS))


def by_rows(function: Callable[[np.ndarray], np.ndarray], answers: np.ndarray) -> np.ndarray:
    """Apply a function with one value per respondent, block by block.

    Parameters
    ----------
    function : callable
        From an array of shape (m, items) to one of shape (m,).
    answers : ndarray, shape (n, items)

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> by_rows(lambda block: block.sum(axis=1), np.ones((3, 2)))
    array([2., 2., 2.])
    """
    if len(answers) <= ROWS:
        return function(answers)
    return np.concatenate([function(np.ascontiguousarray(answers[block])) for block in blocks(len(answers))])


def patterns(answered: np.ndarray) -> np.ndarray:
    """Give a number to each set of items that respondents answered.

    Parameters
    ----------
    answered : ndarray of bool, shape (n, items)

    Returns
    -------
    ndarray of int, shape (n,)
        The same number for the same set.

    Examples
    --------
    >>> patterns(np.array([[True, True], [True, False], [True, True]]))
    array([0, 1, 0])
    """
    number = np.zeros(len(answered), dtype=np.int64)
    for at in range(0, answered.shape[1], 32):  # 32 items as bits below a number of up to 2^31 sets
        number <<= 32
        for bit, column in enumerate(answered[:, at: at + 32].T):
            number |= column.astype(np.int64) << bit
        number = pd.factorize(number)[0]
    return number
