"""How far does perception fall short of expectation? By item, by dimension, and overall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError, HelpersError
from helpers.measurement.gates import together
from helpers.moments.multiplicity import holm
from helpers.quality.paired import tested
from helpers.quality.pairs import Dimension, Pairs, dimensions


def gaps(scores: pd.DataFrame, pairs: Pairs, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Gap between perception and expectation of every dimension.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    pairs : mapping of str to (perception items, expectation items)
        In the same order.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row per dimension
        ``construct``, ``k`` (pairs), ``n`` (complete answers to the dimension), ``missing``, ``expectation``,
        ``perception`` (means on the response scale), ``gap`` (perception - expectation) with ``ci.lower``,
        ``ci.upper``, ``sd`` (of the respondents' gaps), ``t``, ``df``, ``pvalue``, ``dz`` with ``dz.ci.*``.

    Raises
    ------
    DataError
        If no pairs are declared, an item is unknown or constant, or all respondents have the same gap.

    Notes
    -----
    A respondent's score is the mean of the items of the dimension. Formulas: `helpers.quality.paired.tested`.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item scale for measuring consumer
    perceptions of service quality. Journal of Retailing, 64(1), 12-40.

    Examples
    --------
    >>> answers = pd.DataFrame({"p1": [5, 6, 4, 6, 5], "p2": [5, 5, 4, 7, 6], "e1": [7, 6, 6, 7, 7],
    ...                         "e2": [6, 7, 6, 7, 7]})
    >>> gaps(answers, {"security": (["p1", "p2"], ["e1", "e2"])})[["construct", "n", "gap", "t", "dz"]].round(3)
      construct  n  gap      t    dz
    0  security  5 -1.3 -5.099 -2.28
    """
    taken = dimensions(scores, pairs)
    rows = []
    for dimension in taken:
        means = dimension.perception.mean(axis=1), dimension.expectation.mean(axis=1)
        rows.append({"construct": dimension.name, "k": dimension.k, "n": dimension.n, "missing": dimension.missing,
                     "expectation": float(means[1].mean()), "perception": float(means[0].mean()),
                     **tested(means[0] - means[1], conf_level=conf_level, where=dimension.name)})
    table = pd.DataFrame(rows)
    table.attrs["checks"] = _ceiling(taken)
    return table


