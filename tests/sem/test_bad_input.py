"""Does every wrong argument, column, line, constraint, group, weight and matrix end in one sentence that helps?"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from helpers import sem
from helpers.errors import DataError, HelpersError, ModelError

ITEMS = [f"x{i}" for i in range(1, 7)]
MODEL = "f =~ x1 + x2 + x3\nh =~ x4 + x5 + x6\nh ~ f"
ONE = "f =~ x1 + a*x2 + b*x3"
N = 120


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    factors = rng.standard_normal((N, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    data = pd.DataFrame(0.7 * factors[:, [0, 0, 0, 1, 1, 1]] + 0.7 * rng.standard_normal((N, 6)), columns=ITEMS)
    return data.assign(city=np.where(np.arange(N) % 2, "north", "south"), branch=np.arange(N) // 6,
                       w=rng.uniform(0.5, 2, N))


DATA = answers()
COV, COR = DATA[ITEMS].cov(), DATA[ITEMS].corr()
FIRST = np.arange(N) < 3
IN_NORTH = DATA["city"] == "north"


def refused(call: dict, kind: type[HelpersError], id: str, says: str) -> None:
    """Held to the id, to what the sentence must name, and to a sentence in Chinese that names it as well."""
    arguments = {"data": DATA, **call}
    before = arguments["data"].copy() if isinstance(arguments["data"], pd.DataFrame) else None
    model = arguments.pop("model", MODEL)
    with pytest.raises(kind) as error:
        sem.fit(model, **arguments)
    assert error.value.problems[0].id == id, str(error.value)
    for language in ("en", "zh"):
        assert re.search(re.escape(says), error.value.sentence(language)), error.value.sentence(language)
    if before is not None:
        pd.testing.assert_frame_equal(arguments["data"], before)


ARGUMENTS = [
    ({"model": None}, ModelError, "syntax.no_text", "NoneType"),
    ({"model": [MODEL]}, ModelError, "syntax.no_text", "list"),
    ({"data": None}, DataError, "sem.data_or_moments", "moments"),
    ({"data": DATA.to_numpy()}, DataError, "moments.no_frame", "ndarray"),
    ({"data": DATA["x1"]}, DataError, "moments.no_frame", "Series"),
    ({"estimator": "MLX"}, ModelError, "sem.not_in_this_version", "MLX"),
    ({"estimator": 3}, ModelError, "sem.not_in_this_version", "3"),
    ({"missing": "fimll"}, ModelError, "sem.not_in_this_version", "fimll"),
    ({"group": ["city"]}, ModelError, "sem.argument_column", "group"),
    ({"cluster": ["branch"]}, ModelError, "sem.argument_column", "cluster"),
    ({"weights": DATA["w"]}, ModelError, "sem.argument_column", "weights"),
    ({"std_lv": "yes"}, ModelError, "sem.argument_flag", "std_lv"),
    ({"fixed_x": "no"}, ModelError, "sem.argument_flag", "fixed_x"),
    ({"meanstructure": 2}, ModelError, "sem.argument_flag", "meanstructure"),
    ({"effect_coding": "yes"}, ModelError, "sem.argument_flag", "effect_coding"),
    ({"conf_level": 95}, ModelError, "sem.conf_level", "95"),
    ({"conf_level": None}, ModelError, "sem.conf_level", "None"),
    ({"conf_level": ".95"}, ModelError, "sem.conf_level", ".95"),
    ({"ordered": True}, ModelError, "sem.ordered_estimator", "WLSMV"),
    ({"ordered": 5}, ModelError, "sem.argument_names", "ordered"),
    ({"group": "city", "group_equal": [1]}, ModelError, "sem.argument_names", "group_equal"),
    ({"group": "city", "group_equal": "loading"}, ModelError, "syntax.group_equal", "loading"),
    ({"group": "city", "group_equal": "loadings", "group_partial": "f =~ x5"}, ModelError,
     "syntax.group_partial_unmatched", "f =~ x5"),
    ({"group": "city", "group_equal": "loadings", "group_partial": "f =~ x1"}, ModelError,
     "syntax.group_partial_unmatched", "f =~ x1"),
    ({"group": "city", "group_equal": "loadings", "group_partial": "x2"}, ModelError, "syntax.group_partial", "x2"),
    ({"group_equal": "loadings"}, ModelError, "syntax.one_group", "group_equal"),
    ({"group_partial": "f =~ x2"}, ModelError, "syntax.one_group", "group_partial"),
    ({"cluster": "branch", "estimator": "MLM"}, ModelError, "sem.estimator_design", "MLM"),
]

COLUMNS = [
    ({"data": DATA.drop(columns="x3")}, "moments.absent", "x3"),
    ({"data": pd.concat([DATA, DATA[["x1"]]], axis=1)}, "moments.doubled", "x1"),
    ({"data": DATA.assign(x1="often")}, "moments.text", "x1"),
    ({"data": DATA.assign(x1=DATA["x1"] + 1j)}, "moments.text", "x1"),
    ({"data": DATA.assign(x1=np.where(FIRST, np.inf, 1.0))}, "moments.infinite", "x1"),
    ({"data": DATA.assign(x1=np.nan)}, "moments.too_few", "0"),
    ({"data": DATA.assign(x1=2.0)}, "moments.constant", "x1"),
    ({"data": DATA.assign(x2=DATA["x1"])}, "moments.singular", "x2"),
    ({"data": DATA.head(6)}, "moments.too_few", "6"),
    ({"group": "nowhere"}, "moments.absent", "nowhere"),
    ({"group": "x1"}, "moments.two_roles", "x1"),
    ({"cluster": "x1"}, "moments.two_roles", "x1"),
    ({"group": "city", "data": DATA.assign(city="north")}, "moments.one_group", "city"),
    ({"group": "city", "data": DATA.assign(city=np.nan)}, "moments.one_group", "city"),
    ({"group": "city", "data": DATA.assign(city=[1 if i % 2 else "1" for i in range(N)])}, "moments.groups_alike", "1"),
    ({"group": "city", "data": DATA.assign(city=np.where(np.arange(N) == 0, "west", DATA["city"]))},
     "moments.too_few", "west"),
    ({"group": "city", "data": DATA.assign(x2=DATA["x2"].mask(IN_NORTH, 3.0))}, "moments.constant", "north"),
    ({"group": "city", "data": DATA.assign(x2=DATA["x2"].mask(IN_NORTH))}, "moments.too_few", "north"),
    ({"cluster": "branch", "data": DATA.assign(branch=1)}, "moments.one_cluster", "branch"),
    ({"cluster": "branch", "data": DATA.assign(branch=np.where(FIRST, np.nan, 1.0))}, "moments.cluster_missing", "3"),
    ({"weights": "w", "data": DATA.assign(w=-1.0)}, "moments.weights", "w"),
    ({"weights": "w", "data": DATA.assign(w=0.0)}, "moments.weights", "w"),
    ({"weights": "w", "data": DATA.assign(w=np.where(FIRST, np.nan, 1.0))}, "moments.weights", "3"),
    ({"weights": "w", "data": DATA.assign(w="heavy")}, "moments.text", "w"),
    ({"weights": "w", "data": DATA.assign(w=FIRST * 1.0)}, "moments.too_few", "3"),
    ({"weights": "w", "group": "city", "data": DATA.assign(w=IN_NORTH * 1.0)}, "moments.weights_group", "w"),
]

LINES = [
    ("f =~ x1 x2", "syntax.name", "line 1"),
    ("f =~ x1 + x2 + x3\nf =~ x1", "syntax.twice", "line 2"),
    ("f =~ f + x1", "syntax.itself", "f =~ f"),
    ("f =~ x1 + x2 + x3\nx4 ~ f:x5", "syntax.interaction", "line 2"),
    ("f =~ c(1, 2)*x1 + x2 + x3", "syntax.groups", "f =~ x1"),
    ("f =~ x1 + .p5.*x2 + x3", "syntax.label_reserved", ".p5."),
    ("f =~ x1 + na*x2 + x3", "syntax.label_reserved", "na"),
    (f"{ONE}\na == b\na == 2*b\nb == 1", "sem.contradictory", "line 2, 3, 4"),
    (f"{ONE}\na == a + 1", "sem.contradictory", "a == a + 1"),
    ("f =~ 1*x1 + a*x2 + 0.5*x3 + a*x3\na == 0.6", "sem.contradictory", "0.6"),
    (f"{ONE}\na == b*b", "sem.not_linear", "line 2"),
    (f"{ONE}\na*b == 1", "sem.not_linear", "a*b == 1"),
    (f"{ONE}\na == 1/0", "sem.not_linear", "1/0"),
    (f"{ONE}\na > 0", "syntax.inequality", "line 2"),
    (f"{ONE}\na == other", "syntax.unknown_label", "other"),
    ("f =~ NA*x1 + x2 + x3", "sem.not_identified", "f =~ x1"),
    ("f =~ x1 + x2", "sem.not_identified", "x1 ~~ x1"),
]

ASYMMETRIC, IMPOSSIBLE = COV.copy(), COV.copy()
ASYMMETRIC.loc["x1", "x2"] += 0.1
IMPOSSIBLE.loc["x1", "x2"] = IMPOSSIBLE.loc["x2", "x1"] = 2.0
OTHERS = [f"y{i}" for i in range(1, 7)]
MATRICES = [
    ({"cov": ASYMMETRIC, "n": 100}, "moments.asymmetric", "x2"),
    ({"cov": COV.where(np.tril(np.ones((6, 6))) > 0), "n": 100}, "moments.no_numbers", "cov"),
    ({"cov": IMPOSSIBLE, "n": 100}, "moments.not_positive_definite", "x2"),
    ({"cov": COV}, "moments.no_n", "n"),
    ({"cov": COV, "n": "100"}, "moments.no_n", "100"),
    ({"cov": COV, "n": 5}, "moments.too_few", "5"),
    ({"cov": COV.to_numpy(), "n": 100}, "moments.no_names", "names"),
    ({"cov": COV.to_numpy(), "names": "abcdef", "n": 100}, "moments.no_names", "names"),
    ({"cov": COV.to_numpy(), "names": ITEMS[:3], "n": 100}, "moments.shape", "3"),
    ({"cov": COV.to_numpy(), "names": [*ITEMS[:5], "x1"], "n": 100}, "moments.doubled", "x1"),
    ({"cov": COV.to_numpy(), "names": OTHERS, "n": 100}, "moments.absent", "x1"),
    ({"cov": COV, "names": ITEMS[::-1], "n": 100}, "moments.other_names", "x6"),
    ({"cov": COV.set_axis(OTHERS, axis=0), "n": 100}, "moments.rows_and_columns", "y1"),
    ({"cov": COV, "cor": COR, "n": 100}, "moments.which_matrix", "cor"),
    ({"cov": COV, "sds": [1.0] * 6, "n": 100}, "moments.sds_with_cov", "sds"),
    ({"cor": COV * 2, "n": 100}, "moments.no_correlations", "cov"),
    ({"cor": COR, "sds": [1.0] * 5, "n": 100}, "moments.vector_length", "5"),
    ({"cor": COR, "sds": [-1.0] * 6, "n": 100}, "moments.sds", "x1"),
    ({"cov": COV, "means": ["high"] * 6, "n": 100}, "moments.no_numbers", "means"),
]

RAW_CLAIMS = [
    ("f =~ x1 + a*x2 + a*x3", "sem.correlations_equal"),
    (f"{ONE}\na == b", "sem.correlations_equal"),
    ("f =~ x1 + 0.8*x2 + x3", "sem.correlations_fixed"),
    ("f =~ x1 + x2 + x3\nx1 ~~ 0.5*x1", "sem.correlations_fixed"),
    ("f =~ x1 + x2 + x3\nf ~~ 1*f", "sem.correlations_fixed"),
    ("f =~ x1 + x2 + x3\nx4 ~ 0.3*f", "sem.correlations_fixed"),
    ("f =~ x1 + x2 + x3\nx1 ~ 1", "sem.correlations_means"),
]


@pytest.mark.parametrize(("call", "kind", "id", "says"), ARGUMENTS)
def test_arguments(call: dict, kind: type[HelpersError], id: str, says: str) -> None:
    refused(call, kind, id, says)


@pytest.mark.parametrize(("call", "id", "says"), COLUMNS)
def test_columns_groups_clusters_weights(call: dict, id: str, says: str) -> None:
    refused(call, DataError, id, says)


@pytest.mark.parametrize(("text", "id", "says"), LINES)
def test_lines_and_constraints(text: str, id: str, says: str) -> None:
    refused({"model": text}, ModelError, id, says)


@pytest.mark.parametrize(("given", "id", "says"), MATRICES)
def test_printed_matrices(given: dict, id: str, says: str) -> None:
    refused({"data": None, "moments": sem.Moments(**given)}, DataError, id, says)


@pytest.mark.parametrize(("text", "id"), RAW_CLAIMS)
def test_correlations_alone_carry_no_raw_claim(text: str, id: str) -> None:
    refused({"model": text, "data": None, "moments": sem.Moments(cor=COR, n=N, means=[0.0] * 6)}, ModelError, id, "")


def test_correlations_alone_give_chisq_and_std_all_of_what_is_scale_invariant() -> None:
    text = "f =~ NA*x1 + x2 + x3\nh =~ NA*x4 + x5 + x6\nf ~~ 1*f\nh ~~ 1*h\nf ~~ 0.3*h"  # a fixed correlation
    alone = sem.fit(text, moments=sem.Moments(cor=COR, n=N))
    whole = sem.fit(text, moments=sem.Moments(cov=COV, n=N))
    assert alone.measures["chisq"] == pytest.approx(whole.measures["chisq"], rel=1e-9)
    assert alone.parameters["std.all"].to_numpy() == pytest.approx(whole.parameters["std.all"].to_numpy(), abs=1e-8)


def test_near_misses_are_accepted() -> None:
    """What resembles a refused call and is right stays possible."""
    assert sem.fit(MODEL, DATA, group_equal=None, ordered=None, std_lv=np.bool_(True)).converged
    assert sem.fit(MODEL, DATA, group="city", group_equal="loadings", group_partial="x2 ~ 1").converged
    assert sem.fit(MODEL, DATA, weights="w", group="city").converged
    assert sem.fit(MODEL, moments=sem.Moments(cov=COV, names=ITEMS, n=N)).converged
    assert sem.fit(MODEL, moments=sem.Moments(cov=COV.reset_index(drop=True), n=N)).converged


def rated(**columns: object) -> pd.DataFrame:
    """Answers in four categories."""
    return pd.DataFrame(np.digitize(DATA[ITEMS], [-1, -0.2, 0.6]), columns=ITEMS).astype(float).assign(**columns)


HALF = np.arange(N) < N // 2
RATED = rated()
ORDINAL = [
    (rated(x1=np.where(FIRST, np.inf, RATED["x1"])), "listwise", "moments.infinite", "x1"),
    (rated(x1=2.0), "listwise", "moments.one_category", "x1"),
    (rated(x1=DATA["x1"]), "listwise", "moments.many_categories", "x1"),
    (rated(x1=np.nan), "listwise", "moments.too_few", "0"),
    (rated(x1=RATED["x1"].where(HALF), x2=RATED["x2"].mask(HALF)), "pairwise", "moments.never_together", "x1 - x2"),
]


@pytest.mark.parametrize(("data", "missing", "id", "says"), ORDINAL)
def test_ordinal_items(data: pd.DataFrame, missing: str, id: str, says: str) -> None:
    refused({"data": data, "ordered": ITEMS, "estimator": "WLSMV", "missing": missing}, DataError, id, says)


@pytest.mark.parametrize("copied", [RATED["x1"], 3 - RATED["x1"]], ids=["copy", "reversed copy"])
def test_an_ordinal_item_that_tells_another_is_a_stop_and_its_near_miss_is_not(copied: pd.Series) -> None:
    stopped = sem.fit(MODEL, rated(x2=copied), ordered=ITEMS, estimator="WLSMV")
    (check,) = (check for check in stopped.checks if check.gate == "perfect_pairs")
    assert stopped.stopped and check.values["pairs"] == ["x1-x2"]
    near = copied.where(np.arange(N) % 10 > 0, RATED["x2"])
    assert not any(check.gate == "perfect_pairs" and not check.passed
                   for check in sem.fit(MODEL, rated(x2=near), ordered=ITEMS, estimator="WLSMV").checks)
