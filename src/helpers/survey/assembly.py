"""Which files the answers come from, and which columns were made of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.survey import gates

if TYPE_CHECKING:
    from helpers.reading import Raw, Source
    from helpers.survey.answers import Answers


def files(answers: Answers) -> pd.DataFrame:
    """Name every file with what came of its rows.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    DataFrame
        ``file wave n n.blank n.matched n.unmatched n.unused format encoding delimiter``; the counts of partners are
        NaN for files of responses, ``n.blank`` counts rows that are blank or declared to be no data.
    """
    rows = [(each.shown, each.level or "-", each.rows, each.how.blank_rows + each.how.skipped, *_partners(each),
             each.how.format, each.how.encoding or "-",
             {"\t": "tab"}.get(each.how.delimiter, each.how.delimiter) or each.how.sheet or "-")
            for each in answers.sources]
    return pd.DataFrame(rows, columns=["file", "wave", "n", "n.blank", "n.matched", "n.unmatched", "n.unused", "format",
                                       "encoding", "delimiter"])


def recodes(answers: Answers) -> pd.DataFrame:
    """Say how every new column was made, and of how many respondents.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    DataFrame
        ``new made.of made.by n n.changed n.missing`` over everyone in the file; ``n.changed`` is NaN where a column is
        computed.

    Raises
    ------
    DataError
        If the study declares none.
    """
    if not answers.derived:
        raise DataError("survey.no_recodes")
    rows = [(each.name, ", ".join(each.source), each.rule, each.n, np.nan if each.changed is None else each.changed,
             each.missing) for each in answers.derived]
    return pd.DataFrame(rows, columns=["new", "made.of", "made.by", "n", "n.changed", "n.missing"])


def steps(raw: Raw) -> list[tuple[str, int]]:
    """Count the rows from the files to everyone: those left out, and those that waves side by side become."""
    responses = [each for each in raw.sources if not each.joined]
    rows = sum(each.rows for each in responses)
    found = [("in_file", rows + raw.how.blank_rows + raw.how.skipped)]
    found += [("skipped_row", raw.how.skipped)] if raw.how.skipped else []
    found += [("blank_row", raw.how.blank_rows)] if raw.how.blank_rows else []
    if (everyone := len(raw.frame) + raw.silent) > rows:
        found.append(("wave_rows", everyone))
    return found + ([("silent_wave", raw.silent)] if raw.silent else [])


def checks(raw: Raw) -> list[Check]:
    """Say how each file was read, who has a partner in a joined one, and whether codes mean the same in all."""
    found = [gates.file_check(each.how, each.shown) for each in raw.sources]
    found += [gates.joined_check(each) for each in raw.sources if each.lines is not None]
    return found + ([gates.labels_check(raw.differing)] if raw.source is not None else [])


def _partners(source: Source) -> tuple[float, float, float]:
    if source.lines is None:
        return (np.nan, np.nan, np.nan)
    return (source.matched, source.unmatched, source.unused)
