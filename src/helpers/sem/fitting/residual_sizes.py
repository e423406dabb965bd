r"""How large residuals are together, beyond what sampling alone makes of them.

With standardized residuals :math:`\epsilon` (t of them) and their covariances :math:`\Xi`, the sample's
:math:`\sqrt{\epsilon'\epsilon/t}` is larger than the population's, because sampling errors are squared too. The
unbiased size, its standard error and, where the model fits exactly, mean and standard deviation of the sample's size
are

.. math:: U = \frac1k \sqrt{\frac{\max(\epsilon'\epsilon - \operatorname{tr}\Xi, 0)}{t}}, \quad
          k = 1 - \frac{\operatorname{tr}\Xi^2 + 2\epsilon'\Xi\epsilon}{4(\epsilon'\epsilon)^2}, \quad
          s_U = \frac1k \sqrt{\frac{\operatorname{tr}\Xi^2 + 2\epsilon'\Xi\epsilon}{2t\,\epsilon'\epsilon}}

.. math:: E = \sqrt{\frac{\operatorname{tr}\Xi}{t}} \Bigl(1 - \frac{\operatorname{tr}\Xi^2}{4(\operatorname{tr}\Xi)^2}
          \Bigr), \quad s = \sqrt{\frac{\operatorname{tr}\Xi^2}{2t \operatorname{tr}\Xi}}

References
----------
Maydeu-Olivares (2017). Psychometrika, 82, 533-558. Maydeu-Olivares, Shi & Rosseel (2018). Structural Equation
Modeling, 25, 389-402. Shi, Maydeu-Olivares & DiStefano (2018). Multivariate Behavioral Research, 53, 676-694, for what
counts as close: .05 times the mean R² of the items.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.fitting.residual_parts_of import parts_of
from helpers.sem.fitting.result import SemFit

# Share of the moments' own variance below which the variance of all residuals together is rounding.
FITTED = 1e-10
TESTS = ("se", "exactfit.z", "exactfit.pvalue")
UNBIASED = ("se", "ci.lower", "ci.upper", "closefit.h0.value", "closefit.z", "closefit.pvalue")


def residual_sizes(fit: SemFit, *, conf_level: float = 0.90, close_fit: float = 0.05) -> pd.DataFrame:
    """Give SRMR and CRMR with their standard errors, unbiased forms, intervals and tests of exact and of close fit.

    Parameters
    ----------
    fit : SemFit
        By any estimator.
    conf_level : float, default 0.90
        90 % goes with a one-sided test at 5 %.
    close_fit : float, default 0.05
        Largest unbiased size that counts as close; Shi et al. (2018) multiply by the mean R² of the items
        (``fit.r2``).

    Returns
    -------
    DataFrame
        One row per group and part: "cov", and where means are modelled "mean" and "total"; "cor" of ordinal items.
        ``group part`` and lavaan's names: ``srmr srmr.se srmr.exactfit.z srmr.exactfit.pvalue usrmr usrmr.se
        usrmr.ci.lower usrmr.ci.upper usrmr.closefit.h0.value usrmr.closefit.z usrmr.closefit.pvalue``, and the same of
        ``crmr`` and ``ucrmr``, the residual correlations without the variances. Where the model fits a part exactly
        there is nothing to test, and all but the sizes are NaN.

    Raises
    ------
    ModelError
        ``sem.released_not_converged``.

    Notes
    -----
    Residuals are divided by the observed standard deviations, which count as known for the SRMR; that of the CRMR goes
    through the slopes of correlations. Their covariances are those behind ``standardized_residuals``. Agrees with
    ``lavResiduals(fit)$summary`` of lavaan 0.6-14 (tests/oracle/residuals_sizes.csv) where its standardized
    residuals are right, see there. The covariances of all residuals are held: 150 items need 1 GB.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c + .7*d + .7*e; a ~~ .2*b", n=500, seed=1)
    >>> found = residual_sizes(fit("f =~ a + b + c + d + e", answers)).iloc[0]
    >>> found[["srmr", "usrmr", "usrmr.ci.lower", "usrmr.ci.upper"]].astype(float).round(3).tolist()
    [0.036, 0.032, 0.017, 0.048]
    """
    if not fit.converged:
        raise ModelError("sem.released_not_converged")
    parts, rows = parts_of(fit), []
    by_group = fit.residuals.groupby("group", sort=False)
    for number, (group, table) in enumerate(by_group):
        whole = parts.covariances(number)[: len(table), : len(table)]
        own = parts.sampling(number)[: len(table)]
        forms = _forms(fit, number, table)
        covariance = (table["op"] == "~~").to_numpy()
        off = covariance & (table["lhs"] != table["rhs"]).to_numpy()
        kinds = {"cor" if fit.engine.method.categorical else "cov": (covariance, off)}
        if not covariance.all():
            kinds |= {"mean": (~covariance, ~covariance), "total": (np.ones(len(table), bool), off | ~covariance)}
        for part, uses in kinds.items():
            row = {"group": int(group), "part": part}
            for name, used, (left, slopes) in zip(("srmr", "crmr"), uses, forms, strict=True):
                turned = slopes[used]
                scale = float((turned**2 @ own).sum())
                row |= _sizes(name, left[used], turned @ whole @ turned.T, scale, conf_level, close_fit)
            rows.append(row)
    return pd.DataFrame(rows)


def _forms(fit: SemFit, number: int, table: pd.DataFrame) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Residuals in standard deviations, and as correlations, each with its slopes by the raw ones."""
    sd = np.sqrt(np.diag(fit.sample[number].cov))
    one, two = np.tril_indices(len(sd))
    units = np.concatenate([sd[one] * sd[two], sd])[: len(table)]
    plain = np.diag(1 / units)
    slopes = plain.copy()
    own = np.flatnonzero(one == two)  # places of the variances
    cor = table["observed"].to_numpy()[: len(one)] / (sd[one] * sd[two])
    for end in (one, two):
        slopes[np.arange(len(one)), own[end]] -= cor / (2 * sd[end] ** 2)
    raw = table["raw"].to_numpy()
    as_correlations = np.where((table["op"] == "~~").to_numpy(), table["cor"].to_numpy(), raw / units)
    return (raw / units, plain), (as_correlations, slopes)


