"""Millions of respondents go through in blocks: what is found does not depend on where they are cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import sem, studies, survey
from helpers.reading import delimited, recent
from helpers.survey import answering_style, blocks, distance, screening
from helpers.survey.attentive import attentive

STUDY = """title: Blocks
data: {responses: {file: r.csv, respondent: id, duration: seconds}}
scale: {min: 1, max: 5}
reversed: [a2, d1]
groups: {insurer: {}}
constructs: {alpha: {items: a1..a4}, beta: {items: b1..b4}, gamma: {items: c1..c4}, delta: {items: d1..d4},
  epsilon: {items: e1..e4}}
screening: {longstring: exclude}
"""


def answers_of(n: int, *, seed: int, missing: float) -> np.ndarray:
    draw = np.random.default_rng(seed)
    latent = np.repeat(draw.normal(size=(n, 5)) + draw.normal(size=(n, 1)), 4, axis=1)
    answers = np.digitize(latent + draw.normal(size=(n, 20)), [-2, -0.7, 0.6, 1.9]) + 1.0
    answers[draw.random((n, 20)) < missing] = np.nan
    answers[7] = 3
    answers[n - 2:] = answers[:2]
    return answers


def test_a_study_gives_the_same_in_small_blocks(tmp_path, monkeypatch) -> None:
    scores = answers_of(150, seed=3, missing=0.03)
    names = [f"{stem}{number}" for stem in "abcde" for number in range(1, 5)]
    table = pd.DataFrame(scores, columns=names)
    table.insert(0, "id", range(150))
    table["insurer"], table["seconds"] = ["A", "B", "C"] * 50, 300
    table.to_csv(tmp_path / "r.csv", index=False, encoding="utf-8")
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8")
    whole = survey.load(studies.load(tmp_path))
    monkeypatch.setattr(blocks, "ROWS", 7)
    cut = survey.load(studies.load(tmp_path))
    assert whole.flow["n"].tolist() == [150, 2, 148]
    assert whole.screening.set_index("rule")["respondents"]["duplicate_answers"] == 4
    for part in ("scores", "screening", "careless", "groups", "missing", "flow"):
        pd.testing.assert_frame_equal(getattr(whole, part), getattr(cut, part))
    assert sem.fit("f =~ a1 + a2 + a3 + a4", cut.scores).n < 148  # the table is one that models take


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_distances_and_correlations_in_small_blocks(missing: float, monkeypatch) -> None:
    scores = answers_of(60, seed=5, missing=missing)
    rows = np.arange(60) % 4 > 0
    whole = distance.mahalanobis(scores), distance.available_correlations(scores, rows=rows)
    monkeypatch.setattr(blocks, "ROWS", 7)
    cut = distance.mahalanobis(scores), distance.available_correlations(scores, rows=rows)
    np.testing.assert_allclose(whole[0][0], cut[0][0], rtol=1e-10)
    np.testing.assert_array_equal(whole[0][1], cut[0][1])
    np.testing.assert_allclose(whole[1], cut[1], rtol=1e-10)
    np.testing.assert_allclose(cut[1], pd.DataFrame(scores[rows]).corr(), rtol=1e-10)
    found = blocks.by_rows(answering_style.variability, scores)
    np.testing.assert_array_equal(found, answering_style.variability(scores))


def test_sets_of_answered_items_beyond_one_word() -> None:
    draw = np.random.default_rng(2)
    for items in (1, 31, 32, 33, 64, 100):
        answered = draw.random((400, items)) < 0.98
        expected = pd.factorize(pd.Series([tuple(row) for row in answered]))[0]
        np.testing.assert_array_equal(blocks.patterns(answered), expected)


def test_the_attentive_learn_from_the_rows_that_are_named() -> None:
    scores = answers_of(80, seed=8, missing=0.05)
    rows = np.arange(80) % 3 > 0
    np.testing.assert_array_equal(attentive(scores, n=50, seed=4, rows=rows), attentive(scores[rows], n=50, seed=4))


def test_copies_are_those_that_pandas_finds(monkeypatch) -> None:
    draw = np.random.default_rng(11)
    given = draw.integers(1, 3, size=(600, 10)).astype(float)
    given[draw.random((600, 10)) < 0.02] = np.nan
    given[5] = -0.0
    people = draw.integers(0, 300, size=600)
    rows = pd.DataFrame(given)
    varied = (rows.max(axis=1) > rows.min(axis=1)).to_numpy()
    names = pd.Series(people).groupby([rows[at] for at in rows], dropna=False).transform("nunique").to_numpy()
    for who, expected in ((None, rows.duplicated(keep=False).to_numpy() & varied), (people, (names > 1) & varied)):
        assert 20 < expected.sum() < 590
        np.testing.assert_array_equal(screening._duplicates(given, who).flagged, expected)
    monkeypatch.setattr(screening, "_perhaps_alike", lambda given: np.flatnonzero(varied))  # every sum the same
    np.testing.assert_array_equal(screening._duplicates(given, people).flagged, (names > 1) & varied)


def test_study_and_answers_read_the_file_once(tmp_path, monkeypatch) -> None:
    names = [f"{stem}{number}" for stem in "abcde" for number in range(1, 5)]
    table = pd.DataFrame(answers_of(40, seed=6, missing=0.02), columns=names)
    table.insert(0, "id", range(40))
    table["insurer"], table["seconds"] = ["A", "B"] * 20, 300
    table.to_csv(tmp_path / "r.csv", index=False, encoding="utf-8")
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8")
    opened, read = [], delimited.read
    monkeypatch.setattr(recent, "_SETTLED", -(10**18))  # as a file that was not written this moment
    monkeypatch.setattr(delimited, "read", lambda file, **how: opened.append(file.name) or read(file, **how))
    survey.load(studies.load(tmp_path))
    assert opened == ["r.csv"]
