"""The same numbers as R on answers that do not come with the repository; only where they are there."""

import json

import numpy as np
import pandas as pd
import pytest

from helpers import measurement

REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")


@pytest.fixture(scope="module")
def answers(reference_data):
    folder = reference_data / "oracle" / "data"
    bfi = pd.read_csv(folder / "bfi.csv", encoding="utf-8").iloc[:, 1:26]
    bfi = bfi.assign(**{name: 7 - bfi[name] for name in REVERSED})
    return {"bfi_cc": bfi.dropna(), "bfi_all": bfi,
            "HS": pd.read_csv(folder / "HolzingerSwineford1939.csv", encoding="utf-8"),
            "PD": pd.read_csv(folder / "PoliticalDemocracy.csv", encoding="utf-8")}


def read(reference_data, name):
    return json.loads((reference_data / "oracle" / f"{name}.json").read_text(encoding="utf-8"))


def test_scales_of_four_studies_are_those_of_psych_and_semtools(answers, reference_data):
    compared = 0
    for name, theirs in read(reference_data, "reliability_scales").items():
        scores = answers[theirs["data"]][theirs["items"]]
        if scores.isna().any(axis=None):  # psych takes pairwise covariances there
            continue
        row = measurement.reliability(scores, {name: theirs["items"]}, draws=0).iloc[0]
        expected = {"alpha": theirs["raw_alpha"], "alpha.std": theirs["std_alpha"], "mean.r": theirs["average_r"],
                    "alpha.ci.lower": theirs["feldt"]["lower"], "alpha.ci.upper": theirs["feldt"]["upper"],
                    "se.measurement": theirs["sem_measurement_sum"]}
        for column, value in expected.items():
            assert row[column] == pytest.approx(value, abs=1e-10), (name, column)
        # lavaan's default stop.
        assert row["omega"] == pytest.approx(theirs["cfa1"]["omega_modelvar"], abs=1e-5), name
        assert row["omega.observed"] == pytest.approx(theirs["cfa1"]["omega_obsvar"], abs=1e-5), name
        standard = (scores - scores.mean()) / scores.std()
        bounds = measurement.lower_bounds(standard, {name: theirs["items"]}).iloc[0]
        for at in (1, 2, 3, 5, 6):
            assert bounds[f"lambda{at}"] == pytest.approx(theirs["guttman_R"][f"l{at}"], abs=1e-10), (name, at)
        if len(theirs["items"]) % 2 == 0:
            halves = [bounds["lambda4"], bounds["split.mean"], bounds["split.min"]]
            theirs = theirs["splithalf_R"]
            assert halves == pytest.approx([theirs["max"], theirs["mean"], theirs["min"]], abs=1e-10), name
        compared += 1
    assert compared == 12


def test_ordinal_coefficients_of_bfi_are_those_of_semtools(answers, reference_data):
    theirs = read(reference_data, "ordinal_reliability")
    scales = {name: [f"{name}{i}" for i in range(1, 6)] for name in "ACENO"}
    table = measurement.ordinal_reliability(answers["bfi_cc"], scales).set_index("construct")
    for name in scales:
        assert table.at[name, "omega.categorical"] == pytest.approx(theirs[name]["omega_cat_GreenYang"], abs=1e-6)
        assert table.at[name, "alpha.ordinal"] == pytest.approx(theirs[name]["ordinal_alpha_lavCor"], abs=1e-6)
        assert table.at[name, "alpha"] == pytest.approx(theirs[name]["alpha_cat"], abs=1e-10)


def test_intraclass_correlations_of_shrout_and_fleiss_are_those_of_psych(reference_data):
    ratings = pd.read_csv(reference_data / "oracle" / "data" / "shrout_fleiss.csv", encoding="utf-8").to_numpy(float)
    theirs = {row["type"]: row for row in read(reference_data, "icc_kappa")["icc"]}
    for kind, name in (("A", "ICC2"), ("C", "ICC3")):
        found = measurement.icc(ratings, kind=kind)
        expected = [theirs[name][key] for key in ("ICC", "lower bound", "upper bound")]
        np.testing.assert_allclose([found.value, found.lower, found.upper], expected, atol=1e-10)
