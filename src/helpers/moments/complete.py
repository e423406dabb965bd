"""Moments of complete data, by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.moments.sample import Sample, checked


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
    return [_sample(values, tuple(names), label) for label, values in complete_rows(data, names, group=group).items()]


def complete_rows(data: pd.DataFrame, names: Sequence[str], *, group: str | None = None) -> dict[str, np.ndarray]:
    """Answers of the respondents without a missing one, shape (n, p), under the label of their group.

    See ``from_data`` for the arguments and for what is refused.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    columns = [*names, *([group] if group else [])]
    if absent := [name for name in columns if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    if doubled := sorted({name for name in columns if list(data.columns).count(name) > 1}):
        raise DataError("moments.doubled", columns=doubled)
    values = _numbers(data[list(names)])
    present = ~np.isnan(values).any(axis=1)
    if group is None:
        return {"": values[present]}
    of = data[group]
    levels = [level for level in (of.cat.categories if isinstance(of.dtype, pd.CategoricalDtype) else of.unique())
              if not pd.isna(level) and (of == level).any()]
    if len(levels) < 2:
        raise DataError("moments.one_group", column=group, found=[str(level) for level in levels] or "-")
    return {str(level): values[present & (of == level).to_numpy(dtype=bool, na_value=False)] for level in levels}


def _numbers(scores: pd.DataFrame) -> np.ndarray:
    kinds = {str(name): dtype for name, dtype in scores.dtypes.items()}
    if text := [name for name, dtype in kinds.items() if not pd.api.types.is_numeric_dtype(dtype)]:
        raise DataError("moments.text", columns=text)
    values = scores.to_numpy(dtype=float, na_value=np.nan)
    if infinite := [name for name, bad in zip(scores.columns, np.isinf(values).any(axis=0), strict=True) if bad]:
        raise DataError("moments.infinite", columns=infinite)
    return values


def _sample(values: np.ndarray, names: tuple[str, ...], label: str) -> Sample:
    if len(values) <= len(names):
        raise DataError("moments.too_few", n=len(values), variables=len(names), group=label or "-")
    constant = values.max(axis=0) == values.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = values.mean(axis=0)
        away = values - mean
        cov = away.T @ away / len(values)
    if wide := [name for name, variance in zip(names, np.diag(cov), strict=True) if not np.isfinite(variance)]:
        raise DataError("moments.infinite", columns=wide)
    cov[constant] = 0.0  # rounding of the mean leaves a speck of variance
    return checked(Sample(names, len(values), (cov + cov.T) / 2, mean, label))
