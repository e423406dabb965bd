"""Moments that somebody else computed: a covariance or correlation matrix from a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.moments.sample import Sample, checked

# Printed matrices are rounded; a larger difference between the triangles is a misprint or the wrong matrix.
ASYMMETRY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A printed matrix with what is known about it.

    Attributes
    ----------
    cov : DataFrame or array, shape (p, p), optional
        Covariances with divisor n - 1, as papers print them.
    cor : DataFrame or array, shape (p, p), optional
        Correlations, instead of ``cov``; with ``sds`` they become covariances.
    sds : Series, mapping or sequence, shape (p,), optional
        Standard deviations (divisor n - 1) that go with ``cor``.
    means : Series, mapping or sequence, shape (p,), optional
    n : int or float
        Respondents; a meta-analysis may give a harmonic mean.
    names : sequence of str, optional
        Variables, where the matrix is no labelled DataFrame.

    Examples
    --------
    >>> printed = Moments(cor=[[1, 0.5], [0.5, 1]], sds=[2, 3], n=100, names=["trust", "loyalty"])
    >>> from_given(printed).cov.round(2)
    array([[3.96, 2.97],
           [2.97, 8.91]])
    """

    cov: object = None
    cor: object = None
    sds: object = None
    means: object = None
    n: float = 0
    names: Sequence[str] | None = None

    @property
    def correlations_only(self) -> bool:
        """Whether the scales of the variables are unknown."""
        return self.cov is None and self.sds is None


def from_given(moments: Moments, *, group: str = "") -> Sample:
    """Check a printed matrix and bring it to divisor n.

    Parameters
    ----------
    moments : Moments
    group : str
        Label of the group it describes.

    Raises
    ------
    DataError
        Not exactly one of ``cov`` and ``cor``; ``sds`` beside ``cov``; no names, or rows named otherwise than columns;
        another size than the names; not symmetric; not positive definite; correlations outside -1..1; standard
        deviations not positive; n missing or too small.
    """
    if (moments.cov is None) == (moments.cor is None):
        raise DataError("moments.which_matrix")
    if moments.cov is not None and moments.sds is not None:
        raise DataError("moments.sds_with_cov")
    matrix = moments.cov if moments.cov is not None else moments.cor
    names = _names(moments, matrix)
    values = _square(matrix, names)
    if moments.cor is not None:
        values = _from_correlations(values, moments, names)
    number = isinstance(moments.n, int | float | np.number) and not isinstance(moments.n, bool)
    if not number or not 2 <= moments.n < np.inf:
        raise DataError("moments.no_n", found=moments.n)
    n = int(moments.n) if moments.n == moments.n // 1 else float(moments.n)
    mean = None if moments.means is None else _vector(moments.means, names, "means")
    return checked(Sample(names, n, values * (n - 1) / n, mean, group))


def _names(moments: Moments, matrix: object) -> tuple[str, ...]:
    names = moments.names
    labelled = isinstance(matrix, pd.DataFrame) and not isinstance(matrix.columns, pd.RangeIndex)
    if names is None and labelled:
        names = list(matrix.columns)
    if names is None or isinstance(names, str):
        raise DataError("moments.no_names")
    names = tuple(str(name) for name in names)
    if labelled and names != tuple(map(str, matrix.columns)):
        raise DataError("moments.other_names", names=list(names), columns=[str(name) for name in matrix.columns])
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError("moments.doubled", columns=twice)
    return names


def _square(matrix: object, names: tuple[str, ...]) -> np.ndarray:
    if isinstance(matrix, pd.DataFrame) and set(map(str, matrix.columns)) == set(map(str, matrix.index)):
        ordered = matrix.rename(index=str, columns=str)
        matrix = ordered.loc[list(ordered.columns)]
    elif isinstance(matrix, pd.DataFrame) and not isinstance(matrix.index, pd.RangeIndex):
        raise DataError("moments.rows_and_columns", rows=[str(name) for name in matrix.index],
                        columns=[str(name) for name in matrix.columns])
    values = _floats(matrix, "cov/cor")
    if values.shape != (len(names), len(names)):
        raise DataError("moments.shape", shape="x".join(map(str, values.shape)), names=len(names))
    scale = max(float(np.abs(values).max()), 1e-300)
    worst = np.abs(values - values.T)
    if worst.max() > ASYMMETRY * scale:
        row, column = np.unravel_index(int(worst.argmax()), worst.shape)
        raise DataError("moments.asymmetric", row=names[row], column=names[column],
                        above=float(values[row, column]), below=float(values[column, row]))
    return (values + values.T) / 2


def _from_correlations(values: np.ndarray, moments: Moments, names: tuple[str, ...]) -> np.ndarray:
    if np.abs(values).max() > 1 + ASYMMETRY or np.abs(np.diag(values) - 1).max() > ASYMMETRY:
        raise DataError("moments.no_correlations")
    sds = np.ones(len(names)) if moments.sds is None else _vector(moments.sds, names, "sds")
    if not (sds > 0).all():
        raise DataError("moments.sds", items=[name for name, sd in zip(names, sds, strict=True) if not sd > 0])
    return values * np.outer(sds, sds)


def _vector(given: object, names: tuple[str, ...], what: str) -> np.ndarray:
    if isinstance(given, pd.Series | Mapping):
        keyed = {str(key): value for key, value in given.items()}
        if absent := [name for name in names if name not in keyed]:
            raise DataError("moments.vector_names", what=what, items=absent)
        given = [keyed[name] for name in names]
    values = _floats(given, what)
    if values.shape != (len(names),):
        raise DataError("moments.vector_length", what=what, found=values.size, names=len(names))
    return values


def _floats(given: object, what: str) -> np.ndarray:
    try:
        values = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise DataError("moments.no_numbers", what=what) from None
    if not np.isfinite(values).all():
        raise DataError("moments.no_numbers", what=what)
    return values
