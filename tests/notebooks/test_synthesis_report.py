"""A whole synthesis: three studies become one report; what cannot be synthesized is refused before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import cli, report, run, sem

STUDY = """\
title: {{en: Study {name}, zh: 研究 {name}}}
synthetic: true
data:
  responses: {{file: raw/answers.csv}}
scale: {{min: 1, max: 7}}
constructs:
  security: {{items: x1..x3, label: {{en: Security, zh: 安全性}}}}
  trust:    {{items: m1..m3, label: {{en: Trust, zh: 信任}}}}
  loyalty:  {{items: y1..y3, label: {{en: Loyalty, zh: 忠诚度}}}}
{model}
analysis: {{draws: 200}}
languages: [zh, en]
"""
MODEL = "model: |\n  trust ~ security\n  loyalty ~ trust"
TRUTH = """\
x =~ .8*x1 + .8*x2 + .8*x3
m =~ .8*m1 + .8*m2 + .8*m3
y =~ .8*y1 + .8*y2 + .8*y3
x ~~ 1*x
m ~ .5*x
m ~~ .75*m
y ~ .4*m
y ~~ .84*y
""" + "\n".join(f"{of}{at} ~~ .36*{of}{at}" for of in "xmy" for at in (1, 2, 3))
TABLES = {"overlap", "studies", "estimates", "synthesis", "heterogeneity", "synthesis_unstandardized", "leave_one_out",
          "pooled_correlations", "homogeneity", "masem_fit", "masem_parameters", "masem_effects", "gates", "headlines"}


def write_study(folder: Path, seed: int, *, model: str = MODEL) -> Path:
    (folder / "raw").mkdir(parents=True)
    answers = np.clip(np.round(4 + 1.3 * sem.simulate(TRUTH, n=170, seed=seed)), 1, 7).astype(int)
    answers.to_csv(folder / "raw" / "answers.csv", index=False, encoding="utf-8")
    (folder / "study.yml").write_text(STUDY.format(name=folder.name, model=model), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("synthesis")
    for seed, name in enumerate(("north", "south", "west")):
        write_study(home / name, seed)
    folders = [home / name for name in ("north", "south", "west")]
    assert run.synthesize(folders, name="regions", draws=150, reports=home / "reports") == 0
    return home


def table(home: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(home / "reports" / "regions" / "tables" / "09_synthesis" / f"{name}.csv", encoding="utf-8-sig")


def test_every_table_is_there_and_nothing_is_withheld(home: Path) -> None:
    folder = home / "reports" / "regions"
    assert {file.stem for file in (folder / "tables" / "09_synthesis").glob("*.csv")} == TABLES
    gates = table(home, "gates")
    assert "withheld" not in gates["gate"].tolist(), gates.query("gate == 'withheld'")["found"].tolist()
    assert not gates.query("severity == 'stop' and not passed").shape[0]
    assert len(report.verify(folder)) == 0
    assert {file.suffix for file in (folder / "figures" / "09_synthesis").glob("forest*")} == {".svg", ".png"}


def test_the_report_speaks_the_first_language_of_the_first_study(home: Path) -> None:
    page = (home / "reports" / "regions" / "09_synthesis.html").read_text(encoding="utf-8")
    assert "3 项研究的合并：north、south、west" in page
    assert "安全性 → 信任" in page
    assert "What we ask" not in page


def test_numbers_stand_in_the_range_of_the_truth(home: Path) -> None:
    combined = table(home, "synthesis").set_index("effect")
    assert combined["studies"].tolist() == [3] * len(combined)
    for effect, truth in (("security -> trust", 0.5), ("trust -> loyalty", 0.4), ("security -> trust -> loyalty", 0.2)):
        row = combined.loc[[effect]].iloc[0]
        assert abs(row["est"] - truth) < 4 * row["se"]
        assert row["predicted.ci.lower"] < row["ci.lower"]
    pooled = table(home, "pooled_correlations")
    assert pooled["n"].tolist() == [510.0] * 3
    fit = table(home, "masem_fit").set_index("measure")["value"]
    assert fit["df"] == 1
    assert fit["ntotal"] == 510


def test_the_manifest_names_every_file_by_its_study(home: Path) -> None:
    manifest = json.loads((home / "reports" / "regions" / "manifest.json").read_text(encoding="utf-8"))
    assert [each["file"] for each in manifest["inputs"]] == [
        f"{name}/{file}" for name in ("north", "south", "west") for file in ("study.yml", "raw/answers.csv")]
    assert manifest["parameters"]["folders"] == "north,south,west"
    assert manifest["study"]["synthetic"]


def test_what_cannot_be_synthesized(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, bare = write_study(tmp_path / "one", 1), write_study(tmp_path / "bare", 2, model="")
    for arguments, said in (
            ([one], "A synthesis takes two studies or more"),
            ([one, bare], "bare declares no structural model"),
            ([one, tmp_path / "nowhere"], "There is no such folder"),
            ([one, one], "Several studies are called one"),
            ([one, bare, "--draws", "-1"], "draws is -1")):
        assert cli.main(["synthesize", *map(str, arguments)]) == 2
        assert said in capsys.readouterr().err
