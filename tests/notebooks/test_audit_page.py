"""``assurance audit``: what it says at the terminal, and the page that it leaves."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pandas as pd
import pytest

from helpers import cli, report, words
from helpers.run import printed_tables

YU = Path("data") / "published" / "yu_2020" / "printed.yml"


def test_the_page_lists_the_contradiction_first(tmp_path: Path, project_root: Path) -> None:
    said = io.StringIO()
    assert printed_tables.audit(project_root / YU, reports=tmp_path, stream=said) == 0
    folder = tmp_path / "audit_yu_2020"
    table = pd.read_csv(folder / "tables" / "10_audit" / "audit.csv", encoding="utf-8-sig", dtype={"printed": str})
    assert table.loc[0, ["quantity", "printed", "verdict"]].tolist() == ["rmsea", ".008", "inconsistent"]
    assert table.loc[0, "recomputed.upper"] == pytest.approx(0.0799, abs=5e-5)
    assert (table["verdict"] != "inconsistent").sum() == len(table) - 1
    assert set(table.columns) == {"part", "section", "entry", "quantity", "printed", "recomputed", "recomputed.lower",
                                  "recomputed.upper", "tolerance", "convention", "verdict", "why", "formula"}
    page = (folder / "10_audit.html").read_text(encoding="utf-8")
    assert "What does not belong together" in page and "Steiger" in page
    gates = pd.read_csv(folder / "tables" / "10_audit" / "gates.csv", encoding="utf-8-sig")
    assert gates[["gate", "severity", "passed"]].to_numpy().tolist() == [["printed_numbers", "caution", False]]
    assert report.verify(folder).empty
    told = said.getvalue()
    assert "1 inconsistent" in told and "RMSEA" in told and ".0799" in told
    assert told.index("RMSEA") < told.index("CFI")


def test_wrong_files_end_with_status_2_and_their_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "table.yml"
    file.write_text("n: 120\nfit:\n  rmsae: .05\n", encoding="utf-8")
    assert cli.main(["audit", str(file)]) == 2
    assert "table.yml, line 3: There is no key `rmsae` here" in capsys.readouterr().err
    assert cli.main(["audit", str(tmp_path / "nowhere.yml"), "--language", "zh"]) == 2
    assert "没有该文件" in capsys.readouterr().err


def codes(project_root: Path) -> set[str]:
    """Find the codes that the source gives to its findings, as ids of the catalogue."""
    places = {"skip": {2: "quantity", 4: "why", 5: "formula"}, "judge": {2: "quantity", 5: "formula"},
              "verdict": {2: "quantity", 5: "formula"}, "bounded": {2: "quantity"}, "Way": {0: "convention"}}
    found = set()
    for file in (project_root / "src" / "helpers" / "replication" / "auditing").glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            given = [(column, call.args[at]) for at, column in places.get(name, {}).items() if at < len(call.args)]
            given += [("why", each.value) for each in call.keywords if each.arg in ("doubt", "why")]
            for column, value in given:
                ends = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                found |= {f"value.{column}.{each.value}" for each in ends
                          if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value}
    return found


def test_every_code_of_the_audit_has_words(project_root: Path) -> None:
    """Codes reach the reader through the catalogue; one that is missing would be shown as it is."""
    found = codes(project_root)
    assert len(found) > 60
    assert sorted(id for id in found if not words.has(id)) == []
