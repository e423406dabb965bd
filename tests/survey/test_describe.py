"""Items and sample as R describes them, and as they may be shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import survey

ITEMS = [f"q{n}" for n in range(1, 13)]


@pytest.fixture(scope="module")
def oracle(project_root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = project_root / "tests" / "oracle"
    return tuple(pd.read_csv(folder / name, encoding="utf-8") for name in ("survey_items_data.csv", "survey_items.csv"))


def test_items_are_described_as_psych_does(oracle, tmp_path: Path) -> None:
    from helpers import studies

    data, expected = oracle
    data.to_csv(tmp_path / "r.csv", index=False, encoding="utf-8")
    (tmp_path / "study.yml").write_text(
        "title: T\ndata: {responses: {file: r.csv}}\nscale: {min: 1, max: 7}\n"
        f"constructs: {{all: {{items: [{', '.join(data)}]}}}}\n", encoding="utf-8")
    declared = studies.load(tmp_path)
    found = survey.describe_items(survey.load(declared), declared)
    assert found["item"].tolist() == expected["item"].tolist()
    assert found["n"].tolist() == expected["n"].tolist()
    assert (found["n"] + found["missing"]).tolist() == [97] * 7
    for column in ("mean", "sd", "skew", "kurtosis"):
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found["ceiling"], [(data[name] == 7).sum() / data[name].notna().sum() for name in data])
    np.testing.assert_allclose(found["floor"], [(data[name] == 1).sum() / data[name].notna().sum() for name in data])


def test_reversed_items_are_described_after_reversal(declare, rows) -> None:
    declared = declare(rows)
    found = survey.describe_items(survey.load(declared), declared).set_index("item")
    raw = np.array([row[11] for row in rows], dtype=float)
    assert found.at["q12", "mean"] == pytest.approx(6 - raw.mean())
    assert found.at["q12", "floor"] == (raw == 5).mean()


def test_every_category_has_its_share_answered_or_not(declare, rows) -> None:
    for row in rows:
        row[0] = min(row[0], 4)
    rows[3][0] = ""
    declared = declare(rows)
    table = survey.likert_distribution(survey.load(declared), declared)
    assert table.groupby("item", sort=False)["share"].sum().to_numpy() == pytest.approx(1)
    assert len(table) == 12 * 5
    q1 = table[table["item"] == "q1"].set_index("answer")
    assert q1["n"].sum() == 19 and q1.at[5.0, "share"] == 0
    assert q1.at[2.0, "share"] == sum(row[0] == 2 for row in rows) / 19


def test_a_scale_with_fractions_lists_what_was_answered(declare, rows) -> None:
    for row in rows:
        row[0] = 2.5 if row[0] > 2 else 1
    declared = declare(rows)
    table = survey.likert_distribution(survey.load(declared), declared)
    assert table[table["item"] == "q1"]["answer"].tolist() == [1, 2.5]


def test_profile_counts_everyone_once_per_variable(declare, rows) -> None:
    table = [[("f", "m", "m", "", "m")[n % 5], "xy"[n % 2], *row] for n, row in enumerate(rows)]
    declared = declare(table, ["sex", "g", *ITEMS], more="profile: {sex: {order: [m, f]}}\ngroups: {g: {}}")
    profile = survey.sample_profile(survey.load(declared), smallest_cell=4)
    assert profile["variable"].tolist() == ["sex"] * 3 + ["g"] * 2
    assert profile["level"].tolist() == ["m", "f", "missing", "x", "y"]
    assert profile["n"].tolist() == [12, 4, 4, 10, 10]
    assert profile.groupby("variable")["share"].sum().tolist() == [1, 1]
    assert profile.attrs["suppressed"] == 0
    hidden = survey.sample_profile(survey.load(declared), smallest_cell=5)
    assert hidden["n"].isna().tolist() == [False, True, True, False, False]
    assert hidden["share"].isna().tolist() == hidden["n"].isna().tolist()
    assert hidden.attrs["suppressed"] == 2
