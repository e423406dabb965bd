"""A real study whose data are there as SPSS file, workbook and text: the same answers come out of each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from helpers import studies, survey

# Columns of the text and the workbook; the SPSS file calls them R1 to R26, in the same order.
SIZES = {"IDVI": 3, "COMU": 3, "COMP": 4, "CULT": 3, "ATR": 2, "ID": 4, "ACT": 4, "EXTRA": 3}
STUDY = """\
title: Identity
data: {{responses: {{file: raw/{file}, missing_codes: {missing}}}}}
scale: {{min: 1, max: 7}}
constructs:
{constructs}
"""


def loaded(folder: Path, source: Path, missing: str = "[]") -> survey.Answers:
    (folder / "raw").mkdir(parents=True)
    shutil.copy(source, folder / "raw")
    constructs = "\n".join(f"  c_{name}: {{items: {name}_1..{name}_{size}}}" for name, size in SIZES.items())
    text = STUDY.format(file=source.name, missing=missing, constructs=constructs)
    (folder / "study.yml").write_text(text, encoding="utf-8")
    if source.suffix == ".sav":
        items = [f"{name}_{at}" for name, size in SIZES.items() for at in range(1, size + 1)]
        rows = [f"{item},R{at}" for at, item in enumerate(items, start=1)]
        (folder / "codebook.csv").write_text("\n".join(["item,column", *rows]), encoding="utf-8")
    return survey.load(studies.load(folder))


@pytest.fixture(scope="module")
def source(reference_data: Path) -> Path:
    return reference_data / "data" / "identidad_sav" / "IDENTIDAD_sub.sav"


def test_the_same_answers_in_every_format(source: Path, tmp_path: Path) -> None:
    spss = loaded(tmp_path / "spss", source)
    assert spss.scores.shape == (122, 26) and spss.how.format == "sav"
    assert int(spss.scores.isna().sum().sum()) == 10
    for ending in (".csv", ".xlsx"):
        other = loaded(tmp_path / ending[1:], source.with_suffix(ending), missing="[NA]")
        pd.testing.assert_frame_equal(other.scores, spss.scores)
        pd.testing.assert_frame_equal(other.missing, spss.missing)


def test_the_word_for_no_answer_has_to_be_declared(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"line \d+ \(NA\).*missing_codes"):
        loaded(tmp_path / "csv", source.with_suffix(".csv"))
