"""Do the answers themselves put the numbers in doubt? Their shape, their widths, how many branches they come from.

Criteria, sources and advice stand in the catalogue under ``gate.<name>``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from helpers.errors import Check
from helpers.moments import Cases, Sample
from helpers.parallel import portions
from helpers.sem.estimation.methods import Method
from helpers.syntax import Table

# Curran, West & Finch (1996): from these on chi-square and standard errors of normal theory go astray.
SKEWED, PEAKED = 2.0, 7.0
# Bentler (2005): standardized multivariate kurtosis beyond which answers count as not normal.
MULTIVARIATE = 5.0
# Half of the answers in one end category: the median is the end of the scale.
CROWDED = 0.5
# Kline (2016): ratio of the largest to the smallest variance of an ill-scaled covariance matrix.
ILL_SCALED = 100.0
# Cameron & Miller (2015): with fewer clusters, errors over clusters are too small.
FEW_CLUSTERS = 30
ROWS = 20_000  # respondents looked at a time


def answer_checks(table: Table, samples: Sequence[Sample], cases: Cases | None, method: Method, *,
                  correlations_only: bool = False) -> tuple[Check, ...]:
    """Gates on the answers: ``item_scales``; with respondents' answers ``normality``; with clusters ``clusters``.

    Parameters
    ----------
    table : Table
    samples : sequence of Sample
        In original units.
    cases : Cases or None
        None where moments were given.
    method : Method
    correlations_only : bool
        Whether the widths of the items are unknown.

    References
    ----------
    Curran, West & Finch (1996). Psychological Methods, 1, 16-29. Mardia (1970). Biometrika, 57, 519-530. Kline (2016).
    Principles and Practice of Structural Equation Modeling, ch. 4. Cameron & Miller (2015). Journal of Human Resources,
    50, 317-372.
    """
    found = [] if correlations_only else [_scales(samples)]
    modelled = [at for at, name in enumerate(table.observed) if name not in table.exogenous]
    if cases is not None and modelled:
        found.append(_normality(cases, samples, modelled, robust=method.robust))
    if cases is not None and cases.clusters is not None:
        count = min(len(np.unique(each)) for each in cases.clusters)
        found.append(Check("clusters", "caution", count >= FEW_CLUSTERS, {"clusters": count, "enough": FEW_CLUSTERS}))
    return tuple(found)


def _scales(samples: Sequence[Sample]) -> Check:
    """Compare the widths of the widest and of the narrowest variable."""
    variances = np.mean([np.diag(sample.cov) for sample in samples], axis=0)
    wide, narrow = int(variances.argmax()), int(variances.argmin())
    names, ratio = samples[0].names, float(variances[wide] / variances[narrow])
    return Check("item_scales", "caution", ratio <= ILL_SCALED, {
        "ratio": ratio, "wide": names[wide], "narrow": names[narrow], "most": ILL_SCALED,
        "sd_wide": math.sqrt(variances[wide]), "sd_narrow": math.sqrt(variances[narrow])})


def _normality(cases: Cases, samples: Sequence[Sample], at: list[int], *, robust: bool) -> Check:
    """Shape of the modelled variables: one by one, together, and how many answers stand at an end of the scale."""
    shapes = [_shape(values, sample, at) for values, sample in zip(cases.values, samples, strict=True)]
    skew, kurtosis, crowded = (np.max([shape[part] for shape in shapes], axis=0) for part in range(3))
    multivariate = max(shape[3] for shape in shapes)
    names = [cases.names[place] for place in at]
    strange = (skew >= SKEWED) | (kurtosis >= PEAKED)
    normal = not strange.any() and multivariate <= MULTIVARIATE and not (crowded > CROWDED).any()
    return Check("normality", "caution", normal or robust, {
        "skew": float(skew.max()), "kurtosis": float(kurtosis.max()), "mardia": float(multivariate),
        "crowded": float(crowded.max()) * 100, "items": [name for name, bad in zip(names, strange | (crowded > CROWDED),
                                                                                  strict=True) if bad] or "-",
        "skewed": SKEWED, "peaked": PEAKED, "most": MULTIVARIATE, "half": CROWDED * 100})


def _shape(values: np.ndarray, sample: Sample, at: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Absolute skewness, excess kurtosis and share at the fuller end of each variable; Mardia's kurtosis, standardized.

    Holes are left out variable by variable; Mardia's kurtosis is that of the complete rows.
    """
    low, high, mean = _extent(values, at)
    here, powers, ends = np.zeros(len(at)), np.zeros((3, len(at))), np.zeros((2, len(at)))
    inverse, complete, fourth = np.linalg.inv(sample.cov[np.ix_(at, at)]), 0, 0.0
    for rows in portions(len(values), size=ROWS):
        part = values[rows.start:rows.stop][:, at]
        known = ~np.isnan(part)
        away = np.where(known, part - mean, 0.0)
        here += known.sum(axis=0)
        square = away * away
        powers += [square.sum(axis=0), (square * away).sum(axis=0), (square * square).sum(axis=0)]
        ends += [(part == low).sum(axis=0), (part == high).sum(axis=0)]
        whole = away[known.all(axis=1)]
        distance = ((whole @ inverse) * whole).sum(axis=1)
        complete, fourth = complete + len(whole), fourth + float((distance**2).sum())
    second, third, last = powers / here
    p = len(at)
    mardia = (fourth / complete - p * (p + 2)) / math.sqrt(8 * p * (p + 2) / complete) if complete else 0.0
    return np.abs(third) / second**1.5, last / second**2 - 3, ends.max(axis=0) / here, mardia


def _extent(values: np.ndarray, at: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smallest and largest answer and mean of each variable, block by block."""
    low, high = np.full(len(at), np.inf), np.full(len(at), -np.inf)
    total, known = np.zeros(len(at)), np.zeros(len(at))
    for rows in portions(len(values), size=ROWS):
        part = values[rows.start:rows.stop][:, at]
        low, high = np.fmin(low, np.fmin.reduce(part, axis=0)), np.fmax(high, np.fmax.reduce(part, axis=0))
        total += np.nansum(part, axis=0)
        known += (~np.isnan(part)).sum(axis=0)
    return low, high, total / known
