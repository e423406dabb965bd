"""Groups, respondents and items as whole columns: what they become, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure, reading
from helpers.errors import Problem

if TYPE_CHECKING:
    from helpers.reading import Raw
    from helpers.studies import Study

_QUOTED = 5  # faults of one kind that a message names; the count says how many there are


def group_orders(declared: Study) -> dict[str, tuple[str, ...]]:
    """Order of every column that is compared: the groups and the wave."""
    orders = {name: group.order for name, group in declared.groups.items()}
    return orders | ({declared.wave.column: declared.wave.order} if declared.wave else {})


def categorical(raw: Raw, declared: Study, orders: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Columns as ordered Categoricals; an empty cell and a code for "no answer" are NaN."""
    made = {}
    for name, order in orders.items():
        codes, texts = reading.codes_of(raw.frame[name])
        blank = _unanswered(raw, name, texts, declared)
        known = declared.groups.get(name) or declared.profile.get(name)
        names = known.codes if known else {}
        places = {level: place for place, level in enumerate(order)}
        texts = [names.get(text, text) if text not in blank else "" for text in texts]
        place = np.array([places.get(text, -1) if text else -1 for text in texts], dtype=np.int32)
        made[name] = pd.Categorical.from_codes(place[codes], categories=list(order), ordered=True)
    return pd.DataFrame(made, index=raw.frame.index)


def clusters(raw: Raw, declared: Study) -> pd.DataFrame:
    """Give each column of clusters numbers in the order of first appearance; NaN where a respondent has none."""
    numbered = {}
    for name in declared.clusters:
        codes, texts = reading.codes_of(raw.frame[name])
        unanswered = _unanswered(raw, name, texts, declared)
        blank = np.array([text in unanswered for text in texts], dtype=bool)[codes]
        found = pd.factorize(np.where(blank, np.nan, codes))[0].astype(float)
        numbered[name] = np.where(blank, np.nan, found)
    return pd.DataFrame(numbered, index=raw.frame.index)


def respondents(frame: pd.DataFrame, declared: Study) -> np.ndarray:
    """Give a number to each row's respondent: the order of first appearance, never the identifier itself."""
    name = declared.responses.respondent
    return pd.factorize(reading.codes_of(frame[name])[0])[0] if name else np.arange(len(frame))


def people(frame: pd.DataFrame, declared: Study, *, wave: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Give a number to who answered each row (in which wave), and say which rows name nobody."""
    name = declared.responses.respondent
    codes, texts = reading.codes_of(frame[name])
    blank = codes == texts.index("") if "" in texts else np.zeros(len(codes), dtype=bool)
    key = codes.astype(np.int64)
    if wave and declared.wave:
        waves, levels = reading.codes_of(frame[declared.wave.column])
        key = key * len(levels) + waves
    return key, blank


def keys(frame: pd.DataFrame, declared: Study) -> np.ndarray:
    """Give each row's respondent a key that is the same in another file, and from which the identifier is not read.

    Returns
    -------
    ndarray of uint64, shape (n,)
        0 for an empty cell; no element where the study names no column of respondents.
    """
    name = declared.responses.respondent
    if not name:
        return np.empty(0, dtype=np.uint64)
    codes, texts = reading.codes_of(frame[name])
    digests = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    digests[[place for place, text in enumerate(texts) if not text]] = 0
    return digests[codes]


def identifier_problems(frame: pd.DataFrame, declared: Study) -> list[Problem]:
    """Find identifiers and names in the columns whose entries a report would print."""
    shown = declared.responses.shown
    problems = []
    for name in (*group_orders(declared), *declared.profile):
        codes, texts = reading.codes_of(frame[name])
        counts = {text: count for text, count in zip(texts, np.bincount(codes, minlength=len(texts)).tolist(),
                                                     strict=True) if count}
        if kind := disclosure.identifier(counts):
            problems.append(Problem(f"survey.identifier.{kind}", {"column": name}, shown))
        elif disclosure.personal_name(name, counts):
            problems.append(Problem("survey.identifier.name", {"column": name}, shown))
        elif disclosure.free_text(counts):
            problems.append(Problem("survey.identifier.text", {"column": name, "count": len(counts)}, shown))
    return problems


def respondent_problems(raw: Raw, declared: Study) -> list[Problem]:
    """Find rows without a respondent, and a respondent twice (in a wave) unless the study leaves later rows out."""
    name, shown = declared.responses.respondent, declared.responses.shown
    if not name:
        return []
    problems = []
    lines = raw.places
    key, blank = people(raw.frame, declared, wave=True)
    if blank.any():
        rows = np.flatnonzero(blank)
        values = {"column": name, "count": len(rows), "lines": lines[rows[:_QUOTED]].tolist()}
        problems.append(Problem("survey.respondent_blank", values, shown))
    twice = pd.Series(key).duplicated(keep=False).to_numpy() & ~blank
    if declared.screening.get("duplicate_ids") == "exclude" or not twice.any():
        return problems
    pairs = pd.Series(lines[np.flatnonzero(twice)]).groupby(key[twice], sort=False).agg(tuple)
    pairs = list(dict.fromkeys(pairs))  # a row that holds several waves is twice in each
    id = "survey.respondent_twice_wave" if declared.wave else "survey.respondent_twice"
    spoken = [" & ".join(str(line) for line in rows) for rows in pairs[:_QUOTED]]
    problems.append(Problem(id, {"count": len(pairs), "column": name, "lines": spoken}, shown))
    return problems


def _unanswered(raw: Raw, name: str, texts: Collection[str], declared: Study) -> set[str]:
    """Entries of a column that stand for no answer, by the study or by the file itself."""
    return declared.responses.unanswered(texts) | set(raw.user_missing.get(name, ()))


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
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    none = np.isnan(low)
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
