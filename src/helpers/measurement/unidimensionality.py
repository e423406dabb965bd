"""Do the items of a scale share one factor? The condition under which a coefficient of their sum means something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError, ModelError
from helpers.measurement.answers import Scale, scales_of
from helpers.measurement.factor_validity import correlated_factors
from helpers.measurement.gates import together

# What COSMIN takes for one factor: any of the three (Prinsen et al., 2018, table 1).
CFI_ABOVE, RMSEA_BELOW, SRMR_BELOW = 0.95, 0.06, 0.08
# A model that misses all three may do so by chance in a small sample; this is asked of its test besides.
SIGNIFICANT = 0.05
TENABLE, CONTRADICTED, UNTESTED, UNFITTED = "tenable", "contradicted", "untested", "no estimate"
_INDICES = ("cfi", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "chisq", "df", "pvalue")


def unidimensionality(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *,
                      estimator: str = "auto") -> pd.DataFrame:
    """Fit one factor to every scale by itself, on the answers that its coefficients rest on.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items, two or more.
    estimator : str, default "auto"
        "auto": by the answers' categories and skew, see ``sem.treatment``.

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n`` (complete answers to the scale), ``one.factor``: ``tenable``, ``contradicted``,
        ``untested`` (fewer than four items leave nothing to test) or ``no estimate``; ``cfi``, ``rmsea`` with its 90 %
        interval, ``srmr``, ``chisq``, ``df``, ``pvalue`` (of the estimator: robust for MLR, scaled for WLSMV).
        ``attrs["estimator"]`` names the estimators, ``attrs["checks"]`` holds the gates.

    Raises
    ------
    DataError
        As `reliability`.

    Notes
    -----
    COSMIN rates a factor analysis as sufficient when CFI > .95 or RMSEA < .06 or SRMR < .08. One factor counts as
    contradicted here when none of the three holds and the test rejects at 5 % too, so that neither a trivial misfit
    in a large sample nor chance in a small one does it. Fit does not say that there is one factor; a coefficient that
    assumes one is only not contradicted.

    References
    ----------
    Prinsen, C. A. C., Mokkink, L. B., Bouter, L. M., et al. (2018). COSMIN guideline for systematic reviews of
    patient-reported outcome measures. Quality of Life Research, 27(5), 1147-1157.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> trust = random.normal(size=(300, 1)) + random.normal(size=(300, 4))
    >>> table = unidimensionality(pd.DataFrame(trust, columns=list("abcd")), {"trust": list("abcd")})
    >>> table[["construct", "k", "one.factor", "df"]]
      construct  k one.factor   df
    0     trust  4    tenable  2.0
    """
    scales = scales_of(scores, constructs)
    rows = [_row(scale, scores, estimator) for scale in scales]
    table = pd.DataFrame(rows).drop(columns="estimator")
    table.attrs["estimator"] = ", ".join(dict.fromkeys(row["estimator"] for row in rows if row["estimator"])) or "-"
    table.attrs["checks"] = together(check for row in rows for check in _checks(row))
    return table


def _row(scale: Scale, scores: pd.DataFrame, estimator: str) -> dict:
    from helpers import sem

    row = {"construct": scale.name, "k": len(scale.items), "n": scale.n, "one.factor": UNTESTED,
           **dict.fromkeys(_INDICES, np.nan), "estimator": ""}
    if len(scale.items) < 4:  # three items fit exactly, two do not identify a factor
        return row
    name = scale.name or "factor"
    try:
        fit = sem.fit_by_rule(correlated_factors({name: scale.items}), scores[list(scale.items)], estimator=estimator,
                              missing="listwise")
    except (DataError, ModelError):  # of this scale only; said by its verdict and the gate
        return {**row, "one.factor": UNFITTED}
    row |= {"estimator": fit.engine.method.name, **{name: fit.reported(name) for name in _INDICES}}
    met = row["cfi"] > CFI_ABOVE or row["rmsea"] < RMSEA_BELOW or row["srmr"] < SRMR_BELOW
    contradicted = not met and row["pvalue"] < SIGNIFICANT
    return {**row, "one.factor": UNFITTED if not fit.converged else CONTRADICTED if contradicted else TENABLE}


def _checks(row: dict) -> tuple[Check, ...]:
    named = {"construct": row["construct"] or "-", "scales": 1}
    return (
        Check("one_factor", "caution", row["one.factor"] != CONTRADICTED, {
            **named, "cfi": row["cfi"], "rmsea": row["rmsea"], "srmr": row["srmr"], "cfi_above": CFI_ABOVE,
            "rmsea_below": RMSEA_BELOW, "srmr_below": SRMR_BELOW}),
        Check("one_factor_unfitted", "caution", row["one.factor"] != UNFITTED, {**named, "n": row["n"], "k": row["k"]}),
    )
