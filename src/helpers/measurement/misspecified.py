r"""What would the items correlate if the factor model left something out? Populations of graded misspecification.

The estimates of a factor model are taken as a population; then something is put in that the model does not have.
One factor: residual correlations of .30 between neighbouring items, in a third, two thirds and all of the pairs
(McNeish & Wolf, 2022). Several factors: as in Hu & Bentler (1999) an item loads on a second factor too; the most
reliable factor gets, level by level, the weakest item of each other factor, the weakest of all first, with the loading
that the item has on its own factor (McNeish & Wolf, 2023). That loading is cut where it would leave the item less than
5 % of variance of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

RESIDUAL_CORRELATION = 0.30
MOST_EXPLAINED = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """A factor model with each item on one factor, completely standardized.

    Attributes
    ----------
    items, names : tuple of str
        Items and factors.
    owner : ndarray of int, shape (p,)
        Factor of each item.
    loadings : ndarray, shape (p,)
    correlations : ndarray, shape (m, m)
    """

    items: tuple[str, ...]
    names: tuple[str, ...]
    owner: np.ndarray
    loadings: np.ndarray
    correlations: np.ndarray

    @property
    def implied(self) -> np.ndarray:
        """Correlations of the items, shape (p, p)."""
        return self.correlated_by(self.matrix)

    @property
    def matrix(self) -> np.ndarray:
        """Loadings, shape (p, m)."""
        full = np.zeros((len(self.items), len(self.names)))
        full[np.arange(len(self.items)), self.owner] = self.loadings
        return full

    def correlated_by(self, matrix: np.ndarray) -> np.ndarray:
        """Correlations of standardized items with these loadings, residuals uncorrelated."""
        found = matrix @ self.correlations @ matrix.T
        np.fill_diagonal(found, 1.0)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One degree of misspecification.

    Attributes
    ----------
    population : ndarray, shape (p, p)
        Correlations of the items.
    added : tuple of (str, str, float)
        What the model leaves out: item, factor and loading, or item, item and residual correlation.
    """

    population: np.ndarray
    added: tuple[tuple[str, str, float], ...]


def levels(model: Factors, *, most: int) -> list[Level]:
    """Make the populations in which the model leaves out more and more.

    Parameters
    ----------
    model : Factors
        Communalities below 1, correlations positive definite.
    most : int
        Levels wanted; one factor has at most three, several factors one less than factors.

    Returns
    -------
    list of Level

    Examples
    --------
    >>> one = Factors(tuple("abcdef"), ("f",), np.zeros(6, dtype=int), np.full(6, 0.7), np.eye(1))
    >>> [len(level.added) for level in levels(one, most=3)]
    [1, 2, 3]
    """
    made = _of_one_factor(model) if len(model.names) == 1 else _of_several(model)
    return made[:most]


def available(model: Factors) -> int:
    """Count the levels that the model has."""
    return len(_of_one_factor(model) if len(model.names) == 1 else _of_several(model))


def _of_one_factor(model: Factors) -> list[Level]:
    """Correlate residuals of the first pairs of neighbours; with few items, fewer levels than three."""
    pairs = len(model.items) // 2
    residual = np.sqrt(1 - model.loadings**2)
    made = []
    for count in dict.fromkeys(math.ceil(level * pairs / 3) for level in (1, 2, 3)):
        population, added = model.implied, []
        for first in range(0, 2 * count, 2):
            shared = RESIDUAL_CORRELATION * residual[first] * residual[first + 1]
            population[first, first + 1] += shared
            population[first + 1, first] += shared
            added.append((model.items[first], model.items[first + 1], RESIDUAL_CORRELATION))
        made.append(Level(population, tuple(added)))
    return made


def _of_several(model: Factors) -> list[Level]:
    """Let the weakest item of each factor load on the most reliable factor too."""
    best = int(np.argmax([_maximal_reliability(model.loadings[model.owner == at]) for at in range(len(model.names))]))
    weakest = [min(np.flatnonzero(model.owner == at), key=lambda item: abs(model.loadings[item]))
               for at in range(len(model.names)) if at != best]
    matrix, added, made = model.matrix, [], []
    for item in sorted(weakest, key=lambda each: abs(model.loadings[each])):
        own = model.loadings[item]
        added.append((model.items[item], model.names[best], _crossed(
            own, model.correlations[model.owner[item], best])))
        matrix[item, best] = added[-1][2]
        made.append(Level(model.correlated_by(matrix), tuple(added)))
    return made


def _crossed(own: float, correlation: float) -> float:
    """Give an item its own loading on a second factor, or what its variance has room for."""
    # own^2 + x^2 + 2 own x phi <= MOST_EXPLAINED
    sign, along = (1.0 if own >= 0 else -1.0), abs(own) * correlation
    room = -along + math.sqrt(max(along**2 + MOST_EXPLAINED - own**2, 0.0))
    return sign * min(abs(own), max(room, 0.0))


def _maximal_reliability(loadings: np.ndarray) -> float:
    """Reliability of the best weighted sum of the items (Hancock & Mueller, 2001)."""
    signal = float((loadings**2 / (1 - loadings**2)).sum())
    return signal / (1 + signal)
