"""What an answer becomes, and what a data file may not hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import studies, survey
from helpers.errors import DataError, gates_table
from helpers.survey import coding

ITEMS = [f"q{n}" for n in range(1, 13)]


def problems(declared) -> list[tuple[str, str]]:
    return [(problem.id, problem.sentence()) for problem in survey.preflight(declared)]


def test_codes_blanks_and_reversal(declare, rows) -> None:
    rows[0] = ["-99", "", "skipped", "-99.0", "5", "1", "5.0", "０１", "2", "1", "4", "1"]
    scores = survey.load(declare(rows)).scores
    assert scores.loc[0].isna().tolist() == [True] * 4 + [False] * 8
    assert scores.loc[0, "q5":"q11"].tolist() == [5, 1, 5, 1, 2, 1, 4]
    assert scores["q12"].tolist() == [5, *(6 - row[11] for row in rows[1:])]


def test_a_decimal_comma_in_a_file_of_commas_has_to_be_declared(declare, rows) -> None:
    header, cells = ITEMS, [['"2,5"', *row[1:]] for row in rows[:10]] + rows[10:]
    assert problems(declare(cells, header))[0][0] == "survey.comma"
    scores = survey.load(declare(cells, header, responses="decimal: ','")).scores
    assert scores["q1"].tolist()[:10] == [2.5] * 10


def test_a_decimal_comma_is_found_shown_and_overruled(declare, rows) -> None:
    declared = declare([["2.5", *row[1:]] for row in rows[:10]] + rows[10:])
    file = declared.responses.file
    file.write_text(file.read_text(encoding="utf-8").replace(",", ";").replace(".", ","), encoding="utf-8")
    answers = survey.load(studies.load(declared.folder))
    assert answers.scores["q1"].tolist()[:10] == [2.5] * 10
    said = gates_table(answers.flow.attrs["checks"])["found"][0]
    assert "delimiter or sheet `;`" in said and "decimal sign `,`" in said
    declared = declare(rows, responses="decimal: .")
    file.write_text(file.read_text(encoding="utf-8").replace(",", ";").replace("\n1;", "\n1,5;"), encoding="utf-8")
    assert problems(studies.load(declared.folder))[0][0] == "survey.comma"


@pytest.mark.parametrize(("cell", "answer"), [("４", 4), ("４．５", 4.5), ("\u200b4", 4), ("＋4", 4),
                                              ("－９９", np.nan), ("\u221299", np.nan), ("\u3000", np.nan)])
def test_numbers_of_other_keyboards(cell: str, answer: float, declare, rows) -> None:
    rows[3][1] = cell
    np.testing.assert_equal(survey.load(declare(rows)).scores["q2"][3], answer)


def test_codes_that_the_file_declares_missing_are_no_answers(declare, rows) -> None:
    declared = declare(rows)
    cells = pd.DataFrame({name: pd.Categorical(["1", "8", "9", "5"]) for name in ITEMS})
    said = {"missing_codes": (), "decimal": ".", "lines": np.arange(2, 6), "shown": "r.sav"}
    scores, found = coding.coded(cells, declared.items, user_missing={"q1": ("8", "9")}, **said)
    assert scores["q1"].tolist()[0::3] == [1, 5] and scores["q1"][1:3].isna().all()
    assert [problem.values["item"] for problem in found] == ITEMS[1:]


def test_marks_inside_the_file_and_rows_left_out_are_told(declare, rows) -> None:
    declared = declare(rows)
    file = declared.responses.file
    file.write_text(file.read_text(encoding="utf-8") + "\ufeff" + ",".join(map(str, rows[0])) + "\n", encoding="utf-8")
    answers = survey.load(declared)
    assert len(answers.scores) == 21
    table = gates_table(answers.flow.attrs["checks"]).set_index("gate")
    assert not table.loc["file_marks", "passed"] and table.loc["file_marks", "found"].startswith("1 byte-order")


@pytest.mark.parametrize("cell", ["nan", "inf", "1_0", "NA", "3 - agree", "#N/A", "TRUE"])
def test_text_is_never_a_number_by_accident(cell: str, declare, rows) -> None:
    rows[4][2] = cell
    (found,) = problems(declare(rows))
    assert found[0] == ("survey.error" if cell == "#N/A" else "survey.text") and f"line 6 ({cell})" in found[1]


def test_answers_in_words_are_those_of_the_codebook(declare, rows) -> None:
    declared = declare(rows)
    (declared.folder / "codebook.csv").write_text(
        "item,column,values\nq1,q1,1=Strongly disagree; 3=neither; 5=Strongly agree\n", encoding="utf-8")
    rows[0][0], rows[1][0], rows[2][0] = "strongly AGREE", 1, "maybe"
    (declared.folder / "r.csv").write_text(
        "\n".join(",".join(map(str, row)) for row in [ITEMS, *rows]) + "\n", encoding="utf-8")
    declared = studies.load(declared.folder)
    (found,) = problems(declared)
    assert found[0] == "survey.text" and "line 4 (maybe)" in found[1]
    text = (declared.folder / "r.csv").read_text(encoding="utf-8").replace("maybe", "Neither")
    (declared.folder / "r.csv").write_text(text, encoding="utf-8")
    assert survey.load(declared).scores["q1"].tolist()[:3] == [5, 1, 3]


def test_a_column_of_words_is_said_to_be_words_and_not_empty_too(declare, rows) -> None:
    for row in rows:
        row[0] = "agree"
    assert [id for id, _ in problems(declare(rows))] == ["survey.text"]


def test_many_faults_are_counted_and_a_few_are_quoted(declare, rows) -> None:
    for row in rows[:9]:
        row[3] = 8
    rows[0][4] = "13812345678"
    found = problems(declare(rows))
    assert [id for id, _ in found] == ["survey.outside", "survey.outside"]
    assert "9 in all" in found[0][1] and "line 2 (8), 3 (8), 4 (8), 5 (8), 6 (8), ..." in found[0][1]
    assert "13812345678" not in found[1][1], "a message does not repeat a telephone number"


def test_everything_wrong_with_the_data_is_said_at_once(declare, rows) -> None:
    for row in rows:
        row[0], row[1] = "", 3
    rows[2][5] = 9
    found = problems(declare([[n % 3, "A" if n else "B", *row] for n, row in enumerate(rows)], ["id", "g", *ITEMS],
                             responses="respondent: id", more="groups: {g: {}}"))
    assert sorted(id for id, _ in found) == ["survey.group_small", "survey.item_constant", "survey.item_empty",
                                             "survey.outside", "survey.respondent_twice"]


def test_respondents_may_come_back_in_another_wave(declare, rows) -> None:
    table = [[n // 2, 2025 + n % 2, *row] for n, row in enumerate(rows)]
    answers = survey.load(declare(table, ["id", "wave", *ITEMS], responses="respondent: id",
                                  more="wave: {column: wave, order: [2025, 2026]}"))
    assert answers.respondents.tolist() == [n // 2 for n in range(20)]
    assert answers.groups["wave"].cat.categories.tolist() == ["2025", "2026"]
    assert not {"id"} & {*answers.scores, *answers.groups, *answers.profile}


def test_groups_are_ordered_as_declared_and_codes_are_no_group(declare, rows) -> None:
    table = [[("b", "a", "-99", "")[n % 4], *row] for n, row in enumerate(rows)]
    groups = survey.load(declare(table, ["g", *ITEMS], more="groups: {g: {order: [b, a]}}")).groups
    assert groups["g"].cat.categories.tolist() == ["b", "a"] and groups["g"].cat.ordered
    assert groups["g"].isna().sum() == 10


def test_a_declared_group_without_respondents_cannot_be_compared(declare, rows) -> None:
    table = [["ab"[n % 2], *row] for n, row in enumerate(rows)]
    (found,) = problems(declare(table, ["g", *ITEMS], more="groups: {g: {order: [a, b, c]}}"))
    assert found[0] == "survey.group_small" and "c (0)" in found[1]
    declared = declare(table, ["g", *ITEMS], more="profile: {g: {order: [a, b, c]}}")
    assert survey.load(declared).profile["g"].notna().all()


def test_as_many_respondents_as_items_are_enough_to_go_on(declare, rows) -> None:
    assert problems(declare(rows[:12])) == []
    assert [id for id, _ in problems(declare(rows[:11]))] == ["survey.few_respondents"]


def test_weights_are_kept_apart(declare, rows) -> None:
    table = [[n, 100 - n, *row] for n, row in enumerate(rows)]
    declared = declare(table, ["w1", "w2", *ITEMS], more="roles: {weights: [w1, w2]}")
    answers = survey.load(declared)
    assert answers.weights.to_numpy().tolist() == [[n, 100 - n] for n in range(20)]
    assert list(answers.scores) == ITEMS
    table[3][0] = -1
    assert [id for id, _ in problems(declare(table, ["w1", "w2", *ITEMS], more="roles: {weights: [w1, w2]}"))] == [
        "survey.outside"]


def test_the_same_file_gives_the_same_answers_and_stays_as_it_is(declare, rows) -> None:
    declared = declare(rows)
    before = declared.responses.file.read_bytes()
    first, second = survey.load(declared), survey.load(declared)
    pd.testing.assert_frame_equal(first.scores, second.scores)
    assert declared.responses.file.read_bytes() == before
    assert first.flow.to_dict("list") == {"step": ["in_file", "analysed"], "n": [20, 20]}


def test_missing_counts_every_hole(declare, rows) -> None:
    rows[0][0] = rows[1][0] = rows[1][4] = ""
    answers = survey.load(declare(rows))
    missing = answers.missing.set_index("item")
    assert missing.loc["q1"].tolist() == ["trust", 18, 2, 0.1]
    assert missing["missing"].sum() == 3
    overview = survey.missing_overview(answers).set_index("measure")["value"]
    assert overview.to_dict() == {"respondents": 20, "items": 12, "n.complete": 18, "complete.share": 0.9,
                                  "missing.share": 3 / 240, "n.items.missing": 2, "n.patterns": 3}


def test_a_file_that_changed_its_columns_after_loading_is_not_read_in_silence(declare, rows) -> None:
    declared = declare(rows)
    declared.responses.file.unlink()
    with pytest.raises(DataError, match="no such file"):
        survey.load(declared)
    assert np.isfinite(survey.load(declare(rows)).scores.to_numpy()).all()


def test_a_missing_code_written_with_decimals_is_no_group(declare, rows) -> None:
    """pandas and Excel write a column of whole numbers with holes as 1.0, 2.0, -99.0."""
    entries = ["1.0", "2.0", "-99.0", "skipped", ""]
    table = [[entries[n % 5], *row] for n, row in enumerate(rows)]
    declared = declare(table, ["branch", *(f"q{n}" for n in range(1, 13))], more="groups: {branch: {reference: 1.0}}")
    assert declared.groups["branch"].order == ("1.0", "2.0")
    assert survey.load(declared).groups["branch"].value_counts().to_dict() == {"1.0": 4, "2.0": 4}


def test_everyone_is_there_again_where_the_careless_are_left_out(declare, rows) -> None:
    rows = [*rows, [3] * 12]
    for action, kept in (("exclude", 20), ("flag", 21)):
        declared = declare(rows, more=f"analysis: {{careless: {action}}}")
        answers = survey.load(declared)
        assert len(answers.scores) == kept
        everyone = survey.everyone(declared, answers)
        assert len(everyone.scores) == 21
        assert everyone.careless.any(axis=1).tolist() == [False] * 20 + [True]


def test_auxiliary_columns_stand_beside_the_scores(declare, rows) -> None:
    cells = [[*row, n % 7 or ""] for n, row in enumerate(rows)]
    answers = survey.load(declare(cells, [*ITEMS, "tenure"], more="roles: {auxiliary: [tenure, q1]}"))
    assert list(answers.scores) == ITEMS
    assert list(answers.modelled) == [*ITEMS, "tenure"]
    assert answers.modelled["tenure"].isna().sum() == 3
    assert "tenure" not in answers.missing["item"].tolist()


@pytest.mark.parametrize(("cell", "id"), [(4, "survey.auxiliary_useless"), ("", "survey.auxiliary_useless"),
                                          ("long", "survey.text")])
def test_auxiliary_columns_hold_numbers_that_differ(cell: object, id: str, declare, rows) -> None:
    found = problems(declare([[*row, cell] for row in rows], [*ITEMS, "tenure"], more="roles: {auxiliary: tenure}"))
    assert [problem for problem, _ in found] == [id]
