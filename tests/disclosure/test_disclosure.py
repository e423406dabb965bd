"""Nobody is recognized: identifiers are found, and a blank cell cannot be computed from the ones beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import disclosure


def counts(*n: int) -> pd.DataFrame:
    return pd.DataFrame({"level": [str(i) for i in range(len(n))], "n": n, "share": [value / sum(n) for value in n]})


@pytest.mark.parametrize(("n", "shown"), [
    ((40, 12, 5), (40, 12, 5)),  # exactly the threshold is enough
    ((40, 12, 4), (40, None, None)),  # 4 alone would be the total minus the others
    ((40, 3, 2), (40, None, None)),  # two blank cells of 5 together
    ((40, 6, 1, 1), (40, None, None, None)),  # two blank cells of 2 together: the next one too
    ((40, 12, 0), (40, 12, 0)),  # nobody stands behind a zero
    ((4, 0), (None, 0)),  # nothing is left to hide it behind
    ((10, 10, 2), (10, None, None)),  # ties go to the later row
])
def test_small_cells_and_what_gives_them_away(n: tuple[int, ...], shown: tuple) -> None:
    table = disclosure.suppress(counts(*n), smallest_cell=5, values=["share"])
    assert [None if np.isnan(value) else value for value in table["n"]] == list(shown)
    assert table["share"].isna().tolist() == table["n"].isna().tolist() == table["suppressed"].tolist()


def test_without_a_total_only_the_small_cell_is_blank() -> None:
    table = disclosure.suppress(counts(40, 12, 2), smallest_cell=5, total_shown=False)
    assert table["suppressed"].tolist() == [False, False, True]


def test_each_set_has_its_own_total_and_the_table_given_stays() -> None:
    given_table = pd.concat([counts(20, 2).assign(variable="a"), counts(9, 8).assign(variable="b")],
                            ignore_index=True)
    before = given_table.copy()
    table = disclosure.suppress(given_table, smallest_cell=5, by=["variable"])
    assert table["suppressed"].tolist() == [True, True, False, False]
    pd.testing.assert_frame_equal(given_table, before)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(1, 10))
def test_total_minus_shown_never_names_a_small_group(n: list[int], smallest: int) -> None:
    table = disclosure.suppress(pd.DataFrame({"n": n}), smallest_cell=smallest)
    blank = table["suppressed"].to_numpy()
    hidden = [value for value, hide in zip(n, blank, strict=True) if hide]
    assert all(value >= smallest or value == 0 for value in table["n"].dropna())
    if hidden and any(value > 0 for value, hide in zip(n, blank, strict=True) if not hide):
        assert len(hidden) >= 2 and sum(hidden) >= smallest
    assert any(0 < value < smallest for value in hidden) or not hidden


@pytest.mark.parametrize(("cell", "kind"), [
    ("13812345678", "phone"), ("+86 138-1234-5678", "phone"), ("010-12345678", "phone"), ("+49 170 1234567", "phone"),
    ("010-1234-5678", "phone"), ("a.b@example.org", "email"), ("192.0.2.17", "ip"),
    ("11010519491231002X", "identity"), ("11010519491231002x", "identity"), ("110105491231002", "identity"),
    ("900101-1234567", "identity"), ("123-45-6789", "identity"), ("A123456789", "identity"), ("A123456(7)", "identity"),
    # Groups that only look a little like it.
    ("110105194912310021", ""), ("18-29", ""), ("2025", ""), ("2025-01-01", ""), ("20000-30000", ""), ("1.5", ""),
    ("12345678901", ""), ("A1", ""), ("北京", ""), ("B2B@work", ""), ("100000000000000", ""), ("", ""),
])
def test_identifiers(cell: str, kind: str) -> None:
    assert disclosure.identifier(["group", f" {cell} "]) == kind


@pytest.mark.parametrize(("column", "cells", "names"), [
    ("customer", ["王小明", "李娜", "张伟", "欧阳修"], True),
    ("customer", ["Mary Smith", "John Miller", "Ann O'Neill", "Sue B. Young"], True),
    ("姓名", ["1", "2"], True), ("Customer name", ["x"], True),
    ("insurer", ["A", "B", "C"], False), ("insurer", ["平安", "人保", "太保", "国寿"], False),
    ("city", ["北京", "上海", "广州"], False), ("stage", ["purchase", "servicing", "claims"], False),
    ("region", ["North East", "South West"], False), ("sex", ["여", "남"], False),
])
def test_names_of_people(column: str, cells: list[str], names: bool) -> None:
    assert disclosure.personal_name(column, cells) is names


@pytest.mark.parametrize(("cells", "text"), [
    ([f"branch {n % 60}" for n in range(600)], False), ([f"branch {n % 61}" for n in range(610)], True),
    ([*(["east", "west"] * 20), *(f"town {n}" for n in range(9))], False),  # nine alone
    ([*(["east", "west"] * 20), *(f"town {n}" for n in range(10))], True),
    (["x" * 80] * 20, False), (["x" * 80] * 20 + ["y" * 81] * 20, True), (["", " "] * 50, False),
])
def test_free_text(cells: list[str], text: bool) -> None:
    assert disclosure.free_text(cells) is text


def test_what_a_message_quotes() -> None:
    assert disclosure.masked("a.b@example.org") == "a.b…"
    assert disclosure.masked("often") == "often"
    assert len(disclosure.masked("x" * 500)) == 13
