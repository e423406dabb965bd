"""Extraction and rotation: stats::factanal, psych, GPArotation at their optimum, derivatives, and known patterns."""

import itertools
import json

import numpy as np
import pytest

from helpers.errors import ModelError
from helpers.measurement.dimensionality import extraction
from helpers.measurement.dimensionality import rotation_criteria as criteria
from helpers.measurement.dimensionality.rotation import rotate

# Both sides stop at a slope near zero; R's is the larger.
OPTIMISED = 1e-6
FACTORS = 3


@pytest.fixture(scope="module")
def sets(oracle):
    return {"cross": oracle("dimensions_data"), "scales": oracle("measurement_data")}


def aligned(loadings, correlations, wanted):
    """Order and sign of factors are free: those that come closest."""
    orders = [list(order) for order in itertools.permutations(range(wanted.shape[1]))]
    signs = [np.sign((loadings[:, order] * wanted).sum(axis=0)) for order in orders]
    best = min(range(len(orders)), key=lambda i: np.abs(loadings[:, orders[i]] * signs[i] - wanted).max())
    order, sign = orders[best], signs[best]
    return loadings[:, order] * sign, correlations[np.ix_(order, order)] * np.outer(sign, sign)


@pytest.mark.parametrize("name", ["cross", "scales"])
@pytest.mark.parametrize("method", extraction.METHODS)
def test_uniquenesses_are_those_of_r_at_its_optimum(sets, oracle, name, method):
    found = extraction.extract(np.corrcoef(sets[name], rowvar=False), FACTORS, method=method)
    theirs = oracle("dimensions_solutions").query("set == @name").set_index("item")[method]
    assert found.converged and not found.at_bound.any()
    np.testing.assert_allclose(found.uniqueness, theirs.loc[list(sets[name])], rtol=0, atol=OPTIMISED)
    np.testing.assert_allclose(1 - (found.loadings**2).sum(axis=1), found.uniqueness, rtol=0, atol=OPTIMISED)


@pytest.mark.parametrize("name", ["cross", "scales"])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin", "geomin"])
def test_rotations_are_those_of_r(sets, oracle, name, rotation):
    unrotated = oracle("dimensions_unrotated").query("set == @name").set_index("item").loc[list(sets[name])]
    told = oracle("dimensions_rotated").query("set == @name and rotation == @rotation")
    wanted = told.pivot(index="item", columns="factor", values="loading").loc[list(sets[name])].to_numpy()
    cors = oracle("dimensions_cors").query("set == @name and rotation == @rotation")
    found = rotate(unrotated[["f1", "f2", "f3"]].to_numpy(), rotation)
    ours, correlations = aligned(found.loadings, found.correlations, wanted)
    assert found.converged and found.reached > 1
    np.testing.assert_allclose(ours, wanted, rtol=0, atol=OPTIMISED)
    np.testing.assert_allclose(correlations, cors.pivot(index="factor1", columns="factor2", values="cor"), rtol=0,
                               atol=OPTIMISED)


@pytest.mark.parametrize("value", [extraction._least_squares, extraction._likelihood])
def test_derivatives_of_the_discrepancies_are_those_of_differences(sets, value):
    r = np.corrcoef(sets["cross"], rowvar=False)
    at = np.random.default_rng(1).uniform(0.3, 0.7, len(r))
    at = np.log(at) if value is extraction._likelihood else at
    _, slope, hessian = value(r, at, FACTORS)
    steps = 1e-5 * np.eye(len(r))
    differences = [(value(r, at + step, FACTORS)[0] - value(r, at - step, FACTORS)[0]) / 2e-5 for step in steps]
    np.testing.assert_allclose(slope, differences, rtol=0, atol=1e-8)
    differences = [(value(r, at + step, FACTORS)[1] - value(r, at - step, FACTORS)[1]) / 2e-5 for step in steps]
    np.testing.assert_allclose(hessian, differences, rtol=0, atol=1e-7)


