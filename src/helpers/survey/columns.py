"""Groups, respondents and items as whole columns: what they become, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure
from helpers.errors import Problem

if TYPE_CHECKING:
    from helpers.studies import Study

_QUOTED = 5  # faults of one kind that a message names; the count says how many there are


def group_orders(declared: Study) -> dict[str, tuple[str, ...]]:
    """Order of every column that is compared: the groups and the wave."""
    orders = {name: group.order for name, group in declared.groups.items()}
    return orders | ({declared.wave.column: declared.wave.order} if declared.wave else {})


def categorical(frame: pd.DataFrame, declared: Study, orders: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Columns as ordered Categoricals; an empty cell and a code for "no answer" are NaN."""
    answered = {name: frame[name].where(~frame[name].isin(declared.responses.unanswered(frame[name].unique())))
                for name in orders}
    return pd.DataFrame({name: pd.Categorical(answered[name], categories=list(order), ordered=True)
                         for name, order in orders.items()}, index=frame.index)


def clusters(frame: pd.DataFrame, declared: Study) -> pd.DataFrame:
    """Give each column of clusters numbers in the order of first appearance; NaN where a respondent has none."""
    numbered = {}
    for name in declared.clusters:
        blank = frame[name].isin(declared.responses.unanswered(set(frame[name].unique())))
        codes = pd.factorize(frame[name].mask(blank).to_numpy(dtype=object))[0].astype(float)
        numbered[name] = np.where(codes < 0, np.nan, codes)
    return pd.DataFrame(numbered, index=frame.index)


def respondents(frame: pd.DataFrame, declared: Study) -> np.ndarray:
    """Give a number to each row's respondent: the order of first appearance, never the identifier itself."""
    name = declared.responses.respondent
    return pd.factorize(frame[name].to_numpy(dtype=object))[0] if name else np.arange(len(frame))


def identifier_problems(frame: pd.DataFrame, declared: Study) -> list[Problem]:
    """Find identifiers and names in the columns whose entries a report would print."""
    shown = declared.responses.shown
    problems = []
    for name in (*group_orders(declared), *declared.profile):
        cells = frame[name].unique()
        if kind := disclosure.identifier(cells):
            problems.append(Problem(f"survey.identifier.{kind}", {"column": name}, shown))
        elif disclosure.personal_name(name, cells):
            problems.append(Problem("survey.identifier.name", {"column": name}, shown))
        elif disclosure.free_text(frame[name]):
            problems.append(Problem("survey.identifier.text", {"column": name, "count": len(cells)}, shown))
    return problems


def respondent_problems(frame: pd.DataFrame, lines: np.ndarray, declared: Study) -> list[Problem]:
    """Find rows without a respondent, and a respondent twice (in a wave) unless the study leaves later rows out."""
    name, shown = declared.responses.respondent, declared.responses.shown
    if not name:
        return []
    problems = []
    blank = (frame[name] == "").to_numpy()
    if blank.any():
        values = {"column": name, "count": int(blank.sum()), "lines": lines[blank][:_QUOTED].tolist()}
        problems.append(Problem("survey.respondent_blank", values, shown))
    key = [name, *([declared.wave.column] if declared.wave else [])]
    twice = frame[~blank].groupby(key, sort=False).indices
    if declared.screening.get("duplicate_ids") == "exclude":
        return problems
    pairs = [lines[~blank][rows].tolist() for rows in twice.values() if len(rows) > 1]
    if pairs:
        id = "survey.respondent_twice_wave" if declared.wave else "survey.respondent_twice"
        spoken = [" & ".join(str(line) for line in rows) for rows in pairs[:_QUOTED]]
        problems.append(Problem(id, {"count": len(pairs), "column": name, "lines": spoken}, shown))
    return problems


def group_problems(groups: pd.DataFrame, shown: str) -> list[Problem]:
    """Find groups with fewer than two respondents: they have no variance and cannot be compared."""
    problems = []
    for name in groups:
        counts = groups[name].value_counts(sort=False)
        small = counts[counts < 2]
        if len(small):
            named = [f"{disclosure.masked(str(level))} ({count})" for level, count in small[:_QUOTED].items()]
            values = {"group": name, "count": len(small), "levels": named + ["..."] * (len(small) > _QUOTED)}
            problems.append(Problem("survey.group_small", values, shown))
    return problems


def auxiliary_problems(beside: pd.DataFrame, declared: Study) -> list[Problem]:
    """Find auxiliary columns that are empty or say the same of everybody."""
    useless = [name for name in beside if beside[name].nunique() < 2]
    return [Problem("survey.auxiliary_useless", {"names": useless}, declared.responses.shown)] if useless else []


def item_problems(scores: pd.DataFrame, declared: Study) -> list[Problem]:
    """Find items without an answer or without variance, and fewer respondents than items."""
    shown = declared.responses.shown
    values = scores.to_numpy()
    answered = ~np.isnan(values)
    none = ~answered.any(axis=0)
    low = np.where(answered, values, np.inf).min(axis=0)
    high = np.where(answered, values, -np.inf).max(axis=0)
    problems = []
    if none.any():
        names = scores.columns[none].tolist()
        problems.append(Problem("survey.item_empty", {"items": names, "count": len(names)}, shown))
    for position in np.flatnonzero((low == high) & ~none):
        problems.append(Problem("survey.item_constant", {"item": scores.columns[position],
                                                         "answer": f"{low[position]:g}"}, shown))
    items = sum(len(names) for names in declared.scales.values())
    if len(scores) < items:
        problems.append(Problem("survey.few_respondents", {"n": len(scores), "items": items}, shown))
    return problems
