r"""Would a true model fit as badly as this one? The bootstrap distribution of chi-square where the model holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from helpers import parallel
from helpers.errors import Check, ModelError, gates_table
from helpers.sem.fitting.result import SemFit
from helpers.sem.model.implied import imply
from helpers.sem.resampling.batch_search import discrepancies
from helpers.sem.resampling.bootstrap import draws_check, failures, refitted
from helpers.sem.resampling.resample import BLOCK, Material, material


@dataclass(frozen=True, slots=True, eq=False)
class BollenStine:
    """The test of a model by its own bootstrap distribution.

    Attributes
    ----------
    chisq : float
        Of the fit.
    pvalue : float
        Share of the draws with a larger chi-square.
    draws : Series, length draws
        Chi-square of every draw; NaN where a draw failed.
    failed : Series
        Draws that gave no estimate, by reason.
    checks : tuple of Check
        Whether failed draws put the test in doubt; ``gates`` shows them.
    """

    chisq: float
    pvalue: float
    draws: pd.Series
    failed: pd.Series
    checks: tuple[Check, ...]

    @property
    def gates(self) -> pd.DataFrame:
        """Gates in English: ``gate severity passed found criterion source advice``."""
        return gates_table(self.checks)


def bollen_stine(fit: SemFit, *, draws: int = 2000, seed: int, workers: int | None = None) -> BollenStine:
    r"""Test a model without trusting the normal distribution of the answers.

    Parameters
    ----------
    fit : SemFit
        From complete continuous data, by maximum likelihood.
    draws : int, default 2000
    seed : int
    workers : int, optional
        See ``bootstrap``.

    Returns
    -------
    BollenStine

    Raises
    ------
    ModelError
        The fit came from a printed matrix, has clusters or weights, or did not converge; fewer than two draws.

    Notes
    -----
    The answers of each group are turned so that their moments are those that the model implies, and respondents are
    drawn from these:

    .. math:: Z = (Y - \bar y) S^{-1/2} \hat\Sigma^{1/2} + \hat\mu, \qquad
              p = \frac{\#\{T^* > T\}}{\text{draws}}

    Failed draws count in neither number.

    References
    ----------
    Bollen & Stine (1992). Sociological Methods & Research, 21, 205-229.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> data = simulate("f =~ .8*a + .7*b + .6*c + .7*d", n=200, seed=1)
    >>> bool(bollen_stine(fit("f =~ a + b + c + d", data), draws=300, seed=1).pvalue > 0.05)
    True
    """
    if not isinstance(draws, int | np.integer) or draws < 2:
        raise ModelError("sem.bootstrap_draws", found=draws)
    if fit.engine.method.missing == "fiml":
        raise ModelError("sem.bollen_stine_holes")
    material(fit)  # refuses what cannot be resampled
    if fit.engine.cases.clusters is not None:
        raise ModelError("sem.bollen_stine_clusters")
    of = material(fit, answers=_turned(fit))
    pieces = list(zip(parallel.portions(draws, size=BLOCK), parallel.streams(seed, math.ceil(draws / BLOCK)),
                      strict=True))
    blocks = parallel.each(partial(_block, of), pieces, workers=1 if workers is None else workers)
    found = np.concatenate([block[0] for block in blocks])
    failed = failures(np.concatenate([block[1] for block in blocks]))
    chisq, held = float(fit.measures["chisq"]), found[np.isfinite(found)]
    pvalue = float((held > chisq).mean()) if len(held) else math.nan
    return BollenStine(chisq, pvalue, pd.Series(found, name="chisq"), failed,
                       (draws_check(failed, draws, improper=sum(block[2] for block in blocks)),))


def _turned(fit: SemFit) -> list[np.ndarray]:
    """Answers in which the model holds exactly, per group."""
    structure = fit.structure
    est = fit.parameters["est"].to_numpy()[: len(structure.c)]
    turned = []
    for group, (answers, sample) in enumerate(zip(fit.answers, fit.sample, strict=True)):
        implied = imply(structure.layout, est[structure.part(group)])
        centre = answers.mean(axis=0)
        turned.append((answers - centre) @ _power(sample.cov, -0.5) @ _power(implied.sigma, 0.5)
                      + (implied.mu if structure.table.means else centre))
    return turned


def _power(matrix: np.ndarray, power: float) -> np.ndarray:
    roots, vectors = np.linalg.eigh(matrix)
    return (vectors * roots**power) @ vectors.T


def _block(of: Material, piece: tuple[range, np.random.Generator]) -> tuple[np.ndarray, np.ndarray, int]:
    portion, random = piece
    return chisquares(of, of.draw(len(portion), random)[0])


def chisquares(of: Material, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Fit every draw: chi-squares, shape (draws,), why draws failed, and how many are improper."""
    values, reasons, samples, improper = refitted(of, counts)
    found = discrepancies(samples, values / of.start.scaled.rows) * of.start.n
    return np.where(reasons == "", found, np.nan), reasons, improper
