"""Notebooks run in this Python and in surroundings of their own, and leave no trace of where and when they ran."""

import json
import os
import sys

import pytest

from helpers import parallel, report

from . import conftest

LOOK = """\
import json, os, sys
from pathlib import Path
folder = Path(output) / "tables" / "01_first"
folder.mkdir(parents=True)
found = {"executable": sys.executable, "variables": dict(os.environ), "study": study}
(folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
print("seen by the reader")"""


@pytest.fixture
def alone(call):
    """A suite of one notebook that looks about."""
    (call.suite / "02_second.ipynb").unlink()
    conftest.write_notebook(call.suite / "01_first.ipynb", LOOK)
    return call


def _found(call):
    return json.loads((call.folder / "tables" / "01_first" / "found.json").read_text(encoding="utf-8"))


def test_this_python_runs_with_one_thread_whatever_else_is_installed(alone, tmp_path, monkeypatch):
    foreign = tmp_path / "foreign" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["no-such-python", "-f", "{connection_file}"], "display_name": "Foreign", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "foreign"))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "profile"))
    monkeypatch.setenv(parallel.WORKERS_VARIABLE, "8")
    assert alone(workers=2) == 0
    found = _found(alone)
    assert found["executable"] == sys.executable
    assert {found["variables"][name] for name in parallel.BLAS_VARIABLES} == {"1"}
    assert found["variables"][parallel.WORKERS_VARIABLE] == "4"
    assert found["variables"]["PYTHONHASHSEED"] == "0"
    assert not (tmp_path / "profile").exists()
    assert "encryption" not in alone.said


def test_two_runs_write_the_same_bytes_and_no_path_of_staging(alone):
    conftest.write_notebook(alone.suite / "01_first.ipynb", "print('seen by the reader')", "{}['a'] if draws else 3")
    kept = []
    for _ in range(2):
        assert alone(force=True) == 0
        kept.append({name: (alone.folder / name).read_bytes() for name in alone.times() if name != "manifest.json"})
    assert kept[0] == kept[1]
    notebook = kept[0]["notebooks/01_first.ipynb"].decode()
    assert "seen by the reader" in notebook
    assert ".staging-" not in "".join(content.decode() for name, content in kept[0].items()
                                      if name.endswith((".html", ".ipynb")))
    assert report.verify(alone.folder).empty


def test_a_study_outside_the_project_is_named_without_its_folder(alone, tmp_path):
    assert alone() == 0
    assert _found(alone)["study"] == str(alone.study)
    for name in ("index.html", "manifest.json"):
        assert str(tmp_path) not in (alone.folder / name).read_text(encoding="utf-8")


def test_a_study_of_the_project_is_named_from_its_root(alone, monkeypatch, tmp_path):
    from helpers.studies import places

    monkeypatch.setattr(places, "root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert alone() == 0
    assert _found(alone)["study"] == "tiny"
    assert os.fspath(tmp_path) not in (alone.folder / "index.html").read_text(encoding="utf-8")
