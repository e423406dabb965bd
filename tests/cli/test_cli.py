"""Each command answers with its exit status, its sentence and nothing more."""

import subprocess
import sys

import pytest

from helpers import cli, report, run


@pytest.fixture
def asked(monkeypatch):
    """What the command line hands to the runner."""
    seen = {}

    def record(folders, **given):
        seen.update(folders=folders, **given)
        return 0

    monkeypatch.setattr(run, "report", record)
    return seen


def test_report_hands_everything_on(asked):
    arguments = ["report", "data/demo", "data/other", "--language", "zh", "--only", "02_reliability,01_survey",
                 "--only", "03_structural_model.ipynb", "--draws", "300", "--workers", "3", "--force"]
    assert cli.main(arguments) == 0
    assert asked == {"folders": ["data/demo", "data/other"], "language": "zh", "draws": 300, "workers": 3,
                     "force": True, "only": ["02_reliability", "01_survey", "03_structural_model.ipynb"]}


def test_report_asks_for_nothing_where_nothing_is_said(asked):
    assert cli.main(["report", "data/demo"]) == 0
    assert asked == {"folders": ["data/demo"], "language": "", "only": [], "draws": 0, "workers": 0, "force": False}


def test_the_status_of_a_failed_notebook_is_handed_back(monkeypatch):
    monkeypatch.setattr(run, "report", lambda folders, **given: 1)
    assert cli.main(["report", "data/demo"]) == 1


@pytest.mark.parametrize(("arguments", "said"), [
    (["report", "data/nowhere"], "StudyError: data/nowhere: There is no such folder."),
    (["check", "data/nowhere"], "StudyError: data/nowhere: There is no such folder."),
    (["report", "data/demo", "--workers", "0"], "RunError: --workers is 0; it must be 1 or more."),
    (["report", "data/demo", "--draws", "-5"], "RunError: draws is -5; it must be 0 or more."),
    (["report", "data/demo", "--only", "02_relability"],
     "RunError: There is no notebook 02_relability. Did you mean 02_reliability?"),
    (["verify", "reports/nowhere"], "RunError: reports/nowhere: "),
])
def test_what_is_wrong_goes_to_stderr_without_a_traceback(capsys, arguments, said):
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(said)
    assert "Traceback" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("arguments", [[], ["repot", "data/demo"], ["report"], ["report", "data/demo", "--draws", "x"],
                                       ["report", "data/demo", "--language", "de"], ["report", "data/demo", "--forse"]])
def test_a_command_that_cannot_be_read_is_refused(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "\nRunError: " in capsys.readouterr().err


def test_every_wrong_study_is_said_in_the_language_asked_for(capsys):
    assert cli.main(["check", "data/nowhere", "data/neither", "--language", "zh"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["StudyError", "data/nowhere"], ["StudyError", "data/neither"]]
    assert "没有" in lines[0]


def test_debug_shows_where_an_error_comes_from():
    with pytest.raises(cli.HelpersError, match="There is no such folder"):
        cli.main(["check", "data/nowhere", "--debug"])


def test_an_unforeseen_error_is_one_line_too(monkeypatch, capsys):
    def fail(folders):
        raise TypeError("a fault of the program")

    monkeypatch.setattr(run, "check", fail)
    assert cli.main(["check", "data/demo"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("RunError: TypeError: a fault of the program. This is a fault of the program")
    assert len(said.splitlines()) == 1
    with pytest.raises(TypeError):
        cli.main(["check", "data/demo", "--debug"])


def test_an_interrupted_command_says_what_is_left(monkeypatch, capsys):
    def interrupt(folders):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "check", interrupt)
    assert cli.main(["check", "data/demo", "--language", "zh"]) == 130
    assert capsys.readouterr().err == "已中断。上一份完好的报告未受影响。\n"


def test_check_says_that_a_good_study_is_good(capsys):
    assert cli.main(["check", "data/demo"]) == 0
    assert capsys.readouterr().out.startswith("demo: study.yml, codebook and data agree")


@pytest.mark.parametrize(("damage", "said"), [
    ("", "every file is what the manifest says"),
    ("changed", "index.html is not the file that the run wrote"),
    ("missing", "index.html is missing"),
    ("extra", "notes.txt does not belong to the report"),
])
def test_verify_compares_a_report_with_its_manifest(tmp_path, capsys, damage, said):
    from helpers import studies

    (tmp_path / "index.html").write_text("page", encoding="utf-8")
    report.write_manifest(tmp_path, studies.load("data/demo"), language="en", parameters={}, notebooks=[])
    if damage == "changed":
        (tmp_path / "index.html").write_text("other", encoding="utf-8")
    elif damage == "missing":
        (tmp_path / "index.html").unlink()
    elif damage == "extra":
        (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["verify", str(tmp_path)]) == (1 if damage else 0)
    shown = capsys.readouterr()
    assert said in (shown.err if damage else shown.out)
    assert shown.err.startswith("RunError: ") == bool(damage)


def test_lab_opens_the_project_with_this_python(monkeypatch):
    called = {}
    monkeypatch.setattr(subprocess, "call", lambda command, env: called.update(command=command, env=env) or 0)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["lab", "--port", "8899"]) == 0
    assert called["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert called["command"][-3:] == ["--no-browser", "--port", "8899"]
    assert called["env"]["JUPYTER_PATH"].startswith(sys.prefix)
    monkeypatch.setenv("DISPLAY", ":0")
    assert cli.main(["lab"]) == 0
    assert "--no-browser" not in called["command"]


def test_help_comes_without_a_heavy_import_and_in_both_languages():
    code = ("import sys; from helpers import cli\n"
            "try: cli.main(['report', '--help', '--language', 'zh'])\n"
            "except SystemExit: print('heavy:', {'pandas', 'numpy', 'papermill', 'rich'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "运行研究所需的笔记本" in done.stdout
    assert done.stdout.endswith("heavy: set()\n")


def test_the_module_is_the_same_program():
    done = subprocess.run([sys.executable, "-m", "helpers", "check", "data/nowhere"], capture_output=True,
                          encoding="utf-8", check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("StudyError: data/nowhere")
