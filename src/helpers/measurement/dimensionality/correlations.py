"""Which correlations does the search for dimensions rest on? Pearson's or polychoric ones, by a declared rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError
from helpers.measurement.answers import scales_of
from helpers.measurement.factor_validity import correlated_factors
from helpers.measurement.polychoric_correlations import DEFINITE, polychoric

CATEGORICAL = ("WLSMV", "DWLS", "ULSMV")
# A larger share of respondents left out for a missing answer is worth a caution (Schafer, 1999).
LEFT_OUT = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Correlations of items, and what they rest on.

    Attributes
    ----------
    matrix : DataFrame, shape (p, p)
    kind : {"pearson", "polychoric"}
    n : int
        Respondents who answered every item.
    missing : int
        Respondents left out because an answer is missing.
    answers : ndarray, shape (n, p)
        Theirs; no rows where only a matrix was given.
    constructs : mapping of str to tuple of str
        Construct -> its items; "" where none was declared.
    checks : tuple of Check
    """

    matrix: pd.DataFrame
    kind: str
    n: int
    missing: int
    answers: np.ndarray
    constructs: Mapping[str, tuple[str, ...]]
    checks: tuple[Check, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """The p items."""
        return tuple(map(str, self.matrix.columns))

    @property
    def r(self) -> np.ndarray:
        """The matrix without its names, shape (p, p)."""
        return self.matrix.to_numpy(dtype=float)


def correlations(scores: pd.DataFrame | Correlations, constructs: Mapping[str, Sequence[str]] | None = None, *,
                 estimator: str = "ML") -> Correlations:
    """Correlate the items of all constructs, over respondents who answered them all.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Correlations are returned as they are.
    constructs : mapping of str to sequence of str, optional
        Construct -> its items. None: every column, no construct.
    estimator : str, default "ML"
        Of the factor model: a categorical one (WLSMV, ULSMV, DWLS) takes polychoric correlations, any other Pearson's;
        "auto" asks the rule that ``sem.treatment`` follows (fewer than five categories, a skewness of 2 and more, or
        half of the answers at one end of an item).

    Returns
    -------
    Correlations
        Its checks say how many were left out and, for polychoric correlations, whether the matrix is positive definite.

    Raises
    ------
    DataError
        Unknown, constant or textual items; not more respondents than items, so that the matrix is singular; items that
        repeat each other; polychoric correlations asked of an item with more than ten different answers.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5], "c": [1, 3, 2, 5, 4]})
    >>> correlations(scores).matrix.round(2).loc["a"].tolist()
    [1.0, 0.8, 0.8]
    """
    if isinstance(scores, Correlations):
        return scores
    given = {name: tuple(items) for name, items in (constructs or {"": tuple(map(str, scores.columns))}).items()}
    scales = scales_of(scores, given, together=True, fewest_items=1)
    answers = np.concatenate([scale.complete for scale in scales], axis=1)
    items = [item for scale in scales for item in scale.items]
    n, missing = scales[0].n, scales[0].missing
    if n <= len(items):
        raise DataError("measurement.fewer_than_items", n=n, items=len(items))
    share = missing / (n + missing)
    checks = [Check("complete_answers", "caution", share <= LEFT_OUT, {
        "n": n, "missing": missing, "share": share, "at_most": LEFT_OUT})]
    kind = _kind(scores, given, estimator)
    if kind == "polychoric":
        found = polychoric(pd.DataFrame(answers, columns=items))
        matrix, checks = found.correlations, [*checks, *found.checks]
    else:
        matrix = _named(np.corrcoef(answers, rowvar=False), items)
    if kind == "pearson" and np.linalg.eigvalsh(matrix.to_numpy())[0] < DEFINITE:
        raise DataError("measurement.singular", items=_repeated(matrix))
    return Correlations(matrix, kind, n, missing, answers, given, tuple(checks))


def correlations_given(matrix: pd.DataFrame, *, n: int,
                       constructs: Mapping[str, Sequence[str]] | None = None) -> Correlations:
    """Take correlations as a paper prints them.

    Parameters
    ----------
    matrix : DataFrame, shape (p, p)
        Symmetric, ones on the diagonal, items as columns.
    n : int
        Respondents behind it.
    constructs : mapping of str to sequence of str, optional

    Raises
    ------
    DataError
        If the matrix is no correlation matrix, or not positive definite.

    Examples
    --------
    >>> correlations_given(pd.DataFrame([[1, 0.5], [0.5, 1]], columns=["a", "b"]), n=100).n
    100
    """
    r = matrix.to_numpy(dtype=float)
    square = r.ndim == 2 and r.shape[0] == r.shape[1]
    if not square or not np.allclose(r, r.T, atol=1e-8) or not np.allclose(np.diag(r), 1, atol=1e-8):
        raise DataError("measurement.no_correlations", rows=r.shape[0], columns=r.shape[-1])
    if (smallest := float(np.linalg.eigvalsh(r)[0])) < DEFINITE:
        raise DataError("measurement.indefinite", eigenvalue=smallest)
    items = list(map(str, matrix.columns))
    given = {name: tuple(owned) for name, owned in (constructs or {"": tuple(items)}).items()}
    return Correlations(_named(r, items), "pearson", int(n), 0, np.empty((0, len(items))), given)


def definite(found: Correlations) -> np.ndarray:
    """Give the matrix to a statistic that needs its inverse.

    Raises
    ------
    DataError
        If it is not positive definite; a matrix of polychoric correlations need not be. It is never smoothed.
    """
    if (smallest := float(np.linalg.eigvalsh(found.r)[0])) < DEFINITE:
        raise DataError("measurement.indefinite", eigenvalue=smallest)
    return found.r


def _kind(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], estimator: str) -> str:
    if estimator == "auto":
        named = {name or "f": items for name, items in constructs.items()}
        estimator = sem.treatment(correlated_factors(named), scores).estimator
    return "polychoric" if estimator.upper() in CATEGORICAL else "pearson"


def _named(r: np.ndarray, items: Sequence[str]) -> pd.DataFrame:
    index = pd.Index(items, name="item")
    return pd.DataFrame(r, index=index, columns=index)


def _repeated(matrix: pd.DataFrame) -> list[str]:
    """Name the items of the combination that does not vary: those that weigh in the last principal axis."""
    axis = np.abs(np.linalg.eigh(matrix.to_numpy())[1][:, 0])
    return [str(item) for item, weight in zip(matrix.columns, axis, strict=True) if weight > 0.1 * axis.max()]
