"""Fit measures from chi-squares that allow for answers that are not normal."""

from __future__ import annotations

import math

from helpers.errors import Check
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.inference.indices import incremental, rmsea, robust_incremental, robust_rmsea, upper_tail
from helpers.sem.inference.robust import Scaling


def scaled_measures(fitted: Likelihood, scaling: Scaling, groups: int) -> dict[str, float]:
    """Scaled and robust forms under lavaan's names.

    ``.scaled`` puts the scaled chi-squares into the usual formulas; ``.robust`` estimates what the usual index would be
    with normal answers.

    Parameters
    ----------
    fitted : Likelihood
    scaling : Scaling
    groups : int

    References
    ----------
    Brosseau-Liard, Savalei & Li (2012). Multivariate Behavioral Research, 47, 904-930. Brosseau-Liard & Savalei
    (2014). Multivariate Behavioral Research, 49, 460-470. Li & Bentler (2006).
    """
    df, baseline_df, n = fitted.df, fitted.baseline_df, fitted.n
    plain = max(fitted.f, 0.0) * n
    factor, lowest = scaling.model, scaling.baseline
    factor = factor if factor > 0 else math.nan  # a test cannot be divided by nothing or less; see scaling_check
    lowest = lowest if lowest > 0 else math.nan
    chisq = plain / factor if df > 0 else plain
    baseline = fitted.baseline / lowest if baseline_df > 0 else fitted.baseline
    usual = incremental(chisq, df, baseline, baseline_df)
    shown = {
        "chisq.scaled": chisq, "df.scaled": df, "pvalue.scaled": upper_tail(chisq, df),
        "chisq.scaling.factor": scaling.model,
        "baseline.chisq.scaled": baseline, "baseline.df.scaled": baseline_df,
        "baseline.pvalue.scaled": upper_tail(baseline, baseline_df),
        "baseline.chisq.scaling.factor": scaling.baseline,
        "cfi.scaled": usual["cfi"], "tli.scaled": usual["tli"], "nfi.scaled": usual["nfi"],
        # its interval takes the unscaled chi-square on c df degrees of freedom (Satterthwaite), as lavaan does
        **{f"{name}.scaled": value for name, value in rmsea(plain, factor * df if df else 0, n, groups).items()},
        **robust_incremental(plain, factor, df, fitted.baseline, lowest, baseline_df),
        **robust_rmsea(plain, factor, df, n, groups),
    }
    return shown


def scaling_check(scaling: Scaling | None, *, df: int) -> tuple[Check, ...]:
    """Say whether the robust test has a value: its divisor is estimated, and need not come out positive."""
    if scaling is None or df <= 0:
        return ()
    return (Check("scaled_test", "caution", scaling.model > 0, {"factor": scaling.model}),)
