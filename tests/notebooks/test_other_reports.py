"""Whole reports of other studies: a real one against its reference numbers, a Chinese one, one without a model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from helpers import measurement, run, sem, studies, survey

STUDIES = Path(__file__).resolve().parents[1] / "studies"


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / f"{name}.csv", encoding="utf-8-sig")


@pytest.fixture(scope="module")
def kiosk(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kiosk")
    shutil.copytree(STUDIES / "kiosk", home / "kiosk")
    (home / "kiosk" / "raw").mkdir(exist_ok=True)
    shutil.copy(reference_data / "data" / "kiosk_servqual" / "kiosk_clean_n194.csv", home / "kiosk" / "raw")
    assert run.report([home / "kiosk"], reports=home / "reports", draws=400) == 0
    return home / "reports" / "kiosk"


def test_real_gaps_and_their_reliability(kiosk: Path) -> None:
    gaps = table(kiosk, "04_service_quality/gaps").set_index("construct")
    assert gaps.loc["security", ["gap", "t", "dz"]].tolist() == pytest.approx([-1.8093, -18.5564, -1.3323], abs=5e-5)
    differences = table(kiosk, "04_service_quality/difference_reliability").set_index("construct")
    assert differences["johns"][["security", "reliability", "tangibles"]].tolist() == pytest.approx(
        [0.8306, 0.478, 0.512], abs=5e-4)
    assert differences["alpha.difference"][["tangibles", "reliability"]].tolist() == pytest.approx(
        [0.726, 0.666], abs=5e-4)
    assert differences.loc["security", ["alpha.perception", "alpha.expectation"]].tolist() == pytest.approx(
        [0.8318, 0.8569], abs=5e-5)


def test_real_model(kiosk: Path) -> None:
    fit = table(kiosk, "03_structural_model/fit").set_index("measure")["value"]
    assert fit["chisq"] == pytest.approx(52.046, abs=5e-4)
    assert fit["df"] == 30
    assert fit[["cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr"]].tolist() == pytest.approx(
        [0.972, 0.958, 0.062, 0.032, 0.089, 0.051], abs=5e-4)
    paths = table(kiosk, "03_structural_model/paths").set_index(["lhs", "rhs"])
    assert paths.loc[("satisfaction", "security"), ["est", "se", "std.all"]].tolist() == pytest.approx(
        [0.284, 0.055, 0.462], abs=5e-4)
    assert paths.loc[("loyalty", "satisfaction"), ["est", "std.all"]].tolist() == pytest.approx([0.918, 0.82], abs=5e-4)
    assert paths.loc[("loyalty", "security"), ["est", "pvalue"]].tolist() == pytest.approx([-0.018, 0.762], abs=5e-4)
    effects = table(kiosk, "03_structural_model/effects")
    through = effects[effects["effect"].str.count("->|→").eq(2) & effects["effect"].str.startswith("security")]
    assert through["est"].tolist() == pytest.approx([0.261], abs=5e-4)
    assert through["method"].tolist() == ["percentile"]
    assert through["failed"].tolist() == [0]


def test_real_labels_in_the_page(kiosk: Path) -> None:
    text = (kiosk / "05_case_comparison.html").read_text(encoding="utf-8")
    assert "Gender" in text
    assert "Information security" in text
    assert "Synthetic data" not in (kiosk / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("chinese")
    shutil.copytree(STUDIES / "gb18030_ok", home / "gb18030_ok")
    study = home / "gb18030_ok" / "study.yml"
    study.write_text(study.read_text(encoding="utf-8") + "analysis: {draws: 200}\n", encoding="utf-8")
    assert run.report([home / "gb18030_ok"], reports=home / "reports") == 0
    return home / "reports" / "gb18030_ok"


def test_a_chinese_study_speaks_chinese(chinese: Path) -> None:
    for file in chinese.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert 'lang="zh' in text
        assert "合成数据" in text
        assert "What we ask" not in text
    assert "未运行" in (chinese / "index.html").read_text(encoding="utf-8")
    assert not (chinese / "04_service_quality.html").exists()


def test_a_chinese_study_is_fitted_as_it_is_read(chinese: Path) -> None:
    declared = studies.load(STUDIES / "gb18030_ok")
    fit = sem.fit_by_rule(declared.model, survey.load(declared).scores)
    assert table(chinese, "03_structural_model/fit").set_index("measure").loc["chisq", "value"] == pytest.approx(
        fit.measures["chisq"], rel=1e-12)


def test_declared_draws_are_those_of_the_report(chinese: Path) -> None:
    declared = studies.load(chinese.parents[1] / "gb18030_ok")
    settings = declared.analysis.chosen()
    assert settings["draws"] == 200
    own = measurement.htmt(survey.load(declared).scores, declared.scales, conf_level=0.90, draws=200,
                           seed=settings["seed"])
    assert table(chinese, "02_reliability/htmt")["ci.upper"].tolist() == pytest.approx(own["ci.upper"].tolist())
