"""The set-up says in one sentence what is missing, does its work once, and repairs what was interrupted."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def change(file: Path) -> None:
    with open(file, "a", encoding="utf-8") as opened:
        opened.write("\n# changed\n")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], list[str]]:
    """Make a command that answers the probe as some other Python would."""
    def make(answer: str) -> list[str]:
        program = tmp_path / f"python{len(list(tmp_path.glob('python*.py')))}.py"
        program.write_text(f"print({answer!r})", encoding="utf-8")
        return [sys.executable, str(program)]
    return make


@pytest.fixture
def quick(checkout: Path, load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[ModuleType, list[str]]]:
    """Load bootstrap.py with steps that only note their calls in place of pip's; the environment itself is real."""
    installs: list[str] = []

    def make(folder: Path = checkout) -> tuple[ModuleType, list[str]]:
        bootstrap = load(folder)
        run = bootstrap.run
        monkeypatch.setattr(bootstrap, "run", lambda command, failed: run([*command, "--without-pip"], failed))
        monkeypatch.setattr(bootstrap, "install_lock", lambda: installs.append("lock"))
        monkeypatch.setattr(bootstrap, "install_suite", lambda: installs.append("suite"))
        return bootstrap, installs
    return make


@pytest.mark.parametrize(("answer", "said"), [
    ("3.9 True\nvenv", ["Python 3.9", "too old", "3.11 to 3.14"]),
    ("3.15 True\nvenv", ["Python 3.15", "too new", "3.11 to 3.14"]),
    ("3.12 True", ["Python 3.12", "venv", "ensurepip", "python3.12-venv"]),
    ("3.12 False\nvenv", ["32-bit", "64-bit"]),
    ("no Python at all", ["does not run as a Python", "3.11 to 3.14"]),
])
def test_what_is_missing_is_said_in_one_sentence(checkout, load, fake, monkeypatch, capsys, answer, said) -> None:
    bootstrap = load(checkout)
    monkeypatch.setattr(bootstrap, "candidates", lambda: [fake(answer)])
    assert bootstrap.main([]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    for part in [*said, "without administrator rights", "uv run", "environment.yml"]:
        assert part in output.err
    assert not (checkout / ".venv").exists()


def test_another_python_on_the_path_is_taken(checkout, load, fake) -> None:
    bootstrap = load(checkout)
    good = fake("3.12 True\nvenv")
    assert bootstrap.find_interpreter([fake("3.9 True\nvenv"), fake("3.13 True"), good]) == good


def test_this_python_is_asked_first_and_then_those_with_a_version_in_their_name(checkout, load, monkeypatch) -> None:
    bootstrap = load(checkout)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"somewhere/{name}" if name == "python3.12" else None)
    assert list(bootstrap.candidates())[:2] == [[sys.executable], ["somewhere/python3.12"]]


