r"""Where a respondent stands on each construct, when the answers are categories of ordinal items.

What is known of a response behind an item is the interval between two thresholds that it lies in. The score is the
mode of the posterior of the constructs (empirical Bayes modal): given the continuous variables the constructs are
normal, and of each ordinal item the probability of its interval multiplies in, where it is independent of the others
given the constructs:

.. math:: \hat\eta = \arg\max_\eta\; \phi(\eta \mid x)\,
          \prod_i \Bigl[\Phi\Bigl(\frac{\tau_{i,c_i+1} - \mu_{i \mid \eta,x}}{\sigma_i}\Bigr)
          - \Phi\Bigl(\frac{\tau_{i,c_i} - \mu_{i \mid \eta,x}}{\sigma_i}\Bigr)\Bigr]

A missing answer is a factor of 1. Two or three items that covary beyond the constructs have the probability of a
rectangle: with their residual covariances :math:`uI + LL'` (of standardized residuals; u the smallest root) it is a
product again once the variables behind L are known, and is averaged over these.

References
----------
Bock & Aitkin (1981). Psychometrika, 46, 443-459. Skrondal & Rabe-Hesketh (2004). Generalized Latent Variable Modeling,
ch. 7: empirical Bayes modal prediction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, ModelError, Problem
from helpers.moments import numbers
from helpers.sem.checking.joint_moments import Joint, joint_moments
from helpers.sem.checking.posterior_mode import Shared, posterior_modes
from helpers.sem.fitting.result import SemFit

# Shares of the variances at which a covariance or a variance counts as rounding.
NONE = 1e-9
# What each of two or three items that covary has to keep for itself, so that quadrature is exact to five digits.
OWN = {2: 0.15, 3: 0.25}


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """What some respondents' answers say.

    Attributes
    ----------
    scores : ndarray, shape (n, l)
    error : ndarray, shape (n, l)
        Variance of each construct around its score, from the curvature at the mode.
    """

    scores: np.ndarray
    error: np.ndarray


def ranked_answers(data: pd.DataFrame, observed: tuple[str, ...], categories: Mapping[str, np.ndarray], *,
                   beside: tuple[str, ...] = ()) -> np.ndarray:
    """Read answers, shape (n, p): of ordinal items the rank of the category, NaN where one is missing.

    Parameters
    ----------
    data : DataFrame
    observed : tuple of str
    categories : mapping of str to ndarray
        Answers that ordinal items know, ascending.
    beside : tuple of str
        Columns that have to be there too.

    Raises
    ------
    DataError
        What ``numbers`` refuses; ``sem.scores_category``: answers that no respondent of the fit gave.
    """
    rest = [name for name in observed if name not in categories]
    values = np.full((len(data), len(observed)), np.nan)
    values[:, [observed.index(name) for name in rest]] = numbers(data, rest, beside=(*categories, *beside))
    problems = []
    for name, known in categories.items():
        codes, unknown = _codes(data[name], known)
        values[:, observed.index(name)] = np.where(codes < 0, np.nan, codes)
        if unknown:
            problems.append(Problem("sem.scores_category", {"item": name, "found": unknown,
                                                            "known": [str(value) for value in known]}))
    if problems:
        raise DataError.of(problems)
    return values


def _codes(column: pd.Series, known: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Rank of each answer, -1 where it is missing, and answers that are unknown."""
    answered = column.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(column):
        column = pd.Series(column.to_numpy(dtype=float, na_value=np.nan))
    codes = pd.Index(known).get_indexer(pd.Index(column.astype(object)))
    strange = answered & (codes < 0)
    return np.where(answered, codes, -1), sorted({str(value) for value in column.to_numpy(dtype=object)[strange]})


def place(fit: SemFit, number: int, values: np.ndarray) -> Placed:
    """Find the scores of respondents of one group.

    Parameters
    ----------
    fit : SemFit
        Of ordinal items.
    number : int
        Group, counted from 0.
    values : ndarray, shape (n, p)
        As ``ranked_answers`` gives them; every row has an answer.

    Raises
    ------
    ModelError
        ``sem.scores_dependent``: more than three ordinal items that covary given the constructs, or nearly repeat
        each other; ``sem.scores_no_error``: items without a residual variance.
    """
    moments = joint_moments(fit, number)
    ordinal = np.isin(np.array(fit.observed, dtype=object), fit.structure.table.ordered)
    cuts = _cuts(fit, number)
    seen, of_row = np.unique(np.nan_to_num(values, nan=-1e300), axis=0, return_inverse=True)
    seen = np.where(seen == -1e300, np.nan, seen)
    found = Placed(*np.full((2, len(seen), len(fit.latents)), np.nan))
    there = ~np.isnan(seen[:, ~ordinal])
    patterns, of = np.unique(there, axis=0, return_inverse=True)
    for at, pattern in enumerate(patterns):
        rows = np.flatnonzero(of.ravel() == at)
        observed = np.flatnonzero(~ordinal)[pattern]
        part = _given(fit, moments, cuts, seen[rows], np.flatnonzero(ordinal), observed)
        found.scores[rows], found.error[rows] = part.scores, part.error
    of_row = of_row.ravel()
    return Placed(found.scores[of_row], found.error[of_row])


