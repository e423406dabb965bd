"""What conda's users get, environment.yml's pip block, installs in one call and gives the locked versions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ENTRY = re.compile(r"^([a-z0-9._-]+)==([^ ;\\\n]+)(?: ; ([^\\\n]+))?", re.MULTILINE)


@pytest.mark.setup
def test_pip_block_gives_the_locked_versions(project_root: Path, tmp_path: Path, package_index) -> None:
    copy = tmp_path / "checkout"
    shutil.copytree(project_root / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt", "environment.yml"):
        shutil.copy(project_root / name, copy)
    asked = YAML(typ="safe").load((copy / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    block = next(entry["pip"] for entry in asked if isinstance(entry, dict))
    (copy / "block.txt").write_text("\n".join(block), encoding="utf-8")  # conda writes such a file beside the .yml

    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", str(bare)], check=True)
    python = bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "--no-input"]
    found, installed = tmp_path / "found.json", [*pip, "install", "--quiet", "--no-compile"]
    # what pip would install, wheels unpacked or not: the one call in which a conflict would show
    planned = subprocess.run([*installed, "--dry-run", "--report", str(found), "-r", "block.txt"], cwd=copy,
                             capture_output=True, encoding="utf-8", check=False)
    assert planned.returncode == 0, planned.stderr
    plan = [each["metadata"] for each in json.loads(found.read_text(encoding="utf-8"))["install"]]
    versions = {canonicalize_name(each["name"]): each["version"] for each in plan}
    constraints = ENTRY.findall((copy / "constraints.txt").read_text(encoding="utf-8"))
    pinned = {name: version for name, version, marker in constraints if not marker or Marker(marker).evaluate()}
    assert versions == pinned | {"assurance-notebooks": versions["assurance-notebooks"]}
    # what has no wheel, and the suite itself, are built
    built = subprocess.run([*installed, "--no-deps", "-c", "constraints.txt", "semopy", "-e", "."], cwd=copy,
                           capture_output=True, encoding="utf-8", check=False)
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([str(python), "-c", "import helpers; print(helpers.__file__)"], capture_output=True,
                         encoding="utf-8", check=True, cwd=tmp_path)
    assert Path(ran.stdout.strip()) == copy / "src" / "helpers" / "__init__.py"
