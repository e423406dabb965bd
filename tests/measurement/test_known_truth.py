"""Chosen loadings come back, and intervals hold what they promise."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.measurement import resampling
from helpers.measurement.coefficient_alpha import feldt_interval, of_covariances
from helpers.measurement.one_factor import one_factor

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5])
SD = np.array([1.0, 2.0, 1.5, 0.5])


def population(loadings=LOADINGS, sd=SD):
    cor = np.outer(loadings, loadings)
    np.fill_diagonal(cor, 1)
    return cor * np.outer(sd, sd)


def drawn(cov, n, samples, seed):
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(cov)), cov, (samples, n), method="cholesky")


def within(share, promised, samples, errors=3.5):
    """Whether a share of covered samples is what the level promises, up to simulation error."""
    return abs(share - promised) < errors * np.sqrt(promised * (1 - promised) / samples)


def test_the_model_behind_a_covariance_matrix_is_found_exactly():
    fitted = one_factor(population()[..., None])
    np.testing.assert_allclose(fitted.loadings[:, 0] / SD, LOADINGS, atol=1e-8)
    np.testing.assert_allclose(fitted.residuals[:, 0] / SD**2, 1 - LOADINGS**2, atol=1e-8)


def test_omega_cr_and_ave_are_those_of_the_chosen_loadings():
    loadings = {"trust": [0.8, 0.7, 0.6], "loyalty": [0.9, 0.6, 0.5, 0.7]}
    each = np.concatenate(list(loadings.values()))
    owner = np.repeat([0, 1], [3, 4])
    cor = np.outer(each, each) * np.where(np.equal.outer(owner, owner), 1, 0.5)
    np.fill_diagonal(cor, 1)
    names = [f"{name}{i}" for name, values in loadings.items() for i in range(len(values))]
    answers = pd.DataFrame(drawn(cor, 60_000, 1, seed=5)[0], columns=names)
    scales = {name: [f"{name}{i}" for i in range(len(values))] for name, values in loadings.items()}
    fit = sem.fit(measurement.correlated_factors(scales), answers)
    validity = measurement.validity(fit, measurement.htmt(answers, scales, draws=0)).set_index("construct")
    reliability = measurement.reliability(answers, scales, draws=0).set_index("construct")
    for name, values in loadings.items():
        chosen = np.array(values)
        omega = chosen.sum() ** 2 / (chosen.sum() ** 2 + (1 - chosen**2).sum())
        assert validity.at[name, "ave"] == pytest.approx((chosen**2).mean(), abs=0.006)
        assert validity.at[name, "cr"] == pytest.approx(omega, abs=0.006)
        assert reliability.at[name, "omega"] == pytest.approx(omega, abs=0.006)  # items of variance 1: omega is CR
        assert reliability.at[name, "omega.observed"] == pytest.approx(omega, abs=0.006)
    assert validity["max.cor"].tolist() == pytest.approx([0.5, 0.5], abs=0.012)
    assert validity.at["trust", "max.htmt"] == pytest.approx(0.5, abs=0.02)  # nearly: loadings within a scale differ


def test_feldts_interval_covers_alpha_of_parallel_items():
    cov = population(np.full(4, 0.7), np.ones(4))
    truth, samples = of_covariances(cov[..., None])[0], 2000
    covered = 0
    for sample in drawn(cov, 60, samples, seed=11):
        alpha = of_covariances(np.cov(sample, rowvar=False)[..., None])[0]
        lower, upper = feldt_interval(alpha, n=60, k=4, conf_level=0.95)
        covered += lower <= truth <= upper
    assert within(covered / samples, 0.95, samples)


def coverage(statistic, truth, samples, conf_level):
    held = 0
    for i, sample in enumerate(samples):
        lower, upper, _ = resampling.percentiles(statistic(sample, i), conf_level)
        held += lower <= truth <= upper
    return held / len(samples)


def test_the_bootstrap_interval_of_omega_covers_it():
    cov = population()
    common = (LOADINGS * SD).sum() ** 2
    truth = common / (common + ((1 - LOADINGS**2) * SD**2).sum())

    def omegas(sample, seed):
        start = one_factor(np.cov(sample, rowvar=False)[..., None])
        found = one_factor(resampling.covariances([sample], draws=300, seed=seed)[0], start=start)
        shared = found.loadings.sum(axis=0) ** 2
        return shared / (shared + found.residuals.sum(axis=0))

    share = coverage(omegas, truth, drawn(cov, 200, 500, seed=12), 0.95)
    # A percentile interval of 300 draws at n = 200 promises its level only roughly.
    assert 0.92 <= share <= 0.97


def test_the_bootstrap_interval_of_htmt_covers_it():
    loads, phi = np.repeat(0.7, 6), 0.6
    cor = np.outer(loads, loads) * np.where(np.equal.outer(np.arange(6) // 3, np.arange(6) // 3), 1, phi)
    np.fill_diagonal(cor, 1)
    scales = {"a": ["0", "1", "2"], "b": ["3", "4", "5"]}
    held, samples = 0, 250
    for i, sample in enumerate(drawn(cor, 200, samples, seed=13)):
        row = measurement.htmt(pd.DataFrame(sample, columns=list("012345")), scales, draws=250, seed=i).iloc[0]
        held += row["ci.lower"] <= phi <= row["ci.upper"]
    assert 0.85 <= held / samples <= 0.95  # promised: .90


def test_resampled_covariances_are_those_of_the_resampled_rows():
    answers = np.random.default_rng(1).normal(size=(40, 3))
    answers[::7] = np.nan
    ours = resampling.covariances([answers], draws=5, seed=9)[0]
    counts = np.concatenate(list(resampling.counted_draws(40, draws=5, seed=9)))
    for draw in range(5):
        rows = np.repeat(answers, counts[draw].astype(int), axis=0)
        rows = rows[~np.isnan(rows[:, 0])]
        np.testing.assert_allclose(ours[..., draw], np.cov(rows, rowvar=False), atol=1e-12)
