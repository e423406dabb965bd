r"""How do the fit indices of a model vary over samples from a known population? Covariance matrices drawn directly.

Normal answers enter maximum likelihood only through their covariance matrix, which is drawn as a Wishart matrix by
Bartlett's decomposition: with :math:`\Sigma = LL'` and lower triangular T of standard normal entries and
:math:`\sqrt{\chi^2_{n-i}}` on the diagonal, :math:`S = LTT'L'/n`. All samples are fitted together, from the minimum
that the model has in the population.

References
----------
Bartlett (1933). Proceedings of the Royal Society of Edinburgh, 53, 260-283. Anderson (2003). An Introduction to
Multivariate Statistical Analysis, ch. 7.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import ModelError
from helpers.moments import Sample
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.start import nearby, starts
from helpers.sem.model.scaling import scale
from helpers.sem.model.specify import specify
from helpers.sem.resampling.batch import Batch
from helpers.sem.resampling.batch_search import known, search

# Standard errors by which a parameter may miss its minimum: chi-square is then off by less than a thousandth.
NEAR_ENOUGH = 0.02
INDICES = ("chisq", "cfi", "rmsea", "srmr")


def sampled_fit(model: str, populations: Sequence[np.ndarray], *, names: Sequence[str], n: int,
                replications: int = 500, seed: int) -> list[pd.DataFrame]:
    r"""Fit one model by maximum likelihood to samples from each of several populations.

    Parameters
    ----------
    model : str
        Constructs with uncorrelated residuals, one group, no means.
    populations : sequence of ndarray, shape (p, p)
        Covariances in the order of ``names``. The same random numbers serve each of them, so that differences between
        populations are not blurred by chance.
    names : sequence of str
    n : int
        Respondents of each sample; more than variables.
    replications : int, default 500
    seed : int

    Returns
    -------
    list of DataFrame, one per population, a row per sample
        ``chisq cfi rmsea srmr``; NaN where the search failed.

    Raises
    ------
    ModelError
        The model has no minimum in a population, or is not identified.

    Notes
    -----
    .. math:: \chi^2 = nF, \quad RMSEA = \sqrt{\max(\chi^2 - df, 0) / (n\,df)}, \quad
              CFI = 1 - \frac{\max(\chi^2 - df, 0)}{\max(\chi^2 - df, \chi^2_0 - df_0, 0)}

    Examples
    --------
    >>> population = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> found = sampled_fit("f =~ a + b + c + d", [population], names="abcd", n=200, seed=1)[0]
    >>> bool(abs(found["chisq"].mean() - 2) < 0.3)
    True
    """
    drawn = _triangles(len(names), n, replications, seed)
    table = syntax.complete(syntax.parse(model), std_lv=True, meanstructure=False)
    found, begin = [], None
    for population in populations:
        frame, begin = _one(table, population, tuple(names), n, drawn, begin)
        found.append(frame)
    return found


def _triangles(p: int, n: int, replications: int, seed: int) -> np.ndarray:
    """Draw T of each sample, shape (replications, p, p)."""
    random = np.random.default_rng(seed)
    drawn = np.tril(random.normal(size=(replications, p, p)), -1)
    at = np.arange(p)
    drawn[:, at, at] = np.sqrt(random.chisquare(n - 1 - at, size=(replications, p)))
    return drawn


def _one(table: syntax.Table, population: np.ndarray, names: tuple[str, ...], n: int, drawn: np.ndarray,
         begin: np.ndarray | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Fit the samples from one population; also return the parameters that the model has in it."""
    sample = Sample(names, n, population, None).subset(table.observed)
    structure = specify(table, [sample])
    scaled = scale(structure, [sample])
    problem = NormalTheory.of(scaled.structure, scaled.samples)
    optimum = nearby(problem, scaled, begin) or problem.minimise(starts(scaled))
    if not optimum.converged:
        raise ModelError("sem.released_not_converged")
    turned = np.linalg.cholesky(scaled.samples[0].cov) @ drawn
    covs = turned @ turned.mT / n
    batch = Batch(scaled.structure, [covs], [np.zeros(covs.shape[:2])], np.ones((len(covs), 1)))
    found = search(known(scaled, optimum.point.x), batch, near=NEAR_ENOUGH)
    values = structure.k @ (optimum.point.x * scaled.basic) + structure.c
    return _indices(batch, found.values, n, df=len(names) * (len(names) + 1) // 2 - structure.k.shape[1]), values


def _indices(batch: Batch, values: np.ndarray, n: int, *, df: int) -> pd.DataFrame:
    """Compute the indices of each sample; with uncorrelated residuals only matrices of the size of the constructs."""
    cov = batch.covs[0]
    p = cov.shape[1]
    own = np.einsum("dii->di", cov)
    logdet = np.linalg.slogdet(cov)[1]
    held = np.isfinite(values).all(axis=1)
    filled = batch.matrices(0, np.where(held[:, None], values, 1.0))
    weighted = filled.loadings / filled.theta[:, :, None]
    inner = np.eye(filled.eta.shape[1]) + filled.eta @ (filled.loadings.mT @ weighted)
    # log|Sigma| = sum log theta + log|I + Phi Lambda' Theta^-1 Lambda|; the trace by Woodbury's identity
    pulled = np.linalg.solve(inner.mT, weighted.mT).mT @ filled.eta
    trace = (own / filled.theta).sum(axis=1) - ((cov @ weighted) * pulled).sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        sigma = np.log(np.abs(filled.theta)).sum(axis=1) + np.linalg.slogdet(inner)[1]
    chisq = n * np.maximum(sigma + trace - logdet - p, 0.0)
    baseline, baseline_df = n * (np.log(own).sum(axis=1) - logdet), p * (p - 1) // 2
    excess = np.maximum(chisq - df, 0.0)
    most = np.maximum(np.maximum(baseline - baseline_df, excess), 1e-300)
    away = (cov - filled.sigma) / np.sqrt(own[:, :, None] * own[:, None, :])
    squares = ((away**2).sum(axis=(1, 2)) + np.einsum("dii->di", away**2).sum(axis=1)) / 2
    shown = pd.DataFrame({"chisq": chisq, "cfi": 1 - excess / most, "rmsea": np.sqrt(excess / (n * df)),
                          "srmr": np.sqrt(squares / (p * (p + 1) / 2))})
    shown[~held] = np.nan
    return shown
