"""Auxiliary variables: what they repair, what they leave alone, and which are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import DataError, HelpersError, ModelError
from helpers.syntax import complete, parse

MODEL = "f =~ a + b + c + d"
FULL = {"missing": "fiml", "auxiliaries": ("z",)}


def draw(n: int, seed: int, *, random: bool = False) -> pd.DataFrame:
    """Draw answers whose holes in d depend on z, which goes with d beyond the construct; or on chance alone."""
    generator = np.random.default_rng(seed)
    f, left = generator.standard_normal(n), generator.standard_normal((n, 4))
    answers = pd.DataFrame(0.8 * f[:, None] + 0.6 * left, columns=list("abcd"))
    answers["z"] = 0.5 * f + 0.7 * left[:, 3] + 0.5 * generator.standard_normal(n)
    gone = generator.random(n) < 0.4 if random else answers["z"] > 0.3
    answers["d"] = answers["d"].mask(gone)
    return answers


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return draw(3000, 1)


@pytest.fixture(scope="module")
def fit(answers: pd.DataFrame) -> sem.SemFit:
    return sem.fit(MODEL, answers, estimator="MLR", std_lv=True, **FULL)


def away(fit: sem.SemFit) -> pd.Series:
    """Estimates less their true values, in standard errors."""
    truth = {("f", "=~", "d"): 0.8, ("d", "~1", ""): 0.0, ("d", "~~", "d"): 0.36}
    own = fit.parameters.set_index(["lhs", "op", "rhs"]).loc[list(truth)]
    return (own["est"] - np.array(list(truth.values()))) / own["se"]


def test_holes_that_depend_on_the_auxiliary_bias_only_without_it(answers: pd.DataFrame, fit: sem.SemFit) -> None:
    without = sem.fit(MODEL, answers, missing="fiml", estimator="MLR", std_lv=True)
    assert (away(without).abs() > 8).all()
    assert (away(fit).abs() < 2).all()


def test_complete_answers_are_fitted_as_without(answers: pd.DataFrame) -> None:
    whole = answers.dropna()
    one, two = (sem.fit(MODEL, whole, missing="fiml", estimator="MLR", auxiliaries=names) for names in ((), ("z",)))
    pd.testing.assert_frame_equal(one.parameters, two.parameters, rtol=1e-7, atol=1e-9)
    rest = one.measures.index.difference(["logl", "unrestricted.logl", "aic", "bic", "bic2"])
    pd.testing.assert_series_equal(one.measures[rest], two.measures[rest], rtol=1e-6, atol=1e-8)
    assert not next(check for check in two.checks if check.gate == "auxiliaries").passed


def test_only_the_model_is_shown(answers: pd.DataFrame, fit: sem.SemFit) -> None:
    plain = sem.fit(MODEL, answers, missing="fiml", estimator="MLR", std_lv=True)
    assert fit.measures["npar"] == plain.measures["npar"]
    for table in ("parameters", "residuals", "r2", "implied", "vcov"):
        assert getattr(fit, table).shape == getattr(plain, table).shape
    assert "z" not in fit.observed
    assert fit.auxiliaries == ("z",)
    shown = sem.modification_indices(fit)
    assert not (shown[["lhs", "rhs"]] == "z").any(axis=None)
    assert list(sem.scores(fit, answers.drop(columns="z")).columns) == ["f"]


def test_a_modification_index_is_what_chi_square_falls_by(answers: pd.DataFrame) -> None:
    """The score test and the likelihood ratio agree where the parameter that is missing is small."""
    found = sem.fit(MODEL, answers, **FULL)
    first = sem.modification_indices(found).iloc[0]
    freed = sem.fit(f"{MODEL}\n{first['lhs']} ~~ {first['rhs']}", answers, **FULL)
    assert first["mi"] == pytest.approx(found.measures["chisq"] - freed.measures["chisq"], rel=0.15)


def test_residuals_of_complete_answers_have_the_same_errors(answers: pd.DataFrame, fit: sem.SemFit) -> None:
    whole = answers.dropna()
    one, two = (sem.standardized_residuals(sem.fit(MODEL, whole, missing="fiml", estimator="MLR", auxiliaries=names))
                for names in ((), ("z",)))
    np.testing.assert_allclose(one["se"], two["se"], rtol=1e-6, atol=1e-9)
    assert len(sem.standardized_residuals(fit)) == len(fit.residuals)
    assert (sem.standardized_residuals(fit)["z"].abs() < 4).all()


def test_variants_keep_the_auxiliaries(answers: pd.DataFrame) -> None:
    equal = MODEL.replace("b + c", "k*b + k*c")
    one, two = (sem.fit(text, answers, estimator="MLR", std_lv=True, **FULL) for text in (MODEL, equal))
    variants = sem.Variants.of(one)
    chisq, df, pvalue = variants.difference(variants.fit(MODEL), variants.fit(equal))
    tested = sem.compare(one, two).iloc[0]
    assert (chisq, df, pvalue) == pytest.approx(tuple(tested[["chisq.diff", "df.diff", "pvalue"]]), rel=1e-4)


def test_errors_and_bootstrap_agree() -> None:
    found = sem.fit(MODEL, draw(600, 3), std_lv=True, **FULL)
    drawn = sem.bootstrap(found, draws=300, seed=1)
    assert drawn.parameters.shape[0] == found.parameters.shape[0]
    assert int(drawn.failed.sum()) + drawn.improper == 0
    free = found.parameters["se"].to_numpy() > 0
    ratio = drawn.parameters["se"].to_numpy()[free] / found.parameters["se"].to_numpy()[free]
    assert np.abs(ratio - 1).max() < 0.25


def test_robust_indices_have_the_mean_of_a_true_model() -> None:
    """Complete-data discrepancies over their divisor have mean 1 per degree of freedom: RMSEA takes it away."""
    over = []
    for seed in range(30):
        measures = sem.fit(MODEL, draw(300, 100 + seed), **FULL).measures
        over.append(measures["rmsea.robust"] ** 2 > 0)
        assert measures["df"] == 2
    assert 0.15 < np.mean(over) < 0.6  # a chi-square with 2 df exceeds its mean with probability .37


def test_nested_models_are_compared_with_the_same_auxiliaries(answers: pd.DataFrame) -> None:
    equal = MODEL.replace("b + c", "k*b + k*c")
    one, two = (sem.fit(text, answers, estimator="MLR", **FULL) for text in (MODEL, equal))
    tested = sem.compare(one, two)
    assert tested["df.diff"].item() == 1
    assert tested["pvalue"].item() > 0.01
    with pytest.raises(ModelError, match="auxiliaries"):
        sem.compare(one, sem.fit(equal, answers, missing="fiml", estimator="MLR"))


def test_levels_of_invariance_take_auxiliaries() -> None:
    answers = draw(500, 5).assign(branch=np.where(np.arange(500) % 2, "one", "two"))
    found = sem.invariance(MODEL, answers, group="branch", missing="fiml", auxiliaries=["z"])
    plain = sem.invariance(MODEL, answers, group="branch", missing="fiml")
    assert found["df"].tolist() == plain["df"].tolist()
    assert not np.allclose(found["chisq"], plain["chisq"])


def test_who_answered_auxiliaries_only_is_counted(answers: pd.DataFrame) -> None:
    some = answers.head(300).copy()
    some.loc[:9, list("abcd")] = np.nan
    assert sem.fit(MODEL, some, **FULL).n == 300
    assert sem.fit(MODEL, some, missing="fiml").n == 290


@pytest.mark.parametrize(("options", "id"), [
    ({"auxiliaries": ["a"]}, "sem.auxiliary_in_model"), ({"missing": "listwise"}, "sem.auxiliary_missing"),
    ({"missing": "listwise", "estimator": "GLS"}, "sem.auxiliary_missing"),
    ({"missing": "pairwise", "estimator": "WLSMV", "ordered": list("abcd")}, "sem.auxiliary_missing"),
    ({"auxiliaries": ["nowhere"]}, "moments.absent"), ({"auxiliaries": ["word"]}, "moments.text"),
    ({"auxiliaries": ["same"]}, "sem.auxiliary_useless"), ({"auxiliaries": ["empty"]}, "sem.auxiliary_useless"),
    ({"auxiliaries": ["z", "sum"]}, "sem.auxiliary_collinear"), ({"auxiliaries": [3]}, "sem.argument_names"),
    ({"auxiliaries": ["word"], "group": "word"}, "moments.two_roles"),
])
def test_what_cannot_help_is_refused(answers: pd.DataFrame, options: dict, id: str) -> None:
    data = answers.head(200).assign(word="x", same=1.0, empty=np.nan, sum=answers["z"] + answers["a"])
    before = data.copy()
    with pytest.raises(HelpersError) as refused:
        sem.fit(MODEL, data, **(FULL | options))
    assert refused.value.problems[0].id == id
    pd.testing.assert_frame_equal(data, before)


def test_printed_moments_have_no_auxiliaries() -> None:
    printed = sem.Moments(cor=[[1, .5, .4], [.5, 1, .3], [.4, .3, 1]], sds=[1, 2, 1], n=200, names=["a", "b", "c"])
    with pytest.raises(ModelError, match="full information"):
        sem.fit("f =~ a + b + c", moments=printed, auxiliaries=["z"])


def test_an_auxiliary_seldom_answered_with_an_item_is_refused_by_name(answers: pd.DataFrame) -> None:
    thin = answers.head(200).copy()
    thin.loc[thin["d"].notna(), "z"] = np.nan
    with pytest.raises(DataError, match="d - z"):
        sem.fit(MODEL, thin, **FULL)


def test_moments_of_a_random_x_are_not_held_equal_across_groups() -> None:
    """Equal intercepts and residuals are the model's: lavaan leaves means and variances of x to each group too."""
    table = complete(parse("f =~ a + b + c\nf ~ x + y"), groups=2, fixed_x=False, meanstructure=True,
                     group_equal=["intercepts", "residuals", "residual.covariances"])
    assert not any(row.label for row in table.rows if row.lhs in ("x", "y"))
    assert all(row.label for row in table.rows if row.op == "~1" and row.lhs in ("a", "b", "c"))