@pytest.mark.parametrize("criterion", [criteria.varimax, criteria.quartimin, criteria.geomin])
def test_derivatives_of_the_criteria_are_those_of_differences(criterion):
    loadings = np.random.default_rng(2).normal(0, 0.5, (2, 6, 3))
    _, slope = criterion(loadings)
    for place in [(0, 0), (3, 1), (5, 2)]:
        step = np.zeros_like(loadings)
        step[:, *place] = 1e-6
        difference = (criterion(loadings + step)[0] - criterion(loadings - step)[0]) / 2e-6
        np.testing.assert_allclose(slope[:, *place], difference, rtol=0, atol=1e-8)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "promax"])
@pytest.mark.parametrize("method", extraction.METHODS)
def test_a_population_pattern_comes_back(rotation, method):
    pattern = np.zeros((18, 3))
    for factor in range(3):
        pattern[6 * factor:6 * factor + 6, factor] = [0.8, 0.75, 0.7, 0.65, 0.6, 0.5]
    phi = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    r = pattern @ phi @ pattern.T
    np.fill_diagonal(r, 1)
    found = extraction.extract(r, 3, method=method)
    assert found.discrepancy < 1e-12
    turned = rotate(found.loadings, rotation, starts=3)
    ours, correlations = aligned(turned.loadings, turned.correlations, pattern)
    tolerance = {"oblimin": 1e-6, "geomin": 0.02, "promax": 0.05}[rotation]  # geomin's epsilon, promax's target
    np.testing.assert_allclose(ours, pattern, rtol=0, atol=tolerance)
    np.testing.assert_allclose(correlations, phi, rtol=0, atol=4 * tolerance)


def test_an_item_that_the_factors_explain_wholly_stays_at_the_bound(sets):
    found = extraction.extract(np.corrcoef(sets["scales"], rowvar=False), 4, method="ml")
    assert found.converged and found.at_bound.sum() == 1
    assert found.uniqueness[found.at_bound] == pytest.approx(extraction.LOWEST)


def test_more_factors_than_items_identify_and_unknown_rotations_are_refused(sets):
    r = np.corrcoef(sets["cross"].iloc[:, :5], rowvar=False)
    assert extraction.extract(r, 2).converged
    for call in (lambda: extraction.extract(r, 3), lambda: extraction.extract(r, 0),
                 lambda: rotate(np.ones((4, 2)), "quartermax")):
        with pytest.raises(ModelError):
            call()


@pytest.mark.parametrize("data", ["bfi25", "HS9", "PD11"])
def test_no_solution_of_psych_on_real_questionnaires_is_better(reference_data, data):
    """psych and factanal stop about 1e-5 short of the optimum: ours is as low or lower, and close to theirs."""
    told = json.loads((reference_data / "oracle" / "battery_efa.json").read_text(encoding="utf-8"))[data]
    r, factors = np.array(told["R"]), told["nf"]
    p, ours = len(r), extraction.extract(np.array(told["R"]), factors, method="ml")
    chisq = (told["n"] - 1 - (2 * p + 5) / 6 - 2 * factors / 3) * ours.discrepancy
    assert told["ml"]["chisq"] - 1e-4 < chisq < told["ml"]["chisq"] + 1e-9
    np.testing.assert_allclose(ours.uniqueness, told["factanal"]["uniq"], rtol=0, atol=1e-4)
    ours = extraction.extract(r, factors)
    at_theirs = extraction._least_squares(r, np.array(told["minres"]["uniq"]), factors)[0]
    assert ours.discrepancy < at_theirs + 1e-12
    np.testing.assert_allclose(ours.uniqueness, told["minres"]["uniq"], rtol=0, atol=2e-4)
    for rotation, criterion in (("oblimin", criteria.quartimin), ("geomin", criteria.geomin)):
        theirs = np.array(told["rotations"][{"geomin": "geominQ"}.get(rotation, rotation)]["loadings"])
        turned = rotate(ours.loadings, rotation)
        assert criterion(turned.loadings[None])[0][0] < criterion(theirs[None])[0][0] + 1e-4
