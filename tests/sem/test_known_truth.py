"""Does `sem.fit` find what was put in: estimates, standard errors, intervals, test, from chosen population values?

Every bound is a Monte-Carlo bound: how far a correct program strays with this many replications, at four standard
deviations (a wrong alarm in about one of 16,000 comparisons; the seeds are fixed).
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest

from helpers import sem

FAR = 4.0  # Monte-Carlo standard deviations
REPLICATIONS, N = 300, 300
TESTS, N_TESTS = 250, 500
GROUP_REPLICATIONS = 80
LOADINGS, RESIDUAL, DISTURBANCE = (1.0, 0.9, 0.8), 0.5, 0.6
A, B, C = 0.5, 0.4, 0.2
DIFFERENCE = 0.3
# Maximum likelihood is consistent, not unbiased: of parameters of order one the bias is of the order 1 / n.
BIAS = 1.0 / N
MEDIATION = """
    x =~ x1 + x2 + x3
    m =~ m1 + m2 + m3
    y =~ y1 + y2 + y3
    m ~ a*x
    y ~ b*m + c*x
    indirect := a*b
    total := c + a*b
"""
TRUTH = {
    **{f"{factor} =~ {factor}{i}": value for factor in "xmy" for i, value in enumerate(LOADINGS, 1)},
    **{f"{factor}{i} ~~ {factor}{i}": RESIDUAL for factor in "xmy" for i in (1, 2, 3)},
    "m ~ x": A, "y ~ m": B, "y ~ x": C, "x ~~ x": 1.0, "m ~~ m": DISTURBANCE, "y ~~ y": DISTURBANCE,
    "indirect": A * B, "total": C + A * B,
}


def population(rng: np.random.Generator, n: int, shift: float = 0.0) -> pd.DataFrame:
    """Draw n respondents; `shift` moves the mean of x."""
    x = shift + rng.standard_normal(n)
    m = A * x + np.sqrt(DISTURBANCE) * rng.standard_normal(n)
    y = B * m + C * x + np.sqrt(DISTURBANCE) * rng.standard_normal(n)
    items = np.column_stack([np.outer(factor, LOADINGS) for factor in (x, m, y)])
    items += np.sqrt(RESIDUAL) * rng.standard_normal(items.shape)
    return pd.DataFrame(items, columns=[f"{factor}{i}" for factor in "xmy" for i in (1, 2, 3)])


@functools.cache
def replications() -> tuple[sem.SemFit, ...]:
    rng = np.random.default_rng(300)
    return tuple(sem.fit(MEDIATION, population(rng, N)) for _ in range(REPLICATIONS))


@functools.cache
def larger_samples() -> tuple[sem.SemFit, ...]:
    rng = np.random.default_rng(500)
    return tuple(sem.fit(MEDIATION, population(rng, N_TESTS)) for _ in range(TESTS))


@functools.cache
def draws() -> dict[str, pd.DataFrame]:
    """Per column of the parameter table: one row per replication, one column per parameter that is estimated."""
    def named(fit: sem.SemFit) -> pd.DataFrame:
        rows = fit.parameters[fit.parameters["se"] > 0]
        rhs = np.where(rows["op"] == ":=", "", " " + rows["op"] + " " + rows["rhs"])
        return rows.set_axis(rows["lhs"] + rhs, axis=0)

    tables = [named(fit) for fit in replications()]
    return {column: pd.DataFrame([table[column] for table in tables]).reset_index(drop=True)
            for column in ("est", "se", "ci.lower", "ci.upper")}


def truth() -> pd.Series:
    return pd.Series(TRUTH)[draws()["est"].columns]


def test_estimates_are_right_on_average() -> None:
    est = draws()["est"]
    error = est.std() / np.sqrt(REPLICATIONS)
    away = (est.mean() - truth()).abs()
    assert (away <= FAR * error + BIAS).all(), (away / error)[away > FAR * error + BIAS]


def test_standard_errors_are_the_spread_of_the_estimates() -> None:
    ratio = draws()["se"].mean() / draws()["est"].std()
    error = 1 / np.sqrt(2 * (REPLICATIONS - 1))
    assert ((ratio - 1).abs() <= FAR * error).all(), ratio
    assert abs(ratio.mean() - 1) < 0.03  # pooled: a systematic error of three per cent would show


def test_intervals_cover_as_often_as_they_say() -> None:
    covered = ((draws()["ci.lower"] <= truth()) & (truth() <= draws()["ci.upper"])).mean()
    assert 0.925 <= covered.mean() <= 0.975
    error = np.sqrt(0.95 * 0.05 / REPLICATIONS)
    assert covered.between(0.925 - FAR * error / 2, 0.975 + FAR * error / 2).all(), covered


@pytest.mark.parametrize("effect", ["indirect", "total"])
def test_delta_method(effect: str) -> None:
    est, se = draws()["est"][effect], draws()["se"][effect]
    assert abs(se.mean() / est.std() - 1) <= FAR / np.sqrt(2 * (REPLICATIONS - 1))


def test_the_test_of_fit_keeps_its_level() -> None:
    chisq = np.array([fit.measures["chisq"] for fit in larger_samples()])
    df = larger_samples()[0].measures["df"]
    assert df == 24
    # In finite samples the mean of the statistic lies above df, here by about one per cent (Bartlett, 1950).
    assert abs(chisq.mean() - df) <= FAR * np.sqrt(2 * df / TESTS) + 0.01 * df
    rejected = np.mean([fit.measures["pvalue"] < 0.05 for fit in larger_samples()])
    assert abs(rejected - 0.05) <= FAR * np.sqrt(0.05 * 0.95 / TESTS)


def test_stop_gates_rarely_stop_a_correct_model() -> None:
    """False alarms of each stop in 550 correct models of ordinary size: none; the bound is one in a hundred."""
    fits = (*replications(), *larger_samples())
    stops = [check.gate for fit in fits for check in fit.checks if check.severity == "stop" and not check.passed]
    assert pd.Series(stops, dtype=object).value_counts().le(0.01 * len(fits)).all()
    assert all(fit.converged for fit in fits)


def test_a_latent_mean_difference_is_recovered_across_groups() -> None:
    rng = np.random.default_rng(120)
    found, covered = [], []
    for _ in range(GROUP_REPLICATIONS):
        parts = [population(rng, 200).assign(company="A"), population(rng, 200, DIFFERENCE).assign(company="B")]
        fit = sem.fit(MEDIATION, pd.concat(parts, ignore_index=True), group="company",
                      group_equal=["loadings", "intercepts"])
        rows = fit.parameters
        row = rows[(rows["lhs"] == "x") & (rows["op"] == "~1") & (rows["group"] == 2)].iloc[0]
        found.append(row["est"])
        covered.append(row["ci.lower"] <= DIFFERENCE <= row["ci.upper"])
    assert abs(np.mean(found) - DIFFERENCE) <= FAR * np.std(found) / np.sqrt(GROUP_REPLICATIONS)
    assert np.mean(covered) >= 0.95 - FAR * np.sqrt(0.95 * 0.05 / GROUP_REPLICATIONS)


def test_population_moments_return_the_population() -> None:
    """A model fitted to its own implied moments returns its values and no misfit."""
    names = [f"{factor}{i}" for factor in "xmy" for i in (1, 2, 3)]
    b = np.array([[0, 0, 0], [A, 0, 0], [C, B, 0]])
    inner = np.linalg.inv(np.eye(3) - b)
    loadings = np.kron(np.eye(3), np.array(LOADINGS)[:, None])
    sigma = loadings @ inner @ np.diag([1.0, DISTURBANCE, DISTURBANCE]) @ inner.T @ loadings.T + RESIDUAL * np.eye(9)
    n = 1_000
    fit = sem.fit(MEDIATION, moments=sem.Moments(cov=pd.DataFrame(sigma * n / (n - 1), names, names), n=n))
    assert fit.measures["chisq"] < 1e-8
    rows = fit.parameters
    for row in rows.itertuples():
        key = row.lhs if row.op == ":=" else f"{row.lhs} {row.op} {row.rhs}"
        assert row.est == pytest.approx(TRUTH[key], abs=1e-7)


def test_simulated_data_have_the_moments_of_their_model() -> None:
    fixed = """
        f =~ 1*a + 0.8*b + 0.7*c
        g =~ 1*d + 0.6*e
        g ~ 0.5*f
        f ~~ 1*f
        g ~~ 0.75*g
        a ~~ 0.5*a
        b ~~ 0.5*b
        c ~~ 0.5*c
        d ~~ 0.4*d
        e ~~ 0.6*e
        a ~~ 0.2*b
    """
    n = 20_000
    scores = sem.simulate(fixed, n=n, seed=5)[list("abcde")]
    loadings = np.array([[1, 0], [0.8, 0], [0.7, 0], [0, 1], [0, 0.6]])
    truth = loadings @ np.array([[1, 0.5], [0.5, 1.0]]) @ loadings.T + np.diag([0.5, 0.5, 0.5, 0.4, 0.6])
    truth[0, 1] = truth[1, 0] = truth[0, 1] + 0.2
    spread = np.sqrt((truth**2 + np.outer(np.diag(truth), np.diag(truth))) / n)
    assert (np.abs(scores.cov().to_numpy() - truth) <= FAR * spread).all()
    assert (scores.mean().abs() <= FAR * np.sqrt(np.diag(truth) / n)).all()
    pd.testing.assert_frame_equal(scores, sem.simulate(fixed, n=n, seed=5)[list("abcde")])
