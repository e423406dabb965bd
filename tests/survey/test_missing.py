"""What is missing, at whom, together with what, and why: against R, and where the reason is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import survey
from helpers.errors import DataError, gates_table

ITEMS = [f"q{n}" for n in range(1, 13)]
OPTIMISED = 1e-6


@pytest.fixture(scope="module")
def oracle(project_root: Path) -> Path:
    return project_root / "tests" / "oracle"


def known(n: int, seed: int) -> pd.DataFrame:
    """Three items of one factor."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(0.8 * rng.normal(size=(n, 1)) + 0.6 * rng.normal(size=(n, 3)), columns=["a", "b", "c"])


def test_littles_test_is_what_r_says(oracle) -> None:
    data = pd.read_csv(oracle / "normality_data.csv", encoding="utf-8")
    expected = pd.read_csv(oracle / "normality_little.csv", encoding="utf-8").iloc[0]
    found = survey.little_mcar(data).iloc[0]
    assert found[["n", "n.patterns", "df"]].tolist() == expected[["n", "n.patterns", "df"]].tolist()
    assert found["chisq"] == pytest.approx(expected["chisq"], rel=OPTIMISED)
    assert found["pvalue"] == pytest.approx(expected["pvalue"], rel=OPTIMISED)


@pytest.mark.parametrize(("name", "file", "columns"), [
    ("airquality_all6", "airquality.csv", None), ("airquality_first4", "airquality.csv", 4), ("bfi_A", "bfi.csv", "A")])
def test_littles_test_on_data_of_others(reference_data, name: str, file: str, columns) -> None:
    expected = json.loads((reference_data / "oracle" / "little_mcar.json").read_text(encoding="utf-8"))[name]
    data = pd.read_csv(reference_data / "oracle" / "data" / file, encoding="utf-8").astype(float)
    if columns == "A":
        data = data[[f"A{n}" for n in range(1, 6)]].assign(A1=7 - data["A1"])
    found = survey.little_mcar(data.iloc[:, :columns] if isinstance(columns, int) else data).iloc[0]
    assert found["chisq"] == pytest.approx(expected["statistic_n1"], rel=OPTIMISED)
    assert (found["df"], found["n.patterns"]) == (expected["df"], expected["patterns"])


def test_littles_test_keeps_its_level_and_finds_what_depends_on_answers() -> None:
    rng = np.random.default_rng(11)
    rejected = found = 0
    for seed in range(120):
        random = known(150, seed)
        random = random.mask(rng.random(random.shape) < 0.1)
        rejected += survey.little_mcar(random).at[0, "pvalue"] < 0.05
        related = known(150, seed)
        related.loc[(related["a"] > 0) & (rng.random(150) < 0.5), "b"] = np.nan
        found += survey.little_mcar(related).at[0, "pvalue"] < 0.05
    check = survey.little_mcar(related).attrs["checks"][0]
    assert not check.passed and "p < .001." in gates_table([check], "en").at[0, "found"]
    assert rejected / 120 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
    assert found == 120


def test_nothing_missing_is_not_a_pass() -> None:
    table = survey.little_mcar(known(50, 1))
    assert table.loc[0, ["n.patterns", "computable"]].tolist() == [1, "complete"]
    assert np.isnan(table.at[0, "pvalue"]) and "checks" not in table.attrs


def test_too_few_respondents_for_littles_test_are_refused() -> None:
    with pytest.raises(DataError) as raised:
        survey.little_mcar(known(3, 1).mask(np.eye(3, dtype=bool)))
    assert [problem.id for problem in raised.value.problems] == ["moments.too_few_holes"]


def test_who_leaves_an_item_out_is_found_with_the_reason() -> None:
    rng = np.random.default_rng(5)
    n = 600
    data = pd.DataFrame(rng.normal(size=(n, 6)), columns=[*"abcdef"])
    groups = pd.DataFrame({"stage": pd.Categorical(rng.choice(["x", "y"], n)), "sex": pd.Categorical(["f", "m"] * 300)})
    scales = {"one": ["a", "b"], "two": ["c", "d"], "three": ["e", "f"]}
    data.loc[(data["c"] + data["d"] > 1), "a"] = np.nan
    data.loc[(groups["stage"] == "y") & (rng.random(n) < 0.4), ["e", "f"]] = np.nan
    data.loc[rng.random(n) < 0.1, "b"] = np.nan
    data.loc[rng.random(n) < 0.02, "c"] = np.nan
    table = survey.missing_relations(data, scales, groups).set_index("item")
    assert table.index.tolist()[:2] == ["a", "e"] or table.index.tolist()[:2] == ["e", "a"]
    assert table.at["a", "variable"] == "two" and table.at["a", "r"] > 0.4
    assert table.at["e", "variable"] == "stage" and table.at["e", "n.alike"] == 1
    assert "c" not in table.index, "below five in a hundred"
    assert table.attrs["related"] == ["a", "e"]
    assert not table.attrs["checks"][0].passed and table.attrs["checks"][0].values["variables"][:2] == ["two", "stage"]


