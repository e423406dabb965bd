"""Figures show the numbers of their table, in grey too, in Chinese too, and the same twice."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from helpers import figures
from helpers.figures import style
from helpers.figures.text import number, wrapped

LABELS = {"trust": "信任", "loyalty": "忠诚度", "insurer": "保险公司", "A": "甲", "B": "乙", "tr1": "保险公司信守承诺"}
RELIABILITY = pd.DataFrame({"construct": ["trust", "loyalty"], "alpha": [0.9, 0.7], "alpha.ci.lower": [0.88, 0.66],
                            "alpha.ci.upper": [0.92, 0.74], "omega": [0.91, 0.72], "omega.ci.lower": [0.89, 0.68],
                            "omega.ci.upper": [0.93, 0.76]})
LOADINGS = pd.DataFrame({"construct": ["trust", "trust", "loyalty"], "item": ["tr1", "tr2", "loy1"],
                         "loading": [0.8, 0.4, -0.2], "ci.lower": [0.7, 0.3, -0.3], "ci.upper": [0.9, 0.5, -0.1]})
MEANS = pd.DataFrame([("insurer", level, construct, 4.0 + i / 10, 3.9 + i / 10, 4.1 + i / 10)
                      for i, (construct, level) in enumerate(itertools.product(["trust", "loyalty"], ["A", "B"]))],
                     columns=["group", "level", "construct", "mean", "ci.lower", "ci.upper"])
HTMT = pd.DataFrame({"construct1": ["trust", "trust", "loyalty"], "construct2": ["loyalty", "image", "image"],
                     "htmt": [0.91, 0.4, np.nan]})
ANSWERS = pd.DataFrame({"construct": "trust", "item": "tr1", "answer": [1, 2, 3, 4, 5],
                        "share": [0.1, 0.2, 0.3, 0.3, 0.1]})
FLOW = pd.DataFrame({"step": ["read", "analysed"], "n": [1300, 1234]})
EFFECTS = pd.DataFrame({"effect": ["trust -> loyalty"] * 2, "kind": ["direct", "total"], "est": [0.2, 0.5],
                        "ci.lower": [0.1, 0.4], "ci.upper": [0.3, 0.6]})
GAPS = pd.DataFrame({"construct": ["trust"], "k": [3], "gap": [-0.8], "ci.lower": [-0.9], "ci.upper": [-0.7]})
PATTERNS = pd.DataFrame({"pattern": [1, 1, 2, 2], "n": [90, 90, 10, 10], "construct": ["trust", "loyalty"] * 2,
                         "item": ["tr1", "loy1"] * 2, "missing": [False, False, True, False]})
EIGENVALUES = pd.DataFrame({"position": [1, 2, 3, 4], "component": [2.6, 0.7, 0.4, 0.3],
                            "component.upper": [1.2, 1.05, 1.0, 0.9], "factor": [2.1, 0.25, -0.1, -0.2],
                            "factor.upper": [0.3, 0.15, 0.05, 0.0]})
EVERY = [(figures.reliability, RELIABILITY), (figures.loadings, LOADINGS), (figures.group_means, MEANS),
         (figures.heatmap, HTMT), (figures.likert, ANSWERS), (figures.flow, FLOW), (figures.effects, EFFECTS),
         (figures.gaps, GAPS), (figures.missing_patterns, PATTERNS), (figures.scree, EIGENVALUES)]


@pytest.mark.parametrize(("function", "table"), EVERY, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_figure_is_the_same_twice_and_leaves_its_table_alone(function, table, language):
    if not figures.writes(LABELS.values(), "zh"):
        pytest.skip("this machine has no Chinese font")
    before = table.copy(deep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is only a warning
        made = [figures.svg(function(table, labels=LABELS, language=language), stamp="合成数据") for _ in range(2)]
    assert made[0] == made[1]
    assert b"date" not in made[0]
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(("function", "table"), EVERY, ids=lambda value: getattr(value, "__name__", ""))
def test_saving_twice_from_one_figure_changes_nothing(function, table):
    figure = function(table, labels={}, language="en")
    assert figures.svg(figure, stamp="Synthetic data") == figures.svg(figure, stamp="Synthetic data")
    assert figures.png(figure).startswith(b"\x89PNG")


def test_the_stamp_is_in_the_picture_only_where_asked():
    figure = figures.flow(FLOW, labels={}, language="en")
    assert b"<!-- Synthetic data -->" in figures.svg(figure, stamp="Synthetic data")
    assert b"Synthetic" not in figures.svg(figure)


def test_drawing_leaves_the_users_matplotlib_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.png(figures.reliability(RELIABILITY, labels={}, language="en"))
    assert dict(matplotlib.rcParams) == before


def test_dots_and_lines_stand_at_the_numbers():
    axes = figures.intervals(RELIABILITY, "alpha", labels=LABELS, language="zh").axes[0]
    assert axes.lines[0].get_xdata().tolist() == [0.9, 0.7]
    assert [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()] == [[0.88, 0.92], [0.66, 0.74]]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["信任", "忠诚度"]


def test_a_towering_eigenvalue_is_written_at_the_edge_and_the_others_stand_at_their_numbers():
    left, right = figures.scree(EIGENVALUES, labels={}, language="en").axes
    chance, answers = left.get_lines()
    assert list(answers.get_ydata()) == EIGENVALUES["component"].tolist()
    assert list(chance.get_ydata()) == EIGENVALUES["component.upper"].tolist()
    assert [text.get_text() for text in left.texts] == ["2.6 ↑"] and left.get_ylim()[1] < 2.6
    assert right.get_ylim()[0] < -0.2


def test_several_coefficients_differ_in_marker_and_place():
    axes = figures.reliability(RELIABILITY, labels={}, language="en").axes[0]
    alpha, omega = axes.lines[:2]
    assert alpha.get_marker() != omega.get_marker()
    assert (alpha.get_ydata() != omega.get_ydata()).all()


def test_ticks_are_not_rounded_to_another_value():
    figure = figures.reliability(RELIABILITY, labels={}, language="en")
    axis = figure.axes[0].xaxis
    axis.set_ticks([0.7, 0.725, 0.75])
    figure.draw_without_rendering()
    assert [tick.get_text() for tick in axis.get_ticklabels()] == [".700", ".725", ".750"]


def test_a_negative_loading_is_inside_the_axis():
    axes = figures.loadings(LOADINGS, labels={}, language="en").axes[0]
    assert axes.get_xlim()[0] < -0.2


def test_each_grouping_has_its_panel_and_each_group_its_mark():
    two = pd.concat([MEANS, MEANS.assign(group="stage")])
    figure = figures.group_means(two, labels=LABELS, language="zh")
    assert [axes.get_legend().get_title().get_text() for axes in figure.axes] == ["保险公司", "stage"]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["甲", "乙"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_answers_add_up_and_the_middle_answer_straddles_zero():
    axes = figures.likert(ANSWERS, labels={}, language="en").axes[0]
    bars = [patch for patch in axes.patches]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(1)
    assert bars[2].get_x() == pytest.approx(-0.15)
    assert bars[2].get_x() + bars[2].get_width() == pytest.approx(0.15)


def test_an_even_scale_has_no_middle_answer():
    axes = figures.likert(ANSWERS.head(4).assign(share=0.25), labels={}, language="en").axes[0]
    assert axes.patches[2].get_x() == pytest.approx(0)


def test_what_htmt_does_not_tell_apart_is_framed_and_bold():
    axes = figures.heatmap(HTMT, labels={}, language="en").axes[0]
    weights = {text.get_text(): text.get_fontweight() for text in axes.texts if text.get_text()}
    assert weights == {".91": "bold", ".40": "normal", "–": "normal"}
    assert [patch.get_xy() for patch in axes.patches] == [(0, 0)]
    assert figures.heatmap(HTMT, at_most=0.95, labels={}, language="en").axes[0].patches[:] == []


def test_what_a_step_left_out_stands_beside_the_arrow():
    texts = [text.get_text() for text in figures.flow(FLOW, labels={}, language="en").axes[0].texts]
    assert "read\nn = 1,300" in texts
    assert "66 left out" in texts


@pytest.mark.parametrize(("answers", "key"), [
    ([1, 2, 3, 4, 5], ["1", "2", "3", "4", "5"]),
    ([0, 20, 40, 60, 80, 100], ["0", "20", "40", "60", "80", "100"]),
    (list(range(101)), ["0", "50", "100"]),
])
def test_the_key_of_the_answers_stays_small(answers: list[int], key: list[str]):
    table = pd.DataFrame({"item": "q1", "answer": [float(answer) for answer in answers], "share": 1 / len(answers)})
    legend = figures.likert(table, labels={}, language="en").axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == key


def test_each_reason_to_leave_somebody_out_stands_beside_the_arrow():
    table = pd.DataFrame({"step": ["in_file", "blank_row", "excluded.speeder", "analysed"], "n": [100, 2, 5, 93]})
    texts = [text.get_text() for text in figures.flow(table, labels={}, language="en").axes[0].texts]
    assert "7 left out\nBlank rows left out: 2\nExcluded: answered too fast: 5" in texts
    assert len([text for text in texts if "n = " in text]) == 2, "what is left out is no box of its own"


def test_a_missing_answer_is_dark():
    axes = figures.missing_patterns(PATTERNS, labels={}, language="en").axes[0]
    assert axes.images[0].get_array().tolist() == [[0, 0], [1, 0]]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["n = 90", "n = 10"]


def test_neighbouring_colours_differ_in_grey():
    grey = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in map(to_rgb, style.PALETTE)]
    assert min(abs(a - b) for a, b in itertools.pairwise(grey)) > 0.1


@pytest.mark.parametrize(("fonts", "texts", "language", "able"), [
    (("Arial", "SimHei"), ["信任"], "zh", True), (("Arial",), ["Trust"], "zh", False),
    (("Arial",), ["Trust"], "en", True), (("Arial",), ["신뢰"], "en", False),
    (("Malgun Gothic",), ["신뢰"], "en", True),
])
def test_whether_a_machine_can_write_a_language(monkeypatch, fonts, texts, language, able):
    monkeypatch.setattr(style, "fonts", lambda: fonts)
    assert style.writes(texts, language) is able


@pytest.mark.parametrize(("text", "width", "lines"), [
    ("信任", 8, 1), ("保险公司信守承诺并及时理赔", 10, 3), ("one two three four", 10, 2),
    ("一二三四五六七八九十", 4, 3),
])
def test_lines_are_short(text, width, lines):
    assert len(wrapped(text, width).splitlines()) == lines


@pytest.mark.parametrize(("value", "printed"), [(-0.001, ".00"), (0.995, ".99"), (1.0, "1.00"), (-1.2, "−1.20")])
def test_coefficients_lose_their_leading_zero(value, printed):
    assert number(value) == printed


def ways(paths: int = 2) -> pd.DataFrame:
    rows = [(f"y{path}", "x", estimator, "listwise", careless, 0.2 + path / 10, 0.1 + path / 10, 0.3 + path / 10,
             estimator == "MLR" and careless == "kept")
            for path in range(paths) for estimator in ("MLR", "WLSMV") for careless in ("kept", "excluded")]
    return pd.DataFrame(rows, columns=["lhs", "rhs", "estimator", "missing", "careless", "std.all", "std.all.ci.lower",
                                       "std.all.ci.upper", "reported"])


def test_ways_are_drawn_where_the_table_says() -> None:
    axes = figures.sensitivity(ways(), labels={"x": "Assurance"}, language="en").axes[0]
    dots = np.array([point for line in axes.lines if line.get_marker() not in ("None", "", None)
                     for point in line.get_xydata()])
    assert sorted(dots[:, 0]) == pytest.approx(sorted(ways()["std.all"]))
    assert len(np.unique(dots[:, 1].round(6))) == 8
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Assurance → y0", "Assurance → y1"]


def test_open_markers_are_those_without_careless_respondents() -> None:
    axes = figures.sensitivity(ways(), labels={}, language="zh").axes[0]
    faces = [line.get_markerfacecolor() for line in axes.lines if len(line.get_xdata()) == 2
             and line.get_marker() in ("o", "s")]
    assert faces.count("white") == 2
    assert len(faces) == 4


def test_a_way_without_an_estimate_is_named() -> None:
    table = ways()
    table.loc[table["estimator"] == "WLSMV", ["std.all", "std.all.ci.lower", "std.all.ci.upper"]] = np.nan
    axes = figures.sensitivity(table, labels={}, language="en").axes[0]
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [text for text in said if "no estimate" in text] == ["WLSMV, complete cases: no estimate"]
    assert sum(len(line.get_xdata()) == 2 and line.get_marker() == "s" for line in axes.lines) == 0
