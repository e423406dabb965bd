"""Each rule finds whom it names and nobody else; exclusion happens only where the study says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import studies, survey
from helpers.survey import coding
from helpers.survey.answering_style import longest_run

ITEMS = [f"q{n}" for n in range(1, 13)]


SIGNS = ["duplicate_answers", "attention_check", "speeder", "longstring", "no_answers"]


def counted(answers) -> dict[str, int]:
    """Respondents under each sign that could be looked at, and under any of them."""
    table = answers.screening.set_index("rule").loc[SIGNS]
    found = table.loc[table["computable"] == "yes", "respondents"].astype(int).to_dict()
    return found | {"any": int(answers.careless[list(found)].any(axis=1).sum())}


def test_attentive_answers_fall_under_no_rule(declare, rows) -> None:
    assert counted(survey.load(declare(rows))) == {"longstring": 0, "duplicate_answers": 0, "no_answers": 0, "any": 0}


def test_a_rule_that_cannot_be_applied_is_no_pass(declare, rows) -> None:
    table = survey.load(declare(rows)).screening.set_index("rule")
    absent = table[table["computable"] != "yes"]
    assert absent.loc[["duplicate_ids", "attention_check", "speeder"], "computable"].tolist() == ["not_declared"] * 3
    assert (absent["n"] == 0).all() and absent[["respondents", "share"]].isna().all(axis=None)
    assert table.loc["even_odd", "computable"] == "few_scales"


@pytest.mark.parametrize(("run", "found"), [(6, 0), (7, 1), (12, 1)])  # half of twelve items is not yet too long
def test_longest_run_is_a_share_of_the_items(run: int, found: int, declare, rows) -> None:
    rows[4] = [3] * run + [1 + k % 2 for k in range(12 - run)]
    assert counted(survey.load(declare(rows)))["longstring"] == found


def test_longest_run_follows_the_file_not_the_declaration(declare, rows) -> None:
    rows[4] = [2, 4] * 6
    order = [*ITEMS[::2], *ITEMS[1::2]]  # in this order the same answers are two runs of six
    shuffled = [[row[ITEMS.index(item)] for item in order] for row in rows]
    shuffled[4][6] = 2  # the run of 2 is seven long now
    assert counted(survey.load(declare(rows)))["longstring"] == 0
    assert counted(survey.load(declare(shuffled, order)))["longstring"] == 1


def test_longest_run_counts_answers_as_given(declare, rows) -> None:
    """A straight line is one before reversed items are turned around, not after."""
    rows[4] = [1, 2, 1, 2, 1, 4, 4, 4, 4, 4, 4, 4]
    assert counted(survey.load(declare(rows)))["longstring"] == 1


def test_longest_run_by_hand() -> None:
    nan = np.nan
    assert longest_run(np.array([[nan, nan, nan], [1, nan, 1], [2, 2, 1], [nan, 5, 5]])).tolist() == [0, 1, 2, 2]


def test_duplicates_are_all_named_and_need_every_answer(declare, rows) -> None:
    rows[7], rows[9] = list(rows[2]), list(rows[2])
    rows[11] = [*rows[3][:11], 1 + rows[3][11] % 5]  # all but one answer
    rows[13] = rows[14] = [4] * 12  # straight lines are the other rule's
    assert counted(survey.load(declare(rows))) == {"longstring": 2, "duplicate_answers": 3, "no_answers": 0, "any": 5}


def test_who_answers_alike_in_two_waves_is_nobodys_copy(declare, rows) -> None:
    table = [[at % 10, 1 + at // 10, *answers] for at, answers in enumerate(rows)]
    table[10][2:] = table[0][2:]  # person 0, again
    table[13][2:] = table[2][2:]  # person 3 answers as person 2 did
    declared = declare(table, ["id", "year", *ITEMS], responses="respondent: id",
                       more="wave: {column: year, order: [1, 2], same_people: true}")
    assert counted(survey.load(declared))["duplicate_answers"] == 2


def test_duplicates_with_the_same_holes_are_duplicates(declare, rows) -> None:
    rows[2][0] = ""
    rows[7] = list(rows[2])
    assert counted(survey.load(declare(rows)))["duplicate_answers"] == 2


def test_attention_checks_and_seconds(declare, rows) -> None:
    head = [[4, 240], [3, 240], ["", 240], [4, 23.9], [4, 24], [4, ""]]
    table = [[*(head[n] if n < len(head) else [4, 300]), *row] for n, row in enumerate(rows)]
    declared = declare(table, ["ac", "seconds", *ITEMS], responses="attention_checks: {ac: 4}, duration: seconds")
    answers = survey.load(declared)
    assert counted(answers) == {"attention_check": 1, "speeder": 1, "longstring": 0, "duplicate_answers": 0,
                                "no_answers": 0, "any": 2}
    assert np.flatnonzero(answers.careless["attention_check"]).tolist() == [1]
    assert np.flatnonzero(answers.careless["speeder"]).tolist() == [3]
    assert set(answers.screening["action"]) == {"flag"}
    assert answers.screening.set_index("rule").loc[["attention_check", "speeder"], "share"].tolist() == [0.05, 1 / 19]


def test_durations_that_are_no_seconds_are_refused(declare, rows) -> None:
    table = [["4:10", *row] for row in rows]
    found = survey.preflight(declare(table, ["seconds", *ITEMS], responses="duration: seconds"))
    assert [problem.id for problem in found] == ["survey.text_column"]
    assert "line 2 (4:10)" in found[0].sentence()


@pytest.mark.parametrize(("careless", "n"), [("keep", 20), ("flag", 20), ("exclude", 17)])
def test_careless_respondents_leave_only_when_declared(careless: str, n: int, declare, rows) -> None:
    rows[0], rows[5] = [2] * 12, [""] * 12
    table = [["A", *row] for row in rows]
    table[19] = ["A", *([3] * 9), 1, 2, 1]
    declared = declare(table, ["g", *ITEMS], more=f"profile: {{g: {{}}}}\nanalysis: {{careless: {careless}}}")
    answers = survey.load(declared)
    assert answers.screening["respondents"].tail(1).item() >= (0 if careless == "keep" else 3)
    assert {len(part) for part in (answers.scores, answers.groups, answers.profile, answers.careless,
                                   answers.respondents)} == {n}
    assert answers.scores.index.tolist() == list(range(n))
    assert answers.flow["n"].tolist() == ([20, 2, 1, 17] if careless == "exclude" else [20, 20])
    assert answers.how.blank_rows == 0


def test_exclusion_does_not_leave_a_study_without_anybody(declare, rows) -> None:
    lines = [[1 + n % 5] * 12 for n in range(20)]
    found = survey.preflight(declare(lines, more="analysis: {careless: exclude}"))
    assert [problem.id for problem in found] == ["survey.nobody_left"]


def test_exclusion_is_checked_again_afterwards(declare, rows) -> None:
    lines = rows[:10] + [[1 + n % 5] * 12 for n in range(5)]
    found = survey.preflight(declare(lines, more="analysis: {careless: exclude}"))
    assert [problem.id for problem in found] == ["survey.few_respondents"]
    assert found[0].values == {"n": 10, "items": 12}


@pytest.mark.parametrize(("right", "entries"), [
    ("4", ["4", "4.0", " 4.00", "-99", "-99.0", "skipped", ""]),  # as pandas and Excel write a column with holes
    ("4.0", ["4", "4.0"]),
    ("Agree", ["Agree", "agree ", "skipped"]),
])
def test_attention_checks_compare_numbers_and_take_no_answer_for_none(right: str, entries: list[str], declare,
                                                                     rows) -> None:
    other = "3.0" if right[0] == "4" else "Disagree"
    table = [[[*entries, other][min(n, len(entries))], *row] for n, row in enumerate(rows)]
    declared = declare(table, ["ac", *ITEMS], responses=f"attention_checks: {{ac: {right}}}")
    found = survey.load(declared).careless["attention_check"].to_numpy()
    assert np.flatnonzero(~found).tolist() == list(range(len(entries)))


@pytest.mark.parametrize(("written", "seconds"), [
    ("334", 334), ("334秒", 334), ("5分34秒", 334), ("5 分钟", 300), ("334 s", 334), ("5min 34sec", 334),
    ("33.5秒", 33.5), ("0:05:34", 334), ("01:00:01.5", 3601.5),
])
def test_durations_are_read_as_survey_sites_write_them(written: str, seconds: float) -> None:
    found, problems = coding.seconds(pd.Series([written, ""], name="duration"), missing_codes=(), decimal=".",
                                     lines=np.array([2, 3]), shown="raw.csv")
    assert found[0] == seconds
    assert np.isnan(found[1])
    assert problems == []


@pytest.mark.parametrize("written", ["soon", "秒", "3:20", "334秒以上"])
def test_a_duration_that_is_none_is_not_guessed(written: str) -> None:
    found, problems = coding.seconds(pd.Series([written], name="duration"), missing_codes=(), decimal=".",
                                     lines=np.array([2]), shown="raw.csv")
    assert [problem.id for problem in problems] == ["survey.text_column"]
    assert np.isnan(found[0])


def test_nobody_is_said_to_be_excluded_where_nobody_is(declare, rows) -> None:
    rows[0] = [2] * 12
    answers = survey.load(declare(rows, more="screening: {no_answers: exclude}"))  # which names nobody
    actions = answers.screening.set_index("rule")["action"]
    assert actions[["no_answers", "longstring", "any"]].tolist() == ["exclude", "flag", "flag"]
    assert len(answers.scores) == len(rows)


def test_a_rule_does_what_the_study_says_of_it(declare, rows) -> None:
    rows[0], rows[5] = [2] * 12, [""] * 12
    more = "profile: {g: {}}\nanalysis: {careless: keep}\nscreening: {no_answers: exclude, irv: flag}"
    declared = declare([["A", *row] for row in rows], ["g", *ITEMS], more=more)
    answers = survey.load(declared)
    actions = answers.screening.set_index("rule")["action"]
    assert actions[["no_answers", "irv", "longstring", "mahalanobis", "any"]].tolist() == [
        "exclude", "flag", "keep", "keep", "exclude"]
    assert answers.flow.to_dict("list") == {"step": ["in_file", "excluded.no_answers", "analysed"], "n": [20, 1, 19]}
    assert counted(answers)["longstring"] == 1, "kept, and counted"
    everyone = survey.everyone(declared, answers)
    assert len(everyone.scores) == 20
    assert np.flatnonzero(survey.doubtful(declared, everyone)).tolist() == [5]


def test_excluding_the_careless_leaves_the_indices_to_flag(declare, rows) -> None:
    declared = declare(rows, more="analysis: {careless: exclude}")
    assert {declared.actions[rule] for rule in ("irv", "repetition", "even_odd", "synonyms", "mahalanobis")} == {"flag"}
    assert declared.actions["longstring"] == "exclude"


def test_whoever_falls_under_two_rules_leaves_once(declare, rows) -> None:
    head = [[4 if n != 1 else 3, 240 if n not in (1, 2) else 20] for n in range(20)]
    declared = declare([[*head[n], *row] for n, row in enumerate(rows)], ["ac", "seconds", *ITEMS],
                       responses="attention_checks: {ac: 4}, duration: seconds",
                       more="screening: {speeder: exclude, attention_check: exclude}")
    answers = survey.load(declared)
    table = answers.screening.set_index("rule")
    assert table.loc[["attention_check", "speeder"], "respondents"].tolist() == [1, 2]
    assert answers.flow["n"].tolist() == [20, 1, 1, 18]


def test_a_second_row_leaves_only_with_permission(declare, rows) -> None:
    table = [[n if n != 7 else 3, *row] for n, row in enumerate(rows)]
    refused = survey.preflight(declare(table, ["id", *ITEMS], responses="respondent: id"))
    assert [problem.id for problem in refused] == ["survey.respondent_twice"]
    assert "screening: {duplicate_ids: exclude}" in refused[0].sentence()
    declared = declare(table, ["id", *ITEMS], responses="respondent: id", more="screening: {duplicate_ids: exclude}")
    answers = survey.load(declared)
    assert answers.flow["n"].tolist() == [20, 1, 19]
    assert answers.scores.iloc[3].tolist() == [*map(float, rows[3][:11]), 6.0 - rows[3][11]]
    assert len(survey.everyone(declared, answers).scores) == 19, "a second row is nobody"


def test_a_questionnaire_of_single_items_has_no_index(tmp_path) -> None:
    lines = ["s1,s2", *(f"{1 + n % 5},{1 + n * n % 5}" for n in range(20))]
    (tmp_path / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "study.yml").write_text("title: T\ndata: {responses: {file: r.csv}}\nscale: {min: 1, max: 5}\n"
                                        "constructs: {one: {single: s1}, two: {single: s2}}\n", encoding="utf-8")
    table = survey.load(studies.load(tmp_path)).screening.set_index("rule")
    assert set(table.loc[["longstring", "duplicate_answers", "irv", "even_odd", "mahalanobis"], "computable"]) == {
        "few_items"}
    assert table.at["no_answers", "respondents"] == 0


def test_where_nobody_is_excluded_the_flagged_are_the_doubtful(declare, rows) -> None:
    rows[4] = [3] * 12
    declared = declare(rows, more="screening: {no_answers: exclude}")
    answers = survey.load(declared)
    assert len(answers.scores) == 20 and declared.excludes
    assert survey.doubtful(declared, survey.everyone(declared, answers))[4]
