"""How well the model fits: numbers in, numbers out; names are lavaan's."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.moments import Sample
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.model.implied import Implied

# Browne & Cudeck (1993): close fit, and the 90 % interval that goes with a 5 % one-sided test.
CLOSE_FIT, RMSEA_TAIL = 0.05, 0.05


def measures(fitted: Likelihood, groups: int, samples: list[Sample], implied: list[Implied], *,
             means: bool) -> pd.Series:
    """Every index of the contract.

    Parameters
    ----------
    fitted : Likelihood
    groups : int
    samples : list of Sample
        On the same scale as ``implied``.
    implied : list of Implied
    means : bool
        Whether means are modelled; they then count in SRMR and CRMR.

    Returns
    -------
    Series
        ``npar fmin chisq df pvalue baseline.chisq baseline.df baseline.pvalue cfi tli nfi logl unrestricted.logl aic
        bic bic2 ntotal rmsea rmsea.ci.lower rmsea.ci.upper rmsea.pvalue srmr crmr``.

    References
    ----------
    Bentler (1990). Psychological Bulletin, 107, 238-246. Tucker & Lewis (1973). Psychometrika, 38, 1-10. Browne &
    Cudeck (1993). Raftery (1995) for BIC, Sclove (1987) for ``bic2``. Steiger (1998) for the RMSEA of several groups.
    Bollen (1989), p. 258, for the CRMR.
    """
    chisq = max(fitted.f, 0.0) * fitted.n
    penalty = fitted.npar
    shown = {
        "npar": fitted.npar, "fmin": max(fitted.f, 0.0) / 2, "chisq": chisq, "df": fitted.df,
        "pvalue": upper_tail(chisq, fitted.df),
        "baseline.chisq": fitted.baseline, "baseline.df": fitted.baseline_df,
        "baseline.pvalue": upper_tail(fitted.baseline, fitted.baseline_df),
        **incremental(chisq, fitted.df, fitted.baseline, fitted.baseline_df),
        "logl": fitted.logl, "unrestricted.logl": fitted.unrestricted,
        "aic": -2 * fitted.logl + 2 * penalty,
        "bic": -2 * fitted.logl + penalty * math.log(fitted.n),
        "bic2": -2 * fitted.logl + penalty * math.log((fitted.n + 2) / 24),
        "ntotal": fitted.n,
        **rmsea(chisq, fitted.df, fitted.n, groups),
        "srmr": srmr(samples, implied, means=means),
        "crmr": crmr(samples, implied, means=means),
    }
    return pd.Series(shown, dtype=float, name="value").rename_axis("measure")


def forms(chisq: float, df: int, baseline: float, baseline_df: int, n: int, groups: int) -> dict[str, float]:
    """Chi-squares of a model and of the baseline, and the indices that rest on them."""
    return {"chisq": max(chisq, 0.0), "df": df, "pvalue": upper_tail(chisq, df), "baseline.chisq": baseline,
            "baseline.df": baseline_df, "baseline.pvalue": upper_tail(baseline, baseline_df),
            **incremental(chisq, df, baseline, baseline_df), **rmsea(chisq, df, n, groups)}


def upper_tail(chisq: float, df: float) -> float:
    """P-value of a chi-square; NaN without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, chisq)) if df > 0 else math.nan


def incremental(chisq: float, df: int, baseline: float, baseline_df: int) -> dict[str, float]:
    """CFI (clipped to [0, 1]), TLI (not clipped) and NFI; NaN where a chi-square has no value."""
    if math.isnan(chisq + baseline):
        return dict.fromkeys(("cfi", "tli", "nfi"), math.nan)
    over, over_baseline = max(chisq - df, 0.0), max(baseline - baseline_df, chisq - df, 0.0)
    if df == 0:
        tli = 1.0
    elif baseline_df == 0 or baseline == baseline_df:
        tli = math.nan
    else:
        tli = (baseline / baseline_df - chisq / df) / (baseline / baseline_df - 1)
    nested = df <= baseline_df  # a model with fewer parameters than the baseline is not between it and the data
    return {"cfi": 1 - over / over_baseline if over_baseline > 0 else 1.0, "tli": tli,
            "nfi": (baseline - chisq) / baseline if baseline > 0 and nested else math.nan}


