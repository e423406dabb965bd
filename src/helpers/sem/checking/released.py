r"""What a fitted model would gain if it were less strict: score and information beyond its own parameters.

A model is a point on the surface :math:`\theta = Kx + c` among all its rows, fixed ones and ones that it leaves out
included. Along a direction d off that surface the likelihood rises with slope :math:`s = d'g`; of the information
about d what the model's own parameters know already is taken away:

.. math:: T = \frac{s^2}{N i}, \qquad i = d'Id - d'IK (K'IK)^{-1} K'Id, \qquad \widehat{\Delta} = \frac{s}{N i}

T is chi-square with one degree of freedom where the model holds, the expected change :math:`\widehat{\Delta}` is how
far the parameter would move. Where answers are not normal, :math:`d'g` varies by :math:`\tilde d'B\tilde d` instead
of i (:math:`\tilde d = d - K(K'IK)^{-1}K'Id`), and T is multiplied by the ratio of the two.

References
----------
Sorbom (1989). Psychometrika, 54, 371-384. Saris, Satorra & van der Veld (2009). Structural Equation Modeling, 16,
561-582. Boos (1992). The American Statistician, 46, 327-333, for the robust form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.estimation.discrepancy import Discrepancy, Point
from helpers.sem.estimation.errors_and_tests import respondents
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.expected_information import expected_information
from helpers.sem.inference.robust import material_of, meat
from helpers.sem.inference.shifted_test import sandwich
from helpers.sem.model.auxiliaries import own_rows, with_auxiliaries
from helpers.sem.model.implied import imply
from helpers.sem.model.scaling import Scaled, scale
from helpers.sem.model.specify import Structure, specify
from helpers.syntax import Table

# Share of a direction's information that is not the model's already, below which the direction is no freedom at all:
# those that only turn the model measure 1e-15, weakly identified ones 1e-5.
NOTHING_NEW = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Released:
    """The rows of a wider table at the estimates of a fitted model, on scaled items.

    Attributes
    ----------
    structure : Structure
        Of the wider table; every row is a basic parameter of its own.
    scaled : Scaled
        Its scales: ``scaled.rows`` brings a row back to original units.
    point : Point
    k : ndarray, shape (r, q)
        The directions in which the fitted model can move already.
    slope : ndarray, shape (r,)
        Derivative of one respondent's log-likelihood.
    information : ndarray, shape (r, r)
        Of one respondent.
    meat : ndarray, shape (r, r) or None
        Mean square of the casewise derivatives, where the estimator is robust.
    n : float
    """

    structure: Structure
    scaled: Scaled
    point: Point
    k: np.ndarray
    slope: np.ndarray
    information: np.ndarray
    meat: np.ndarray | None
    n: float


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """Score tests, each of one direction alone.

    Attributes
    ----------
    statistic : ndarray, shape (d,)
        Chi-square with one degree of freedom; NaN where the direction adds nothing to the model.
    change : ndarray, shape (d,)
        How far the fit would move along the direction, on scaled items.
    scaled : ndarray, shape (d,) or None
        The statistic for answers that are not normal.
    """

    statistic: np.ndarray
    change: np.ndarray
    scaled: np.ndarray | None


def release(fit: SemFit, table: Table) -> Released:
    """Look at a fitted model from a table that has its rows, in each group first, and others fixed behind them.

    Raises
    ------
    ModelError
        ``sem.released_not_converged``: away from the minimum the slopes say nothing.
    """
    if not fit.converged:
        raise ModelError("sem.released_not_converged")
    engine = fit.engine
    samples, auxiliaries = engine.samples, fit.auxiliaries
    wide = with_auxiliaries(table, auxiliaries)
    own = specify(wide, samples)
    size, each = len(wide.rows), len(fit.structure.table.rows) // table.groups
    behind = own.per_group - len(table.rows) // table.groups
    places = np.append(np.arange(each), own.per_group - behind + np.arange(behind))
    at = np.concatenate([group * own.per_group + places for group in range(table.groups)])
    scaled = scale(replace(own, k=np.eye(size), c=np.zeros(size)), samples)
    values = own.c / scaled.rows
    values[at] = engine.scaled.structure.k @ engine.optimum.point.x + engine.scaled.structure.c
    k = np.zeros((size, engine.scaled.structure.k.shape[1]))
    k[at] = engine.scaled.structure.k
    structure = replace(scaled.structure, k=np.eye(size), c=np.zeros(size))
    problem = engine.problem.for_structure(structure)
    point = problem.evaluate(values)
    information, middle = _information(fit, problem, point)
    unit = problem.unit if isinstance(problem, Quadratic) else 1.0
    slope = -problem.gradient(point) / 2 * unit
    if isinstance(problem, LeastSquares):  # the search leaves residual variances of responses at 0
        point = replace(point, implied=[imply(structure.layout, each) for each in problem.values(values)])
    found = Released(structure, scaled, point, k, slope, information, middle, respondents(samples))
    return _without_auxiliaries(found, table, list(fit.sample)) if auxiliaries else found


def _without_auxiliaries(whole: Released, table: Table, samples: list[Sample]) -> Released:
    """See the rows of the table alone: of all information what the moments of the auxiliaries share is taken away."""
    at = own_rows(whole.structure)
    beside = np.setdiff1d(np.arange(len(whole.slope)), at)
    shared = np.linalg.solve(whole.information[np.ix_(beside, beside)], whole.information[np.ix_(beside, at)])
    information = whole.information[np.ix_(at, at)] - whole.information[np.ix_(at, beside)] @ shared
    meat = whole.meat
    if meat is not None:
        across = shared.T @ meat[np.ix_(beside, at)]
        meat = meat[np.ix_(at, at)] - across - across.T + shared.T @ meat[np.ix_(beside, beside)] @ shared
    alone = scale(replace(specify(table, samples), k=np.eye(len(at)), c=np.zeros(len(at))), samples)
    values = whole.structure.k @ whole.point.x + whole.structure.c
    implied = [imply(alone.structure.layout, values[at][alone.structure.part(group)]) for group in range(table.groups)]
    k = whole.k[at]
    return Released(replace(alone.structure, k=np.eye(len(at)), c=np.zeros(len(at))), alone,
                    replace(whole.point, implied=implied), k[:, k.any(axis=0)], whole.slope[at], information, meat,
                    whole.n)


def _information(fit: SemFit, problem: Discrepancy, point: Point) -> tuple[np.ndarray, np.ndarray | None]:
    """Find the expected information of one respondent, and the mean square of the casewise derivatives."""
    engine = fit.engine
    if isinstance(problem, LeastSquares):
        parts = sandwich(problem, point)
        return parts.information, parts.meat if engine.method.robust else None
    if isinstance(problem, Quadratic):
        n = np.array([sample.n for sample in problem.samples], dtype=float)
        return problem.information(point, n / n.sum()) * problem.unit, None
    if isinstance(problem, FullInformation):
        information = expected_information(problem, point)
    else:
        information = problem.information(point)
    if not engine.method.robust or engine.cases is None:
        return information, None
    material = material_of(engine.cases, engine.scaled, engine.method)
    return information, meat(problem.structure, material, point, engine.method)


def gains(released: Released, directions: np.ndarray) -> Gain:
    """Test each of several directions, shape (r, d), alone."""
    off, fresh, known = _beyond(released, directions)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(fresh > NOTHING_NEW * known, fresh, np.nan)
        slope = directions.T @ released.slope
        change = slope / own
        statistic = released.n * slope * change
    if released.meat is None:
        return Gain(statistic, change, None)
    spread = np.einsum("rd,rs,sd->d", off, released.meat, off, optimize=True)
    return Gain(statistic, change, statistic * own / spread)


def joint(released: Released, directions: np.ndarray) -> tuple[float, int, float | None]:
    """Test all directions, shape (r, d), at once: statistic, degrees of freedom, and the robust statistic."""
    off, fresh, known = _beyond(released, directions)
    width = np.sqrt(np.where(fresh > NOTHING_NEW * known, fresh, np.inf))
    whole = off.T @ released.information @ off / np.outer(width, width)
    slope = directions.T @ released.slope / width
    roots, vectors = np.linalg.eigh(whole)
    kept = roots > NOTHING_NEW
    turned = vectors[:, kept].T
    own = turned @ slope
    plain = released.n * float((own**2 / roots[kept]).sum())
    if released.meat is None:
        return plain, int(kept.sum()), None
    spread = turned @ (off.T @ released.meat @ off / np.outer(width, width)) @ turned.T
    return plain, int(kept.sum()), released.n * float(own @ np.linalg.solve(spread, own))


def _beyond(released: Released, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions less what the model's parameters know of them; information about them after and before that."""
    k, information = released.k, released.information
    towards = information @ directions
    known = np.einsum("rd,rd->d", directions, towards)
    off = directions - k @ np.linalg.solve(k.T @ information @ k, k.T @ towards) if k.shape[1] else directions
    return off, np.einsum("rd,rd->d", off, towards), known
