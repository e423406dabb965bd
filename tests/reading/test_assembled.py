"""Several files as one table, and columns made of others: every row keeps its file and line, every entry its rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import reading
from helpers.errors import DataError
from helpers.reading import Join, Part, Plan, Range, Recode, Wide


def put(folder: Path, name: str, text: str, **more) -> Part:
    (folder / name).write_text(text, encoding="utf-8")
    return Part(folder / name, name, **more)


def entries(raw: reading.Raw) -> dict[str, list[str]]:
    return raw.frame.astype(object).to_dict("list")


def recode(name: str, kind: str, *inputs: str, **more) -> Recode:
    return Recode(name, kind, {each: each for each in inputs}, "rule", "study.yml, line 9", **more)


def made(folder: Path, text: str, *recodes: Recode, missing_codes=("-99",), decimal="") -> reading.Raw:
    plan = Plan((put(folder, "r.csv", text),), recodes=recodes, missing_codes=missing_codes, decimal=decimal)
    return reading.assembled(plan, columns=[each.name for each in recodes])


def test_stacked_files_keep_their_rows_lines_and_decimal_signs(tmp_path: Path) -> None:
    parts = (put(tmp_path, "a.csv", "id;q1;q2\n1;2,5;3\n2;4;1\n", level="2025"),
             put(tmp_path, "b.csv", "q2,Q,id\n7,2.5,1\n\n6,5,9\n", level="2026", columns={"q1": "Q"}))
    raw = reading.assembled(Plan(parts, wave="year"), columns=["id", "q1", "q2", "year"])
    assert entries(raw) == {"id": ["1", "2", "1", "9"], "q1": ["2.5", "4", "2.5", "5"], "q2": ["3", "1", "7", "6"],
                            "year": ["2025", "2025", "2026", "2026"]}
    assert raw.places[[0, 3]].tolist() == ["a.csv:2", "b.csv:4"]
    assert [(each.shown, each.rows, each.level) for each in raw.sources] == [("a.csv", 2, "2025"), ("b.csv", 2, "2026")]
    assert raw.how.decimal == "."


def test_a_stacked_table_is_what_pandas_puts_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    frames = [pd.DataFrame(rng.integers(0, 300, (40 + 7 * n, 3)), columns=["x", "y", "z"]) for n in range(3)]
    parts = tuple(put(tmp_path, f"{n}.csv", frame.to_csv(index=False), level=str(n)) for n, frame in enumerate(frames))
    raw = reading.assembled(Plan(parts, wave="w"), columns=["x", "y", "z"])
    expected = pd.concat(frames, keys=["0", "1", "2"], names=["w"]).reset_index("w")[["x", "y", "z", "w"]]
    assert raw.frame.astype(str).to_numpy().tolist() == expected.astype(str).to_numpy().tolist()


def test_waves_side_by_side_become_rows_and_silent_waves_are_counted(tmp_path: Path) -> None:
    part = put(tmp_path, "w.csv", "id,sex,q1_t1,q2_t1,q1_t2,q2_t2\n1,m,1,2,3,4\n2,f,5,6,-99,\n3,f,,7,1,1\n")
    plan = Plan((part,), wave="w", wide=(Wide("1", suffix="_t1"), Wide("2", suffix="_t2")), missing_codes=("-99",))
    raw = reading.assembled(plan, columns=["id", "sex", "q1", "q2", "w"])
    assert raw.frame[["id", "sex", "w", "q1", "q2"]].astype(object).to_numpy().tolist() == [
        ["1", "m", "1", "1", "2"], ["2", "f", "1", "5", "6"], ["3", "f", "1", "", "7"],
        ["1", "m", "2", "3", "4"], ["3", "f", "2", "1", "1"]]
    assert raw.silent == 1 and raw.lines.tolist() == [2, 3, 4, 2, 4]
    assert raw.columns == ("id", "sex", "q1", "q2", "w")


def test_a_joined_file_adds_columns_and_says_who_has_no_partner(tmp_path: Path) -> None:
    main = put(tmp_path, "r.csv", "id,q\n1,a\n2,b\n4,c\n1,d\n")
    profile = put(tmp_path, "p.csv", "person,age\n4,40\n9,90\n1,10\n")
    raw = reading.assembled(Plan((main,), joins=(Join(profile, "person"),), respondent="id"), columns=["q", "age"])
    assert raw.frame["age"].tolist() == ["10", "", "40", "10"]
    beside = raw.sources[1]
    assert (beside.matched, beside.unmatched, beside.unused, beside.rows) == (3, 1, 1, 3)
    assert raw.places.of("age")[[0, 2]].tolist() == ["p.csv:4", "p.csv:2"]
    assert raw.places.of("q")[[0, 2]].tolist() == ["r.csv:2", "r.csv:4"]


def test_a_joined_file_reaches_every_wave_of_a_respondent(tmp_path: Path) -> None:
    parts = tuple(put(tmp_path, f"{year}.csv", "id,q\n1,2\n2,3\n", level=str(year)) for year in (2025, 2026))
    plan = Plan(parts, wave="w", joins=(Join(put(tmp_path, "p.csv", "id,sex\n2,f\n1,m\n")),), respondent="id")
    assert entries(reading.assembled(plan, columns=["q", "sex"]))["sex"] == ["m", "f", "m", "f"]


def test_a_code_that_one_file_declares_missing_stays_an_answer_in_the_other(tmp_path: Path) -> None:
    from helpers.reading.parts import silenced

    frames = [pd.DataFrame({"q": pd.Categorical(["9", "1"])}), pd.DataFrame({"q": pd.Categorical(["9", "2"])})]
    raws = [reading.Raw(frame, np.arange(2), ("q",), reading.How("sav"), user_missing=missing)
            for frame, missing in zip(frames, ({"q": ("9",)}, {}), strict=True)]
    first, second = silenced(raws)
    assert first.frame["q"].tolist() == ["", "1"] and first.user_missing == {}
    assert second.frame["q"].tolist() == ["9", "2"]


def test_a_mapping_takes_entries_as_text_or_number_and_leaves_no_answer_empty(tmp_path: Path) -> None:
    rule = recode("band", "values", "q", values={"1": "low", "2": "low", "5": "", "x": "other"})
    raw = made(tmp_path, "q\n1\n2.0\n-99\n\"\"\nx\n5\n", rule)
    assert raw.frame["band"].tolist() == ["low", "low", "", "other", ""]
    assert (raw.derived[0].n, raw.derived[0].missing, raw.derived[0].changed) == (3, 2, 5)


def test_a_mapping_may_name_a_missing_code(tmp_path: Path) -> None:
    raw = made(tmp_path, "q\n1\n-99\n", recode("b", "values", "q", values={"-99": "refused"}, otherwise="keep"))
    assert raw.frame["b"].tolist() == ["1", "refused"]


@pytest.mark.parametrize(("otherwise", "left"), [("keep", "7"), ("missing", "")])
def test_what_no_rule_names_is_kept_or_left_out_as_declared(tmp_path: Path, otherwise: str, left: str) -> None:
    raw = made(tmp_path, "q\n1\n7\n", recode("b", "values", "q", values={"1": "low"}, otherwise=otherwise))
    assert raw.frame["b"].tolist() == ["low", left]


def test_ranges_hold_both_ends_and_nothing_between(tmp_path: Path) -> None:
    ranges = (Range(-np.inf, 17, "young"), Range(18, 29, "18-29"), Range(30, np.inf, "30+"))
    raw = made(tmp_path, "a\n17\n18\n29\n30\n99.5\n-99\n", recode("b", "ranges", "a", ranges=ranges))
    assert raw.frame["b"].tolist() == ["young", "18-29", "18-29", "30+", "30+", ""]
    with pytest.raises(DataError) as raised:
        made(tmp_path, "a\n17.5\n18\n17.5\nold\n", recode("b", "ranges", "a", ranges=ranges))
    assert raised.value.problems[0].values["entries"] == ["17.5 × 2 (2)", "old × 1 (5)"]
    assert raised.value.problems[0].where == "study.yml, line 9"


def test_arithmetic_is_numpys_on_random_columns(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    a, b, c = rng.integers(1, 8, (3, 60))
    text = "a,b,the third\n" + "".join(f"{x},{y},{z}\n" for x, y, z in zip(a, b, c, strict=True))
    formula = reading.parse("-(a - 2*b) / `the third` + 1.5e1 - .5")
    raw = made(tmp_path, text, recode("n", "compute", *formula.names, formula=formula))
    assert raw.frame["n"].astype(float).to_numpy() == pytest.approx(-(a - 2 * b) / c + 14.5, rel=1e-14)


def test_a_computed_entry_is_empty_where_an_input_is(tmp_path: Path) -> None:
    formula = reading.parse("p - e")
    raw = made(tmp_path, "p;e\n2,5;1\n;1\n3;-99\n1;4\n", recode("gap", "compute", "p", "e", formula=formula))
    assert raw.frame["gap"].tolist() == ["1.5", "", "", "-3"]
    assert raw.derived[0].changed is None and raw.derived[0].missing == 2


def test_sums_and_means_ask_for_enough_answers(tmp_path: Path) -> None:
    text = "a,b,c\n1,2,3\n1,,3\n,,3\n"
    columns = ("a", "b", "c")
    raw = made(tmp_path, text, recode("all", "sum", *columns), recode("some", "sum", *columns, at_least=2),
               recode("mean", "mean", *columns, at_least=1))
    assert entries(raw)["all"] == ["6", "", ""]
    assert entries(raw)["some"] == ["6", "6", ""]  # of two answers: their mean times three
    assert entries(raw)["mean"] == ["2", "2", "3"]


def test_words_of_the_codebook_count_as_their_codes(tmp_path: Path) -> None:
    words = {"a": {"no": 1.0, "yes": 2.0}}
    raw = made(tmp_path, "a,b\nYes,3\nno,4\n", recode("s", "sum", "a", "b", words=words))
    assert raw.frame["s"].tolist() == ["5", "5"]


def test_what_a_file_declares_missing_is_no_input(tmp_path: Path) -> None:
    from helpers.reading.recoding import recoded

    raw = reading.Raw(pd.DataFrame({"a": pd.Categorical(["8", "9"])}), np.arange(1, 3), ("a",), reading.How("sav"),
                      user_missing={"a": ("9",)})
    formula = reading.parse("a + 1")
    after, problems = recoded(raw, (recode("b", "compute", "a", formula=formula),), (), ".")
    assert after.frame["b"].tolist() == ["9", ""] and problems == []


def test_a_fault_in_the_second_file_names_that_file_and_line(tmp_path: Path) -> None:
    parts = (put(tmp_path, "a.csv", "q\n1\n", level="1"), put(tmp_path, "b.csv", "q\n2\nmany\n", level="2"))
    plan = Plan(parts, wave="w", recodes=(recode("d", "compute", "q", formula=reading.parse("q * 2")),))
    with pytest.raises(DataError) as raised:
        reading.assembled(plan, columns=["d"])
    assert raised.value.problems[0].values["lines"] == ["b.csv:3 (many)"]


def test_long_numbers_are_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        made(tmp_path, "q\n13912345678x\n", recode("d", "compute", "q", formula=reading.parse("q * 2")))
    assert "139" not in str(raised.value) and "###########x" in str(raised.value)


@pytest.mark.parametrize("text", [
    "a ** 2", "a // b", "a % b", "a < b", "a if b else c", "f(a)", "a.b.c(1)", "[a]", "a[0]", "'a'", "a b", "", "a +",
    "a; b", "a := 1", "__import__('os')", "lambda: a", "a @ b", "not a", "1_000 * a", "``+1", "a\nb", "08 + a",
    "1e999 * a", "(" * 500 + "a" + ")" * 500, "a" * 3000, "a, b", "0x10 + a", "2j * a", "~a",
])
def test_anything_but_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(reading.FormulaError):
        reading.parse(text)


@pytest.mark.parametrize(("text", "names"), [
    ("p1 - e1", ("p1", "e1")), ("`19-2. 보안` - 服务", ("19-2. 보안", "服务")), ("class + lambda", ("class", "lambda")),
    ("x.1 * ｑ１", ("x.1", "ｑ１")), ("e1 + 1e1", ("e1",)), ("+a - -a", ("a",)), ("_x + 1", ("_x",)),
])
def test_names_are_taken_as_written(text: str, names: tuple[str, ...]) -> None:
    assert reading.parse(text).names == names


def test_five_hundred_thousand_rows_are_mapped_by_their_different_entries(tmp_path: Path) -> None:
    from helpers.reading.recoding import recoded

    codes = np.random.default_rng(1).integers(0, 5, 500_000).astype(np.int8)
    column = pd.Categorical.from_codes(codes, categories=pd.Index(["1", "2", "3", "4", "5"], dtype=object))
    raw = reading.Raw(pd.DataFrame({"q": column}), np.arange(len(codes)), ("q",), reading.How("parquet"))
    ranges = (Range(1, 2, "low"), Range(3, 5, "high"))
    after, _ = recoded(raw, (recode("b", "ranges", "q", ranges=ranges),), (), ".")
    assert after.frame["b"].cat.codes.dtype == np.int8 and after.frame["b"].cat.categories.tolist() == ["low", "high"]
    assert (after.frame["b"] == "low").sum() == (codes < 2).sum()
