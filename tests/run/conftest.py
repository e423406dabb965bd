"""A tiny study and tiny notebooks: enough for every way in which a run can end."""

from pathlib import Path

import nbformat
import pytest

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
