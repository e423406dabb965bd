"""Moments of complete data, by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.moments.cases import Cases, cases
from helpers.moments.sample import Sample, checked

ROWS = 8192  # respondents whose distances from the mean are held at a time


def from_data(data: pd.DataFrame, names: Sequence[str], *, group: str | None = None) -> list[Sample]:
    r"""Covariances and means of the rows without a missing answer.

    Parameters
    ----------
    data : DataFrame
        One row per respondent; it is not changed.
    names : sequence of str
        Columns to use, in this order.
    group : str, optional
        Column that tells the groups apart. Their order is that of an ordered or unordered Categorical, else that in
        which they appear. Rows without a group are left out.

    Returns
    -------
    list of Sample
        One per group, covariances with divisor n.

    Raises
    ------
    DataError
        Columns that are absent, doubled or no numbers, infinite answers, a constant item, items that repeat each
        other, fewer respondents than items.

    Notes
    -----
    .. math:: S = \frac{1}{n} \sum_i (x_i - \bar x)(x_i - \bar x)'

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [1, 2, 3, 5], "b": [2, 1, 4, 4]})
    >>> from_data(scores, ["a", "b"])[0].cov
    array([[2.1875, 1.4375],
           [1.4375, 1.6875]])
    """
    return samples_of(cases(data, names, group=group))


def samples_of(answers: Cases) -> list[Sample]:
    r"""Moments of each group, weighted where the cases have weights.

    With weights :math:`S = \sum_i w_i (x_i - \bar x)(x_i - \bar x)' / \sum_i w_i`, and ``n`` is the sum of a group's
    weights; over all groups that is the number of respondents.
    """
    weights = answers.weights or (None,) * len(answers.values)
    return [_sample(values, answers.names, label, weight)
            for values, label, weight in zip(answers.values, answers.labels, weights, strict=True)]


def _sample(values: np.ndarray, names: tuple[str, ...], label: str, weights: np.ndarray | None) -> Sample:
    counted = values if weights is None else values[weights > 0]
    if len(counted) <= len(names):
        raise DataError("moments.too_few", n=len(counted), variables=len(names), group=label or "-")
    constant = counted.max(axis=0) == counted.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = values.mean(axis=0) if weights is None else (weights / weights.sum()) @ values
        cov = sum(_products(values[at: at + ROWS] - mean, None if weights is None else weights[at: at + ROWS])
                  for at in range(0, len(values), ROWS))
        cov = cov / (len(values) if weights is None else weights.sum())
    if wide := [name for name, variance in zip(names, np.diag(cov), strict=True) if not np.isfinite(variance)]:
        raise DataError("moments.infinite", columns=wide)
    cov[constant] = 0.0  # rounding of the mean leaves a speck of variance
    n = len(values) if weights is None else float(weights.sum())
    return checked(Sample(names, n, (cov + cov.T) / 2, mean, label))


def _products(away: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return (away if weights is None else away * weights[:, None]).T @ away
