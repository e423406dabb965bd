"""Are answers missing completely at random? Little's test of the means of each pattern of missing answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import moments
from helpers.errors import Check

LEVEL = 0.05
_MANY = 0.5  # patterns with fewer respondents than items, as a share of all, from which the test is doubtful


@dataclass(frozen=True, slots=True)
class Little:
    """The test, before it becomes a table."""

    n: int
    items: int
    patterns: int
    chisq: float
    df: int
    pvalue: float
    thin: int
    computable: str = "yes"


def little_mcar(scores: pd.DataFrame, items: Sequence[str] | None = None) -> pd.DataFrame:
    r"""Test whether answers are missing completely at random (Little's test).

    Parameters
    ----------
    scores : DataFrame of float, shape (n, columns)
        NaN where an answer is missing.
    items : sequence of str, optional
        Columns; all by default.

    Returns
    -------
    DataFrame, one row
        ``n`` (respondents with an answer), ``items``, ``n.patterns``, ``chisq``, ``df``, ``pvalue``, ``computable``
        ("yes"; "complete": nothing is missing, so there is nothing to test). ``attrs["checks"]`` holds the gates.

    Raises
    ------
    DataError
        What `helpers.moments.patterns_of` and `helpers.moments.saturated` raise where means and covariances of all
        answers cannot be estimated: fewer respondents than items, items that nobody answered together.

    Notes
    -----
    With maximum likelihood estimates :math:`\hat\mu, \hat\Sigma` of all answers (EM) and
    :math:`\tilde\Sigma = \hat\Sigma\, n / (n - 1)`, over the patterns j and the items o that pattern j has:

    .. math:: d^2 = \sum_j n_j (\bar y_j - \hat\mu_{o})' \tilde\Sigma_{oo}^{-1} (\bar y_j - \hat\mu_{o}), \qquad
              \mathit{df} = \sum_j p_j - p

    chi-square where answers are missing completely at random. ``naniar::mcar_test`` in R leaves the factor
    n / (n - 1) out and is larger by it. A rejection says that missing answers go with the answers given; none proves
    nothing: whether an answer is missing because of what it would have been, no data show. Not rejected is weak
    evidence in small samples, and with many thin patterns of rounded answers the test rejects somewhat too often or
    too rarely (simulated type I error at .05, ten seven-point items, 5 % holes, 500 samples: .056 at n = 200, .038 at
    n = 800).

    References
    ----------
    Little, R. J. A. (1988). A test of missing completely at random for multivariate data with missing values. Journal
    of the American Statistical Association, 83(404), 1198-1202. Enders, C. K. (2010). Applied missing data analysis.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> answers = pd.DataFrame(draw.normal(size=(300, 3)), columns=["a", "b", "c"])
    >>> answers.loc[draw.random(300) < 0.2, "c"] = np.nan
    >>> little_mcar(answers)[["n", "n.patterns", "df"]]
         n  n.patterns  df
    0  300           2   2
    """
    found = _tested(scores[list(items)] if items is not None else scores)
    table = pd.DataFrame([{"n": found.n, "items": found.items, "n.patterns": found.patterns, "chisq": found.chisq,
                           "df": found.df, "pvalue": found.pvalue, "computable": found.computable}])
    if found.computable != "yes":
        return table
    table.attrs["checks"] = (
        Check("mcar", "info", found.pvalue >= LEVEL, {"chisq": found.chisq, "df": found.df, "level": LEVEL,
                                                      "p": "< .001" if found.pvalue < 0.001 else
                                                      f"= {found.pvalue:.3f}".replace("0.", ".", 1)}),
        Check("mcar_patterns", "info", found.thin <= _MANY * found.patterns,
              {"thin": found.thin, "patterns": found.patterns}))
    return table


def _tested(answers: pd.DataFrame) -> Little:
    from scipy.special import chdtrc

    values = answers.to_numpy(dtype=float)
    if not np.isnan(values).any():
        return Little(len(values), values.shape[1], 1, np.nan, 0, np.nan, 0, "complete")
    sorted_ = moments.patterns_of(moments.cases(answers, list(answers), missing="fiml"))[0]
    sample = moments.saturated(sorted_).sample
    n, cov = sample.n, sample.cov * sample.n / (sample.n - 1)
    # b carries each respondent's weight in the sum of a pattern, whether rows are respondents or their summary
    sums = np.zeros(sorted_.missing.shape)
    np.add.at(sums, sorted_.of_row, sorted_.b[:, None] * sorted_.x)
    distance, df = 0.0, -values.shape[1]
    for count, total, missing in zip(sorted_.counts, sums, sorted_.missing, strict=True):
        here = ~missing
        away = total[here] / count - sample.mean[here]
        distance += count * float(away @ np.linalg.solve(cov[np.ix_(here, here)], away))
        df += int(here.sum())
    thin = int((sorted_.counts < values.shape[1]).sum())
    return Little(int(n), values.shape[1], len(sorted_.counts), distance, df, float(chdtrc(df, distance)), thin)
