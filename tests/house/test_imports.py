"""Data flows one way: a room imports only what the floor plan lets it, and heavy packages stay where they are used."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys

import pytest

STATISTICS = {"sem", "measurement", "moments", "parallel", "errors"}
MAY_IMPORT = {
    "words": set(),
    "errors": {"words"},
    "parallel": {"errors"},
    "disclosure": {"errors"},
    "reading": {"errors"},
    "syntax": {"errors"},
    "moments": {"errors"},
    "studies": {"errors", "words", "reading", "syntax"},
    "survey": {"studies", "reading", "moments", "disclosure", "errors"},
    "sem": {"syntax", "moments", "parallel", "errors"},
    "measurement": {"sem", "moments", "parallel", "errors"},
    "quality": STATISTICS,
    "cases": STATISTICS,
    "monitoring": STATISTICS,
    "replication": STATISTICS,
    "drafting": {"studies", "survey", "reading", "disclosure", "measurement", "words", "errors"},
    "figures": {"errors", "words"},
    "report": {"errors", "words", "disclosure", "figures"},
}
# Inside `sem` as well: a folder imports only itself and those before it.
ORDER_IN_SEM = ["model", "estimation", "inference", "fitting", "checking", "resampling", "groups", "simulation",
                "reporting"]
EVERYTHING = {"run", "cli", "__main__"}
FOR_TYPE_HINTS = {("report", "studies")}
NO_ROOM = {"on_demand"}  # of the package itself: how a room loads its modules
ONE_MODULE_EACH = [{"semopy"}, {"pingouin"}, {"joblib", "dask", "distributed"}, {"papermill"}, {"ruamel"}, {"pydantic"},
                   {"nbconvert"}, {"pyreadstat"}]
# Each costs .2 to 1.7 s: `import helpers.<room>` must not pay for what a notebook never calls.
HEAVY = {"scipy.stats", "scipy.optimize", "matplotlib", "seaborn", "statsmodels", "pydantic", "semopy", "pingouin",
         "openpyxl", "nbconvert", "papermill", "sklearn", "joblib"}
CONTRACT_ROOMS = "studies, survey, measurement, sem, cases, figures, report"


def room_of(source) -> str:
    """The room that a file belongs to: src/helpers/sem/fit.py -> sem."""
    return source.name.split("/")[2].removesuffix(".py")


def imports(source):
    """Every import of a file, (dotted name, line, only for type hints), function-level ones included."""
    guarded = {id(inner) for node in source.nodes
               if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
               for statement in node.body for inner in ast.walk(statement)}
    package = source.name.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").split("/")
    folder = package if source.name.endswith("__init__.py") else package[:-1]
    for node in source.nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{start}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [node.args[0].value] if node.args and isinstance(node.args[0], ast.Constant) else []
        else:
            continue
        for name in names:
            yield name, node.lineno, id(node) in guarded


@pytest.fixture(scope="module")
def imported(package):
    """Every file with its imports, found once."""
    return [(source, list(imports(source))) for source in package]


def test_rooms_import_only_what_the_floor_plan_allows(imported) -> None:
    wrong = []
    for source, found in imported:
        room = room_of(source)
        if room in EVERYTHING or room == "__init__":
            continue
        for name, line, for_types in found:
            parts = name.split(".")
            other = parts[1] if parts[0] == "helpers" and len(parts) > 1 else None
            if other is None or other == room or other.startswith("__") or other in NO_ROOM:
                continue
            if other not in MAY_IMPORT[room] and not (for_types and (room, other) in FOR_TYPE_HINTS):
                wrong.append(f"{source.name}:{line}: {room} imports {other}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("packages", ONE_MODULE_EACH, ids=lambda packages: "+".join(sorted(packages)))
def test_one_module_imports(imported, packages: set[str]) -> None:
    importers = {source.name for source, found in imported
                 for name, _, _ in found if name.split(".")[0] in packages}
    assert len(importers) == 1, f"imported by {sorted(importers)}"


def test_foreign_formats_are_opened_in_reading_alone(package) -> None:
    readers = {"read_csv", "read_table", "read_excel", "read_spss", "read_stata", "read_sas", "load_workbook"}
    allowed = {"reading": readers, "report": {"read_csv"}}  # report reads back the tables that it wrote itself
    wrong = [f"{source.name}:{node.lineno}: {node.attr}"
             for source in package for node in source.nodes
             if isinstance(node, ast.Attribute) and node.attr in readers - allowed.get(room_of(source), set())]
    assert not wrong, "\n" + "\n".join(wrong)


def test_importing_the_rooms_loads_nothing_heavy() -> None:
    code = f"import sys; from helpers import {CONTRACT_ROOMS}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert "helpers.sem" in loaded
    assert loaded & HEAVY == set()


def test_rooms_load_a_module_when_it_is_asked_for() -> None:
    """Each name is what its module defines, a module of the same name does not hide it, and nothing comes unasked."""
    code = ("import sys; from helpers import measurement, sem; before = {*sys.modules}; "
            "import helpers.measurement.structures, helpers.sem.fitting.fit as module; "
            "print(callable(measurement.structures), sem.fit is module.fit, sem.fitting.__name__, "
            "hasattr(sem, 'nothing'), 'fit' in dir(sem), 'helpers.sem.fitting.fit' in before)")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert ran.stdout.split() == ["True", "True", "helpers.sem.fitting", "False", "True", "False"], ran.stderr


@pytest.mark.parametrize("room", ["sem", "measurement", "survey", "cases", "figures", "moments"])
def test_rooms_offer_what_they_list(room: str) -> None:
    module = importlib.import_module(f"helpers.{room}")
    assert sorted(name for name in dir(module) if not name.startswith("_") and name in module._offered) \
        == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name).__name__ == name


def test_statistics_never_see_a_study(package) -> None:
    """They take tables and names, so that they can be used, and tested, without a study."""
    statistics = {"sem", "measurement", "quality", "cases", "monitoring", "replication", "moments", "figures"}
    wrong = [f"{source.name}:{node.lineno}" for source in package if room_of(source) in statistics
             for node in source.nodes
             if isinstance(node, ast.arg) and node.annotation is not None
             and {"Study", "Answers"} & set(re.findall(r"\w+", ast.unparse(node.annotation)))]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(("code", "found"), [
    ("def f():\n    from helpers import report", "helpers.report"),
    ("import helpers.report as r", "helpers.report"),
    ("from helpers.report import Page", "helpers.report.Page"),
    ("from .. import report", "helpers.report"),
    ("from ..report.page import Page", "helpers.report.page.Page"),
    ("from . import indices", "helpers.sem.indices"),
    ("importlib.import_module('helpers.report')", "helpers.report"),
])
def test_the_search_for_imports_finds(code: str, found: str) -> None:
    source = type("Parsed", (), {"nodes": list(ast.walk(ast.parse(code))), "name": "src/helpers/sem/fit.py"})
    assert [name for name, _, _ in imports(source)] == [found]


def test_the_search_for_imports_tells_type_hints_apart() -> None:
    code = "if TYPE_CHECKING:\n    from helpers import studies\nfrom helpers import words"
    source = type("Parsed", (), {"nodes": list(ast.walk(ast.parse(code))), "name": "src/helpers/report/page.py"})
    assert [(name, hint) for name, _, hint in imports(source)] == [("helpers.words", False), ("helpers.studies", True)]


def test_estimation_flows_one_way(imported) -> None:
    wrong, seen = [], set()
    for source, found in imported:
        place = source.name.split("/")[2:]
        if place[0] != "sem" or len(place) < 3:
            continue
        seen.add(place[1])
        for name, line, _ in found:
            parts = name.split(".")
            if parts[:2] == ["helpers", "sem"] and len(parts) > 2 and parts[2] in ORDER_IN_SEM \
                    and ORDER_IN_SEM.index(parts[2]) > ORDER_IN_SEM.index(place[1]):
                wrong.append(f"{source.name}:{line} imports {name}")
    assert wrong == []
    assert sorted(seen) == sorted(ORDER_IN_SEM)
