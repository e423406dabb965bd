"""A notebook about no single study: its report is made like a study's, and never mistaken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers import run
from helpers.errors import RunError
from helpers.report import Occasion
from helpers.run import notebooks, planning

from .conftest import WRITE, write_notebook, write_suite

PARAMETERS = 'file: str = ""\noutput: str = ""\nlanguage: str = ""\ndraws: int = 0'
NAME = "09_synthesis"


@pytest.fixture
def occasion(tmp_path: Path) -> Occasion:
    table = tmp_path / "printed.csv"
    table.write_text("construct,alpha\ntrust,.81\n", encoding="utf-8")
    return Occasion("several", {"en": "Two studies", "zh": "两项研究"}, tmp_path, (table,))


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = write_suite(tmp_path / "notebooks", "01_first")
    write_notebook(folder / f"{NAME}.ipynb", WRITE.format(name=NAME), parameters=PARAMETERS)
    return folder


def test_a_page_of_its_own_becomes_a_whole_report(occasion, suite, reports, capfd) -> None:
    def again(**asked) -> int:
        return run.single(occasion, NAME, given={"file": str(occasion.files[0])}, parameters={"draws": 7},
                          source=suite, reports=reports, **asked)

    assert again() == 0
    folder = reports / "several"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [of["name"] for of in manifest["notebooks"]] == [NAME]
    assert manifest["study"]["title"] == "Two studies"
    assert [each["file"] for each in manifest["inputs"]] == ["printed.csv"]
    assert str(occasion.folder) not in json.dumps(manifest), "a folder of this machine is in the manifest"
    assert (folder / "tables" / NAME / "draws.csv").read_text(encoding="utf-8").splitlines()[1] == "7,en"
    assert (folder / "index.html").is_file()
    capfd.readouterr()
    assert again() == 0
    assert "nothing has changed" in capfd.readouterr().err
    occasion.files[0].write_text("construct,alpha\ntrust,.82\n", encoding="utf-8")
    assert again() == 0
    assert "nothing has changed" not in capfd.readouterr().err


def test_it_is_no_part_of_a_study(suite) -> None:
    assert NAME not in notebooks.available(suite)
    with pytest.raises(RunError, match="is run by `assurance synthesize"):
        notebooks.known([NAME], notebooks.available(suite))


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x.failed", "x.zh", "a b"])
def test_names_that_no_report_can_have(occasion, suite, reports, name: str) -> None:
    other = Occasion(name, occasion.title, occasion.folder, occasion.files)
    with pytest.raises(RunError, match="cannot be called"):
        run.single(other, NAME, given={"file": "x"}, source=suite, reports=reports)


def test_neither_replaces_the_other(tmp_path: Path) -> None:
    for held, coming in (("01_first", NAME), (NAME, "01_first")):
        (tmp_path / "manifest.json").write_text(json.dumps({"notebooks": [{"name": held}]}), encoding="utf-8")
        with pytest.raises(RunError, match="another kind of report"):
            planning.refuse_other(tmp_path, [coming])
        planning.refuse_other(tmp_path, [held])


def test_a_parameter_that_it_does_not_take(occasion, suite, reports) -> None:
    with pytest.raises(RunError, match="has no parameter `folders`"):
        run.single(occasion, NAME, given={"folders": "x"}, source=suite, reports=reports)