def test_comparisons_are_those_of_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(6)
    data = pd.DataFrame(rng.normal(size=(200, 3)), columns=[*"abc"])
    group = pd.Series(pd.Categorical(rng.choice([*"xyz"], 200)))
    data.loc[rng.random(200) < 0.3, "a"] = np.nan
    missing = data["a"].isna()
    by_scale = survey.missing_relations(data, {"s": ["b", "c"]}, pd.DataFrame(index=data.index)).iloc[0]
    mean = data[["b", "c"]].mean(axis=1)
    assert by_scale["pvalue"] == pytest.approx(stats.ttest_ind(mean[missing], mean[~missing]).pvalue, abs=1e-12)
    assert by_scale["r"] == pytest.approx(stats.pearsonr(missing.astype(float), mean).statistic, abs=1e-12)
    by_group = survey.missing_relations(data, {}, group.to_frame("g")).iloc[0]
    expected = stats.chi2_contingency(pd.crosstab(missing, group), correction=False)
    assert by_group["pvalue"] == pytest.approx(expected.pvalue, abs=1e-12)
    assert by_group["cramer.v"] == pytest.approx(np.sqrt(expected.statistic / 200), abs=1e-12)


def test_where_nobody_is_compared_no_gate_is_passed() -> None:
    scores = pd.DataFrame(np.random.default_rng(3).normal(size=(40, 2)), columns=["a", "b"])
    scores.loc[:4, "a"] = np.nan
    table = survey.missing_relations(scores, {"f": ["a", "b"]}, pd.DataFrame(index=scores.index))
    assert table.empty and table.attrs["comparisons"] == 0
    assert "checks" not in table.attrs


def test_what_is_found_decides_what_is_said_of_each_treatment() -> None:
    overview = pd.DataFrame({"measure": ["respondents", "n.complete"], "value": [100.0, 80.0]})
    mcar, nothing = pd.DataFrame({"n": [98], "pvalue": [0.4]}), pd.DataFrame()
    said = survey.missing_treatments(overview, mcar, nothing).set_index("treatment")["standing"]
    assert said.to_dict() == {"listwise": "not_contradicted", "pairwise": "not_contradicted", "fiml": "untestable"}
    stay = survey.missing_treatments(overview, mcar, nothing).set_index("treatment")["n"]
    assert stay.to_dict() == {"listwise": 80, "pairwise": 98, "fiml": 98}  # two answered nothing
    said = survey.missing_treatments(overview, mcar.assign(pvalue=0.04), nothing)["standing"]
    assert said.tolist() == ["contradicted", "contradicted", "untestable"]
    few = overview.assign(value=[100.0, 96.0])
    assert survey.missing_treatments(few, mcar, nothing)["standing"].tolist()[0] == "little_lost"
    none = overview.assign(value=[100.0, 100.0])
    assert set(survey.missing_treatments(none, mcar, nothing)["standing"]) == {"nothing_missing"}


def test_patterns_never_point_to_somebody(declare, rows) -> None:
    for at in range(6):
        rows[at][0] = rows[at][1] = rows[at][2] = ""
    rows[7][5] = rows[8][9] = ""
    answers = survey.load(declare(rows))
    table = survey.missing_patterns(answers, smallest_cell=5)
    # the two lonely patterns would be a rest of two people: they are counted with the next pattern
    assert table["pattern"].tolist() == ["1", "others"]
    assert table["n"].tolist() == [12, 8] and table["n.patterns"].tolist() == [1, 3]
    open_ = survey.missing_patterns(answers, smallest_cell=1)
    assert open_["left.out"].tolist()[:2] == ["", "q1–q3"] and set(open_["left.out"][2:]) == {"q6", "q10"}
    picture = survey.missing_picture(answers, smallest_cell=5)
    assert picture.groupby("pattern")["missing"].sum().tolist() == [0, 3]
    assert picture["item"].unique().tolist() == ["q1", "q2", "q3"]


def test_a_picture_of_nothing_is_refused(declare, rows) -> None:
    with pytest.raises(DataError) as raised:
        survey.missing_picture(survey.load(declare(rows)), smallest_cell=5)
    assert raised.value.problems[0].id == "survey.nothing_missing"
    rows[3][2] = ""
    with pytest.raises(DataError) as raised:
        survey.missing_picture(survey.load(declare(rows)), smallest_cell=5)
    assert "5 respondents" in raised.value.sentence()


def test_items_and_respondents_with_holes(declare, rows) -> None:
    rows[0][3] = rows[1][3] = rows[1][4] = ""
    rows[2] = [""] * 11 + [3]
    answers = survey.load(declare(rows))
    items = survey.missing_items(answers, most=2)
    assert items[["item", "missing"]].to_numpy().tolist() == [["q4", 3], ["q5", 2]]
    people = survey.missing_respondents(answers, smallest_cell=1)
    assert people["n"].tolist() == [17, 0, 1, 1, 0, 1]
    assert survey.missing_respondents(answers, smallest_cell=5)["n"].isna().sum() >= 3
