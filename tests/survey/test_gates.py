"""Each gate: what fails it, what just passes it, and how often it cries out for nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import survey
from helpers.errors import gates_table
from helpers.reading import How
from helpers.survey import gates

ITEMS = [f"q{n}" for n in range(1, 13)]


def described(**values: float) -> pd.DataFrame:
    return pd.DataFrame([{"item": "q1", "skew": 0.0, "kurtosis": 0.0, "floor": 0.0, "ceiling": 0.0} | values])


@pytest.mark.parametrize(("values", "distribution", "ends"), [
    ({"skew": 1.999, "kurtosis": 6.999, "ceiling": 0.15, "floor": 0.15}, True, True),
    ({"skew": -2.0}, False, True), ({"kurtosis": 7.0}, False, True),
    ({"ceiling": 0.151}, True, False), ({"floor": 0.151}, True, False),
])
def test_items_at_the_marks(values: dict, distribution: bool, ends: bool) -> None:
    checks = {check.gate: check.passed for check in gates.item_checks(described(**values))}
    assert checks == {"item_distribution": distribution, "item_ends": ends}


@pytest.mark.parametrize(("share", "passed"), [(0.15, True), (0.151, False)])
def test_careless_at_the_mark(share: float, passed: bool) -> None:
    assert gates.careless_check(pd.DataFrame({"rule": ["any"], "share": [share]})).passed is passed


@pytest.mark.parametrize(("share", "passed"), [(0.05, True), (0.051, False)])
def test_missing_at_the_mark(share: float, passed: bool) -> None:
    assert gates.missing_check(pd.DataFrame({"item": ["q1"], "share": [share]})).passed is passed


@pytest.mark.parametrize(("found_by", "passed"), [("gb18030", False), ("declared", True), ("mark", True),
                                                  ("utf-8", True)])
def test_a_guessed_encoding(found_by: str, passed: bool) -> None:
    assert gates.file_check(How("text", "gb18030", found_by, ","), "r.csv").passed is passed


def test_attentive_seven_point_answers_seldom_alarm() -> None:
    """Normal answers cut at equal steps, 1,000 items of 200 answers: neither gate cries out in one of a hundred."""
    rng = np.random.default_rng(1)
    answers = np.clip(np.round(4 + 1.3 * rng.standard_normal((200, 1000))), 1, 7)
    deviation = answers - answers.mean(axis=0)
    sd = answers.std(axis=0, ddof=1)
    items = pd.DataFrame({"item": range(1000), "skew": (deviation**3).mean(axis=0) / sd**3,
                          "kurtosis": (deviation**4).mean(axis=0) / sd**4 - 3,
                          "floor": (answers == 1).mean(axis=0), "ceiling": (answers == 7).mean(axis=0)})
    assert all(check.values["count"] < 10 for check in gates.item_checks(items))


def test_tables_carry_their_gates_and_the_gates_speak(declare, rows) -> None:
    for row in rows[:12]:
        row[0], row[1] = "", 5
    declared = declare(rows)
    answers = survey.load(declared)
    items = survey.describe_items(answers, declared)
    checks = [check for table in (answers.flow, answers.screening, answers.missing, items)
              for check in table.attrs["checks"]]
    passed = {check.gate: check.passed for check in checks}
    assert passed == {"file_encoding": True, "careless": True, "missing_answers": False, "item_distribution": True,
                      "item_ends": False, "item_range": True}
    for language in ("en", "zh"):
        shown = gates_table(checks, language).set_index("gate")
        assert "q1" in shown.at["missing_answers", "found"] and "60.0%" in shown.at["missing_answers", "found"]
        assert shown.at["item_ends", "advice"] and not shown.at["careless", "advice"]


def test_a_finding_names_a_few_items_and_counts_them_all() -> None:
    table = pd.concat([described(ceiling=0.5).assign(item=f"q{n}") for n in range(11)], ignore_index=True)
    _, ends = gates.item_checks(table)
    assert ends.values["count"] == 11
    assert ends.values["items"] == [*(f"q{n}" for n in range(8)), "..."]


def test_the_same_people_in_two_waves_are_not_independent_rows(declare, rows) -> None:
    """The report's standard errors take each row as another person; a panel has to say that it is none."""
    head = ["id", "wave", *ITEMS]
    panel = [[n % 10, 1 + n // 10, *row] for n, row in enumerate(rows)]
    declared = declare(panel, head, responses="respondent: id",
                       more="wave: {column: wave, order: [1, 2], same_people: true}")
    found = survey.repeated_answers(survey.load(declared))
    assert found.iloc[0].to_dict() == {"rows": 20, "respondents": 10}
    assert not found.attrs["checks"][0].passed
    apart = [[n, *row[1:]] for n, row in enumerate(panel)]
    near = declare(apart, head, responses="respondent: id", more="wave: {column: wave, order: [1, 2]}")
    assert survey.repeated_answers(survey.load(near)).attrs["checks"][0].passed


@pytest.mark.parametrize(("high", "passed"), [(7, True), (6, True), (5, False)])
def test_an_item_on_a_shorter_scale_is_named(high: int, passed: bool) -> None:
    rng = np.random.default_rng(8)
    scores = pd.DataFrame(rng.choice(np.arange(1, 8), p=[0.1, 0.1, 0.2, 0.2, 0.2, 0.12, 0.08], size=(300, 4)),
                          columns=[*"abcd"]).astype(float)
    check = gates.range_check(scores.assign(b=np.minimum(scores["b"], high)), {"s": [*"abcd"]})
    assert check.passed is passed
    assert check.values["items"] == ([] if passed else ["b"])
    assert gates.range_check(scores.assign(b=np.minimum(scores["b"], high))[:29], {"s": [*"abcd"]}).passed


def test_items_asked_alike_are_hardly_ever_named() -> None:
    rng = np.random.default_rng(9)
    named = sum(not gates.range_check(pd.DataFrame(np.clip(np.round(5 + rng.normal(size=(60, 1)) + rng.normal(
        size=(60, 5))), 1, 7), columns=[*"abcde"]), {"s": [*"abcde"]}).passed for _ in range(100))
    assert named <= 1
