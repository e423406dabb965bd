"""Does each scale have one dimension? Before a coefficient of its sum means anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement.dimensionality.adequacy import kmo
from helpers.measurement.dimensionality.correlations import Correlations, correlations
from helpers.measurement.dimensionality.number_of_factors import PARALLEL
from helpers.measurement.dimensionality.parallel_analysis import kept, parallel_analysis
from helpers.measurement.dimensionality.partial_correlations import minimum_average_partial
from helpers.measurement.gates import together

# Two items have one correlation: nothing is left that a second factor could explain.
FEWEST_ITEMS = 3
# Of three items that share one component, the partial correlations left are about -1/2, whatever they share: the
# minimum average partial would find no component unless they correlate by more than that.
FEWEST_FOR_PARTIALS = 4


def scale_dimensions(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, estimator: str = "ML",
                     draws: int = 200, seed: int = 1, percentile: float = 95.0) -> pd.DataFrame:
    """Count the dimensions of every scale by itself.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.
    estimator : str, default "ML"
        As `correlations`; "auto" is decided for each scale by its own answers.
    draws, seed, percentile
        As `parallel_analysis`.

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n``, ``missing`` (respondents left out), ``correlations``, ``kmo``, ``first.share``
        (of the first eigenvalue), ``n.components`` and ``n.factors`` (by parallel analysis, percentile), ``n.map``
        (from four items), ``one.dimension``: "yes" where all rules say one, "no" where none does, "disagree"
        between, "undefined" for fewer than three items or a matrix without an inverse.
        ``attrs["checks"]``: gate ``one_dimension``.

    Raises
    ------
    DataError
        As `correlations`, for a scale that is not there or does not vary.

    Notes
    -----
    That one rule finds a second dimension is a reason to look at the items, not a verdict: common factors of little
    size (two similar wordings) are found with many respondents. Parallel analysis and the minimum average partial:
    `parallel_analysis`, `minimum_average_partial`.

    References
    ----------
    Mokkink et al. (2018). COSMIN Risk of Bias checklist. Quality of Life Research, 27, 1171-1179: unidimensionality
    before internal consistency.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> scores = pd.DataFrame(random.normal(size=(300, 1)) + random.normal(size=(300, 4)), columns=list("abcd"))
    >>> scale_dimensions(scores, {"trust": list("abcd"), "care": ["a", "b"]})["one.dimension"].tolist()
    ['yes', 'undefined']
    """
    rows, checks = [], []
    for position, (name, items) in enumerate(constructs.items()):
        found = correlations(scores, {name: items}, estimator=estimator)
        row = _row(name, found, draws=draws, seed=seed + position, percentile=percentile)
        rows.append(row)
        checks.append(Check("one_dimension", "info", row["one.dimension"] == "yes", {
            "construct": name, "scales": 1, "components": row["n.components"],
            "factors": row["n.factors"], "map": row["n.map"]}))
    table = pd.DataFrame(rows)
    table.attrs |= {"checks": together(checks), "draws": draws, "percentile": percentile}
    return table


def _row(name: str, found: Correlations, **how: float) -> dict:
    counts = dict.fromkeys(("n.components", "n.factors", "n.map"), np.nan)
    adequate, verdict = np.nan, "undefined"
    if len(found.items) >= FEWEST_ITEMS:
        try:
            counts, adequate = _counts(found, **how), kmo(found).attrs["overall"]
        except DataError:  # polychoric correlations without an inverse: no rule applies, and the table says so
            verdict = "undefined"
        else:
            ones = [count == 1 for count in counts.values() if not np.isnan(count)]
            verdict = "yes" if all(ones) else "disagree" if any(ones) else "no"
    return {"construct": name, "k": len(found.items), "n": found.n, "missing": found.missing,
            "correlations": found.kind, "kmo": adequate,
            "first.share": float(np.linalg.eigvalsh(found.r)[-1] / len(found.items)), **counts,
            "one.dimension": verdict}


def _counts(found: Correlations, **how: float) -> dict[str, float]:
    parallel = parallel_analysis(found, **how)
    partial = minimum_average_partial(found)
    enough = len(found.items) >= FEWEST_FOR_PARTIALS
    by_rule = {rule: kept(parallel[observed].to_numpy(), parallel[against].to_numpy())
               for rule, (observed, against, _) in PARALLEL.items()}
    return {"n.components": by_rule["components"], "n.factors": by_rule["factors"],
            "n.map": int(partial.loc[partial["map"].idxmin(), "components"]) if enough else np.nan}
