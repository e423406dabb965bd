"""Do the gates on answers, scales and branches fail where they must, pass just beside it, and rarely cry wolf?"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from helpers import sem

MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"
NAMES = [f"x{i}" for i in range(1, 7)]
SURVEY = """trust =~ .8*t1 + .7*t2 + .75*t3 + .7*t4; sat =~ .8*s1 + .75*s2 + .7*s3; loy =~ .8*l1 + .7*l2 + .75*l3
sat ~ .5*trust; loy ~ .5*sat + .2*trust; sat ~~ .75*sat; loy ~~ .6*loy
t1 ~~ .36*t1; t2 ~~ .51*t2; t3 ~~ .44*t3; t4 ~~ .51*t4; s1 ~~ .36*s1; s2 ~~ .44*s2; s3 ~~ .51*s3
l1 ~~ .36*l1; l2 ~~ .51*l2; l3 ~~ .44*l3"""
SURVEYED = "trust =~ t1 + t2 + t3 + t4; sat =~ s1 + s2 + s3; loy =~ l1 + l2 + l3; sat ~ trust; loy ~ sat + trust"
SAMPLES = 60  # per n


def failed(fit: sem.SemFit) -> dict[str, str]:
    return {check.gate: check.severity for check in fit.checks if not check.passed}


def said(fit: sem.SemFit, gate: str) -> dict:
    return next(check.values for check in fit.checks if check.gate == gate)


def answers(n: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((n, 2)) @ np.array([[1, 0.5], [0, 0.85]])
    return pd.DataFrame(0.75 * factors[:, [0, 0, 0, 1, 1, 1]] + 0.65 * rng.standard_normal((n, 6)), columns=NAMES)


def with_item(name: str, values: np.ndarray) -> pd.DataFrame:
    return answers().assign(**{name: values})


def skewed(strength: float) -> np.ndarray:
    """Lognormal answers; their skewness grows with the strength."""
    return np.exp(strength * answers()["x1"].to_numpy())


def at_the_top(share: float) -> np.ndarray:
    """Answers from 1 to 5, of which about a share are 5."""
    x = answers()["x1"].to_numpy()
    return np.digitize(x, np.quantile(x, np.linspace(0, 1 - share, 5)[1:]))


@pytest.mark.parametrize(("bad", "near"), [
    (skewed(0.9), skewed(0.4)), (at_the_top(0.55), at_the_top(0.45)),
], ids=["skew", "ceiling"])
def test_answers_that_are_not_normal_are_a_caution_to_normal_theory_alone(bad: np.ndarray, near: np.ndarray) -> None:
    doubted = sem.fit(MODEL, with_item("x1", bad))
    assert failed(doubted)["normality"] == "caution"
    assert said(doubted, "normality")["items"] == ["x1"]
    assert "normality" not in failed(sem.fit(MODEL, with_item("x1", near)))
    assert "normality" not in failed(sem.fit(MODEL, with_item("x1", bad), estimator="MLR"))


def test_heavy_tails_that_no_item_shows_alone_are_seen_together() -> None:
    """A multivariate t: scale mixtures leave each item's kurtosis below its own criterion."""
    rng = np.random.default_rng(4)
    mixed = answers() * np.sqrt(8 / rng.chisquare(10, 400))[:, None]
    doubted = sem.fit(MODEL, mixed)
    assert failed(doubted)["normality"] == "caution"
    assert said(doubted, "normality")["items"] == "-"
    assert "normality" not in failed(sem.fit(MODEL, answers()))


def test_shape_is_that_of_textbook_formulas() -> None:
    from scipy.stats import kurtosis, skew

    data = with_item("x2", skewed(0.3))
    values = said(sem.fit(MODEL, data), "normality")
    assert values["skew"] == pytest.approx(np.abs(skew(data)).max(), rel=1e-9)
    assert values["kurtosis"] == pytest.approx(kurtosis(data).max(), rel=1e-9)
    away = (data - data.mean()).to_numpy()
    distance = np.einsum("ij,jk,ik->i", away, np.linalg.inv(data.cov(ddof=0)), away)
    mardia = ((distance**2).mean() - 48) / np.sqrt(8 * 48 / len(data))
    assert values["mardia"] == pytest.approx(mardia, rel=1e-9)


def test_shape_of_exogenous_x_does_not_count() -> None:
    data = answers().assign(vip=(np.arange(400) < 6).astype(float))
    assert "normality" not in failed(sem.fit(f"{MODEL}\nf ~ vip", data))


def test_wide_items_are_a_caution_and_change_no_number() -> None:
    narrow, wide = answers(), answers()
    wide["x6"] *= 25.0  # 0 to 100 beside 1 to 5
    one, other = sem.fit(MODEL, narrow), sem.fit(MODEL, wide)
    assert failed(other)["item_scales"] == "caution"
    assert said(other, "item_scales")["wide"] == "x6"
    assert "item_scales" not in failed(one)
    assert "item_scales" not in failed(sem.fit(MODEL, narrow.assign(x6=narrow["x6"] * 8)))
    for column, within in (("std.all", 1e-9), ("std.all.se", 1e-9), ("z", 1e-7), ("pvalue", 1e-9)):
        ours, theirs = one.parameters[column].to_numpy(), other.parameters[column].to_numpy()
        np.testing.assert_allclose(ours, theirs, atol=within, equal_nan=True)
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], rel=1e-10)


