"""How many degrees of freedom a model has, before any data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers import syntax
from helpers.moments import Sample
from helpers.sem.model.specify import specify


@dataclass(frozen=True, slots=True)
class Degrees:
    """What a model leaves to be tested.

    Attributes
    ----------
    moments, npar, df : int
        Moments to be reproduced, free parameters, their difference.
    baseline_df : int
        Of uncorrelated variables, exogenous observed ones keeping their covariances.
    baseline_df_all : int
        Of variables that are all uncorrelated.
    """

    moments: int
    npar: int
    df: int
    baseline_df: int
    baseline_df_all: int


def degrees(model: str, *, groups: int = 1, meanstructure: bool | None = None, std_lv: bool = False,
            fixed_x: bool = True) -> Degrees:
    r"""Count moments and free parameters of a model of continuous variables.

    Parameters
    ----------
    model : str
        In lavaan's syntax, with its defaults.
    groups : int
    meanstructure : bool, optional
    std_lv, fixed_x : bool
        As in ``sem.fit``.

    Raises
    ------
    ModelError
        A model that cannot be read, or whose constraints contradict each other.

    Notes
    -----
    .. math:: df = G\Bigl(\frac{p(p+1)}{2} + [p]\Bigr) - q

    with the p means only where they are modelled; moments of fixed exogenous x count neither as moments nor as
    parameters, and a linear constraint takes one parameter away.

    References
    ----------
    Bollen (1989). Structural Equations with Latent Variables, chapter 4.

    Examples
    --------
    >>> degrees("f =~ x1 + x2 + x3 + x4")
    Degrees(moments=10, npar=8, df=2, baseline_df=6, baseline_df_all=6)
    """
    table = syntax.complete(syntax.parse(model), groups=groups, meanstructure=meanstructure, std_lv=std_lv,
                            fixed_x=fixed_x)
    p, x = len(table.observed), len(table.exogenous)
    sample = Sample(table.observed, 1.0, np.eye(p), np.zeros(p))
    npar = specify(table, [sample] * groups).k.shape[1]
    fixed = x if fixed_x else 0
    moments = p * (p + 1) // 2 - fixed * (fixed + 1) // 2 + (p - fixed if table.means else 0)
    baseline = p * (p - 1) // 2
    return Degrees(groups * moments, npar, groups * moments - npar, groups * (baseline - x * (x - 1) // 2),
                   groups * baseline)
