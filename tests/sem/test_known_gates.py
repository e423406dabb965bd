"""Does each gate fail where it must, pass just beside it, and rarely cry wolf?

A population whose covariances are known exactly decides what the estimates are: fitted to its own implied moments the
model returns the population, so a factor correlation of 1.02 is estimated as 1.02.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import DataError, ModelError

NAMES = tuple(f"x{i}" for i in range(1, 7))
LOADINGS = (0.8, 0.7, 0.75)
TWO_FACTORS = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\n"
ONE_FACTOR = "f =~ x1 + x2 + x3"

# Share of correct models that are stopped, as measured over 200 samples of n = 200 (seed below); the test leaves
# four Monte-Carlo standard deviations. test_known_truth.py finds none in 550 samples with ordinary correlations.
SAMPLES, N = 200, 200
FALSE_ALARMS = {0.80: 0.0, 0.95: 0.07}  # true factor correlation: measured share; all are `latent_covariance`


def moments(cov: np.ndarray, n: int, names: tuple[str, ...] = NAMES) -> sem.Moments:
    return sem.Moments(cov=pd.DataFrame(cov * n / (n - 1), list(names), list(names)), n=n)


def two_factors(correlation: float = 0.3, loadings: tuple[float, ...] = LOADINGS) -> np.ndarray:
    """Covariances of six items of unit variance."""
    by = np.kron(np.eye(2), np.array(loadings)[:, None])
    cov = by @ np.array([[1, correlation], [correlation, 1]]) @ by.T
    np.fill_diagonal(cov, 1.0)
    return cov


def failed(fit: sem.SemFit) -> dict[str, str]:
    return {check.gate: check.severity for check in fit.checks if not check.passed}


def one_factor(correlation: float) -> np.ndarray:
    """Three items, of which the first correlates .5 with both others."""
    return np.array([[1, 0.5, 0.5], [0.5, 1, correlation], [0.5, correlation, 1]])


def with_residual_correlation(correlation: float) -> np.ndarray:
    cov = two_factors()
    cov[0, 3] = cov[3, 0] = cov[0, 3] + correlation * (1 - LOADINGS[0] ** 2)
    return cov


def with_residual_variance(variance: float) -> np.ndarray:
    cov = two_factors(0.4)
    cov[0, 0] = LOADINGS[0] ** 2 + variance
    return cov


def with_outcome(correlation: float, first: float, second: float) -> np.ndarray:
    """Two factors and an observed outcome with the two paths."""
    factors, paths = np.array([[1, correlation], [correlation, 1]]), np.array([first, second])
    cov = np.zeros((7, 7))
    cov[:6, :6] = two_factors(correlation)
    cov[6, :6] = cov[:6, 6] = np.kron(np.eye(2), np.array(LOADINGS)[:, None]) @ factors @ paths
    cov[6, 6] = paths @ factors @ paths + 0.5
    return cov


# gate, model, covariances that fail it, covariances of the near miss, n
STOPS = (
    ("converged", ONE_FACTOR, one_factor(-0.05), one_factor(0.02), 300, 300),  # no finite loadings give -.05
    ("latent_covariance", TWO_FACTORS, two_factors(1.02), two_factors(0.98), 300, 300),
    ("residual_covariance", TWO_FACTORS + "x1 ~~ x4", with_residual_correlation(1.05),
     with_residual_correlation(0.95), 300, 300),
    ("negative_variance", TWO_FACTORS, with_residual_variance(-0.08), with_residual_variance(-0.08), 2_000, 50),
    ("collinear", TWO_FACTORS + "y ~ f + g", with_outcome(0.98, 5.0, -4.6), with_outcome(0.98, 0.5, 0.4), 400, 400),
    ("defined", "f =~ x1 + p*x2 + x3\nroot := sqrt(p)", two_factors(loadings=(0.8, -0.7, 0.75))[:3, :3],
     two_factors()[:3, :3], 300, 300),
    ("sample_size", TWO_FACTORS, two_factors(), two_factors(), 25, 26),  # 13 parameters, two respondents each
)


@pytest.mark.parametrize(("gate", "model", "bad", "near", "n_bad", "n_near"), STOPS, ids=[stop[0] for stop in STOPS])
def test_a_stop_stops_and_its_near_miss_does_not(gate: str, model: str, bad: np.ndarray, near: np.ndarray, n_bad: int,
                                                 n_near: int) -> None:
    names = (*NAMES, "y")[: len(bad)]
    stopped = sem.fit(model, moments=moments(bad, n_bad, names))
    assert failed(stopped)[gate] == "stop"
    assert stopped.stopped
    passed = sem.fit(model, moments=moments(near, n_near, names))
    assert failed(passed).get(gate) != "stop"
    assert not passed.stopped


def test_every_stop_has_its_failing_model() -> None:
    stops = {check.gate for stop in STOPS
             for check in sem.fit(stop[1], moments=moments(stop[2], stop[4], (*NAMES, "y")[: len(stop[2])])).checks
             if check.severity == "stop"}
    assert stops == {stop[0] for stop in STOPS} | {"identified"}


def test_what_is_not_identified_is_refused_and_its_near_miss_is_not() -> None:
    """Two factors of two items each live on their covariance."""
    pairs, names = "f =~ x1 + x2\ng =~ x4 + x5", ("x1", "x2", "x4", "x5")
    kept = [0, 1, 3, 4]
    with pytest.raises(ModelError):
        sem.fit(pairs, moments=moments(two_factors(0.0)[np.ix_(kept, kept)], 300, names))
    near = sem.fit(pairs, moments=moments(two_factors(0.05)[np.ix_(kept, kept)], 300, names))
    assert not near.stopped


def test_singular_data_are_refused_and_their_near_miss_is_not() -> None:
    cov = two_factors()
    doubled = cov.copy()
    doubled[1] = doubled[0]
    doubled[:, 1] = doubled[:, 0]
    with pytest.raises(DataError):
        sem.fit(TWO_FACTORS, moments=moments(doubled, 300))
    assert sem.fit(TWO_FACTORS, moments=moments(doubled + 0.01 * np.eye(6), 300)).converged


def test_cautions_beside_their_stops() -> None:
    caution = sem.fit(TWO_FACTORS + "y ~ f + g", moments=moments(with_outcome(0.98, 0.5, 0.4), 400, (*NAMES, "y")))
    assert failed(caution)["collinear"] == "caution"
    clear = sem.fit(TWO_FACTORS + "y ~ f + g", moments=moments(with_outcome(0.6, 0.5, 0.4), 400, (*NAMES, "y")))
    assert "collinear" not in failed(clear)
    for n, severity in ((26, "caution"), (64, "caution"), (65, None)):  # five respondents per parameter
        assert failed(sem.fit(TWO_FACTORS, moments=moments(two_factors(), n))).get("sample_size") == severity
    small = sem.fit(TWO_FACTORS, moments=moments(with_residual_variance(-0.02), 100))
    assert failed(small)["negative_variance"] == "caution"
    assert failed(small)["standardized"] == "caution"
    assert "negative_variance" not in failed(sem.fit(TWO_FACTORS, moments=moments(with_residual_variance(0.02), 100)))


@pytest.mark.parametrize("correlation", FALSE_ALARMS)
def test_false_alarms_are_as_rare_as_stated(correlation: float) -> None:
    rng = np.random.default_rng(200)
    root = np.linalg.cholesky(two_factors(correlation))
    stopped = 0
    for _ in range(SAMPLES):
        scores = pd.DataFrame(rng.standard_normal((N, 6)) @ root.T, columns=list(NAMES))
        stopped += sem.fit(TWO_FACTORS, scores).stopped
    share = FALSE_ALARMS[correlation]
    assert stopped / SAMPLES <= share + 4 * np.sqrt(max(share, 1 / SAMPLES) / SAMPLES)
