"""How large is a difference, in standard deviations or as a share of variance? Estimates with intervals."""

from __future__ import annotations

import numpy as np


def standardized_contrast(means: np.ndarray, variances: np.ndarray, n: np.ndarray, weights: np.ndarray, *,
                          conf_level: float) -> tuple[float, float, float]:
    r"""Contrast of group means in standard deviations (Hedges' g for two groups), variances unequal.

    Parameters
    ----------
    means, variances, n : ndarray, shape (a,)
        Of the groups in the contrast; variances with divisor n - 1.
    weights : ndarray, shape (a,)
        Sum to zero; (1, -1) for two groups.
    conf_level : float

    Returns
    -------
    g, lower, upper : float

    Notes
    -----
    .. math::

        d = \frac{\sum_j c_j \bar x_j}{s}, \quad s^2 = \frac1a\sum_j s_j^2, \quad
        g = \Bigl(1 - \frac{3}{4\,df - 1}\Bigr)\,d, \quad df = \sum_j (n_j - 1)

    .. math::

        \operatorname{var}(d) = \frac{d^2}{a^2 s^4}\sum_j\frac{s_j^4}{2(n_j-1)}
        + \frac{1}{s^2}\sum_j\frac{c_j^2 s_j^2}{n_j-1}

    The interval is :math:`d \pm z\sqrt{\operatorname{var}(d)}` and does not assume equal variances (Bonett, 2008); the
    estimate carries Hedges' (1981) correction of its small-sample bias.

    References
    ----------
    Bonett, D. G. (2008). Confidence intervals for standardized linear contrasts of means. Psychological Methods,
    13(2), 99-109. Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related
    estimators. Journal of Educational Statistics, 6(2), 107-128.

    Examples
    --------
    >>> found = standardized_contrast(np.array([5.0, 4.5]), np.array([1.0, 1.2]), np.array([100, 80]),
    ...                               np.array([1, -1]), conf_level=0.95)
    >>> [round(value, 3) for value in found]
    [0.475, 0.175, 0.778]
    """
    from scipy.special import ndtri

    groups, df = len(means), n - 1
    pooled = variances.mean()
    d = float((weights * means).sum() / np.sqrt(pooled))
    variance = (d**2 / (groups**2 * pooled**2) * (variances**2 / (2 * df)).sum()
                + (weights**2 * variances / df).sum() / pooled)
    reach = float(ndtri((1 + conf_level) / 2)) * float(np.sqrt(variance))
    return d * (1 - 3 / (4 * float(df.sum()) - 1)), d - reach, d + reach


def omega_squared(f: float, *, df1: float, df2: float, n: int, conf_level: float) -> tuple[float, float, float]:
    r"""Share of variance between groups, from F, with the interval of the noncentral F distribution.

    Parameters
    ----------
    f, df1, df2 : float
        Welch's F here; the usual F would do.
    n : int
        Respondents in all groups.

    Returns
    -------
    omega2, lower, upper : float
        The estimate is nearly unbiased and negative where F < 1; it is shown as it is (Okada, 2017). The limits are
        those of a share and lie in [0, 1).

    Notes
    -----
    .. math:: \omega^2 = \frac{df_1(F-1)}{df_1(F-1)+N}, \qquad \text{limits } \frac{\delta}{\delta + N}

    where F is the upper and the lower tail point of the noncentral F with noncentrality :math:`\delta` (Steiger,
    2004). With Welch's F and unequal variances the share is that of means weighted by :math:`n_j/\sigma_j^2`, and the
    interval is approximate.

    References
    ----------
    Steiger, J. H. (2004). Beyond the F test: Effect size confidence intervals and tests of close fit in the analysis
    of variance and contrast analysis. Psychological Methods, 9(2), 164-182.
    Okada, K. (2017). Negative estimate of variance-accounted-for effect size. Behavior Research Methods, 49, 979-987.

    Examples
    --------
    >>> [round(value, 3) for value in omega_squared(9.38, df1=2, df2=164.8, n=270, conf_level=0.95)]
    [0.058, 0.017, 0.126]
    """
    tail = (1 - conf_level) / 2
    lower, upper = (_noncentrality(f, df1, df2, share) for share in (1 - tail, tail))
    explained = df1 * (f - 1)
    return explained / (explained + n), lower / (lower + n), upper / (upper + n)


def noncentral_f(f: float, *, df1: float, df2: float, nc: float) -> float:
    """Cumulative distribution of the noncentral F, as a Poisson mixture of beta distributions.

    Examples
    --------
    >>> round(noncentral_f(3.0, df1=2, df2=50, nc=4.0), 6)
    0.577284
    """
    from scipy.special import betainc, gammaln

    mean = nc / 2
    reach = 12 * np.sqrt(mean + 1) + 40
    j = np.arange(max(0, np.floor(mean - reach)), np.ceil(mean + reach) + 1)
    log_weight = (j * np.log(mean) if mean > 0 else np.where(j > 0, -np.inf, 0.0)) - mean - gammaln(j + 1)
    return float((np.exp(log_weight) * betainc(df1 / 2 + j, df2 / 2, df1 * f / (df1 * f + df2))).sum())


def _noncentrality(f: float, df1: float, df2: float, share: float) -> float:
    """Find the noncentrality at which F has this much of the distribution below it; 0 where there is none."""
    from scipy.optimize import brentq

    if noncentral_f(f, df1=df1, df2=df2, nc=0.0) <= share:
        return 0.0
    top = df1 * f + 10.0
    while noncentral_f(f, df1=df1, df2=df2, nc=top) > share:
        top *= 2
    return float(brentq(lambda nc: noncentral_f(f, df1=df1, df2=df2, nc=nc) - share, 0.0, top, xtol=1e-10))
