"""The map K from basic parameters to rows of the table, used as what it mostly is: a choice of columns.

Most rows of K have one entry, and a group's rows use few of the columns. A product with K then costs as much as its
result has entries, and not the product of three sizes that grow with the groups.
"""

from __future__ import annotations

import numpy as np


def add_folded(total: np.ndarray, k: np.ndarray, inner: np.ndarray) -> None:
    """Add ``k' inner k`` to a matrix in place.

    Parameters
    ----------
    total : ndarray, shape (q, q)
    k : ndarray, shape (r, q)
        Rows of a group.
    inner : ndarray, shape (r, r)
    """
    there = k != 0
    if not there.any():
        return
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if len(rows) == len(columns) == there.sum():  # every row is a parameter of its own
        columns = there[rows].argmax(axis=1)
        weight = k[rows, columns]
        total[np.ix_(columns, columns)] += inner[np.ix_(rows, rows)] * np.outer(weight, weight)
    else:
        block = k[np.ix_(rows, columns)]
        total[np.ix_(columns, columns)] += block.T @ inner[np.ix_(rows, rows)] @ block


def spread_out(k: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Compute ``k inner k'``, shape (r, r); rows of k without an entry give zeros."""
    there = k != 0
    if not there.any() or there.sum(axis=1).max() > 1:
        return k @ inner @ k.T
    rows, found = np.flatnonzero(there.any(axis=1)), np.zeros((len(k), len(k)))
    columns = there[rows].argmax(axis=1)
    weight = k[rows, columns]
    found[np.ix_(rows, rows)] = inner[np.ix_(columns, columns)] * np.outer(weight, weight)
    return found


def basic_of(k: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Find the basic parameters, shape (q,), whose rows ``k x`` are nearest to values, shape (r,)."""
    there = k != 0
    if there.any() and there.sum(axis=1).max() > 1:
        return np.linalg.lstsq(k, values, rcond=None)[0]
    return k.T @ values / (k * k).sum(axis=0)
