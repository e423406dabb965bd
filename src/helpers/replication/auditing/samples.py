"""Whether numbers of respondents and percentages agree with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from helpers.replication.auditing.intervals import Interval, total
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading


def audit_sample(ledger: Ledger, printed: Mapping[str, Any]) -> None:
    """Check the groups, their percentages, the numbers of single tables, and a harmonic mean of pairwise ns."""
    n = printed.get("n")
    doubt = "missing_answers" if printed.get("missing_answers") == "yes" else ""
    for grouping, groups in printed.get("groups", {}).items():
        counts = [group["n"] for group in groups.values() if "n" in group]
        if counts and len(counts) == len(groups):
            ways = [Way("", lambda _, of=counts: total([each.exact() for each in of]))]
            ledger.judge("groups", grouping, "n", n, ways, "sum_of_groups", doubt=doubt)
        _percentages(ledger, grouping, groups, n, doubt)
    pairs = printed.get("pair_n", [])
    if pairs and all([ledger.bounded("n", "", "n", each, 1.0, math.inf) for each in pairs]):
        ledger.judge("n", "", "n", n, [Way("harmonic", lambda _: _harmonic(pairs))], "harmonic")
    for section in ("constructs", "items"):
        for name, entry in printed.get(section, {}).items():
            if entry.get("n") is not None and n is not None and not printed.get("pair_n"):
                ledger.verdict(section, name, "n", entry["n"].text, entry["n"].value <= n.value, "n_at_most",
                               recomputed=Interval(0.0, n.value))


def _harmonic(counts: list[Number]) -> Interval:
    return Interval.exactly(len(counts) / sum(1 / each.value for each in counts))


def _percentages(ledger: Ledger, grouping: str, groups: Mapping[str, Mapping[str, Any]], n: Number | None,
                 doubt: str) -> None:
    """Hold percentages against counts, against whole counts, and against 100.

    References
    ----------
    Brown & Heathers (2017): a percentage is 100 times the mean of answers 0 and 1.
    """
    percents = {name: group["percent"] for name, group in groups.items() if "percent" in group}
    whole_n = n is not None and n.half == 0.5
    answered = _answered(groups)
    fine = [ledger.bounded("groups", f"{grouping}: {name}", "percent", percent, 0.0, 100.0)
            for name, percent in percents.items()]
    for name, percent in percents.items():
        count, place = groups[name].get("n"), f"{grouping}: {name}"
        if not whole_n:
            ledger.skip("groups", place, "percent", percent, "needs_n", "percent")
        elif count is not None:
            bases = {"": n.value} | ({"valid": answered} if 0 < answered < n.value else {})
            ways = [Way(code, lambda _, share=100 * count.value / base: Interval.exactly(share))
                    for code, base in bases.items()]
            ledger.judge("groups", place, "percent", percent, ways, "percent", doubt=doubt)
        elif 2 * percent.half * n.value >= 100:
            ledger.skip("groups", place, "percent", percent, "granularity", "percent")
        else:
            ledger.judge("groups", place, "percent", percent,
                         [Way("", lambda reading, of=percent: _whole(reading, of, n))], "percent", doubt=doubt)
    if len(percents) > 1 and len(percents) == len(groups) and all(fine):
        summed = [total([reading(each) for each in percents.values()]) for reading in (Number.rounded, Number.loose)]
        holds = [each.meets(Interval.exactly(100.0)) for each in summed]
        ledger.verdict("groups", grouping, "percents", "100", any(holds), "percents", recomputed=summed[0])


def _answered(groups: Mapping[str, Mapping[str, Any]]) -> float:
    """Add up the groups: who answered the question; 0 where a count is not printed."""
    counts = [group["n"].value for group in groups.values() if "n" in group]
    return sum(counts) if len(counts) == len(groups) else 0.0


def _whole(reading: Reading, percent: Number, n: Number) -> Interval:
    inside = reading(percent)
    count = math.ceil(inside.lower * n.value / 100 - 1e-9)
    shares = [100 * each / n.value for each in (count, count - 1) if 0 <= each <= n.value] or [0.0]
    return Interval.exactly(min(shares, key=lambda each: max(inside.lower - each, each - inside.upper, 0.0)))
