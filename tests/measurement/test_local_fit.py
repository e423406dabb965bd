"""Local misfit: the pairs that a factor model misses are named with their constructs."""

import pytest

from helpers import measurement, sem
from helpers.errors import ModelError

SCALES = {"trust": ["tr1", "tr2", "tr3", "tr4"], "loyalty": ["lo1", "lo2", "lo3"]}


def test_the_pair_that_shares_something_else_stands_first_with_its_constructs():
    text = ("trust =~ .7*tr1 + .7*tr2 + .7*tr3 + .7*tr4; loyalty =~ .7*lo1 + .7*lo2 + .7*lo3; trust ~~ .4*loyalty;"
            "tr1 ~~ .5*tr1 + .25*lo2; lo2 ~~ .5*lo2")
    answers = sem.simulate(text, n=800, seed=1)
    fit = sem.fit(measurement.correlated_factors(SCALES), answers)
    table = measurement.local_misfit(fit, SCALES, n=3)
    first = table.iloc[0]
    assert {first["item1"]: first["factor1"], first["item2"]: first["factor2"]} == {"tr1": "trust", "lo2": "loyalty"}
    assert first["observed"] - first["implied"] == pytest.approx(first["residual"], abs=1e-6)
    assert first["z"] > 5
    assert (table.attrs["pairs"], table.attrs["notable"], len(table)) == (21, 1, 3)
    check, = table.attrs["checks"]
    assert not check.passed
    assert set(check.values["largest"].split(" - ")) == {"tr1", "lo2"}


def test_a_right_model_has_no_notable_residual_and_groups_are_refused():
    text = "trust =~ .7*tr1 + .7*tr2 + .7*tr3 + .7*tr4; loyalty =~ .7*lo1 + .7*lo2 + .7*lo3; trust ~~ .4*loyalty"
    answers = sem.simulate(text, n=2000, seed=2).assign(insurer=["A", "B"] * 1000)
    model = measurement.correlated_factors(SCALES)
    assert measurement.local_misfit(sem.fit(model, answers), SCALES).attrs["checks"][0].passed
    with pytest.raises(ModelError, match="2 groups"):
        measurement.local_misfit(sem.fit(model, answers, group="insurer"), SCALES)
