"""The path diagram as journals draw it: ellipses for latent variables, standardized coefficients on the arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import words
from helpers.figures import style
from helpers.figures.layout import Edge, Layout, Point, layered
from helpers.figures.text import number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches. A node holds three short lines and an R².
_NODE_WIDTH, _NODE_HEIGHT = 1.36, 0.68
_LAYER, _ROW = 1.95, 1.12
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
    at = {name: (x * layer, -y * _ROW) for name, (x, y) in layout.places.items()}
    bends = {edge: [(x * layer, -y * _ROW) for x, y in points] for edge, points in layout.bends.items()}
    curves = [_curve(arrow, at, bends) for arrow in arrows]
    left, right = (pick(x for x, _ in at.values()) for pick in (min, max))
    low, high = (pick(y for curve in curves or [list(at.values())] for _, y in [*curve, *at.values()])
                 for pick in (min, max))
    reach = min([left - _NODE_WIDTH / 2, *(x for curve in curves for x, _ in curve)]) - 0.12
    figure, axes = style.canvas(width=right + _NODE_WIDTH / 2 + 0.1 - reach,
                                height=high - low + _NODE_HEIGHT + 0.62)
    axes.set(xlim=(reach, right + _NODE_WIDTH / 2 + 0.1), aspect="equal",
             ylim=(low - _NODE_HEIGHT / 2 - 0.5, high + _NODE_HEIGHT / 2 + 0.12))
    axes.set_axis_off()
    for name in nodes:
        _node(axes, at[name], wrapped(str(labels.get(name, name)), 16), explained.get(name), name in latent)
    taken = [_box(point, _NODE_WIDTH, _NODE_HEIGHT) for point in at.values()]
    for arrow, curve in zip(arrows, curves, strict=True):
        _line(axes, curve, arrow)
    for arrow, curve in zip(arrows, curves, strict=True):
        if arrow.text:
            taken.append(_coefficient(axes, arrow, curve, taken, [other for other in curves if other is not curve]))
    known = any(arrow.clear is not None for arrow in arrows)
    key = words.say("figures.paths.key" if known else "figures.paths.key.estimates", language)
    axes.text((reach + right + _NODE_WIDTH / 2) / 2, low - _NODE_HEIGHT / 2 - 0.3, key, ha="center", va="center",
              fontsize=7.5, color="#4a4a4a")
    return figure


def _node(axes: Axes, at: Point, label: str, explained: float | None, latent: bool) -> None:
    from matplotlib.patches import Ellipse, Rectangle

    look: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 1.0, "zorder": 3}
    if latent:
        axes.add_patch(Ellipse(at, _NODE_WIDTH, _NODE_HEIGHT, **look))
    else:
        corner = (at[0] - _NODE_WIDTH / 2, at[1] - _NODE_HEIGHT / 2)
        axes.add_patch(Rectangle(corner, _NODE_WIDTH, _NODE_HEIGHT, **look))
    lift = 0.09 if explained is not None else 0.0
    axes.text(at[0], at[1] + lift, label, ha="center", va="center", fontsize=8.5, zorder=4, linespacing=1.05)
    if explained is not None:
        lines = label.count("\n") + 1
        axes.text(at[0], at[1] - 0.06 - 0.075 * lines, f"$R^2$ = {number(explained)}", ha="center", va="center",
                  fontsize=7, color="#4a4a4a", zorder=4)


def _curve(arrow: _Arrow, at: Mapping[str, Point], bends: Mapping[Edge, list[Point]]) -> list[Point]:
    """Trace an arrow from border to border as points close together."""
    start, end = at[arrow.start], at[arrow.end]
    if arrow.curved:
        return _bow(start, end)
    around = bends.get((arrow.start, arrow.end)) or bends.get((arrow.end, arrow.start), [])[::-1]
    others = [point for name, point in at.items() if name not in (arrow.start, arrow.end)]
    direct = _cut([_between(start, end, i / 60) for i in range(61)], start, end)
    if not around or not any(_near(point, other) for point in direct for other in others):
        return direct
    return _cut(_smooth([start, *around, end]), start, end)


def _bow(start: Point, end: Point) -> list[Point]:
    """Trace the curved double arrow of a covariance, bent away to the left of both nodes."""
    (x1, y1), (x2, y2) = start, end
    if abs(x1 - x2) < 1e-9:  # one above the other: bend out of their left side
        depth = 0.28 + 0.13 * abs(y1 - y2)
        edge = x1 - _NODE_WIDTH / 2
        return [(edge - depth * math.sin(math.pi * t), y1 + (y2 - y1) * t) for t in (i / 40 for i in range(41))]
    top = max(y1, y2) + _NODE_HEIGHT / 2 + 0.3
    points = [_quadratic(start, ((x1 + x2) / 2, 2 * top - (y1 + y2) / 2), end, i / 60) for i in range(61)]
    return _cut(points, start, end)


def _quadratic(a: Point, b: Point, c: Point, t: float) -> Point:
    weight = ((1 - t) ** 2, 2 * t * (1 - t), t ** 2)
    return (sum(w * p[0] for w, p in zip(weight, (a, b, c), strict=True)),
            sum(w * p[1] for w, p in zip(weight, (a, b, c), strict=True)))


def _smooth(points: Sequence[Point]) -> list[Point]:
    """Pass smoothly through the points (Catmull and Rom, 1974)."""
    padded = [points[0], *points, points[-1]]
    traced = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for i in range(30):
            t = i / 30
            traced.append(tuple(0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t ** 2
                                       + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3) for k in (0, 1)))
    return [*traced, points[-1]]


def _cut(points: Sequence[Point], start: Point, end: Point) -> list[Point]:
    """Leave out what lies inside the two nodes."""
    return [point for point in points if not _inside(point, start) and not _inside(point, end)] or list(points)


def _inside(point: Point, node: Point, margin: float = 0.03) -> bool:
    across = (point[0] - node[0]) / (_NODE_WIDTH / 2 + margin)
    along = (point[1] - node[1]) / (_NODE_HEIGHT / 2 + margin)
    return across ** 2 + along ** 2 < 1


def _near(point: Point, node: Point) -> bool:
    return _inside(point, node, margin=0.12)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


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
        box = _box(curve[round(share * (len(curve) - 1))], width, height)
        crossed = sum(1 for other in others if any(_holds(box, point) for point in other))
        return 10 * sum(_overlap(box, known) for known in taken) + crossed + abs(share - 0.5) / 10

    x, y = curve[round(min(choices, key=cost) * (len(curve) - 1))]
    axes.text(x, y, arrow.text, ha="center", va="center", fontsize=8, zorder=5,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})
    return _box((x, y), width, height)


def _box(at: Point, width: float, height: float) -> tuple:
    return at[0] - width / 2, at[1] - height / 2, at[0] + width / 2, at[1] + height / 2


def _overlap(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _holds(box: tuple, point: Point) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
