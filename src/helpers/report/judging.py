"""Whether a table keeps to the study's criteria: one remark per criterion, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from helpers.errors import Check
from helpers.report import formats
from helpers.report.speech import Speech, plain

if TYPE_CHECKING:
    from helpers.studies import Criterion

# What a row is about, the most particular first.
_PLACES = ("item", "construct")


def judged(table: pd.DataFrame, criteria: Mapping[str, Criterion], names: Iterable[str],
           speech: Speech) -> list[Check]:
    """Hold the worst value of each column, or the value of each measure, against its criterion.

    Parameters
    ----------
    table : DataFrame
        With a column per name, or ``measure value`` with a row per name; its robust or scaled form is judged where
        there is one.
    criteria : mapping of str to Criterion
        ``at_least`` or ``at_most``, and ``source``.
    names : iterable of str
        Criteria that this table answers.
    speech : Speech

    Returns
    -------
    list of Check
        Gate ``criterion``, severity *info*: a flag, not a verdict.
    """
    return [_held(name, *_worst(table, name, lowest=criteria[name].at_least is not None), criteria[name], speech)
            for name in names]


def _worst(table: pd.DataFrame, name: str, *, lowest: bool) -> tuple[float, str]:
    if "measure" in table:
        held = table.set_index("measure")["value"]
        form = next(form for form in (f"{name}.robust", f"{name}.scaled", name) if form in held.index)
        return float(held[form]), form if form != name else ""
    values = table[name].dropna()
    if values.empty:
        return float("nan"), ""
    row = table.loc[values.idxmin() if lowest else values.idxmax()]
    return float(values.min() if lowest else values.max()), next((str(row[at]) for at in _PLACES if at in row), "")


def _held(name: str, found: float, where: str, bound: Criterion, speech: Speech) -> Check:
    if bound.at_least is not None:
        passed, sign, limit = found >= bound.at_least, "≥", bound.at_least
    else:
        passed, sign, limit = found <= bound.at_most, "≤", bound.at_most
    kind = formats.kind(name)
    place = f" ({_said(where, speech)})" if where else ""
    return Check("criterion", "info", bool(passed), {
        "quantity": plain(speech.column(name)), "value": formats.number(found, kind), "place": place,
        "sign": sign, "limit": formats.number(limit, kind), "bound": bound.source or "study.yml"})


def _said(where: str, speech: Speech) -> str:
    """Say an item by its code, a construct by its label, the form of an index by its name."""
    if where in speech.items:
        return where
    form = speech.term("measure", where)
    return form if form != where else speech.term("construct", where)
