"""Which answers do the screening rules look at? The items on scales, in the order of the questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from helpers.studies import Study


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The answer sheet: the items on scales, in the order of the questionnaire as far as the file keeps it.

    Attributes
    ----------
    names : tuple of str
    low, high : ndarray, shape (items,)
        Ends of each item's scale.
    reversed : ndarray of bool, shape (items,)
    scales : tuple of tuple of int
        Positions of the items of each scale, perceptions and expectations apart.
    """

    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    reversed: np.ndarray
    scales: tuple[tuple[int, ...], ...]

    def turned(self, answers: np.ndarray) -> np.ndarray:
        """Turn reversed items around: answers as given become scores, and scores answers as given."""
        if not self.reversed.any():
            return answers
        around = np.array(answers)
        around[:, self.reversed] = (self.low + self.high)[self.reversed] - answers[:, self.reversed]
        return around

    def scaled(self, answers: np.ndarray) -> np.ndarray:
        """Put all items on a scale from 0 to 1."""
        return (answers - self.low) / (self.high - self.low)


def sheet_of(declared: Study, columns: Sequence[str]) -> Sheet:
    """Lay out the answer sheet of a study.

    Parameters
    ----------
    declared : Study
    columns : sequence of str
        Of the file, in its order.

    Returns
    -------
    Sheet
        Perceptions, expectations and the marker; single items and weights have scales of their own.
    """
    places = {column: place for place, column in enumerate(columns)}
    items = [item for item in declared.items.values() if item.role in ("perception", "expectation", "marker")]
    items.sort(key=lambda item: places[item.column])
    at = {item.name: position for position, item in enumerate(items)}
    scales = [names for construct in declared.constructs.values() for names in (construct.items, construct.expectation)]
    return Sheet(tuple(at), np.array([item.low for item in items]), np.array([item.high for item in items]),
                 np.array([item.reversed for item in items], dtype=bool),
                 tuple(tuple(sorted(at[name] for name in names)) for names in scales if names))
