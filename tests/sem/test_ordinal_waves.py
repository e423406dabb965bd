"""Ordinal items of the same people in two waves: lavaan's numbers on semTools' models, known truth, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import HelpersError

ORACLE = Path(__file__).parents[1] / "oracle"
ITEMS = ["x1", "x2", "x3", "x4"]
MODEL = "f =~ x1 + x2 + x3 + x4"
WAVES = {wave: [item + wave for item in ITEMS] for wave in "ab"}
OPTIONS = {"waves": WAVES, "ordered": ITEMS, "estimator": "WLSMV"}


@pytest.fixture(scope="module")
def lavaan() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(ORACLE / f"ordinal_waves_{name}.csv", encoding="utf-8")
            for name in ("data", "measures", "differences", "means")}


def people(*, mean: float = 0.4, shift: float = 0.0, n: int = 600, seed: int = 1) -> pd.DataFrame:
    """Draw four-point answers; x3 drifts by `shift` in the second wave."""
    random = np.random.default_rng(seed)
    first, own = random.standard_normal(n), 0.5 * random.standard_normal((n, 4))
    second = mean + 0.7 * first + np.sqrt(0.51) * random.standard_normal(n)
    parts = {}
    for wave, f in (("a", first), ("b", second)):
        for at, item in enumerate(ITEMS):
            drift = shift if (item, wave) == ("x3", "b") else 0
            response = drift + 0.9 * f + own[:, at] + 0.6 * random.standard_normal(n)
            parts[item + wave] = np.digitize(response, [-1.0, 0.0, 1.0]) + 1
    return pd.DataFrame(parts)


def test_levels_and_means_are_those_of_lavaan(lavaan: dict) -> None:
    ours = sem.invariance(MODEL, lavaan["data"], **OPTIONS).set_index("level")
    theirs = lavaan["measures"].pivot(index="level", columns="measure", values="value").loc[ours.index]
    for name, form in (("chisq", "chisq.scaled"), ("df", "df.scaled"), ("pvalue", "pvalue.scaled"),
                       ("cfi", "cfi.scaled"), ("rmsea", "rmsea.scaled"), ("srmr", "srmr")):
        np.testing.assert_allclose(ours[name], theirs[form], rtol=1e-5, atol=1e-6, err_msg=name)
    tests = lavaan["differences"].set_index("level")
    np.testing.assert_allclose(ours.loc[tests.index, "delta.chisq"], tests["chisq.diff"], rtol=1e-5)
    np.testing.assert_allclose(ours.loc[tests.index, "delta.df"], tests["df.diff"])
    means, expected = sem.latent_means(MODEL, lavaan["data"], **OPTIONS).iloc[0], lavaan["means"].iloc[0]
    for name in ("est", "se", "ci.lower", "ci.upper", "d"):
        assert means[name] == pytest.approx(expected[name], rel=1e-4)
    assert (means["group"], means["reference"]) == ("b", "a")


def test_a_change_is_recovered_and_a_drifting_item_is_named() -> None:
    found = pd.concat([sem.latent_means(MODEL, people(seed=seed, n=1000), **OPTIONS) for seed in range(6)])
    assert abs(found["est"].mean() - 0.4) < 4 * found["se"].mean() / np.sqrt(6)
    drifted = people(shift=0.7)
    held = sem.invariance(MODEL, drifted, **OPTIONS).set_index("level")["holds"]
    assert held["loadings"]
    assert not held["intercepts"]
    offer = sem.partial_invariance(MODEL, drifted, level="intercepts", **OPTIONS)
    assert offer.attrs["group_partial"] == ("x3 ~ 1",)
    shown = sem.latent_means(MODEL, drifted, group_partial=["x3 ~ 1"], **OPTIONS).iloc[0]
    assert abs(shown["est"] - 0.4) < 4 * shown["se"]


@pytest.mark.parametrize(("change", "options", "id"), [
    ({}, {"ordered": ["x1a"]}, "sem.ordinal_mixed"), ({}, {"group": "x1a"}, "sem.groups_or_waves"),
    ({"x2b": 1}, {}, "sem.ordinal_categories"), ({}, {"model": "f =~ x1 + 1*x2 + x3 + x4"}, "sem.ordinal_model"),
    ({}, {"waves": {**WAVES, "c": ["y1", "y2", "y3", "y4"]}}, "sem.waves_absent"),
])
def test_what_is_refused(change: dict, options: dict, id: str) -> None:
    asked = {"model": MODEL, **OPTIONS, **options}
    with pytest.raises(HelpersError) as caught:
        sem.invariance(asked.pop("model"), people(n=200).assign(**change), **asked)
    assert caught.value.problems[0].id == id


def test_columns_may_be_named_instead_of_items(lavaan: dict) -> None:
    data = lavaan["data"]
    named = sem.invariance(MODEL, data, levels=["configural"], **OPTIONS | {"ordered": list(data)})
    assert named["chisq"].item() == sem.invariance(MODEL, data, levels=["configural"], **OPTIONS)["chisq"].item()
