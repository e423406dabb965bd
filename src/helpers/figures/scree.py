"""Eigenvalues beside those that chance alone shows: where the line of the answers crosses the dashed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from helpers import words
from helpers.figures import style
from helpers.figures.text import number, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Eigenvalues drawn: beyond the crossing a few suffice to see it.
_FEWEST, _BEYOND = 8, 4
# A first eigenvalue this many times the second would flatten all others: it is written at the edge instead.
_TOWERS = 2.5


def scree(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw eigenvalues in descending order with the line of parallel analysis, components and factors side by side.

    Parameters
    ----------
    table : DataFrame
        ``position``; ``component``, ``component.upper``; ``factor``, ``factor.upper``.
    labels : mapping
        Codes -> what to show; not needed here, the axes speak the catalogue's words.
    language : {"en", "zh"}

    Returns
    -------
    Figure

    Examples
    --------
    >>> table = pd.DataFrame({"position": [1, 2], "component": [1.6, 0.4], "component.upper": [1.1, 0.9],
    ...                       "factor": [1.2, 0.1], "factor.upper": [0.3, 0.2]})
    >>> len(scree(table, labels={}, language="en").axes)
    2
    """
    above = max(int((table[kind] > table[f"{kind}.upper"]).cumprod().sum()) for kind in ("component", "factor"))
    shown = table.head(max(above + _BEYOND, _FEWEST))
    with style.styled():
        figure, panels = style.canvas(height=2.9, columns=2)
        for axes, kind in zip(panels, ("component", "factor"), strict=True):
            _panel(axes, shown, kind, language)
        panels[0].set_ylabel(words.say("figures.scree.eigenvalue", language))
        panels[1].legend(loc="upper right")
    return figure


def _panel(axes: Axes, table: pd.DataFrame, kind: str, language: str) -> None:
    place = table["position"].astype(int)
    axes.plot(place, table[f"{kind}.upper"], color=style.FAINT, dashes=(4, 3), linewidth=1.2,
              label=words.say("figures.scree.chance", language))
    axes.plot(place, table[kind], color=style.PALETTE[0], marker=style.MARKERS[0], markersize=4.2, linewidth=1.2,
              markeredgecolor="white", markeredgewidth=0.5, label=words.say("figures.scree.answers", language))
    axes.set_title(said(f"scree.{kind}", language), loc="left")
    axes.set_xlabel(words.say("figures.scree.position", language))
    axes.set_xticks(place[::2] if len(place) > 10 else place)
    first, second = float(table[kind].iloc[0]), float(table[kind].iloc[1])
    if first > _TOWERS * second > 0:
        top = 1.25 * max(second, float(table[f"{kind}.upper"].iloc[0]))
        lowest = min(0.0, float(table[kind].min()))
        axes.set_ylim(lowest - 0.04 * top, top)
        axes.annotate(number(first, 1) + " ↑", (int(place.iloc[1]), top), xytext=(6, -3), textcoords="offset points",
                      va="top", ha="left", fontsize=8, color=style.PALETTE[0])
    axes.yaxis.grid(True, color=style.RULE, linewidth=0.5)
    axes.set_axisbelow(True)
