"""A questionnaire of known people: attentive ones from a factor model, and careless ones of three kinds."""

from __future__ import annotations

import numpy as np

from helpers.studies.criteria import DEFAULTS
from helpers.survey.answering_style import longest_run
from helpers.survey.attentive import attentive
from helpers.survey.indices import index_rules
from helpers.survey.sheet import Sheet

SCALES, ITEMS = 9, 5
SLIPS = 0.05  # nobody clicks one column, or a pattern, without fail
KINDS = ("anything", "one column", "pattern")


def sheet(high: int = 7, scales: int = SCALES) -> Sheet:
    """Scales of five items, the last of each fourth scale reversed."""
    k = scales * ITEMS
    low, turned = np.ones(k), np.zeros(k, dtype=bool)
    turned[ITEMS - 1::4 * ITEMS] = True
    return Sheet(tuple(f"i{n}" for n in range(k)), low, np.full(k, float(high)), turned,
                 tuple(tuple(range(s * ITEMS, (s + 1) * ITEMS)) for s in range(scales)))


def people(rng: np.random.Generator, n: int, on: Sheet, *, between: float = 0.4, loading: float = 0.75,
           mean: float = 0.65,
           spread: float = 0.2) -> np.ndarray:
    """Attentive respondents: correlated constructs, equal loadings, the upper half of the scale; reverse-coded."""
    scales = len(on.scales)
    common = rng.standard_normal((n, 1))
    constructs = np.sqrt(between) * common + np.sqrt(1 - between) * rng.standard_normal((n, scales))
    noise = rng.standard_normal((n, scales * ITEMS))
    responses = loading * np.repeat(constructs, ITEMS, axis=1) + np.sqrt(1 - loading**2) * noise
    # constructs differ in how much people agree with them, as expectations and perceptions do
    middle = 1 + (mean + spread * np.repeat(np.linspace(-1, 1, scales), ITEMS)) * (on.high - 1)
    return np.clip(np.floor(middle + 0.19 * (on.high - 1) * responses + 0.5), on.low, on.high)


def careless(rng: np.random.Generator, n: int, on: Sheet, kind: str) -> np.ndarray:
    """Answers of people who did not read, reverse-coded as a loader would."""
    k, high = len(on.names), int(on.high[0])
    if kind == "anything":
        given = rng.integers(1, high + 1, size=(n, k)).astype(float)
    elif kind == "one column":
        given = np.repeat(rng.integers(1, high + 1, size=(n, 1)), k, axis=1).astype(float)
    else:  # up the scale and again from below, begun anywhere
        given = 1.0 + (np.arange(k) + rng.integers(0, 5, size=(n, 1))) % 5
    slips = rng.random(given.shape) < SLIPS
    return on.turned(np.where(slips, rng.integers(1, high + 1, size=given.shape), given))


def named(scores: np.ndarray, on: Sheet, *, seed: int = 1) -> dict[str, np.ndarray]:
    """Which rule names whom; a rule that is not used names nobody."""
    long = longest_run(on.turned(scores)) > DEFAULTS["longstring"].at_most * scores.shape[1]
    rules = index_rules(scores, attentive(scores[~long], seed=seed), on, DEFAULTS)
    return {"longstring": long} | {rule.name: rule.flagged for rule in rules}
