"""Means, standard deviations, percentages and tests of real answers are possible; impossible ones are named."""

from __future__ import annotations

import itertools
import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from scipy import stats

from helpers import replication
from helpers.replication.auditing.means import _squares


def shown(value: float, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
    """Print a number to so many decimals."""
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def verdicts(printed: dict) -> dict[str, str]:
    """Quantity -> verdict of a table with one entry."""
    found = replication.audit(printed)
    return dict(zip(found["quantity"], found["verdict"], strict=True))


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_HALF_EVEN])
def test_moments_of_real_answers_are_possible(rounding: str) -> None:
    rng = np.random.default_rng(20261126)
    informative = 0
    for _ in range(300):
        n, k, top = int(rng.integers(2, 120)), int(rng.integers(1, 5)), int(rng.integers(2, 8))
        answers = rng.binomial(top - 1, rng.uniform(0.02, 0.98), (n, k)) + 1
        summed = rng.random() < 0.3
        scores = answers.sum(axis=1) if summed else answers.mean(axis=1)
        decimals, ddof = int(rng.integers(1, 4)), int(rng.random() < 0.8)
        entry = {"mean": shown(scores.mean(), decimals, rounding),
                 "sd": shown(scores.std(ddof=ddof), decimals, rounding),
                 "items": str(k), "score": "sum" if summed else "mean"}
        found = verdicts({"n": str(n), "scale": {"min": "1", "max": str(top)}, "constructs": {"a": entry}})
        assert not {"inconsistent", "truncated"} & set(found.values()), (n, k, top, entry, found)
        informative += found["mean"] == "consistent"
    assert informative > 50


def test_answers_whose_digits_are_cut_off_are_said_to_be() -> None:
    rng = np.random.default_rng(7)
    seen = set()
    for _ in range(200):
        n = int(rng.integers(5, 60))
        answers = rng.integers(1, 6, n)
        entry = {"mean": shown(answers.mean(), 2, ROUND_DOWN), "sd": shown(answers.std(ddof=1), 2, ROUND_DOWN)}
        found = verdicts({"n": str(n), "scale": {"min": "1", "max": "5"}, "items": {"a": entry}})
        assert "inconsistent" not in found.values(), (n, entry)
        seen |= set(found.values())
    assert seen >= {"truncated", "consistent"}


def test_grim_by_hand() -> None:
    """5.19 is the example of Brown & Heathers (2017): 28 whole numbers have the mean 5.18 or 5.21."""
    assert verdicts({"n": "28", "items": {"a": {"mean": "5.19"}}})["mean"] == "inconsistent"
    assert verdicts({"n": "28", "items": {"a": {"mean": "5.18"}}})["mean"] == "consistent"
    table = replication.audit({"n": "28", "items": {"a": {"mean": "5.19"}}})
    assert table.loc[0, "recomputed.lower"] == pytest.approx(145 / 28)
    assert verdicts({"n": "100", "items": {"a": {"mean": "5.19"}}})["mean"] == "not_checkable"
    assert verdicts({"n": "28", "items": {"a": {"mean": "5.19", "n": "27"}}})["mean"] == "consistent"


def test_sums_of_squares_are_those_of_all_answers() -> None:
    for n, low, high in ((2, 1, 5), (4, 1, 4), (5, 0, 3)):
        by_sum: dict[int, list[int]] = {}
        for answers in itertools.combinations_with_replacement(range(low, high + 1), n):
            by_sum.setdefault(sum(answers), []).append(sum(each**2 for each in answers))
        for total, squares in by_sum.items():
            assert _squares(total, n, low, high) == (min(squares), max(squares))


