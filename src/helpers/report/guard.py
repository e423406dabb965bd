"""No respondent row ever appears in a report: the last look before a table is shown or saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from helpers.errors import RunError

# Below this number of rows a table may have as many rows as there are respondents by chance.
_FEW = 12
# A matrix of items may carry rows of means, deviations and n.
_SUMMARY_ROWS = 5
# Names that identify a person in questionnaire exports, besides the study's own respondent column.
_PERSONAL = frozenset({"id", "respondent", "respondent_id", "user", "ip", "name", "phone", "email", "openid"})


def refuse_respondents(table: pd.DataFrame, name: str, *, respondents: Collection[str], items: Collection[str],
                       sources: Iterable[Any]) -> None:
    """Refuse a table that has one row per respondent.

    Parameters
    ----------
    table : DataFrame
        What is about to be shown.
    name : str
        Its name, for the message.
    respondents : collection of str
        Columns of respondents; a study has one or none.
    items : collection of str
        Item codes: more rows than items, with items as columns, are answers.
    sources : iterable
        What the table was computed from; a frame among them tells how many respondents there are.

    Raises
    ------
    RunError
        If a column or the index names respondents, or answers are passed on row by row.

    Examples
    --------
    >>> refuse_respondents(pd.DataFrame({"construct": ["trust"]}), "t", respondents=["id"], items=(), sources=())
    """
    columns = {str(column) for column in table.columns}
    named = {str(index) for index in table.index.names if index is not None}
    personal = (columns | named) & set(respondents)
    frames = [source for source in sources if isinstance(source, (pd.DataFrame, pd.Series))]
    one_row_each = len(table) > _FEW and any(len(frame) == len(table) for frame in frames)
    if one_row_each:
        personal |= {column for column in columns | named if column.lower() in _PERSONAL}
    same_people = one_row_each and any(table.index.equals(frame.index) for frame in frames)
    answers = len(columns & set(items)) > 0 and len(table) > max(len(items) + _SUMMARY_ROWS, _FEW)
    if personal or answers or (same_people and not _describes(table, frames)):
        named = sorted(personal) or sorted(columns)
        raise RunError("report.respondent_rows", name=name, rows=len(table), columns=named)


def _describes(table: pd.DataFrame, frames: list[Any]) -> bool:
    """Whether the table was given as it is by a statistics room that numbers its rows from 0, as all of them do.

    A frame of answers is numbered from 0 as well, so the count alone does not convict: a first column of
    distinct texts (constructs, items, measures) is a table's, numbers throughout are answers.
    """
    if table.shape[1] == 0:
        return True
    first = table.iloc[:, 0]
    return not pd.api.types.is_numeric_dtype(first)
