"""Does a more restricted factor model describe the items worse? Nested tests, and what is equivalent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError, ModelError
from helpers.measurement.structure_models import refines
from helpers.measurement.structures import Rival, Structures, structure_said

# Cheung & Rensvold (2002), found for invariance: a change of CFI that is smaller is of no practical weight.
NOTABLE_CFI = 0.01
TESTED = ("method", "chisq.diff", "df.diff", "pvalue", "delta.cfi", "delta.rmsea", "delta.srmr")


def structure_tests(found: Structures, *, language: str = "en") -> pd.DataFrame:
    """Test every factor model against the next less restricted one that contains it.

    Parameters
    ----------
    found : Structures
    language : {"en", "zh"}
        Of the names of structures in the check.

    Returns
    -------
    DataFrame, one row per pair
        ``scope smaller larger method delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr``, deltas
        smaller minus larger. ``method`` is the test's name (see ``sem.compare``); ``equivalent``: both reproduce
        any covariance matrix equally well, so that there is nothing to test; ``not_nested``: neither contains the
        other, and AIC and BIC are all there is; ``none``: the difference has no test. The check ``fewer_factors`` names
        structures that join factors and lower CFI by less than .01 (Cheung & Rensvold, 2002).

    Raises
    ------
    DataError
        ``measurement.no_rival_structures``: no two models of the same items have estimates.

    Notes
    -----
    Fewer factors are nested in more where each factor of the finer structure lies within a factor of the coarser one
    (correlations of 1). The second-order model is nested in the correlated factors and in the bifactor model (Yung,
    Thissen & McLeod, 1999); behind three factors it reproduces their correlations exactly.

    References
    ----------
    Yung, Thissen & McLeod (1999). Psychometrika, 64, 113-128. Satorra & Bentler (2001). Psychometrika, 66, 507-514.
    Cheung & Rensvold (2002). Structural Equation Modeling, 9, 233-255.

    Examples
    --------
    >>> structure_tests(structures(cfa, scores, scales))  # doctest: +SKIP
    """
    rows = [{"scope": scope, "smaller": smaller, "larger": larger, **_tested(rivals, smaller, larger)}
            for scope in found.scopes for rivals in [found.of(scope)] for smaller, larger in _pairs(rivals)]
    if not rows:
        raise DataError("measurement.no_rival_structures")
    table = pd.DataFrame(rows).rename(columns={"chisq.diff": "delta.chisq", "df.diff": "delta.df",
                                               "pvalue": "delta.pvalue"})
    joined = table[~table["smaller"].isin(["second_order", "correlated"]) & table["delta.cfi"].notna()]
    table.attrs["checks"] = (_fewer_factors(joined, language),) if len(joined) else ()
    return table


def _pairs(rivals: Mapping[str, Rival]) -> list[tuple[str, str]]:
    """Name what is compared with what, in the order of the table of rivals."""
    fitted = [name for name, each in rivals.items() if each.status == "fitted"]
    plain = [name for name in fitted if name not in ("second_order", "bifactor")]
    pairs = []
    for name in plain:
        finer = [other for other in plain if refines(rivals[other].structure, rivals[name].structure)]
        if finer:
            pairs.append((name, min(finer, key=lambda other: len(rivals[other].structure.factors))))
        elif name != "correlated" and "correlated" in plain:
            pairs.append((name, "correlated"))
    if "second_order" in rivals and "correlated" in fitted and rivals["second_order"].status in ("fitted",
                                                                                                "equivalent"):
        pairs.append(("second_order", "correlated"))
    if "bifactor" in fitted:
        # Behind three factors the second-order model is the correlated factors.
        inner = "second_order" if "second_order" in fitted else "correlated"
        nested = inner == "second_order" or rivals["second_order"].status == "equivalent"
        pairs += [(inner, "bifactor")] if inner in fitted and nested else []
    return pairs


def _fewer_factors(joined: pd.DataFrame, language: str) -> Check:
    """Say which structures with fewer factors fit nearly as well as the next."""
    near = joined[joined["delta.cfi"] > -NOTABLE_CFI]
    told = joined if near.empty else near
    pairs = list(dict.fromkeys(f"{structure_said(row.smaller, language)} / {structure_said(row.larger, language)}"
                               for row in told.itertuples()))
    change = -told["delta.cfi"]
    return Check("fewer_factors", "info", near.empty, {
        "pairs": pairs, "change": float(change.min() if near.empty else change.max()), "least": NOTABLE_CFI})


def _tested(rivals: Mapping[str, Rival], smaller: str, larger: str) -> dict[str, object]:
    from helpers import sem

    nothing = dict.fromkeys(TESTED, np.nan)
    if rivals[smaller].status == "equivalent":
        return nothing | {"method": "equivalent"}
    one, two = rivals[smaller].structure, rivals[larger].structure
    if not {smaller, larger} & {"second_order", "bifactor"} and not refines(two, one):
        return nothing | {"method": "not_nested"}
    try:
        found = sem.compare(rivals[larger].fit, rivals[smaller].fit).iloc[0]
    except ModelError:
        return nothing | {"method": "none"}
    return {name: found[name] for name in TESTED}
