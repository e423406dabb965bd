"""A small checkout to set up, and whether packages can be had at all."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TINY_PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "tiny"
version = "1.0"

[tool.setuptools.packages.find]
where = ["src"]
"""


@pytest.fixture(scope="session")
def load() -> Callable[[Path], ModuleType]:
    """Import the bootstrap.py of a checkout."""
    def imported(checkout: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location("bootstrap", checkout / "bootstrap.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    return imported


@pytest.fixture
def checkout(tmp_path: Path, project_root: Path, load: Callable[[Path], ModuleType]) -> Path:
    """A package of one line whose lock holds the two build tools, with our bootstrap.py."""
    folder = tmp_path / "a checkout"  # with a blank, as folders have
    (folder / "src" / "tiny").mkdir(parents=True)
    (folder / "src" / "tiny" / "__init__.py").write_text("ANSWER = 42\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(TINY_PROJECT, encoding="utf-8")
    shutil.copy(project_root / "bootstrap.py", folder)
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    part = load(folder).part_of_lock(lock, ("setuptools", "wheel"))
    (folder / "requirements.lock").write_text(part, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def package_index(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where pip cannot fetch so much as one small package, and say what it said."""
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    wheel = re.search(r"^wheel==[\d.]+", lock, re.MULTILINE).group()
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--retries", "0"]
    asked = subprocess.run([*download, "--timeout", "20", "--dest", str(tmp_path_factory.mktemp("index")), wheel],
                           capture_output=True, encoding="utf-8", check=False)
    if asked.returncode != 0:
        pytest.skip(f"no package index can be reached: {asked.stderr.strip().splitlines()[-1:]}")
