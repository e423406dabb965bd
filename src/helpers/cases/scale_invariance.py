"""Does each scale measure alike in every group and wave? Scale by scale, summed up by grouping and level."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers import measurement, sem
from helpers.cases.constructs import NOTHING, items_of, side_by_side, with_groups
from helpers.cases.samples import refuse_repeated
from helpers.errors import Check, DataError, HelpersError

# Comparing means asks for no more than equal loadings and intercepts (thresholds).
CONTINUOUS, ORDINAL = ("configural", "metric", "scalar"), ("configural", "thresholds", "loadings", "intercepts")
CATEGORICAL = ("WLSMV", "DWLS", "ULSMV")
COLUMNS = ("grouping", "level", "scales", "hold", "construct", "n", "delta.cfi", "delta.rmsea", "delta.srmr", "failing")


def scale_invariance(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]], groups: pd.DataFrame, *,
                     respondents: Sequence[int] | np.ndarray | None = None, panel: str = "", estimator: str = "MLR",
                     ordered: Sequence[str] = (), partial: Mapping[str, Sequence[str]] = NOTHING) -> pd.DataFrame:
    """Test invariance of every scale over every grouping variable, each scale by itself.

    Parameters
    ----------
    scores : DataFrame, shape (n_sheets, n_items)
    scales : mapping of str to sequence of str
        Construct -> its items; two items say nothing about equal loadings and are named as not tested.
    groups : DataFrame, shape (n_sheets, n_groupings)
        Insurer, stage, wave, language of the questionnaire: whatever was declared.
    respondents, panel, estimator, ordered, partial
        As in `invariance`. Respondents with every item of the scale are used.

    Returns
    -------
    DataFrame, one row per grouping and level
        ``grouping``, ``level``, ``scales`` (tested), ``hold`` (how many hold up to this level), ``construct`` (the
        scale whose CFI falls most), ``n`` (its respondents), ``delta.cfi``, ``delta.rmsea``, ``delta.srmr`` (its
        changes from the level before), ``failing`` (constructs that fail first at this level). A scale without ordered
        items is tested as continuous (MLR) beside ordinal ones. Where nothing could be tested, no gate is passed.

    Raises
    ------
    DataError
        ``cases.no_groups``; somebody twice outside a panel.

    Notes
    -----
    `helpers.sem.invariance` with its rule (Chen, 2007). A scale by itself shows which questionnaire part travels; the
    joint model of the constructs that are compared, which a comparison of groups rests on, is tested by `invariance`.
    """
    if not groups.shape[1]:
        raise DataError("cases.no_groups")
    if not panel and respondents is not None:
        refuse_repeated(respondents)
    several = {name: items for name, items in scales.items() if len(items) > 2}
    rows, failed = [], {}
    short = [name for name in scales if name not in several]
    for grouping in [panel] if panel else [str(name) for name in groups.columns]:
        tested = {}
        for name, items in several.items():
            try:
                tested[name] = _levels(scores, name, items, groups[grouping], respondents, panel=bool(panel),
                                       estimator=estimator, ordered=ordered, partial=partial.get(grouping, ()))
            except HelpersError:
                failed[f"{grouping} {name}"] = f"{grouping} - {name}"
        rows += _summed(grouping, tested)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    failing = [f"{row.grouping} - {row.level} - {name}" for row in table.itertuples() if row.failing
               for name in row.failing.split(", ")]
    untested = {"scales": list(failed.values()) or "-", "short": short or "-"}
    table.attrs["checks"] = (
        *([Check("scale_invariance", "caution", not failing, {"failing": failing or "-"})] if rows else []),
        *([Check("scale_invariance_untested", "info", False, untested)] if failed or short else []))
    return table


def _levels(scores: pd.DataFrame, name: str, items: Sequence[str], group: pd.Series,
            respondents: Sequence[int] | np.ndarray | None, *, panel: bool, estimator: str, ordered: Sequence[str],
            partial: Sequence[str]) -> pd.DataFrame:
    """Test one scale over one grouping, with the respondents who count in ``n``."""
    model = measurement.correlated_factors({name: items})
    answers = scores[list(items)]
    if panel:
        side = side_by_side(answers, model, group, respondents)
        data, how = side.data, {"waves": side.waves}
    else:
        data, how = with_groups(answers, group), {"group": str(group.name)}
    own = [text for text in partial if {*items, name} & set(re.findall(r"[\w.]+", text))]
    as_ordered = items_of(ordered, model)
    levels = None if as_ordered else CONTINUOUS
    if not as_ordered and estimator in CATEGORICAL:  # a scale of many points beside ordinal ones
        estimator = "MLR"
    found = sem.invariance(model, data, levels=levels, estimator=estimator, ordered=as_ordered, group_partial=own,
                           **how)
    return found[found["level"].isin((*CONTINUOUS, *ORDINAL))].assign(n=int(data.notna().all(axis=1).sum()))


def _summed(grouping: str, tested: Mapping[str, pd.DataFrame]) -> list[dict[str, object]]:
    """One row per level after the first."""
    rows, before = [], set()
    names = dict.fromkeys(level for table in tested.values() for level in table["level"].iloc[1:])
    for level in names:
        at = {name: table.set_index("level").loc[level] for name, table in tested.items()
              if level in set(table["level"])}
        failing = [name for name, row in at.items() if not row["holds"] and name not in before]
        before |= set(failing)
        falls = {name: row["delta.cfi"] if np.isfinite(row["delta.cfi"]) else np.inf for name, row in at.items()}
        worst = min(falls, key=falls.get)
        rows.append({"grouping": grouping, "level": level, "scales": len(at),
                     "hold": sum(bool(row["holds"]) for row in at.values()), "construct": worst,
                     **{column: at[worst][column] for column in COLUMNS[5:9]}, "failing": ", ".join(failing)})
    return rows
