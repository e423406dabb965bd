"""A table as a journal prints it: three rules, no stripes, decimals in line, words instead of codes."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from helpers import words
from helpers.report import formats, forms
from helpers.report.speech import Speech, marked

# A column whose repeats say nothing new: printed once per block.
_BLOCKS = ("scope", "basis", "grouping", "construct", "construct1", "outcome", "predictor", "variable", "group",
           "notebook")
# Columns whose entries head the rows below them, where there are several.
_HEADED = ("scope", "construct")
# Columns that are told in the note where they say the same in every row.
_TOLD = ("scope", "basis", "status", "denominator", "enumeration", "method", "correlations", "failed", "draws")
# Rows that stay on one printed page with their caption, rows from which a screen scrolls them under their heading, and
# columns from which the page is turned.
_SHORT, _TALL, _WIDE = 24, 40, 16
# Signs from which a text cell needs a column wide enough to be read.
_LONG = 34
# Columns of a model's table that are left out where they are empty or the same throughout.
_OPTIONAL = ("label", "group")
# Columns of measures, one per study.
_STUDIES = ("original", "replication")
# Remarks that only a few rows have: told in the note, each once.
_REMARKS = ("reason",)
_DEGREES = re.compile(r"(^|\.)df\d?(\.scaled)?$")
_DECIMAL_TAIL = re.compile(r"\.(\d+)$")


@dataclass(frozen=True, slots=True)
class _Column:
    """One printed column: its heading in HTML, what it holds (``num``, ``words``, ""), its cells in HTML."""

    heading: str
    holds: str
    cells: list[str]


def journal(table: pd.DataFrame, speech: Speech, *, title: str, caption: str, note: str = "",
            conf_level: float | None = None) -> str:
    """Write a table as HTML.

    Parameters
    ----------
    table : DataFrame
        Contract columns, unrounded. ``attrs["not_printed"]`` names columns that only the file holds,
        ``attrs["blank_below"]`` columns of coefficients with the size below which a cell stays empty.
    speech : Speech
        Reader's language and labels.
    title : str
        "Table 2.1".
    caption, note : str
        May hold ``*italics*`` and ``$formulas$``.
    conf_level : float, optional
        Printed in the heading of the interval.

    Returns
    -------
    str
        One ``<div class="as-table">`` without any script.
    """
    table = table.drop(columns=[name for name in table.attrs.get("not_printed", ()) if name in table])
    table, told = _without_constant(forms.side_by_side(table), speech)
    note = " ".join(part for part in (note, *told) if part)
    sections = _sections(table, speech)
    columns = _columns(_without_optional(table, sectioned=bool(sections)), speech, conf_level)
    heads = "".join(f'<th scope="col"{_class(column)}>{column.heading}</th>' for column in columns)
    rows = []
    for i in range(len(table)):
        if sections and (i == 0 or sections[i] != sections[i - 1]):
            rows.append(f'<tr class="as-section"><th colspan="{len(columns)}" scope="rowgroup">{sections[i]}</th></tr>')
        rows.append("<tr>" + "".join(f"<td{_class(column)}>{column.cells[i]}</td>" for column in columns) + "</tr>")
    body = "".join(rows) or f'<tr><td colspan="{len(columns)}">{formats.MISSING}</td></tr>'
    foot = f'<p class="as-note"><i>{words.say("report.note", speech.language)}</i> {marked(note)}</p>' if note else ""
    label = html.escape(f"{title} {caption}", quote=True)
    head = f"<b>{html.escape(title)}</b> <span>{marked(caption)}</span>"
    size = " as-short" if len(table) <= _SHORT else ""
    size += " as-tall" if len(table) > _TALL else ""
    size += " as-wide" if len(columns) > _WIDE else ""
    return (f'<div class="as-table{size}"><p class="as-caption">{head}</p>'
            f'<div class="as-scroll" role="region" tabindex="0" aria-label="{label}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>{foot}</div>")


def _class(column: _Column) -> str:
    return f' class="as-{column.holds}"' if column.holds else ""


def _without_optional(table: pd.DataFrame, *, sectioned: bool) -> pd.DataFrame:
    """Leave out what the rows say without it; where all are paths, their ends have names of their own."""
    if "op" in table and set(table["op"]) == {"~"}:
        table = table.rename(columns={"lhs": "outcome", "rhs": "predictor"}).drop(columns="op")
    idle = [name for name in _OPTIONAL
            if name in table and "op" in table and table[name].astype("string").fillna("").nunique() <= 1]
    above = [name for name in _HEADED if name in table][:1] if sectioned and "op" not in table else []
    return table.drop(columns=[*idle, *above])


def _without_constant(table: pd.DataFrame, speech: Speech) -> tuple[pd.DataFrame, list[str]]:
    """Move to the note what a column says alike in every row."""
    alike = [name for name in _TOLD if name in table and len(table) > 2 and table[name].nunique(dropna=False) == 1]
    told = [words.say("report.note.alike", speech.language, label=speech.column(name),
                      value=speech.term(name, table[name].iloc[0])) for name in alike]
    remarks = [name for name in _REMARKS if name in table]
    for name in remarks:
        said = [text for text in dict.fromkeys(table[name].fillna("").astype(str)) if text]
        label = speech.column(name)
        told += [words.say("report.note.alike", speech.language, label=label, value=text.rstrip(".。"))
                 for text in said]
    return table.drop(columns=[*alike, *remarks]), told


def _columns(table: pd.DataFrame, speech: Speech, conf_level: float | None) -> list[_Column]:
    printed = []
    for name in map(str, table.columns):
        if name.endswith("ci.upper") and f"{name[:-5]}lower" in table:
            continue
        if name.endswith("ci.lower") and f"{name[:-5]}upper" in table:
            printed.append(_interval(table, name, speech, conf_level))
        elif _is_numeric(table[name]):
            printed.append(_numbers(table, name, speech))
        else:
            printed.append(_text(table, name, speech))
    return printed


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _interval(table: pd.DataFrame, lower: str, speech: Speech, conf_level: float | None) -> _Column:
    prefix = lower[:-len("ci.lower")]
    kind = formats.kind(_interval_of(table, prefix))
    pairs = zip(table[lower], table[f"{prefix}ci.upper"], strict=True)
    heading = speech.column("ci")
    if conf_level is not None:
        own = f"column.{prefix}ci"
        id = own if prefix and words.has(own) else "column.ci.level"
        heading = words.say(id, speech.language, level=conf_level * 100)
    fixed = table["se"] == 0 if not prefix and "se" in table else pd.Series(False, index=table.index)
    return _Column(marked(heading), "num", [formats.MISSING if idle else formats.interval(low, high, kind)
                                            for (low, high), idle in zip(pairs, fixed, strict=True)])


def _interval_of(table: pd.DataFrame, prefix: str) -> str:
    """Name the quantity an interval belongs to: its prefix, or the number printed before it."""
    if prefix:
        return prefix.rstrip(".")
    before = list(table.columns[:list(table.columns).index("ci.lower")])
    skipped = {"se", "z", "t", "df", "n", "k"}
    numbers = [name for name in before if _is_numeric(table[name]) and name not in skipped
               and formats.kind(name) != "p"]
    return numbers[-1] if numbers else "est"


def _numbers(table: pd.DataFrame, name: str, speech: Speech) -> _Column:
    values = table[name].tolist()
    if name in ("value", "refit", "lowest", "highest", *_STUDIES, *forms.FORMS) and "measure" in table:
        kinds = [_of_measure(measure, value) for measure, value in zip(table["measure"], values, strict=True)]
    else:
        kind = "unit" if name in set(table.get("construct", ())) else formats.kind(name)  # correlations of constructs
        is_df = _DEGREES.search(name) is not None
        kind = "integer" if is_df and formats.whole(table[name].dropna()) else kind
        kinds = ["tiny" if name == "difference" and "est.semopy" in table else kind] * len(values)
    limit = table.attrs.get("blank_below", {}).get(name)
    if limit is not None:
        kinds = ["unit"] * len(values)
    cells = ["" if limit and abs(value) < limit else formats.number(value, kind)
             for value, kind in zip(values, kinds, strict=True)]
    if name == "se":  # a fixed parameter has no standard error; the table of parameters holds 0, as lavaan's does
        cells = [formats.MISSING if value == 0 else cell for value, cell in zip(values, cells, strict=True)]
    return _Column(marked(speech.column(name)), "num", _in_line(cells))


def _of_measure(measure: str, value: Any) -> formats.Kind:
    kind = formats.kind(str(measure))
    is_df = _DEGREES.search(str(measure)) is not None
    return "integer" if is_df and float(value).is_integer() else kind


def _in_line(cells: Sequence[str]) -> list[str]:
    """Pad with invisible digits so that decimal points stand under one another."""
    tails = [match[0] if (match := _DECIMAL_TAIL.search(cell)) else "" for cell in cells]
    longest = max(map(len, tails), default=0)
    if len({len(tail) for cell, tail in zip(cells, tails, strict=True) if cell != formats.MISSING}) <= 1:
        return [html.escape(cell) for cell in cells]
    padding = [("." if not tail else "") + "0" * (longest - max(len(tail), 1)) for tail in tails]
    return [html.escape(cell) + (f'<span class="as-pad" aria-hidden="true">{pad}</span>' if pad else "")
            for cell, pad in zip(cells, padding, strict=True)]


def _text(table: pd.DataFrame, name: str, speech: Speech) -> _Column:
    values = table[name].tolist()
    cells = []
    worded = next((column for column in table.columns if speech.holds_items(table[column])), name)
    worded = worded if speech.holds_items(table[name]) else name
    for i, value in enumerate(values):
        if i and _repeats(table, name, i):
            cells.append("")
        elif isinstance(value, bool):
            cells.append(html.escape(words.say("report.yes" if value else "report.no", speech.language)))
        elif value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
            cells.append(formats.MISSING)
        else:
            cells.append(speech.cell(name, value) if name == worded else html.escape(speech.code(name, value)))
    return _Column(marked(speech.column(name)), "words" if any(len(cell) > _LONG for cell in cells) else "", cells)


def _repeats(table: pd.DataFrame, name: str, row: int) -> bool:
    """Whether a block's name was printed in the row before, under the same blocks to its left."""
    upto = list(table.columns[:list(table.columns).index(name) + 1])
    return set(upto) <= set(_BLOCKS) and all(table[column].iloc[row] == table[column].iloc[row - 1] for column in upto)


def _sections(table: pd.DataFrame, speech: Speech) -> list[str]:
    """Name the block of each row: a set of items, the construct of items, kinds of a model's parameters; or nothing."""
    if headed := next((name for name in _HEADED if name in table and (name != "construct" or "item" in table)), ""):
        names = table[headed].astype(str).tolist()
        runs = 1 + sum(a != b for a, b in pairwise(names))
        return [html.escape(speech.term(headed, name)) for name in names] if runs == len(set(names)) < len(
            names) else []
    if not {"lhs", "op", "rhs"} <= set(table.columns) or table["op"].nunique() < 2:
        return []
    names = []
    for lhs, op, rhs in zip(table["lhs"], table["op"], table["rhs"], strict=True):
        key = {"=~": "loadings", "~": "regressions", "~1": "intercepts", "|": "thresholds", "~*~": "scales",
               ":=": "defined", "~~": "variances" if lhs == rhs else "covariances"}.get(str(op), "other")
        names.append(html.escape(words.say(f"report.section.{key}", speech.language)))
    runs = 1 + sum(a != b for a, b in pairwise(names))
    return names if runs == len(set(names)) else []
