r"""What would fit indices be if nothing were missing? Holes make misfit look smaller; these forms undo it.

The discrepancy is that of complete data, between the implied and the saturated moments, at the full-information
estimates. Its mean under a true model is k / N with

.. math:: k = \operatorname{tr}\bigl[(I-P)' W (I-P) \Gamma\bigr], \qquad P = \Delta(\Delta'A\Delta)^{-1}\Delta'A

W is the information that complete data would hold about the moments, A the one that these data hold, and
:math:`\Gamma = A^{-1}` or, for answers that are not normal, :math:`A^{-1}BA^{-1}`, all at the saturated estimates.
Auxiliary variables have their part in A, B and P, but none in the discrepancy: W is zero where a moment is theirs.

References
----------
Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML and TS estimation with missing data.
Psychological Methods, 28, 263-283.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import inverted
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.inference.free_moments import Free
from helpers.sem.inference.holed_material import HoledMaterial, Saturation
from helpers.sem.inference.indices import robust_incremental, robust_rmsea
from helpers.sem.model.implied import THETA, Implied, Layout, mean_factors


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """What one group's trace is made of; moments of a fixed x are left out.

    Attributes
    ----------
    a, w : ndarray, shape (k, k)
        Of w, rows and columns that belong to auxiliaries are zero.
    root : ndarray, shape (k, k)
        Cholesky root of A.
    b : ndarray, shape (n, k), or None
        Scores; their products are n times B. None: B = A.
    spread : float
        tr(W Gamma).
    n : float
    """

    a: np.ndarray
    w: np.ndarray
    root: np.ndarray
    b: np.ndarray | None
    spread: float
    n: float

    def turned(self, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """D'AD, D'WD, D'BA^-1 WD and D'BD for slopes D of the moments, shape (k, q)."""
        held, complete = slopes.T @ self.a @ slopes, self.w @ slopes
        if self.b is None:
            whole = slopes.T @ complete
            return held, whole, whole, held
        own = self.b @ slopes
        through = own.T @ (self.b @ _solved(self.root, complete)) / self.n
        return held, slopes.T @ complete, through, own.T @ own / self.n


def equivalent_measures(problem: FullInformation, point: Point, material: HoledMaterial, fitted: Likelihood, *,
                        robust: bool) -> dict[str, float]:
    """Robust forms of CFI, TLI and RMSEA under lavaan's names.

    Parameters
    ----------
    problem : FullInformation
    point : Point
        The minimum.
    material : HoledMaterial
    fitted : Likelihood
    robust : bool
        Whether the answers may be other than normal.
    """
    structure, shares = problem.structure, problem.shares
    table = structure.table
    fixed = table.exogenous if table.fixed_x else ()
    p = len(table.model.observed)
    model, groups, distance, base, k0 = [], [], 0.0, 0.0, 0.0
    for group, share in enumerate(shares):
        found, implied = material.saturation(group), point.implied[group]
        inside = np.isin(problem.samples[group].names, table.exogenous)
        kept = ~_moments_of(found.free, np.isin(problem.samples[group].names, fixed))
        own = _group(found, kept, material.saturated_scores(group)[:, kept] if robust else None, p)
        slopes = moment_slopes(found.free, structure.layout, implied)[kept]
        model.append(slopes @ structure.k[structure.part(group)])
        groups.append(own)
        distance += share * _distance(found.free, implied.mu, implied.sigma, p)
        base += share * _distance(found.free, *material.baseline(group, table), p)
        alone = np.eye(len(kept))[:, _uncorrelated(found.free, inside, p)][kept]
        k0 += _trace([own], [alone[:, alone.any(axis=0)]], np.ones(1))
    n, df, baseline_df = fitted.n, fitted.df, fitted.baseline_df
    chisq = n * distance
    factor = _trace(groups, model, shares) / df if df else np.nan
    return {**robust_incremental(chisq, factor, df, n * base, k0 / baseline_df if baseline_df else np.nan, baseline_df),
            **robust_rmsea(chisq, factor, df, n, len(shares))}


def moment_slopes(free: Free, layout: Layout, implied: Implied) -> np.ndarray:
    """Differentiate the moments by the parameters of a group, shape (moments, k)."""
    kind, row, column = free.layout.matrix, free.layout.row, free.layout.column
    one, two = implied.atoms[:, layout.left], implied.atoms[:, layout.right]
    covariance = (kind == THETA)[:, None]
    return np.where(covariance, layout.weight * (one[row] * two[column] + one[column] * two[row]),
                    one[row] * mean_factors(layout, implied))


def _group(found: Saturation, kept: np.ndarray, scores: np.ndarray | None, p: int) -> _Group:
    """Take what is kept of the moments; the first p variables are the model's."""
    from scipy.linalg import solve_triangular

    a = (found.root @ found.root.T)[np.ix_(kept, kept)]
    root = found.root if kept.all() else np.linalg.cholesky(a)
    modelled = _moments_of(found.free, np.arange(len(found.free.mu)) < p)
    inner = Free.at(found.free.mu[:p], found.free.sigma[:p, :p]).complete_information()
    inner = inner[np.ix_(kept[modelled], kept[modelled])]
    at, half = np.flatnonzero(modelled[kept]), np.zeros((len(a), len(inner)))
    half[at] = np.linalg.cholesky(inner)
    w = np.zeros_like(a)
    w[np.ix_(at, at)] = inner
    turned = solve_triangular(root, half, lower=True) if scores is None else half.T @ _solved(root, scores.T)
    spread = float((turned**2).sum()) / (1.0 if scores is None else found.n)
    return _Group(a, w, root, scores, spread, found.n)


def _solved(root: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Divide by the matrix of which ``root`` is the Cholesky root."""
    from scipy.linalg import solve_triangular

    return solve_triangular(root, solve_triangular(root, right, lower=True), lower=True, trans=1)


def _trace(groups: list[_Group], slopes: list[np.ndarray], shares: np.ndarray) -> float:
    parts = [[share * each for each in group.turned(own)]
             for group, own, share in zip(groups, slopes, shares, strict=True)]
    held, complete, through, spread = (sum(each) for each in zip(*parts, strict=True))
    bread = np.linalg.pinv(held, hermitian=True)
    known = bread @ complete
    return sum(group.spread for group in groups) - 2 * float((bread * through.T).sum()) + float(
        (known @ bread * spread.T).sum())


def _moments_of(free: Free, inside: np.ndarray) -> np.ndarray:
    """Whether a moment is one of some variables alone."""
    kind, row, column = free.layout.matrix, free.layout.row, free.layout.column
    return inside[row] & ((kind != THETA) | inside[column])


def _uncorrelated(free: Free, inside: np.ndarray, p: int) -> np.ndarray:
    """Which moments the baseline model leaves free; after the first p, variables go with everything."""
    kind, row, column = free.layout.matrix, free.layout.row, free.layout.column
    return (kind != THETA) | (row == column) | (inside[row] & inside[column]) | (row >= p)


def _distance(free: Free, mean: np.ndarray, cov: np.ndarray, p: int) -> float:
    """Complete-data discrepancy of the saturated moments of the first p variables from others."""
    inverse, logdet = inverted(cov[:p, :p])
    away, sigma = (free.mu - mean)[:p], free.sigma[:p, :p]
    return (logdet - float(np.linalg.slogdet(sigma)[1]) + float((sigma * inverse).sum()) - p
            + float(away @ inverse @ away))
