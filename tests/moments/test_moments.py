"""Are the moments those of the data, and does everything that has none end in one message?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import moments
from helpers.errors import DataError

NAMES = ["a", "b", "c"]


@pytest.fixture
def scores() -> pd.DataFrame:
    values = np.random.default_rng(1).normal(4, 1, (40, 3))
    frame = pd.DataFrame(values, columns=NAMES)
    frame["g"] = ["x", "y"] * 20
    return frame


def test_divisor_is_n_and_incomplete_rows_are_left_out(scores: pd.DataFrame) -> None:
    scores.loc[3, "b"] = np.nan
    before = scores.copy()
    found = moments.from_data(scores, NAMES)[0]
    complete = scores.dropna()[NAMES]
    assert found.n == 39
    np.testing.assert_allclose(found.cov, np.cov(complete.to_numpy().T, ddof=0), rtol=1e-13)
    np.testing.assert_allclose(found.mean, complete.mean().to_numpy(), rtol=1e-14)
    pd.testing.assert_frame_equal(scores, before)


def test_groups_come_in_order_and_without_the_unassigned(scores: pd.DataFrame) -> None:
    scores.loc[0, "g"] = None
    assert [(each.group, each.n) for each in moments.from_data(scores, NAMES, group="g")] == [("y", 20), ("x", 19)]
    scores["g"] = pd.Categorical(scores["g"], categories=["z", "x", "y"], ordered=True)
    found = moments.from_data(scores, NAMES, group="g")
    assert [each.group for each in found] == ["x", "y"]
    np.testing.assert_allclose(found[1].mean, scores.loc[scores["g"] == "y", NAMES].mean().to_numpy())


def test_integers_booleans_and_nullable_types_are_numbers(scores: pd.DataFrame) -> None:
    scores["a"] = pd.array((scores["a"] > 4).astype("Int64"))
    scores["b"] = scores["b"] > 4
    scores.loc[0, "a"] = pd.NA
    found = moments.from_data(scores, NAMES)[0]
    assert found.n == 39
    assert found.mean[1] == pytest.approx(scores["b"][1:].mean())


def _with(column: str, values: object) -> object:
    return lambda frame: frame.assign(**{column: values})


@pytest.mark.parametrize(("change", "options", "id", "named"), [
    (lambda frame: frame.drop(columns="c"), {}, "moments.absent", "c"),
    (lambda frame: pd.concat([frame, frame[["a"]]], axis=1), {}, "moments.doubled", "a"),
    (_with("b", "often"), {}, "moments.text", "b"),
    (_with("b", np.inf), {}, "moments.infinite", "b"),
    (lambda frame: frame.assign(b=frame["b"] * 1e200), {}, "moments.infinite", "b"),
    (_with("c", 4), {}, "moments.constant", "c"),
    (_with("c", 0.1), {}, "moments.constant", "c"),
    (lambda frame: frame.assign(c=2 * frame["a"] - frame["b"]), {}, "moments.singular", "a, b, c"),
    (_with("a", np.nan), {}, "moments.too_few", "0"),
    (lambda frame: frame.head(3), {}, "moments.too_few", "3"),
    (lambda frame: frame.assign(g=["x"] * 37 + ["y"] * 3), {"group": "g"}, "moments.too_few", "y"),
    (lambda frame: frame.assign(c=frame["c"].where(frame["g"] == "x", 3)), {"group": "g"}, "moments.constant", "y"),
    (_with("g", "x"), {"group": "g"}, "moments.one_group", "g"),
    (lambda frame: frame, {"group": "h"}, "moments.absent", "h"),
    (lambda frame: frame.to_numpy(), {}, "moments.no_frame", "ndarray"),
])
def test_data_without_usable_moments(scores: pd.DataFrame, change: object, options: dict, id: str, named: str) -> None:
    with pytest.raises(DataError) as caught:
        moments.from_data(change(scores), NAMES, **options)
    assert caught.value.problems[0].id == id
    assert named in str(caught.value)
    assert caught.value.sentence("zh")


def test_correlations_and_standard_deviations_are_the_covariances(scores: pd.DataFrame) -> None:
    data = scores[NAMES]
    from_data = moments.from_data(scores, NAMES)[0]
    cov = moments.from_given(moments.Moments(cov=data.cov(), means=data.mean(), n=40))
    cor = moments.from_given(moments.Moments(cor=data.corr().to_numpy(), sds=dict(data.std()), names=NAMES, n=40.0))
    np.testing.assert_allclose(cov.cov, from_data.cov, rtol=1e-12)
    np.testing.assert_allclose(cor.cov, from_data.cov, rtol=1e-12)
    np.testing.assert_allclose(cov.mean, from_data.mean, rtol=1e-12)
    assert cor.mean is None
    assert cor.n == 40


def test_rows_of_a_labelled_matrix_follow_its_columns(scores: pd.DataFrame) -> None:
    cov = scores[NAMES].cov()
    found = moments.from_given(moments.Moments(cov=cov.loc[["c", "a", "b"]], n=40))
    np.testing.assert_allclose(found.cov * 40 / 39, cov.to_numpy(), rtol=1e-12)


EYE = np.eye(2)


@pytest.mark.parametrize(("given", "id"), [
    ({"n": 50}, "moments.which_matrix"),
    ({"cov": EYE, "cor": EYE, "n": 50, "names": "ab"}, "moments.which_matrix"),
    ({"cov": EYE, "n": 50}, "moments.no_names"),
    ({"cov": EYE, "n": 50, "names": "aa"}, "moments.doubled"),
    ({"cov": EYE, "n": 50, "names": "abc"}, "moments.shape"),
    ({"cov": [[1, 0.5], [0.4, 1]], "n": 50, "names": "ab"}, "moments.asymmetric"),
    ({"cov": [[1, None], [0.4, 1]], "n": 50, "names": "ab"}, "moments.no_numbers"),
    ({"cov": [["x", 1], [1, 1]], "n": 50, "names": "ab"}, "moments.no_numbers"),
    ({"cov": EYE, "names": "ab"}, "moments.no_n"),
    ({"cov": EYE, "names": "ab", "n": "many"}, "moments.no_n"),
    ({"cov": EYE, "names": "ab", "n": float("nan")}, "moments.no_n"),
    ({"cov": EYE, "names": "ab", "n": 2}, "moments.too_few"),
    ({"cov": [[1, 1.2], [1.2, 1]], "names": "ab", "n": 50}, "moments.not_positive_definite"),
    ({"cov": [[0, 0], [0, 1]], "names": "ab", "n": 50}, "moments.constant"),
    ({"cor": [[1, 1.2], [1.2, 1]], "names": "ab", "n": 50}, "moments.no_correlations"),
    ({"cor": 2 * EYE, "names": "ab", "n": 50}, "moments.no_correlations"),
    ({"cor": EYE, "sds": [1, 0], "names": "ab", "n": 50}, "moments.sds"),
    ({"cor": EYE, "sds": {"a": 1}, "names": "ab", "n": 50}, "moments.vector_names"),
    ({"cor": EYE, "sds": [1, 2, 3], "names": "ab", "n": 50}, "moments.vector_length"),
])
def test_matrices_that_cannot_be_right(given: dict, id: str) -> None:
    given = given | ({"names": list(given["names"])} if "names" in given else {})
    with pytest.raises(DataError) as caught:
        moments.from_given(moments.Moments(**given))
    assert caught.value.problems[0].id == id
    assert str(caught.value)
    assert caught.value.sentence("zh")
