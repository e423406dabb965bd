"""What honest tables often hold is no contradiction, and what they cannot hold still is one."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import replication

LOADINGS = [".7", ".7", ".7"]


def verdicts(printed: dict, quantity: str) -> pd.DataFrame:
    table = replication.audit(printed)
    return table[table["quantity"] == quantity].reset_index(drop=True)


@pytest.mark.parametrize(("df", "free", "verdict"), [
    ("8", "no", "consistent"), ("7", "no", "inconsistent"), ("7", "yes", "not_checkable"), ("9", "yes", "inconsistent"),
])
def test_correlated_errors_cost_degrees_of_freedom_and_give_none_back(df: str, free: str, verdict: str) -> None:
    constructs = {"A": {"loadings": LOADINGS, "correlated_errors": free}, "B": {"loadings": LOADINGS}}
    found = verdicts({"n": "300", "model": "cfa", "constructs": constructs, "fit": {"chisq": "20.0", "df": df}}, "df")
    assert found["verdict"].tolist() == [verdict]


@pytest.mark.parametrize(("kind", "verdict"), [("pearson", "inconsistent"), ("polychoric", "not_checkable"),
                                               ("pairwise", "not_checkable")])
def test_correlations_estimated_pair_by_pair_need_not_be_a_matrix_of_any_data(kind: str, verdict: str) -> None:
    found = verdicts({"correlations": {"names": ["a", "b", "c"], "lower": [[".9"], [".9", ".3"]], "kind": kind}},
                     "definite")
    assert found["verdict"].tolist() == [verdict]
    assert not found["convention"].any()  # "cannot be excluded" beside a contradiction would be another one


def test_percentages_of_those_who_answered_are_no_contradiction() -> None:
    gender = {"f": {"n": "140", "percent": "47.3"}, "m": {"n": "156", "percent": "52.7"}}
    found = verdicts({"n": "300", "groups": {"gender": gender}}, "percent")
    assert found[["verdict", "convention"]].drop_duplicates().to_numpy().tolist() == [["consistent", "valid"]]
    gender["f"]["percent"] = "43.7"
    found = verdicts({"n": "300", "groups": {"gender": gender}}, "percent")
    assert found["verdict"].tolist() == ["inconsistent", "consistent"]


@pytest.mark.parametrize(("loading", "verdict"), [("-.82", "consistent"), ("-.62", "inconsistent")])
def test_a_reversed_item_is_claimed_to_load_by_its_size(loading: str, verdict: str) -> None:
    found = verdicts({"constructs": {"A": {"loadings": [".85", loading, ".9"]}}, "claims": {"loadings_above": ".7"}},
                     "loadings_above")
    assert found["verdict"].tolist() == [verdict]


def test_an_index_above_one_may_be_printed_as_one():
    fit = {"chisq": "20.00", "df": "24", "baseline": {"chisq": "300.00", "df": "36"}}
    found = {value: replication.audit({"n": "200", "fit": {**fit, "tli": value}}).set_index("quantity").loc["tli"]
             for value in ("1.000", "1.023", ".950")}
    assert [found[value]["verdict"] for value in found] == ["consistent", "consistent", "inconsistent"]
    assert found["1.000"]["convention"] == "cut_at_1"
