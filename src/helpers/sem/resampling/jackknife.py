"""What would the estimates be without each respondent, or each cluster, in turn? Exact refits, many at once."""

from __future__ import annotations

from functools import partial

import numpy as np

from helpers import parallel
from helpers.sem.fitting.result import SemFit
from helpers.sem.model.auxiliaries import own_rows
from helpers.sem.resampling.batch_search import search
from helpers.sem.resampling.resample import BLOCK, Material, batch_without, material


def left_out(fit: SemFit, *, workers: int | None = None) -> tuple[np.ndarray, list[int]]:
    """Fit the model without each respondent; without each cluster where respondents come in clusters.

    Parameters
    ----------
    fit : SemFit
        From data.
    workers : int, optional
        Processes. None: this one.

    Returns
    -------
    values : ndarray, shape (units, r)
        Rows of the parameter table, group after group; NaN where the rest gives no estimate.
    units : list of int
        Respondents or clusters per group.

    References
    ----------
    Efron & Tibshirani (1993). An Introduction to the Bootstrap, ch. 11.
    """
    of = material(fit)
    pieces = parallel.portions(sum(of.units), size=BLOCK)
    values = parallel.each(partial(_without, of), pieces, workers=1 if workers is None else workers)
    return np.concatenate(values), of.units


def _without(of: Material, portion: range) -> np.ndarray:
    values = search(of.start, batch_without(of, portion)).values * of.start.scaled.rows
    return values[:, own_rows(of.start.scaled.structure)]
