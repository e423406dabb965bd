"""The columns a table keeps when its content is withheld: whoever reads the file finds the names, and empty cells."""

from __future__ import annotations

import pandas as pd

_FIT = "measure value"
_REGISTRY = {
    "01_survey/items": "item construct n missing mean sd skew kurtosis floor ceiling",
    "01_survey/screening": "rule respondents share action",
    "02_reliability/reliability":
        "construct k n alpha alpha.ci.lower alpha.ci.upper omega omega.ci.lower omega.ci.upper denominator",
    "02_reliability/item_analysis": "construct item r.drop alpha.drop loading",
    "02_reliability/validity": "construct cr ave max.htmt",
    "02_reliability/htmt": "construct1 construct2 htmt ci.lower ci.upper htmt2",
    "02_reliability/measurement_fit": _FIT,
    "03_structural_model/fit": _FIT,
    "03_structural_model/parameters": "lhs op rhs label group est se z pvalue ci.lower ci.upper std.lv std.all",
    "03_structural_model/effects": "effect kind est se ci.lower ci.upper method std.all",
    "03_structural_model/second_opinion": "lhs op rhs est est.semopy difference",
    "03_structural_model/r2": "lhs r2",
    "03_structural_model/rivals": "model npar chisq df cfi rmsea srmr aic bic delta.aic delta.bic",
    "05_case_comparison/invariance":
        "level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr holds",
    "05_case_comparison/latent_means": "construct group reference est se ci.lower ci.upper d",
    "07_replication/paths": "lhs rhs est.original est.replication difference ci.lower ci.upper verdict",
}

# What rests on a standard error or on a test: never shown behind a failed stop.
INFERENCE = frozenset({"se", "z", "t", "pvalue", "ci.lower", "ci.upper", "std.all.se", "std.all.ci.lower",
                       "std.all.ci.upper"})


def of(notebook: str, name: str) -> tuple[str, ...]:
    """Name the columns of a table; a table that nobody promised has one column, `value`.

    Examples
    --------
    >>> of("02_reliability", "validity")
    ('construct', 'cr', 'ave', 'max.htmt')
    """
    return tuple(_REGISTRY.get(f"{notebook}/{name}", "value").split())


def empty(notebook: str, name: str) -> pd.DataFrame:
    """Make the withheld table: its columns and one row of empty cells."""
    names = of(notebook, name)
    return pd.DataFrame([[None] * len(names)], columns=list(names))


def without_inference(table: pd.DataFrame) -> pd.DataFrame:
    """Blank what a failed stop forbids to show, and keep the estimates that the reader needs to see why.

    Examples
    --------
    >>> without_inference(pd.DataFrame({"est": [1.0], "se": [0.1]})).isna().to_numpy().tolist()
    [[False, True]]
    """
    blank = [name for name in table.columns if name in INFERENCE]
    return table.assign(**dict.fromkeys(blank, float("nan"))) if blank else table