def test_grimmer_and_bounds_of_the_standard_deviation() -> None:
    table = {"n": "10", "scale": {"min": "1", "max": "5"}}
    possible = {shown(np.std(each, ddof=ddof), 2) for each in itertools.combinations_with_replacement(range(1, 6), 10)
                if sum(each) == 30 for ddof in (0, 1)}
    for sd in range(400):
        text = f"{sd / 100:.2f}"
        found = verdicts({**table, "items": {"a": {"mean": "3.00", "sd": text}}})["sd"]
        if text in possible:
            assert found == "consistent", text
        elif sd > 220:
            assert found == "inconsistent", text
    refused = [sd for sd in range(0, 211)
               if verdicts({**table, "items": {"a": {"mean": "3.00", "sd": f"{sd / 100:.2f}"}}})["sd"] != "consistent"]
    assert len(refused) > 100
    assert verdicts({**table, "items": {"a": {"sd": "2.20"}}})["sd"] == "inconsistent"
    assert verdicts({**table, "items": {"a": {"sd": "2.10"}}})["sd"] == "consistent"
    assert verdicts({"scale": {"min": "1", "max": "5"}, "items": {"a": {"sd": "2.90"}}})["sd"] == "inconsistent"


def test_percentages_and_groups() -> None:
    rng = np.random.default_rng(3)
    for _ in range(100):
        counts = rng.integers(1, 80, 4)
        n, decimals = int(counts.sum()), int(rng.integers(0, 3))
        groups = {f"g{at}": {"percent": shown(100 * count / n, decimals), **({"n": str(count)} if at % 2 else {})}
                  for at, count in enumerate(counts)}
        found = replication.audit({"n": str(n), "groups": {"insurer": groups}})
        assert not found["verdict"].isin(["inconsistent", "truncated"]).any(), found.to_string()
    groups = {"A": {"n": "20", "percent": "38.5"}, "B": {"n": "31", "percent": "61.5"}}
    found = replication.audit({"n": "52", "groups": {"insurer": groups}})
    assert found.loc[found["verdict"] == "inconsistent", "quantity"].tolist() == ["n", "percent"]
    assert verdicts({"n": "52", "groups": {"insurer": {"A": {"percent": "38.0"}}}})["percent"] == "inconsistent"


def test_tests_of_real_statistics_agree_with_their_p() -> None:
    rng = np.random.default_rng(11)
    written = []
    for _ in range(150):
        df, other, x = int(rng.integers(3, 200)), int(rng.integers(1, 6)), rng.uniform(0.1, 4)
        r = rng.uniform(-0.6, 0.6)
        p_of = {f"t({df}) = {shown(-x, 2)}": 2 * stats.t.sf(x, df), f"F({other}, {df}) = {shown(x, 2)}": stats.f.sf(
            x, other, df), f"χ²({other}, N = 90) = {shown(x * 3, 2)}": stats.chi2.sf(x * 3, other),
            f"z = {shown(x, 2)}": 2 * stats.norm.sf(x),
            f"r({df}) = {shown(r, 2)}": 2 * stats.t.sf(abs(r) * math.sqrt(df / (1 - r * r)), df)}
        written += [f"{test}, p {'< .001' if p < 0.001 else '= ' + shown(p, 3).removeprefix('0')}"
                    for test, p in p_of.items()]
    found = replication.audit({"tests": written})
    assert found["verdict"].eq("consistent").all(), found[found["verdict"] != "consistent"].to_string()


def test_tests_by_hand() -> None:
    found = replication.audit({"tests": ["t(28) = 2.20, p = .030", "t(28) = 2.20, p = .018", "t(28) = 2,20; p = ,063",
                                         "F(2, 90) = 4.10, p < .01", "r(98) = .25, p = .012", "t(28) = −2.20, n.s."]})
    said = dict(zip(found["entry"], found["verdict"], strict=True))
    assert said["t(28) = 2.20, p = .018"] == "consistent"
    assert said["t(28) = 2.20, p = .030"] == "inconsistent"  # .036 two-sided
    assert said["t(28) = 2,20; p = ,063"] == "inconsistent"
    assert said["F(2, 90) = 4.10, p < .01"] == "inconsistent"  # .0198
    assert said["r(98) = .25, p = .012"] == "consistent"
    assert said["t(28) = −2.20, n.s."] == "inconsistent"