def _cuts(fit: SemFit, number: int) -> list[np.ndarray]:
    """List the ends of the intervals of every ordinal item, in the unit of its response."""
    structure, responses = fit.structure, fit.engine.problem.responses
    values = fit.parameters["est"].to_numpy()[: len(structure.table.rows)][structure.part(number)]
    return [np.concatenate([[-np.inf], values[responses.threshold[responses.owner == item]], [np.inf]])
            for item in responses.items]


def _given(fit: SemFit, moments: Joint, cuts: list[np.ndarray], values: np.ndarray, items: np.ndarray,
           observed: np.ndarray) -> Placed:
    """Scores of respondents who answered the same continuous variables."""
    latents = len(moments.construct_mean)
    between = moments.between[:, observed], moments.cov[np.ix_(items, observed)]
    pull = np.vstack(between) @ np.linalg.pinv(moments.cov[np.ix_(observed, observed)], hermitian=True)
    whole = np.block([[moments.construct_cov, moments.between[:, items]],
                      [moments.between[:, items].T, moments.cov[np.ix_(items, items)]]])
    left = whole - pull @ np.vstack(between).T
    moved = (values[:, observed] - moments.mean[observed]) @ pull.T
    root = _root(left[:latents, :latents], np.diag(moments.construct_cov))
    loadings = left[latents:, :latents] @ np.linalg.pinv(root).T
    sd, shared = _apart(fit, left[latents:, latents:] - loadings @ loadings.T, items, np.diag(moments.cov)[items])
    centre = moments.mean[items] + moved[:, latents:]
    lower, upper = _intervals(values[:, items], cuts)
    modes = posterior_modes(loadings / sd[:, None], (lower - centre) / sd, (upper - centre) / sd, shared)
    spread = np.einsum("lr,nrs,ls->nl", root, modes.spread, root, optimize=True)
    return Placed(moments.construct_mean + moved[:, :latents] + modes.where @ root.T, spread)


def _root(cov: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Take a root R, RR' = cov, without the directions in which nothing varies, shape (l, r)."""
    sd = np.sqrt(variances)
    size, turned = np.linalg.eigh(cov / np.outer(sd, sd))
    kept = size > NONE
    return sd[:, None] * turned[:, kept] * np.sqrt(size[kept])


def _apart(fit: SemFit, residual: np.ndarray, items: np.ndarray,
           total: np.ndarray) -> tuple[np.ndarray, list[Shared]]:
    """Find the standard deviations of what responses do not share, shape (o,), and what some of them do."""
    from scipy.sparse.csgraph import connected_components

    names = [fit.observed[item] for item in items]
    variances = np.diag(residual)
    if bad := [name for name, variance, whole in zip(names, variances, total, strict=True)
               if not variance > NONE * whole]:
        raise ModelError("sem.scores_no_error", items=bad)
    sd, shared = np.sqrt(variances), []
    cor = residual / np.outer(sd, sd)
    together = np.abs(cor) > NONE
    count, of = connected_components(together, directed=False)
    for at in (np.flatnonzero(of == part) for part in range(count)):
        if len(at) == 1:
            continue
        size, turned = np.linalg.eigh(cor[np.ix_(at, at)])
        if size[0] < OWN.get(len(at), np.inf):
            pairs = [f"{names[at[b]]} ~~ {names[at[a]]}" for a, b in np.argwhere(np.triu(together[np.ix_(at, at)], 1))]
            raise ModelError("sem.scores_dependent", pairs=pairs)
        slopes = turned[:, 1:] * np.sqrt(size[1:] - size[0])
        kept = size[1:] - size[0] > NONE
        sd[at] *= np.sqrt(size[0])
        shared.append(Shared.of(at, slopes[:, kept] / np.sqrt(size[0])))
    return sd, shared


def _intervals(codes: np.ndarray, cuts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Find the ends of the intervals that responses lie in, shapes (n, o); infinite where there is no answer."""
    lower, upper = np.full(codes.shape, -np.inf), np.full(codes.shape, np.inf)
    for at, ends in enumerate(cuts):
        here = ~np.isnan(codes[:, at])
        rank = codes[here, at].astype(int)
        lower[here, at], upper[here, at] = ends[rank], ends[rank + 1]
    return lower, upper
