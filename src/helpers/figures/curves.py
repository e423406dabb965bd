"""How the arrows of a path diagram run: straight where nothing stands in the way, around it where something does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from helpers.figures.layout import Edge, Point

# Inches. A node holds two short lines and an R².
WIDTH, HEIGHT = 1.24, 0.66
_GAP = 0.03  # between the tip of an arrow and the node
_CLEARANCE = 0.1  # between an arrow and a node it passes
# How far a covariance bends, as a share of the distance it spans; the first that meets no node is taken.
_DEPTHS = (0.25, -0.25, 0.4, -0.4, 0.6, -0.6, 0.85, -0.85, 1.15, -1.15)


class Node(NamedTuple):
    """The middle of a node in inches, and whether it is an ellipse."""

    x: float
    y: float
    round: bool


def route(at: Mapping[str, Node], start: str, end: str, *, bends: Mapping[Edge, Sequence[Point]] | None = None,
          curved: bool = False) -> list[Point]:
    """Trace an arrow from border to border.

    Parameters
    ----------
    at : mapping of str to Node
    start, end : str
    bends : mapping, optional
        Where an arrow that skips layers passes them.
    curved : bool
        A covariance: always a bow.

    Returns
    -------
    list of (x, y)
        Points close together, in inches.

    Examples
    --------
    >>> line = route({"a": Node(0, 0, True), "b": Node(2, 0, True)}, "a", "b")
    >>> min(x for x, _ in line) > WIDTH / 2 and {y for _, y in line} == {0.0}
    True
    """
    first, last = at[start], at[end]
    others = [node for name, node in at.items() if name not in (start, end)]
    if curved:
        return _bow(first, last, others)
    direct = _cut([_between(first, last, i / 80) for i in range(81)], first, last)
    around = (bends or {}).get((start, end)) or list((bends or {}).get((end, start), ()))[::-1]
    if not around or not _met(direct, others):
        return direct
    return _cut(_smooth([first[:2], *around, last[:2]]), first, last)


def box(at: Point, width: float, height: float) -> tuple[float, float, float, float]:
    """Make a box around a point: left, bottom, right, top."""
    return at[0] - width / 2, at[1] - height / 2, at[0] + width / 2, at[1] + height / 2


def overlap(a: tuple, b: tuple) -> bool:
    """Whether two boxes cover each other in part."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def holds(a: tuple, point: Point) -> bool:
    """Whether a box holds a point."""
    return a[0] <= point[0] <= a[2] and a[1] <= point[1] <= a[3]


def _bow(first: Node, last: Node, others: Sequence[Node]) -> list[Point]:
    """Bend away to the left of nodes that stand above one another, else to the side where no node is met."""
    if abs(first.x - last.x) < 1e-9:
        depth = WIDTH / 2 + 0.22 + 0.14 * abs(first.y - last.y)
        middle = (first.x - 2 * depth, (first.y + last.y) / 2)
        return _cut(_quadratic(first[:2], middle, last[:2]), first, last)
    across, along = last.x - first.x, last.y - first.y
    tried = []
    for depth in _DEPTHS:
        middle = ((first.x + last.x) / 2 - along * depth, (first.y + last.y) / 2 + across * depth)
        curve = _cut(_quadratic(first[:2], middle, last[:2]), first, last)
        tried.append((_met(curve, others), abs(depth), curve))
    return min(tried, key=lambda one: one[:2])[2]


def _quadratic(a: Point, b: Point, c: Point) -> list[Point]:
    return [(u * u * a[0] + 2 * u * t * b[0] + t * t * c[0], u * u * a[1] + 2 * u * t * b[1] + t * t * c[1])
            for t, u in ((i / 80, 1 - i / 80) for i in range(81))]


def _smooth(points: Sequence[Point]) -> list[Point]:
    """Pass smoothly through the points (Catmull and Rom, 1974)."""
    padded = [points[0], *points, points[-1]]
    traced = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for i in range(40):
            t = i / 40
            x, y = (q + 0.5 * ((r - p) * t + (2 * p - 5 * q + 4 * r - s) * t ** 2 + (3 * q - p - 3 * r + s) * t ** 3)
                    for p, q, r, s in zip(a, b, c, d, strict=True))
            traced.append((x, y))
    return [*traced, points[-1]]


def _cut(points: Sequence[Point], first: Node, last: Node) -> list[Point]:
    """Leave out what lies inside the two nodes."""
    outside = [point for point in points if not _inside(point, first, _GAP) and not _inside(point, last, _GAP)]
    return outside if len(outside) > 1 else list(points)


def _met(curve: Sequence[Point], nodes: Sequence[Node]) -> int:
    """Count the points of an arrow that come too close to a node."""
    return sum(1 for point in curve for node in nodes if _inside(point, node, _CLEARANCE))


def _inside(point: Point, node: Node, margin: float) -> bool:
    across = abs(point[0] - node.x) / (WIDTH / 2 + margin)
    along = abs(point[1] - node.y) / (HEIGHT / 2 + margin)
    return across ** 2 + along ** 2 < 1 if node.round else max(across, along) < 1


def _between(first: Node, last: Node, share: float) -> Point:
    return first.x + (last.x - first.x) * share, first.y + (last.y - first.y) * share
