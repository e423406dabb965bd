r"""Log-likelihoods and degrees of freedom where answers have holes.

Every log-likelihood is over the answers that are there. In the baseline model variables are uncorrelated, so that each
has its own mean and variance; exogenous x keep their covariances, auxiliary variables those with everything.
"""

from __future__ import annotations

import math

import numpy as np

from helpers.moments import Patterns, Sample, Saturated, saturated, some_of
from helpers.sem.estimation.errors_and_tests import Likelihood

LOG_2PI = math.log(2 * math.pi)


def full_likelihood(patterns: list[Patterns], found: list[Saturated], f: float, npar: int, *,
                    exogenous: tuple[str, ...], fixed_x: bool, auxiliaries: tuple[str, ...] = ()) -> Likelihood:
    """Chi-squares, degrees of freedom and log-likelihoods.

    Parameters
    ----------
    patterns, found
        Per group, in original units.
    f : float
        Discrepancy at the minimum.
    npar : int
        Basic parameters of the model; those of auxiliaries, which cost no degree of freedom, do not count.
    exogenous : tuple of str
        They stay correlated in the baseline model.
    fixed_x : bool
        Whether their moments are given, not modelled; they are then complete.
    auxiliaries : tuple of str
        The last of the variables.
    """
    n = math.floor(sum(each.n for each in patterns) + 1e-6)
    p, x, groups = len(patterns[0].names) - len(auxiliaries), len(exogenous), len(patterns)
    unrestricted = baseline = 0.0
    for each, at in zip(patterns, found, strict=True):
        own = _deviance_of_x(each, exogenous) if x else 0.0
        others = [place for place, name in enumerate(each.names) if name not in exogenous]
        whole = at.deviance + float(each.answered.sum()) * LOG_2PI
        unrestricted -= (whole - (own if fixed_x else 0.0)) / 2
        apart = (_deviance_beside(each, exogenous, auxiliaries) if auxiliaries
                 else _deviance_alone(each, at, others) + own)
        baseline += apart - whole
    df = groups * (p * (p + 3) // 2 - (x * (x + 3) // 2 if fixed_x else 0)) - npar
    free = p * (p - 1) // 2 - x * (x - 1) // 2
    return Likelihood(f, n, df, npar, unrestricted - n * f / 2, unrestricted, baseline, groups * free)


def variances_alone(patterns: Patterns, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each variable by itself, shape (p,) each; ``centre`` is near the means."""
    here = ~patterns.missing[patterns.of_row]
    answered = patterns.answered
    away = np.where(here, patterns.x - patterns.b[:, None] * centre, 0.0)
    shift = patterns.b @ away / answered
    return centre + shift, (away**2).sum(axis=0) / answered - shift**2


def baseline_moments(patterns: Patterns, sample: Sample, exogenous: tuple[str, ...],
                     auxiliaries: tuple[str, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of one group in the baseline model, shapes (p,) and (p, p)."""
    if auxiliaries:
        found = _beside(patterns, exogenous, auxiliaries).sample
        return found.mean, found.cov
    mean, variances = variances_alone(patterns, sample.mean)
    cov = np.diag(variances)
    if exogenous:
        x = saturated(some_of(patterns, exogenous)).sample
        at = [sample.names.index(name) for name in exogenous]
        mean[at], cov[np.ix_(at, at)] = x.mean, x.cov
    return mean, cov


def _beside(patterns: Patterns, exogenous: tuple[str, ...], auxiliaries: tuple[str, ...]) -> Saturated:
    x = np.isin(patterns.names[: len(patterns.names) - len(auxiliaries)], exogenous)
    return saturated(patterns, together=np.eye(len(x), dtype=bool) | np.outer(x, x))


def _deviance_beside(patterns: Patterns, exogenous: tuple[str, ...], auxiliaries: tuple[str, ...]) -> float:
    return _beside(patterns, exogenous, auxiliaries).deviance + float(patterns.answered.sum()) * LOG_2PI


def _deviance_alone(patterns: Patterns, found: Saturated, at: list[int]) -> float:
    _, variances = variances_alone(patterns, found.sample.mean)
    return float(patterns.answered[at] @ (LOG_2PI + 1 + np.log(variances[at])))


def _deviance_of_x(patterns: Patterns, names: tuple[str, ...]) -> float:
    own = some_of(patterns, names)
    return saturated(own).deviance + float(own.answered.sum()) * LOG_2PI
