"""How many factors, by each rule? Side by side, with what counts as evidence and what does not."""

from __future__ import annotations

import pandas as pd

from helpers.errors import Check
from helpers.measurement.dimensionality.correlations import Correlations
from helpers.measurement.dimensionality.parallel_analysis import kept
from helpers.measurement.dimensionality.partial_correlations import minimum_average_partial

# Rule -> column of the parallel analysis with the eigenvalues, column with what they are held against, source.
PARALLEL = {
    "factors": ("factor", "factor.upper", "Humphreys & Montanelli (1975); Glorfeld (1995)"),
    "factors.mean": ("factor", "factor.mean", "Humphreys & Montanelli (1975)"),
    "components": ("component", "component.upper", "Horn (1965); Glorfeld (1995)"),
    "components.mean": ("component", "component.mean", "Horn (1965)"),
}
# The number that the exploratory factor analysis takes: it is a model of common factors.
DECIDES = "factors"


def number_of_factors(correlations: Correlations, parallel: pd.DataFrame) -> pd.DataFrame:
    """Set the rules for the number of factors side by side.

    Parameters
    ----------
    correlations : Correlations
    parallel : DataFrame
        What `parallel_analysis` found on them.

    Returns
    -------
    DataFrame, one row per rule
        ``rule``, ``n.factors``, ``evidence`` (False: shown only because it is asked for), ``source``; the first row is
        ``declared``, the constructs that the study declares. ``attrs["checks"]``: whether parallel analysis of common
        factors agrees with the declared number. ``attrs["factors"]``: its number.

    Notes
    -----
    Parallel analysis is the most accurate of the rules in simulations (Zwick & Velicer, 1986; Hayton, Allen &
    Scarpello, 2004); the minimum average partial errs by finding too few where factors have few or weak items;
    eigenvalues above one find too many, the more so the more items there are, and are no evidence.

    References
    ----------
    Zwick & Velicer (1986). Psychological Bulletin, 99, 432-442. Hayton, Allen & Scarpello (2004). Organizational
    Research Methods, 7, 191-205. Kaiser, H. F. (1960). Educational and Psychological Measurement, 20, 141-151.

    Examples
    --------
    >>> number_of_factors(found, parallel_analysis(found))[["rule", "n.factors"]]  # doctest: +SKIP
    """
    partial = minimum_average_partial(correlations)
    rows = [(rule, kept(parallel[observed].to_numpy(), parallel[against].to_numpy()), True, source)
            for rule, (observed, against, source) in PARALLEL.items()]
    rows += [("map", int(partial.loc[partial["map"].idxmin(), "components"]), True, "Velicer (1976)"),
             ("map4", int(partial.loc[partial["map4"].idxmin(), "components"]), True, "Velicer, Eaton & Fava (2000)"),
             ("kaiser", int((parallel["component"] > 1).sum()), False, "Kaiser (1960)")]
    declared = [name for name in correlations.constructs if name]
    if declared:
        rows.insert(0, ("declared", len(declared), False, ""))
    table = pd.DataFrame(rows, columns=["rule", "n.factors", "evidence", "source"])
    found = int(table.set_index("rule").at[DECIDES, "n.factors"])
    table.attrs |= {"factors": found, "n": correlations.n, "draws": parallel.attrs["draws"],
                    "percentile": parallel.attrs["percentile"]}
    if declared:
        table.attrs["checks"] = (Check("factors_declared", "info", found == len(declared), {
            "found": found, "declared": len(declared)}),)
    return table
