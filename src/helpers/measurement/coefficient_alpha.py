"""How reliable is the sum of items that carry the true score equally strongly? Coefficient alpha."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.measurement import resampling
from helpers.measurement.answers import complete_scale

# Share of the items' variances below which the variance of their sum is rounding error.
CONSTANT = 1e-12


def cronbach_alpha(scores: pd.DataFrame, *, conf_level: float = 0.95, draws: int = 0, seed: int = 1) -> pd.DataFrame:
    r"""Coefficient alpha of one scale, with Feldt's confidence interval.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, k_items)
        Complete item scores, already reverse-coded. k >= 2.
    conf_level : float, default 0.95
    draws : int, default 0
        Bootstrap draws; 0 leaves the bootstrap interval out (its two columns are NaN).
    seed : int, default 1
        Of the bootstrap.

    Returns
    -------
    DataFrame, one row
        ``k``, ``n``, ``alpha``, ``ci.lower``, ``ci.upper`` (Feldt), ``boot.ci.lower``, ``boot.ci.upper`` (percentile),
        ``alpha.std`` (of the standardized items), ``mean.r`` (mean inter-item correlation); unrounded.

    Raises
    ------
    DataError
        If an answer is missing, an item is constant, or fewer than two items are given.

    Notes
    -----
    .. math::

        \alpha = \frac{k}{k-1}\Bigl(1 - \frac{\sum_i s_i^2}{s_X^2}\Bigr), \qquad
        \alpha_{std} = \frac{k\bar r}{1 + (k-1)\bar r}

    Feldt's limits are :math:`1 - (1-\alpha)F_{1-a/2}` and :math:`1 - (1-\alpha)F_{a/2}` with n - 1 and (n - 1)(k - 1)
    degrees of freedom; they hold for normal items that measure the true score equally strongly. Two items: the
    standardized alpha is the Spearman-Brown coefficient. Agrees with ``psych::alpha`` (tests/oracle/measurement.R).

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16(3), 297-334.
    Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha. Applied
    Psychological Measurement, 11(1), 93-103.

    Examples
    --------
    >>> answers = pd.DataFrame({"as1": [2, 4, 5, 6, 7], "as2": [3, 4, 4, 6, 6]})
    >>> cronbach_alpha(answers)[["k", "n", "alpha", "ci.lower", "ci.upper"]].round(3)
       k  n  alpha  ci.lower  ci.upper
    0  2  5  0.932     0.347     0.993
    """
    scale = complete_scale(scores)
    cov = np.cov(scale.complete, rowvar=False)
    alpha = float(of_covariances(cov[..., None])[0])
    lower, upper = feldt_interval(alpha, n=scale.n, k=len(scale.items), conf_level=conf_level)
    boot = (np.nan, np.nan)
    if draws:
        drawn = resampling.covariances([scale.complete], draws=draws, seed=seed)[0]
        boot = resampling.percentiles(of_covariances(drawn), conf_level)[:2]
    standardized, mean_r = standardized_alpha(cov)
    return pd.DataFrame([{
        "k": len(scale.items), "n": scale.n, "alpha": alpha, "ci.lower": lower, "ci.upper": upper,
        "boot.ci.lower": boot[0], "boot.ci.upper": boot[1], "alpha.std": standardized, "mean.r": mean_r,
    }])


def of_covariances(cov: np.ndarray) -> np.ndarray:
    """Alpha of each covariance matrix, shape (k, k, B) -> (B,); NaN where the sum score does not vary."""
    k = len(cov)
    return k / (k - 1) * (1 - np.einsum("iib->b", cov) / variance_of_sum(cov))


def variance_of_sum(cov: np.ndarray) -> np.ndarray:
    """Variance of the sum score, shape (k, k, B) -> (B,); NaN where it is zero but for rounding."""
    total = cov.sum(axis=(0, 1))
    return np.where(total > CONSTANT * np.einsum("iib->b", cov), total, np.nan)


def feldt_interval(alpha: float, *, n: int, k: int, conf_level: float) -> tuple[float, float]:
    """Feldt's limits for alpha.

    Examples
    --------
    >>> [round(limit, 3) for limit in feldt_interval(0.8, n=100, k=4, conf_level=0.95)]
    [0.727, 0.857]
    """
    from scipy.special import fdtri

    tail = (1 - conf_level) / 2
    df = n - 1, (n - 1) * (k - 1)
    return 1 - (1 - alpha) * float(fdtri(*df, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*df, tail))


def standardized_alpha(cov: np.ndarray) -> tuple[float, float]:
    """Alpha of the standardized items and the mean inter-item correlation, from one covariance matrix."""
    sd = np.sqrt(np.diag(cov))
    k = len(cov)
    cor = cov / np.outer(sd, sd)
    return float(of_covariances(cor[..., None])[0]), float((cor.sum() - k) / (k * (k - 1)))
