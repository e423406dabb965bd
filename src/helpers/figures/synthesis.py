"""What several studies found, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from helpers import words
from helpers.figures.forest import forest

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def synthesis(table: pd.DataFrame, *, labels: Mapping[str, str], language: str) -> Figure:
    """Draw every study's estimate of every effect, squares by weight, and a diamond for what they say together.

    Parameters
    ----------
    table : DataFrame
        ``head label est ci.lower ci.upper weight summary pi.lower pi.upper``; the label of a summary is
        ``synthesis.random`` or ``synthesis.common``.
    labels : mapping
    language : {"en", "zh"}

    Returns
    -------
    Figure
        The pale bar behind a diamond is the prediction interval.
    """
    said = {f"synthesis.{method}": words.say(f"figures.synthesis.{method}", language)
            for method in ("random", "common")}
    return forest(table, labels={**labels, **said}, language=language)
