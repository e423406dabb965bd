"""How exact are the estimates, and is the model as a whole tenable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.estimation.discrepancy import Discrepancy, Point
from helpers.sem.model.linear_map import spread_out
from helpers.sem.model.scaling import Scaled

# Smallest eigenvalue of the unit-diagonal information that counts as information. Models that cannot be identified
# give 1e-14 to 1e-17, nearly collinear constructs (r = .99) still 1e-6.
NO_INFORMATION = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Covariances of the estimates.

    Attributes
    ----------
    basic : ndarray, shape (q, q)
        Of the basic parameters, in original units.
    rows : ndarray, shape (r, r)
        Of the rows of the parameter table; zero where a row is fixed.
    weakest : float
        Smallest eigenvalue of the unit-diagonal information.
    bread : ndarray, shape (q, q)
        Inverse information of one respondent, on scaled items.
    """

    basic: np.ndarray
    rows: np.ndarray
    weakest: float
    bread: np.ndarray


def precision(problem: Discrepancy, point: Point, scaled: Scaled, k: np.ndarray, *, converged: bool,
              observed: np.ndarray | None = None, middle: np.ndarray | None = None) -> Precision:
    r"""Invert the information, between whose inverses ``middle`` comes where errors are to be robust.

    Parameters
    ----------
    problem, point
        On scaled items.
    scaled : Scaled
    k : ndarray, shape (r, q)
        From basic parameters to rows, in original units.
    converged : bool
        Without convergence missing information is no proof; the precision is then unknown (NaN).
    observed : ndarray, shape (q, q), optional
        Observed information of one respondent, taken instead of the expected one.
    middle : ndarray, shape (q, q), optional
        Mean square of the casewise derivatives.

    Raises
    ------
    ModelError
        ``sem.not_identified``, naming the parameters that cannot be told apart.

    Notes
    -----
    .. math:: \widehat{\operatorname{Var}}(x) = \tfrac1N \mathcal{I}^{-1}
              \quad\text{or}\quad \tfrac1N \mathcal{I}^{-1} B \mathcal{I}^{-1}
    """
    expected = problem.information(point)
    if not len(expected):  # everything is fixed
        return Precision(expected, np.zeros((len(k), len(k))), math.inf, expected)
    width = np.sqrt(np.diag(expected))
    if not (width > 0).all():
        raise _not_identified(scaled, (width <= 0).astype(float))
    unit = expected / np.outer(width, width)
    enough = observed is not None and _holds_information(unit)  # the smallest eigenvalue itself is then not asked for
    weakest = NO_INFORMATION if enough else float(np.linalg.eigvalsh(unit)[0])
    if weakest < NO_INFORMATION and (converged or _structural(problem, point)):
        roots, vectors = np.linalg.eigh(unit)
        raise _not_identified(scaled, np.abs(vectors[:, :max(1, (roots < NO_INFORMATION).sum())]).max(axis=1))
    if observed is not None and weakest >= NO_INFORMATION:
        unit = observed / np.outer(width, width)
        weakest = float(np.linalg.eigvalsh(unit)[0])
    if weakest < NO_INFORMATION:
        unknown = np.full_like(expected, math.nan)
        return Precision(unknown, np.full((len(k), len(k)), math.nan), weakest, unknown)
    bread = np.linalg.inv(unit) / np.outer(width, width)
    bread = (bread + bread.T) / 2
    inside = bread if middle is None else bread @ middle @ bread
    basic = inside * np.outer(scaled.basic, scaled.basic) / respondents(problem.samples)
    return Precision(basic, spread_out(k, basic), weakest, bread)


def _holds_information(unit: np.ndarray) -> bool:
    """Whether every eigenvalue is beyond ``NO_INFORMATION``: then what is left without it has a Cholesky root."""
    try:
        np.linalg.cholesky(unit - NO_INFORMATION * np.eye(len(unit)))
    except np.linalg.LinAlgError:
        return False
    return True


def _structural(problem: Discrepancy, point: Point) -> bool:
    """Whether information is missing near this place too, so that not the place but the model is to blame."""
    generator = np.random.default_rng(1)
    for _ in range(5):
        near = problem.evaluate(point.x * (1 + 0.1 * generator.standard_normal(len(point.x))))
        if not math.isfinite(near.f):
            continue
        expected = problem.information(near)
        width = np.sqrt(np.maximum(np.diag(expected), 1e-300))
        return bool(np.linalg.eigvalsh(expected / np.outer(width, width))[0] < NO_INFORMATION)
    return False


def _not_identified(scaled: Scaled, weight: np.ndarray) -> ModelError:
    table = scaled.structure.table
    blamed = np.flatnonzero(weight > 0.1 * weight.max())
    rows = np.flatnonzero(scaled.structure.k[:, blamed].any(axis=1))
    several = table.groups > 1
    named = [table.rows[at].shown + (f" (group {table.rows[at].group})" if several else "") for at in rows]
    more = len(named) - 8
    return ModelError("sem.not_identified", parameters=named[:8] + ([f"... (+{more})"] if more > 0 else []))


def respondents(samples: list[Sample]) -> int:
    """Count whole respondents: of a harmonic mean the fraction does not count, as in lavaan."""
    return math.floor(sum(sample.n for sample in samples) + 1e-6)  # sums of weights are whole but for rounding


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Log-likelihoods and the test of the model.

    Attributes
    ----------
    f : float
        Discrepancy; chi-square is N f.
    n, df, npar : int
    logl, unrestricted : float
        Of the model and of the moments themselves; without the part of a fixed exogenous x.
    baseline, baseline_df : float, int
        Chi-square of uncorrelated variables.
    """

    f: float
    n: int
    df: int
    npar: int
    logl: float
    unrestricted: float
    baseline: float
    baseline_df: int


def likelihood(samples: list[Sample], f: float, npar: int, *, means: bool, exogenous: tuple[str, ...],
               fixed_x: bool) -> Likelihood:
    """Chi-squares, degrees of freedom and log-likelihoods.

    Parameters
    ----------
    samples : list of Sample
        In original units.
    f : float
        Discrepancy at the minimum.
    npar : int
        Basic parameters.
    means : bool
        Whether means are modelled.
    exogenous : tuple of str
        They stay correlated in the baseline model.
    fixed_x : bool
        Whether their moments are given, not modelled.
    """
    n = respondents(samples)
    p, x = len(samples[0].names), len(exogenous)
    moments = p * (p + 1) // 2 + (p if means else 0)
    given = x * (x + 1) // 2 + (x if means else 0)
    unrestricted = baseline = 0.0
    for sample in samples:
        own = sample.subset(exogenous).cov
        logdet = float(np.linalg.slogdet(sample.cov)[1])
        logdet_x = float(np.linalg.slogdet(own)[1]) if x else 0.0
        rest = [float(np.log(sample.cov[at, at])) for at, name in enumerate(sample.names) if name not in exogenous]
        unrestricted -= sample.n / 2 * (p * math.log(2 * math.pi) + logdet + p)
        if fixed_x:
            unrestricted += sample.n / 2 * (x * math.log(2 * math.pi) + logdet_x + x)
        baseline += sample.n * (sum(rest) + logdet_x - logdet)
    groups = len(samples)
    df = groups * (moments - (given if fixed_x else 0)) - npar
    free = p * (p - 1) // 2 - x * (x - 1) // 2
    return Likelihood(f, n, df, npar, unrestricted - n * f / 2, unrestricted, baseline, groups * free)
