"""Constructs by correlation: what was simulated comes back, and one construct stays one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from helpers.drafting.clusters import against, clusters, correlations


def drawn(sizes: list[int], *, general: float, seed: int, n: int = 250, turned: tuple[int, ...] = ()) -> pd.DataFrame:
    """Five-point answers of constructs that correlate by ``general``; loadings .8."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    columns = []
    for size in sizes:
        factor = np.sqrt(general) * common + np.sqrt(1 - general) * rng.normal(size=n)
        columns += [0.8 * factor + 0.6 * rng.normal(size=n) for _ in range(size)]
    scores = np.clip(np.round(np.array(columns).T * 1.2 + 3), 1, 5)
    scores[:, list(turned)] = 6 - scores[:, list(turned)]
    return pd.DataFrame(scores, columns=[f"i{number}" for number in range(sum(sizes))])


def parts(sizes: list[int]) -> list[list[str]]:
    ends = np.cumsum([0, *sizes])
    return [[f"i{number}" for number in range(start, end)] for start, end in pairwise(ends)]


@pytest.mark.parametrize(("sizes", "general", "least"), [
    ([4, 4], 0.3, 10), ([4, 5, 4, 4, 5], 0.6, 10), ([3] * 8, 0.5, 9), ([4, 5, 4, 4, 5], 0.8, 7)])
def test_simulated_constructs_come_back(sizes, general, least):
    found = [clusters(correlations(scores), list(scores))
             for scores in (drawn(sizes, general=general, seed=seed) for seed in range(10))]
    assert sum(sorted(groups) == sorted(parts(sizes)) and not left for groups, left in found) >= least


@pytest.mark.parametrize("size", [3, 4, 8, 22])
def test_one_construct_stays_one(size):
    found = [clusters(correlations(scores), list(scores))
             for scores in (drawn([size], general=0.5, seed=seed) for seed in range(20))]
    assert sum(len(groups) == 1 and not left for groups, left in found) >= 18


def test_items_that_go_with_none_are_left():
    scores = drawn([4, 4], general=0.3, seed=3).assign(
        noise=np.random.default_rng(9).integers(1, 6, size=250).astype(float))
    groups, left = clusters(correlations(scores), list(scores))
    assert (sorted(groups), left) == (parts([4, 4]), ["noise"])


def test_an_item_against_its_construct_is_named_and_no_other():
    scores = drawn([5], general=0.3, seed=4, turned=(2,))
    found = against(correlations(scores), list(scores), scores)
    assert list(found) == ["i2"]
    assert found["i2"] == pytest.approx(scores["i2"].corr(scores.drop(columns="i2").mean(axis=1)), abs=0.02)
    assert against(correlations(drawn([5], general=0.3, seed=4)), list(scores), drawn([5], general=0.3, seed=4)) == {}
