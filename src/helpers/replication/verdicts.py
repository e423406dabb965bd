r"""What may be said of an estimate and its replication? The same written rules for every row, in this order.

With the difference d (replication minus original), its interval, and the declared bound D:

==============  =====================================================================================================
``withheld``    a standard error is not known: nothing is said of agreement
``agrees``      the interval of the two one-sided tests lies within -D..D (also where d is not 0: it is too small to
                matter)
``opposite``    the interval of d leaves 0 out, and the intervals of original and replication lie on different sides
                of 0
``smaller``     the interval of d leaves 0 out, d is at least D, both intervals lie on the same side of 0, and the
                replication is the smaller one: the direction is confirmed, the size is not
``larger``      the same, and the replication is the larger one
``differs``     the interval of d leaves 0 out, d is at least D, and one of the two shows no direction
``cannot tell``  everything else: the data allow agreement as well as a difference that matters
==============  =====================================================================================================

Without a declared bound nothing agrees: D counts as 0 for a difference, and where the interval of d holds 0 the word is
``compatible``: no difference was shown, which is not agreement. No rule looks at the p value of the replication, or
at whether two confidence intervals overlap: estimates can differ though their intervals overlap, and a non-significant
replication can agree with the original.

References
----------
Schenker & Gentleman (2001). The American Statistician, 55, 182-186 (overlap). Gelman & Stern (2006). The American
Statistician, 60, 328-331 (significant and not significant). Anderson & Maxwell (2016). Psychological Methods, 21, 1-12
(goals of a replication). LeBel et al. (2018). Advances in Methods and Practices in Psychological Science, 1, 389-402
(signal, and consistency with the original).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

WORDS = ("agrees", "smaller", "larger", "opposite", "differs", "cannot tell", "compatible", "withheld")
DIFFERENT = ("smaller", "larger", "opposite", "differs")


def verdicts(table: pd.DataFrame, *, conf_level: float = 0.95) -> list[str]:
    """Apply the rules to every row.

    Parameters
    ----------
    table : DataFrame
        ``est.original est.replication`` with ``.ci.lower .ci.upper``, ``difference pvalue bound equivalence.pvalue``;
        the p values may be adjusted for the number of rows, and stand for the intervals of the rules.
    conf_level : float, default 0.95

    Returns
    -------
    list of str
        Of ``WORDS``.

    Examples
    --------
    >>> row = {"est.original": .4, "est.original.ci.lower": .3, "est.original.ci.upper": .5, "est.replication": .38,
    ...        "est.replication.ci.lower": .33, "est.replication.ci.upper": .43, "difference": -.02, "pvalue": .7,
    ...        "bound": np.nan, "equivalence.pvalue": np.nan}
    >>> verdicts(pd.DataFrame([row, row | {"bound": .15, "equivalence.pvalue": .01}]))
    ['compatible', 'agrees']
    """
    error = 1 - conf_level
    return [_verdict(row, error) for row in table.to_dict("records")]


def rules() -> pd.DataFrame:
    """List the rules in the order in which they are tried, for the page that applies them.

    Returns
    -------
    DataFrame
        ``verdict rule``: both are coded words of the catalogue.
    """
    order = ("withheld", "agrees", "opposite", "smaller", "larger", "differs", "compatible", "cannot tell")
    return pd.DataFrame({"verdict": order, "rule": order})


def counted(table: pd.DataFrame) -> dict[str, object]:
    """Count the verdicts of a table for its headline.

    Parameters
    ----------
    table : DataFrame
        As ``agreement`` returns it.

    Returns
    -------
    dict
        ``n``, ``agree``, ``differ``, ``unclear``, ``bound``; ``variant`` is "" or "undeclared".

    Examples
    --------
    >>> counted(pd.DataFrame({"verdict": ["agrees", "smaller", "cannot tell"], "bound": .1}))["differ"]
    1
    """
    found = table["verdict"].tolist()
    declared = bool(table["bound"].notna().any())
    agree, differ = (sum(word in words for word in found) for words in (("agrees",), DIFFERENT))
    bound = float(table.attrs.get("smallest_difference", table["bound"].max())) if declared else np.nan
    return {"n": len(found), "agree": agree, "differ": differ, "unclear": len(found) - agree - differ,
            "bound": bound, "variant": "" if declared else "undeclared"}


def _verdict(row: dict[str, float], error: float) -> str:
    if np.isnan(row["pvalue"]):
        return "withheld"
    declared = not np.isnan(row["bound"])
    if declared and row["equivalence.pvalue"] < error:
        return "agrees"
    if row["pvalue"] >= error:
        return "cannot tell" if declared else "compatible"
    before, after = _side(row, "original"), _side(row, "replication")
    if before * after < 0:
        return "opposite"
    if declared and abs(row["difference"]) < row["bound"]:
        return "cannot tell"
    if before * after > 0:
        return "smaller" if abs(row["est.replication"]) < abs(row["est.original"]) else "larger"
    return "differs"


def _side(row: dict[str, float], which: str) -> int:
    """Side of 0 on which the whole interval lies; 0 where it holds 0."""
    lower, upper = row[f"est.{which}.ci.lower"], row[f"est.{which}.ci.upper"]
    return 1 if lower > 0 else -1 if upper < 0 else 0
