"""Levels of invariance and latent means from incomplete answers: lavaan's numbers, known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem

ORACLE = Path(__file__).parents[1] / "oracle"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
TWO = {"first": ["a1", "b1", "c1", "d1"], "second": ["a2", "b2", "c2", "d2"]}
PANEL = ("f1 =~ .8*a1 + .7*b1 + .6*c1 + .7*d1\nf2 =~ .8*a2 + .7*b2 + .6*c2 + .7*d2\nf1 ~~ .6*f2\nf2 ~ .4*1\n"
         "a1 ~~ .3*a2")


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_levels_are_those_of_lavaan(estimator: str) -> None:
    children, measures, differences = (pd.read_csv(ORACLE / f"invariance_fiml_{name}.csv", encoding="utf-8")
                                       for name in ("data", "measures", "differences"))
    ours = sem.invariance(CFA, children, group="school", estimator=estimator, missing="fiml").set_index("level")
    theirs = measures.query("estimator == @estimator").pivot(index="level", columns="measure", values="value")
    theirs, scaled = theirs.loc[ours.index], ".scaled" if estimator == "MLR" else ""
    for name, form in (("chisq", scaled), ("pvalue", scaled), ("cfi", ".robust"), ("rmsea", ".robust"), ("df", ""),
                       ("srmr", "")):  # holes alone make the robust indices differ, by ML too
        np.testing.assert_allclose(ours[name], theirs[name + form], rtol=1e-4, atol=1e-6, err_msg=name)
    tests = differences.query("estimator == @estimator").set_index("level")
    np.testing.assert_allclose(ours.loc[tests.index, "delta.chisq"], tests["chisq.diff"], rtol=1e-4)
    np.testing.assert_allclose(ours.loc[tests.index, "delta.df"], tests["df.diff"])
    np.testing.assert_allclose(ours.loc[tests.index, "delta.pvalue"], tests["pvalue"], atol=1e-5)


def test_who_leaves_the_panel_still_counts() -> None:
    """Recover the change although people with low first answers stay away from the second wave."""
    found = []
    for seed in range(6):
        data = sem.simulate(PANEL, n=700, seed=seed)
        low = data[TWO["first"]].mean(axis=1) < np.random.default_rng(seed).normal(-0.2, 0.5, len(data))
        data.loc[low, TWO["second"]] = np.nan
        found.append(sem.latent_means("f =~ a + b + c + d", data, waves=TWO, missing="fiml", estimator="ML").iloc[0])
    est, se = np.array([row["est"] for row in found]), np.array([row["se"] for row in found])
    assert abs(est.mean() - 0.4 * 0.8) < 4 * se.mean() / np.sqrt(6)
