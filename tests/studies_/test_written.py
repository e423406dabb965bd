"""study.yml is data: every scalar keeps its text and its line, and nothing in it is executed or grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.errors import StudyError
from helpers.studies.written import LARGEST, read_written

SURPRISES = """groups:
  branch:
    order: [on, NO, 012, 0o17, 1_000, 2025-01-01, 1.10, 12:30:00, true]
empty:
tilde: ~
quoted: "~"
"""


def written(text: str | bytes, folder: Path):
    file = folder / "study.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_written(file, "study.yml")


def refused(text: str | bytes, folder: Path) -> tuple[str, str]:
    with pytest.raises(StudyError) as raised:
        written(text, folder)
    return raised.value.problems[0].id, raised.value.problems[0].where


def test_scalars_stay_as_written(tmp_path: Path) -> None:
    content = written(SURPRISES, tmp_path).content
    assert content["groups"]["branch"]["order"] == [
        "on", "NO", "012", "0o17", "1_000", "2025-01-01", "1.10", "12:30:00", "true"]


def test_only_a_plain_nothing_is_nothing(tmp_path: Path) -> None:
    content = written(SURPRISES, tmp_path).content
    assert "empty" not in content and "tilde" not in content
    assert content["quoted"] == "~"


def test_every_place_has_its_line(tmp_path: Path) -> None:
    found = written("\ufeffa: 1\n\n# comment\nb:\n  - x\n  - c: {d: 2}\n", tmp_path)
    assert found.lines == {("a",): 1, ("b",): 4, ("b", 0): 5, ("b", 1): 6, ("b", 1, "c"): 6, ("b", 1, "c", "d"): 6}
    assert found.line(("b", 1, "missing", "deeper")) == 6
    assert found.line(("nowhere",)) == 1


@pytest.mark.parametrize(("text", "line"), [
    ("model: |\n  a ~ b\n", 2),
    ("model: |  # comment\n\n\n  a ~ b\n", 2),
    ("title: x\nmodel: |-\n  a ~ b\n  c ~ d\n", 3),
    ("title: x\nmodel: >\n  a ~ b\n", 3),
])
def test_a_block_knows_where_its_text_begins(text: str, line: int, tmp_path: Path) -> None:
    found = written(text, tmp_path)
    assert found.blocks[("model",)] == line
    # Whatever the block holds, its lines count from there.
    position = found.content["model"].splitlines().index("a ~ b")
    assert text.splitlines()[line + position - 1].strip() == "a ~ b"


def test_a_million_laughs_are_not_laughed(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert refused(bomb, tmp_path) == ("studies.anchor", "study.yml, line 1")


@pytest.mark.parametrize(("text", "id", "line"), [
    ("a: !!python/object/apply:os.system ['true']\n", "studies.tag", 1),
    ("a: !include other.yml\n", "studies.tag", 1),
    ("a: !!str 5\n", "studies.tag", 1),
    ("x: 1\na: *other\n", "studies.anchor", 2),
    ("a: {" * 30 + "b: 1" + "}" * 30 + "\n", "studies.too_deep", 1),
    ("? [a, b]\n: 1\n", "studies.key_not_text", 1),
    ("- a\n- b\n", "studies.not_keys", 1),
    ("just a text\n", "studies.not_keys", 1),
    ("a: [1, 2\nb: 3\n", "studies.yaml_syntax", 2),
    ("a: 'open\n", "studies.yaml_syntax", 2),
    ("%YAML 9.0\n---\na: 1\n", "studies.yaml_syntax", 1),
    ("a: 1\nb: \x07\n", "studies.yaml_character", 2),
    (b"a: 1\nb: \xb0\xb2\xc8\xab\n", "studies.not_utf8", 2),
])
def test_what_is_no_declaration_is_refused(text: str | bytes, id: str, line: int, tmp_path: Path) -> None:
    assert refused(text, tmp_path) == (id, f"study.yml, line {line}")


def test_a_data_file_is_not_taken_for_a_declaration(tmp_path: Path) -> None:
    assert refused(b"a: 1\n" * (LARGEST // 5 + 1), tmp_path)[0] == "studies.too_large"
