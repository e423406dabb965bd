"""Cells of a table that count too few people to be shown, and the cells that would give them away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def suppress(table: pd.DataFrame, *, smallest_cell: int, count: str = "n", by: Sequence[str] = (),
             values: Sequence[str] = (), total_shown: bool = True) -> pd.DataFrame:
    """Blank the cells of a table of counts that hold too few people.

    Parameters
    ----------
    table : DataFrame
        One row per cell.
    smallest_cell : int
        Counts from 1 to one below this are blanked. A count of 0 stays: nobody stands behind it.
    count : str, default "n"
        Column of counts.
    by : sequence of str
        Columns that name the sets of rows which add up to one total; () takes the whole table.
    values : sequence of str
        Further columns that the count could be computed from (share, mean): blanked with it.
    total_shown : bool, default True
        Whether the reader knows the total of each set. Then one blank cell is the total minus the others, and the
        next smallest is blanked too (complementary suppression); so it is when the blank cells of a set hold fewer
        people than ``smallest_cell`` together.

    Returns
    -------
    DataFrame
        A copy; blanked cells are NaN, and the column ``suppressed`` says which.

    References
    ----------
    Hundepool et al. (2012). Statistical Disclosure Control. Wiley, chapter 4.

    Examples
    --------
    >>> table = pd.DataFrame({"level": ["a", "b", "c"], "n": [40, 12, 2], "share": [0.74, 0.22, 0.04]})
    >>> suppress(table, smallest_cell=5, values=["share"])
      level     n  share  suppressed
    0     a  40.0   0.74       False
    1     b   NaN    NaN        True
    2     c   NaN    NaN        True
    """
    counts = table[count].to_numpy(dtype=float)
    blank = np.zeros(len(table), dtype=bool)
    sets = table.groupby(list(by), sort=False).indices.values() if by else [np.arange(len(table))]
    for rows in sets:
        blank[rows] = _blank(counts[rows], smallest_cell, total_shown)
    shown = table.copy()
    for column in (count, *values):
        shown[column] = table[column].astype(float).where(~blank)
    return shown.assign(suppressed=blank)


def _blank(counts: np.ndarray, smallest_cell: int, total_shown: bool) -> np.ndarray:
    blank = (counts > 0) & (counts < smallest_cell)
    if not total_shown:
        return blank
    # Ties go to the later row, so that the result does not depend on a sort's whim.
    candidates = sorted((row for row in np.flatnonzero(~blank & (counts > 0))), key=lambda row: (counts[row], -row))
    while blank.any() and candidates and (blank.sum() < 2 or counts[blank].sum() < smallest_cell):
        blank[candidates.pop(0)] = True
    return blank
