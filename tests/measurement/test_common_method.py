"""What a common method could bend: as lavaan fits the models, known truth, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from helpers import measurement, sem
from helpers.errors import DataError

SCALES = {"trust": ["tr1", "tr2", "tr3"], "loyal": ["lo1", "lo2", "lo3", "lo4"],
          "safe": ["sa1", "sa2", "sa3", "sa4", "sa5", "sa6"]}
MARKER = ["ca1", "ca2"]
OPTIMISED = 1e-6


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_the_marker_technique_is_that_of_lavaans_fits(oracle, estimator):
    ours = measurement.marker_technique(oracle("measurement_data"), SCALES, MARKER, estimator=estimator)
    theirs = oracle("common_method_marker").query("estimator == @estimator").rename(
        columns={"chisq.diff": "delta.chisq", "df.diff": "delta.df"})
    assert ours["model"].tolist() == theirs["model"].tolist()
    for column in ("df", "delta.chisq", "delta.df", "pvalue", "method.loading", "method.share"):
        np.testing.assert_allclose(ours[column].astype(float), theirs[column], rtol=10 * OPTIMISED, atol=OPTIMISED)


def test_checks_without_a_marker_are_those_of_lavaan_and_r(oracle):
    answers = oracle("measurement_data").add(((np.arange(1, 261) * 7) % 5 - 2) * 0.5, axis=0)
    fit = sem.fit(measurement.correlated_factors(SCALES), answers)
    ours = measurement.common_method(fit, answers, SCALES).set_index("measure")["value"]
    theirs = oracle("common_method_measures").set_index("measure")["value"]
    np.testing.assert_allclose(ours[theirs.index], theirs, atol=10 * OPTIMISED)


def bent(method, n=1500, seed=3):
    """Two constructs that correlate .3, and a marker; all items carry the method."""
    loads = {"a": (0.8, 0.6, 0.7), "b": (0.7, 0.8, 0.5), "k": (0.6, 0.7, 0.65)}
    random = np.random.default_rng(seed)
    factors = random.multivariate_normal([0, 0, 0], [[1, 0.3, 0], [0.3, 1, 0], [0, 0, 1]], size=n, method="cholesky")
    common = method * random.normal(size=n)
    return pd.DataFrame({f"{name}{i}": load * factors[:, at] + common + random.normal(size=n) * 0.5
                         for at, (name, each) in enumerate(loads.items()) for i, load in enumerate(each, start=1)})


TWO = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]}
THREE = ["k1", "k2", "k3"]


def test_a_method_that_was_put_in_is_found_and_one_that_was_not_is_not():
    with_method = measurement.marker_technique(bent(0.5), TWO, THREE)
    rows = with_method.set_index("model")
    assert rows.at["method.c", "pvalue"] < 0.001
    assert rows.at["method.c", "cor.change"] < -0.05  # the correlation was too large
    assert not with_method.attrs["checks"][0].passed
    without = measurement.marker_technique(bent(0.0), TWO, THREE)
    assert without.set_index("model").at["method.c", "pvalue"] > 0.01
    assert without.attrs["checks"][0].passed


def test_an_unmeasured_method_lowers_the_correlation_towards_the_one_that_was_chosen():
    answers = bent(0.5)
    plain = sem.fit(measurement.correlated_factors(TWO), answers)
    table = measurement.common_method(plain, answers, TWO).set_index("measure")
    assert table.at["cor.change", "value"] < -0.05
    assert table.at["cor.change", "where"] == "a - b"
    assert table["evidence"].tolist() == ["none", "none", *["sensitivity"] * 4]


def test_where_items_load_alike_the_method_factor_cannot_be_told():
    """Equal loadings within a construct: the method factor is a part of the constructs' covariances."""
    each = "\n".join(f"{item} ~~ .36*{item}" for item in ("a1", "a2", "a3", "b1", "b2", "b3"))
    population = f"a =~ .8*a1 + .8*a2 + .8*a3\nb =~ .8*b1 + .8*b2 + .8*b3\na ~~ .5*b\na ~~ 1*a\nb ~~ 1*b\n{each}"
    table = sem.simulate(population, n=200, seed=1)
    exact = sem.Moments(cov=np.array([[1.0 if i == j else 0.64 * (1 if i // 3 == j // 3 else 0.5) for j in range(6)]
                                      for i in range(6)]), n=500, names=list(table))
    fit = sem.fit(measurement.correlated_factors(TWO), moments=exact)
    found = measurement.common_method(fit, table, TWO).set_index("measure")
    assert np.isnan(found.at["cor.change", "value"])
    assert found.at["cor.change", "where"] in ("not_identified", "no_method")


def test_an_improper_solution_is_no_result():
    """Opposite constructs whose items all share something else: a correlation beyond -1."""
    random = np.random.default_rng(8)
    construct, shared = random.normal(size=(2, 600))
    turn = np.array([1.0, 1, 1, -1, -1, -1])
    loads = np.array([0.5, 0.4, 0.6, 0.6, 0.5, 0.4])
    values = np.outer(construct, turn * loads) + 0.35 * shared[:, None] + random.normal(size=(600, 6)) * 0.7
    answers = pd.DataFrame(values, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    fit = sem.fit(measurement.correlated_factors(TWO), answers)
    table = measurement.common_method(fit, answers, TWO).set_index("measure")
    assert table.loc[["method.loading", "cor.change"], "value"].isna().all()
    assert table.at["cor.change", "where"] == "improper"


def test_one_construct_has_nothing_to_be_collinear_with():
    answers = bent(0.0, n=200)
    one = {"a": TWO["a"]}
    fit = sem.fit(measurement.correlated_factors({"a": [*TWO["a"], "k1"]}), answers)
    table = measurement.common_method(fit, answers, {"a": [*one["a"], "k1"]}).set_index("measure")
    assert np.isnan(table.at["vif.largest", "value"]) and table.at["vif.largest", "where"] == "one_construct"
    assert table.loc[["method.loading", "loading.change", "cor.change"], "where"].eq("one_construct").all()


def test_answers_that_do_not_vary_among_the_complete_ones_are_said_so():
    answers = bent(0.0, n=200)
    fit = sem.fit(measurement.correlated_factors(TWO), answers)
    same = answers.assign(**{item: 3.0 for item in TWO["b"]})
    table = measurement.common_method(fit, same, TWO).set_index("measure")
    assert table.loc[["first.component.share", "vif.largest"], "value"].isna().all()
    assert table.at["vif.largest", "where"] == "constant"


def test_where_no_marker_is_declared_the_study_does_not_ask():
    with pytest.raises(DataError) as refused:
        measurement.marker_technique(bent(0.0, n=100), TWO, [])
    assert refused.value.problems[0].id == "measurement.no_marker"


@pytest.mark.parametrize("marker", [["k1"], [], ["a1", "k1"]])
def test_a_marker_of_one_item_or_of_a_constructs_own_is_refused(marker):
    with pytest.raises(DataError, match="marker"):
        measurement.marker_technique(bent(0.0, n=100), TWO, marker)


def test_holes_are_used_by_full_information():
    answers = bent(0.4, n=300)
    answers.loc[::5, "b2"] = np.nan
    table = measurement.marker_technique(answers, TWO, THREE, missing="fiml")
    assert table.attrs["n"] == 300
    assert table["delta.chisq"].notna().sum() == 3
