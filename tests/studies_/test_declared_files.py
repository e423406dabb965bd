"""Real surveys as they were exported: long headers, words, another alphabet; the reference numbers come out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from helpers import reading, sem, studies, survey

KIOSK = """title: Security of self-service kiosks
data:
  responses: {file: raw/kiosk.csv, encoding: cp949, skip: [SKIP]}
recodes:
  sex: {from: 귀하의 성별을 선택해주세요., values: {여: female, 남: male}}
  user: {from: 거래형 키오스크를  얼마나 자주 사용하십니까?, values: {사용한 적 없음: never}, else: keep}
  gap: {compute: (x19 + x20 + x21) / 3 - (e19 + e20 + e21) / 3}
scale: {min: 1, max: 7}
constructs:
  security:     {items: x19..x21, expectation: e19..e21}
  reliability:  {items: x1..x3, expectation: e1..e3}
  satisfaction: {items: [y1, y2], scale: {min: 1, max: 5}}
  loyalty:      {items: [y3, y4], scale: {min: 1, max: 5}}
roles: {auxiliary: gap}
groups: {sex: {}}
profile: {user: {}}
"""
# Lines of the raw file that the authors left out of their 194: four people who never used one, thirteen others.
LEFT_OUT = (22, 23, 25, 27, 40, 63, 79, 81, 87, 93, 103, 127, 139, 158, 189, 205, 210)
PSDIGQUAL = """title: Digital public services
data:
  responses: {file: raw/base20.csv, encoding: cp1252, missing_codes: Não sei}
recodes:
  age: {from: Qual a sua idade?, ranges: {..39: under 40, 40..: 40 and over}}
  served: {mean: [q1, q3, q5, q8, q9], at_least: 3}
scale: {min: 1, max: 5}
constructs:
  security:     {items: [q6, q7]}
  quality:      {items: [q1, q3, q5, q8, q9]}
  satisfaction: {single: q27}
roles: {auxiliary: served}
profile: {age: {}}
model: |
  satisfaction ~ security + quality
analysis: {estimator: ML, missing: fiml}
"""
AGREE = "1=Discordo totalmente; 2=Discordo; 3=Indiferente; 4=Concordo; 5=Concordo totalmente"
CONTENT = "1=Muito insatisfeito; 2=Insatisfeito; 3=Indiferente; 4=Satisfeito; 5=Muito satisfeito"


def declared(folder: Path, source: Path, text: str, codebook: list[str]) -> studies.Study:
    (folder / "raw").mkdir()
    shutil.copy(source, folder / "raw")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    (folder / "codebook.csv").write_text("\n".join(codebook) + "\n", encoding="utf-8")
    return studies.load(folder)


def test_kiosk_from_the_raw_file_with_its_163_long_headers(tmp_path: Path, reference_data: Path) -> None:
    source = reference_data / "data" / "kiosk_servqual" / "kiosk.csv"
    columns = reading.read(source, encoding="cp949", columns=()).columns
    assert len(columns) == 163
    names = {}
    for column in columns:
        asked = re.match(r"(\d+)-([12])\.", column)
        if asked and column.rstrip().endswith(("(기대 설문)", "(인지 설문)")):
            names[f"{'ex'[int(asked[2]) - 1]}{asked[1]}"] = column
    assert len(names) == 48
    names |= {f"y{place}": columns[157 + place] for place in range(1, 5)}
    text = KIOSK.replace("SKIP", ", ".join(map(str, LEFT_OUT)))
    rows = ["item,column", *(f'{item},"{column}"' for item, column in names.items())]
    study = declared(tmp_path, source, text, rows)
    answers = survey.load(study)
    perception, expectation = study.pairs["security"]
    gap = (answers.scores[list(perception)].to_numpy() - answers.scores[list(expectation)].to_numpy()).mean(axis=1)
    assert len(gap) == 194
    assert gap.mean() == pytest.approx(-1.8093, abs=5e-5)
    assert gap.mean() / (gap.std(ddof=1) / np.sqrt(len(gap))) == pytest.approx(-18.5564, abs=5e-5)
    assert answers.auxiliaries["gap"].to_numpy() == pytest.approx(gap, abs=1e-12)
    assert answers.groups["sex"].value_counts().to_dict() == {"female": 142, "male": 52}
    assert answers.flow["n"].tolist() == [211, 17, 194]


def test_psdigqual_in_portuguese_words_gives_the_reference_model(tmp_path: Path, reference_data: Path) -> None:
    source = tmp_path / "base20.csv"
    shutil.copy(reference_data / "data" / "psdigqual" / "base20_cp1252_semicolon.csv", source)
    columns = reading.read(source, encoding="cp1252", columns=()).columns
    book = ["item,column,values", *(f'q{place},"{columns[place - 1]}",{AGREE}' for place in range(1, 27)),
            f'q27,"{columns[26]}",{CONTENT}']
    study = declared(tmp_path, source, PSDIGQUAL, book)
    answers = survey.load(study)
    fit = sem.fit(study.model, answers.scores, estimator="ML", missing="fiml")
    assert fit.measures[["chisq", "df"]].tolist() == pytest.approx([63.222, 18], abs=5e-4)
    paths = fit.parameters[fit.parameters["op"] == "~"].set_index("rhs")
    assert paths.loc[["security", "quality"], "std.all"].tolist() == pytest.approx([0.137, 0.669], abs=5e-4)
    assert paths.loc["security", "pvalue"] == pytest.approx(0.026, abs=5e-4)
    served = answers.scores[list(study.scales["quality"])]
    expected = served.mean(axis=1).where(served.notna().sum(axis=1) >= 3)
    np.testing.assert_allclose(answers.auxiliaries["served"], expected, atol=1e-12)
    assert survey.recodes(answers).set_index("new").loc["age", ["n", "n.missing"]].sum() == 336
