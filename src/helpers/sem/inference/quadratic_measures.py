"""Fit measures of least squares of continuous variables (GLS, ULS), under lavaan's names."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.moments import Sample
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.inference.indices import crmr, forms, srmr
from helpers.sem.model.implied import Implied

# What lavaan does not say of ULS: its statistic has no chi-square distribution.
UNKNOWN = ("pvalue", "baseline.pvalue")


def quadratic_likelihood(samples: list[Sample], f: float, npar: int, kind: str, *, means: bool,
                         exogenous: tuple[str, ...]) -> Likelihood:
    """Count degrees of freedom and fit the baseline; there is no likelihood.

    Parameters
    ----------
    samples : list of Sample
        In original units, covariances with divisor n - 1.
    f : float
        Discrepancy at the minimum.
    npar : int
    kind : {"gls", "uls"}
    means : bool
        Whether means are modelled.
    exogenous : tuple of str
        They stay correlated in the baseline model, in which nothing else is.
    """
    n, p, x = sum(sample.n for sample in samples), len(samples[0].names), len(exogenous)
    moments = p * (p + 1) // 2 + (p if means else 0)
    baseline = sum((sample.n - 1) * _apart(sample, exogenous, kind) for sample in samples)
    free = p * (p - 1) // 2 - x * (x - 1) // 2
    return Likelihood(f, n, len(samples) * moments - npar, npar, math.nan, math.nan, baseline, len(samples) * free)


def _apart(sample: Sample, exogenous: tuple[str, ...], kind: str) -> float:
    """Minimum of one group's F where only exogenous variables covary: a linear problem."""
    one, two = np.tril_indices(len(sample.names))
    x = np.isin(np.array(sample.names, dtype=object), exogenous)
    kept = (one == two) | (x[one] & x[two])
    if kind == "uls":
        return float((sample.cov[one, two][~kept] ** 2).sum())
    inverse = np.linalg.inv(sample.cov)
    size = np.where(one == two, 0.5, 1.0)
    # half the trace of V B V B', where B is 1 at the places of a covariance
    product = (inverse[np.ix_(one, one)] * inverse[np.ix_(two, two)]
               + inverse[np.ix_(one, two)] * inverse[np.ix_(two, one)]) * np.outer(size, size)
    pull = size * inverse[one, two]
    inner = product[np.ix_(kept, kept)]
    return float(len(inverse) / 2 - pull[kept] @ np.linalg.solve(inner, pull[kept]))


def quadratic_measures(fitted: Likelihood, kind: str, samples: list[Sample], implied: list[Implied], *,
                       means: bool) -> pd.Series:
    """Compute indices from N F, without AIC and BIC, and for ULS without p-values of the model and the baseline.

    Parameters
    ----------
    fitted : Likelihood
    kind : {"gls", "uls"}
    samples : list of Sample
    implied : list of Implied
    means : bool
        Whether means are modelled; they then count in SRMR and CRMR.
    """
    groups = len(samples)
    found = {"npar": fitted.npar, "fmin": max(fitted.f, 0.0) / 2,
             **forms(fitted.f * fitted.n, fitted.df, fitted.baseline, fitted.baseline_df, fitted.n - groups, groups),
             "ntotal": fitted.n, "srmr": srmr(samples, implied, means=means),
             "crmr": crmr(samples, implied, means=means)}
    if kind == "uls":
        found |= dict.fromkeys(UNKNOWN, math.nan)
    return pd.Series(found, dtype=float, name="value").rename_axis("measure")
