"""Against lavaan and base R (tests/oracle/replication.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import replication, sem

MODEL = "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nc =~ c1 + c2 + c3\nb ~ a\nc ~ b + a"


@pytest.fixture(scope="module")
def oracle(project_root: Path):
    return lambda name: pd.read_csv(project_root / "tests" / "oracle" / f"replication_{name}.csv",
                                    encoding="utf-8").rename(columns=str.strip)


@pytest.fixture(scope="module")
def answers(oracle) -> dict[str, pd.DataFrame]:
    data = oracle("data")
    return {name: part.drop(columns="study").reset_index(drop=True) for name, part in data.groupby("study")}


@pytest.fixture(scope="module")
def fits(answers) -> dict[str, sem.SemFit]:
    return {name: sem.fit(MODEL, data, estimator="MLR") for name, data in answers.items()}


def test_paths_and_effects_with_the_errors_of_both_metrics(fits, oracle):
    wanted = oracle("estimates")
    for name, fit in fits.items():
        of = wanted[wanted["study"] == name]
        found = replication.estimates(fit).set_index(["effect", "kind"])
        keys = [("a -> b", "direct"), ("b -> c", "direct"), ("a -> c", "direct"), ("a -> b -> c", "indirect"),
                ("a -> c", "total")]
        for column in ("est", "se", "std.all", "std.all.se"):
            np.testing.assert_allclose(found.loc[keys, column].to_numpy(), of[column].to_numpy(), rtol=2e-4, atol=2e-6)


def test_equal_paths_together_and_one_by_one(answers, oracle):
    wanted = oracle("equal")
    treatment = sem.treatment(MODEL, answers["original"], estimator="MLR")
    found = replication.equal_paths(MODEL, answers["original"], answers["replication"], treatment=treatment)
    assert found["test"].tolist() == ["all", "one", "one", "one"]
    assert found["method"].iloc[0] == "satorra.bentler.2001"
    np.testing.assert_allclose(found[["chisq", "df"]].to_numpy(float), wanted[["chisq", "df"]].to_numpy(float),
                               rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(found["pvalue"], wanted["pvalue"], rtol=5e-3)
    np.testing.assert_allclose(found["difference"].iloc[1:], wanted["difference"].iloc[1:], atol=1e-4)


def test_agreement(oracle):
    wanted = oracle("pairs")
    pairs = wanted[["est.original", "se.original", "est.replication", "se.replication"]]
    found = replication.agreement(pairs, bound=wanted["bound"])
    for column in ("ci.lower", "ci.upper", "pvalue", "prediction.ci.lower", "prediction.ci.upper", "equivalence.pvalue",
                   "d33", "d33.pvalue"):
        np.testing.assert_allclose(found[column], wanted[column], rtol=1e-8, atol=1e-14, err_msg=column)
    np.testing.assert_allclose(found["bf"], wanted["bf"], rtol=1e-6)
    adjusted = replication.agreement(pairs, bound=wanted["bound"], adjust="holm")
    np.testing.assert_allclose(adjusted["pvalue"], wanted["pvalue.holm"], rtol=1e-8)
