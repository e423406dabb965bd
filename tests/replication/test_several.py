"""What each of several studies contributes: known truth, printed matrices among them, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import figures, replication, sem
from helpers.errors import Check, DataError, ModelError
from helpers.replication.pairs_of_studies import overlaps

MODEL = """\
x =~ x1 + x2 + x3
m =~ m1 + m2 + m3
y =~ y1 + y2 + y3
m ~ x
y ~ m + x"""
# In standard deviations: x -> m .5, m -> y .4, x -> y .2; every item has loading .7.
TRUTH = """\
x =~ .7*x1 + .7*x2 + .7*x3
m =~ .7*m1 + .7*m2 + .7*m3
y =~ .7*y1 + .7*y2 + .7*y3
x ~~ 1*x
m ~ .5*x
m ~~ .75*m
y ~ .4*m + .2*x
y ~~ .72*y
""" + "\n".join(f"{item} ~~ .51*{item}" for item in (f"{of}{at}" for of in "xmy" for at in (1, 2, 3)))


def simulated(seed: int, n: int = 500) -> pd.DataFrame:
    return sem.simulate(TRUTH, n=n, seed=seed)


@pytest.fixture(scope="module")
def three() -> replication.Fits:
    samples = {name: simulated(at) for at, name in enumerate("abc")}
    return replication.fits(dict.fromkeys("abc", MODEL), samples)


def formats(names: str, high: float = 7) -> pd.DataFrame:
    rows = [(study, f"{of}{at}", of, 1.0, high) for study in names for of in "xmy" for at in (1, 2, 3)]
    return pd.DataFrame(rows, columns=["study", "item", "construct", "low", "high"])


def test_each_study_brings_its_standardized_paths(three) -> None:
    found = replication.contributed(three)
    assert found["effect"].iloc[:3].nunique() == 1, "studies stand under each other"
    for study, fit in three.by_study.items():
        own = fit.parameters[fit.parameters["op"] == "~"].set_index(["rhs", "lhs"])
        part = found[(found["study"] == study) & (found["kind"] == "direct")].set_index("effect")
        for (rhs, lhs), row in own.iterrows():
            assert part.loc[f"{rhs} -> {lhs}", "est"] == pytest.approx(row["std.all"])
            assert part.loc[f"{rhs} -> {lhs}", "se"] == pytest.approx(row["std.all.se"])
        effects = sem.effects(fit).set_index("effect")
        indirect = found[(found["study"] == study) & (found["kind"] == "indirect")].iloc[0]
        assert indirect["est"] == pytest.approx(effects.loc["x -> m -> y", "std.all"])
        assert indirect["unstandardized.se"] == pytest.approx(effects.loc["x -> m -> y", "se"])


def test_the_synthesis_and_the_pooled_model_recover_the_truth(three) -> None:
    combined = replication.synthesis(replication.contributed(three)).query("kind == 'direct'").set_index("effect")
    stage = replication.stage_one(replication.correlations(three))
    assert (stage.method, stage.sources) == ("gls", ("latent",))
    found = replication.masem(stage, replication.common_paths(three), seed=1, draws=200).parameters
    for effect, truth in (("x -> m", 0.5), ("m -> y", 0.4), ("x -> y", 0.2)):
        rhs, lhs = effect.split(" -> ")
        row = found[(found["lhs"] == lhs) & (found["rhs"] == rhs)].iloc[0]
        assert abs(row["est"] - truth) < 3.5 * row["se"]
        assert abs(combined.loc[effect, "est"] - truth) < 3.5 * combined.loc[effect, "se"]


def test_correlations_are_those_of_the_constructs_and_know_what_that_costs() -> None:
    """Reliability is .74: scale scores would correlate .37 where the constructs do .50."""
    drawn = [replication.correlations(replication.fits({"a": MODEL, "b": MODEL}, {
        "a": simulated(2 * at, 300), "b": simulated(2 * at + 1, 300)})) for at in range(12)]
    each = [one for pair in drawn for one in pair]
    values = np.array([one.values[0] for one in each])
    errors = np.array([np.sqrt(one.acov[0, 0]) for one in each])
    assert values.mean() == pytest.approx(0.5, abs=4 * errors.mean() / np.sqrt(len(values)))
    assert 0.6 < values.std(ddof=1) / errors.mean() < 1.5
    assert errors.mean() > 1.15 * (1 - 0.25) / np.sqrt(300), "more than of an observed correlation"


def test_a_printed_matrix_stands_beside_answers() -> None:
    names = ["x", "m", "y"]
    printed = sem.Moments(cor=pd.DataFrame([[1, 0.5, 0.4], [0.5, 1, 0.5], [0.4, 0.5, 1]], names, names), n=400)
    found = replication.fits({"a": MODEL, "p": "m ~ x; y ~ m + x"}, {"a": simulated(1), "p": printed})
    shown = replication.studies(found).set_index("study")
    assert shown["data"].tolist() == ["answers", "matrix"]
    estimates = replication.contributed(found)
    row = estimates.query("study == 'p' and effect == 'x -> m'").iloc[0]
    assert row["est"] == pytest.approx(0.5)
    assert row["se"] == pytest.approx(0.75 / np.sqrt(400), rel=0.01)
    stage = replication.stage_one(replication.correlations(found))
    assert stage.sources == ("latent", "printed")
    assert not next(check for check in stage.checks if check.gate == "masem_mixed").passed
    with pytest.raises(DataError, match="common unit"):
        replication.unstandardized(found, estimates, formats("a"))


def test_units_in_common(three) -> None:
    estimates = replication.contributed(three)
    found = replication.unstandardized(three, estimates, formats("abc"))
    assert found["est"].tolist() == estimates["unstandardized"].tolist()
    with pytest.raises(DataError, match="c differ"):
        replication.unstandardized(three, estimates, pd.concat([formats("ab"), formats("c", high=5)]))


def test_a_study_that_cannot_be_fitted_is_named() -> None:
    with pytest.raises(ModelError, match=r"^b: "):
        replication.fits({"a": MODEL, "b": MODEL}, {"a": simulated(1), "b": simulated(2).drop(columns="y3")})


def test_models_that_differ_are_told(three) -> None:
    other = replication.fits({"a": MODEL, "b": MODEL.replace("y ~ m + x", "y ~ m")}, {
        "a": simulated(1, 200), "b": simulated(2, 200)})
    gate = next(check for check in replication.studies(other).attrs["checks"] if check.gate == "synthesis_models")
    assert (gate.passed, gate.values["studies"]) == (False, ["b"])
    assert replication.synthesis(replication.contributed(other)).set_index("effect").loc["x -> y", "method"].tolist()


def test_respondents_of_one_study_in_another_are_refused() -> None:
    answers = pd.DataFrame(np.random.default_rng(1).integers(1, 8, (150, 9)), columns=list(simulated(1)))
    wide = (answers - 1) / 6 * 100  # the same people, coded 0..100
    scales = pd.concat([formats("a"), formats("b").assign(low=0.0, high=100.0)])
    found = overlaps({"a": answers, "b": wide.sample(frac=1, random_state=1)}, scales)
    assert found["flagged"].any()
    with pytest.raises(DataError, match="a - b"):
        replication.fits(dict.fromkeys("ab", MODEL), {"a": answers, "b": wide}, overlap=found)
    unlike = overlaps({"a": answers, "b": wide.add_prefix("q_")}, scales)
    gate = next(check for check in unlike.attrs["checks"] if check.gate == "synthesis_unseen")
    assert (gate.passed, gate.values["pairs"]) == (False, ["a - b"])


def test_a_study_behind_a_failed_stop_is_shown_and_not_combined(three) -> None:
    stopped = replace(three.by_study["b"], checks=(Check("convergence", "stop", False, {}),))
    found = replace(three, by_study={**three.by_study, "b": stopped})
    estimates = replication.contributed(found)
    part = estimates[estimates["study"] == "b"]
    assert part["est"].notna().all()
    assert part[["se", "ci.lower", "unstandardized.se"]].isna().all(axis=None)
    combined = replication.synthesis(estimates)
    assert set(combined["studies"]) == {2}
    left = next(check for check in combined.attrs["checks"] if check.gate == "synthesis_left_out")
    assert (left.passed, left.values["studies"]) == (False, ["b"])
    told = next(check for check in replication.studies(found).attrs["checks"] if check.gate == "synthesis_stopped")
    assert (told.passed, told.values["studies"]) == (False, ["b (convergence)"])


def test_forest_rows_and_their_figure(three) -> None:
    estimates = replication.contributed(three)
    rows = replication.forest_rows(estimates, replication.synthesis(estimates))
    assert rows["summary"].sum() == 3
    assert rows.loc[~rows["summary"]].groupby("head")["weight"].sum().tolist() == pytest.approx([1.0] * 3)
    drawn = figures.synthesis(rows, labels={}, language="zh")
    assert [tick.get_text() for tick in drawn.axes[0].get_yticklabels()][:4] == ["a", "b", "c", "随机效应"]
    with pytest.raises(DataError, match="No effect of this kind"):
        replication.forest_rows(estimates, replication.synthesis(estimates), kinds="defined")
