"""Would customers recommend the insurer? The net promoter score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import DataError

PROMOTERS_FROM, DETRACTORS_TO = 9, 6
"""Reichheld's (2003) cuts of the 0-10 scale."""


def nps(scores: pd.DataFrame, item: str, *, conf_level: float = 0.95) -> pd.DataFrame:
    r"""Net promoter score with a score interval.

    Parameters
    ----------
    scores : DataFrame
    item : str
        Column of the answers 0-10; "" where the study has none.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row
        ``item``, ``n``, ``missing``, ``promoters.share`` (9-10), ``passives.share`` (7-8), ``detractors.share`` (0-6),
        ``nps`` (points, -100 to 100) with ``ci.lower``, ``ci.upper``.

    Raises
    ------
    DataError
        If no item is declared, the column is unknown or empty, or an answer is no whole number from 0 to 10.

    Notes
    -----
    .. math:: NPS = 100\,(\hat p_{promoters} - \hat p_{detractors})

    Promoters, detractors and the rest are one multinomial, as the two kinds of discordant pairs are in paired
    proportions. The interval therefore inverts Tango's score test: it holds every difference :math:`\Delta` with

    .. math::

        \frac{|b - c - n\Delta|}{\sqrt{n\,(2\tilde q + \Delta(1-\Delta))}} \le z

    where b and c count promoters and detractors and :math:`\tilde q` is the share of detractors estimated under
    :math:`\Delta`. It keeps its level in small samples and near 100, where the Wald interval does not (Rocks, 2016).

    References
    ----------
    Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design. Statistics in Medicine, 17(8), 891-908.
    Rocks, B. (2016). Interval estimation for the "net promoter score". The American Statistician, 70(4), 365-372.
    Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review, 81(12), 46-54.

    Examples
    --------
    >>> answers = pd.DataFrame({"nps": [10, 9, 9, 8, 7, 7, 6, 3, 10, 9]})
    >>> nps(answers, "nps")[["n", "promoters.share", "detractors.share", "nps", "ci.lower", "ci.upper"]].round(2)
        n  promoters.share  detractors.share   nps  ci.lower  ci.upper
    0  10              0.5               0.2  30.0    -21.66     67.53

    [1 rows x 8 columns]
    """
    answers = _answers(scores, item)
    n = len(answers)
    promoters = int((answers >= PROMOTERS_FROM).sum())
    detractors = int((answers <= DETRACTORS_TO).sum())
    lower, upper = score_interval(promoters, detractors, n, conf_level=conf_level)
    return pd.DataFrame([{
        "item": item, "n": n, "missing": len(scores) - n, "promoters.share": promoters / n,
        "passives.share": (n - promoters - detractors) / n, "detractors.share": detractors / n,
        "nps": 100 * (promoters - detractors) / n, "ci.lower": 100 * lower, "ci.upper": 100 * upper,
    }])


def score_interval(first: int, second: int, n: int, *, conf_level: float) -> tuple[float, float]:
    """Tango's interval for the difference of two shares of one multinomial sample.

    Parameters
    ----------
    first, second : int
        Counts of the two classes; the rest of ``n`` is the third.

    Examples
    --------
    >>> [round(limit, 3) for limit in score_interval(50, 20, 100, conf_level=0.95)]
    [0.14, 0.443]
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    z = float(ndtri((1 + conf_level) / 2))
    estimate = (first - second) / n

    def beyond(difference: float) -> float:
        return _score(first, second, n, difference) ** 2 - z**2

    # At the ends the score is infinite, unless the estimate lies there itself.
    edge = 1 - 1e-12
    lower = -1.0 if estimate == -1 else float(brentq(beyond, -edge, estimate, xtol=1e-12))
    upper = 1.0 if estimate == 1 else float(brentq(beyond, estimate, edge, xtol=1e-12))
    return lower, upper


def _score(first: int, second: int, n: int, difference: float) -> float:
    # The likelihood equation of the second share, given the difference, is quadratic.
    linear = (2 * n - first + second) * difference - first - second
    share = (np.sqrt(max(linear**2 + 8 * n * second * difference * (1 - difference), 0.0)) - linear) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    distance = first - second - n * difference
    if abs(distance) < 1e-9 * n:
        return 0.0
    return float(distance / np.sqrt(variance)) if variance > 0 else float("inf")


def _answers(scores: pd.DataFrame, item: str) -> np.ndarray:
    if not item:
        raise DataError("quality.no_nps")
    if item not in scores.columns:
        raise DataError("quality.nps_unknown", item=item)
    answers = scores[item].dropna().to_numpy(dtype=float)
    if not len(answers):
        raise DataError("quality.nps_empty", item=item)
    outside = answers[(answers < 0) | (answers > 10) | (answers != np.round(answers))]
    if len(outside):
        raise DataError("quality.nps_range", item=item, count=len(outside),
                        values=[f"{value:g}" for value in np.unique(outside)[:5]])
    return answers
