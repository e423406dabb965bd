"""The path diagram says what the table says, and nothing covers anything."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle

from helpers import figures
from helpers.figures import curves
from helpers.figures.layout import layered, layers

COEFFICIENT = r"^−?\d*\.\d\d\**$"


def drawn(table: pd.DataFrame, r2: object = None, labels: dict[str, str] | None = None):
    figure = figures.paths(table, r2, labels=labels or {}, language="en")
    figure.draw_without_rendering()
    return figure


def coefficients(figure) -> list:
    return [text for text in figure.axes[0].texts if pd.Series([text.get_text()]).str.match(COEFFICIENT)[0]]


def test_latent_variables_are_ellipses_and_observed_outcomes_rectangles(parameters):
    patches = drawn(parameters).axes[0].patches
    assert sum(isinstance(patch, Ellipse) for patch in patches) == 7
    assert sum(isinstance(patch, Rectangle) for patch in patches) == 1
    assert sum(isinstance(patch, FancyArrowPatch) for patch in patches) == 10


def test_coefficients_carry_the_stars_of_their_p(parameters):
    said = sorted(text.get_text() for text in coefficients(drawn(parameters)))
    assert said == sorted(["−.05", ".20*", ".32**", ".40*", ".50***", ".60***", ".71***", ".85***", ".85***", ".85***"])


def test_only_what_is_not_told_apart_from_zero_is_dashed(parameters):
    arrows = [patch for patch in drawn(parameters).axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert [arrow.get_linestyle() not in ("-", "solid") for arrow in arrows].count(True) == 1


def test_behind_a_failed_stop_there_are_neither_stars_nor_dashes(parameters):
    figure = drawn(parameters.assign(pvalue=np.nan))
    assert not any("*" in text.get_text() for text in figure.axes[0].texts)
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert all(arrow.get_linestyle() in ("-", "solid") for arrow in arrows)
    assert figure.axes[0].texts[-1].get_text().endswith("tests are withheld.")


@pytest.mark.parametrize("r2", [pd.DataFrame({"lhs": ["trust"], "r2": [0.504]}), pd.Series({"trust": 0.504})])
def test_explained_variance_stands_in_its_node(parameters, r2):
    figure = drawn(parameters, r2)
    place = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    x, y = place["$R^2$ = .50"]
    assert abs(x - place["trust"][0]) < 1e-9
    assert abs(y - place["trust"][1]) < curves.HEIGHT / 2


@pytest.mark.parametrize("which", ["parameters", "many"])
@pytest.mark.parametrize("labelled", ["Psychological security of customers", "心理安全的感知与体验"])
def test_no_coefficient_covers_a_node_or_another_coefficient(request, which, labelled):
    table = request.getfixturevalue(which)
    figure = drawn(table, labels={"psychological": labelled})
    axes = figure.axes[0]
    boxes = [text.get_window_extent() for text in coefficients(figure)]
    nodes = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, (Ellipse, Rectangle))]
    assert len(boxes) > 9
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    corners = [(box, node) for box in boxes for node in nodes if box.overlaps(node)]
    assert not [1 for box, node in corners if _in_ellipse(box, node)]


@pytest.mark.parametrize("which", ["parameters", "many"])
def test_no_arrow_runs_through_a_node(request, which):
    figure = drawn(request.getfixturevalue(which))
    patches = figure.axes[0].patches
    nodes = [patch for patch in patches if isinstance(patch, (Ellipse, Rectangle))]
    for arrow in (patch for patch in patches if isinstance(patch, FancyArrowPatch)):
        points = figure.axes[0].transData.transform(arrow.get_path().interpolated(4).vertices)
        assert not any(node.contains_points(points, radius=-1).any() for node in nodes)


def test_every_label_fits_into_its_node(parameters):
    figure = drawn(parameters, pd.Series({"psychological": 0.5}), {"psychological": "Psychological security"})
    label = next(text for text in figure.axes[0].texts if text.get_text().startswith("Psycho"))
    at = label.get_position()
    node = next(patch for patch in figure.axes[0].patches if isinstance(patch, Ellipse)
                and abs(patch.center[0] - at[0]) < 0.1 and abs(patch.center[1] - at[1]) < 0.2)
    assert node.get_window_extent().x0 < label.get_window_extent().x0
    assert label.get_window_extent().x1 < node.get_window_extent().x1


def test_a_table_of_paths_alone_is_enough():
    table = pd.DataFrame({"lhs": ["b"], "rhs": ["a"], "std.all": [0.3], "pvalue": [0.2]})
    assert [text.get_text() for text in coefficients(drawn(table))] == [".30"]


def test_causes_stand_left_of_their_effects(many):
    edges = [(rhs, lhs) for lhs, op, rhs in many[["lhs", "op", "rhs"]].to_numpy() if op == "~"]
    nodes = list(dict.fromkeys(name for edge in edges for name in edge))
    places = layered(nodes, edges).places
    assert all(places[start][0] < places[end][0] for start, end in edges)
    assert len(set(places.values())) == len(nodes)


def test_nodes_of_a_layer_keep_their_distance(many):
    edges = [(rhs, lhs) for lhs, op, rhs in many[["lhs", "op", "rhs"]].to_numpy() if op == "~"]
    places = layered(list(dict.fromkeys(name for edge in edges for name in edge)), edges).places
    for (x1, y1), (x2, y2) in itertools.combinations(places.values(), 2):
        assert x1 != x2 or abs(y1 - y2) > 1 - 1e-6


def test_crossing_arrows_are_untangled():
    layout = layered(["a", "b", "c", "d"], [("a", "d"), ("b", "c")])
    up = {name: y for name, (_, y) in layout.places.items()}
    assert (up["a"] - up["b"]) * (up["d"] - up["c"]) > 0


def test_a_circular_model_is_laid_out_all_the_same():
    assert set(layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")]).places) == {"a", "b", "c"}


def test_the_longest_chain_decides_the_layer():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("x", "c")]
    assert layers(["a", "b", "c", "x"], edges) == {"a": 0, "b": 1, "c": 2, "x": 1}


def _in_ellipse(box, node) -> bool:
    """Whether a corner of the box lies inside the ellipse (or box) that a node is."""
    middle_x, middle_y = (node.x0 + node.x1) / 2, (node.y0 + node.y1) / 2
    return any(((x - middle_x) / (node.width / 2)) ** 2 + ((y - middle_y) / (node.height / 2)) ** 2 < 1
               for x in (box.x0, box.x1) for y in (box.y0, box.y1))
