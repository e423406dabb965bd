r"""How residuals vary: the same two lines of algebra for every estimator, which differ in what they are given.

With :math:`\Delta` the slopes of a group's moments, V their weights in the discrepancy, :math:`\Gamma` n times their
asymptotic covariances, w a group's share and :math:`M = \Delta(\sum w\Delta'V\Delta)^{-1}`,

.. math:: \operatorname{Var}(s - \hat\sigma) = \frac{\Gamma - w_g (M\Delta'V\Gamma + \Gamma V\Delta M')}{n_g}
          + M \Bigl(\sum \frac{w^2}{n}\Delta'V\Gamma V\Delta\Bigr) M'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One group: m moments by the q basic parameters.

    Attributes
    ----------
    n : float
        Respondents.
    slopes : ndarray, shape (m, q)
        Delta.
    weighted : ndarray, shape (m, q)
        V Delta.
    spread : ndarray, shape (m,)
        Diagonal of Gamma.
    carried : ndarray, shape (m, q)
        Gamma V Delta.
    gamma : callable
        Gives Gamma, shape (m, m): few ask for all of it.
    """

    n: float
    slopes: np.ndarray
    weighted: np.ndarray
    spread: np.ndarray
    carried: np.ndarray
    gamma: Callable[[], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """All groups.

    Attributes
    ----------
    parts : list of Part
    shares : ndarray, shape (groups,)
    units : ndarray, shape (m,)
        What the parts' moments are multiplied by to be in the units of the data.
    place : ndarray of int, shape (t,)
        Moment of each row of a group's residuals: covariances (lower triangle by rows), then what is behind them; -1
        for a moment that is known, as the variance 1 of a response.
    """

    parts: list[Part]
    shares: np.ndarray
    units: np.ndarray
    place: np.ndarray

    def variances(self, group: int) -> np.ndarray:
        """Variances of a group's residuals, shape (t,), in the units of the data."""
        bread, middle = self._shared()
        part = self.parts[group]
        moved, own = part.slopes @ bread, self.shares[group] / part.n
        pull = ((moved @ middle) * moved).sum(axis=1) - 2 * own * (moved * part.carried).sum(axis=1)
        return self._placed((part.spread / part.n + pull) * self.units**2)

    def sampling(self, group: int) -> np.ndarray:
        """Variances of a group's moments themselves, shape (t,)."""
        part = self.parts[group]
        return self._placed(part.spread / part.n * self.units**2)

    def covariances(self, group: int) -> np.ndarray:
        """Covariances of a group's residuals, shape (t, t), in the units of the data."""
        bread, middle = self._shared()
        part = self.parts[group]
        moved = part.slopes @ bread
        crossed = moved @ part.carried.T * (self.shares[group] / part.n)
        whole = part.gamma() / part.n + moved @ middle @ moved.T - crossed - crossed.T
        whole *= np.outer(self.units, self.units)
        known = self.place < 0
        found = whole[np.ix_(self.place, self.place)]
        found[known], found[:, known] = 0.0, 0.0
        return found

    def _shared(self) -> tuple[np.ndarray, np.ndarray]:
        bread = np.linalg.inv(sum(share * part.slopes.T @ part.weighted
                                  for share, part in zip(self.shares, self.parts, strict=True)))
        middle = sum(share**2 / part.n * part.weighted.T @ part.carried
                     for share, part in zip(self.shares, self.parts, strict=True))
        return bread, middle

    def _placed(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.place < 0, 0.0, values[self.place])
