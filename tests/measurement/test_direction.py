"""Items that were asked the other way round are named, and nothing is turned."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import measurement

ITEMS = [*"abcde"]


def answers(n: int = 300, seed: int = 1, k: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(0.7 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, k)), columns=ITEMS[:k])


def test_a_scale_that_runs_one_way_names_the_item_that_fits_least() -> None:
    scores = answers()
    table = measurement.directions(scores, {"trust": ITEMS})
    assert len(table) == 1 and table.at[0, "direction"] == "with" and np.isnan(table.at[0, "alpha.turned"])
    expected = measurement.item_analysis(scores, {"trust": ITEMS})
    assert table.at[0, "item"] == expected.loc[expected["r.drop"].idxmin(), "item"]
    assert table.at[0, "r.drop"] == pytest.approx(expected["r.drop"].min(), abs=1e-12)
    assert table.attrs["checks"][0].passed


@pytest.mark.parametrize(("declared", "direction"), [((), "undeclared"), (("c",), "contradicted")])
def test_an_item_that_runs_against_is_named_with_both_alphas(declared: tuple, direction: str) -> None:
    right = answers()
    scores = right.assign(c=-right["c"])
    before = scores.copy()
    table = measurement.directions(scores, {"trust": ITEMS}, turned=declared)
    assert table[["item", "direction"]].to_numpy().tolist() == [["c", direction]]
    assert table.at[0, "loading"] < 0 and table.at[0, "r.drop"] < 0
    assert table.at[0, "alpha"] == pytest.approx(measurement.cronbach_alpha(scores).at[0, "alpha"], abs=1e-12)
    assert table.at[0, "alpha.turned"] == pytest.approx(measurement.cronbach_alpha(right).at[0, "alpha"], abs=1e-12)
    pd.testing.assert_frame_equal(scores, before)
    check = table.attrs["checks"][0]
    assert not check.passed and check.values[direction] == ["c"]
    assert [value for name, value in check.values.items() if name != direction] == ["-", "-"]  # no hole in the sentence


def test_two_items_cannot_tell_which_is_reversed() -> None:
    scores = answers(k=2)
    table = measurement.directions(scores.assign(b=-scores["b"]), {"trust": ["a", "b"]})
    assert table["item"].tolist() == ["a", "b"] and set(table["direction"]) == {"unclear"}
    assert table.at[0, "alpha.turned"] == pytest.approx(measurement.cronbach_alpha(scores).at[0, "alpha"], abs=1e-12)


def test_scales_without_a_reversed_item_are_left_in_peace_and_one_is_found() -> None:
    """Loadings of .4 to .8, a hundred to four hundred respondents."""
    rng = np.random.default_rng(4)
    named = found = 0
    for _ in range(150):
        n, loading = rng.integers(100, 401), rng.uniform(0.4, 0.8, 5)
        scores = pd.DataFrame(loading * rng.normal(size=(n, 1)) + np.sqrt(1 - loading**2) * rng.normal(size=(n, 5)),
                              columns=ITEMS)
        named += measurement.directions(scores, {"s": ITEMS})["direction"].ne("with").any()
        turned = measurement.directions(scores.assign(c=-scores["c"]), {"s": ITEMS})
        found += turned.loc[turned["direction"] == "undeclared", "item"].tolist() == ["c"]
    assert (named, found) == (0, 150)
