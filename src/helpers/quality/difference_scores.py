"""Does perception minus expectation measure anything reliably? Two coefficients."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement import resampling
from helpers.measurement.coefficient_alpha import of_covariances
from helpers.measurement.gates import together
from helpers.quality.pairs import Dimension, Pairs, dimensions


def difference_reliability(scores: pd.DataFrame, pairs: Pairs, *, conf_level: float = 0.95, draws: int = 5000,
                           seed: int = 1, at_least: float = 0.70) -> pd.DataFrame:
    r"""Reliability of the difference score of every dimension, by two named coefficients.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    pairs : mapping of str to (perception items, expectation items)
        In the same order. A dimension of one pair has no reliability; a gate names it.
    conf_level : float, default 0.95
    draws : int, default 5000
        Bootstrap draws of the percentile intervals; 0 leaves them out.
    seed : int, default 1
    at_least : float, default 0.70
        Below it, by either coefficient, the gap is flagged.

    Returns
    -------
    DataFrame, one row per dimension
        ``construct``, ``k``, ``n``, ``alpha.perception``, ``alpha.expectation``, ``r`` (of the two scores), ``johns``
        with ``johns.ci.*``, ``alpha.difference`` with ``alpha.difference.ci.*``, ``flagged``, ``failed`` (draws
        without a value).

    Raises
    ------
    DataError
        If no dimension has two pairs, an item is unknown or constant, or too few respondents answered.

    Notes
    -----
    From the reliabilities :math:`\alpha_P, \alpha_E`, the standard deviations and the correlation of the two scores:

    .. math::

        r_D = \frac{s_P^2\alpha_P + s_E^2\alpha_E - 2 r_{PE} s_P s_E}{s_P^2 + s_E^2 - 2 r_{PE} s_P s_E}

    It takes the errors of perception and expectation as uncorrelated. ``alpha.difference`` is coefficient alpha of the
    item differences :math:`p_i - e_i`; errors that the two answers to one item share cancel in it, so that the two
    coefficients may disagree. Negative values are shown as they are: the scores then share more than their
    reliabilities allow for.

    References
    ----------
    Johns, G. (1981). Difference score measures of organizational behavior variables: A critique. Organizational
    Behavior and Human Performance, 27(3), 443-463.
    Peter, J. P., Churchill, G. A., & Brown, T. J. (1993). Caution in the use of difference scores in consumer
    research. Journal of Consumer Research, 19(4), 655-662.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> p, e = random.normal(size=(2, 300, 1))
    >>> answers = pd.DataFrame(np.hstack([p + e, p + e, e, e]) + random.normal(size=(300, 4)) * 0.7,
    ...                        columns=["p1", "p2", "e1", "e2"])
    >>> table = difference_reliability(answers, {"security": (["p1", "p2"], ["e1", "e2"])}, draws=500)
    >>> table[["construct", "johns", "alpha.difference", "flagged"]].round(2)
      construct  johns  alpha.difference  flagged
    0  security   0.64               0.6     True
    """
    taken = dimensions(scores, pairs)
    several = [dimension for dimension in taken if dimension.k > 1]
    if not several:
        raise DataError("quality.single_pairs", dimensions=[dimension.name for dimension in taken])
    drawn = [None] * len(several)
    if draws:
        drawn = resampling.covariances([dimension.answers for dimension in several], draws=draws, seed=seed)
    rows = [_row(dimension, covs, conf_level, at_least) for dimension, covs in zip(several, drawn, strict=True)]
    table = pd.DataFrame(rows)
    single = [dimension.name for dimension in taken if dimension.k == 1]
    table.attrs["checks"] = _checks(rows, single, at_least)
    return table


def _coefficients(cov: np.ndarray) -> dict[str, np.ndarray]:
    """Both coefficients and their parts from covariances of (perceptions, expectations), shape (2k, 2k, B)."""
    k = len(cov) // 2
    perceived, expected, across = cov[:k, :k], cov[k:, k:], cov[:k, k:]
    alpha_p, alpha_e = of_covariances(perceived), of_covariances(expected)
    var_p, var_e, shared = (block.sum(axis=(0, 1)) for block in (perceived, expected, across))
    spread = var_p + var_e - 2 * shared
    johns = (var_p * alpha_p + var_e * alpha_e - 2 * shared) / np.where(spread > 0, spread, np.nan)
    return {"alpha.perception": alpha_p, "alpha.expectation": alpha_e, "r": shared / np.sqrt(var_p * var_e),
            "johns": johns,
            "alpha.difference": of_covariances(perceived + expected - across - across.swapaxes(0, 1))}


def _row(dimension: Dimension, drawn: np.ndarray | None, conf_level: float, at_least: float) -> dict:
    observed = np.cov(np.hstack([dimension.perception, dimension.expectation]), rowvar=False)[..., None]
    row = {"construct": dimension.name, "k": dimension.k, "n": dimension.n,
           **{name: float(value[0]) for name, value in _coefficients(observed).items()}}
    several = {} if drawn is None else _coefficients(drawn)
    failed = 0
    for name in ("johns", "alpha.difference"):
        lower, upper = np.nan, np.nan
        if several:
            lower, upper, without = resampling.percentiles(several[name], conf_level)
            failed = max(failed, without)
        row |= {f"{name}.ci.lower": lower, f"{name}.ci.upper": upper}
    flagged = not (row["johns"] >= at_least and row["alpha.difference"] >= at_least)
    ordered = ("construct", "k", "n", "alpha.perception", "alpha.expectation", "r", "johns", "johns.ci.lower",
               "johns.ci.upper", "alpha.difference", "alpha.difference.ci.lower", "alpha.difference.ci.upper")
    return {**{name: row[name] for name in ordered}, "flagged": flagged, "failed": failed}


def _checks(rows: list[dict], single: list[str], at_least: float) -> tuple[Check, ...]:
    found = [Check("difference_reliability", "caution", not row["flagged"], {
        "construct": row["construct"], "scales": 1, "johns": row["johns"], "alpha": row["alpha.difference"],
        "at_least": at_least})
        for row in rows]
    if single:
        found.append(Check("difference_single", "info", False, {"constructs": single}))
    return together(found)
