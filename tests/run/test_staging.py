"""However far a replacement came before the process died, the last good report is there after the repair."""

import shutil
from pathlib import Path

import pytest

from helpers.run import staging


class _Killed(BaseException):
    """Ends the process in the test's stead: nothing in the code under test catches it."""


@pytest.fixture
def target(tmp_path):
    target = tmp_path / "demo"
    target.mkdir()
    (target / "page.html").write_text("old", encoding="utf-8")
    return target


def _staged(target):
    folder = staging.stage(target)
    (folder / "page.html").write_text("new", encoding="utf-8")
    return folder


def _page(target):
    return (target / "page.html").read_text(encoding="utf-8")


def test_a_report_replaces_the_old_one_and_leaves_nothing_beside_it(target):
    assert staging.publish(_staged(target), target) == target
    assert _page(target) == "new"
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


def test_the_first_report_needs_no_old_one(tmp_path):
    target = tmp_path / "demo"
    staging.publish(_staged(target), target)
    assert _page(target) == "new"


@pytest.mark.parametrize(("deaths_at", "expected"), [(1, "old"), (2, "old"), (3, "new")])
def test_a_process_killed_at_any_step_of_the_replacement_loses_nothing(target, monkeypatch, deaths_at, expected):
    steps = iter(range(1, 9))
    rename, remove = Path.rename, shutil.rmtree

    def counted(act):
        def step(*args, **kwargs):
            if next(steps) == deaths_at:
                raise _Killed
            return act(*args, **kwargs)
        return step

    folder = _staged(target)
    with monkeypatch.context() as patched, pytest.raises(_Killed):
        patched.setattr(Path, "rename", counted(rename))
        patched.setattr(shutil, "rmtree", counted(remove))
        staging.publish(folder, target)
    assert staging.repair(target) == (deaths_at == 2)
    assert _page(target) == expected
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


def test_a_second_rename_that_fails_puts_the_old_report_back(target, monkeypatch):
    rename, calls = Path.rename, []

    def second_fails(self, to):
        calls.append(self)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(staging.RunError, match="The file system refused"):
        staging.publish(_staged(target), target)
    assert _page(target) == "old"


def test_a_rename_is_tried_again_while_a_scanner_holds_a_file(target, monkeypatch):
    rename, calls = Path.rename, []

    def busy_at_first(self, to):
        calls.append(self)
        if len(calls) < 3:
            raise PermissionError(13, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", busy_at_first)
    monkeypatch.setattr(staging, "_PAUSE", 0)
    staging.publish(_staged(target), target)
    assert _page(target) == "new"


def test_a_failed_run_lies_beside_the_report_until_a_good_one_follows(target):
    failed = staging.put_aside(_staged(target), target)
    assert (failed.name, _page(failed), _page(target)) == ("demo.failed", "new", "old")
    staging.put_aside(_staged(target), target)
    staging.publish(_staged(target), target)
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


def test_a_repair_touches_no_other_report(target):
    others = [target.with_name(name) for name in (".demo.zh.staging-1", ".demography.staging-1", "demo.failed")]
    for other in others:
        other.mkdir()
    target.with_name(".demo.staging-1").mkdir()
    assert not staging.repair(target)
    assert all(other.is_dir() for other in others)
    assert not target.with_name(".demo.staging-1").exists()
