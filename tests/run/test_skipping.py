"""What has not changed is not run again, and what has changed is."""

import json
import shutil

import pytest

from helpers import report

from . import conftest


def _draws(call, notebook):
    return (call.folder / "tables" / notebook / "draws.csv").read_text(encoding="utf-8").splitlines()[1]


@pytest.fixture
def made(quick):
    assert quick() == 0
    assert sorted(quick.executed) == ["00_summary", "01_first", "02_second"]
    assert quick.executed[-1] == "00_summary"
    return quick


def test_a_second_run_says_what_it_skips_and_touches_nothing(made):
    before = made.times()
    assert made() == 0
    assert made.executed == []
    assert made.times() == before
    assert "nothing has changed since the last run; skipped: 01_first, 02_second, 00_summary" in made.said


def test_force_runs_everything_again(made):
    assert made(force=True) == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]


def test_a_changed_notebook_runs_alone_and_the_summary_follows(made):
    conftest.write_notebook(made.suite / "02_second.ipynb", conftest.WRITE.format(name="02_second"), "1 + 1")
    kept = made.times()["tables/01_first/draws.csv"]
    assert made() == 0
    assert made.executed == ["02_second", "00_summary"]
    assert made.times()["tables/01_first/draws.csv"] == kept
    assert "kept from the last run: 01_first" in made.said
    assert report.verify(made.folder).empty


@pytest.mark.parametrize("file", ["study.yml", "raw/answers.csv"])
def test_a_changed_study_runs_everything(made, file):
    path = made.study / file
    path.write_text(path.read_text(encoding="utf-8") + ("# note\n" if file == "study.yml" else "1,2,3,4,5,1\n"),
                    encoding="utf-8")
    assert made() == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]


def test_a_parameter_of_one_notebook_runs_only_that_one_and_stays_with_it(made):
    assert made(only=["02_second"], draws=300) == 0
    assert made.executed == ["02_second", "00_summary"]
    assert (_draws(made, "01_first"), _draws(made, "02_second")) == ("0,en", "300,en")
    assert made(only=["01_first"]) == 0
    assert made.executed == []
    assert _draws(made, "02_second") == "300,en"
    assert made() == 0
    assert made.executed == ["02_second", "00_summary"]
    assert _draws(made, "02_second") == "0,en"


def test_asking_for_one_notebook_leaves_out_what_is_out_of_date_and_says_so(made):
    with (made.study / "raw" / "answers.csv").open("a", encoding="utf-8") as file:
        file.write("1,2,3,4,5,1\n")
    assert made(only=["01_first"]) == 0
    assert made.executed == ["01_first", "00_summary"]
    assert not (made.folder / "tables" / "02_second").exists()
    assert not (made.folder / "02_second.html").exists()
    assert "--only" in (made.folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ["changed", "deleted"])
def test_a_damaged_result_is_made_again(made, damage):
    table = made.folder / "tables" / "01_first" / "draws.csv"
    if damage == "changed":
        table.write_text("draws,language\n9,en\n", encoding="utf-8")
    else:
        table.unlink()
    assert made() == 0
    assert "01_first" in made.executed
    assert "02_second" not in made.executed
    assert _draws(made, "01_first") == "0,en"


@pytest.mark.parametrize("name", ["index.html", "tables.xlsx"])
def test_a_damaged_front_page_is_mended_without_running_anything(made, name):
    before = (made.folder / name).read_bytes()
    (made.folder / name).unlink()
    assert made() == 0
    assert made.executed == []
    assert report.verify(made.folder).empty
    assert (made.folder / name).read_bytes() == before


def test_a_damaged_manifest_keeps_nothing(made):
    manifest = made.folder / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert made() == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]


@pytest.mark.parametrize("part", ["helpers", "python", "platform", "distributions"])
def test_other_surroundings_run_everything(made, monkeypatch, part):
    from helpers.run import keys

    change = {"helpers": (keys, "_sources", lambda folder: {"other.py": "0"}),
              "python": (keys.sys, "version", f"{keys.sys.version} of another day"),
              "platform": (keys.platform, "platform", lambda: "Elsewhere"),
              "distributions": (keys, "_distributions", lambda: ["numpy-99.dist-info"])}
    monkeypatch.setattr(*change[part])
    assert made() == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]


def test_another_language_is_another_report(made):
    before = made.times()
    assert made(language="zh") == 0
    assert (made.reports / "tiny.zh" / "index.html").is_file()
    assert json.loads((made.reports / "tiny.zh" / "manifest.json").read_text(encoding="utf-8"))["language"] == "zh"
    assert made.times() == before
    assert made(language="zh") == 0
    assert "自上次运行以来没有变化" in made.said


def test_a_study_that_is_edited_while_it_runs_is_run_again(made):
    edit = f"with open({str(made.study / 'study.yml')!r}, 'a', encoding='utf-8') as file: file.write('# later\\n')"
    conftest.write_notebook(made.suite / "02_second.ipynb", edit)
    assert made() == 0
    conftest.write_notebook(made.suite / "02_second.ipynb", "1 + 1")
    assert made() == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]
    assert made() == 0
    assert made.executed == []


def test_a_notebook_that_is_no_longer_there_leaves_the_report(made):
    (made.suite / "02_second.ipynb").unlink()
    assert made() == 0
    assert made.executed == ["00_summary"]
    assert not (made.folder / "tables" / "02_second").exists()
    assert "02_second" not in (made.folder / "01_first.html").read_text(encoding="utf-8")


def test_several_studies_in_one_call_are_judged_one_by_one(made, tmp_path):
    other = shutil.copytree(made.study, tmp_path / "other")
    assert made(made.study, other) == 0
    assert sorted(made.executed) == ["00_summary", "01_first", "02_second"]
    assert "tiny: nothing has changed" in made.said
    assert report.verify(made.reports / "other").empty
    catalogue = (made.reports / "index.html").read_text(encoding="utf-8")
    assert 'href="tiny/' in catalogue
    assert 'href="other/' in catalogue
