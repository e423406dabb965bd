"""How a table of fit measures is read: one line per measure, its scaled and robust forms beside it."""

from __future__ import annotations

import pandas as pd

FORMS = ("scaled", "robust")


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Put the forms of a measure into columns.

    Parameters
    ----------
    table : DataFrame
        Any table; only ``measure value`` with at least one ``.scaled`` or ``.robust`` measure is changed.

    Returns
    -------
    DataFrame
        ``measure value`` and those of ``scaled robust`` that occur, NaN where a measure has no such form; a measure
        that exists in no plain form keeps a line of its own. The file keeps one row per form.

    Examples
    --------
    >>> side_by_side(pd.DataFrame({"measure": ["df", "cfi", "cfi.robust"], "value": [8.0, 0.93, 0.94]}))
      measure  value  robust
    0      df   8.00     NaN
    1     cfi   0.93    0.94
    """
    if list(table.columns) != ["measure", "value"]:
        return table
    names = table["measure"].astype(str)
    base, _, form = names.str.rpartition(".").T.to_numpy()
    belongs = [kind in FORMS and plain in set(names) for plain, kind in zip(base, form, strict=True)]
    if not any(belongs):
        return table
    own = [plain if mine else name for plain, name, mine in zip(base, names, belongs, strict=True)]
    kinds = [kind if mine else "value" for kind, mine in zip(form, belongs, strict=True)]
    wide = table.assign(measure=own, form=kinds).pivot(index="measure", columns="form", values="value")
    shown = [kind for kind in ("value", *FORMS) if kind in wide]
    return wide.loc[list(dict.fromkeys(own)), shown].rename_axis(columns=None).reset_index()
