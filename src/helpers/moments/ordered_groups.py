"""Ordinal answers by group: the same categories in each, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, Problem
from helpers.moments.cases import group_rows
from helpers.moments.latent_moments import LatentMoments, latent_moments
from helpers.moments.ordinal import Categories


@dataclass(frozen=True, slots=True, eq=False)
class OrderedGroups:
    """Answers and moments of every group.

    Attributes
    ----------
    labels : tuple of str
        Of the groups; one "" where there is one.
    moments : tuple of LatentMoments
    answers : tuple of Categories
        Of the ordinal items.
    n_read : int
        Rows of the data.
    missing : {"listwise", "pairwise"}
    incomplete : int
        Respondents used although an answer is missing.
    """

    labels: tuple[str, ...]
    moments: tuple[LatentMoments, ...]
    answers: tuple[Categories, ...]
    n_read: int
    missing: str
    incomplete: int


def ordered_groups(data: pd.DataFrame, names: Sequence[str], ordered: Sequence[str], *, group: str | None = None,
                   missing: str = "listwise") -> OrderedGroups:
    """Moments behind the answers of each group.

    Parameters
    ----------
    data : DataFrame
        One row per respondent; it is not changed.
    names : sequence of str
        Variables, in this order.
    ordered : sequence of str
        Which of them are ordinal.
    group : str, optional
        Column that tells the groups apart, see ``cases``.
    missing : {"listwise", "pairwise"}

    Raises
    ------
    DataError
        What ``latent_moments`` and ``cases`` refuse; an item with other categories in another group.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    columns = [*names, *(() if group is None else (group,))]
    if absent := [name for name in columns if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    if doubled := sorted({name for name in columns if list(data.columns).count(name) > 1}):
        raise DataError("moments.doubled", columns=doubled)
    here = data[list(names)].notna()
    present = (here.all(axis=1) if missing == "listwise" else here.any(axis=1)).to_numpy()
    labels, rows = group_rows(data[group], present) if group is not None else (("",), [np.flatnonzero(present)])
    moments = [latent_moments(data.iloc[at], names, ordered, missing=missing, group=label)
               for label, at in zip(labels, rows, strict=True)]
    answers = [each.answers for each in moments]
    _refuse_unlike(labels, answers)
    incomplete = int((~here.to_numpy()[np.concatenate(rows)].all(axis=1)).sum())
    return OrderedGroups(labels, tuple(moments), tuple(answers), len(data), missing, incomplete)


def _refuse_unlike(labels: tuple[str, ...], answers: list[Categories]) -> None:
    problems = []
    for at, name in enumerate(answers[0].names):
        found = [tuple(each.values[at].tolist()) for each in answers]
        if len(set(found)) > 1:
            told = [f"{label}: {' '.join(f'{value:g}' if isinstance(value, float) else str(value) for value in values)}"
                    for label, values in zip(labels, found, strict=True)]
            problems.append(Problem("moments.categories_differ", {"item": name, "found": "; ".join(told)}))
    if problems:
        raise DataError.of(problems)
