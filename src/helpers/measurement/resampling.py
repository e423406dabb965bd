"""What would the covariances have been with other respondents? All bootstrap draws at once.

A draw is a count of how often each respondent comes up, so the sums of every draw are one matrix product: counts times
items and their products. Arrays carry the draws in the last axis, where whole vectors of draws lie side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

# Draws per matrix product: the counts of a block of draws stay in the processor's cache.
BLOCK = 256


def covariances(scales: Sequence[np.ndarray], *, draws: int, seed: int,
                respondents: Sequence[int] | np.ndarray | None = None) -> list[np.ndarray]:
    """Resample respondents and compute every scale's covariance matrix in every draw.

    Parameters
    ----------
    scales : sequence of ndarray, shape (n_respondents, k)
        The same respondents in every one; a respondent with NaN in a scale does not count in it.
    draws : int
    seed : int
    respondents : sequence of int, shape (n_rows,), optional
        Who answered each row: somebody with several rows comes up with all of them, or not at all.

    Returns
    -------
    list of ndarray, shape (k, k, draws)
        Divisor n - 1, n being the respondents of that draw who count in the scale. NaN where fewer than two do.
    """
    columns, shapes = [], []
    for answers in scales:
        counted = ~np.isnan(answers[:, 0])
        # Centring changes no covariance and keeps the digits that large means would cost.
        centred = np.where(counted[:, None], answers - np.nanmean(answers, axis=0), 0.0)
        upper = np.triu_indices(answers.shape[1])
        columns += [counted[:, None].astype(float), centred, centred[:, upper[0]] * centred[:, upper[1]]]
        shapes.append(upper)
    stacked = np.hstack(columns)
    stacked = _by_person(stacked, respondents)
    sums = np.concatenate([counts @ stacked for counts in counted_draws(len(stacked), draws=draws, seed=seed)]).T
    covs, at = [], 0
    for upper in shapes:
        k = int(upper[0][-1]) + 1
        covs.append(_covariance(sums[at], sums[at + 1:at + 1 + k], sums[at + 1 + k:at + 1 + k + len(upper[0])], upper))
        at += 1 + k + len(upper[0])
    return covs


def counted_draws(n: int, *, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Draw n of n respondents with replacement, again and again; yield how often each came up, block by block.

    Yields
    ------
    ndarray, shape (at most BLOCK, n)
    """
    random = np.random.default_rng(seed)
    for first in range(0, draws, BLOCK):
        rows = min(BLOCK, draws - first)
        drawn = random.integers(0, n, size=(rows, n)) + np.arange(rows)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(float)


def percentiles(values: np.ndarray, conf_level: float) -> tuple[float, float, int]:
    """Cut the percentile interval out of bootstrap values; draws without a value are left out and counted.

    Returns
    -------
    lower, upper : float
        NaN when fewer than two draws have a value.
    failed : int
    """
    held = values[np.isfinite(values)]
    failed = len(values) - len(held)
    if len(held) < 2:
        return float("nan"), float("nan"), failed
    tail = (1 - conf_level) / 2
    lower, upper = np.quantile(held, [tail, 1 - tail])
    return float(lower), float(upper), failed


def _by_person(rows: np.ndarray, respondents: Sequence[int] | np.ndarray | None) -> np.ndarray:
    """Add up the rows of each person; as they are where nobody has two."""
    if respondents is None:
        return rows
    people, owner = np.unique(np.asarray(respondents), return_inverse=True)
    if len(people) == len(rows):
        return rows
    added = np.zeros((len(people), rows.shape[1]))
    np.add.at(added, owner, rows)
    return added


def _covariance(n: np.ndarray, sums: np.ndarray, products: np.ndarray,
                upper: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    k = len(sums)
    cov = np.empty((k, k, len(n)))
    divisor = np.where(n > 1, n - 1, np.nan)
    cov[upper] = (products - sums[upper[0]] * sums[upper[1]] / np.where(n > 0, n, np.nan)) / divisor
    cov[upper[1], upper[0]] = cov[upper]
    return cov
