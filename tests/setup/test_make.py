"""The Makefile says what it can do, hands on what it is given, and runs under the make that macOS ships (3.81)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NEWER_THAN_3_81 = re.compile(r"\.ONESHELL|\.RECIPEPREFIX|::=|^[A-Z_]+ *!=|\$\((?:file|guile) ", re.MULTILINE)


@pytest.fixture
def make(project_root: Path):
    """Run make on the real Makefile."""
    if shutil.which("make") is None:
        pytest.skip("this machine has no make; python bootstrap.py and assurance are the same without it")

    def run(*arguments: str, **variables: str) -> str:
        # Desktops set LANGUAGE; a make that runs this test hands its own flags down.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        ran = subprocess.run(["make", *arguments], cwd=project_root, env=environment | variables, capture_output=True,
                             encoding="utf-8", check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout
    return run


def test_help_is_what_make_alone_prints(make) -> None:
    said = make()
    assert said == make("help")
    for target in ("setup", "report", "test", "lab", "check", "lint", "lock", "oracle", "validate", "bench",
                   "clean"):
        assert re.search(rf"^  make {target} +\S", said, re.MULTILINE)
    assert "STUDY" in said
    assert "REPORT_LANGUAGE" in said


def test_report_hands_on_study_and_language(make) -> None:
    assert "-m helpers report data/demo --language en" in make("-n", "report", LANGUAGE="zh_CN:zh")
    assert "-m helpers report data/a data/b --language zh" in make(
        "-n", "report", "STUDY=data/a data/b", "REPORT_LANGUAGE=zh")


def test_test_and_report_set_up_first(make) -> None:
    for target in ("report", "test", "lab", "check", "lint", "validate", "bench"):
        assert make("-n", target).splitlines()[0].endswith("bootstrap.py --quiet")


def test_nothing_that_an_older_make_lacks(project_root: Path) -> None:
    assert NEWER_THAN_3_81.findall((project_root / "Makefile").read_text(encoding="utf-8")) == []


def test_ci_runs_what_everybody_runs(project_root: Path) -> None:
    script = project_root / ".ci" / "run"
    assert script.read_text(encoding="utf-8").rstrip().endswith("make test")
    assert os.name == "nt" or os.access(script, os.X_OK)
