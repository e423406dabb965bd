"""Are clusters resampled whole, with the spread that the cluster-robust errors state, and refused where they cannot?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import ModelError
from helpers.sem.resampling.bootstrap import refitted
from helpers.sem.resampling.jackknife import left_out
from helpers.sem.resampling.resample import counted, material

MODEL = "f =~ a + b + c + d\ng =~ e + h + i\ng ~ x*f\ntwice := 2*x"
ITEMS = list("abcdehi")
BRANCHES, EACH = 80, 12


def branches(seed: int, *, uneven: bool = False, groups: bool = False) -> pd.DataFrame:
    """Answers of which a quarter of the variance lies between branches."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 2 * EACH, BRANCHES) if uneven else np.full(BRANCHES, EACH)
    branch = np.repeat(np.arange(BRANCHES), sizes)
    half = np.sqrt([0.3, 0.7])
    factors = half[0] * rng.standard_normal((BRANCHES, 2))[branch] + half[1] * rng.standard_normal((len(branch), 2))
    factors[:, 1] += 0.5 * factors[:, 0]
    errors = 0.3 * rng.standard_normal((BRANCHES, 7))[branch] + 0.6 * rng.standard_normal((len(branch), 7))
    data = pd.DataFrame(0.8 * factors[:, [0] * 4 + [1] * 3] + errors, columns=ITEMS).assign(branch=branch + 100)
    return data.assign(side=np.where(branch % 2, "left", "right")) if groups else data


@pytest.fixture(scope="module")
def fit() -> sem.SemFit:
    return sem.fit(MODEL, branches(5, uneven=True), cluster="branch")


def test_a_draw_is_the_model_fitted_to_the_rows_of_the_drawn_branches(fit: sem.SemFit) -> None:
    data = branches(5, uneven=True)
    found = sem.bootstrap(fit, draws=3, seed=2, keep_indices=True)
    assert found.indices.shape == (3, BRANCHES)
    labels = pd.unique(data["branch"])
    for draw in range(3):
        again = pd.concat([data[data["branch"] == labels[at]] for at in found.indices[draw]])
        expected = sem.fit(MODEL, again).parameters["est"].to_numpy()
        np.testing.assert_allclose(found.values[draw], expected[:-1], atol=1e-5)
        assert found.draws["twice"][draw] == pytest.approx(expected[-1], abs=1e-4)


def test_draws_spread_as_the_cluster_robust_errors_say(fit: sem.SemFit) -> None:
    """A known truth beside it: rows drawn one by one would miss what branches add."""
    free = fit.parameters["se"] > 0
    found = sem.bootstrap(fit, draws=1000, seed=1).parameters
    ratio = (found["se"] / fit.parameters["se"])[free]
    assert ratio.median() == pytest.approx(1.0, abs=0.05)
    assert ratio.between(0.8, 1.25).all()
    alone = sem.bootstrap(sem.fit(MODEL, branches(5, uneven=True)), draws=500, seed=1).parameters
    path = (found["lhs"] == "g") & (found["op"] == "~")
    assert (alone["se"] / found["se"])[path].item() < 0.9


def test_the_spread_over_draws_is_the_spread_over_populations() -> None:
    estimates, errors = [], []
    for seed in range(60):
        each = sem.fit(MODEL, branches(1_000 + seed), cluster="branch")
        estimates.append(each.parameters["est"])
        if seed < 6:
            errors.append(sem.bootstrap(each, draws=250, seed=seed).parameters["se"])
    path = (each.parameters["lhs"] == "g") & (each.parameters["op"] == "~")
    true, stated = np.std(estimates, axis=0, ddof=1)[path].item(), np.mean(errors, axis=0)[path].item()
    assert stated / true == pytest.approx(1.0, abs=0.3)  # 60 populations know their spread to 9 %


def test_the_seed_decides_and_not_the_workers(fit: sem.SemFit) -> None:
    one, two = (sem.bootstrap(fit, draws=300, seed=4, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.draws, two.draws)
    assert not np.array_equal(one.values, sem.bootstrap(fit, draws=300, seed=5).values)


def test_branches_stay_in_their_group_and_a_branch_in_both_is_drawn_with_both() -> None:
    data = branches(6, groups=True)
    nested = material(sem.fit(MODEL, data, cluster="branch", group="side"))
    assert nested.units == [BRANCHES // 2, BRANCHES // 2]
    counts = counted(np.arange(BRANCHES)[None], BRANCHES)[:, nested.cluster]
    assert (counts == 1).all()
    crossed = sem.fit(MODEL, data.assign(side=np.where(np.arange(len(data)) % 2, "l", "r")), cluster="branch",
                      group="side")
    assert material(crossed).units == [BRANCHES]
    found = sem.bootstrap(crossed, draws=100, seed=1)
    assert found.failed.sum() == 0
    assert (found.parameters["se"] / crossed.parameters["se"])[crossed.parameters["se"] > 0].median() == pytest.approx(
        1.0, abs=0.2)


def test_bca_leaves_out_whole_branches(fit: sem.SemFit) -> None:
    data = branches(5, uneven=True)
    values, units = left_out(fit)
    assert units == [BRANCHES]
    first = data[data["branch"] != data["branch"].iloc[0]]
    np.testing.assert_allclose(values[0], sem.fit(MODEL, first).parameters["est"].to_numpy()[:-1], atol=1e-5)
    found = sem.bootstrap(fit, draws=200, seed=1, ci="bca").parameters
    assert (found["ci.lower"] <= found["ci.upper"]).all()


def test_a_draw_without_a_group_fails_and_is_counted() -> None:
    data = branches(6).assign(side="left")
    data.loc[data["branch"] < 102, "side"] = "right"
    data.loc[data["branch"] == 101, "side"] = "left"
    crossed = data.assign(side=data["side"].mask((data["branch"] == 102) & (data.index % 2 == 0), "right"))
    fitted = sem.fit(MODEL, crossed, cluster="branch", group="side", group_equal=["loadings"])
    of = material(fitted)
    counts = (crossed["side"] == "left").to_numpy(dtype=float)
    left = np.concatenate([counts[crossed["side"].to_numpy() == label] for label in fitted.groups])
    _, reasons, _, _ = refitted(of, left[None, :])
    assert reasons.tolist() == ["singular"]


def test_what_cannot_be_drawn_is_refused(fit: sem.SemFit) -> None:
    weighted = sem.fit(MODEL, branches(5).assign(w=1.5), cluster="branch", weights="w")
    with pytest.raises(ModelError, match="weights"):
        sem.bootstrap(weighted, draws=10, seed=1)
    with pytest.raises(ModelError, match="clusters"):
        sem.bollen_stine(fit, draws=10, seed=1)
