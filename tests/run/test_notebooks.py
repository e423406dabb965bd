"""A study runs the notebooks that it lists or needs; the others are left out with the reason."""

import pytest

from helpers import errors, studies
from helpers.run import notebooks

from . import conftest

NAMES = ("01_survey", "03_structural_model", "04_service_quality", "05_case_comparison")


@pytest.fixture
def shipped(tmp_path):
    folder = conftest.write_suite(tmp_path / "shipped", *NAMES)
    conftest.write_notebook(folder / "mine" / "own_look.ipynb", "1 + 1")
    conftest.write_notebook(folder / "notes.ipynb", "1 + 1")
    return notebooks.available(folder)


def _changed(study, old, new):
    file = study / "study.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return studies.load(study)


def test_the_summary_runs_last_and_own_notebooks_are_known(shipped):
    assert list(shipped) == [*NAMES, "own_look", "00_summary"]
    assert shipped["01_survey"].parameters == ("study", "output", "language", "seed", "draws")


def test_a_study_gets_what_it_declares_something_for(study, shipped):
    needed, left_out = notebooks.applying(studies.load(study), shipped)
    assert needed == ["01_survey", "03_structural_model", "00_summary"]
    reasons = {name: problem.id for name, problem in left_out.items()}
    assert reasons == {"04_service_quality": "run.left_out.pairs", "05_case_comparison": "run.left_out.groups",
                       "own_look": "run.left_out.not_listed"}


def test_without_a_model_there_is_no_structural_notebook(study, shipped):
    needed, left_out = notebooks.applying(_changed(study, "model: |\n  loyalty ~ security\n", ""), shipped)
    assert "03_structural_model" not in needed
    assert "no structural model" in left_out["03_structural_model"].sentence()


def test_groups_bring_the_comparison(study, shipped):
    data = study / "raw" / "answers.csv"
    head, *rows = data.read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{'AB'[place % 2]}" for place, row in enumerate(rows)]
    data.write_text("\n".join([f"{head},insurer", *rows]) + "\n", encoding="utf-8")
    declared = _changed(study, "analysis:", "groups: {insurer: {reference: A}}\nanalysis:")
    needed, _ = notebooks.applying(declared, shipped)
    assert needed == ["01_survey", "03_structural_model", "05_case_comparison", "00_summary"]


def test_what_a_study_lists_is_what_it_gets_with_the_summary(study, shipped):
    declared = _changed(study, "analysis:", "notebooks: [05_case_comparison]\nanalysis:")
    needed, left_out = notebooks.applying(declared, shipped)
    assert needed == ["05_case_comparison", "00_summary"]
    assert {problem.id for problem in left_out.values()} == {"run.left_out.not_listed"}


def test_a_name_is_known_with_and_without_its_ending_and_once(shipped):
    assert notebooks.known(["01_survey.ipynb", "01_survey", "own_look"], shipped) == ("01_survey", "own_look")


def test_every_unknown_name_is_said_with_the_nearest(shipped):
    with pytest.raises(errors.RunError) as found:
        notebooks.known(["02_survey", "05_comparison"], shipped)
    assert [problem.values["near"] for problem in found.value.problems] == ["01_survey", "05_case_comparison"]


def test_a_notebook_that_does_not_apply_is_refused_when_asked_for(quick):
    conftest.write_notebook(quick.suite / "05_case_comparison.ipynb", "1 + 1")
    with pytest.raises(errors.RunError, match="05_case_comparison is not among those that this study needs"):
        quick(only=["05_case_comparison"])


def test_parameters_are_read_from_plain_and_annotated_lines(tmp_path):
    conftest.write_notebook(tmp_path / "01_a.ipynb", parameters="a: int = 1\nb = c = 2\nd: str = ''  # e: int = 3")
    assert notebooks.available(tmp_path)["01_a"].parameters == ("a", "b", "c", "d")
