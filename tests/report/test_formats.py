"""Numbers are printed as a journal prints that kind of quantity."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.report import formats, forms, tables
from helpers.report.speech import Speech


@pytest.mark.parametrize(("column", "value", "printed"), [
    ("pvalue", 0.0009999, "< .001"), ("pvalue", 0.001, ".001"), ("delta.pvalue", 1.0, "1.000"),
    ("pvalue.holm", 0.04, ".040"),
    ("alpha", 0.8765, ".876"), ("alpha.ci.lower", -0.05, "−.050"), ("std.all", 1.034, "1.034"),
    ("max.htmt", 0.9, ".900"),
    ("rmsea.robust", 0.0431, ".043"), ("est", 0.5, "0.500"), ("se", 0.04, "0.040"), ("mean", 4.256, "4.26"),
    ("chisq.scaled", 1512.3, "1,512.30"), ("n", 1200, "1,200"), ("n1", 393.0, "393"), ("share", 0.057, "5.7%"),
    ("est", -0.0001, "0.000"), ("est", float("nan"), "—"), ("est", float("-inf"), "−∞"), ("residual", -0.123, "−.123"),
])
def test_the_column_decides(column, value, printed):
    assert formats.number(value, formats.kind(column)) == printed


def test_an_interval_prints_one_dash_only_where_both_ends_are_missing():
    nan = float("nan")
    assert formats.interval(nan, nan, "unit") == "—"
    assert formats.interval(0.1, nan, "unit") == "[.100, —]"


def journal(table: pd.DataFrame, *, language: str = "en", items: tuple[str, ...] = ()) -> str:
    speech = Speech(language, {"trust": "Trust", "tr1": "Keeps <its> promises", "tr2": "Is honest"}, items)
    return tables.journal(table, speech, title="Table 1", caption="A *p* value")


def test_decimal_points_stand_under_one_another_in_a_column_of_mixed_kinds():
    html = journal(pd.DataFrame({"measure": ["chisq", "df", "pvalue", "cfi"], "value": [85.306, 24.0, 0.0, 0.931]}))
    assert '>85.31<span class="as-pad" aria-hidden="true">0</span><' in html
    assert '>24<span class="as-pad" aria-hidden="true">.000</span><' in html
    assert ">&lt; .001<" in html
    assert ">.931<" in html


def test_text_of_respondents_is_escaped():
    assert "&lt;script&gt;" in journal(pd.DataFrame({"level": ["<script>"]}))


def test_an_item_is_worded_once_and_stands_under_its_construct():
    table = pd.DataFrame({"construct": ["trust", "trust"], "item": ["tr1", "tr2"], "twin": ["tr2", "tr1"],
                          "loading": [0.8, 0.7]})
    html = journal(table, items=("tr1", "tr2"))
    assert html.count("Keeps &lt;its&gt; promises") == 1
    assert 'scope="rowgroup">Trust</th>' in html
    assert ">Construct<" not in html


def test_what_every_row_says_alike_is_told_in_the_note():
    table = pd.DataFrame({"construct": ["a", "b", "c"], "omega": [0.8, 0.7, 0.6], "failed": [0, 0, 0],
                          "method": ["one", "one", "other"]})
    html = journal(table)
    assert "Draws without estimate: 0." in html
    assert "Draws without estimate</th>" not in html
    assert ">one</td>" in html


def test_constructs_that_do_not_stand_together_keep_their_column():
    table = pd.DataFrame({"construct": ["trust", "loyalty", "trust"], "item": ["a", "b", "c"],
                          "loading": [0.8, 0.7, 0.6]})
    assert ">Construct<" in journal(table)


def test_a_model_is_printed_in_blocks_without_columns_that_say_nothing():
    table = pd.DataFrame({"lhs": ["trust", "loyalty"], "op": ["=~", "~"], "rhs": ["tr1", "trust"], "label": ["", ""],
                          "group": [1, 1], "est": [1.0, 0.5]})
    html = journal(table, items=("tr1",))
    assert html.index("Factor loadings") < html.index("Regressions")
    assert ">Label<" not in html
    assert ">Group<" not in html
    assert "Keeps" not in html


def test_a_fixed_parameter_has_neither_standard_error_nor_interval():
    table = pd.DataFrame({"lhs": ["trust"], "op": ["=~"], "rhs": ["tr1"], "est": [1.0], "se": [0.0],
                          "ci.lower": [1.0], "ci.upper": [1.0]})
    html = journal(table)
    assert html.count(">—<") == 2
    assert ">1.000<" in html


def test_rows_in_another_order_than_by_block_are_printed_without_blocks():
    table = pd.DataFrame({"lhs": ["a", "b", "c"], "op": ["=~", "~", "=~"], "rhs": ["x", "y", "z"],
                          "est": [1.0, 2.0, 3.0]})
    assert "as-section" not in journal(table)


def test_blocks_are_named_once_within_the_block_to_their_left():
    table = pd.DataFrame({"group": ["insurer", "insurer", "stage"], "construct": ["trust", "trust", "trust"],
                          "g": [0.1, 0.2, 0.3]})
    cells = [row.split("</td>") for row in journal(table).split("<tr><td>")[1:]]
    assert [row[:2] for row in cells] == [["insurer", "<td>Trust"], ["", "<td>"], ["stage", "<td>Trust"]]


def test_a_difference_between_two_programs_is_printed_however_small():
    table = pd.DataFrame({"lhs": ["a"], "est": [0.5], "est.semopy": [0.5000021], "difference": [-2.1e-6]})
    assert "−2.1 × 10⁻⁶" in journal(table)


def test_an_empty_table_is_said_and_not_left_out():
    assert "—" in journal(pd.DataFrame({"rule": pd.Series(dtype=str)}))


def test_forms_of_a_measure_stand_beside_it_and_nothing_is_lost() -> None:
    measures = {"df": 24.0, "cfi": 0.931, "cfi.scaled": 0.928, "cfi.robust": 0.935, "srmr": 0.065, "only.scaled": 0.5}
    table = pd.DataFrame(measures.items(), columns=["measure", "value"])
    wide = forms.side_by_side(table).set_index("measure")
    assert wide.loc["cfi"].tolist() == [0.931, 0.928, 0.935]
    assert wide.index.tolist() == ["df", "cfi", "srmr", "only.scaled"]
    assert wide.loc["only.scaled", "value"] == 0.5
    html = journal(table)
    assert html.count("<tr>") == 1 + 4
    assert all(shown in html for shown in (".931", ".928", ".935", ">24<", "Scaled", "Robust"))


def test_a_long_table_scrolls_under_its_heading() -> None:
    assert "as-tall" in journal(pd.DataFrame({"est": [0.5] * 50}))
    assert "as-tall" not in journal(pd.DataFrame({"est": [0.5] * 12}))


def test_correlations_of_constructs_are_printed_alike_whatever_the_constructs_are_called() -> None:
    names = ["reliability", "trust"]
    html = journal(pd.DataFrame({"construct": names, "reliability": [0.733, 0.704], "trust": [None, 0.719]}))
    assert all(f">{shown}<" in html for shown in (".733", ".704", ".719"))
