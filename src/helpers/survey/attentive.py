"""How would people answer who read every question? Simulated respondents, for the false alarms of screening rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.survey.distance import available_correlations

# Of a share of 5 % this many respondents leave an error of .7 %.
RESPONDENTS = 1000
_GRID = 400
_STRONGEST = 0.999


def attentive(scores: np.ndarray, *, n: int = RESPONDENTS, seed: int = 1, rows: np.ndarray | None = None) -> np.ndarray:
    r"""Draw respondents who answer as the items' distributions and correlations ask for, and in no other way.

    Parameters
    ----------
    scores : ndarray of float, shape (respondents, items)
        The sample without those who obviously did not read.
    n : int, default 1000
    seed : int, default 1
    rows : ndarray of bool, shape (respondents,), optional
        Of whom to learn; None: of everybody.

    Returns
    -------
    ndarray of float, shape (n, items)
        Every item with its own categories and shares, holes where a respondent of the sample has them.

    Notes
    -----
    Normal variables are cut into the answers of each item (NORTA). Cutting weakens correlations by about
    :math:`a_i a_j`, with :math:`a_i = \operatorname{cor}(z, g_i(z))` for the cut :math:`g_i`; the normal variables
    correlate by :math:`r_{ij} / (a_i a_j)`, brought back to a correlation matrix where that is none.

    References
    ----------
    Cario, M. C., & Nelson, B. L. (1997). Modeling and generating random vectors with arbitrary marginal distributions
    and correlation matrix. Northwestern University.

    Examples
    --------
    >>> sample = np.array([[1, 2.0], [2, 2], [4, 3], [5, 5], [3, 4], [1, 1]])
    >>> attentive(sample, n=4, seed=1).shape
    (4, 2)
    """
    from scipy.special import ndtr, ndtri

    if not scores.shape[1]:
        return np.empty((n, 0))
    rng = np.random.default_rng(seed)
    given = [_Distribution.of(column if rows is None else column[rows]) for column in scores.T]
    grid = ndtri((np.arange(_GRID) + 0.5) / _GRID)
    kept = np.array([_correlation(grid, answers.at(ndtr(grid))) for answers in given])
    wanted = available_correlations(scores, rows=rows) / np.outer(kept, kept)
    root = _root(np.clip(np.nan_to_num(wanted), -_STRONGEST, _STRONGEST))
    uniform = ndtr(rng.standard_normal((n, len(given))) @ root.T)
    drawn = np.column_stack([answers.at(uniform[:, at]) for at, answers in enumerate(given)])
    learned = np.arange(len(scores)) if rows is None else np.flatnonzero(rows)
    holes = np.isnan(scores[learned[rng.integers(len(learned), size=n)]])
    return np.where(holes, np.nan, drawn)


@dataclass(frozen=True, slots=True, eq=False)
class _Distribution:
    """The different answers to an item in their order, and how many answers lie at or below each."""

    answers: np.ndarray
    below: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray) -> _Distribution:
        counts = pd.Series(column).value_counts(sort=False).sort_index()  # without those who gave no answer
        return cls(counts.index.to_numpy(), np.cumsum(counts.to_numpy()))

    def at(self, uniform: np.ndarray) -> np.ndarray:
        """Give the answers at these shares of the sample's own distribution."""
        if not len(self.answers):
            return np.full(len(uniform), np.nan)
        n = self.below[-1]
        place = np.minimum((uniform * n).astype(int), n - 1)
        return self.answers[np.searchsorted(self.below, place, side="right")]


def _correlation(one: np.ndarray, two: np.ndarray) -> float:
    spread = one.std() * two.std()
    return float(((one - one.mean()) * (two - two.mean())).mean() / spread) if spread > 0 else float("nan")


def _root(wanted: np.ndarray) -> np.ndarray:
    """Give a root of the nearest correlation matrix by its eigenvalues."""
    np.fill_diagonal(wanted, 1.0)
    values, vectors = np.linalg.eigh(wanted)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root / np.sqrt((root**2).sum(axis=1, keepdims=True))
