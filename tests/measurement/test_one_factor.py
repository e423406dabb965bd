"""The batched one-factor estimates are those of the estimation core, wherever either has any."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import ModelError
from helpers.measurement.one_factor import one_factor


def small_sample(seed):
    random = np.random.default_rng(seed)
    k, n = int(random.integers(3, 7)), int(random.integers(25, 80))
    loadings = random.uniform(0.1, 0.9, k)
    answers = random.normal(size=(n, 1)) * loadings + random.normal(size=(n, k)) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(answers, columns=list("abcdef")[:k])


@pytest.mark.parametrize("seed", range(40))
def test_small_samples_have_the_same_estimates_or_none(seed):
    answers = small_sample(seed)
    ours = one_factor(np.cov(answers, rowvar=False, ddof=0)[..., None])
    try:
        fit = sem.fit(measurement.correlated_factors({"factor": list(answers)}), answers, std_lv=True)
        found = fit.converged
    except ModelError:
        found = False
    assert ours.converged[0] == found
    if found:
        parameters = fit.parameters
        loadings = parameters.loc[parameters["op"] == "=~", "est"].to_numpy()
        np.testing.assert_allclose(ours.loadings[:, 0], loadings * np.sign(loadings.sum()), rtol=0, atol=1e-6)


def test_many_matrices_at_once_are_each_alone():
    covs = np.stack([np.cov(small_sample(seed).iloc[:, :3], rowvar=False) for seed in range(30)], axis=-1)
    together = one_factor(covs)
    for i in range(30):
        alone = one_factor(covs[..., i:i + 1])
        assert alone.converged[0] == together.converged[i]
        np.testing.assert_allclose(alone.loadings[:, 0], together.loadings[:, i], rtol=0, atol=1e-10)


def test_the_scale_of_an_item_changes_its_loading_alone():
    cov = np.cov(small_sample(3), rowvar=False)
    units = np.linspace(0.01, 100, len(cov))
    plain, scaled = one_factor(cov[..., None]), one_factor((cov * np.outer(units, units))[..., None])
    np.testing.assert_allclose(scaled.loadings[:, 0] / units, plain.loadings[:, 0], rtol=1e-9)


def test_a_matrix_without_a_number_fails_alone():
    cov = np.repeat(np.cov(small_sample(3), rowvar=False)[..., None], 3, axis=2)
    cov[0, 1, 1] = np.nan
    assert one_factor(cov).converged.tolist() == [True, False, True]
