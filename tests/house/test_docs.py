"""What the documents tell people to type exists, where they point there is something, and no machine is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import __version__

DOCUMENTS = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md"]
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|(?:src|href)=\"([^\"#]+)\"")
# The character class hides each pattern from itself: this file must not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.~}/-])/(?:[r]oot|[h]ome|[w]ork|[U]sers|[o]pt)/\w|[A-Z]:\\[U]sers\\")
REGISTRY_HOSTS = re.compile(r"[p]ypi\.(org|tuna|douban)|python[h]osted\.org|ana[c]onda\.org|tuna\.[t]singhua|"
                            r"mirrors\.[a]liyun|npm[j]s\.org|cran\.[r]-project", re.IGNORECASE)
BINARY = {".png", ".xlsx", ".ico", ".jpg", ".gz", ".zip", ".sav"}


@pytest.fixture(scope="module")
def make_targets(project_root: Path) -> set[str]:
    text = (project_root / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


@pytest.fixture(scope="module")
def subcommands() -> set[str]:
    """Commands that the program itself lists in its help, one per line."""
    asked = subprocess.run([sys.executable, "-m", "helpers", "--help"], capture_output=True, encoding="utf-8",
                           check=False)
    assert asked.returncode == 0, asked.stderr
    listed = re.findall(r"^ {4}([a-z]+)(?: |$)", asked.stdout, re.MULTILINE)
    assert listed, asked.stdout
    return set(listed)


def commands(project_root: Path, name: str) -> str:
    """All code of a document, inline and in blocks."""
    return "\n".join(CODE.findall((project_root / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_say_something(project_root: Path, name: str) -> None:
    assert len((project_root / name).read_text(encoding="utf-8").split()) > 20


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_in_documents_exist(project_root: Path, make_targets: set[str], name: str) -> None:
    asked = set(re.findall(r"\bmake ([a-z]+)\b", commands(project_root, name)))
    assert asked <= make_targets
    assert asked or name not in {"README.md", "README.zh.md", "CONTRIBUTING.md"}, "names no command at all"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_documents_exist(project_root: Path, subcommands: set[str], name: str) -> None:
    asked = set(re.findall(r"(?:\bassurance(?:\.exe)?|-m helpers) ([a-z]+)\b", commands(project_root, name)))
    assert asked <= subcommands


def test_make_targets_call_commands_that_exist(project_root: Path, subcommands: set[str]) -> None:
    text = (project_root / "Makefile").read_text(encoding="utf-8")
    asked = set(re.findall(r"-m helpers ([a-z]+)", text))
    assert {"report", "check", "lab"} <= asked <= subcommands
    scripts = re.findall(r"\b((?:tests|benchmarks)/[\w/]+\.(?:py|R))\b", text)
    assert scripts
    assert [script for script in scripts if not (project_root / script).is_file()] == []


def test_make_help_lists_every_target(make_targets: set[str], project_root: Path) -> None:
    told = set(re.findall(r"^([a-z]+):.*## \S", (project_root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert make_targets - told == {"ready"}, "ready is what the others need, not something to type"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(project_root: Path, name: str) -> None:
    targets = [first or second for first, second in LINK.findall((project_root / name).read_text(encoding="utf-8"))]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (project_root / target).exists()] == []


def test_no_machine_and_no_registry_is_named(project_root: Path, repository_files: list[str]) -> None:
    wrong = []
    for name in repository_files:
        if Path(name).suffix in BINARY:
            continue
        text = (project_root / name).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if MACHINE_PATHS.search(line) or REGISTRY_HOSTS.search(line) or str(project_root) in line:
                wrong.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_one_version_everywhere(project_root: Path) -> None:
    import tomllib

    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (.+)$", (project_root / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert {project["version"], cited.group(1)} == {__version__}
