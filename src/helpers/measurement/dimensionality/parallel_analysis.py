"""How many factors are there beyond what chance alone shows? Eigenvalues beside those of answers without structure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.measurement.dimensionality.correlations import Correlations, correlations, definite

# Numbers of correlation matrices held at a time.
PORTION = 2_000_000
# Orders of the respondents drawn for each item of a draw, and numbers that they may take. A draw takes different ones
# for its items, so that within it they are independent, as they must be; over the draws the same order comes back,
# but hardly ever two of them together.
SPARE, POOL = 12, 10_000_000
REFERENCES = ("permutation", "normal")


def parallel_analysis(scores: pd.DataFrame | Correlations, *, draws: int = 200, seed: int = 1,
                      reference: str = "permutation", percentile: float = 95.0) -> pd.DataFrame:
    r"""Compare the eigenvalues of the items with those of answers in which nothing belongs together.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items), or Correlations
        Complete answers, or respondents with a missing answer left out.
    draws : int, default 200
        Sets of answers without structure.
    seed : int, default 1
    reference : {"permutation", "normal"}, default "permutation"
        "permutation": the answers to each item are shuffled by themselves, which keeps every item's distribution
        (Buja & Eyuboglu, 1992). "normal": normal deviates, which need no answers (Horn, 1965); their correlation
        matrices are drawn from their exact distribution without drawing respondents.
    percentile : float, default 95
        Of the draws, beside their mean.

    Returns
    -------
    DataFrame, one row per eigenvalue, the largest first
        ``position``; ``component`` (eigenvalue of the correlation matrix), ``component.mean`` and ``component.upper``
        (mean and percentile over the draws); ``factor`` (eigenvalue of the matrix with squared multiple correlations
        on its diagonal), ``factor.mean``, ``factor.upper``. ``attrs``: ``n``, ``missing``, ``draws``, ``reference``,
        ``percentile``, ``correlations``.

    Raises
    ------
    DataError
        If the matrix is not positive definite; if only a matrix is given and permutation is asked for; fewer than two
        items; as `correlations`.

    Notes
    -----
    A factor is kept as long as its eigenvalue, and every larger one, exceeds that of the draws at the same position
    (`number_of_factors`). The draws of polychoric correlations are those of the normal scores of the permuted answers,
    scaled by the scores' variances: the first step of the maximum likelihood estimate from a correlation of zero, which
    is where the permutation puts the truth. Sampling error of order 1/n apart, that is the polychoric correlation.

    Eigenvalues of the answers agree with ``psych::fa.parallel(SMC = TRUE)``; those of the draws differ by chance.

    References
    ----------
    Horn, J. L. (1965). Psychometrika, 30, 179-185. Humphreys & Montanelli (1975). Multivariate Behavioral Research, 10,
    193-205 (common factors). Buja & Eyuboglu (1992). Multivariate Behavioral Research, 27, 509-540. Glorfeld, L. W.
    (1995). Educational and Psychological Measurement, 55, 377-393 (percentiles). Smith & Hocking (1972). Applied
    Statistics, 21, 341-345 (Wishart matrices).

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> trait = random.normal(size=(300, 1))
    >>> scores = pd.DataFrame(trait + random.normal(size=(300, 6)), columns=list("abcdef"))
    >>> table = parallel_analysis(scores)
    >>> (table["component"] > table["component.upper"]).tolist()[:3]
    [True, False, False]
    """
    found = correlations(scores)
    if len(found.items) < 2:
        raise DataError("measurement.one_item", items=list(found.items))
    if reference not in REFERENCES or (reference == "permutation" and not len(found.answers)):
        raise DataError("measurement.reference", reference=reference, known=list(REFERENCES))
    observed = eigenvalues(definite(found)[None])
    drawn = [eigenvalues(portion) for portion in _portions(found, draws, np.random.default_rng(seed), reference)]
    columns: dict[str, np.ndarray] = {"position": np.arange(1, len(found.items) + 1)}
    for which, name in enumerate(("component", "factor")):
        values = np.concatenate([portion[which] for portion in drawn])
        columns |= {name: observed[which][0], f"{name}.mean": values.mean(axis=0),
                    f"{name}.upper": np.percentile(values, percentile, axis=0)}
    table = pd.DataFrame(columns)
    table.attrs |= {"n": found.n, "missing": found.missing, "draws": draws, "reference": reference,
                    "percentile": float(percentile), "correlations": found.kind, "checks": found.checks}
    return table


def eigenvalues(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute eigenvalues of correlation matrices and of the same with communalities on the diagonal.

    Parameters
    ----------
    matrices : ndarray, shape (B, p, p)

    Returns
    -------
    tuple of ndarray, shape (B, p) each
        In descending order. Communalities are squared multiple correlations.
    """
    reduced = matrices.copy()
    at = np.arange(matrices.shape[-1])
    reduced[:, at, at] = 1 - 1 / np.linalg.inv(matrices)[:, at, at]
    return np.linalg.eigvalsh(matrices)[:, ::-1], np.linalg.eigvalsh(reduced)[:, ::-1]