def test_few_branches_are_a_caution() -> None:
    data = answers(480)
    for branches, severity in ((24, "caution"), (29, "caution"), (30, None), (40, None)):
        fit = sem.fit(MODEL, data.assign(branch=np.arange(480) % branches), cluster="branch")
        assert failed(fit).get("clusters") == severity
        assert said(fit, "clusters")["clusters"] == branches


def test_a_construct_with_two_scales_is_a_caution() -> None:
    twice = sem.fit("f =~ 1*x1 + x2 + x3", answers(), std_lv=True)
    assert failed(twice)["scaled_twice"] == "caution"
    assert said(twice, "scaled_twice")["fixed"] == ["f =~ x1"]
    for text, options in (("f =~ x1 + x2 + x3", {"std_lv": True}), ("f =~ 1*x1 + 1*x2 + 1*x3", {}),
                          ("f =~ NA*x1 + x2 + x3\nf ~~ 1*f", {})):
        assert "scaled_twice" not in failed(sem.fit(text, answers(), **options))


def test_a_negative_variance_is_tested_with_the_sandwich_too() -> None:
    """Moments are made exactly those of a negative residual variance; only the tails of the answers differ."""
    cov = np.array([[0.58, 0.56, 0.6], [0.56, 1, 0.525], [0.6, 0.525, 1]])
    cov[0, 0] = 0.56 * 0.6 / 0.525 - 0.06
    rng = np.random.default_rng(2)
    raw = rng.standard_t(5, (400, 3))
    raw -= raw.mean(axis=0)
    data = pd.DataFrame(raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / 400)).T @ np.linalg.cholesky(cov).T,
                        columns=["x1", "x2", "x3"])
    fit, robust = (sem.fit("f =~ x1 + x2 + x3", data, estimator=name) for name in ("ML", "MLR"))
    row = (fit.parameters["lhs"] == "x1") & (fit.parameters["op"] == "~~")
    z = [each.parameters.loc[row, "z"].item() for each in (fit, robust)]
    assert z[0] < 0 and abs(z[0] - z[1]) > 0.1
    assert said(fit, "negative_variance")["z"] == pytest.approx(min(z), rel=1e-6)
    assert said(robust, "negative_variance")["z"] == pytest.approx(z[1], rel=1e-9)
    assert failed(fit)["negative_variance"] == ("stop" if min(z) < -1.645 else "caution")


# Samples per cell in which no gate that stops or cautions failed on a correct model (SURVEY): normal answers by ML and
# MLR and answers cut into five categories by ML at n = 150, 200, 300 and 500, five categories by MLR at 150 and 200.
NONE_IN = 300


@pytest.mark.parametrize("n", [150, 200, 300, 500])
@pytest.mark.parametrize("kind", ["normal", "five points"])
def test_gates_are_silent_on_correct_models(kind: str, n: int) -> None:
    """No failure in 300 says at most 1 % by the rule of three; 60 samples may then hold four, and they hold none."""
    alarms: Counter[str] = Counter()
    for seed in range(SAMPLES // 2):
        data = sem.simulate(SURVEY, n=n, seed=10_000 + seed)
        if kind == "five points":
            data = pd.DataFrame(np.digitize(data, [-1.5, -0.5, 0.5, 1.5]), columns=data.columns)
        alarms.update(f"{gate} {severity}" for gate, severity in failed(sem.fit(SURVEYED, data)).items()
                      if severity != "info")
    bound = SAMPLES / 2 * 3 / NONE_IN + 4 * np.sqrt(SAMPLES / 2 * 3 / NONE_IN)
    assert all(count <= bound for count in alarms.values()), alarms


def test_a_robust_test_without_a_divisor_has_no_value_and_says_so() -> None:
    from helpers.sem.estimation.errors_and_tests import Likelihood
    from helpers.sem.inference.robust import Scaling
    from helpers.sem.inference.scaled_measures import scaled_measures, scaling_check

    fitted = Likelihood(f=0.1, n=200, df=8, npar=13, logl=-1.0, unrestricted=-1.0, baseline=400.0, baseline_df=15)
    for factor, passed in ((-17.2, False), (0.0, False), (0.4, True)):
        (check,) = scaling_check(Scaling(factor, 1.1), df=8)
        assert check.passed is passed and check.severity == "caution"
        shown = scaled_measures(fitted, Scaling(factor, 1.1), 1)
        assert shown["chisq.scaling.factor"] == factor
        named = ("chisq.scaled", "pvalue.scaled", "cfi.scaled", "rmsea.scaled", "cfi.robust", "rmsea.robust")
        assert all(np.isfinite(shown[name]) is np.bool_(passed) for name in named)
    assert scaling_check(None, df=8) == ()
