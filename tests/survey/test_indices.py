"""The indices of careless answering against R, respondent by respondent, and against what is known of the people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.survey import answering_style, consistency, distance

CLOSED_FORM = 1e-10


@pytest.fixture(scope="module")
def oracle(project_root: Path) -> tuple[np.ndarray, pd.DataFrame]:
    folder = project_root / "tests" / "oracle"
    return (pd.read_csv(folder / "careless_data.csv", encoding="utf-8").to_numpy(dtype=float),
            pd.read_csv(folder / "careless_indices.csv", encoding="utf-8"))


def same(found: np.ndarray, expected: pd.Series) -> None:
    np.testing.assert_allclose(found, expected.to_numpy(dtype=float), rtol=CLOSED_FORM, atol=CLOSED_FORM)


def test_style_of_answering_is_what_r_says(oracle) -> None:
    answers, expected = oracle
    assert answering_style.longest_run(answers).tolist() == expected["longest"].tolist()
    same(answering_style.variability(answers), expected["irv"])
    same(answering_style.repetition(answers), expected["repetition"])


def test_consistency_is_what_r_says(oracle) -> None:
    answers, expected = oracle
    same(consistency.even_odd(answers, [range(start, start + 4) for start in range(0, 24, 4)]), expected["evenodd"])
    pairs = consistency.synonym_pairs(distance.available_correlations(answers), at_least=0.6)
    assert len(pairs) == expected["pairs"].iloc[0]
    same(consistency.synonyms(answers, pairs), expected["synonyms"])


def test_distances_are_what_r_says_with_holes_too(oracle) -> None:
    from scipy.special import chdtrc

    answers, expected = oracle
    found, df = distance.mahalanobis(answers)
    same(found, expected["distance"])
    same(chdtrc(df, found), expected["p.value"])


def test_moments_of_pairs_are_those_of_pandas(oracle) -> None:
    answers, _ = oracle
    np.testing.assert_allclose(distance.available_correlations(answers), pd.DataFrame(answers).corr(),
                               rtol=CLOSED_FORM)
    mean, cov = distance.available_moments(answers)
    same(mean, pd.DataFrame(answers).mean())
    np.testing.assert_allclose(cov, pd.DataFrame(answers).cov(), rtol=CLOSED_FORM)


def test_a_personality_questionnaire_agrees_with_the_package_careless(reference_data) -> None:
    expected = json.loads((reference_data / "oracle" / "careless_bfi.json").read_text(encoding="utf-8"))
    data = pd.read_csv(reference_data / "oracle" / "data" / "bfi.csv", encoding="utf-8")[expected["items"]]
    raw = data.to_numpy(dtype=float)
    turned = data.columns.isin(["A1", "C4", "C5", "E1", "E2", "O2", "O5"])
    whole = ~np.isnan(raw).any(axis=1)

    def told(name: str) -> np.ndarray:
        return np.array([np.nan if value in (None, "NA") else value for value in expected[name]], dtype=float)

    # there a run of missing answers is a string like any other
    assert answering_style.longest_run(raw)[whole].tolist() == told("longstring")[whole].tolist()
    np.testing.assert_allclose(answering_style.variability(raw)[whole], told("irv")[whole], atol=CLOSED_FORM)
    # there the sign is turned: high is careless
    found = consistency.even_odd(np.where(turned, 7 - raw, raw), [range(at, at + 5) for at in range(0, 25, 5)])
    both = whole & ~np.isnan(found) & ~np.isnan(told("evenodd_keyed"))
    assert both.sum() > 2400
    np.testing.assert_allclose(found[both], -told("evenodd_keyed")[both], atol=CLOSED_FORM)
    np.testing.assert_allclose(distance.mahalanobis(raw)[0][whole], told("mahad_pairwise")[whole], rtol=1e-8)
    np.testing.assert_allclose(distance.mahalanobis(raw[whole])[0], told("mahalanobis_complete"), rtol=1e-8)
    cor = data.corr().to_numpy()
    pairs = [pair for pair in consistency.synonym_pairs(cor, at_least=0.5) if cor[pair] > 0]
    people = [row["cor"] for row in expected["psychsyn50"]]
    found = consistency.synonyms(raw, pairs)
    theirs = np.array([np.nan if value in (None, "NA") else value for value in people], dtype=float)
    assert max(row["numPairs"] for row in expected["psychsyn50"]) == len(pairs)
    both = whole & ~np.isnan(found) & ~np.isnan(theirs)
    np.testing.assert_allclose(found[both], theirs[both], atol=CLOSED_FORM)


def test_antonyms_count_as_synonyms_turned_around(oracle) -> None:
    answers = oracle[0] / 7
    pairs = [(0, 1), (4, 5), (8, 9), (12, 13), (16, 17)]
    against = answers.copy()
    against[:, 5] = 1 - against[:, 5]
    np.testing.assert_allclose(consistency.synonyms(against, pairs, turned=[False, True, False, False, False]),
                               consistency.synonyms(answers, pairs), atol=1e-12)


def test_what_cannot_be_computed_is_nan_and_not_zero() -> None:
    few = np.array([[1, 2, 3, 4, 5.0]] * 3)
    assert np.isnan(answering_style.variability(few)).all()
    assert np.isnan(answering_style.repetition(few)).all()
    assert np.isnan(consistency.even_odd(few, [(0, 1), (2, 3)])).all()
    assert np.isnan(consistency.synonyms(few, [(0, 1)])).all()
    assert np.isnan(distance.mahalanobis(few)[0]).all(), "as many people as items"
    twins = np.random.default_rng(1).normal(size=(50, 2))
    assert np.isnan(distance.mahalanobis(np.column_stack([twins, twins[:, 0]]))[0]).all(), "an item twice"


def test_somebody_without_answers_has_no_index(oracle) -> None:
    answers = oracle[0].copy()
    answers[5] = np.nan
    assert np.isnan(distance.mahalanobis(answers)[0][5]) and distance.mahalanobis(answers)[1][5] == 0
    assert np.isnan([answering_style.variability(answers)[5], answering_style.repetition(answers)[5]]).all()
