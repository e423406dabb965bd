"""Estimates with their intervals as dots and lines: reliability, effects, gaps, loadings, means of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import words
from helpers.figures import style
from helpers.figures.text import bounded, joined, said, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.27  # inches between rows


def intervals(table: pd.DataFrame, values: str | Sequence[str] = "est", *, name: str | Sequence[str] = "",
              reference: float | None = None, labels: Mapping[str, str], language: str) -> Figure:
    """Draw estimates with confidence intervals, one row per row of the table.

    Parameters
    ----------
    table : DataFrame
        One row per estimate; the interval of ``v`` is ``v.ci.lower``/``v.ci.upper``, or ``ci.lower``/``ci.upper``.
    values : str or sequence of str
        Columns of estimates; several are told apart by marker and colour.
    name : str or sequence of str, default: every text column before the first number
        Columns that name the row.
    reference : float, optional
        A criterion or zero, drawn as a dashed line.
    labels : mapping
        Codes -> what to show.
    language : {"en", "zh"}

    Returns
    -------
    Figure

    Examples
    --------
    >>> table = pd.DataFrame({"construct": ["trust"], "est": [0.4], "ci.lower": [0.3], "ci.upper": [0.5]})
    >>> intervals(table, labels={}, language="en").axes[0].get_yticklabels()[0].get_text()
    'trust'
    """
    columns = [values] if isinstance(values, str) else list(values)
    names = [name] if isinstance(name, str) and name else list(name) or _naming(table)
    rows = [joined([row[column] for column in names], labels) for _, row in table.iterrows()]
    with style.styled():
        figure, axes = style.canvas(height=0.75 + _ROW * max(len(rows), 2))
        offsets = _spread(len(columns))
        for i, column in enumerate(columns):
            _series(axes, table, column, offsets[i], i, said(column, language))
        _rows(axes, [wrapped(row, 46) for row in rows])
        if reference is not None:
            axes.axvline(reference, color=style.FAINT, linewidth=0.8, dashes=(4, 3), zorder=0)
        axes.set_xlabel(said(columns[0], language) if len(columns) == 1 else "")
        if len(columns) > 1:
            _legend(figure, axes, len(columns))
    return figure


def reliability(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw alpha and omega of every scale with their intervals; the dashed line is .70."""
    figure = intervals(table, [name for name in ("alpha", "omega") if name in table], name="construct", reference=0.70,
                       labels=labels, language=language)
    bounded(figure.axes[0].xaxis)
    return figure


