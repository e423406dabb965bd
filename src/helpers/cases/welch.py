"""Would groups from one population differ this much? Welch's test; the only module that imports pingouin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.cases.samples import Samples


@dataclass(frozen=True, slots=True)
class Welch:
    """Welch's F with its degrees of freedom and p value."""

    f: float
    df1: float
    df2: float
    pvalue: float


def welch(sample: Samples) -> Welch:
    r"""Test whether all groups have one mean, without assuming that they have one variance.

    Parameters
    ----------
    sample : Samples
        Two groups or more; of two groups F is the square of Welch's t.

    Notes
    -----
    With :math:`w_j = n_j/s_j^2` and :math:`\tilde x` the mean weighted by them:

    .. math::

        F = \frac{\sum_j w_j(\bar x_j - \tilde x)^2/(a-1)}{1 + \frac{2(a-2)}{a^2-1}\Lambda}, \quad
        df_2 = \frac{a^2-1}{3\Lambda}, \quad \Lambda = \sum_j\frac{(1 - w_j/\sum w)^2}{n_j-1}

    Agrees with R's ``oneway.test`` (tests/oracle/cases.R).

    References
    ----------
    Welch, B. L. (1951). On the comparison of several mean values: An alternative approach. Biometrika, 38(3/4),
    330-336.
    """
    import pingouin
    from scipy.special import fdtrc

    data = pd.DataFrame({"score": np.concatenate(sample.values), "level": np.repeat(sample.levels, sample.n)})
    row = pingouin.welch_anova(data=data, dv="score", between="level").iloc[0]
    f, df1, df2 = float(row["F"]), float(row["ddof1"]), float(row["ddof2"])
    # The column of p has changed its name between releases; it follows from the other three.
    return Welch(f, df1, df2, float(fdtrc(df1, df2, f)))
