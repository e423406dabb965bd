"""How much is missing? The share of the answers, and how many respondents every pair of variables rests on."""

from __future__ import annotations

import numpy as np

from helpers.errors import Check
from helpers.moments import Patterns

# Least share of respondents who answered both of two variables; Mplus stops below it (MINIMUM COVERAGE).
LEAST_COVERAGE = 0.10


def coverage_check(patterns: tuple[Patterns, ...], *, random_x: list[str]) -> Check:
    """Say how many answers are missing, in how many patterns, and which pair fewest answered together.

    Parameters
    ----------
    patterns : tuple of Patterns
        Per group.
    random_x : list of str
        Exogenous variables whose moments are modelled because they have holes.
    """
    cells = sum(float(each.counts.sum()) * len(each.names) for each in patterns)
    answered = sum(float(each.answered.sum()) for each in patterns)
    least, pair = 1.0, "-"
    for each in patterns:
        coverage = each.coverage
        one, two = np.unravel_index(int(coverage.argmin()), coverage.shape)
        if coverage[one, two] < least:
            least = float(coverage[one, two])
            pair = each.names[one] if one == two else f"{each.names[min(one, two)]} - {each.names[max(one, two)]}"
    return Check("full_information", "caution" if least < LEAST_COVERAGE else "info", least >= LEAST_COVERAGE, {
        "share": 1 - answered / cells, "patterns": sum(len(each.counts) for each in patterns), "coverage": least,
        "pair": pair, "random": random_x or "-"})
