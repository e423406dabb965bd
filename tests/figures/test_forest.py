"""A forest plot shows the estimates of its table, weights as area, summaries as diamonds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import figures

STUDIES = pd.DataFrame({
    "head": ["trust -> loyalty"] * 3, "label": ["A", "B", "together"], "est": [0.3, 0.5, 0.42],
    "ci.lower": [0.1, 0.4, 0.3], "ci.upper": [0.5, 0.6, 0.54], "weight": [1.0, 4.0, np.nan],
    "summary": [False, False, True], "pi.lower": [np.nan, np.nan, 0.05], "pi.upper": [np.nan, np.nan, 0.8]})
PATHS = pd.DataFrame({
    "lhs": ["loyalty", "trust"], "rhs": ["trust", "service"], "est.original": [0.3, 0.5],
    "est.original.ci.lower": [0.2, 0.4], "est.original.ci.upper": [0.4, 0.6], "est.replication": [0.35, np.nan],
    "est.replication.ci.lower": [0.3, np.nan], "est.replication.ci.upper": [0.4, np.nan],
    "prediction.ci.lower": [0.1, 0.3], "prediction.ci.upper": [0.5, 0.7]})


def test_squares_grow_with_the_weight_and_the_summary_is_a_diamond():
    axes = figures.forest(STUDIES, labels={"trust": "信任"}, language="en").axes[0]
    small, large = (line for line in axes.lines if line.get_marker() == "s")
    assert small.get_markersize() < large.get_markersize()
    assert [float(line.get_xdata()[0]) for line in (small, large)] == [0.3, 0.5]
    diamond = axes.patches[0].get_xy()
    assert diamond[:, 0].min() == 0.3 and diamond[:, 0].max() == 0.54
    assert "信任 → loyalty" in [text.get_text() for text in axes.texts]
    assert ".42 [.30, .54]" in [text.get_text() for text in axes.texts]


def test_a_replication_stands_under_its_original_with_the_prediction_interval_behind():
    axes = figures.replication_forest(PATHS, labels={}, language="en").axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Original", "Replication"] * 2
    bars = [lines.get_segments()[0][:, 0].tolist() for lines in axes.collections if lines.get_linewidth()[0] == 7]
    assert bars == [[0.1, 0.5], [0.3, 0.7]]


@pytest.mark.parametrize("table", [STUDIES[["label", "est", "ci.lower", "ci.upper"]], STUDIES],
                         ids=["least", "all"])
def test_a_forest_is_the_same_twice(table):
    made = [figures.svg(figures.forest(table, labels={}, language="zh")) for _ in range(2)]
    assert made[0] == made[1]
