"""Answers from several files: what the report shows of them, and faults that name the file in which they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers import studies, survey
from helpers.errors import DataError

ITEMS = ["t1", "t2", "t3", "l1", "l2", "l3"]
STUDY = """title: Waves
data:
  responses:
    respondent: id
    {files}
{recodes}
scale: {{min: 1, max: 7}}
constructs:
  trust: {{items: t1..t3}}
  loyalty: {{items: l1..l3}}
{more}
wave: {{column: year, order: [2025, 2026], same_people: true}}
"""
STACKED = "waves: {2025: raw/a.csv, 2026: raw/b.csv}"


def rows(n: int, seed: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    level = rng.integers(2, 6, (n, 1))
    return np.clip(level + rng.integers(-1, 3, (n, 6)), 1, 7).tolist()


@pytest.fixture
def declare(tmp_path: Path):
    (tmp_path / "raw").mkdir()

    def write(files: str, tables: dict[str, list[list]], *, recodes: str = "", more: str = ""):
        for name, table in tables.items():
            lines = [",".join(map(str, row)) for row in table]
            (tmp_path / "raw" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        text = STUDY.format(files=files, recodes=recodes, more=more)
        (tmp_path / "study.yml").write_text(text, encoding="utf-8")
        return studies.load(tmp_path)

    return write


def table(n: int, seed: int, first: int = 1) -> list[list]:
    return [["id", *ITEMS], *([first + at, *row] for at, row in enumerate(rows(n, seed)))]


def test_stacked_and_wide_files_of_the_same_answers_are_the_same_study(declare) -> None:
    a, b = table(20, 1), table(20, 2)
    stacked = survey.load(declare(STACKED, {"a.csv": a, "b.csv": b}))
    header = ["id", *(f"{item}_t{wave}" for wave in (1, 2) for item in ITEMS)]
    side = [[one[0], *one[1:], *two[1:]] for one, two in zip(a[1:], b[1:], strict=True)]
    wide = survey.load(declare("file: raw/w.csv\n    wide: {2025: {suffix: _t1}, 2026: {suffix: _t2}}",
                               {"w.csv": [header, *side]}))
    assert stacked.scores.equals(wide.scores) and stacked.groups.equals(wide.groups)
    assert (stacked.respondents == wide.respondents).all()
    assert stacked.flow.values.tolist() == [["in_file", 40], ["analysed", 40]]
    assert wide.flow.values.tolist() == [["in_file", 20], ["wave_rows", 40], ["analysed", 40]]


def test_who_answered_nothing_in_a_wave_is_shown_in_the_flow(declare) -> None:
    a, b = table(20, 1), table(20, 2)
    header = ["id", *(f"{wave}{item}" for wave in ("A", "B") for item in ITEMS)]
    side = [[one[0], *one[1:], *(two[1:] if at % 4 else [""] * 6)]
            for at, (one, two) in enumerate(zip(a[1:], b[1:], strict=True))]
    answers = survey.load(declare("file: raw/w.csv\n    wide: {2025: {prefix: A}, 2026: {prefix: B}}",
                                  {"w.csv": [header, *side]}))
    assert answers.flow.values.tolist() == [["in_file", 20], ["wave_rows", 40], ["silent_wave", 5], ["analysed", 35]]
    assert answers.groups["year"].value_counts().to_dict() == {"2025": 20, "2026": 15}


def test_an_answer_outside_the_scale_is_told_with_its_file_and_line(declare) -> None:
    b = table(20, 2)
    b[7][2] = 9
    with pytest.raises(DataError) as raised:
        survey.load(declare(STACKED, {"a.csv": table(20, 1), "b.csv": b}))
    assert [problem.values["lines"] for problem in raised.value.problems] == [["raw/b.csv:8 (9)"]]
    assert "line raw/b.csv:8 (9)" in str(raised.value)


def test_a_respondent_twice_in_a_wave_is_told_with_the_file(declare) -> None:
    b = table(20, 2)
    b[9][0] = 3
    with pytest.raises(DataError) as raised:
        survey.load(declare(STACKED, {"a.csv": table(20, 1), "b.csv": b}))
    assert [problem.values["lines"] for problem in raised.value.problems] == [["raw/b.csv:4 & raw/b.csv:10"]]


def test_text_in_a_joined_column_is_told_with_the_joined_file(declare) -> None:
    profile = [["id", "months"], *([at, 12 if at != 5 else "long"] for at in range(1, 21))]
    with pytest.raises(DataError) as raised:
        survey.load(declare(f"{STACKED}\n    join: raw/p.csv", {"a.csv": table(20, 1), "b.csv": table(20, 2),
                                                                "p.csv": profile}, more="roles: {auxiliary: months}"))
    assert raised.value.problems[0].values["lines"] == ["raw/p.csv:6 (long)", "raw/p.csv:6 (long)"]


def test_every_file_and_every_rule_is_shown(declare) -> None:
    profile = [["id", "age"], *([at, 20 + at] for at in range(3, 26))]
    recodes = "recodes:\n  old: {from: age, ranges: {..29: 'no', 30..: 'yes'}}\n  both: {sum: [t1, l1]}"
    declared = declare(f"{STACKED}\n    join: raw/p.csv", {"a.csv": table(20, 1), "b.csv": table(15, 2),
                                                           "p.csv": profile}, recodes=recodes,
                       more="profile: {old: {}}\nroles: {auxiliary: both}")
    answers = survey.load(declared)
    files = survey.files(answers).set_index("file")
    assert files["n"].to_dict() == {"raw/a.csv": 20, "raw/b.csv": 15, "raw/p.csv": 23}
    assert files.loc["raw/p.csv", ["n.matched", "n.unmatched", "n.unused"]].tolist() == [31, 4, 5]
    made = survey.recodes(answers).set_index("new")
    assert made["n"].to_dict() == {"old": 31, "both": 35} and made["n.missing"].to_dict() == {"old": 4, "both": 0}
    assert (answers.auxiliaries["both"] == answers.scores["t1"] + answers.scores["l1"]).all()
    checks = {check.gate: check for check in answers.flow.attrs["checks"] if check.gate != "file_encoding"}
    assert not checks["file_joined"].passed and checks["file_joined"].severity == "caution"
    assert [path.name for path in declared.hash_inputs()] == ["study.yml", "a.csv", "b.csv", "p.csv"]


def test_who_all_have_a_partner_pass(declare) -> None:
    profile = [["id", "age"], *([at, 20 + at % 2] for at in range(1, 21))]
    answers = survey.load(declare(f"{STACKED}\n    join: raw/p.csv", {
        "a.csv": table(20, 1), "b.csv": table(20, 2), "p.csv": profile}, more="profile: {age: {}}"))
    assert all(check.passed for check in answers.flow.attrs["checks"])


def test_without_new_columns_the_table_is_not_declared(declare) -> None:
    answers = survey.load(declare(STACKED, {"a.csv": table(20, 1), "b.csv": table(20, 2)}))
    with pytest.raises(DataError, match="No column is made of others"):
        survey.recodes(answers)


def test_a_new_column_can_be_an_item_a_group_and_a_duration(declare) -> None:
    header = [*table(1, 1)[0], "minutes", "city"]
    a, b = ([header, *([*row, 1 + at % 2, "NS"[at % 2]] for at, row in enumerate(table(20, seed)[1:]))]
            for seed in (1, 2))
    recodes = ("recodes:\n  turned: {compute: 8 - t3}\n  t9: {compute: turned + 0}\n"
               "  seconds: {compute: minutes * 10}\n  place: {from: city, values: {N: north, S: south}}\n")
    more = "  other: {items: [t9, turned]}\ngroups: {place: {}}"
    answers = survey.load(declare(f"{STACKED}\n    duration: seconds", {"a.csv": a, "b.csv": b}, recodes=recodes,
                                  more=more))
    assert (answers.scores["t9"] == 8 - answers.scores["t3"]).all()
    assert answers.groups["place"].value_counts().to_dict() == {"north": 20, "south": 20}
    assert answers.careless["speeder"].tolist() == [True, False] * 20


def test_a_wave_in_words_and_a_wave_of_labelled_codes_go_together(declare, tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    words = dict(enumerate(("never", "rarely", "hardly", "at times", "often", "mostly", "always"), start=1))
    a, b = table(20, 1), table(20, 2)
    b[4][1] = 9
    (tmp_path / "raw").mkdir(exist_ok=True)
    frame = pd.DataFrame(b[1:], columns=["ID", "Q1", *ITEMS[1:]]).astype({"ID": str})
    pyreadstat.write_sav(frame, tmp_path / "raw" / "b.sav", missing_ranges={"Q1": [9]},
                         variable_value_labels={name: words for name in ("Q1", *ITEMS[1:])})
    spoken = [a[0], *([row[0], *(words[answer] for answer in row[1:])] for row in a[1:])]
    files = "waves: {2025: raw/a.csv, 2026: {file: raw/b.sav, columns: {id: ID, t1: Q1}}}"
    answers = survey.load(declare(files, {"a.csv": spoken}))
    expected = np.array([row[1:] for row in a[1:] + b[1:]], dtype=float)
    expected[23, 0] = np.nan
    np.testing.assert_array_equal(answers.scores.to_numpy(), expected)
    assert survey.files(answers)["format"].tolist() == ["text", "sav"]


def test_a_wave_may_name_columns_by_the_items_of_the_codebook(declare, tmp_path: Path) -> None:
    a, b = table(20, 1), table(20, 2)
    a[0][1], b[0][1] = "How safe?", "Is it safe?"
    (tmp_path / "codebook.csv").write_text("item,column\nt1,How safe?\n", encoding="utf-8")
    files = "waves: {2025: raw/a.csv, 2026: {file: raw/b.csv, columns: {t1: Is it safe?}}}"
    scores = survey.load(declare(files, {"a.csv": a, "b.csv": b})).scores
    assert scores["t1"].tolist() == [row[1] for row in a[1:] + b[1:]]


def test_codes_that_waves_label_differently_are_doubted() -> None:
    import pandas as pd

    from helpers.reading.raw import How, Raw
    from helpers.reading.stacking import _differing

    def labelled(label: str) -> Raw:
        return Raw(pd.DataFrame(), np.arange(0), ("q",), How("sav"), values={"q": {"1": "no", "2": label}})

    assert _differing([labelled("Yes"), labelled(" yes")], ["q"]) == ()
    assert _differing([labelled("Yes"), labelled("never")], ["q"]) == ("q",)
