"""Where the constructs of a path diagram stand: layers by longest path, few crossings, no arrow through a node.

The layered method of Sugiyama, Tagawa and Toda (1981), IEEE Transactions on Systems, Man, and Cybernetics 11(2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[str, str]
Point = tuple[float, float]

# Sweeps after which the order of the small graphs of a survey no longer changes.
_SWEEPS = 8
_LANE = 0.62  # height of the lane that an arrow needs beside a node, in node distances


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Places in units of one layer (x) and one node distance (y, downward).

    Attributes
    ----------
    places : dict of str to (x, y)
    bends : dict of (from, to) to list of (x, y)
        Where an arrow that skips layers passes each of them.
    """

    places: dict[str, Point]
    bends: dict[Edge, list[Point]]


def layered(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """Lay out a graph from left to right.

    Parameters
    ----------
    nodes : sequence of str
        In the order the study declares them; it decides ties.
    edges : sequence of (from, to)
        A cycle is broken at the edge that closes it.

    Returns
    -------
    Layout

    Examples
    --------
    >>> layered(["a", "b", "c"], [("a", "b"), ("b", "c")]).places
    {'a': (0.0, 0.0), 'b': (1.0, 0.0), 'c': (2.0, 0.0)}
    """
    forward = _acyclic(nodes, edges)
    layer = layers(nodes, forward)
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in nodes:
        columns[layer[node]].append(node)
    links, lanes = _with_lanes(forward, layer, columns)
    _order(columns, links)
    height = _heights(columns, links, set(nodes))
    places = {node: (float(layer[node]), height[node]) for node in nodes}
    bends = {edge: [(float(layer[edge[0]] + 1 + i), height[lane]) for i, lane in enumerate(names)]
             for edge, names in lanes.items()}
    return Layout(places, bends)


def layers(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Count the longest chain of arrows that ends in each node.

    Examples
    --------
    >>> layers(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    {'a': 0, 'b': 1, 'c': 2}
    """
    edges = list(edges)
    layer = dict.fromkeys(nodes, 0)
    for _ in nodes:  # the longest chain has fewer arrows than there are nodes
        for start, end in edges:
            layer[end] = max(layer[end], layer[start] + 1)
    # A cause without a cause of its own stands just before its first effect, not at the far left.
    caused = {end for _, end in edges}
    for node in nodes:
        effects = [layer[end] for start, end in edges if start == node]
        if node not in caused and effects:
            layer[node] = min(effects) - 1
    return layer


def _acyclic(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Leave out every edge that closes a cycle with those before it."""
    kept: list[Edge] = []
    for start, end in edges:
        reached, todo = set(), [end]
        while todo:
            node = todo.pop()
            if node not in reached:
                reached.add(node)
                todo += [b for a, b in kept if a == node]
        if start not in reached:
            kept.append((start, end))
    return kept


def _with_lanes(edges: Sequence[Edge], layer: dict[str, int],
                columns: list[list[str]]) -> tuple[list[Edge], dict[Edge, list[str]]]:
    """Put a lane into each layer that an edge skips; return the links between neighbours, and the lanes."""
    links: list[Edge] = []
    lanes: dict[Edge, list[str]] = {}
    for start, end in edges:
        names = [f"{start}\0{end}\0{i}" for i in range(layer[start] + 1, layer[end])]
        for i, name in enumerate(names):
            columns[layer[start] + 1 + i].append(name)
        chain = [start, *names, end]
        links += pairwise(chain)
        if names:
            lanes[start, end] = names
    return links, lanes


def _order(columns: list[list[str]], links: Sequence[Edge]) -> None:
    """Sort each layer by the mean position of its neighbours, keeping the order with the fewest crossings."""
    best, fewest = [list(column) for column in columns], _crossings(columns, links)
    for sweep in range(_SWEEPS):
        sequence = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for i in sequence:
            other = columns[i - 1 if sweep % 2 == 0 else i + 1]
            rank = {name: place for place, name in enumerate(other)}
            middle = {}
            for place, name in enumerate(columns[i]):
                near = [rank[far] for far in _neighbours(name, links) if far in rank]
                middle[name] = sum(near) / len(near) if near else place
            columns[i].sort(key=middle.__getitem__)
        crossings = _crossings(columns, links)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    columns[:] = best


def _neighbours(name: str, links: Sequence[Edge]) -> list[str]:
    return [b if a == name else a for a, b in links if name in (a, b)]


def _crossings(columns: list[list[str]], links: Sequence[Edge]) -> int:
    place = {name: (i, j) for i, column in enumerate(columns) for j, name in enumerate(column)}
    pairs = [(place[a], place[b]) for a, b in links]
    return sum(1 for i, (a, b) in enumerate(pairs) for c, d in pairs[i + 1:]
               if a[0] == c[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0)


def _heights(columns: list[list[str]], links: Sequence[Edge], nodes: set[str]) -> dict[str, float]:
    """Pull each node towards its neighbours without letting two come closer than they need."""
    height: dict[str, float] = {}
    for column in columns:
        stacked = _stacked(column, nodes)
        middle = (stacked[0] + stacked[-1]) / 2 if stacked else 0.0
        height |= {name: place - middle for name, place in zip(column, stacked, strict=True)}
    for _ in range(_SWEEPS):
        for column in columns:
            wanted = []
            for name in column:
                near = [height[far] for far in _neighbours(name, links)]
                wanted.append(sum(near) / len(near) if near else height[name])
            height |= dict(zip(column, _apart(wanted, _stacked(column, nodes)), strict=True))
    centre = (max(height.values(), default=0.0) + min(height.values(), default=0.0)) / 2
    return {name: round(place - centre, 6) + 0.0 for name, place in height.items()}


def _stacked(column: Sequence[str], nodes: set[str]) -> list[float]:
    """Place a layer from the top, nodes one apart, lanes closer."""
    places: list[float] = []
    for i, name in enumerate(column):
        if i == 0:
            places.append(0.0)
        else:
            both = (name in nodes) + (column[i - 1] in nodes)
            places.append(places[-1] + (1.0 if both == 2 else _LANE + 0.1 if both == 1 else _LANE / 2))
    return places


def _apart(wanted: Sequence[float], stacked: Sequence[float]) -> list[float]:
    """Move the wanted places apart where they are too close: least squares under the distances (pool adjacent)."""
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, stacked, strict=True):
        mean, count = place - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, members = blocks.pop()
            mean, count = (before * members + mean * count) / (members + count), members + count
        blocks.append((mean, count))
    shifts = [mean for mean, count in blocks for _ in range(count)]
    return [shift + offset for shift, offset in zip(shifts, stacked, strict=True)]
