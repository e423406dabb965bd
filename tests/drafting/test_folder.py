"""The folder appears as a whole or not at all, and what nobody has checked is listed."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import cli, drafting, run, studies
from helpers.drafting.yaml_text import scalar
from helpers.errors import DataError, StudyError
from helpers.studies.written import read_written


@pytest.fixture
def file(sheet, tmp_path):
    """Three items of one factor, one of them answered against the others, and the sexes in words."""
    sheet.block(["tr1", "tr2", "tr3"], turned=["tr3"])
    sheet.pick("gender", ["f", "m"])
    sheet.spoil("tr1", "-99")
    return sheet.write(tmp_path / "export.csv")


def test_the_file_is_copied_byte_by_byte_and_nothing_else_is_left(file, tmp_path):
    made = drafting.new(tmp_path / "mine", file)
    assert sorted(path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*")) == [
        "codebook.csv", "raw", "raw/export.csv", "study.yml"]
    assert (made.folder / "raw" / "export.csv").read_bytes() == file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "mine"]


def test_a_folder_with_content_is_left_as_it_is(file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyError, match="not empty; nothing was changed"):
        drafting.new(tmp_path / "mine", file)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(file, tmp_path):
    (tmp_path / "mine").mkdir()
    assert drafting.new(tmp_path / "mine", file).folder == tmp_path / "mine"


def test_what_fails_in_the_middle_leaves_nothing(file, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        drafting.new(tmp_path / "deep" / "mine", file)
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize(("source", "said"), [
    ("nowhere.csv", "There is no such file. Give the path of the data file after --from"),
    ("photo.png", "kind that is not read")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, source, said):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(DataError, match=said):
        drafting.new(tmp_path / "mine", tmp_path / source)
    assert not (tmp_path / "mine").exists()


def test_nothing_is_reversed_and_every_guess_is_listed(file, tmp_path):
    made = drafting.new(tmp_path / "mine", file)
    declared = studies.load(made.folder)
    assert declared.reversed == ()
    marks = run.unchecked(declared)
    text = (made.folder / "study.yml").read_text(encoding="utf-8").splitlines()
    assert len(marks) == sum("# check: " in line for line in text) > 4
    for mark in marks:
        line = int(mark.where.rsplit(" ", 1)[1])
        assert "# check: " in text[line - 1]
    assert any("reversed: [tr3]" in mark.sentence() for mark in marks)


def test_marks_are_found_in_the_codebook_and_gone_when_deleted(sheet, drafted):
    words = ["Never", "Rarely", "Sometimes", "Often", "Always"]
    sheet.block(["tr1", "tr2", "tr3"], words=words)
    declared = drafted(sheet)
    (mark,) = [mark for mark in run.unchecked(declared) if "codebook.csv" in mark.where]
    assert mark.where.endswith("line 2")
    assert "the order of the answers in words was guessed" in mark.sentence()
    for name in ("study.yml", "codebook.csv"):
        path = declared.folder / name
        text = path.read_text(encoding="utf-8-sig").replace("# check:", "#").replace(",check\n", "\n")
        path.write_text(text.replace(",the order of the answers in words was guessed\n", "\n").replace(
            "Always,\n", "Always\n"), encoding="utf-8", newline="\n")
    assert run.unchecked(studies.load(declared.folder)) == []


@pytest.mark.parametrize(("language", "said"), [("en", "still to check: "), ("zh", "尚待核对：")])
def test_commands(file, tmp_path, capsys, monkeypatch, language, said):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["new", "mine", "--from", str(file), "--language", language]) == 0
    told = capsys.readouterr().out
    assert "assurance check mine" in told
    assert cli.main(["check", "mine", "--language", language]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) > 5
    assert all(said in line for line in listed[1:])
    assert cli.main(["new", "mine", "--from", str(file), "--language", language]) == 2
    assert capsys.readouterr().err.startswith("StudyError: mine: ")


def test_the_demo_has_nothing_left_to_check(project_root):
    assert run.unchecked(studies.load(project_root / "data" / "demo")) == []


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_header_is_written_so_that_it_is_read_back(tmp_path_factory, header):
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_text(f"a:\n  {scalar(header)}: {{b: {scalar(header)}, c: [{scalar(header)}]}}\n", encoding="utf-8",
                    newline="\n")
    assert read_written(file, "any.yml").content == {"a": {header: {"b": header, "c": [header]}}}


def test_a_column_that_the_suite_refuses_is_left_out_with_the_reason(sheet, drafted, text_of):
    sheet.block(["tr1", "tr2", "tr3"])
    sheet.add("company", lambda row: "A" if row else "B")
    sheet.pick("brand", ["A", "B"])
    sheet.pick("agent", ["王小明", "李娜", "张伟", "刘洋"])
    declared = drafted(sheet)
    assert (list(declared.groups), list(declared.profile)) == (["brand"], ["company"])
    assert "#   Would be refused: " in text_of(declared)
    assert "names of people" in text_of(declared)
    assert not any(name in text_of(declared) for name in ("王小明", "李娜", "张伟", "刘洋"))


def test_a_level_that_is_the_items_code_for_no_answer_is_told(sheet, drafted, text_of):
    sheet.block(["tr1", "tr2", "tr3"])
    sheet.spoil("tr2", "0")
    sheet.pick("gender", ["0", "1"])
    declared = drafted(sheet)
    assert declared.responses.missing_codes == ("0",)
    assert "gender" not in declared.profile
    assert "One of its groups (0) is written like a code for no answer" in text_of(declared)
