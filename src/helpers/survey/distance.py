r"""Whose combination of answers lies far from everybody else's? Mahalanobis distances, with missing answers too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.survey.blocks import blocks, patterns

# Smallest eigenvalue of the correlations, in the precision of the data, at which items do not repeat each other.
SINGULAR = 1e-10


def available_moments(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances from all answers that are there: each covariance over those who gave both.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)

    Returns
    -------
    mean : ndarray, shape (items,)
    cov : ndarray, shape (items, items)
        Divisor n - 1 of each pair, its means those of the pair; NaN where a pair has fewer than two respondents.

    Examples
    --------
    >>> available_moments(np.array([[1, 2.0], [3, 3.0], [2, 7.0]]))[1]
    array([[1. , 0.5],
           [0.5, 7. ]])
    """
    mean, products = _products(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        sums, count = products.sums, products.count
        cov = (products.products - sums * sums.T / count) / (count - 1)
    return mean, np.where(count > 1, cov, np.nan)


def available_correlations(answers: np.ndarray, *, rows: np.ndarray | None = None) -> np.ndarray:
    """Correlate every two items over those who answered both.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)
    rows : ndarray of bool, shape (n,), optional
        Who counts; None: everybody.

    Returns
    -------
    ndarray, shape (items, items)
        NaN where one of the two does not vary among them.

    Examples
    --------
    >>> available_correlations(np.array([[1, 2.0], [3, 3.0], [2, 7.0], [9, np.nan]])).round(3)
    array([[1.   , 0.189],
           [0.189, 1.   ]])
    """
    _, found = _products(answers, rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = found.squares - found.sums**2 / found.count  # of the first item, among those who answered both
        spread = np.where(spread > 1e-20, spread, np.nan)
        return (found.products - found.sums * found.sums.T / found.count) / np.sqrt(spread * spread.T)


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """Sums over those who answered both of two items, shape (items, items) each; of the first item, about its mean."""

    count: np.ndarray
    sums: np.ndarray
    squares: np.ndarray
    products: np.ndarray


def _products(answers: np.ndarray, rows: np.ndarray | None = None) -> tuple[np.ndarray, _Products]:
    """Mean of each item, and the sums about it, block by block."""
    total, given = np.zeros(answers.shape[1]), np.zeros(answers.shape[1])
    for block in blocks(len(answers)):
        part = answers[block] if rows is None else answers[block][rows[block]]
        total += np.nansum(part, axis=0)
        given += (~np.isnan(part)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / given
    count, sums, squares, products = (np.zeros((len(mean), len(mean))) for _ in range(4))
    for block in blocks(len(answers)):
        part = answers[block] if rows is None else answers[block][rows[block]]
        here = ~np.isnan(part)
        centred, here = np.where(here, part - mean, 0.0), here.astype(float)
        count += here.T @ here
        sums += centred.T @ here
        squares += (centred**2).T @ here
        products += centred.T @ centred
    return mean, _Products(count, sums, squares, products)


def mahalanobis(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Squared distance of each person from the mean of all, over the items that the person answered.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)

    Returns
    -------
    distance : ndarray of float, shape (n,)
        NaN for somebody without an answer; for everybody where the covariance matrix has no inverse.
    df : ndarray of int, shape (n,)
        Items answered: for normal answers, about the mean of the chi-square distribution of the distance.

    Notes
    -----
    .. math:: D_i^2 = (x_{o} - \bar x_o)' S_{oo}^{-1} (x_o - \bar x_o)

    with o the items that person i answered. Means and covariances are those of `available_moments`; without missing
    answers this is ``stats::mahalanobis(x, colMeans(x), cov(x))`` in R.

    References
    ----------
    Mahalanobis, P. C. (1936). Proceedings of the National Institute of Sciences of India, 2, 49-55. Meade, A. W., &
    Craig, S. B. (2012). Psychological Methods, 17(3), 437-455.

    Examples
    --------
    >>> distance, df = mahalanobis(np.array([[1, 2.0], [3, 3.0], [2, 7.0], [4, np.nan]]))
    >>> distance.round(3), df
    (array([1.701, 0.343, 1.599, 1.35 ]), array([2, 2, 2, 1]))
    """
    here = ~np.isnan(answers)
    df = here.sum(axis=1)
    distance = np.full(len(answers), np.nan)
    mean, cov = available_moments(answers)
    sd = np.sqrt(np.diag(cov))
    if not (np.isfinite(cov).all() and (sd > 0).all()) or len(answers) <= len(sd):
        return distance, df
    if np.linalg.eigvalsh(cov / np.outer(sd, sd))[0] < SINGULAR:
        return distance, df
    of_row = patterns(here)
    order = np.argsort(of_row, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(of_row))[:-1]):
        seen = here[rows[0]]
        if seen.any():
            own = cov[np.ix_(seen, seen)]
            for block in blocks(len(rows)):
                away = answers[rows[block]][:, seen] - mean[seen]
                distance[rows[block]] = (away * np.linalg.solve(own, away.T).T).sum(axis=1)
    return distance, df
