"""How do the estimates vary over samples of respondents? Every draw is fitted anew, many draws at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from helpers import parallel
from helpers.errors import Check, ModelError, gates_table
from helpers.sem.fitting.result import SemFit
from helpers.sem.model.auxiliaries import own_rows
from helpers.sem.resampling.batch import Batch
from helpers.sem.resampling.batch_search import search
from helpers.sem.resampling.intervals import KINDS, acceleration, intervals
from helpers.sem.resampling.jackknife import left_out
from helpers.sem.resampling.resample import BLOCK, Material, batch, material
from helpers.syntax import Table

REASONS = ("singular", "not_converged", "not_positive_definite")
# Failed draws are not random ones: above this share the others no longer stand for all.
TOLERATED = 0.01
NOT_NEGATIVE = -1e-8  # rounding of an eigenvalue


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Bootstrap draws of a fit and what they say.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs label group est se ci.lower ci.upper bias`` of every row and every ``:=``: se is the standard
        deviation of the draws (divisor one less than their number), bias their mean less the estimate. Fixed
        rows have se 0.
    draws : DataFrame, shape (draws, free rows and ``:=``)
        NaN where a draw failed.
    failed : Series
        Draws that gave no estimate, by reason: ``singular not_converged not_positive_definite``.
    improper : int
        Draws with a negative variance or a covariance matrix that is not positive definite; they are kept.
    undefined : Series
        Draws in which a ``:=`` has no value although the model was fitted, by name.
    indices : ndarray of int, shape (draws, units), or None
        Who was drawn: positions among the respondents used, group after group; of a fit with clusters, positions
        among the clusters, group after group in the order in which they appear.
    checks : tuple of Check
        Whether failed draws put the intervals in doubt; ``gates`` shows them.
    values : ndarray, shape (draws, r)
        Every row of the parameter table in every draw.
    ci : str
        Kind of the intervals.
    conf_level : float
    """

    parameters: pd.DataFrame
    draws: pd.DataFrame
    failed: pd.Series
    improper: int
    undefined: pd.Series
    indices: np.ndarray | None
    checks: tuple[Check, ...]
    values: np.ndarray
    ci: str
    conf_level: float

    @property
    def est(self) -> np.ndarray:
        """Estimates that the draws vary around, shape (r + definitions,)."""
        return self.parameters["est"].to_numpy()

    @property
    def gates(self) -> pd.DataFrame:
        """Gates in English: ``gate severity passed found criterion source advice``."""
        return gates_table(self.checks)

    def __repr__(self) -> str:
        return (f"Bootstrap: {len(self.draws)} draws, {int(self.failed.sum())} failed, {self.improper} improper, "
                f"{self.ci} intervals at {self.conf_level:g}")


def bootstrap(fit: SemFit, *, draws: int = 5000, seed: int, ci: str = "percentile", conf_level: float | None = None,
              workers: int | None = None, keep_indices: bool = False) -> Bootstrap:
    r"""Draw respondents with replacement and fit the model to every draw.

    Parameters
    ----------
    fit : SemFit
        From data, by maximum likelihood. Respondents are drawn within their group; clusters of a fit with ``cluster``
        are drawn whole, within their group unless one reaches over several.
    draws : int, default 5000
    seed : int
        The same seed gives the same draws, whatever the number of workers; more draws extend fewer by whole blocks.
    ci : {"percentile", "bc", "bca"}
        "bca" fits the model without each respondent (cluster) besides.
    conf_level : float, optional
        None: that of the fit.
    workers : int, optional
        Processes. None: this one, because a thousand draws take less time than starting another.
    keep_indices : bool, default False
        Whether to keep who was drawn.

    Returns
    -------
    Bootstrap

    Raises
    ------
    ModelError
        The fit came from a printed matrix, has weights or did not converge, fewer than two draws, an unknown kind of
        interval.

    Notes
    -----
    Each draw is at its own minimum to 1e-5 of a standard error (see ``batch_search``). Draws that fail are counted
    by reason and left out of the intervals, improper solutions are counted and kept, as lavaan does. Quantiles are
    interpolated on the normal scale, as in ``boot::boot.ci``.

    References
    ----------
    Efron & Tibshirani (1993). An Introduction to the Bootstrap. Nevitt & Hancock (2001). Structural Equation
    Modeling, 8, 353-377. Fritz, Taylor & MacKinnon (2012). Multivariate Behavioral Research, 47, 61-87: BC
    intervals of indirect effects reject too often. Efron (1987). JASA, 82, 171-185. Davison & Hinkley
    (1997). Bootstrap Methods and their Application, ch. 3.8, for clusters.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> found = bootstrap(fit("y ~ b*x", simulate("y ~ .5*x", n=200, seed=1)), draws=200, seed=1)
    >>> found.failed.sum(), found.draws.shape
    (np.int64(0), (200, 2))
    """
    level = fit.conf_level if conf_level is None else conf_level
    check_asked(draws, ci, level)
    of = material(fit)
    pieces = list(zip(parallel.portions(draws, size=BLOCK), parallel.streams(seed, math.ceil(draws / BLOCK)),
                      strict=True))
    blocks = parallel.each(partial(_block, of, keep_indices), pieces, workers=1 if workers is None else workers)
    values = np.concatenate([block[0] for block in blocks])
    reasons = np.concatenate([block[1] for block in blocks])
    return _result(fit, values, reasons, improper=sum(block[2] for block in blocks), ci=ci, conf_level=level,
                   without=left_out(fit, workers=workers) if ci == "bca" else None,
                   indices=np.concatenate([block[3] for block in blocks]) if keep_indices else None)