def kept(observed: np.ndarray, reference: np.ndarray) -> int:
    """Count the eigenvalues before the first that does not exceed its reference.

    Examples
    --------
    >>> kept(np.array([3.0, 1.1, 0.9, 0.5]), np.array([1.4, 1.2, 0.8, 0.6]))
    1
    """
    failed = np.flatnonzero(~(observed > reference))
    return int(failed[0]) if len(failed) else len(observed)


def _portions(found: Correlations, draws: int, random: np.random.Generator, reference: str) -> Iterator[np.ndarray]:
    p = len(found.items)
    scores = _scores(found) if reference == "permutation" else None
    size = max(1, PORTION // (p * p))
    for start in range(0, draws, size):
        count = min(size, draws - start)
        yield _normal(count, found.n, p, random) if scores is None else _permuted(scores, count, random)


def _scores(found: Correlations) -> np.ndarray:
    """Give scores, shape (p, n), in rows, whose products over respondents are the correlations of a permuted draw."""
    if found.kind == "polychoric":
        return np.array([_normal_scores(column) for column in found.answers.T]) / np.sqrt(found.n)
    centred = found.answers - found.answers.mean(axis=0)
    return np.ascontiguousarray((centred / np.sqrt((centred**2).sum(axis=0))).T)


def _normal_scores(answers: np.ndarray) -> np.ndarray:
    """Give each answer the mean of its slice of the normal distribution, divided by the variance of these means."""
    from scipy.special import ndtri

    _, category, counts = np.unique(answers, return_inverse=True, return_counts=True)
    share = counts / counts.sum()
    cuts = ndtri(np.cumsum(share)[:-1])
    density = np.concatenate([[0.0], np.exp(-cuts**2 / 2) / np.sqrt(2 * np.pi), [0.0]])
    means = -np.diff(density) / share
    return (means / (share @ means**2))[category]


def _permuted(scores: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Correlate the items after shuffling each by itself; shuffling changes neither means nor variances."""
    p, n = scores.shape
    pool = _orders(max(2, min(SPARE, POOL // scores.size)) * p, n, random)
    begins = n * np.arange(p)[:, None]
    matrices, shuffled, places = np.empty((draws, p, p)), np.empty((p, n)), np.empty((p, n), dtype=np.intp)
    for matrix in matrices:
        np.take(pool, random.choice(len(pool), p, replace=False), axis=0, out=places, mode="clip")
        np.add(places, begins, out=places)
        np.take(scores, places, out=shuffled, mode="clip")
        np.matmul(shuffled, shuffled.T, out=matrix)
    at = np.arange(p)
    matrices[:, at, at] = 1.0
    return matrices


def _orders(count: int, n: int, random: np.random.Generator) -> np.ndarray:
    """Draw random orders of n respondents, shape (count, n).

    Sorting short random keys is far faster than shuffling; equal keys stay in order, at random places all the same.
    """
    keys = random.integers(0, 1 << 16, size=(count, n), dtype=np.uint16)
    return np.argsort(keys, axis=1, kind="stable")


def _normal(draws: int, n: int, p: int, random: np.random.Generator) -> np.ndarray:
    """Draw correlation matrices of n respondents with p independent normal items, by Bartlett's decomposition."""
    root = np.tril(random.standard_normal((draws, p, p)), -1)
    at = np.arange(p)
    root[:, at, at] = np.sqrt(random.chisquare(n - 1 - at, size=(draws, p)))
    root /= np.sqrt((root**2).sum(axis=2, keepdims=True))
    return root @ root.swapaxes(1, 2)
