r"""Which residuals are larger than sampling explains.

With :math:`\sigma(\hat\theta)` close to the observed moments s, :math:`s - \sigma(\hat\theta) \approx Q(s - \sigma)`,
:math:`Q = I - \Delta(\Delta'V\Delta)^{-1}\Delta'V`, so

.. math:: \operatorname{Var}(s - \hat\sigma) = \tfrac1n \operatorname{diag}(Q \Gamma Q')

References
----------
Joreskog (1981). Scandinavian Journal of Statistics, 8, 65-92. Bentler & Dijkstra (1985). Ogasawara (2001).
Psychometrika, 66, 421-436. Maydeu-Olivares (2017). Structural Equation Modeling, 24, 677-688. Maydeu-Olivares (2017).
Psychometrika, 82, 533-558, for any estimator. Savalei (2010). Psychological Methods, 15, 352-367, for the information
behind answers with holes. Muthen (1984). Psychometrika, 49, 115-132, for Gamma behind ordinal ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.fitting.residual_parts_of import parts_of
from helpers.sem.fitting.result import SemFit

# Share of a moment's own variance below which the variance of its residual is rounding: the model fits it exactly.
FITTED = 1e-10


def standardized_residuals(fit: SemFit) -> pd.DataFrame:
    r"""Divide every residual covariance, mean and threshold by its standard error.

    Parameters
    ----------
    fit : SemFit
        By any estimator.

    Returns
    -------
    DataFrame
        ``fit.residuals`` and behind it ``se z pvalue``: standard error of ``raw``, their ratio, and its two-sided
        p-value (of one residual that was not picked for its size). A moment that the model fits exactly has se 0,
        z 0 and no p-value. Fits of ordinal items have rows more, behind the others: thresholds (``op`` "|") and means
        of continuous variables (``~1``).

    Raises
    ------
    ModelError
        ``sem.released_not_converged``.

    Notes
    -----
    Gamma and V by estimator:

    - ML, GLS, ULS: Gamma of normal answers with the observed covariances; V is the expected information about the
      moments (ML), that from the observed covariances (GLS), or alike for all (ULS).
    - MLM, MLR: Gamma of the answers as they are; V expected (MLM) or observed (MLR). Given x, Gamma is what x leaves
      over.
    - ``missing="fiml"``: residuals are those from the maximum likelihood moments without a model (EM). V is the
      observed information about the moments at those implied; Gamma the inverse of that at the EM moments (ML), or the
      sandwich with the respondents' derivatives (MLR).
    - Ordinal items: residuals of polychoric (and polyserial) correlations and of thresholds; V is the diagonal weight
      of the estimator, Gamma that of the estimated moments, for "DWLS" and "ULS" too, whose own errors trust V.

    Agrees with lavaan 0.6-14's ``lavResiduals`` (tests/oracle/after_fit_residuals.csv, residuals_z.csv) except where
    known truth speaks against it. Where something is equal across groups, lavaan takes a group's residuals to vary with
    that group's answers alone, though the shared estimates vary with everybody's; its ratios are too large then. In
    several groups of ordinal items it divides each group's variances by everybody's n: its ratios are too large by
    :math:`\sqrt{N / n_g}`. Behind holes and given x it lets x vary. For ULS of continuous items it gives none.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c + .7*d + .7*e; a ~~ .2*b", n=500, seed=1)
    >>> shown = standardized_residuals(fit("f =~ a + b + c + d + e", answers))
    >>> shown.sort_values("z")[["lhs", "rhs", "raw", "se", "z"]].round(3).tail(1)
      lhs rhs    raw     se      z
    1   b   a  0.072  0.019  3.714
    """
    if not fit.converged:
        raise ModelError("sem.released_not_converged")
    parts, found = parts_of(fit), []
    for group in range(len(fit.groups)):
        variances = parts.variances(group)
        # n of everybody: what a group's residuals are compared with need not be exact
        own = np.where(variances > FITTED * parts.sampling(group) * parts.parts[group].n / fit.n, variances, 0.0)
        found.append(np.sqrt(own))
    rows = len(fit.residuals) // len(fit.groups)
    table = _tested(fit.residuals, np.concatenate([each[:rows] for each in found]))
    if not fit.engine.method.categorical:
        return table
    return pd.concat([table, _tested(_of_thresholds(fit), np.concatenate([each[rows:] for each in found]))],
                     ignore_index=True)


def _tested(residuals: pd.DataFrame, se: np.ndarray) -> pd.DataFrame:
    from scipy.special import ndtr

    shown = residuals.copy()
    shown["se"] = se
    with np.errstate(divide="ignore", invalid="ignore"):
        shown["z"] = np.where(se > 0, shown["raw"] / se, 0.0)
    shown["pvalue"] = np.where(se > 0, 2 * ndtr(-shown["z"].abs()), np.nan)
    return shown


def _of_thresholds(fit: SemFit) -> pd.DataFrame:
    """List the residuals of thresholds and of the means of continuous variables."""
    problem, responses = fit.engine.problem, fit.engine.problem.responses
    first = len(responses.owner)
    rank = np.arange(first) - np.searchsorted(responses.owner, responses.owner) + 1
    names = np.array(fit.observed, dtype=object)[responses.owner]
    mean = responses.threshold < 0
    sign = np.where(mean, -problem.units[:first], 1.0)  # of a mean, the moment is its negative
    parts = []
    for group, left in enumerate(problem.residuals(fit.engine.optimum.point)):
        observed, raw = problem.observed[group][:first] * sign, left[:first] * sign
        sd = np.sqrt(np.diag(fit.sample[group].cov))[responses.owner]
        parts.append(pd.DataFrame({
            "group": group + 1, "lhs": names, "op": np.where(mean, "~1", "|"),
            "rhs": np.where(mean, "", np.char.add("t", rank.astype(str))), "observed": observed,
            "implied": observed - raw, "raw": raw, "cor": raw / sd}))
    return pd.concat(parts, ignore_index=True)
