"""The generator of the demo study, imported from where it lies."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def demo(project_root: Path) -> Path:
    return project_root / "data" / "demo"


@pytest.fixture(scope="session")
def make_demo(demo: Path) -> ModuleType:
    sys.path.insert(0, str(demo))  # as `python data/demo/make_demo.py` does
    try:
        return importlib.import_module("make_demo")
    finally:
        sys.path.remove(str(demo))


@pytest.fixture(scope="session")
def population(make_demo: ModuleType) -> ModuleType:
    return sys.modules["population"]
