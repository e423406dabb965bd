"""Scores of ordinal answers: lavaan's numbers, known constructs, integrals by brute force, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import HelpersError
from helpers.sem.checking.joint_moments import joint_moments
from helpers.sem.checking.posterior_mode import Shared, log_interval, log_together, posterior_modes

ORACLE = Path(__file__).parents[1] / "oracle"
FACTORS = "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9"
CASES = {
    "few": (FACTORS, "few", {}), "second": (f"{FACTORS}\nG =~ F1 + F2 + F3", "few", {}),
    "paths": (f"{FACTORS}\nF2 ~ F1\nF3 ~ F1 + F2", "five", {}),
    "mixed": ("F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6\nF2 ~ F1", "few", {}),
    "outcome": ("F1 =~ y1 + y2 + y3 + y5\ny4 ~ F1", "three", {}),
    "groups": (FACTORS, "few", {"group": "g"}),
    "thresholds": (FACTORS, "five", {"group": "g", "group_equal": ["loadings", "thresholds"]}),
    "holes": (FACTORS.replace("y", "m"), "few", {"missing": "pairwise"}),
    "ulsmv": (FACTORS, "three", {"estimator": "ULSMV"}),
    "delta": (FACTORS, "few", {"std_lv": True}), "theta": (FACTORS, "few", {"std_lv": True}),
}


def fitted(model: str, data: pd.DataFrame, **options: object) -> sem.SemFit:
    table = sem.fit(model, data, **({"estimator": "WLSMV", "ordered": ordered(model)} | options))
    assert table.converged
    return table


def ordered(model: str) -> list[str]:
    return sorted({word for word in model.replace("~", " ").split() if word[0] in "ym"})


@pytest.fixture(scope="module")
def answers() -> dict[str, pd.DataFrame]:
    data = pd.read_csv(ORACLE / "ordinal_fit_data.csv", encoding="utf-8")
    return {name: part.reset_index(drop=True) for name, part in data.groupby("set")}


@pytest.fixture(scope="module")
def few(answers: dict[str, pd.DataFrame]) -> sem.SemFit:
    return fitted(FACTORS, answers["few"])


@pytest.mark.parametrize("name", CASES)
def test_scores_are_those_of_lavaan(name: str, answers: dict[str, pd.DataFrame]) -> None:
    model, which, options = CASES[name]
    ours = sem.scores(fitted(model, answers[which], **options), answers[which])
    theirs = pd.read_csv(ORACLE / "ordinal_scores.csv", encoding="utf-8")
    theirs = theirs[theirs["model"] == name]
    assert set(theirs["construct"]) == set(ours.columns)
    for row in theirs.itertuples():
        # where the formula was written out only lavaan's estimates stop short, else its search for the mode does too
        short = 2e-5 if row.by == "formula" else 2e-4
        assert ours.loc[row.row - 1, row.construct] == pytest.approx(row.score, abs=short), row


def test_scores_know_their_construct_as_well_as_they_say() -> None:
    generator = np.random.default_rng(8)
    n, loadings = 6000, np.array([.8, .7, .6, .9, .5, .7])
    constructs = generator.multivariate_normal([0, 0], [[1, .5], [.5, 1]], n, method="cholesky")
    responses = np.repeat(constructs, 3, axis=1) * loadings
    responses += np.sqrt(1 - loadings**2) * generator.standard_normal((n, 6))
    for cuts, bound in (([.2], .14), ([-.9, .1, .8], .06)):
        data = pd.DataFrame(np.digitize(responses, cuts), columns=list("abcdeh"))
        fit = sem.fit("f =~ a + b + c\ng =~ d + e + h", data, estimator="WLSMV", ordered=True, std_lv=True)
        found, known = sem.scores(fit, data), sem.determinacy(fit).set_index("construct")
        for at, name in enumerate("fg"):
            reached = np.corrcoef(found[name], constructs[:, at])[0, 1]
            assert reached == pytest.approx(found.attrs["determinacy"][name], abs=0.02)
            assert reached < known.loc[name, "determinacy"] < reached + bound  # of the responses: more is not there
        assert known["determinacy.bartlett"].isna().all()
        assert found["f"].std() < 1  # shrunken


def test_the_mode_is_where_the_posterior_is_highest_by_brute_force() -> None:
    grid = np.linspace(-4, 4, 321)
    one, two = np.meshgrid(grid, grid, indexing="ij")
    places = np.stack([one.ravel(), two.ravel()], axis=1)
    loadings = np.array([[1.2, 0.3], [0.2, 0.9], [2.0, -0.5]])
    lower, upper = np.array([[-np.inf, 0.2, -np.inf], [0.5, -np.inf, 3.0]]), np.array([[-0.3, 1.4, np.inf],
                                                                                        [np.inf, -0.8, np.inf]])
    found = posterior_modes(loadings, lower, upper)
    for row in range(2):
        centre = places @ loadings.T
        height = log_interval(lower[row] - centre, upper[row] - centre)[0].sum(axis=1) - (places**2).sum(axis=1) / 2
        np.testing.assert_allclose(found.where[row], places[height.argmax()], atol=0.03)
    np.testing.assert_allclose(found.spread, np.swapaxes(found.spread, 1, 2))
    far = posterior_modes(np.array([[30.0]]), np.array([[200.0]]), np.array([[np.inf]]))  # where ndtr is 0
    assert far.where[0, 0] == pytest.approx(200 / 30, abs=0.1)


def test_slopes_are_those_of_the_probability() -> None:
    generator = np.random.default_rng(1)
    a = generator.normal(0, 4, 200)
    b = a + generator.exponential(1, 200)
    a[:20], b[20:40] = -np.inf, np.inf
    step = 1e-5
    log, slope, bend = log_interval(a, b)
    up, down = log_interval(a - step, b - step), log_interval(a + step, b + step)
    np.testing.assert_allclose(slope, (up[0] - down[0]) / (2 * step), atol=1e-6)
    np.testing.assert_allclose(bend, -(up[1] - down[1]) / (2 * step), atol=1e-5)
    assert (bend > 0).all()
    assert (log <= 0).all()


def test_many_categories_come_near_to_continuous_answers() -> None:
    data = sem.simulate("f =~ .8*a + .7*b + .6*c + .7*d\ng =~ .8*e + .7*h + .6*i\nf ~~ .4*g", n=1500, seed=4)
    model = "f =~ a + b + c + d\ng =~ e + h + i"
    cut = data.apply(lambda item: pd.qcut(item, 12, labels=False))
    fine = sem.scores(sem.fit(model, cut, estimator="WLSMV", ordered=True, std_lv=True), cut)
    plain = sem.scores(sem.fit(model, data, std_lv=True), data)
    for name in "fg":
        assert np.corrcoef(fine[name], plain[name])[0, 1] > 0.98
        assert fine[name].std() == pytest.approx(plain[name].std(), abs=0.03)


@pytest.mark.parametrize("shared", ["y1 ~~ y5", "y1 ~~ y5\ny5 ~~ y9"])
def test_items_that_covary_beyond_the_constructs(shared: str, answers: dict[str, pd.DataFrame]) -> None:
    """At the mode the log posterior, its rectangle integrated by scipy, is level."""
    from scipy.stats import multivariate_normal

    data = answers["few"]
    fit = fitted(f"{FACTORS}\n{shared}", data)
    moments = joint_moments(fit, 0)
    at = [fit.observed.index(name) for name in ("y1", "y5", "y9")]
    rest = [item for item in range(9) if item not in at]
    pull = np.linalg.solve(moments.construct_cov, moments.between).T
    residual = moments.cov - pull @ moments.between
    assert abs(residual[at[0], at[1]]) > 0.01
    rows = fit.parameters[fit.parameters["op"] == "|"]
    cuts = {name: [-9.0, *part["est"], 9.0] for name, part in rows.groupby("lhs")}
    found = sem.scores(fit, data)
    for row in (0, 7):
        ends = np.array([[cuts[name][int(data.loc[row, name]) + side] for name in fit.observed] for side in (-1, 0)])

        def height(eta: np.ndarray, ends: np.ndarray = ends) -> float:
            low, high = ends - moments.mean - pull @ eta
            inside = multivariate_normal.cdf(high[at], cov=residual[np.ix_(at, at)], lower_limit=low[at], abseps=1e-10,
                                             releps=1e-10, maxpts=200000, rng=np.random.default_rng(1))
            sd = np.sqrt(np.diag(residual))[rest]
            return (np.log(inside) + log_interval(low[rest] / sd, high[rest] / sd)[0].sum()
                    - eta @ np.linalg.solve(moments.construct_cov, eta) / 2)

        mode, step = found.loc[row].to_numpy(), 0.02
        slope = [(height(mode + step * side) - height(mode - step * side)) / (2 * step) for side in np.eye(3)]
        np.testing.assert_allclose(slope, 0.0, atol=4e-3)  # differences of a curve with third derivatives near 10
    alone = sem.scores(fitted(FACTORS, data), data)
    assert (found["F1"] - alone["F1"]).abs().max() > 0.01


@pytest.mark.parametrize("cor", [[[1, .8], [.8, 1]], [[1, -.85], [-.85, 1]], [[1, .6, .4], [.6, 1, .5], [.4, .5, 1]]])
def test_probabilities_of_rectangles_are_those_of_scipy(cor: list) -> None:
    from scipy.stats import multivariate_normal

    size, turned = np.linalg.eigh(np.array(cor))
    slopes = turned[:, 1:] * np.sqrt(size[1:] - size[0])
    shared, unit = Shared.of(np.arange(len(size)), slopes / np.sqrt(size[0])), np.sqrt(size[0])
    a = np.random.default_rng(1).normal(-0.3, 0.6, (6, len(size)))
    log, slope, bend = log_together(shared, a / unit, (a + 1) / unit)
    inside = [multivariate_normal.cdf(low + 1, cov=cor, lower_limit=low, abseps=1e-9, releps=1e-9, maxpts=100000,
                                      rng=np.random.default_rng(1)) for low in a]
    np.testing.assert_allclose(np.exp(log), inside, rtol=1e-4)
    step = np.eye(len(size))[0] * 1e-4
    up, down = (log_together(shared, a / unit - side, (a + 1) / unit - side) for side in (step, -step))
    np.testing.assert_allclose(slope[:, 0], (up[0] - down[0]) / 2e-4, atol=1e-5)
    np.testing.assert_allclose(bend[:, 0], -(up[1] - down[1]) / 2e-4, atol=1e-5)


def test_missing_answers_say_nothing(few: sem.SemFit, answers: dict[str, pd.DataFrame]) -> None:
    data = answers["few"].copy()
    data.loc[0, ["y1", "y5"]] = np.nan
    data.loc[1, [f"y{item}" for item in range(1, 10)]] = np.nan
    before = data.copy()
    found = sem.scores(few, data.iloc[::-1])
    pd.testing.assert_frame_equal(data, before)
    assert found.index.tolist() == data.index[::-1].tolist()
    assert found.loc[1].isna().all()
    assert found.attrs["without"] == 1
    whole = sem.scores(few, answers["few"])
    np.testing.assert_allclose(found.sort_index().loc[2:], whole.loc[2:], atol=1e-12)
    assert (found.loc[0] - whole.loc[0]).abs().min() > 1e-3
    nothing = sem.scores(few, data.iloc[[1]])
    assert nothing.isna().all().all()
    assert np.isnan(nothing.attrs["determinacy"]["F1"])


def test_continuous_answers_may_be_missing_too(answers: dict[str, pd.DataFrame]) -> None:
    data = answers["few"].copy()
    fit = fitted("F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6\nF2 ~ F1", data)
    data.loc[:9, "x1"] = np.nan
    data.loc[5:14, ["y1", "y2"]] = np.nan
    found, whole = sem.scores(fit, data), sem.scores(fit, answers["few"])
    assert found.notna().all().all()
    np.testing.assert_allclose(found.loc[15:], whole.loc[15:], atol=1e-12)
    assert (found.loc[:14, "F1"] - whole.loc[:14, "F1"]).abs().min() > 1e-4


def test_every_group_has_its_determinacy(answers: dict[str, pd.DataFrame]) -> None:
    data = answers["few"]
    fit = fitted(FACTORS, data, group="g")
    found, bound = sem.scores(fit, data), sem.determinacy(fit).set_index(["group", "construct"])["determinacy"]
    assert set(found.attrs["determinacy"]) == {"a", "b"}
    for label, part in data.groupby("g"):
        alone = sem.scores(fitted(FACTORS, part), part)  # nothing is shared, so that groups are as if alone
        np.testing.assert_allclose(found.loc[part.index], alone, atol=1e-4)
        for name, reached in found.attrs["determinacy"][label].items():
            assert reached == pytest.approx(alone.attrs["determinacy"][name], abs=1e-4)
            assert 0.5 < reached < bound[label, name] < 1


def test_names_and_words_of_categories(few: sem.SemFit, answers: dict[str, pd.DataFrame]) -> None:
    data, words = answers["few"], dict(zip(range(1, 6), "abcde", strict=True))
    told = data.assign(**{f"y{item}": pd.Categorical(data[f"y{item}"].map(words), ordered=True,
                                                     categories=list("abcde")) for item in range(1, 10)})
    expected = sem.scores(few, data)
    np.testing.assert_allclose(sem.scores(fitted(FACTORS, told), told), expected, atol=1e-9)
    pd.testing.assert_frame_equal(sem.scores(few, data, method="EBM"), expected)
    np.testing.assert_array_equal(sem.scores(few, data.astype({"y1": float, "y2": "Int64"})), expected)


@pytest.mark.parametrize(("model", "change", "call", "id"), [
    (FACTORS, {}, {"method": "bartlett"}, "sem.scores_bartlett_ordinal"),
    (f"{FACTORS}\ny1 ~~ y5\ny5 ~~ y9\ny9 ~~ y4", {}, {}, "sem.scores_dependent"),
    (FACTORS, {"y2": 9}, {}, "sem.scores_category"),
    ("y1 ~~ y2", {}, {}, "sem.no_measurement"),
    (f"{FACTORS}\nF4 =~ y10\nF4 ~~ 1*F4", {}, {}, "sem.scores_no_error"),
])
def test_what_has_no_scores(model: str, change: dict, call: dict, id: str, answers: dict[str, pd.DataFrame]) -> None:
    data = answers["few"].assign(y10=answers["few"]["z"])
    fit = fitted(model, data)
    with pytest.raises(HelpersError) as caught:
        sem.scores(fit, data.assign(**change), **call)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_behind_a_failed_stop_there_are_none(few: sem.SemFit, answers: dict[str, pd.DataFrame]) -> None:
    failed = tuple(replace(check, passed=False) if check.severity == "stop" else check for check in few.checks)
    with pytest.raises(HelpersError) as caught:
        sem.scores(replace(few, checks=failed), answers["few"])
    assert caught.value.problems[0].id == "sem.stopped"
