"""The path diagram as journals draw it: ellipses for latent variables, standardized coefficients on the arrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import words
from helpers.figures import curves as routes
from helpers.figures import style
from helpers.figures.curves import HEIGHT, WIDTH, Node
from helpers.figures.layout import Edge, Layout, Point, layered
from helpers.figures.text import number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches between the middles of layers and of rows.
_LAYER, _ROW = 2.05, 1.1
_LETTER, _LINE = 0.062, 0.13  # of a coefficient's text
_ALPHA = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True, slots=True)
class _Arrow:
    """One arrow: from, to, what stands on it, and whether it is told apart from zero (None: not known)."""

    start: str
    end: str
    text: str
    clear: bool | None
    curved: bool = False


def paths(parameters: pd.DataFrame, r2: pd.DataFrame | pd.Series | None = None, *, labels: Mapping[str, str],
          language: str) -> Figure:
    """Draw the structural part of a model.

    Parameters
    ----------
    parameters : DataFrame
        ``lhs op rhs std.all pvalue`` (contract columns); without ``op`` every row is a regression. Loadings tell which
        variables are latent; only loadings of constructs on a second-order factor are drawn.
    r2 : DataFrame (name, ``r2``) or Series, optional
        Printed in the node of each outcome.
    labels : mapping
        Codes -> what to show.
    language : {"en", "zh"}

    Returns
    -------
    Figure
        Dashed arrows: p >= .05. Behind a failed *stop* there is no p, and neither stars nor dashes.

    Examples
    --------
    >>> table = pd.DataFrame({"lhs": ["trust"], "op": ["~"], "rhs": ["assurance"], "std.all": [0.7], "pvalue": [0.0]})
    >>> [text.get_text() for text in paths(table, labels={}, language="en").axes[0].texts][:1]
    ['assurance']
    """
    table = parameters if "op" in parameters else parameters.assign(op="~")
    latent = set(table.loc[table["op"] == "=~", "lhs"]) or set(table["lhs"]) | set(table["rhs"])
    arrows = _arrows(table, latent)
    straight = [(arrow.start, arrow.end) for arrow in arrows if not arrow.curved]
    nodes = list(dict.fromkeys(name for arrow in arrows for name in (arrow.start, arrow.end)))
    layout = layered(nodes, [edge if edge not in _parts(table, latent) else edge[::-1] for edge in straight])
    with style.styled():
        return _drawn(arrows, nodes, layout, latent, _explained(r2), labels, language)


def _arrows(table: pd.DataFrame, latent: set[str]) -> list[_Arrow]:
    """Pick the rows that are drawn: regressions, second-order loadings, covariances among what they connect."""
    regressions = table[table["op"] == "~"]
    parts = table[(table["op"] == "=~") & table["rhs"].isin(latent)]
    drawn = set(regressions["lhs"]) | set(regressions["rhs"]) | set(parts["lhs"]) | set(parts["rhs"])
    covariances = table[(table["op"] == "~~") & (table["lhs"] != table["rhs"]) & table["lhs"].isin(drawn)
                        & table["rhs"].isin(drawn)]
    return ([_arrow(row, row["rhs"], row["lhs"]) for _, row in regressions.iterrows()]
            + [_arrow(row, row["lhs"], row["rhs"]) for _, row in parts.iterrows()]
            + [_arrow(row, row["lhs"], row["rhs"], curved=True) for _, row in covariances.iterrows()])


def _arrow(row: pd.Series, start: str, end: str, *, curved: bool = False) -> _Arrow:
    p = row.get("pvalue", float("nan"))
    known = p is not None and not pd.isna(p)
    stars = next((mark for limit, mark in _ALPHA if known and p < limit), "")
    value = row.get("std.all", float("nan"))
    return _Arrow(str(start), str(end), "" if pd.isna(value) else number(value) + stars,
                  bool(p < _ALPHA[-1][0]) if known else None, curved)


def _parts(table: pd.DataFrame, latent: set[str]) -> set[Edge]:
    """Name the arrows from a second-order factor to its parts, which stand before it."""
    rows = table[(table["op"] == "=~") & table["rhs"].isin(latent)]
    return set(zip(rows["lhs"], rows["rhs"], strict=True))


def _explained(r2: pd.DataFrame | pd.Series | None) -> dict[str, float]:
    if r2 is None:
        return {}
    if isinstance(r2, pd.Series):
        return {str(name): float(value) for name, value in r2.items()}
    names = next(column for column in r2.columns if not pd.api.types.is_numeric_dtype(r2[column]))
    return dict(zip(r2[names].astype(str), r2["r2"].astype(float), strict=True))


def _drawn(arrows: Sequence[_Arrow], nodes: Sequence[str], layout: Layout, latent: set[str],
           explained: Mapping[str, float], labels: Mapping[str, str], language: str) -> Figure:
    layer = _LAYER if max((x for x, _ in layout.places.values()), default=0) < 4 else _LAYER - 0.2
    at = {name: Node(x * layer, -y * _ROW, name in latent) for name, (x, y) in layout.places.items()}
    bends = {edge: [(x * layer, -y * _ROW) for x, y in points] for edge, points in layout.bends.items()}
    curves = [routes.route(at, arrow.start, arrow.end, bends=bends, curved=arrow.curved) for arrow in arrows]
    left, right = (pick(node.x for node in at.values()) for pick in (min, max))
    low, high = (pick([*(node.y for node in at.values()), *(y for curve in curves for _, y in curve)])
                 for pick in (min, max))
    reach = min([left - WIDTH / 2, *(x for curve in curves for x, _ in curve)]) - 0.12
    figure, axes = style.canvas(width=right + WIDTH / 2 + 0.1 - reach,
                                height=high - low + HEIGHT + 0.62)
    axes.set(xlim=(reach, right + WIDTH / 2 + 0.1), aspect="equal",
             ylim=(low - HEIGHT / 2 - 0.5, high + HEIGHT / 2 + 0.12))
    axes.set_axis_off()
    for name in nodes:
        _node(axes, at[name], wrapped(str(labels.get(name, name)), 16), explained.get(name))
    taken = [routes.box((node.x, node.y), WIDTH, HEIGHT) for node in at.values()]
    for arrow, curve in zip(arrows, curves, strict=True):
        _line(axes, curve, arrow)
    for arrow, curve in zip(arrows, curves, strict=True):
        if arrow.text:
            taken.append(_coefficient(axes, arrow, curve, taken, [other for other in curves if other is not curve]))
    known = any(arrow.clear is not None for arrow in arrows)
    key = words.say("figures.paths.key" if known else "figures.paths.key.estimates", language)
    axes.text((reach + right + WIDTH / 2) / 2, low - HEIGHT / 2 - 0.3, key, ha="center", va="center",
              fontsize=7.5, color="#4a4a4a")
    return figure


def _node(axes: Axes, at: Node, label: str, explained: float | None) -> None:
    from matplotlib.patches import Ellipse, Rectangle

    look: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 1.0, "zorder": 3}
    if at.round:
        axes.add_patch(Ellipse((at.x, at.y), WIDTH, HEIGHT, **look))
    else:
        axes.add_patch(Rectangle((at.x - WIDTH / 2, at.y - HEIGHT / 2), WIDTH, HEIGHT, **look))
    lift = 0.08 if explained is not None else 0.0
    axes.text(at.x, at.y + lift, label, ha="center", va="center", fontsize=8.5, zorder=4, linespacing=1.1)
    if explained is not None:
        lines = label.count("\n") + 1
        axes.text(at.x, at.y - 0.06 - 0.075 * lines, f"$R^2$ = {number(explained)}", ha="center", va="center",
                  fontsize=7, color="#4a4a4a", zorder=4)


def _line(axes: Axes, curve: Sequence[Point], arrow: _Arrow) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    axes.add_patch(FancyArrowPatch(
        path=Path(curve), arrowstyle="<|-|>" if arrow.curved else "-|>", mutation_scale=9, linewidth=1.0,
        linestyle=(0, (4, 2.5)) if arrow.clear is False else "solid", shrinkA=0, shrinkB=0,
        color=style.INK if arrow.clear is not False else "#6a6a6a", zorder=2))


def _coefficient(axes: Axes, arrow: _Arrow, curve: Sequence[Point], taken: Sequence[tuple],
                 others: Sequence[Sequence[Point]]) -> tuple:
    """Write the coefficient where on its arrow it covers nothing else."""
    width, height = _LETTER * len(arrow.text) + 0.06, _LINE + 0.03
    choices = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8]

    def cost(share: float) -> float:
        box = routes.box(curve[round(share * (len(curve) - 1))], width, height)
        crossed = sum(1 for other in others if any(routes.holds(box, point) for point in other))
        return 10 * sum(routes.overlap(box, known) for known in taken) + crossed + abs(share - 0.5) / 10

    x, y = curve[round(min(choices, key=cost) * (len(curve) - 1))]
    axes.text(x, y, arrow.text, ha="center", va="center", fontsize=8, zorder=5,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})
    return routes.box((x, y), width, height)
