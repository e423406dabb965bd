"""What the defaults add where items are ordinal: thresholds, and scales of the responses behind the items.

The delta parameterization: the standard deviation of a response is one over its scale (``~*~``), and its residual
variance no parameter but what the rest of the model leaves. Scales are 1, but free from the second group on where
thresholds are equal across groups, as latent means are.

References
----------
Millsap & Yun-Tein (2004). Multivariate Behavioral Research, 39, 479-515. Muthen & Asparouhov (2002). Mplus web note 4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from helpers.errors import ModelError, Problem
from helpers.syntax.lines import place
from helpers.syntax.parse import Model
from helpers.syntax.table import Row


def refuse_ordinal(model: Model, ordered: Mapping[str, int], *, meanstructure: bool | None) -> None:
    """Refuse lines that say something of a threshold, a scale or a variance that does not exist.

    Raises
    ------
    ModelError
        ``syntax.thresholds``, ``syntax.scale_of_continuous``: the item is not ordinal. ``syntax.threshold_beyond``: the
        item has fewer. ``syntax.ordinal_variance``: it is no parameter. ``syntax.ordinal_means``: without means.
    """
    found = []
    for each in model.relations:
        where = place(each.line)
        if each.op == "|" and each.lhs not in ordered:
            found.append(Problem("syntax.thresholds", {"name": each.lhs}, where))
        elif each.op == "|" and int(each.rhs[1:]) > ordered[each.lhs]:
            found.append(Problem("syntax.threshold_beyond", {"item": each.lhs, "found": each.rhs,
                                                             "thresholds": ordered[each.lhs]}, where))
        elif each.op == "~*~" and each.lhs not in ordered:
            found.append(Problem("syntax.scale_of_continuous", {"name": each.lhs}, where))
        elif each.op == "~~" and each.lhs == each.rhs and each.lhs in ordered:
            found.append(Problem("syntax.ordinal_variance", {"name": each.lhs}, where))
    if ordered and meanstructure is False:
        found.append(Problem("syntax.ordinal_means"))
    if found:
        raise ModelError.of(found)


def with_thresholds(equal: tuple[str, ...], ordered: Mapping[str, int]) -> tuple[str, ...]:
    """Equal thresholds make intercepts of continuous variables equal and the other way round, as in lavaan."""
    both = ("thresholds", "intercepts")
    return (*equal, *both) if ordered and set(both) & set(equal) else equal


def ordinal_rows(ordered: Mapping[str, int], group: int, *, free_scales: bool) -> list[Row]:
    """Thresholds and scales of one group, counted from 0.

    Parameters
    ----------
    ordered : mapping of str to int
        Thresholds of each ordinal item.
    group : int
    free_scales : bool
        Whether thresholds are equal across groups, so that scales can differ.
    """
    rows = [Row(name, "|", f"t{at}", group + 1) for name, count in ordered.items() for at in range(1, count + 1)]
    scale = math.nan if free_scales and group else 1.0
    return rows + [Row(name, "~*~", name, group + 1, scale) for name in ordered]
