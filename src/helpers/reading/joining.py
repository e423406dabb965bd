"""Further columns for the same respondents, from files that share a column with the responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.reading.columns import categorical, codes_of
from helpers.reading.parts import Part, opened, with_points
from helpers.reading.raw import Raw, Source
from helpers.reading.written_numbers import numbers

_QUOTED = 5


@dataclass(frozen=True, slots=True)
class Join:
    """A file with further columns of the respondents: its rows are found by a column that tells them apart."""

    part: Part
    by: str = ""


def joined(raw: Raw, join: Join, respondent: str, columns: Collection[str],
           missing_codes: Collection[str]) -> tuple[Raw, list[Problem]]:
    """Add the columns of a file to the respondents that it knows.

    Parameters
    ----------
    raw : Raw
        The responses; several rows of one respondent (waves) find the same partner.
    join : Join
    respondent : str
        Column of the responses.
    columns : collection of str
        Those that the study uses.
    missing_codes : collection of str
        Entries that name nobody.

    Returns
    -------
    Raw
        Respondents without a partner have empty cells there; how many they are is in ``sources``.
    problems : list of Problem
        A column that both have, respondents twice or unnamed in the file, nobody found.
    """
    part = join.part
    where = part.where or part.shown
    by = join.by or respondent
    if respondent not in raw.frame:  # noted where the respondents are declared
        return raw, []
    other, problems = opened(part, {*columns, by})
    if by not in other.frame:
        return raw, [*problems, Problem("reading.join_by", {"column": by, "file": part.shown,
                                                            "known": other.columns[:8]}, where)]
    if both := [name for name in other.frame if name != by and name in raw.columns]:
        problems.append(Problem("reading.join_both", {"columns": both, "file": part.shown,
                                                      "others": [each.shown for each in raw.sources]}, where))
    if other.how.decimal != raw.how.decimal:
        other, raw = (with_points(each) if each.how.decimal == "," else each for each in (other, raw))
    place, more = _places(other, by, part, missing_codes)
    problems += more
    row = _partners(raw.frame[respondent], place)
    found = row >= 0
    if not found.any():
        problems.append(Problem("reading.join_nobody", {"file": part.shown, "n": len(row), "others": len(place),
                                                        "column": by}, where))
    added = {name: _taken(other.frame[name], row) for name in other.frame if name != by and name not in raw.frame}
    own = tuple(name for name in other.columns if name != by)
    source = Source(part.shown, other.how, len(other.frame), joined=own, matched=int(found.sum()),
                    unmatched=int((~found).sum()), unused=len(other.frame) - len(np.unique(row[found])),
                    lines=np.where(found, other.lines[row], 0))
    frame = pd.DataFrame({**{name: raw.frame[name] for name in raw.frame}, **added}, index=raw.frame.index)
    return replace(raw, frame=frame, columns=tuple(dict.fromkeys([*raw.columns, *own])),
                   labels=_more(other.labels, raw.labels), values=_more(other.values, raw.values),
                   user_missing=_more(other.user_missing, raw.user_missing), sources=(*raw.sources, source)), problems


def _more(new: Mapping, known: Mapping) -> dict:
    return {**new, **known}


def _places(other: Raw, by: str, part: Part, missing_codes: Collection[str]) -> tuple[dict[str, int], list[Problem]]:
    """Find the row of each respondent, and those that cannot be told."""
    codes, texts = codes_of(other.frame[by])
    problems = []
    _, empty = numbers(texts, missing_codes, ".")
    blank = empty[codes]
    if blank.any():
        problems.append(Problem("reading.join_blank", {"column": by, "count": int(blank.sum()), "file": part.shown,
                                                       "lines": other.lines[blank][:_QUOTED].tolist()}, part.shown))
    twice = pd.Series(codes).duplicated(keep=False).to_numpy() & ~blank
    if twice.any():
        pairs = pd.Series(other.lines[twice]).groupby(codes[twice], sort=False).agg(list)
        spoken = [" & ".join(str(line) for line in lines) for lines in pairs[:_QUOTED]]
        problems.append(Problem("reading.join_twice", {"column": by, "count": len(pairs), "lines": spoken}, part.shown))
    rows = np.flatnonzero(~blank)
    return {texts[code]: at for at, code in zip(rows.tolist(), codes[rows].tolist(), strict=True)}, problems


def _partners(respondents: pd.Series, place: Mapping[str, int]) -> np.ndarray:
    """Find the row of each respondent in the other file; -1 where there is none."""
    codes, texts = codes_of(respondents)
    return np.array([place.get(text, -1) for text in texts], dtype=np.int64)[codes]


def _taken(column: pd.Series, row: np.ndarray) -> pd.Categorical:
    """Give each respondent the partner's entry; an empty cell without one."""
    codes, texts = codes_of(column)
    return categorical(np.where(row >= 0, codes[row], -1), texts)
