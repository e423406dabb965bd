"""How strong is every relation in standard deviations, and how exactly is that known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.sem.fitting.estimates import wald
from helpers.sem.fitting.result import SemFit

ROUNDING = 1e-12  # of standard errors that are 0 by definition


def standardized(fit: SemFit, *, conf_level: float | None = None) -> pd.DataFrame:
    r"""Standardized estimates of every row and every ``:=``, with their delta-method errors and intervals.

    Parameters
    ----------
    fit : SemFit
    conf_level : float, optional
        By default that of the fit.

    Returns
    -------
    DataFrame
        ``lhs op rhs label group est.std se z pvalue ci.lower ci.upper``: ``std.all`` and ``std.all.se`` of
        ``fit.parameters`` with normal-theory tests and intervals. What standardizing fixes (a variance at 1) has se 0.

    Notes
    -----
    .. math:: \operatorname{Var}(\hat s) = \frac{\partial s}{\partial \theta} \operatorname{Var}(\hat\theta)
              \frac{\partial s}{\partial \theta}'

    The variances that standardize are estimates too, and their uncertainty is in the slopes. Agrees with lavaan
    0.6-14's ``standardizedSolution`` (tests/oracle/standardized.csv).

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c", n=500, seed=1)
    >>> list(standardized(fit("f =~ a + b + c", answers)).columns[5:])
    ['est.std', 'se', 'z', 'pvalue', 'ci.lower', 'ci.upper']
    """
    table = fit.parameters
    shown = table[["lhs", "op", "rhs", "label", "group"]].copy()
    shown["est.std"] = table["std.all"]
    level = fit.conf_level if conf_level is None else conf_level
    se = table["std.all.se"].to_numpy()
    for name, column in wald(table["std.all"].to_numpy(), np.where(se < ROUNDING, 0.0, se), level).items():
        shown[name] = column
    return shown
