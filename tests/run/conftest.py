"""A tiny study and tiny notebooks: enough for every way in which a run can end."""

from pathlib import Path

import nbformat
import pytest

from helpers import run
from helpers.run import execute, keys

STUDY = """\
title: Tiny study
synthetic: true
data:
  responses: {file: raw/answers.csv}
scale: {min: 1, max: 5}
constructs:
  security: {items: q1..q3}
  loyalty:  {items: q4..q6}
model: |
  loyalty ~ security
analysis: {draws: 100}
"""
PARAMETERS = 'study: str = "data/demo"\noutput: str = ""\nlanguage: str = ""\nseed: int = 0\ndraws: int = 0'
WRITE = """\
from pathlib import Path
folder = Path(output) / "tables" / "{name}"
folder.mkdir(parents=True)
(folder / "draws.csv").write_text(f"draws,language\\n{{draws}},{{language}}\\n", encoding="utf-8")"""
SUMMARISE = """\
from pathlib import Path
read = sorted(Path(output).glob("tables/*/draws.csv"))
folder = Path(output) / "tables" / "00_summary"
folder.mkdir(parents=True)
(folder / "read.csv").write_text("\\n".join(["table", *(file.parent.name for file in read)]), encoding="utf-8")"""


def write_study(folder: Path) -> Path:
    """Write a study of twelve respondents that nothing is wrong with."""
    (folder / "raw").mkdir(parents=True)
    rows = [",".join(str(1 + (row * item + row // 2) % 5) for item in (1, 2, 3, 4, 6, 7)) for row in range(12)]
    (folder / "raw" / "answers.csv").write_text("\n".join(["q1,q2,q3,q4,q5,q6", *rows]) + "\n", encoding="utf-8")
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    return folder


def write_notebook(file: Path, *sources: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook with a title, a parameters cell (left out where it is empty) and code cells."""
    cells = [nbformat.v4.new_markdown_cell(f"# About {file.stem}")]
    if parameters:
        cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return file


def write_suite(folder: Path, *names: str) -> Path:
    """Write notebooks that leave one small table each, and a summary that lists the tables it found."""
    for name in names:
        write_notebook(folder / f"{name}.ipynb", WRITE.format(name=name))
    write_notebook(folder / "00_summary.ipynb", SUMMARISE)
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "tiny")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return write_suite(tmp_path / "notebooks", "01_first", "02_second")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


class Call:
    """One call of the runner on the tiny study: its exit status and what it said."""

    def __init__(self, capture: pytest.CaptureFixture[str], study: Path, suite: Path, reports: Path) -> None:
        self.capture, self.study, self.suite, self.reports = capture, study, suite, reports
        self.executed: list[str] = []
        self.said = ""

    def __call__(self, *studies: Path, **asked) -> int:
        self.executed.clear()
        status = run.report(studies or [self.study], source=self.suite, reports=self.reports, **asked)
        self.said = self.capture.readouterr().err
        return status

    @property
    def folder(self) -> Path:
        return self.reports / self.study.name

    def times(self) -> dict[str, int]:
        """When each file of the report was written: what is not touched keeps its time."""
        return {file.relative_to(self.folder).as_posix(): file.stat().st_mtime_ns
                for file in self.folder.rglob("*") if file.is_file()}


@pytest.fixture
def call(capfd, study, suite, reports):
    """The runner with kernels."""
    return Call(capfd, study, suite, reports)


@pytest.fixture
def quick(call, monkeypatch):
    """The runner with notebooks executed in this process: for what does not depend on kernels."""

    def execute_here(notebook, executed, parameters, *, kernel, log, on_cell):
        call.executed.append(notebook.stem)
        content, names = nbformat.read(notebook, as_version=4), {}
        for number, cell in enumerate(content.cells, start=1):
            if cell.cell_type != "code":
                continue
            try:
                exec(cell.source, names)
            except Exception as error:
                return execute.Executed(0.1, execute.Failure(number, cell.source, f"{type(error).__name__}: {error}"))
            finally:
                nbformat.write(content, executed)
            names |= parameters
        return execute.Executed(0.1, None)

    monkeypatch.setattr(execute, "execute", execute_here)
    monkeypatch.setattr(keys, "_sources", lambda folder: {"as they are": folder.name})  # files may be edited meanwhile
    return call
