"""A refusal carries every problem found, crosses process borders, and speaks where it is shown."""

from __future__ import annotations

import pickle

import pytest

from helpers.errors import GATE_COLUMNS, Check, DataError, HelpersError, ModelError, Problem, StudyError, gates_table


def test_sentence_begins_with_the_place() -> None:
    error = DataError("reading.empty", where="raw/responses.csv")
    assert str(error).startswith("raw/responses.csv: ")
    assert error.sentence("zh").startswith("raw/responses.csv: ")
    assert error.sentence("zh") != error.sentence("en")


def test_an_error_without_a_place_is_the_sentence_alone() -> None:
    assert str(DataError("reading.empty")) == Problem("reading.empty").sentence()


def test_all_problems_are_said_one_per_line() -> None:
    error = StudyError.of([Problem("reading.empty", {}, "a.csv"), Problem("reading.no_rows", {}, "b.csv")])
    assert isinstance(error, StudyError)
    assert [line.split(":")[0] for line in str(error).splitlines()] == ["a.csv", "b.csv"]


@pytest.mark.parametrize("kind", [StudyError, DataError, ModelError])
def test_errors_cross_process_borders(kind: type[HelpersError]) -> None:
    error = kind.of([Problem("list", {"items": ["a", "b"]}, "here"), Problem("list", {"items": ["c"]})])
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert back.problems == error.problems
    assert str(back) == "here: a, b\nc"


def test_gates_say_what_was_found_and_advise_only_where_they_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers import words

    said = {f"gate.size.{part}": {"en": f"{part} {{n}}", "zh": f"{part}：{{n}}"}
            for part in ("found", "passed", "criterion", "source", "advice")}
    monkeypatch.setattr(words, "catalogue", lambda: said)
    table = gates_table([Check("size", "stop", False, {"n": 9}), Check("size", "info", True, {"n": 90})])
    assert list(table.columns) == list(GATE_COLUMNS)
    assert table["found"].tolist() == ["found 9", "passed 90"]
    assert table["advice"].tolist() == ["advice 9", ""]
    assert table["passed"].tolist() == [False, True]
    assert gates_table([Check("size", "stop", False, {"n": 9})], "zh")["criterion"].tolist() == ["criterion：9"]


def test_no_checks_make_an_empty_table_with_its_columns() -> None:
    table = gates_table([])
    assert list(table.columns) == list(GATE_COLUMNS)
    assert table.empty
