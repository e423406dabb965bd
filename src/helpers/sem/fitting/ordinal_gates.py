"""What must be known about ordinal answers before a model of them is interpreted."""

from __future__ import annotations

import numpy as np

from helpers.errors import Check
from helpers.moments import Categories, OrderedGroups

# A category that fewer chose leaves its threshold, and the tables it is part of, to chance.
FEWEST_IN_CATEGORY = 5
NOT_NEGATIVE = -1e-10
PERFECT = 0.9999 - 1e-9  # where the search of polychoric correlations ends
SHOWN = 8


def ordinal_checks(answers: OrderedGroups) -> tuple[Check, ...]:
    """Gates of the answers, whatever the model.

    Parameters
    ----------
    answers : OrderedGroups

    Returns
    -------
    tuple of Check
        ``perfect_pairs``: items of which one tells the other. ``empty_cells``: pairs of items with combinations of
        answers that nobody gave. ``polychoric_matrix``: a matrix that is no matrix of correlations; it is told, never
        smoothed. ``rare_categories``. ``category_gaps``: values that nobody chose between others.
        ``pairwise_missing``: valid only where answers are missing completely at random.
    """
    named = [(f" ({label})" if label else "", each)
             for label, each in zip(answers.labels, answers.answers, strict=True)]
    empty = [f"{items.names[a]}-{items.names[b]}{label}: {count:.0f}"
             for (label, items), moments in zip(named, answers.moments, strict=True)
             for a, b, count in zip(*np.triu_indices(len(items.names), 1), moments.pairs.empty, strict=True) if count]
    same = [f"{moments.names[a]}-{moments.names[b]}{label}" for (label, _), moments in zip(
        named, answers.moments, strict=True) for a, b in _perfect(moments.cov)]
    smallest = min(_smallest(each.cov) for each in answers.moments)
    rare = [f"{name}{label}: {margin.min()}" for label, items in named
            for name, margin in zip(items.names, items.margins(), strict=True) if margin.min() < FEWEST_IN_CATEGORY]
    gaps = [f"{name}: {' '.join(f'{value:g}' for value in values)}" for name, values in _numbered(answers.answers[0])
            if len(values) > 1 and (np.diff(values) > np.diff(values).min() + 1e-9).any()]
    n = sum(each.n for each in answers.moments)
    return (
        Check("perfect_pairs", "stop", not same, {"pairs": _first(same)}),
        Check("empty_cells", "caution", not empty, {"count": len(empty), "pairs": _first(empty)}),
        Check("polychoric_matrix", "caution", smallest > NOT_NEGATIVE, {"eigenvalue": smallest}),
        Check("rare_categories", "caution", not rare, {"items": _first(rare), "fewest": FEWEST_IN_CATEGORY}),
        Check("pairwise_missing", "caution", not answers.incomplete, {"incomplete": answers.incomplete, "n": n}),
        Check("category_gaps", "info", not gaps, {"items": _first(gaps)}),
    )


def _perfect(cov: np.ndarray) -> list[tuple[int, int]]:
    """Pairs whose correlation lies at the end of what is searched."""
    sd = np.sqrt(np.diag(cov))
    return list(zip(*np.nonzero(np.triu(np.abs(cov / np.outer(sd, sd)) >= PERFECT, 1)), strict=True))


def _smallest(cov: np.ndarray) -> float:
    sd = np.sqrt(np.diag(cov))
    return float(np.linalg.eigvalsh(cov / np.outer(sd, sd))[0])


def _numbered(items: Categories) -> list[tuple[str, np.ndarray]]:
    return [(name, values.astype(float)) for name, values in zip(items.names, items.values, strict=True)
            if np.issubdtype(np.asarray(values).dtype, np.number)]


def _first(found: list[str]) -> list[str]:
    more = len(found) - SHOWN
    return found[:SHOWN] + ([f"... (+{more})"] if more > 0 else [])
