"""Shares and matrices as areas: answers of a scale, and HTMT."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from helpers.figures import style
from helpers.figures.text import number, said, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RATING = 11  # answers of the widest rating scale, 0 to 10
# Light in the middle, dark at both ends, orange against blue: the ends stay apart in grey by their side of zero.
_ENDS = ("#B35806", "#F7F7F7", "#08519C")


def likert(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw how often each answer was given, item by item, around the middle of the scale.

    Parameters
    ----------
    table : DataFrame
        ``item answer share`` and, where known, ``construct``; one row per item and answer, shares of one item add to 1.
    labels : mapping
        Item -> wording, construct -> name.
    language : {"en", "zh"}
    """
    keyed = table if "construct" in table else table.assign(construct="")
    with style.styled():
        items = list(dict.fromkeys(zip(keyed["construct"], keyed["item"], strict=True)))
        blocks = list(dict.fromkeys(construct for construct, _ in items if construct))
        figure, axes = style.canvas(height=0.8 + 0.2 * len(items) + 0.26 * len(blocks), width=style.WIDTH + 0.6)
        rows, heads = _blocks(items)
        for (construct, item), row in rows.items():
            mine = keyed[(keyed["construct"] == construct) & (keyed["item"] == item)].sort_values("answer")
            _bar(axes, row, mine["answer"].tolist(), mine["share"].astype(float).tolist())
        axes.set_yticks(list(rows.values()), [_wording(item, labels) for _, item in rows])
        for construct, row in heads.items():
            axes.text(0, row, str(labels.get(construct, construct)), transform=axes.get_yaxis_transform(),
                      fontweight="bold", ha="left", va="center")
        axes.set_ylim(max(rows.values()) + 0.7, -0.9)
        axes.axvline(0, color=style.INK, linewidth=0.7)
        _percent(axes, language)
        _answers_key(axes, sorted(keyed["answer"].unique()))
    return figure


def heatmap(table: pd.DataFrame, *, at_most: float = 0.85, labels: Mapping[str, str], language: str) -> Figure:
    """Draw HTMT for every pair of constructs; what is not below the bound is framed and bold.

    Parameters
    ----------
    table : DataFrame
        ``construct1 construct2 htmt``, one row per pair.
    at_most : float, default 0.85
    labels : mapping
    language : {"en", "zh"}
    """
    import seaborn

    names = list(dict.fromkeys([*table["construct1"], *table["construct2"]]))
    square = table.pivot(index="construct2", columns="construct1", values="htmt").reindex(
        index=names[1:], columns=names[:-1])
    shown = square.map(lambda value: "" if pd.isna(value) else number(value))
    side = max(3.4, 0.56 * len(names) + 1.5)
    with style.styled():
        figure, axes = style.canvas(width=side + 0.9, height=side - 0.4)
        # Weak ratios stay pale: the colour is for those that matter.
        seaborn.heatmap(square.clip(0, 1) ** 1.6, annot=shown, fmt="", vmin=0, vmax=1.05, square=True, cbar=False,
                        cmap=seaborn.light_palette("#08519C", as_cmap=True), linewidths=0.5, linecolor="white",
                        annot_kws={"fontsize": 8.5}, ax=axes)
        _marked(axes, square, at_most)
        axes.set_xticklabels([wrapped(str(labels.get(name, name)), 14) for name in square.columns],
                             rotation=40, ha="right", rotation_mode="anchor")
        axes.set_yticklabels([wrapped(str(labels.get(name, name)), 20) for name in square.index], rotation=0)
        axes.set(xlabel="", ylabel="")
        axes.tick_params(length=0)
    return figure


def _marked(axes: Axes, square: pd.DataFrame, at_most: float) -> None:
    """Frame the cells at or above the bound, bold; say a dash where there is no value for a pair."""
    from matplotlib.patches import Rectangle

    at = {tuple(int(place) for place in text.get_position()): text for text in axes.texts}
    for (row, column), value in zip(product(range(len(square)), range(square.shape[1])), square.to_numpy().ravel(),
                                    strict=True):
        if value >= at_most:
            axes.add_patch(Rectangle((column, row), 1, 1, fill=False, linewidth=1.6, edgecolor=style.INK, zorder=4,
                                     clip_on=False))
            at[column, row].set_fontweight("bold")
        elif pd.isna(value) and column <= row:
            axes.text(column + 0.5, row + 0.5, "–", ha="center", va="center")


def _blocks(items: list[tuple[str, str]]) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    """Give every item its row, with room above each construct for its name."""
    rows: dict[tuple[str, str], float] = {}
    heads: dict[str, float] = {}
    row = -1.0
    for construct, item in items:
        if construct and construct not in heads:
            row += 1.25
            heads[construct] = row
        row += 1.0
        rows[construct, item] = row
    return rows, heads


def _bar(axes: Axes, row: float, answers: list[float], shares: list[float]) -> None:
    """Stack one item's answers so that half of the middle answer lies on either side of zero."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("agreement", list(_ENDS))
    middle = (min(answers) + max(answers)) / 2
    start = -sum(share * (1.0 if answer < middle else 0.5 if answer == middle else 0.0)
                 for answer, share in zip(answers, shares, strict=True))
    width = max(answers) - min(answers) or 1
    for answer, share in zip(answers, shares, strict=True):
        axes.barh(row, share, left=start, height=0.74, color=colours((answer - min(answers)) / width),
                  edgecolor="#6a6a6a", linewidth=0.3)
        start += share


def _wording(item: str, labels: Mapping[str, str]) -> str:
    wording = str(labels.get(item, item))
    return item if wording == item else f"{wrapped(wording, 40, lines=1)}  {item}"


def _percent(axes: Axes, language: str) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_xlim(-1, 1)
    reach = max(abs(patch.get_x() + side * patch.get_width()) for patch in axes.patches for side in (0, 1))
    axes.set_xlim(-min(1.0, reach + 0.03), min(1.0, reach + 0.03))
    left = min(patch.get_x() for patch in axes.patches)
    right = max(patch.get_x() + patch.get_width() for patch in axes.patches)
    axes.set_xlim(left - 0.03, right + 0.03)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value) * 100:.0f}%"))
    axes.set_xlabel(said("share.answers", language))
    style.bare(axes)
    axes.xaxis.grid(True, color=style.RULE, linewidth=0.5)


def _answers_key(axes: Axes, answers: list[float]) -> None:
    """Explain the colours: every answer of a rating scale, of a finer scale its ends and its middle."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Patch

    colours = LinearSegmentedColormap.from_list("agreement", list(_ENDS))
    low, high = answers[0], answers[-1]
    steps = answers if len(answers) <= _RATING else [low, (low + high) / 2, high]
    patches = [Patch(facecolor=colours((step - low) / ((high - low) or 1)), edgecolor="#6a6a6a", linewidth=0.3,
                     label=f"{step:g}") for step in steps]
    axes.legend(handles=patches, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(patches), handlelength=1.1,
                handletextpad=0.35, columnspacing=0.9, borderaxespad=0.2)
