"""A reader finds the room by reading folder names: nothing lies where the floor plan has no place for it."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

TOP_LEVEL = {
    "README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE",
    "Makefile", "bootstrap.py", "pyproject.toml", "environment.yml", "requirements.lock", "constraints.txt",
    ".gitignore", ".gitattributes", ".ci", "data", "notebooks", "src", "tests", "benchmarks", "reports", "docs",
}
OPTIONAL = {".gitattributes", "docs"}
ROOMS = {
    "errors", "words", "parallel", "disclosure", "reading", "syntax", "moments", "studies", "survey", "sem",
    "measurement", "quality", "cases", "monitoring", "replication", "drafting", "figures", "report", "run", "cli",
}
NOT_BUILT_YET = {"monitoring"}
BESIDE_ROOMS = {"__init__", "__main__"}
TEST_FOLDERS = ROOMS | {"house", "setup", "oracle", "demo", "notebooks", "studies_"}
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 60  # without its docstring


def test_top_level_is_the_floor_plan(repository_files: list[str]) -> None:
    present = {name.split("/")[0] for name in repository_files}
    assert sorted(present - TOP_LEVEL) == [], "not on the floor plan"
    assert sorted(TOP_LEVEL - OPTIONAL - present) == [], "on the floor plan, but missing"


def test_package_has_the_rooms_of_the_floor_plan(project_root: Path) -> None:
    entries = [path for path in (project_root / "src" / "helpers").iterdir() if path.name != "__pycache__"]
    present = {path.stem for path in entries if path.suffix == ".py" or path.is_dir()}
    assert sorted(present - ROOMS - BESIDE_ROOMS) == [], "no such room on the floor plan"
    assert sorted(ROOMS - NOT_BUILT_YET - present) == [], "rooms of the floor plan that are missing"


def test_tests_mirror_the_rooms(repository_files: list[str]) -> None:
    folders = {name.split("/")[1] for name in repository_files if name.startswith("tests/") and name.count("/") > 1}
    assert sorted(folders - TEST_FOLDERS) == [], "no such room"
    assert sorted(ROOMS - NOT_BUILT_YET - folders) == [], "rooms without a folder of tests"


def test_files_stay_short_enough_to_read(package) -> None:
    long = {source.name: len(source.lines) for source in package if len(source.lines) > MOST_LINES_OF_A_FILE}
    assert long == {}, "split by the question that each part answers"


def test_functions_stay_short_enough_to_read(package) -> None:
    long = []
    for source in package:
        for node in source.nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                docstring = node.body[0] if ast.get_docstring(node) is not None else None
                lines = node.end_lineno - node.lineno + 1
                lines -= docstring.end_lineno - docstring.lineno + 1 if docstring else 0
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long.append(f"{source.name}:{node.lineno} {node.name} has {lines} lines")
    assert not long, "\n" + "\n".join(long)


def test_modules_say_which_question_they_answer(package) -> None:
    silent = [source.name for source in package if not ast.get_docstring(source.tree)]
    assert silent == []


def test_no_private_study_can_slip_into_git(project_root: Path) -> None:
    if not (project_root / ".git").exists():
        pytest.skip("not a git checkout: nothing can be committed from here")
    ignored = {"data/acme/study.yml": True, "data/acme/raw/responses.csv": True, "reports/acme/index.html": True,
               "notebooks/mine/draft.ipynb": True, "data/demo/study.yml": False, "data/demo_pilot/study.yml": False,
               "data/published/x/study.yml": False}
    found = {}
    for name in ignored:
        asked = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", name], cwd=project_root, check=False)
        found[name] = asked.returncode == 0
    assert found == ignored
