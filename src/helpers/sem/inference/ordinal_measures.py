"""Fit measures of weighted least squares behind ordinal items, under lavaan's names."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.moments import Sample
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.estimation.methods import Method
from helpers.sem.inference.indices import crmr, forms, srmr
from helpers.sem.inference.shifted_test import Sandwich, Shifted, baseline, shifted
from helpers.sem.model.implied import Implied


def ordinal_measures(problem: LeastSquares, point: Point, parts: Sandwich, method: Method, samples: list[Sample],
                     shown: list[Implied]) -> pd.Series:
    """Plain and, where the test is, scaled forms.

    Parameters
    ----------
    problem : LeastSquares
    point : Point
        The minimum.
    parts : Sandwich
    method : Method
    samples : list of Sample
    shown : list of Implied
        Moments as the answers show them, on the scale of ``samples``.

    Returns
    -------
    Series
        There is no likelihood, so no AIC and BIC. ``.scaled`` puts the scaled and shifted tests of model and baseline
        (no two variables covary) into the usual formulas; N F, on which the plain forms rest, is no chi-square.

    References
    ----------
    Asparouhov & Muthen (2010). Simple second order chi-square correction. Xia & Yang (2019). Behavior Research Methods,
    51, 409-428: what RMSEA and CFI mean with ordered categories.
    """
    groups, n = len(samples), int(problem.n.sum())
    told, apart = shifted(problem, point, parts), baseline(problem, _apart(problem))
    plain = forms(told.unscaled, told.df, apart.unscaled, apart.df, n - groups, groups)
    found = {"npar": len(point.x), "fmin": max(point.f, 0.0) / 2, **plain, "ntotal": n,
             "srmr": srmr(samples, shown, means=False), "crmr": crmr(samples, shown, means=False)}
    if method.test == "scaled.shifted":
        found |= _scaled(told, apart, n - groups, groups)
    return pd.Series(found, dtype=float, name="value").rename_axis("measure")


def _apart(problem: LeastSquares) -> np.ndarray:
    """Find the covariances that the baseline model sets to 0: all but those of exogenous variables."""
    table, responses = problem.structure.table, problem.responses
    x = np.isin(np.array(table.observed, dtype=object), table.exogenous)
    covariance = responses.rows != responses.columns
    own = np.zeros(len(responses.owner), dtype=bool)
    return np.concatenate([own, covariance & ~(x[responses.rows] & x[responses.columns])])


def _scaled(told: Shifted, apart: Shifted, n: int, groups: int) -> dict[str, float]:
    found = forms(told.chisq, told.df, apart.chisq, apart.df, n, groups)
    factors = {"chisq": told.factor if told.df > 0 else math.nan, "baseline.chisq": apart.factor}
    return {f"{name}.scaled": value for name, value in found.items()} | {
        f"{name}.scaling.factor": value for name, value in factors.items()}