def check_asked(draws: int, ci: str, conf_level: float) -> None:
    """Refuse what makes no interval."""
    if not isinstance(draws, int | np.integer) or draws < 2:
        raise ModelError("sem.bootstrap_draws", found=draws)
    if ci not in KINDS:
        raise ModelError("sem.bootstrap_interval", found=ci, known=list(KINDS))
    if not 0 < conf_level < 1:
        raise ModelError("sem.conf_level", found=conf_level)


def refitted(of: Material, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, Batch, int]:
    """Fit the model to every draw.

    Parameters
    ----------
    of : Material
    counts : ndarray, shape (draws, N)

    Returns
    -------
    values : ndarray, shape (draws, r)
        Rows of the parameter table in original units, without those of auxiliaries, NaN where a draw failed.
    reasons : ndarray of str, shape (draws,)
    samples : Batch
    improper : int
        Solutions with a covariance matrix of etas or of residuals that is not positive semidefinite.
    """
    samples = batch(of, counts)
    found = search(of.start, samples)
    values = found.values * of.start.scaled.rows
    improper = _improper(samples, values)
    return values[:, own_rows(of.start.scaled.structure)], found.reasons, samples, improper


def functions(table: Table, values: np.ndarray) -> np.ndarray:
    """Compute the ``:=`` lines in every draw, shape (draws, definitions); NaN where one has no value."""
    first: dict[str, int] = {}
    for at, row in enumerate(table.rows):
        if row.label:
            first.setdefault(row.label, at)
    known = {name: values[:, at] for name, at in first.items()}
    for each in table.definitions:
        known[each.name] = each.expression.many(known, len(values))
    return np.column_stack([known[each.name] for each in table.definitions]) if table.definitions else (
        np.empty((len(values), 0)))


def failures(reasons: np.ndarray) -> pd.Series:
    """Count failed draws by reason."""
    return pd.Series({reason: int((reasons == reason).sum()) for reason in REASONS}, name="draws")


def draws_check(failed: pd.Series, draws: int, *, improper: int) -> Check:
    """Make the gate that says how many draws failed."""
    lost = int(failed.sum())
    return Check("bootstrap_draws", "caution", lost <= TOLERATED * draws,
                 {"draws": draws, "failed": lost, "singular": int(failed["singular"]),
                  "unconverged": int(failed["not_converged"]), "outside": int(failed["not_positive_definite"]),
                  "improper": improper, "tolerated": TOLERATED})


def _block(of: Material, keep: bool, piece: tuple[range, np.random.Generator]) -> tuple:
    portion, random = piece
    counts, places = of.draw(len(portion), random, keep=keep)
    values, reasons, _, improper = refitted(of, counts)
    return values, reasons, improper, places


def _improper(samples: Batch, values: np.ndarray) -> int:
    """Count solutions with a covariance matrix of etas or of residuals that is not positive semidefinite."""
    held = values[np.isfinite(values).all(axis=1)]
    wrong = np.zeros(len(held), dtype=bool)
    for group in range(samples.shares.shape[1]):
        filled = samples.matrices(group, held)
        p = len(samples.structure.table.model.observed)  # with auxiliaries, theirs are no residuals
        theta = filled.theta.min(axis=1) if filled.theta.ndim == 2 else _smallest(filled.theta[:, :p, :p])
        wrong |= (theta < NOT_NEGATIVE) | (_smallest(filled.psi) < NOT_NEGATIVE)
    return int(wrong.sum())


def _smallest(stack: np.ndarray) -> np.ndarray:
    """Smallest eigenvalue of each matrix, relative to its largest."""
    if not stack.size:
        return np.zeros(len(stack))
    roots = np.linalg.eigvalsh(stack)
    return roots[:, 0] / np.maximum(np.abs(roots).max(axis=1), 1e-300)


def _result(fit: SemFit, values: np.ndarray, reasons: np.ndarray, *, improper: int, ci: str, conf_level: float,
            without: tuple[np.ndarray, list[int]] | None, indices: np.ndarray | None) -> Bootstrap:
    table = fit.structure.table
    free = np.flatnonzero(fit.structure.k.any(axis=1))
    moving = np.concatenate([free, len(table.rows) + np.arange(len(table.definitions))]).astype(int)
    defined = functions(table, values)
    drawn_values = np.hstack([values[:, free], defined])
    parameters = fit.parameters[["lhs", "op", "rhs", "label", "group", "est"]].copy()
    est = parameters["est"].to_numpy()
    se, bias, lower, upper = np.zeros(len(est)), np.zeros(len(est)), est.copy(), est.copy()
    a = None if without is None else acceleration(
        np.hstack([without[0][:, free], functions(table, without[0])]), without[1])
    lower[moving], upper[moving] = intervals(drawn_values, est[moving], kind=ci, conf_level=conf_level, acceleration=a)
    held = np.ma.masked_invalid(drawn_values)
    se[moving] = held.std(axis=0, ddof=1).filled(np.nan)
    bias[moving] = held.mean(axis=0).filled(np.nan) - est[moving]
    failed = failures(reasons)
    names = [each.name for each in table.definitions]
    lost = np.isnan(defined).sum(axis=0) - int(failed.sum())
    return Bootstrap(
        parameters.assign(**{"se": se, "ci.lower": lower, "ci.upper": upper, "bias": bias}),
        pd.DataFrame(drawn_values, columns=[*fit.vcov.columns, *names]), failed, improper,
        pd.Series(lost, index=names, name="draws", dtype=int), indices,
        (draws_check(failed, len(values), improper=improper),), values, ci, conf_level)
