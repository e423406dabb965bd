"""How the questionnaires of a file become the sample that is analysed, and which answers it lacks together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from helpers import words
from helpers.figures import style
from helpers.figures.text import wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Heights in lines of text: of a box, and of the way between two boxes.
_BOX, _WAY = 2.6, 2.0
_ASIDE = ("blank_row", "skipped_row", "silent_wave")  # steps that are left out


def flow(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw the way from the file to the analysis: one box per step, what is left out, and why, beside the arrow.

    Parameters
    ----------
    table : DataFrame
        ``step n``, in order; ``blank_row``, ``skipped_row``, ``silent_wave`` and steps that begin with ``excluded.``
        are left out, the others remain.
    labels : mapping
    language : {"en", "zh"}
    """
    boxes: list[tuple[str, int]] = []
    reasons: list[list[str]] = []
    for step, n in zip(table["step"].astype(str), table["n"].astype(int), strict=True):
        if step in _ASIDE or step.startswith("excluded."):
            reasons[-1].append(f"{_step(step, labels, language)}: {n:,}")
        else:
            boxes.append((step, n))
            reasons.append([])
    heights = [0.0]
    for said in reasons[:-1]:
        heights.append(heights[-1] - _BOX - max(_WAY, len(said) + 1.4 if said else 0))
    with style.styled():
        figure, axes = style.canvas(width=style.WIDTH, height=0.19 * (_BOX + 0.6 - heights[-1]))
        for at, (step, n) in enumerate(boxes):
            axes.text(0, heights[at], f"{wrapped(_step(step, labels, language), 36)}\nn = {n:,}", ha="center",
                      va="center", linespacing=1.3, bbox={"boxstyle": "square,pad=0.55", "facecolor": "white",
                                                          "edgecolor": style.INK, "linewidth": 0.8})
            if at:
                top, bottom = heights[at - 1] - _BOX / 2, heights[at] + _BOX / 2
                axes.annotate("", xy=(0, bottom), xytext=(0, top),
                              arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 0.8})
                if boxes[at - 1][1] > n:
                    left = words.say("figures.flow.left_out", language, n=boxes[at - 1][1] - n)
                    axes.text(0.06, (top + bottom) / 2, "\n".join([left, *reasons[at - 1]]), ha="left", va="center",
                              fontsize=8, linespacing=1.35, color="#4a4a4a")
        axes.set(xlim=(-0.75, 1.25), ylim=(heights[-1] - _BOX / 2 - 0.3, _BOX / 2 + 0.3))
        axes.set_axis_off()
    return figure


def missing_patterns(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw which items are missing together: a row per pattern, a column per item, dark where the answer is missing.

    Parameters
    ----------
    table : DataFrame
        ``pattern n construct item missing``, one row per pattern and item; the most frequent pattern first.
    labels : mapping
    language : {"en", "zh"}
    """
    from matplotlib.colors import ListedColormap

    items = list(dict.fromkeys(table["item"]))
    square = table.pivot(index="pattern", columns="item", values="missing")[items].to_numpy(dtype=float)
    counts = table.drop_duplicates("pattern")["n"].tolist()
    owners = table.drop_duplicates("item")["construct"].astype(str).tolist()
    with style.styled():
        figure, axes = style.canvas(width=max(2.6, min(style.WIDTH + 0.6, 1.6 + 0.2 * len(items))),
                                    height=1.1 + 0.2 * len(counts) + (0.5 if len(items) > 1 else 0))
        axes.imshow(square, aspect="auto", cmap=ListedColormap(["#eef2f6", "#08519C"]), vmin=0, vmax=1)
        axes.set_xticks(range(len(items)), items, rotation=90, fontsize=7.5 if len(items) < 40 else 6)
        axes.set_yticks(range(len(counts)), [f"n = {n:,}" for n in counts])
        axes.set_xticks([at + 0.5 for at in range(len(items) - 1)], minor=True)
        axes.set_yticks([at + 0.5 for at in range(len(counts) - 1)], minor=True)
        axes.grid(which="minor", color="white", linewidth=1)
        axes.tick_params(which="both", length=0)
        for at in range(1, len(items)):
            if owners[at] != owners[at - 1]:
                axes.axvline(at - 0.5, color=style.FAINT, linewidth=0.8)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure


def _step(step: str, labels: Mapping[str, str], language: str) -> str:
    id = f"value.step.{step}"
    return words.say(id, language) if words.has(id) else str(labels.get(step, step))
