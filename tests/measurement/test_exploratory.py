"""Exploratory factors by table: fit of lavaan, order and sign, constructs found again, and halves that stay apart."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement
from helpers.errors import DataError, HelpersError, ModelError

OPTIMISED = 1e-6
SCALES = {"a": ["x1", "x2", "x3", "x4", "x5"], "b": ["x6", "x7", "x8", "x9", "x10"],
          "c": ["x11", "x12", "x13", "x14", "x15"]}


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("dimensions_data")


@pytest.fixture(scope="module")
def found(answers):
    return measurement.efa(answers, SCALES, factors=3)


@pytest.mark.parametrize("name", ["cross", "scales"])
def test_fit_is_that_of_factanal_and_lavaan(oracle, name):
    scores = oracle("dimensions_data" if name == "cross" else "measurement_data")
    theirs = oracle("dimensions_fits").set_index("set").loc[name]
    fit = measurement.efa(scores, factors=3, rotate="none").fit
    assert (fit["df"], fit["chisq"]) == (theirs["df"], pytest.approx(theirs["chisq.corrected"], abs=OPTIMISED))
    for measure in ("cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper"):
        assert fit[measure] == pytest.approx(theirs[measure], abs=OPTIMISED), measure


def test_factors_have_an_order_and_a_sign(found):
    assert list(found.loadings) == ["F1", "F2", "F3"]
    assert (found.variance.diff().dropna() <= 0).all()
    assert (found.loadings.sum() > 0).all()
    implied = found.loadings @ found.correlations @ found.loadings.T
    np.testing.assert_allclose(np.diag(implied), found.communality, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.variance.sum(), found.communality.sum(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.communality + found.uniqueness, 1, rtol=0, atol=1e-12)


def test_rotation_changes_neither_fit_nor_communalities(answers, found):
    other = measurement.efa(answers, factors=3, rotate="varimax")
    np.testing.assert_allclose(other.communality, found.communality, rtol=0, atol=1e-9)
    assert other.fit["rmsr"] == pytest.approx(found.fit["rmsr"], abs=1e-9)
    np.testing.assert_allclose(other.correlations, np.eye(3), rtol=0, atol=1e-9)


def test_items_stand_by_construct_with_their_cross_loadings(found):
    table = measurement.efa_loadings(found)
    assert table["item"].tolist() == [item for items in SCALES.values() for item in items]
    assert table["own"].all()
    pattern = found.loadings.abs()
    for _, row in table.iterrows():
        others = pattern.loc[row["item"]].drop(row["factor"])
        assert row["cross"] == ", ".join(others.index[others >= 0.30])
    crossing = next(check for check in table.attrs["checks"] if check.gate == "cross_loadings")
    assert crossing.values["items"] == table.loc[table["cross"] != "", "item"].tolist()


def test_congruence_is_tuckers(found):
    compared = measurement.congruence(found)
    key = np.array([item in SCALES["b"] for item in found.loadings.index], dtype=float)
    column = found.loadings["F2"].to_numpy()
    assert compared.at["b", "F2"] == pytest.approx(column @ key / np.sqrt(column @ column * key.sum()), abs=1e-12)
    table = measurement.efa_constructs(found)
    assert table["factor"].nunique() == 3 and (table["congruence"] > 0.85).all() and (table["n.own"] == 5).all()


def test_constructs_that_share_a_factor_are_named(answers):
    random = np.random.default_rng(4)
    merged = np.repeat(random.standard_normal((400, 2)), [8, 4], axis=1) + 0.8 * random.standard_normal((400, 12))
    scores = pd.DataFrame(merged, columns=[f"y{i}" for i in range(12)])
    names = list(scores)
    scales = {"one": names[:4], "two": names[4:8], "three": names[8:]}
    table = measurement.efa_constructs(measurement.efa(scores, scales, factors=2)).set_index("construct")
    assert table["shared"].to_dict() == {"one": "two", "two": "one", "three": ""}
    check, = table.attrs["checks"]
    assert not check.passed and check.values["shared"] == ["one", "two"]


def test_an_item_declared_with_the_wrong_construct_is_found(answers):
    wrong = {"a": [*SCALES["a"], "x6"], "b": SCALES["b"][1:], "c": SCALES["c"]}
    table = measurement.efa_loadings(measurement.efa(answers, wrong, factors=3)).set_index("item")
    assert table.index[~table["own"].astype(bool)].tolist() == ["x6"]


def test_ordinal_items_take_least_squares_of_polychoric_correlations(answers):
    ordinal = answers.apply(lambda column: np.digitize(column, [3, 5]))
    found = measurement.efa(ordinal, SCALES, factors=3, estimator="auto")
    assert (found.basis.kind, found.extraction) == ("polychoric", "minres")
    assert np.isnan(found.fit["chisq"]) and found.fit["rmsr"] < 0.1
    assert measurement.efa_loadings(found)["own"].all()


def test_a_heywood_case_is_gated(oracle):
    found = measurement.efa(oracle("measurement_data"), factors=4)
    failed = [check for check in found.checks if not check.passed]
    assert [check.gate for check in failed] == ["efa_heywood"]
    assert len(failed[0].values["items"]) == 1


def test_nobody_explores_and_confirms(answers):
    people = np.repeat(np.arange(160), 2)
    divided = measurement.halves(answers, SCALES, people=people, seed=9)
    both = set(people[divided.exploring.index]) & set(people[divided.confirming.index])
    assert not both and len(divided.exploring) == len(divided.confirming) == 160
    again = measurement.halves(answers, SCALES, people=people, seed=9)
    assert again.exploring.index.equals(divided.exploring.index)
    assert not measurement.halves(answers, SCALES, seed=10).exploring.index.equals(divided.exploring.index)


def test_halves_by_column_take_the_first_group_to_explore(answers):
    groups = pd.DataFrame({"wave": pd.Categorical(np.where(np.arange(320) % 2, "2026", "2025"))})
    divided = measurement.halves(answers, SCALES, columns=(groups,), column="wave")
    assert (divided.exploring.index % 2 == 0).all() and (divided.confirming.index % 2 == 1).all()


def test_the_exploring_half_gives_the_factors_and_the_other_the_fit(answers):
    divided = measurement.halves(answers, SCALES, seed=1)
    correlations = measurement.correlations(answers, SCALES)
    number = measurement.number_of_factors(correlations, measurement.parallel_analysis(correlations, draws=100))
    found = measurement.explored(divided, number)
    assert found.basis.n == 160 and found.loadings.shape[1] == 3
    table = measurement.confirmed(divided)
    assert table["n"].tolist() == [160] and table["df"].tolist() == [87]
    pd.testing.assert_series_equal(
        found.loadings.abs().max(axis=1),
        measurement.efa(divided.exploring, SCALES, factors=3).loadings.abs().max(axis=1))


def test_an_item_that_loads_nowhere_is_named(answers):
    noise = answers.assign(x15=np.random.default_rng(4).normal(size=len(answers)))
    for scores, nowhere in ((answers, []), (noise, ["x15"])):
        table = measurement.efa_loadings(measurement.efa(scores, SCALES, factors=3))
        check = next(check for check in table.attrs["checks"] if check.gate == "items_nowhere")
        assert (check.passed, check.values["items"]) == (not nowhere, nowhere)


def test_only_the_half_that_is_too_small_is_named(answers):
    column = pd.DataFrame({"g": pd.Categorical(["first" if row < 90 else "second" for row in range(320)])})
    asked = {"column": "g", "columns": (column,)}
    with pytest.raises(DataError) as caught:
        measurement.halves(answers, SCALES, **asked)
    assert [problem.id for problem in caught.value.problems] == ["measurement.half_too_small"]
    assert "90" in caught.value.sentence("en") and "230" not in caught.value.sentence("en")
    column["g"] = pd.Categorical(["first" if row < 260 else "second" for row in range(320)])
    with pytest.raises(DataError) as caught:
        measurement.halves(answers, SCALES, **asked)
    assert [problem.id for problem in caught.value.problems] == ["measurement.half_too_small_to_confirm"]


def test_what_cannot_be_halved_or_explored_is_refused_by_name(answers):
    three = pd.DataFrame({"g": pd.Categorical(np.arange(320) % 3)})
    two = pd.DataFrame({"g": pd.Categorical(np.arange(320) % 2)})
    number = pd.DataFrame()
    number.attrs["factors"] = 0
    refused = [
        (lambda: measurement.halves(answers.head(150), SCALES), DataError, "measurement.half_too_small"),
        (lambda: measurement.halves(answers, SCALES, column="g"), DataError, "measurement.no_half_column"),
        (lambda: measurement.halves(answers, SCALES, columns=(three,), column="g"), DataError,
         "measurement.not_two_halves"),
        (lambda: measurement.halves(answers, SCALES, columns=(two,), column="g", people=np.repeat(np.arange(160), 2)),
         DataError, "measurement.in_both_halves"),
        (lambda: measurement.explored(measurement.halves(answers, SCALES), number), ModelError,
         "measurement.no_factors_found"),
        (lambda: measurement.efa(answers, factors=2, method="paf"), DataError, "measurement.extraction"),
        (lambda: measurement.congruence(measurement.efa(answers, factors=2)), ModelError, "measurement.no_constructs"),
    ]
    for call, kind, id in refused:
        with pytest.raises(HelpersError) as caught:
            call()
        assert isinstance(caught.value, kind) and caught.value.problems[0].id == id