def effects(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw direct, indirect and total effects with their intervals; the dashed line is no effect."""
    terms = {kind: words.say(f"value.kind.{kind}", language) for kind in ("direct", "indirect", "total", "defined")}
    return intervals(table, "est", name=["effect", "kind"], reference=0.0, labels={**labels, **terms},
                     language=language)


def gaps(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw perception minus expectation with its interval; left of the dashed line, service falls short."""
    value = next(column for column in ("gap", "mean", "est", "difference") if column in table)
    return intervals(table, value, reference=0.0, labels=labels, language=language)


def loadings(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw standardized loadings, item by item within each construct; the dashed line is .50.

    Parameters
    ----------
    table : DataFrame
        ``construct item loading`` and, where known, ``ci.lower ci.upper``.
    labels : mapping
    language : {"en", "zh"}
    """
    value = next(column for column in ("loading", "std.all", "est") if column in table)
    constructs = list(dict.fromkeys(table["construct"]))
    with style.styled():
        figure, axes = style.canvas(height=0.75 + 0.2 * len(table) + 0.27 * len(constructs))
        position, ticks, texts, heads = 0.0, [], [], []
        for construct in constructs:
            block = table[table["construct"] == construct]
            heads.append((position, labels.get(construct, construct)))
            places = [position + 1 + j for j in range(len(block))]
            _line(axes, block, value, places, 0, "")
            ticks += places
            texts += [str(item) for item in block["item"]]
            position = places[-1] + 1.35
        axes.set_yticks(ticks, texts)
        for place, head in heads:
            axes.text(0, place, head, transform=axes.get_yaxis_transform(), fontweight="bold", va="center", ha="left")
        axes.set_ylim(position - 0.6, -0.7)
        axes.axvline(0.5, color=style.FAINT, linewidth=0.8, dashes=(4, 3), zorder=0)
        axes.set_xlim(min(0.0, table[value].min() - 0.05), max(1.0, table[value].max() + 0.02))
        axes.set_xlabel(said("loading", language))
        style.bare(axes)
        axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)
        bounded(axes.xaxis)
    return figure


def group_means(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw the mean of every scale in every group with its interval, one panel per grouping.

    Parameters
    ----------
    table : DataFrame
        ``construct group level mean ci.lower ci.upper`` (``group``: the grouping, ``level``: one of its groups); where
        there is no ``level``, ``group`` holds the groups of one grouping.
    labels : mapping
    language : {"en", "zh"}
    """
    grouping, level = ("group", "level") if "level" in table else ("", "group")
    panels = list(dict.fromkeys(table[grouping])) if grouping else [""]
    constructs = list(dict.fromkeys(table["construct"]))
    widest = max(table.loc[table[grouping] == panel, level].nunique() if panel else table[level].nunique()
                 for panel in panels)
    with style.styled():
        height = 0.95 + len(constructs) * max(0.3, 0.13 * widest)
        figure, _ = style.canvas(height=height, columns=len(panels), shared=True,
                                 width=max(style.WIDTH, 1.6 + 2.3 * len(panels)))
        for axes, panel in zip(figure.axes, panels, strict=True):
            part = table[table[grouping] == panel] if panel else table
            _panel(axes, part, level, constructs, str(labels.get(panel, panel)), labels, language)
        _rows(figure.axes[0], [wrapped(labels.get(name, name), 22) for name in constructs])
    return figure


def _panel(axes: Axes, part: pd.DataFrame, level: str, constructs: list[str], title: str, labels: Mapping[str, str],
           language: str) -> None:
    groups = list(dict.fromkeys(part[level]))
    for i, (group, offset) in enumerate(zip(groups, _spread(len(groups)), strict=True)):
        mine = part[part[level] == group].set_index("construct").reindex(constructs).reset_index()
        _series(axes, mine, "mean", offset, i, str(labels.get(group, group)))
    style.bare(axes)
    axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)
    axes.set_xlabel(said("mean", language))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(len(groups), 3), borderaxespad=0.2,
                handletextpad=0.3, columnspacing=1.0, title=title or None, alignment="left",
                title_fontproperties={"weight": "bold", "size": 8.5})


def _naming(table: pd.DataFrame) -> list[str]:
    """Take the text columns that come before the first number."""
    names = []
    for column in table.columns:
        if pd.api.types.is_numeric_dtype(table[column]):
            break
        names.append(str(column))
    return names


def _spread(count: int) -> list[float]:
    """Place `count` series within one row."""
    step = min(0.24, 0.62 / max(count, 1))
    return [(i - (count - 1) / 2) * step for i in range(count)]


def _series(axes: Axes, table: pd.DataFrame, value: str, offset: float, index: int, label: str) -> None:
    _line(axes, table, value, [place + offset for place in range(len(table))], index, label)


def _line(axes: Axes, table: pd.DataFrame, value: str, places: Sequence[float], index: int, label: str) -> None:
    colour, marker = style.PALETTE[index % 7], style.MARKERS[index % 7]
    own = f"{value}.ci.lower" in table
    lower, upper = (f"{value}.ci.lower", f"{value}.ci.upper") if own else ("ci.lower", "ci.upper")
    if lower in table:
        axes.hlines(places, table[lower].astype(float), table[upper].astype(float), color=colour, linewidth=1.3)
    axes.plot(table[value].astype(float), places, marker=marker, color=colour, linestyle="none", markersize=4.6,
              markeredgecolor="white", markeredgewidth=0.5, label=label)


def _rows(axes: Axes, texts: list[str]) -> None:
    axes.set_yticks(range(len(texts)), texts)
    axes.set_ylim(len(texts) - 0.4, -0.6)
    style.bare(axes)
    axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)


def _legend(figure: Figure, axes: Axes, count: int) -> Any:
    return axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=count, borderaxespad=0.2, handletextpad=0.3)
