"""The shipped answers are one draw from the population: nothing in them is further from its expectation than chance."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from helpers import studies, survey

REPLICATIONS = 100
# Means, SDs and alphas: about 170 figures, one beyond 4 SD in 90 files. Correlations: about 2,200 figures.
BOUND, BOUND_CORRELATIONS = 4.0, 5.0


@pytest.fixture(scope="module")
def declared(demo):
    return studies.load(demo)


def _scores(columns: dict[str, np.ndarray], declared) -> pd.DataFrame:
    """Turn answers into scores the short way, independently of `survey`."""
    items = [item for item in declared.items.values() if item.role not in ("weight", "auxiliary")]
    scores = pd.DataFrame({item.name: columns[item.column] for item in items}).replace(-99, np.nan).astype(float)
    for item in items:
        if item.reversed:
            scores[item.name] = item.low + item.high - scores[item.name]
    return scores


def _figures(scores: pd.DataFrame, scales: dict[str, tuple[str, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Means, SDs and alphas; and every correlation."""
    r = scores.corr().to_numpy()
    return (np.concatenate([scores.mean(), scores.std(), [_alpha(scores[list(items)]) for items in scales.values()]]),
            r[np.tril_indices_from(r, -1)])


def _alpha(scores: pd.DataFrame) -> float:
    covariance = np.cov(scores.dropna().to_numpy().T)
    k = len(covariance)
    return k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())


@pytest.fixture(scope="module")
def shipped(declared) -> pd.DataFrame:
    raw = pd.read_csv(declared.responses.file, encoding="utf-8")
    return _scores({name: raw[name].to_numpy() for name in raw}, declared)


@pytest.fixture(scope="module")
def replications(make_demo, declared) -> list[tuple[np.ndarray, np.ndarray]]:
    return [_figures(_scores(make_demo.answers(make_demo.N, 1_000 + draw), declared), declared.scales)
            for draw in range(REPLICATIONS)]


@pytest.mark.parametrize(("which", "bound"), [(0, BOUND), (1, BOUND_CORRELATIONS)],
                         ids=["means, SDs and alphas", "correlations"])
def test_shipped_file_lies_within_its_simulated_expectation(shipped, replications, declared, which, bound) -> None:
    drawn = np.array([figures[which] for figures in replications])
    distance = np.abs(_figures(shipped, declared.scales)[which] - drawn.mean(axis=0)) / drawn.std(axis=0, ddof=1)
    assert distance.max() < bound
    assert 0.5 < np.sqrt((distance**2).mean()) < 1.5  # neither too far nor suspiciously near


def test_shipped_file_is_what_the_script_writes(make_demo, capsys) -> None:
    assert make_demo.main(["--check"]) == 0
    assert "as generated" in capsys.readouterr().out


def test_check_notices_one_changed_answer(make_demo, demo, tmp_path, monkeypatch, capsys) -> None:
    shutil.copytree(demo / "raw", tmp_path / "raw")
    file = tmp_path / "raw" / "responses.csv"
    monkeypatch.setattr(make_demo, "HERE", tmp_path)
    made = file.read_text(encoding="utf-8")
    file.write_text(made.replace("bachelor", "college", 1), encoding="utf-8", newline="\n")
    assert make_demo.main(["--check"]) == 1
    assert "differs" in capsys.readouterr().out
    make_demo.main([])
    assert file.read_text(encoding="utf-8") == made


def test_survey_reads_the_file_as_it_was_made(shipped, declared) -> None:
    answers = survey.load(declared)
    assert len(answers.scores) == 1200
    pd.testing.assert_frame_equal(answers.scores[list(shipped)], shipped, check_index_type=False, check_names=False)
    assert answers.groups["insurer"].value_counts().to_dict() == {"A": 400, "B": 400, "C": 400}
    assert not {"ip", "submitted_at"} & (set(answers.scores) | set(answers.groups))


def test_enough_people_answered_every_item_of_the_model(shipped, declared) -> None:
    items = [item for name, items in declared.scales.items() if name in declared.model for item in items]
    assert shipped[items].notna().all(axis=1).mean() >= 0.85
    assert 0.02 < shipped.isna().mean().mean() < 0.03


def test_scales_are_as_reliable_as_good_scales_are(shipped, declared) -> None:
    assert all(0.75 < _alpha(shipped[list(items)]) < 0.93 for items in declared.scales.values())


def test_people_expect_more_than_they_get(shipped, declared) -> None:
    for construct in declared.constructs.values():
        for perception, expectation in zip(construct.items, construct.expectation, strict=False):
            assert shipped[expectation].mean() > shipped[perception].mean()


def test_careless_people_are_where_the_screening_looks_for_them(make_demo) -> None:
    raw = pd.DataFrame(make_demo.answers())
    failed = raw["ac1"].notna() & (raw["ac1"] != 6)
    assert 0.03 < failed.mean() < 0.09
    assert raw.loc[failed, "seconds"].median() < 0.5 * raw.loc[~failed, "seconds"].median()
    in_a_row = raw.filter(regex="^p_").nunique(axis=1).eq(1) & raw.filter(regex="^p_").notna().all(axis=1)
    assert 10 < in_a_row.sum() < 60
