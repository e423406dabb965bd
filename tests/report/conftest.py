"""A declared study of four constructs, and pages whose displays are caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from helpers.report import Page, showing

LABELS = {
    "en": {"trust": "Trust", "loyalty": "Loyalty", "satisfaction": "Satisfaction", "tr1": "Keeps its promises",
           "tr2": "Tells the truth", "loy1": "Would buy again"},
    "zh": {"trust": "信任", "loyalty": "忠诚度", "satisfaction": "满意度", "tr1": "信守承诺", "tr2": "说真话",
           "loy1": "愿意再次购买"},
}


@dataclass
class Declared:
    """As much of a study as a page asks for."""

    folder: Path
    name: str = "pilot"
    title: dict[str, str] = field(default_factory=lambda: {"en": "Trust in insurers", "zh": "对保险公司的信任"})
    synthetic: bool = True
    citation: str = "Pilot (2026)"
    languages: tuple[str, ...] = ("en", "zh")
    smallest_cell: int = 5
    respondents: tuple[str, ...] = ("respondent",)

    @property
    def items(self) -> dict[str, None]:
        return dict.fromkeys(("tr1", "tr2", "loy1"))

    def labels(self, language: str) -> dict[str, str]:
        return LABELS[language]

    def hash_inputs(self) -> tuple[Path, ...]:
        return (self.folder / "study.yml",)


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    folder = tmp_path / "data" / "pilot"
    folder.mkdir(parents=True)
    (folder / "study.yml").write_text("title: Trust in insurers\n", encoding="utf-8")
    return Declared(folder)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], showing.Record]]:
    """What pages displayed, in order."""
    caught: list[tuple[dict[str, str], showing.Record]] = []
    monkeypatch.setattr(showing, "_display", lambda bundle, record: caught.append((bundle, record)))
    return caught


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "pilot"


@pytest.fixture
def page(declared: Declared, shown: list, output: Path) -> Page:
    return Page(declared, "02_reliability", output=output, language="en")


@pytest.fixture
def reliability() -> pd.DataFrame:
    return pd.DataFrame({"construct": ["trust", "loyalty"], "k": [2, 1], "n": [1200, 1180],
                         "alpha": [0.8123456789012345, 0.7], "alpha.ci.lower": [0.79, 0.66],
                         "alpha.ci.upper": [0.83, float("nan")]})


@pytest.fixture
def executed(shown: list, output: Path) -> Callable[..., Path]:
    """Write what was shown so far as an executed notebook of the report."""

    def write(name: str, *, timings: str = "2026-11-23T08:00:00", extra: list | None = None) -> Path:
        notebook = nbformat.v4.new_notebook()
        outputs = []
        for bundle, record in shown:
            told = {key: value for key, value in showing.asdict(record).items() if value}
            outputs.append(nbformat.v4.new_output("display_data", data=bundle, metadata={showing.KEY: told}))
        noise = nbformat.v4.new_output("stream", name="stderr", text="Kernel is running over TCP without encryption")
        code = nbformat.v4.new_code_cell("page.table(\"reliability\", f)", outputs=[noise, *outputs])
        code.metadata["papermill"] = {"start_time": timings, "duration": 0.1}
        given = nbformat.v4.new_code_cell("# Parameters\nstudy = \"data/pilot\"\noutput = \"/somewhere/staging\"")
        given.metadata["tags"] = ["injected-parameters"]
        notebook.metadata["papermill"] = {"start_time": timings}
        notebook.cells = [
            _told("# 02 · Are the scales reliable?\n\nWhether $\\alpha$ suffices.\n\n**Reads** the answers.", "en"),
            _told("# 02 · 量表可靠吗？\n\n$\\alpha$ 是否足够。", "zh"), given, _told("## Results: $a_1*b*c_2$", "en"),
            _told("## 结果", "zh"), code, *(extra or [])]
        file = output / "notebooks" / f"{name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, file)
        shown.clear()
        return file

    return write


def _told(text: str, language: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_markdown_cell(text)
    cell.metadata["tags"] = [f"lang-{language}"]
    return cell
