r"""How do many samples pull at the parameters of one model: the gradient of maximum likelihood, all samples at once.

With :math:`C = A\Psi A'` and :math:`M = \Sigma^{-1} - \Sigma^{-1} S \Sigma^{-1}` every element of the gradient is an
entry of :math:`M`, :math:`M\Lambda C`, :math:`A'\Lambda'M\Lambda A` or :math:`A'\Lambda'M\Lambda C`. Where residuals
are uncorrelated, :math:`\Sigma^{-1}\Lambda = W(I + C\Lambda'W)^{-1}` with :math:`W = \Theta^{-1}\Lambda`: matrices of
the size of the constructs are inverted instead of matrices of the size of the items.

References
----------
Bollen (1989), appendix 4B. Lawley & Maxwell (1971). Factor Analysis as a Statistical Method, ch. 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.parallel import portions
from helpers.sem.model.implied import ALPHA, BETA, LAMBDA, NU, PSI, THETA, Layout
from helpers.sem.model.specify import Structure
from helpers.sem.model.standardize import powers

# Numbers in the covariance matrices that are worked on together: they should stay near the processor.
TOGETHER = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples of the same design, one model.

    Attributes
    ----------
    structure : Structure
        On scaled items.
    covs : list of ndarray, shape (draws, p, p)
        Per group, divisor n.
    means : list of ndarray, shape (draws, p)
    shares : ndarray, shape (draws, groups)
        n_g / N.
    """

    structure: Structure
    covs: list[np.ndarray]
    means: list[np.ndarray]
    shares: np.ndarray

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.covs[0])

    def take(self, at: np.ndarray) -> Batch:
        """Keep some of the samples."""
        return Batch(self.structure, [cov[at] for cov in self.covs], [mean[at] for mean in self.means],
                     self.shares[at])

    def constants(self) -> np.ndarray:
        """Give c of ``values = K x + c``, shape (draws, r): moments of a fixed x are each sample's own."""
        c = np.tile(self.structure.c, (len(self), 1))
        observed = {name: at for at, name in enumerate(self.structure.layout.observed)}
        for at, row in enumerate(self.structure.table.rows):
            if row.exogenous:
                one, group = observed[row.lhs], row.group - 1
                c[:, at] = self.means[group][:, one] if row.op == "~1" else (
                    self.covs[group][:, one, observed[row.rhs]])
        return c

    def matrices(self, group: int, values: np.ndarray) -> Matrices:
        """Fill the matrices of a group, counted from 0, from all rows of the table, shape (draws, r)."""
        return matrices(self.structure.layout, values[:, self.structure.part(group)])

    def slopes(self, values: np.ndarray) -> np.ndarray:
        """Differentiate F of each sample with respect to the rows of the table.

        Parameters
        ----------
        values : ndarray, shape (draws, r)

        Returns
        -------
        ndarray, shape (draws, r)
        """
        structure, found = self.structure, np.zeros_like(values)
        for group, share in enumerate(self.shares.T[:, :, None]):
            part, cov = structure.part(group), self.covs[group]
            mean = self.means[group] if structure.table.means else None
            for rows in portions(len(values), size=max(1, TOGETHER // cov[0].size)):
                here = slice(rows.start, rows.stop)
                found[here, part] = share[here] * _slopes(structure.layout, values[here, part], cov[here],
                                                          None if mean is None else mean[here])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """The model's matrices in every draw.

    Attributes
    ----------
    loadings : ndarray, shape (draws, p, m)
    psi, total, eta : ndarray, shape (draws, m, m)
        Residual covariances of the etas, A = (I - B)^-1, and their covariances.
    theta : ndarray, shape (draws, p, p), or (draws, p) where residuals are uncorrelated
    nu, alpha, eta_mean : ndarray, shapes (draws, p), (draws, m), (draws, m)
    """

    loadings: np.ndarray
    psi: np.ndarray
    total: np.ndarray
    eta: np.ndarray
    theta: np.ndarray
    nu: np.ndarray
    alpha: np.ndarray
    eta_mean: np.ndarray

    @property
    def sigma(self) -> np.ndarray:
        """Implied covariances, shape (draws, p, p)."""
        sigma = self.loadings @ self.eta @ self.loadings.mT
        if self.theta.ndim == 3:
            return sigma + self.theta
        at = np.arange(self.theta.shape[1])
        sigma[:, at, at] += self.theta
        return sigma

    @property
    def mu(self) -> np.ndarray:
        """Implied means, shape (draws, p)."""
        return self.nu + (self.loadings @ self.eta_mean[:, :, None])[:, :, 0]


def matrices(layout: Layout, values: np.ndarray) -> Matrices:
    """Fill the matrices of one group from its parameters, shape (draws, k)."""
    draws, p, m = len(values), len(layout.observed), len(layout.etas)
    loadings = np.tile(layout.loadings, (draws, 1, 1))
    psi, paths = np.zeros((draws, m, m)), np.zeros((draws, m, m))
    nu, alpha = np.zeros((draws, p)), np.zeros((draws, m))
    here, row, column = layout.here, layout.row, layout.column
    loadings[:, row[here[LAMBDA]], column[here[LAMBDA]]] = values[:, here[LAMBDA]]
    paths[:, row[here[BETA]], column[here[BETA]]] = values[:, here[BETA]]
    for one, other in ((row, column), (column, row)):
        psi[:, one[here[PSI]], other[here[PSI]]] = values[:, here[PSI]]
    nu[:, row[here[NU]]] = values[:, here[NU]]
    alpha[:, row[here[ALPHA]]] = values[:, here[ALPHA]]
    if uncorrelated(layout):
        theta = np.zeros((draws, p))
        theta[:, row[here[THETA]]] = values[:, here[THETA]]
    else:
        theta = np.zeros((draws, p, p))
        for one, other in ((row, column), (column, row)):
            theta[:, one[here[THETA]], other[here[THETA]]] = values[:, here[THETA]]
    if len(here[BETA]):
        total = inverse(np.eye(m) - paths)
        eta = total @ psi @ total.mT
        eta_mean = (total @ alpha[:, :, None])[:, :, 0]
    else:
        total, eta, eta_mean = np.broadcast_to(np.eye(m), psi.shape), psi, alpha
    return Matrices(loadings, psi, total, eta, theta, nu, alpha, eta_mean)


def standardized(structure: Structure, values: np.ndarray) -> np.ndarray:
    """Standardize every row in every draw (std.all), shape (draws, r); NaN where a variance needed is not positive."""
    found = np.empty_like(values)
    layout, held = structure.layout, np.isfinite(values).all(axis=1)
    for group in range(structure.table.groups):
        part = structure.part(group)
        filled = matrices(layout, np.where(held[:, None], values[:, part], 0.0))
        theta = filled.theta if filled.theta.ndim == 2 else np.einsum("dii->di", filled.theta)
        variances = np.hstack([np.einsum("dii->di", each) for each in (filled.sigma, filled.eta)]
                              + [theta, np.einsum("dii->di", filled.psi)])
        power = powers(layout, variances.shape[1], everything=True)
        unknown = ~(variances > 0)
        logs = np.log(np.where(unknown, 1.0, variances))
        wrong = (unknown.astype(float) @ (power != 0).T.astype(float)) > 0
        found[:, part] = np.where(wrong, np.nan, values[:, part] * np.exp(logs @ power.T))
    return found


def uncorrelated(layout: Layout) -> bool:
    """Whether every item has a residual of its own and residuals are uncorrelated."""
    theta = layout.matrix == THETA
    return bool((layout.row[theta] == layout.column[theta]).all()) and theta.sum() == len(layout.observed)


def inverse(stack: np.ndarray) -> np.ndarray:
    """Invert matrices, shape (draws, m, m); NaN where one is singular."""
    try:
        return np.linalg.inv(stack)
    except np.linalg.LinAlgError:
        found = np.full_like(stack, np.nan)
        for at, each in enumerate(stack):
            if np.isfinite(each).all() and np.linalg.matrix_rank(each) == len(each):
                found[at] = np.linalg.inv(each)
        return found


def _slopes(layout: Layout, values: np.ndarray, cov: np.ndarray, mean: np.ndarray | None) -> np.ndarray:
    """Differentiate one group's F with respect to its k parameters, shape (draws, k)."""
    filled = matrices(layout, values)
    away = None
    if mean is not None:
        away = mean - filled.mu
        cov = cov + away[:, :, None] * away[:, None, :]
    pull_of = _factored if filled.theta.ndim == 2 else _dense
    middle, theta, pull = pull_of(layout, filled, cov, away)  # M Lambda; entries of M; Sigma^-1 away
    inner = filled.total.mT @ (filled.loadings.mT @ middle)
    row, column, kind = layout.row, layout.column, layout.matrix
    found = np.zeros_like(values)
    found[:, kind == THETA] = theta
    for which, block in ((LAMBDA, middle @ filled.eta), (PSI, inner @ filled.total), (BETA, inner @ filled.eta)):
        at = np.flatnonzero(kind == which)
        found[:, at] = block[:, row[at], column[at]]
    found *= 2 * np.where(kind >= NU, 1.0, layout.weight)
    if pull is not None:
        inside = (filled.total.mT @ (filled.loadings.mT @ pull[:, :, None]))[:, :, 0]
        for which, block in ((LAMBDA, pull), (NU, pull), (BETA, inside), (ALPHA, inside)):
            at = np.flatnonzero(kind == which)
            factor = filled.eta_mean[:, column[at]] if which in (LAMBDA, BETA) else 1.0
            found[:, at] -= 2 * block[:, row[at]] * factor
    return found


def _factored(layout: Layout, filled: Matrices, cov: np.ndarray, away: np.ndarray | None) -> tuple:
    theta = filled.theta[:, :, None]
    w = filled.loadings / theta
    m = len(layout.etas)
    h = inverse(np.eye(m) + filled.eta @ (filled.loadings.mT @ w))
    q = w @ h  # Sigma^-1 Lambda
    d = q @ filled.eta
    s = cov @ q
    v = s / theta - d @ (w.mT @ s)  # Sigma^-1 S Sigma^-1 Lambda
    at = layout.row[layout.matrix == THETA]
    own = np.einsum("dii->di", cov)
    # diagonals of Sigma^-1 and of Sigma^-1 S Sigma^-1
    diagonal = (1 - own / filled.theta + ((s @ filled.eta) * w).sum(2)) / filled.theta
    diagonal += ((v @ filled.eta - d) * w).sum(2)
    pull = None if away is None else away / filled.theta - (d @ (w.mT @ away[:, :, None]))[:, :, 0]
    return q - v, diagonal[:, at], pull


def _dense(layout: Layout, filled: Matrices, cov: np.ndarray, away: np.ndarray | None) -> tuple:
    inverted = inverse(filled.sigma)
    m = inverted - inverted @ cov @ inverted
    at = np.flatnonzero(layout.matrix == THETA)
    pull = None if away is None else (inverted @ away[:, :, None])[:, :, 0]
    return m @ filled.loadings, m[:, layout.row[at], layout.column[at]], pull
