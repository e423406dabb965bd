"""The correlations of one study, and how exactly they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from helpers.errors import DataError

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """The correlations that one study contributes.

    Attributes
    ----------
    study : str
    matrix : DataFrame, shape (p, p)
        Rows and columns are named alike.
    n : float
        Respondents behind it.
    acov : ndarray, shape (p(p-1)/2, p(p-1)/2), or None
        Sampling covariances of the correlations in the order of `pairs`; None: those of observed normal variables.
    source : {"latent", "printed"}
        Correlations of latent constructs, free of measurement error as far as the measurement model holds; or as given.
    """

    study: str
    matrix: pd.DataFrame
    n: float
    acov: np.ndarray | None = None
    source: str = "printed"

    @property
    def names(self) -> tuple[str, ...]:
        """Variables of the matrix."""
        return tuple(map(str, self.matrix.columns))

    @property
    def pairs(self) -> list[Pair]:
        """Pairs of variables, in the order of ``combinations``."""
        return list(combinations(self.names, 2))

    @property
    def values(self) -> np.ndarray:
        """Correlations in the order of `pairs`."""
        return below(self.matrix.to_numpy(float))


def below(matrix: np.ndarray) -> np.ndarray:
    """Take the correlations of a matrix in the order of ``combinations`` of its variables."""
    return matrix[np.triu_indices(len(matrix), 1)]


def square(values: np.ndarray, size: int) -> np.ndarray:
    """Write correlations, in the order of ``combinations``, as a matrix.

    Examples
    --------
    >>> square(np.array([0.5]), 2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    matrix = np.eye(size)
    rows, columns = np.triu_indices(size, 1)
    matrix[rows, columns] = matrix[columns, rows] = values
    return matrix


def normal_acov(matrix: np.ndarray, n: float) -> np.ndarray:
    r"""Give the sampling covariances of the correlations of normal variables.

    Parameters
    ----------
    matrix : ndarray, shape (p, p)
    n : float

    Notes
    -----
    .. math:: n \operatorname{cov}(r_{ij}, r_{kl}) = \tfrac12 r_{ij} r_{kl} (r_{ik}^2 + r_{il}^2 + r_{jk}^2 + r_{jl}^2)
              + r_{ik} r_{jl} + r_{il} r_{jk} - r_{ij} (r_{ik} r_{il} + r_{jk} r_{jl}) - r_{kl} (r_{ik} r_{jk} + r_{il}
              r_{jl})

    References
    ----------
    Olkin & Siotani (1976). Asymptotic distribution of functions of a correlation matrix. In Essays in Probability and
    Statistics, 235-251.

    Examples
    --------
    >>> normal_acov(np.array([[1, 0.5], [0.5, 1]]), 100).round(6).tolist()
    [[0.005625]]
    """
    i, j = np.triu_indices(len(matrix), 1)
    r = matrix[i, j]
    ik, il, jk, jl = (matrix[np.ix_(one, two)] for one, two in ((i, i), (i, j), (j, i), (j, j)))
    squares = ik**2 + il**2 + jk**2 + jl**2
    return (np.outer(r, r) * squares / 2 + ik * jl + il * jk
            - r[:, None] * (ik * il + jk * jl) - r[None, :] * (ik * jk + il * jl)) / n


def checked(given: Sequence[Correlations]) -> list[Correlations]:
    """Refuse what cannot be pooled, all of it together.

    Raises
    ------
    DataError
        Fewer than two studies, a study twice, names that differ between rows and columns, a value that is no
        correlation, a matrix that is not positive definite, or an n that is too small.
    """
    if len(given) < 2:
        raise DataError("replication.masem_one", k=len(given))
    names = [each.study for each in given]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError("replication.masem_twice", studies=twice)
    for each in given:
        matrix = each.matrix.to_numpy(float)
        if list(map(str, each.matrix.index)) != list(each.names) or len(each.names) < 2:
            raise DataError("replication.masem_names", study=each.study)
        if not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > 1e-6 \
                or np.abs(np.diag(matrix) - 1).max() > 1e-6 or np.abs(below(matrix)).max() >= 1:
            raise DataError("replication.masem_values", study=each.study)
        if (least := float(np.linalg.eigvalsh(matrix)[0])) <= 0:
            raise DataError("replication.masem_indefinite", study=each.study, value=least)
        if not each.n > len(each.names):
            raise DataError("replication.masem_n", study=each.study, n=each.n, variables=len(each.names))
    return list(given)
