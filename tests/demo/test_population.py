"""The population is what its description says: M1 holds in it exactly, and answers follow from it by thresholds."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

PARTS = ("physical", "information", "psychological")
EXACT = 1e-12  # sums of a few products of doubles


@pytest.fixture(scope="module")
def correlations(population) -> pd.DataFrame:
    r, _, _ = population.structure()
    return pd.DataFrame(r, population.LATENTS, population.LATENTS)


@pytest.fixture(scope="module")
def paths(population) -> pd.Series:
    table = pd.DataFrame(population.population()["paths"])
    return table.set_index(["lhs", "op", "rhs"])["std"]


def test_every_latent_variable_is_standardized_over_the_whole_population(correlations, population) -> None:
    _, means, _ = population.structure()
    np.testing.assert_allclose(np.diag(correlations), 1, atol=EXACT)
    np.testing.assert_allclose(means @ population.cell_shares(), 0, atol=EXACT)


def test_parts_of_assurance_correlate_through_assurance_alone(correlations, paths) -> None:
    for one, other in itertools.combinations(PARTS, 2):
        implied = paths["assurance", "=~", one] * paths["assurance", "=~", other]
        assert correlations.loc[one, other] == pytest.approx(implied, abs=EXACT)


def test_trust_satisfaction_and_loyalty_follow_model_one_exactly(correlations, paths) -> None:
    trust = paths["trust", "~", "assurance"]
    satisfaction = paths["satisfaction", "~", "assurance"] + paths["satisfaction", "~", "trust"] * trust
    loyalty = paths["loyalty", "~", "satisfaction"] * satisfaction + paths["loyalty", "~", "trust"] * trust
    for outcome, of_assurance in (("trust", trust), ("satisfaction", satisfaction), ("loyalty", loyalty)):
        assert correlations.loc["assurance", outcome] == pytest.approx(of_assurance, abs=EXACT)
        for part in PARTS:  # no part reaches an outcome by itself
            implied = paths["assurance", "=~", part] * of_assurance
            assert correlations.loc[part, outcome] == pytest.approx(implied, abs=EXACT)


def test_structural_coefficients_are_the_written_ones(paths, population) -> None:
    for outcome in ("trust", "satisfaction", "loyalty"):
        written = {cause: b for cause, b in population.EQUATIONS[outcome].items() if cause in population.LATENTS}
        for cause, b in written.items():
            if cause != "asymmetry":  # not in M1: part of the disturbance of trust
                assert paths[outcome, "~", cause] == pytest.approx(b, abs=EXACT)


def test_causes_that_would_bend_model_one_are_uncorrelated(population) -> None:
    shares, contrasts = population.cell_shares(), population.contrasts()
    for one, other in (("SLOW", "ENCRYPTION"), ("LATER", "CRISIS_PLAN"), ("TRAINING", "CRISIS_PLAN"),
                       ("SLOW", "CRISIS_PLAN"), ("STAGE", "SLOW"), ("BRANCH", "ENCRYPTION")):
        assert shares @ (contrasts[one] * contrasts[other]) == pytest.approx(0, abs=EXACT), (one, other)


def test_drawn_latent_variables_have_the_correlations_of_the_population(make_demo, correlations) -> None:
    n = 100_000
    drawn = pd.DataFrame(make_demo.continuous(n, 11).latents)
    # SE of a covariance of standardized normals is at most sqrt(2 / n); the product term makes a few a little larger.
    bound = 5 * np.sqrt(2 / n)
    assert np.abs(drawn.cov() - correlations).to_numpy().max() < bound
    assert drawn.mean().abs().max() < 5 / np.sqrt(n)


def test_groups_differ_by_the_means_of_the_population(make_demo, population) -> None:
    n = 60_000
    sample = make_demo.continuous(n, 12)
    means = pd.DataFrame(population.population()["means"])
    for group, levels in (("insurer", population.INSURERS), ("wave", population.WAVES), ("stage", population.STAGES)):
        for number, level in enumerate(levels):
            inside = sample.groups[group] == number
            true = means[(means["group"] == group) & (means["level"] == level)].set_index("latent")["mean"]
            drawn = pd.DataFrame(sample.latents)[inside].mean()
            assert (drawn - true).abs().max() < 5 / np.sqrt(inside.sum()), (group, level)


def test_an_answer_is_at_least_a_category_where_the_response_is_above_its_threshold(make_demo, population) -> None:
    responses = make_demo.continuous(5_000, 13).responses
    rows = {row["item"]: row for row in population.items()}
    table = pd.DataFrame(population.population()["thresholds"])
    for item, cuts in table.groupby("item"):
        low, high = population.answer_range(item)
        answer = make_demo._answer(responses[item], rows[item])
        answer = low + high - answer if item in make_demo.REVERSED else answer
        for category, threshold in zip(cuts["category"], cuts["threshold"], strict=True):
            assert ((answer >= category) == (responses[item] >= threshold)).all(), (item, category)


def test_psychological_security_matters_more_for_trust_where_information_is_unequal(make_demo) -> None:
    latents = make_demo.continuous(100_000, 14).latents
    unequal = latents["asymmetry"] > 0
    slopes = [np.polyfit(latents["psychological"][where], latents["trust"][where], 1)[0]
              for where in (unequal, ~unequal)]
    # asymmetry differs by 2 sqrt(2 / pi) SD between the halves
    assert slopes[0] - slopes[1] == pytest.approx(0.12 * 2 * np.sqrt(2 / np.pi), abs=0.03)
