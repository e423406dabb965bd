"""pip, conda and maintainers install the same versions: pyproject.toml, lock, constraints and environment.yml agree."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ENTRY = re.compile(r"^([a-z0-9._-]+)==([^ ;\\\n]+)(?: ; ([^\\\n]+))?", re.MULTILINE)


@pytest.fixture(scope="module")
def project(project_root: Path) -> dict:
    return tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lock(project_root: Path) -> str:
    return (project_root / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def needed(project: dict) -> dict[str, Requirement]:
    """What pyproject.toml names: the suite's own dependencies and those of its tests."""
    named = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["test"]]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in named}


@pytest.fixture(scope="module")
def environment(project_root: Path) -> dict:
    return YAML(typ="safe").load((project_root / "environment.yml").read_text(encoding="utf-8"))


def pip_block(environment: dict) -> list[str]:
    return next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))


def test_lock_satisfies_pyproject(needed: dict[str, Requirement], lock: str) -> None:
    pinned = {name: version for name, version, _ in ENTRY.findall(lock)}
    assert needed.keys() - pinned.keys() == set(), "make lock"
    assert [name for name, requirement in needed.items() if pinned[name] not in requirement.specifier] == []


def test_lock_pins_one_version_per_package(lock: str) -> None:
    names = [name for name, _, _ in ENTRY.findall(lock)]
    assert len(names) == len(set(names)), "a second version for another Python doubles what must be tested"


def test_lock_is_hashed_and_names_no_place(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", lock)
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"(?:https?|file)://\S+|--(?:index|extra|find)\S*", lock) == []


def test_constraints_are_the_lock_without_hashes(project_root: Path, lock: str) -> None:
    constraints = (project_root / "constraints.txt").read_text(encoding="utf-8")
    pinned = [(name, version, marker.strip()) for name, version, marker in ENTRY.findall(lock)]
    assert ENTRY.findall(constraints) == pinned, "make lock writes both"
    assert "--hash" not in constraints


def test_environment_yml_names_what_pyproject_names(environment: dict, needed: dict[str, Requirement]) -> None:
    block = pip_block(environment)
    assert block[:2] == ["-c constraints.txt", "-e ."]
    assert {canonicalize_name(name) for name in block[2:]} == needed.keys()


def test_one_range_of_pythons(environment: dict, project: dict, project_root: Path) -> None:
    required = project["project"]["requires-python"]
    (conda,) = [entry for entry in environment["dependencies"] if str(entry).startswith("python>")]
    assert SpecifierSet(conda.removeprefix("python")) == SpecifierSet(required)
    bounds = re.search(r"OLDEST, NEWEST = \((\d+), (\d+)\), \((\d+), (\d+)\)",
                       (project_root / "bootstrap.py").read_text(encoding="utf-8"))
    oldest, newest = bounds.group(1, 2), bounds.group(3, 4)
    assert required == f">={'.'.join(oldest)},<{newest[0]}.{int(newest[1]) + 1}"


def test_macs_with_an_intel_processor_find_wheels(lock: str) -> None:
    """Newer releases of this one package dropped them; without a wheel pip would want a compiler."""
    (version,) = re.findall(r"^argon2-cffi-bindings==(\d+)", lock, re.MULTILINE)
    assert int(version) < 26


def test_what_runs_here_is_what_the_lock_says(lock: str) -> None:
    here = default_environment()
    pinned = {name: version for name, version, marker in ENTRY.findall(lock)
              if not marker or Marker(marker.strip()).evaluate(here)}
    installed = {canonicalize_name(each.metadata["Name"]): each.version for each in metadata.distributions()}
    different = {name: (version, installed.get(name)) for name, version in pinned.items()
                 if installed.get(name) != version}
    assert different == {}, "the environment is older than the lock: make setup"


def test_an_installed_copy_would_hold_every_file(project: dict, project_root: Path) -> None:
    """Catalogue, schema and templates are data: they come along only if package-data names their kind."""
    (globs,) = project["tool"]["setuptools"]["package-data"].values()
    package = project_root / "src" / "helpers"
    files = {path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    named = {path for pattern in globs for path in package.glob(pattern)}
    assert files
    assert {path.relative_to(package).as_posix() for path in files - named} == set()
