"""The same paths estimated in several ways, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from helpers import words
from helpers.figures import style
from helpers.figures.text import bounded, said, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STEP = 0.115  # inches between the ways of one path
_GAP = 0.17  # inches between paths
_WAY = ["estimator", "missing", "careless"]


def sensitivity(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw every path with its interval, once per way of estimating it.

    Colour and marker tell estimator and missing treatment, an open marker that careless respondents are left out. The
    line through each path is the reported analysis.

    Parameters
    ----------
    table : DataFrame
        ``lhs rhs estimator missing careless std.all std.all.ci.lower std.all.ci.upper reported``, as from
        ``helpers.sem.sensitivity``; a way without an estimate is named in the legend.
    labels : mapping
        Codes -> what to show.
    language : {"en", "zh"}

    Returns
    -------
    Figure

    Examples
    --------
    >>> table = pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "estimator": ["MLR"], "missing": ["listwise"],
    ...     "careless": ["kept"], "std.all": [0.4], "std.all.ci.lower": [0.3], "std.all.ci.upper": [0.5],
    ...     "reported": [True]})
    >>> sensitivity(table, labels={}, language="en").axes[0].get_yticklabels()[0].get_text()
    'x → y'
    """
    paths = list(dict.fromkeys(zip(table["lhs"], table["rhs"], strict=True)))
    ways = list(dict.fromkeys(table[_WAY].itertuples(index=False, name=None)))
    kinds = list(dict.fromkeys(way[:2] for way in ways))
    drawn = table[table["std.all"].notna()]
    ways = list(dict.fromkeys(drawn[_WAY].itertuples(index=False, name=None)))
    block = len(ways) * _STEP + _GAP
    heights = {(path, way): i * block + j * _STEP for i, path in enumerate(paths) for j, way in enumerate(ways)}
    with style.styled():
        figure, axes = style.canvas(height=0.9 + 0.2 * ((len(kinds) + 3) // 2) + block * len(paths))
        for way in ways:
            rows = table[(table[_WAY] == pd.Series(way, index=_WAY)).all(axis=1)]
            places = [heights[(lhs, rhs), way] for lhs, rhs in zip(rows["lhs"], rows["rhs"], strict=True)]
            _way(axes, rows, places, kinds.index(way[:2]), open_marker=way[2] == "excluded")
        _reported(axes, table, paths, block, len(ways))
        middles = [i * block + (len(ways) - 1) * _STEP / 2 for i in range(len(paths))]
        names = [f"{labels.get(rhs, rhs)} → {labels.get(lhs, lhs)}" for lhs, rhs in paths]
        axes.set_yticks(middles, [wrapped(name, 30) for name in names])
        _finish(axes, table, block, len(paths), language)
        _key(axes, table, kinds, language)
    return figure


def _way(axes: Axes, rows: pd.DataFrame, places: list[float], kind: int, *, open_marker: bool) -> None:
    colour, marker = style.PALETTE[kind % 7], style.MARKERS[kind % 7]
    axes.hlines(places, rows["std.all.ci.lower"].astype(float), rows["std.all.ci.upper"].astype(float), color=colour,
                linewidth=1.0)
    axes.plot(rows["std.all"].astype(float), places, marker=marker, color=colour, linestyle="none", markersize=4.2,
              markerfacecolor="white" if open_marker else colour, markeredgewidth=0.9)


def _reported(axes: Axes, table: pd.DataFrame, paths: list[tuple[str, str]], block: float, ways: int) -> None:
    own = table[table["reported"].astype(bool)].set_index(["lhs", "rhs"])["std.all"]
    for i, path in enumerate(paths):
        if path in own.index and pd.notna(own[path]):
            axes.vlines(own[path], i * block - _STEP, i * block + ways * _STEP, color=style.FAINT, linewidth=0.8,
                        zorder=0)


def _finish(axes: Axes, table: pd.DataFrame, block: float, paths: int, language: str) -> None:
    axes.set_ylim(paths * block - _GAP / 2 - _STEP / 2, -_GAP / 2 - _STEP / 2)
    for after, _ in pairwise(range(paths)):
        axes.axhline((after + 1) * block - (_GAP + _STEP) / 2, color=style.RULE, linewidth=0.5, zorder=0)
    limits = table[["std.all.ci.lower", "std.all.ci.upper", "std.all"]].astype(float)
    if limits.min(axis=None) < 0.1:
        axes.axvline(0, color=style.INK, linewidth=0.7, dashes=(4, 3), zorder=0)
    axes.set_xlabel(said("std.all.ci", language))
    style.bare(axes)
    axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)
    bounded(axes.xaxis)


def _key(axes: Axes, table: pd.DataFrame, kinds: list[tuple[str, str]], language: str) -> None:
    """Explain colours and markers, and name what could not be estimated."""
    from matplotlib.lines import Line2D

    def dot(kind: int, text: str, **how: object) -> Line2D:
        return Line2D([], [], linestyle="none", marker=style.MARKERS[kind % 7], color=style.PALETTE[kind % 7],
                      markersize=4.2, label=text, **how)

    entries = []
    for kind, (estimator, missing) in enumerate(kinds):
        mine = table[(table["estimator"] == estimator) & (table["missing"] == missing)]
        text = f"{estimator}, {words.say(f'figures.missing.{missing}', language)}"
        entries.append(dot(kind, text if mine["std.all"].notna().any()
                           else words.say("figures.sensitivity.none", language, way=text)))
    if "excluded" in set(table["careless"]):
        entries += [Line2D([], [], linestyle="none", marker="o", color=style.INK, markersize=4.2,
                           markerfacecolor=face, label=words.say(f"figures.sensitivity.{who}", language))
                    for who, face in (("kept", style.INK), ("excluded", "white"))]
    entries.append(Line2D([], [], color=style.FAINT, linewidth=0.8,
                          label=words.say("figures.sensitivity.reported", language)))
    axes.legend(handles=entries, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.3,
                handletextpad=0.4, columnspacing=1.4)
