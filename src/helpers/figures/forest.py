"""Estimates of several studies under each other: squares by weight, diamonds for what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import words
from helpers.figures import style
from helpers.figures.text import bounded, joined, number, said, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.25  # inches between rows
_SMALLEST, _LARGEST = 3.2, 8.0  # marker sizes of the smallest and the largest weight
_MEAN = 5.0  # marker size where nothing is weighted
_DIAMOND = 0.26  # half height of a diamond, in rows
_WITHOUT_ZERO = 1.0  # coefficients within this bound are written without a leading zero


def forest(table: pd.DataFrame, *, name: str = "label", head: str = "head", reference: float | None = 0.0,
           value: str = "est", labels: Mapping[str, str], language: str) -> Figure:
    """Draw estimates with their intervals, one row each, and summaries as diamonds.

    Parameters
    ----------
    table : DataFrame
        One row per row of the figure, top to bottom: ``name``, ``est``, ``ci.lower``, ``ci.upper``. Where there are
        such columns: ``head`` opens a block at every new value; ``weight`` (any unit) sets the size of the square;
        ``summary`` (bool) draws a diamond instead; ``pi.lower`` and ``pi.upper`` draw the prediction interval as a
        pale bar behind the row. An absent number leaves its mark out.
    name, head : str
        Columns that name the row and its block; codes are said by ``labels``, paths (``a -> b``) part by part.
    reference : float or None, default 0
        Drawn as a dashed line.
    value : str, default "est"
        Column of the estimates.
    labels : mapping
        Codes -> what to show.
    language : {"en", "zh"}

    Returns
    -------
    Figure

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["A", "B", "Both"], "est": [.3, .5, .4], "ci.lower": [.1, .4, .3],
    ...                       "ci.upper": [.5, .6, .5], "weight": [1, 4, np.nan], "summary": [False, False, True]})
    >>> [tick.get_text() for tick in forest(table, labels={}, language="en").axes[0].get_yticklabels()]
    ['A', 'B', 'Both']
    """
    places, heads = _places(table, head)
    sizes = _sizes(table)
    with style.styled():
        figure, axes = style.canvas(height=0.8 + _ROW * (len(table) + 1.1 * len(heads)))
        for place, size, (_, row) in zip(places, sizes, table.iterrows(), strict=True):
            _mark(axes, row, value, place, size)
        axes.set_yticks(places, [wrapped(joined([row[name]], labels), 40) for _, row in table.iterrows()])
        for place, text in heads:
            axes.text(0, place, joined([text], labels), transform=axes.get_yaxis_transform(), fontweight="bold",
                      va="center", ha="left", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        _numbers(axes, table, value, places)
        axes.set_ylim(places[-1] + 0.8, -0.8)
        if reference is not None:
            axes.axvline(reference, color=style.FAINT, linewidth=0.8, dashes=(4, 3), zorder=0)
        axes.set_xlabel(said(value, language))
        style.bare(axes)
        axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)
        if table[value].abs().max() < _WITHOUT_ZERO:
            bounded(axes.xaxis)
    return figure


def replication_forest(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw every path in the original and in the replication.

    Parameters
    ----------
    table : DataFrame
        ``lhs rhs est.original est.replication`` with ``.ci.lower``/``.ci.upper`` of both, and the prediction interval
        of the original, ``prediction.ci.lower prediction.ci.upper``.
    labels : mapping
    language : {"en", "zh"}

    Returns
    -------
    Figure
        One block per path; the pale bar behind the original is where a replication of this size would be expected.
    """
    return forest(pd.DataFrame(_pairs(table, language)), labels=labels, language=language)


def _pairs(table: pd.DataFrame, language: str) -> Iterator[dict[str, object]]:
    for _, row in table.iterrows():
        for which in ("original", "replication"):
            of = f"est.{which}"
            pi = {f"pi.{end}": row.get(f"prediction.ci.{end}", np.nan) if which == "original" else np.nan
                  for end in ("lower", "upper")}
            yield {"head": f"{row['rhs']} -> {row['lhs']}", "label": words.say(f"figures.{which}", language),
                   "est": row[of], "ci.lower": row[f"{of}.ci.lower"], "ci.upper": row[f"{of}.ci.upper"],
                   "series": ("original", "replication").index(which), **pi}


def _places(table: pd.DataFrame, head: str) -> tuple[list[float], list[tuple[float, str]]]:
    """Place rows one apart, a line above each block for its head."""
    places, heads, at, last = [], [], 0.0, None
    for text in table[head] if head in table else [None] * len(table):
        if text is not None and text != last:
            at += 0.25 if heads else 0.0
            heads.append((at, str(text)))
            at += 1.0
        last = text
        places.append(at)
        at += 1.0
    return places, heads


def _sizes(table: pd.DataFrame) -> list[float]:
    """Give every square an area by its weight."""
    if "weight" not in table or not table["weight"].notna().any():
        return [_MEAN] * len(table)
    share = np.sqrt((table["weight"].astype(float) / table["weight"].max()).clip(lower=0))
    return [_MEAN if np.isnan(one) else _SMALLEST + (_LARGEST - _SMALLEST) * float(one) for one in share]


def _mark(axes: Axes, row: pd.Series, value: str, place: float, size: float) -> None:
    """Draw one row: pale prediction interval, then the interval, then the estimate."""
    est, lower, upper = (float(row[column]) for column in (value, "ci.lower", "ci.upper"))
    colour = style.PALETTE[int(row.get("series", 0)) % 7]
    if pd.notna(row.get("pi.lower")):
        axes.hlines(place, float(row["pi.lower"]), float(row["pi.upper"]), color=colour, linewidth=7, alpha=0.2,
                    zorder=1)
    if bool(row.get("summary", False)):
        axes.fill([lower, est, upper, est], [place, place - _DIAMOND, place, place + _DIAMOND], color=style.INK,
                  linewidth=0, zorder=3)
        return
    axes.hlines(place, lower, upper, color=colour, linewidth=1.3, zorder=2)
    axes.plot([est], [place], marker="so"[int(row.get("series", 0)) % 2], color=colour, linestyle="none",
              markersize=size, markeredgecolor="white", markeredgewidth=0.4, zorder=3)


def _numbers(axes: Axes, table: pd.DataFrame, value: str, places: list[float]) -> None:
    """Write estimate and interval at the right of each row."""
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        lower, upper = row["ci.lower"], row["ci.upper"]
        text = "" if pd.isna(row[value]) else number(row[value])
        text += f" [{number(lower)}, {number(upper)}]" if text and pd.notna(lower) and pd.notna(upper) else ""
        axes.text(1.01, place, text, transform=axes.get_yaxis_transform(), va="center", ha="left", fontsize=8)
