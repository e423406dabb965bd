"""How well factor scores know the constructs they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.checking.joint_moments import bartlett, joint_moments
from helpers.sem.fitting.result import SemFit


def determinacy(fit: SemFit) -> pd.DataFrame:
    r"""Correlate factor scores with the constructs they stand for.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``construct group determinacy determinacy.bartlett smallest``, groups by their names. ``determinacy`` is the
        correlation of the regression scores with the construct, the highest that any score reaches;
        ``determinacy.bartlett`` that of the Bartlett scores (NaN where there are none); ``smallest`` the smallest
        correlation that two equally valid sets of scores can have, :math:`2\rho^2 - 1`: negative, and respondents
        could be ranked either way. Of ordinal items these are those of scores from the responses behind them.

    Raises
    ------
    ModelError
        ``sem.no_measurement``: a model without constructs.

    Notes
    -----
    .. math:: \rho_j^2 = \frac{(\Phi_{\eta x} \Sigma^{-1} \Phi_{x \eta})_{jj}}{\Phi_{jj}}

    Grice (2001) asks for .80, and .90 where scores replace the construct.

    Behind ordinal items x are the responses, of which an answer tells only the interval: :math:`\rho` is then a bound
    that no score of the answers reaches, the further off the fewer categories there are (with three items a construct
    about .11, .06, .03 and .015 for two, three, five and seven). How far the scores of given respondents reach,
    ``scores(fit, data).attrs["determinacy"]`` says. Their Bartlett scores do not exist, and ``determinacy.bartlett`` is
    NaN.

    References
    ----------
    Guttman (1955). British Journal of Statistical Psychology, 8, 65-81. Beauducel (2011). Multivariate Behavioral
    Research, 46, 1021-1033.
    """
    refuse_unmeasured(fit)
    parts = []
    for number, label in enumerate(fit.groups):
        moments = joint_moments(fit, number)
        explained = np.diag(moments.between @ np.linalg.solve(moments.cov, moments.between.T))
        variances = np.diag(moments.construct_cov)
        everything = np.ones(len(moments.mean), dtype=bool)
        error = bartlett(moments, everything)[1]
        with np.errstate(invalid="ignore"):
            own = np.sqrt(explained / variances)
            of_bartlett = np.sqrt(variances / (variances + error))
        if fit.engine.method.categorical:
            of_bartlett = np.full(len(own), np.nan)
        parts.append(pd.DataFrame({"construct": list(fit.latents), "group": label, "determinacy": own,
                                   "determinacy.bartlett": of_bartlett, "smallest": 2 * own**2 - 1}))
    return pd.concat(parts, ignore_index=True)


def refuse_unmeasured(fit: SemFit) -> None:
    """Refuse a model that has no construct.

    Raises
    ------
    ModelError
        ``sem.no_measurement``.
    """
    if not fit.latents:
        raise ModelError("sem.no_measurement")
