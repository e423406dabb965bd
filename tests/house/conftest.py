"""The repository as the house tests see it: files with their syntax trees, notebooks, the catalogue."""

from __future__ import annotations

import ast
import gc
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

GENERATED = {".git", ".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache", ".hypothesis",
             "build", "dist"}


class Source(NamedTuple):
    """One Python file."""

    path: Path
    name: str  # relative to the root, with forward slashes
    tree: ast.Module
    lines: list[str]
    nodes: list[ast.AST]  # all of the tree, as `ast.walk` finds them: several tests go through them

    def __repr__(self) -> str:  # pytest shows arguments of a failed test
        return self.name


class Notebook(NamedTuple):
    """One notebook, and its code cells as trees."""

    name: str
    content: dict

    def __repr__(self) -> str:
        return self.name

    @property
    def cells(self) -> list[dict]:
        return self.content["cells"]

    @property
    def code(self) -> list[dict]:
        return [cell for cell in self.cells if cell["cell_type"] == "code"]


def text_of(cell: dict) -> str:
    """Source of a cell as one string."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _read(root: Path, path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    return Source(path, path.relative_to(root).as_posix(), tree, text.splitlines(), list(ast.walk(tree)))


def _all(root: Path, paths: Iterable[Path]) -> list[Source]:
    """Read files; millions of nodes live to the end, so that the search for garbage need not go through them."""
    gc.disable()
    try:
        return [_read(root, path) for path in paths]
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def package(project_root: Path) -> list[Source]:
    """Every module of the package."""
    found = _all(project_root, sorted((project_root / "src" / "helpers").rglob("*.py")))
    assert found, "src/helpers holds no module"
    return found


@pytest.fixture(scope="session")
def programs(project_root: Path, package: list[Source]) -> list[Source]:
    """Every Python file that users run: the package, bootstrap.py, the demo's generator, the benchmarks."""
    paths = [path for folder in ("data/demo", "benchmarks") for path in sorted((project_root / folder).rglob("*.py"))]
    return [*package, *_all(project_root, [project_root / "bootstrap.py", *paths])]


@pytest.fixture(scope="session")
def every_source(project_root: Path, programs: list[Source]) -> list[Source]:
    """Every Python file of the repository, tests included."""
    return [*programs, *_all(project_root, sorted((project_root / "tests").rglob("*.py")))]


@pytest.fixture(scope="session")
def notebooks(project_root: Path) -> list[Notebook]:
    """Every notebook that ships."""
    paths = sorted((project_root / "notebooks").glob("*.ipynb"))
    return [Notebook(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in paths]


@pytest.fixture(scope="session")
def repository_files(project_root: Path) -> list[str]:
    """Names of the files that belong to the repository: what git knows or would add, else all that is not generated."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=project_root,
                            capture_output=True, encoding="utf-8", check=False)
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
        return sorted({name for name in names if name and (project_root / name).is_file()})
    paths = (path.relative_to(project_root) for path in project_root.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if not GENERATED & set(path.parts) and path.parts[0] != "reports")
