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
    installed = subprocess.run([*pip, "install", "--quiet", "--no-compile", "-r", "block.txt"], cwd=copy,
                               capture_output=True, encoding="utf-8", check=False)
    assert installed.returncode == 0, installed.stderr

    listed = subprocess.run([*pip, "list", "--format=json"], capture_output=True, encoding="utf-8", check=True)
    found = {canonicalize_name(each["name"]): each["version"] for each in json.loads(listed.stdout)}
    constraints = ENTRY.findall((copy / "constraints.txt").read_text(encoding="utf-8"))
    pinned = {name: version for name, version, marker in constraints if not marker or Marker(marker).evaluate()}
    assert found == pinned | {name: found.get(name) for name in ("pip", "assurance-notebooks")}
    subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
    ran = subprocess.run([str(python), "-c", "import helpers; print(helpers.__file__)"], capture_output=True,
                         encoding="utf-8", check=True, cwd=tmp_path)
    assert Path(ran.stdout.strip()) == copy / "src" / "helpers" / "__init__.py"
