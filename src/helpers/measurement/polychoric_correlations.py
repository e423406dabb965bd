"""How do items with few categories correlate, were their responses not cut? Polychoric correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import moments
from helpers.errors import Check, DataError

# Smallest eigenvalue of a correlation matrix that is still told apart from a singular one.
DEFINITE = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Polychoric:
    """Polychoric correlations and what they rest on.

    Attributes
    ----------
    correlations : DataFrame, shape (p, p)
    thresholds : DataFrame, one row per item and threshold
        ``item``, ``threshold`` (t1, t2, ...), ``value`` (on the standard normal scale), ``n`` (answers to the item),
        ``below`` (answers below the threshold).
    n : DataFrame of int, shape (p, p)
        Respondents behind each correlation; on the diagonal, who answered the item.
    empty : DataFrame of int, shape (p, p)
        Combinations of two categories that nobody chose.
    checks : tuple of Check
        Whether the matrix is positive definite, no correlation lies at the limit, no combination is empty.
    """

    correlations: pd.DataFrame
    thresholds: pd.DataFrame
    n: pd.DataFrame
    empty: pd.DataFrame
    checks: tuple[Check, ...]


def polychoric(scores: pd.DataFrame, *, missing: str = "listwise") -> Polychoric:
    r"""Correlations of the normal responses behind ordinal items, by two-step maximum likelihood.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items)
        Answers, p >= 2. The categories of an item are the values that occur, in ascending order (an ordered Categorical
        keeps its own): gaps and decimals do not matter.
    missing : {"listwise", "pairwise"}, default "listwise"
        Leave out a respondent with any missing answer, or only from the pairs it concerns.

    Returns
    -------
    Polychoric

    Raises
    ------
    DataError
        If there is one item only, an item holds text, has one category, or has more than twelve.

    Notes
    -----
    With thresholds :math:`\tau` from the margins, the correlation of two items maximises

    .. math:: \sum_{ab} n_{ab} \log \Pr(\tau_{a} < x^* \le \tau_{a+1},\; \upsilon_{b} < y^* \le \upsilon_{b+1};\, r)

    A matrix of such correlations need not be positive definite; it is never smoothed, a gate says so. An empty cell
    counts one half in tables of two by two (margins unchanged) and nothing in larger ones. Agrees with
    ``lavaan::lavCor(ordered=)`` (tests/oracle/polychoric.R), except where that stops at .999 short of a maximum.

    References
    ----------
    Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient. Psychometrika, 44(4),
    443-460.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1] * 50 + [2] * 50, "b": [1] * 40 + [2] * 20 + [1] * 10 + [2] * 30})
    >>> found = polychoric(table)
    >>> found.correlations.round(3)
    item      a      b
    item
    a     1.000  0.809
    b     0.809  1.000
    >>> found.thresholds
      item threshold  value    n  below
    0    a        t1    0.0  100     50
    1    b        t1    0.0  100     50
    """
    if not isinstance(scores, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(scores).__name__)
    if scores.shape[1] < 2:
        raise DataError("measurement.one_item", items=list(map(str, scores.columns)) or "-")
    answers = moments.categories(scores, list(scores.columns), missing=missing)
    pairs = moments.polychoric(answers)
    margins = answers.margins()
    correlations = _square(pairs.r, np.ones(len(margins)), answers.names)
    return Polychoric(correlations, _thresholds(answers, margins),
                      _square(pairs.n, np.array([margin.sum() for margin in margins]), answers.names),
                      _square(pairs.empty, np.zeros(len(margins), dtype=int), answers.names),
                      _checks(correlations, pairs))


def _square(upper: np.ndarray, diagonal: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    full = np.diag(diagonal).astype(upper.dtype)
    full[np.triu_indices(len(names), 1)] = upper
    full = np.triu(full) + np.triu(full, 1).T
    items = pd.Index(names, name="item")
    return pd.DataFrame(full, index=items, columns=items)


def _thresholds(answers: moments.Categories, margins: list[np.ndarray]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"item": name, "threshold": [f"t{t + 1}" for t in range(len(cuts))], "value": cuts,
                                    "n": margin.sum(), "below": np.cumsum(margin)[:-1]})
                      for name, cuts, margin in zip(answers.names, answers.thresholds(), margins, strict=True)],
                     ignore_index=True)


def _checks(correlations: pd.DataFrame, pairs: moments.Pairs) -> tuple[Check, ...]:
    smallest = float(np.linalg.eigvalsh(correlations.to_numpy())[0])
    names = list(correlations.columns)
    between = [f"{names[a]} - {names[b]}" for a, b in zip(*np.triu_indices(len(names), 1), strict=True)]
    at_limit = [pair for pair, limit in zip(between, pairs.limit, strict=True) if limit]
    with_empty = int((pairs.empty > 0).sum())
    return (
        Check("polychoric_definite", "stop", smallest > DEFINITE, {"eigenvalue": smallest}),
        Check("polychoric_limit", "caution", not at_limit, {"pairs": at_limit}),
        Check("polychoric_cells", "info", not with_empty,
              {"pairs": with_empty, "of": len(between), "most": int(pairs.empty.max())}),
    )
