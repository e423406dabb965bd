"""From one row per answer sheet to one row per person: what invariance across waves needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """The waves of the same people side by side.

    Attributes
    ----------
    data : DataFrame, shape (n_people, n_items * n_waves)
        Columns ``item.wave``; NaN where somebody did not take part. The index holds the respondents.
    waves : dict of str to list of str
        Columns of each wave, in the order of the items: the ``waves`` of ``sem.invariance``.
    n : Series
        People by number of waves in which they took part.
    """

    data: pd.DataFrame
    waves: dict[str, list[str]]
    n: pd.Series


def by_wave(data: pd.DataFrame, items: Sequence[str], *, respondent: str, wave: str,
            order: Sequence[object] | None = None) -> Waves:
    """Put the waves of the same people side by side.

    Parameters
    ----------
    data : DataFrame
        One row per respondent and wave; it is not changed.
    items : sequence of str
        In the order of the model.
    respondent, wave : str
        Columns.
    order : sequence, optional
        The waves in order of time; others are left aside. None: in sorted order.

    Returns
    -------
    Waves

    Raises
    ------
    DataError
        ``moments.absent``; ``sem.waves_nobody``: rows without a respondent or wave; ``sem.waves_twice``: a respondent
        with two rows in one wave; ``sem.waves_unknown``: a wave without rows; ``sem.waves_one``: fewer than two
        waves; ``sem.waves_panel``: no more people in all waves than the joint model has variables, so these are not
        the same people.

    Examples
    --------
    >>> sheets = pd.DataFrame({"id": [1, 2, 3, 4] * 2, "wave": [2025] * 4 + [2026] * 4,
    ...                        "x": [1, 2, 3, 5, 2, 2, 4, 5]})
    >>> by_wave(sheets, ["x"], respondent="id", wave="wave").data.reset_index()
       id  x.2025  x.2026
    0   1       1       2
    1   2       2       2
    2   3       3       4
    3   4       5       5
    """
    items = list(items)
    columns = [respondent, wave, *items]
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    if absent := [name for name in columns if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    if nobody := int(data[[respondent, wave]].isna().any(axis=1).sum()):
        raise DataError("sem.waves_nobody", rows=nobody, respondent=respondent, wave=wave)
    labels = _order(data[wave], order)
    sheets = data.loc[data[wave].astype(str).isin(labels), columns]
    sheets = sheets.assign(**{wave: sheets[wave].astype(str)})
    again = sheets.duplicated([respondent, wave], keep=False).to_numpy()
    if again.any():
        where = np.flatnonzero(data[wave].astype(str).isin(labels))[again] + 1
        raise DataError("sem.waves_twice", count=len(where), rows=[*map(int, where[:6])])
    counts = sheets.groupby(respondent, observed=True)[wave].nunique()
    if (both := int((counts == len(labels)).sum())) <= len(items) * len(labels):
        raise DataError("sem.waves_panel", n=both, variables=len(items) * len(labels), waves=labels)
    wide = sheets.set_index([respondent, wave])[items].unstack(wave)
    waves = {label: [f"{item}.{label}" for item in items] for label in labels}
    wide = wide.reindex(columns=pd.MultiIndex.from_tuples([(item, label) for label in labels for item in items]))
    wide.columns = [column for of in waves.values() for column in of]
    return Waves(wide, waves, counts.value_counts().sort_index().rename_axis("waves").rename("people"))


def _order(of: pd.Series, order: Sequence[object] | None) -> list[str]:
    present = [str(label) for label in sorted(of.unique(), key=lambda each: (str(type(each)), each))]
    labels = present if order is None else [str(label) for label in order]
    if unknown := [label for label in labels if label not in present]:
        raise DataError("sem.waves_unknown", found=unknown, known=present)
    if len(set(labels)) < 2:
        raise DataError("sem.waves_one", found=labels)
    return list(dict.fromkeys(labels))
