"""Which pairs of items correlate otherwise than the factors say? Local misfit that a good global fit can hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from helpers.errors import Check, ModelError

if TYPE_CHECKING:
    from helpers.sem import SemFit

# Kline (2016): residual correlations beyond it deserve a look.
NOTABLE = 0.10


def local_misfit(fit: SemFit, constructs: Mapping[str, Sequence[str]], *, n: int = 10) -> pd.DataFrame:
    """List the largest residual correlations of a factor model, with the constructs of both items.

    Parameters
    ----------
    fit : SemFit
        One group.
    constructs : mapping
        Construct -> its items.
    n : int, default 10
        Pairs shown; the share of notable ones counts all.

    Returns
    -------
    DataFrame, one row per pair of items, the largest residuals first
        ``item1 factor1 item2 factor2 observed implied residual``: correlations in the answers, in the model, and
        their difference; where the estimator has it, ``z``, the residual over its standard error. In ``attrs``
        ``pairs`` (of all items), ``notable`` (beyond .10) and their ``share``, and the check ``local_fit``.

    Raises
    ------
    ModelError
        ``measurement.one_group`` for several groups.

    References
    ----------
    Kline, R. B. (2016). Principles and practice of structural equation modeling (4th ed.), ch. 11. Guilford.
    Maydeu-Olivares, A. (2017). Structural Equation Modeling, 24, 677-688 (z of a residual).

    Examples
    --------
    >>> local_misfit(fit, scales)  # doctest: +SKIP
    """
    from helpers import sem

    if len(fit.groups) > 1:
        raise ModelError("measurement.one_group", groups=len(fit.groups))
    pairs = len(fit.observed) * (len(fit.observed) - 1) // 2
    every = sem.largest_residuals(fit, pairs)
    of = {item: name for name, items in constructs.items() for item in items}
    table = every.head(n).rename(columns={"lhs": "item1", "rhs": "item2"})
    table.insert(1, "factor1", table["item1"].map(of))
    table.insert(3, "factor2", table["item2"].map(of))
    notable = int((every["residual"].abs() > NOTABLE).sum())
    counts = {"pairs": pairs, "notable": notable, "share": notable / pairs}
    largest = every.iloc[0]
    table.attrs |= {**counts, "checks": (Check("local_fit", "info", not notable, {
        **counts, "beyond": NOTABLE, "largest": f"{largest['lhs']} - {largest['rhs']}",
        "residual": float(largest["residual"])}),)}
    return table