def _sizes(name: str, left: np.ndarray, cov: np.ndarray, scale: float, conf_level: float,
           close_fit: float) -> dict[str, float]:
    """Size of some residuals with everything that is known of it; ``scale`` is the trace of the moments' variances."""
    from scipy.special import ndtr, ndtri

    t, square, trace = len(left), float(left @ left), float(np.trace(cov))
    found = {name: math.sqrt(square / t)}
    keys = [*(f"{name}.{key}" for key in TESTS), f"u{name}", *(f"u{name}.{key}" for key in UNBIASED)]
    if not trace > FITTED * scale or not square > 0:
        return found | dict.fromkeys(keys, math.nan)
    trace2 = float((cov**2).sum())
    expected = math.sqrt(trace / t) * (1 - trace2 / (4 * trace**2))
    se = math.sqrt(trace2 / (2 * t * trace))
    exact = (found[name] - expected) / se
    spread = trace2 + 2 * float(left @ cov @ left)
    k = 1 - spread / (4 * square**2)
    unbiased = math.sqrt(max(square - trace, 0.0) / t) / k
    error = math.sqrt(spread / (2 * t * square)) / k
    half = float(ndtri(0.5 + conf_level / 2)) * error
    close = (unbiased - close_fit) / error
    return found | dict(zip(keys, (se, exact, float(ndtr(-exact)), unbiased, error, max(unbiased - half, 0.0),
                                   unbiased + half, close_fit, close, float(ndtr(-close))), strict=True))
