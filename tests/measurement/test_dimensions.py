"""Number of dimensions: as psych has it (tests/oracle/dimensions.R), the truth where it was simulated, and refusals."""

import json

import numpy as np
import pandas as pd
import pytest

from helpers import measurement
from helpers.errors import DataError
from helpers.measurement.dimensionality.parallel_analysis import eigenvalues

CLOSED_FORM = 1e-10
FACTORS = {"cross": 3, "scales": 3}


@pytest.fixture(scope="module")
def sets(oracle):
    return {"cross": oracle("dimensions_data"), "scales": oracle("measurement_data")}


def clustered(random, *, factors, per, n, loading=0.7, correlation=0.3):
    """Answers to correlated factors, `per` items each."""
    common = random.standard_normal((n, 1)) * np.sqrt(correlation)
    latent = common + random.standard_normal((n, factors)) * np.sqrt(1 - correlation)
    items = np.repeat(loading * latent, per, axis=1)
    items += np.sqrt(1 - loading**2) * random.standard_normal(items.shape)
    return pd.DataFrame(items, columns=[f"x{i}" for i in range(factors * per)])


@pytest.mark.parametrize("name", FACTORS)
def test_adequacy_and_sphericity_are_those_of_psych(sets, oracle, name):
    theirs = oracle("dimensions_adequacy").set_index("set").loc[name]
    row = measurement.adequacy(sets[name]).iloc[0]
    assert abs(row["kmo"] - theirs["kmo"]) < CLOSED_FORM
    assert abs(row["chisq"] / theirs["chisq"] - 1) < CLOSED_FORM
    assert row["df"] == theirs["df"]
    by_item = oracle("dimensions_items").query("set == @name").set_index("item")["kmo"]
    np.testing.assert_allclose(measurement.kmo(sets[name]).loc[by_item.index], by_item, rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize("name", FACTORS)
def test_eigenvalues_and_average_partials_are_those_of_psych(sets, oracle, name):
    theirs = oracle("dimensions_eigen_values").query("set == @name")
    ours = measurement.parallel_analysis(sets[name], draws=10)
    np.testing.assert_allclose(ours[["component", "factor"]], theirs[["component", "factor"]], rtol=0, atol=CLOSED_FORM)
    partial = measurement.minimum_average_partial(sets[name]).set_index("components")["map"]
    told = oracle("dimensions_partial").query("set == @name").set_index("components")["map"].dropna()
    np.testing.assert_allclose(partial.loc[told.index[:12]], told.iloc[:12], rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize("data", ["bfi25", "HS9", "PD11"])
def test_the_battery_of_real_questionnaires(reference_data, data):
    """psych::KMO, cortest.bartlett and vss on correlation matrices of real answers."""
    told = json.loads((reference_data / "oracle" / "battery_efa.json").read_text(encoding="utf-8"))[data]
    matrix = pd.DataFrame(told["R"], columns=told["items"])
    found = measurement.correlations_given(matrix, n=told["n"])
    by_item = measurement.kmo(found)
    assert abs(by_item.attrs["overall"] - told["KMO"]) < CLOSED_FORM
    np.testing.assert_allclose(by_item, [told["MSAi"][item] for item in told["items"]], rtol=0, atol=CLOSED_FORM)
    assert abs(measurement.bartlett(found)["chisq"] / told["bartlett"]["chisq"] - 1) < CLOSED_FORM
    partial = measurement.minimum_average_partial(found)["map"].iloc[1:1 + len(told["MAP"])]
    np.testing.assert_allclose(partial, told["MAP"], rtol=0, atol=CLOSED_FORM)
    parallel = measurement.parallel_analysis(found, reference="normal", draws=400)
    np.testing.assert_allclose(parallel["component.mean"], told["parallel"]["pc_sim"], rtol=0, atol=0.03)
    assert int((parallel["component"] > parallel["component.upper"]).cumprod().sum()) == told["parallel"]["ncomp"]


@pytest.mark.parametrize("kind", ["pearson", "polychoric"])
def test_parallel_analysis_finds_the_simulated_factors(kind):
    random = np.random.default_rng(20261125)
    for factors in (1, 2, 4):
        scores = clustered(random, factors=factors, per=5, n=400)
        if kind == "polychoric":
            scores = scores.apply(lambda column: np.digitize(column, [-0.8, 0.2, 1.0]))
        found = measurement.correlations(scores, estimator="WLSMV" if kind == "polychoric" else "ML")
        table = measurement.number_of_factors(found, measurement.parallel_analysis(found, draws=100))
        counts = table.set_index("rule")["n.factors"]
        assert counts[["factors", "components", "map"]].tolist() == [factors] * 3


def test_answers_without_structure_have_no_factor_in_about_95_of_100():
    random, kept = np.random.default_rng(7), []
    for seed in range(120):
        scores = pd.DataFrame(random.standard_normal((150, 8)))
        scores.columns = list("abcdefgh")
        table = measurement.parallel_analysis(scores, draws=100, seed=seed)
        kept.append(table["component"].iloc[0] > table["component.upper"].iloc[0])
    assert 0.01 <= np.mean(kept) <= 0.11


def test_permuted_and_normal_references_agree_where_answers_are_normal():
    scores = clustered(np.random.default_rng(3), factors=2, per=4, n=300)
    by = {reference: measurement.parallel_analysis(scores, draws=600, reference=reference, seed=5)
          for reference in ("permutation", "normal")}
    for column in ("component.mean", "component.upper", "factor.mean", "factor.upper"):
        np.testing.assert_allclose(by["permutation"][column], by["normal"][column], rtol=0, atol=0.02)


def test_the_short_way_to_permuted_polychoric_eigenvalues_is_the_long_one():
    random = np.random.default_rng(11)
    answers = pd.DataFrame({f"x{i}": np.digitize(random.standard_normal(250), cuts) for i, cuts in enumerate(
        [[-1, 0, 1], [0.5], [-0.5, 1.2], [0.2, 0.9, 1.6], [-1.5, -0.5], [0.8, 1.4]])})
    found = measurement.correlations(answers, estimator="WLSMV")
    short = measurement.parallel_analysis(found, draws=400)
    long = [eigenvalues(measurement.polychoric(pd.DataFrame({
        name: random.permutation(column) for name, column in answers.items()})).correlations.to_numpy()[None])[0][0]
        for _ in range(60)]
    np.testing.assert_allclose(short["component.mean"], np.mean(long, axis=0), rtol=0, atol=0.04)


def test_scales_are_judged_one_by_one():
    random = np.random.default_rng(5)
    scores = clustered(random, factors=3, per=4, n=500, correlation=0.2)
    scales = {"one": ["x0", "x1", "x2", "x3"], "two": ["x4", "x5", "x6", "x8", "x9", "x10"], "pair": ["x7", "x11"]}
    table = measurement.scale_dimensions(scores, scales, draws=100).set_index("construct")
    assert table["one.dimension"].to_dict() == {"one": "yes", "two": "no", "pair": "undefined"}
    assert table.loc["two", ["n.components", "n.factors"]].tolist() == [2, 2]
    assert np.isnan(table.at["pair", "n.factors"]) and np.isnan(table.at["pair", "kmo"])
    failed = [check for check in table.attrs["checks"] if not check.passed]
    assert [check.values["construct"] for check in failed] == ["two", "pair"]


def test_the_same_seed_gives_the_same_draws(sets):
    one, other = (measurement.parallel_analysis(sets["cross"], draws=20, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_left_out_respondents_are_counted_and_nothing_is_changed(sets):
    scores = sets["cross"].astype(float).mask(np.random.default_rng(1).random(sets["cross"].shape) < 0.01)
    before = scores.copy()
    found = measurement.correlations(scores)
    pd.testing.assert_frame_equal(scores, before)
    assert found.n + found.missing == len(scores) and found.n == len(scores.dropna())
    assert [check.passed for check in found.checks if check.gate == "complete_answers"] == [False]


def test_what_cannot_be_factored_is_refused_by_name(sets):
    scores = sets["cross"]
    indefinite = pd.DataFrame([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], columns=list("abc"))
    refused = [
        (lambda: measurement.kmo(scores.head(12)), "measurement.fewer_than_items"),
        (lambda: measurement.kmo(scores.assign(x2=scores["x1"] + scores["x3"])), "measurement.singular"),
        (lambda: measurement.kmo(scores.assign(x2=4)), "measurement.constant_item"),
        (lambda: measurement.correlations_given(indefinite, n=100), "measurement.indefinite"),
        (lambda: measurement.correlations_given(indefinite.iloc[:2], n=100), "measurement.no_correlations"),
        (lambda: measurement.parallel_analysis(scores[["x1"]]), "measurement.one_item"),
        (lambda: measurement.parallel_analysis(scores, reference="resample"), "measurement.reference"),
        (lambda: measurement.parallel_analysis(measurement.correlations_given(scores.corr(), n=320)),
         "measurement.reference"),
    ]
    for call, id in refused:
        with pytest.raises(DataError) as caught:
            call()
        assert caught.value.problems[0].id == id


def test_polychoric_correlations_without_an_inverse_are_named_and_not_smoothed():
    random = np.random.default_rng(2)
    trait = random.standard_normal((30, 1))
    scores = pd.DataFrame((trait + 0.5 * random.standard_normal((30, 12)) > 0.6).astype(int),
                          columns=[f"x{i}" for i in range(12)])
    found = measurement.correlations(scores, estimator="WLSMV")
    assert [check.passed for check in found.checks if check.gate == "polychoric_definite"] == [False]
    with pytest.raises(DataError) as caught:
        measurement.parallel_analysis(found)
    assert caught.value.problems[0].id == "measurement.indefinite"
    table = measurement.scale_dimensions(scores, {"f": list(scores)}, estimator="WLSMV", draws=20)
    assert table["one.dimension"].tolist() == ["undefined"]


def test_three_items_have_no_average_partial_and_polychoric_correlations_no_sphericity_test(sets):
    table = measurement.scale_dimensions(sets["cross"], {"f": ["x1", "x2", "x3"]}, draws=50)
    assert np.isnan(table.at[0, "n.map"]) and table.at[0, "one.dimension"] == "yes"
    ordinal = measurement.adequacy(sets["cross"].apply(lambda column: np.digitize(column, [3, 5])), estimator="WLSMV")
    assert np.isnan(ordinal.at[0, "pvalue"]) and ordinal.at[0, "kmo"] > 0.6
