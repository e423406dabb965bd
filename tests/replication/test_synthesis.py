"""Random-effects synthesis: against R, on known truth, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import replication
from helpers.errors import DataError
from helpers.replication import heterogeneity
from helpers.replication.synthesis import combined

ORACLE = Path(__file__).parents[1] / "oracle"
COMPARED = ["est", "se", "ci.lower", "ci.upper", "pvalue", "tau2", "tau2.ci.lower", "tau2.ci.upper", "i2", "q",
            "q.pvalue", "predicted.ci.lower", "predicted.ci.upper"]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / name, encoding="utf-8", skipinitialspace=True)


def estimates(y, se, effect: str = "x -> y") -> pd.DataFrame:
    return pd.DataFrame({"study": [f"s{at}" for at in range(len(y))], "effect": effect, "kind": "direct",
                         "est": np.asarray(y, float), "se": np.asarray(se, float)})


def test_every_case_agrees_with_r() -> None:
    data, expected = read("synthesis_data.csv"), read("synthesis.csv").set_index("case")
    expected = expected.rename(columns={f"pi.{end}": f"predicted.ci.{end}" for end in ("lower", "upper")})
    found = pd.DataFrame({case: combined(part["est"].to_numpy(), part["se"].to_numpy())
                          for case, part in data.groupby("case")}).T
    assert (found["studies"] == expected["k"]).all()
    at_border = expected["tau2"] < 1e-9
    assert at_border.sum() > 5, "the oracle holds cases without variance between studies"
    assert (found["method"] == "common").sum() == expected["tau2"].isna().sum() > 0
    for column in COMPARED:
        ours = pd.to_numeric(found[column])
        np.testing.assert_allclose(ours, expected[column], rtol=1e-6, atol=2e-7, err_msg=column)


def test_each_trial_left_out_agrees_with_r() -> None:
    trials = read("synthesis_data.csv").query("case == 0")
    found = replication.leave_one_out(estimates(trials["est"], trials["se"]))
    expected = read("synthesis_without.csv")
    np.testing.assert_allclose(found[["est", "tau2"]], expected, rtol=1e-6)
    whole = replication.synthesis(estimates(trials["est"], trials["se"]))["est"].iloc[0]
    np.testing.assert_allclose(found["shift"], expected["est"] - whole, atol=1e-7)


@pytest.mark.parametrize(("k", "tau"), [(3, 0.0), (3, 0.2), (12, 0.2)])
def test_intervals_cover_the_truth_and_the_next_study(k: int, tau: float) -> None:
    """With 250 samples the standard error of a coverage of 95 % is 1.4 points."""
    random = np.random.default_rng(k)
    mean = covered = next_one = 0
    samples = 250
    for _ in range(samples):
        se = random.uniform(0.04, 0.12, k)
        found = combined(0.3 + random.normal(0, tau, k) + random.normal(0, se), se)
        covered += found["ci.lower"] <= 0.3 <= found["ci.upper"]
        next_one += found["predicted.ci.lower"] <= 0.3 + random.normal(0, tau) <= found["predicted.ci.upper"]
        mean += found["est"]
    assert covered / samples > 0.95 - 3.5 * 0.014
    assert next_one / samples > 0.95 - 4 * 0.014
    assert mean / samples == pytest.approx(0.3, abs=4 * np.hypot(0.08, tau) / np.sqrt(k * samples))


def test_never_narrower_than_normal_theory() -> None:
    se = np.full(3, 0.1)
    found = combined(np.array([0.30, 0.30, 0.31]), se)  # by luck alike: the uncorrected interval would be .03 wide
    assert found["tau2"] == 0
    assert found["ci.upper"] - found["ci.lower"] > 2 * 1.96 * 0.1 / np.sqrt(3)


def test_the_variance_is_the_highest_peak_of_its_likelihood() -> None:
    random = np.random.default_rng(5)
    for _ in range(40):
        k = random.integers(3, 9)
        v = random.uniform(0.001, 0.05, k)
        y = random.normal(0, random.choice([0.0, 0.1, 0.4]), k) + random.normal(0, np.sqrt(v))
        found = heterogeneity.reml(y, v)
        grid = np.concatenate([[0.0], np.geomspace(1e-6, 2, 300)])
        best = max(heterogeneity._likelihood(y, v, tau2) for tau2 in grid)
        assert heterogeneity._likelihood(y, v, found) >= best - 1e-12


def test_an_effect_of_one_study_is_shown_and_not_combined() -> None:
    table = pd.concat([estimates([0.2, 0.3, 0.4], [0.1] * 3), estimates([0.5], [0.1], "z -> y")])
    found = replication.synthesis(table).set_index("effect")
    assert found.loc["z -> y", "method"] == "single"
    assert found.loc["z -> y", ["est", "ci.lower", "tau2"]].isna().all()
    gates = {check.gate: check for check in found.attrs["checks"]}
    assert not gates["synthesis_single"].passed
    assert gates["synthesis_single"].values["effects"] == ["z → y"]


def test_a_study_without_a_standard_error_is_named() -> None:
    table = estimates([0.2, 0.3, 0.4], [0.1, np.nan, 0.1])
    found = replication.synthesis(table)
    assert found["studies"].tolist() == [2]
    gate = next(check for check in found.attrs["checks"] if check.gate == "synthesis_left_out")
    assert (gate.passed, gate.values["studies"]) == (False, ["s1"])


@pytest.mark.parametrize(("table", "said"), [
    (estimates([0.2], [0.1]), "Nothing to combine"),
    (estimates([0.2, 0.3], [0.1, 0.0]), "standard error of s1"),
    (pd.concat([estimates([0.2, 0.3], [0.1, 0.1])] * 2), "twice"),
    (estimates([0.2, 0.3], [0.1, 0.1]).drop(columns="se"), "se"),
])
def test_refusals(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError, match=said):
        replication.synthesis(table)


def test_two_studies_cannot_lose_one() -> None:
    with pytest.raises(DataError, match="three studies"):
        replication.leave_one_out(estimates([0.2, 0.3], [0.1, 0.1]))
