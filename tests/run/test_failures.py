"""A run that fails says where and why, finishes the rest, and leaves the last good report as it was."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from helpers import errors, report, run
from helpers.run import staging

from . import conftest


@pytest.fixture
def made(quick):
    assert quick() == 0
    return quick


def _break(call, *sources):
    conftest.write_notebook(call.suite / "01_first.ipynb", *sources)
    conftest.write_notebook(call.suite / "02_second.ipynb", conftest.WRITE.format(name="02_second"), "2 + 2")


def test_a_failing_cell_is_named_and_shown_while_the_others_finish(call):
    assert call() == 0
    before = call.times()
    _break(call, "numerator = 3", "numerator / 0  # here")
    assert call() == 1
    assert "RunError: tiny: notebook 01_first failed in cell 4:\nnumerator / 0  # here\nZeroDivisionError" in call.said
    assert "02_second  done" in call.said
    assert call.times() == before
    assert report.verify(call.folder).empty
    failed = call.reports / "tiny.failed"
    page = (failed / "01_first.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in page
    assert "papermill" not in page
    assert (failed / "02_second.html").is_file()
    index = (failed / "index.html").read_text(encoding="utf-8")
    assert "It reads the tables of notebooks that failed: 01_first" in index
    status = {of["name"]: of["status"] for of in json.loads((failed / "manifest.json").read_text("utf-8"))["notebooks"]}
    assert status == {"01_first": "failed", "02_second": "ran"}
    conftest.write_notebook(call.suite / "01_first.ipynb", "1 + 1")
    assert call() == 0
    assert not failed.exists()


def test_a_kernel_that_dies_is_a_failed_notebook(call):
    _break(call, "1 + 1", "import os, sys; print('last words', file=sys.__stderr__, flush=True); os._exit(3)")
    assert call() == 1
    assert "notebook 01_first failed in cell 4:\nimport os, sys" in call.said
    assert "last words" in call.said
    page = (call.reports / "tiny.failed" / "01_first.html").read_text(encoding="utf-8")
    assert "last words" in page
    assert not call.folder.exists()


def test_studies_that_succeed_are_published_beside_one_that_fails(quick, tmp_path):
    other = conftest.write_study(tmp_path / "other")
    conftest.write_notebook(quick.suite / "01_first.ipynb", "assert 'other' not in study, study")
    assert quick(quick.study, other) == 1
    assert report.verify(quick.folder).empty
    assert (quick.reports / "other.failed").is_dir()
    assert not (quick.reports / "other").exists()


@pytest.mark.parametrize("step", ["write_workbook", "write_index", "write_manifest", "render"])
def test_a_full_disk_leaves_the_last_good_report(made, monkeypatch, step):
    before = made.times()
    _break(made, "1 + 1")

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(report, step, full)
        assert made() == 1
    assert "The disk is full. Free some space and run again" in made.said
    assert made.times() == before
    assert not list(made.reports.glob(".tiny.staging-*"))
    assert made() == 0


def test_a_file_that_is_open_elsewhere_leaves_the_last_good_report(made, monkeypatch):
    before = made.times()
    _break(made, "1 + 1")
    monkeypatch.setattr(staging, "_PAUSE", 0)

    def locked(self, target):
        raise PermissionError(errno.EACCES, "in use", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", locked)
        assert made() == 1
    assert "could not be replaced because a file is open elsewhere" in made.said
    assert made.times() == before
    assert made() == 0


def test_a_folder_of_reports_that_cannot_be_written_is_refused_before_anything_runs(quick, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(errno.EACCES, "denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(errors.RunError, match=r"reports: This folder cannot be written to"):
        quick()
    assert quick.executed == []


def test_a_file_in_the_place_of_reports_is_refused(quick):
    quick.reports.write_text("", encoding="utf-8")
    with pytest.raises(errors.RunError, match="A file stands where a folder is needed"):
        quick()


def test_two_studies_of_one_name_are_refused(quick, tmp_path):
    other = shutil.copytree(quick.study, tmp_path / "elsewhere" / "tiny")
    with pytest.raises(errors.RunError, match=r"Several studies are called tiny: .*elsewhere"):
        quick(quick.study, other)
    assert quick.executed == []


def test_every_wrong_study_is_reported_and_none_runs(quick, tmp_path):
    wrong = conftest.write_study(tmp_path / "wrong")
    (wrong / "study.yml").write_text("title: [", encoding="utf-8")
    with pytest.raises(ExceptionGroup) as found:
        quick(quick.study, wrong, tmp_path / "nowhere")
    assert [type(error).__name__ for error in found.value.exceptions] == ["StudyError", "StudyError"]
    assert quick.executed == []


def test_wrong_answers_are_found_before_anything_runs(quick):
    (quick.study / "raw" / "answers.csv").write_text("q1,q2,q3,q4,q5,q6\n1,2,9,4,5,1\n", encoding="utf-8")
    with pytest.raises(errors.HelpersError, match="q3"):
        quick()
    with pytest.raises(errors.HelpersError, match="q3"):
        run.check([quick.study])
    assert quick.executed == []


@pytest.mark.parametrize(("asked", "sentence"), [
    ({"draws": -1}, "draws is -1"),
    ({"workers": -2}, "workers is -2"),
    ({"only": ["02_secnd"]}, "There is no notebook 02_secnd. Did you mean 02_second?"),
])
def test_wrong_arguments_are_refused(quick, asked, sentence):
    with pytest.raises(errors.RunError, match=sentence.replace("?", r"\?")):
        quick(**asked)
    assert quick.executed == []


def test_a_notebook_without_a_parameters_cell_is_refused(quick):
    file = conftest.write_notebook(quick.suite / "01_first.ipynb", "1 + 1", parameters="")
    with pytest.raises(errors.RunError, match=r"01_first.ipynb: The notebook has no cell tagged `parameters`"):
        quick()
    file.write_text("not a notebook", encoding="utf-8")
    with pytest.raises(errors.RunError, match=r"01_first.ipynb: This file is not a notebook"):
        quick()


def test_a_parameter_that_a_notebook_does_not_have_is_refused(quick):
    for name in ("01_first", "02_second"):
        conftest.write_notebook(quick.suite / f"{name}.ipynb",
                                parameters=conftest.PARAMETERS.replace("draws", "drows"))
    with pytest.raises(errors.RunError) as found:
        quick(draws=300)
    assert [problem.values["name"] for problem in found.value.problems] == ["draws", "draws"]
    assert "has no parameter `draws`" in str(found.value)
    assert quick(draws=300, only=["00_summary"]) == 0  # not asked for, so not given
    assert quick.executed == ["00_summary"]


def test_a_damaged_report_of_another_study_is_said_and_does_no_harm(quick):
    (quick.reports / "other").mkdir(parents=True)
    (quick.reports / "other" / "manifest.json").write_text("{", encoding="utf-8")
    assert quick() == 1
    assert f"RunError: {quick.reports / 'other' / 'manifest.json'}" in quick.said
    assert report.verify(quick.folder).empty


def test_an_empty_folder_of_notebooks_is_refused(quick, tmp_path):
    quick.suite = tmp_path / "empty"
    quick.suite.mkdir()
    with pytest.raises(errors.RunError, match="There is no notebook here"):
        quick()
