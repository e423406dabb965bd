"""Who answered, and what: answers by group, with the clusters and weights of the respondents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Answers: complete ones, or with holes where these are to be kept.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    labels : tuple of str
        Of the groups; one "" where there is one.
    values : tuple of ndarray, shape (n, p)
        Per group; NaN in a hole.
    clusters : tuple of ndarray of int, shape (n,), or None
        Number of the cluster (branch, agent) of each respondent, counted over all groups.
    weights : tuple of ndarray, shape (n,), or None
        Sampling weights; their sum over all groups is the number of respondents.
    n_read : int
        Rows of the data.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[np.ndarray, ...]
    clusters: tuple[np.ndarray, ...] | None
    weights: tuple[np.ndarray, ...] | None
    n_read: int


def cases(data: pd.DataFrame, names: Sequence[str], *, group: str | None = None, cluster: str | None = None,
          weights: str | None = None, missing: str = "listwise") -> Cases:
    """Pick the rows without a missing answer, or those with at least one answer.

    Parameters
    ----------
    data : DataFrame
        One row per respondent; it is not changed.
    names : sequence of str
        Columns to use, in this order.
    group : str, optional
        Column that tells the groups apart. Their order is that of an ordered or unordered Categorical, else that in
        which they appear. Rows without a group are left out.
    cluster, weights : str, optional
        Columns. Every row that is used has to have a cluster, and a weight of 0 or more.
    missing : {"listwise", "fiml"}, default "listwise"
        "fiml" keeps rows with holes.

    Raises
    ------
    DataError
        Columns that are absent, doubled or no numbers, infinite answers, fewer than two groups, a row without
        cluster or weight, fewer than two clusters in a group, weights that are negative or all zero.
    """
    if taken := [name for name in (group, cluster) if name in names]:
        raise DataError("moments.two_roles", columns=taken)
    values = numbers(data, names, beside=[name for name in (group, cluster, weights) if name is not None])
    holes = np.isnan(values)
    present = ~(holes.any(axis=1) if missing == "listwise" else holes.all(axis=1))
    labels, rows = group_rows(data[group], present) if group is not None else (("",), [np.flatnonzero(present)])
    used = np.concatenate(rows)
    return Cases(tuple(names), labels, tuple(values[at] for at in rows),
                 None if cluster is None else _clusters(data[cluster], used, rows),
                 None if weights is None else _weights(data[weights], used, rows), len(data))


def numbers(data: pd.DataFrame, names: Sequence[str], *, beside: Sequence[str] = ()) -> np.ndarray:
    """Read columns as numbers, shape (n, p), NaN where an answer is missing.

    Parameters
    ----------
    data : DataFrame
    names : sequence of str
    beside : sequence of str
        Columns that have to be there too, of any kind.

    Raises
    ------
    DataError
        No DataFrame; columns that are absent, doubled or no numbers; infinite answers.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    columns = [*names, *beside]
    there = set(data.columns)
    if absent := [name for name in columns if name not in there]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    repeated = set() if data.columns.is_unique else set(data.columns[data.columns.duplicated()])
    if doubled := sorted({name for name in columns if name in repeated}):
        raise DataError("moments.doubled", columns=doubled)
    return _numbers(data[list(names)])


def group_rows(of: pd.Series, present: np.ndarray) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Labels of the groups and the places of their rows that are present.

    Raises
    ------
    DataError
        ``moments.one_group``: fewer than two groups.
    """
    levels = [level for level in (of.cat.categories if isinstance(of.dtype, pd.CategoricalDtype) else of.unique())
              if not pd.isna(level) and (of == level).any()]
    if len(levels) < 2:
        raise DataError("moments.one_group", column=of.name, found=[str(level) for level in levels] or "-")
    labels = [str(level) for level in levels]
    if alike := sorted({label for label in labels if labels.count(label) > 1}):
        raise DataError("moments.groups_alike", column=of.name, labels=alike)
    rows = [np.flatnonzero(present & (of == level).to_numpy(dtype=bool, na_value=False)) for level in levels]
    return tuple(labels), rows


def _numbers(scores: pd.DataFrame) -> np.ndarray:
    kinds = list(scores.dtypes)
    if not all(map(_real, set(kinds))):
        raise DataError("moments.text", columns=list(dict.fromkeys(
            str(name) for name, kind in zip(scores.columns, kinds, strict=True) if not _real(kind))))
    values = scores.to_numpy(dtype=float, na_value=np.nan)
    if infinite := [name for name, bad in zip(scores.columns, np.isinf(values).any(axis=0), strict=True) if bad]:
        raise DataError("moments.infinite", columns=infinite)
    return values


def _real(dtype: object) -> bool:
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def _clusters(of: pd.Series, used: np.ndarray, rows: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    codes = np.full(len(of), -1)
    codes[used] = pd.factorize(of.iloc[used])[0]
    if empty := int((codes[used] < 0).sum()):
        raise DataError("moments.cluster_missing", column=of.name, rows=empty)
    if (found := min(len(np.unique(codes[at])) for at in rows)) < 2:
        raise DataError("moments.one_cluster", column=of.name, found=found)
    return tuple(codes[at] for at in rows)


def _weights(of: pd.Series, used: np.ndarray, rows: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    values = _numbers(of.to_frame())[:, 0]
    here = values[used]
    bad = ~(here >= 0)
    if bad.any() or not here.sum() > 0:
        raise DataError("moments.weights", column=of.name, rows=int(bad.sum()))
    if empty := [at for at, group in enumerate(rows, start=1) if not values[group].sum() > 0]:
        raise DataError("moments.weights_group", column=of.name, groups=empty)
    scaled = values * (len(used) / here.sum())
    return tuple(scaled[at] for at in rows)