def item_gaps(scores: pd.DataFrame, pairs: Pairs, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Gap between perception and expectation of every item.

    Parameters
    ----------
    scores, pairs, conf_level
        As in `gaps`.

    Returns
    -------
    DataFrame, one row per pair
        ``construct``, ``item`` (the perception), ``item.expectation``, then as `gaps`; ``pvalue`` is not adjusted for
        the number of items, ``pvalue.holm`` is.

    Raises
    ------
    DataError
        As `gaps`.

    Examples
    --------
    >>> answers = pd.DataFrame({"p1": [5, 6, 4, 6, 5], "p2": [5, 5, 4, 7, 6], "e1": [7, 6, 6, 7, 7],
    ...                         "e2": [6, 7, 6, 7, 7]})
    >>> item_gaps(answers, {"security": (["p1", "p2"], ["e1", "e2"])})[["item", "gap", "t", "pvalue.holm"]].round(3)
      item  gap      t  pvalue.holm
    0   p1 -1.4 -3.500         0.05
    1   p2 -1.2 -3.207         0.05
    """
    rows, problems = [], []
    for dimension in dimensions(scores, pairs):
        for i, (perceived, expected) in enumerate(zip(dimension.perception_items, dimension.expectation_items,
                                                      strict=True)):
            try:
                test = tested(dimension.perception[:, i] - dimension.expectation[:, i], conf_level=conf_level,
                              where=perceived)
            except HelpersError as error:  # name every such item at once
                problems += error.problems
                continue
            rows.append({"construct": dimension.name, "item": perceived, "item.expectation": expected,
                         "n": dimension.n, "expectation": float(dimension.expectation[:, i].mean()),
                         "perception": float(dimension.perception[:, i].mean()), **test})
    if problems:
        raise DataError.of(problems)
    table = pd.DataFrame(rows)
    table.insert(list(table.columns).index("pvalue") + 1, "pvalue.holm", holm(table["pvalue"].to_numpy()))
    return table


def overall(scores: pd.DataFrame, pairs: Pairs, *, weights: pd.DataFrame | None = None,
            conf_level: float = 0.95) -> pd.DataFrame:
    r"""Service quality as one number: SERVQUAL, weighted SERVQUAL, SERVPERF.

    Parameters
    ----------
    scores, pairs, conf_level
        As in `gaps`.
    weights : DataFrame, shape (n_respondents, n_dimensions), optional
        The importance that each respondent gives to each dimension, in the order of ``pairs``; any unit, zero or more.
        Left out or without columns: no weighted row.

    Returns
    -------
    DataFrame, one row per coefficient
        ``measure`` (``servqual``, ``servqual.weighted``, ``servperf``), ``n`` (respondents with every perception and
        expectation, so that the coefficients can be compared; weighted: and every weight), ``est``, ``ci.lower``,
        ``ci.upper`` (t interval), ``sd``.

    Raises
    ------
    DataError
        As `gaps`; if there is not one weight per dimension and respondent, or a weight is negative.

    Notes
    -----
    With respondent i's gap :math:`g_{id}` and perception :math:`p_{id}` in dimension d, averaged over respondents:

    .. math::

        SERVQUAL = \frac1D\sum_d g_{id}, \quad
        SERVQUAL_w = \frac{\sum_d w_{id}\,g_{id}}{\sum_d w_{id}}, \quad
        SERVPERF = \frac1D\sum_d p_{id}

    References
    ----------
    Parasuraman, Zeithaml & Berry (1991). Refinement and reassessment of the SERVQUAL scale. Journal of Retailing,
    67(4), 420-450. Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and extension.
    Journal of Marketing, 56(3), 55-68.

    Examples
    --------
    >>> answers = pd.DataFrame({"p1": [5, 6, 4, 6, 5], "e1": [7, 6, 6, 7, 7], "p2": [5, 5, 4, 7, 6],
    ...                         "e2": [6, 7, 6, 7, 7]})
    >>> weights = pd.DataFrame({"w_security": [70, 60, 50, 80, 70], "w_reliability": [30, 40, 50, 20, 30]})
    >>> pairs = {"security": (["p1"], ["e1"]), "reliability": (["p2"], ["e2"])}
    >>> overall(answers, pairs, weights=weights)[["measure", "n", "est"]].round(3)
                 measure  n  est
    0           servqual  5 -1.3
    1  servqual.weighted  5 -1.4
    2           servperf  5  5.3
    """
    taken = dimensions(scores, pairs)
    perceived = np.column_stack([dimension.scores[:, 0] for dimension in taken])
    gap = np.column_stack([dimension.scores[:, 0] - dimension.scores[:, 1] for dimension in taken])
    values = {"servqual": gap.mean(axis=1)}
    if weights is not None and weights.shape[1]:
        importance = _importance(weights, (len(scores), len(taken)))
        total = importance.sum(axis=1)
        values["servqual.weighted"] = (gap * importance).sum(axis=1) / np.where(total > 0, total, np.nan)
    values["servperf"] = perceived.mean(axis=1)
    return pd.DataFrame([_interval(name, value[~np.isnan(value)], conf_level) for name, value in values.items()])


def _importance(weights: pd.DataFrame, expected: tuple[int, int]) -> np.ndarray:
    if weights.shape != expected:
        raise DataError("quality.weights_shape", columns=weights.shape[1], rows=len(weights), dimensions=expected[1],
                        respondents=expected[0])
    importance = weights.to_numpy(dtype=float, na_value=np.nan)
    if negative := int((importance < 0).any(axis=1).sum()):
        raise DataError("quality.weights_negative", columns=list(weights.columns), rows=negative)
    return importance


def _interval(name: str, values: np.ndarray, conf_level: float) -> dict:
    if len(values) < 2:
        raise DataError("quality.too_few", measure=name, n=len(values))
    from scipy.special import stdtrit

    sd = float(values.std(ddof=1))
    reach = float(stdtrit(len(values) - 1, (1 + conf_level) / 2)) * sd / np.sqrt(len(values))
    mean = float(values.mean())
    return {"measure": name, "n": len(values), "est": mean, "ci.lower": mean - reach, "ci.upper": mean + reach,
            "sd": sd}


# Share of respondents with the highest expectation on every item above which the gap is little else than perception.
CEILING = 0.50


def _ceiling(taken: Sequence[Dimension]) -> tuple[Check, ...]:
    """Say where hardly anybody expects less than the maximum."""
    found = []
    for dimension in taken:
        top = dimension.expectation.max()
        share = float((dimension.expectation == top).all(axis=1).mean())
        found.append(Check("expectation_ceiling", "caution", share <= CEILING, {
            "construct": dimension.name, "scales": 1, "share": share, "top": float(top), "tolerated": CEILING}))
    return together(found)