def test_old_pythons_can_read_it(project_root: Path) -> None:
    """Else they would show a SyntaxError instead of the sentence."""
    tree = ast.parse((project_root / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert "__future__" not in imported


def test_second_call_does_nothing(quick, capsys) -> None:
    bootstrap, installs = quick()
    assert bootstrap.main([]) == 0
    stamp = json.loads(bootstrap.STAMP.read_text(encoding="utf-8"))
    assert stamp["path"] == str(bootstrap.ROOT)
    assert stamp["python"] == "{}.{}".format(*sys.version_info)
    capsys.readouterr()
    assert bootstrap.main(["--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert bootstrap.main([]) == 0
    assert capsys.readouterr().out.startswith("Ready: ")
    assert installs == ["lock", "suite"]


def test_changed_lock_sets_up_anew(quick, checkout) -> None:
    bootstrap, installs = quick()
    bootstrap.main([])
    (bootstrap.VENV / "left over").mkdir()
    change(checkout / "requirements.lock")
    assert bootstrap.main([]) == 0
    assert installs == ["lock", "suite"] * 2
    assert not (bootstrap.VENV / "left over").exists()
    assert bootstrap.ready()


def test_changed_pyproject_installs_the_suite_alone(quick, checkout) -> None:
    bootstrap, installs = quick()
    bootstrap.main([])
    change(checkout / "pyproject.toml")
    assert bootstrap.ready() is None
    assert bootstrap.main([]) == 0
    assert installs == ["lock", "suite", "suite"]
    assert bootstrap.ready()


def test_moved_clone_sets_up_anew(quick, checkout) -> None:
    bootstrap, installs = quick()
    bootstrap.main([])
    elsewhere = checkout.with_name("elsewhere")
    shutil.move(checkout, elsewhere)
    moved, _ = quick(elsewhere)
    assert moved.ready() is None
    assert moved.main([]) == 0
    assert installs == ["lock", "suite"] * 2
    assert json.loads(moved.STAMP.read_text(encoding="utf-8"))["path"] == str(elsewhere)


def test_lost_interpreter_sets_up_anew(quick) -> None:
    """The Python that .venv points to may be upgraded away."""
    bootstrap, installs = quick()
    bootstrap.main([])
    bootstrap.PYTHON.unlink()
    assert bootstrap.main([]) == 0
    assert installs == ["lock", "suite"] * 2


@pytest.mark.parametrize("step", ["run", "install_lock", "install_suite", "write_stamp"])
def test_interrupted_set_up_is_repaired(quick, monkeypatch, capsys, step: str) -> None:
    bootstrap, _ = quick()
    with monkeypatch.context() as patched:
        patched.setattr(bootstrap, step, interrupted)
        assert bootstrap.main([]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert bootstrap.ready() is None
    assert bootstrap.main([]) == 0
    assert bootstrap.ready()


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_set_up_killed_while_it_renews_does_not_look_complete(quick, checkout, monkeypatch, name: str) -> None:
    bootstrap, _ = quick()
    bootstrap.main([])
    as_it_was = (checkout / name).read_text(encoding="utf-8")
    change(checkout / name)
    monkeypatch.setattr(bootstrap, "install_suite", interrupted)
    assert bootstrap.main([]) == 130
    (checkout / name).write_text(as_it_was, encoding="utf-8")  # the change is taken back
    assert bootstrap.ready() is None


def test_failing_pip_is_named_and_leaves_no_stamp(checkout, load, monkeypatch, capfd) -> None:
    """The tiny lock asks for a version that does not exist: no network is needed to fail."""
    (checkout / "requirements.lock").write_text("setuptools==0.0.1 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    bootstrap = load(checkout)
    assert bootstrap.main([]) == 1
    assert "pip could not install the packages" in capfd.readouterr().err
    assert bootstrap.ready() is None


def test_part_of_a_lock_keeps_hashes_and_nothing_else(checkout, load) -> None:
    wheel = "wheel==2.0 ; x \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n    # via z\n"
    lock = f"six==1.0 \\\n    --hash=sha256:aa\n{wheel}zipp==3\n"
    assert load(checkout).part_of_lock(lock, ("wheel",)) == wheel


@pytest.mark.setup
def test_two_real_set_ups_at_once_make_one_environment(checkout, load, package_index) -> None:
    """Pip and all, with what users' environments hold against it."""
    elsewhere = checkout / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tiny.py").write_text("raise SystemExit('not this one')\n", encoding="utf-8")
    hostile = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(elsewhere), "PIP_USER": "1"}
    both = [subprocess.Popen([sys.executable, str(checkout / "bootstrap.py")], env=hostile, encoding="utf-8",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Setting up" in out for out, _ in said) == 1

    bootstrap = load(checkout)
    assert bootstrap.ready() == "{}.{}".format(*sys.version_info)
    clean = os.environ | {"PYTHONPATH": ""}
    code = "import tiny, setuptools; print(tiny.__file__); print(setuptools.__cached__)"
    ran = subprocess.run([str(bootstrap.PYTHON), "-c", code], capture_output=True, encoding="utf-8", env=clean,
                         check=True)
    module, compiled = ran.stdout.splitlines()
    assert Path(module) == checkout / "src" / "tiny" / "__init__.py"
    assert Path(compiled).is_file(), "not byte-compiled: the first import of everything would take seconds"