def rmsea(chisq: float, df: float, n: int, groups: int) -> dict[str, float]:
    """RMSEA with n, times the root of the number of groups; 90 % interval; p-value of close fit."""
    from scipy.special import chndtr

    if df == 0:
        return {"rmsea": 0.0, "rmsea.ci.lower": 0.0, "rmsea.ci.upper": 0.0, "rmsea.pvalue": math.nan}
    if math.isnan(chisq + df):
        return dict.fromkeys(("rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue"), math.nan)
    unit = df * n / groups
    lower = noncentrality(chisq, df, 1 - RMSEA_TAIL)
    upper = noncentrality(chisq, df, RMSEA_TAIL)
    return {"rmsea": math.sqrt(max(chisq - df, 0.0) / unit), "rmsea.ci.lower": math.sqrt(lower / unit),
            "rmsea.ci.upper": math.sqrt(upper / unit),
            "rmsea.pvalue": float(1 - chndtr(chisq, df, unit * CLOSE_FIT**2))}


def robust_incremental(chisq: float, factor: float, df: int, baseline: float, baseline_factor: float,
                       baseline_df: int) -> dict[str, float]:
    """CFI and TLI from chi-squares whose means under true models are their factors times their degrees of freedom."""
    if df == 0:
        return {"cfi.robust": 1.0, "tli.robust": 1.0}
    over, over_baseline = chisq - factor * df, baseline - baseline_factor * baseline_df
    if math.isnan(over + over_baseline):
        return {"cfi.robust": math.nan, "tli.robust": math.nan}
    largest = max(over, over_baseline, 0.0)
    cfi = 1 - max(over, 0.0) / largest if largest > 0 else 1.0
    tli = 1 - over / over_baseline * baseline_df / df if over_baseline != 0 else math.nan
    return {"cfi.robust": cfi, "tli.robust": tli}


def robust_rmsea(chisq: float, factor: float, df: int, n: int, groups: int) -> dict[str, float]:
    """RMSEA from such a chi-square, with interval and test of close fit."""
    from scipy.special import chndtr

    found = rmsea(chisq / factor if df > 0 else chisq, df, n, groups)
    if df == 0 or not factor > 0:
        return {f"{name}.robust": value for name, value in found.items()}
    width = math.sqrt(factor)
    noncentrality = df * n / groups * CLOSE_FIT**2 / factor
    return {"rmsea.robust": math.sqrt(max(chisq - factor * df, 0.0) / (df * n / groups)),
            "rmsea.ci.lower.robust": width * found["rmsea.ci.lower"],
            "rmsea.ci.upper.robust": width * found["rmsea.ci.upper"],
            "rmsea.pvalue.robust": float(1 - chndtr(chisq / factor, df, noncentrality))}


def noncentrality(chisq: float, df: float, probability: float) -> float:
    """Noncentrality under which a chi-square is at most this large with the given probability; 0 where none is."""
    from scipy.special import chndtr

    if chndtr(chisq, df, 0.0) < probability:
        return 0.0
    low, high = 0.0, max(chisq, 1.0)
    while chndtr(chisq, df, high) > probability:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if chndtr(chisq, df, middle) > probability else (low, middle)
    return (low + high) / 2


def srmr(samples: list[Sample], implied: list[Implied], *, means: bool) -> float:
    """Root mean square residual in units of the observed standard deviations, groups weighted by n."""
    total = 0.0
    for sample, moments in zip(samples, implied, strict=True):
        sd = np.sqrt(np.diag(sample.cov))
        left = ((sample.cov - moments.sigma) / np.outer(sd, sd))[np.tril_indices(len(sd))]
        if means:
            left = np.concatenate([left, (sample.mean - moments.mu) / sd])
        total += sample.n * math.sqrt(float(left @ left) / len(left))
    return total / sum(sample.n for sample in samples)


def crmr(samples: list[Sample], implied: list[Implied], *, means: bool) -> float:
    """Root mean square residual correlation, variances left out, groups weighted by n; NaN where there is none."""
    total = 0.0
    for sample, moments in zip(samples, implied, strict=True):
        with np.errstate(invalid="ignore"):  # least squares may imply a negative variance
            sd, own = np.sqrt(np.diag(sample.cov)), np.sqrt(np.diag(moments.sigma))
            left = sample.cov / np.outer(sd, sd) - moments.sigma / np.outer(own, own)
        left = left[np.tril_indices(len(sd), -1)]
        if means:
            left = np.concatenate([left, (sample.mean - moments.mu) / sd])
        total += sample.n * (math.sqrt(float(left @ left) / len(left)) if len(left) else math.nan)
    return total / sum(sample.n for sample in samples)
