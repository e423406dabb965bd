"""How reliable is the sum of items that may carry the factor unequally? Coefficient omega."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.measurement import resampling
from helpers.measurement.answers import Scale, complete_scale
from helpers.measurement.coefficient_alpha import variance_of_sum
from helpers.measurement.one_factor import OneFactor, one_factor

DENOMINATOR = "model-implied"
"""What the variance of the factor's part is divided by in ``omega``; ``omega.observed`` divides by the observed one."""


def omega(scores: pd.DataFrame, *, conf_level: float = 0.95, draws: int = 5000, seed: int = 1) -> pd.DataFrame:
    r"""Coefficient omega of the raw sum score of one scale, with a percentile bootstrap interval.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, k_items)
        Complete item scores, already reverse-coded. k >= 2.
    conf_level : float, default 0.95
    draws : int, default 5000
    seed : int, default 1

    Returns
    -------
    DataFrame, one row
        ``k``, ``n``, ``omega``, ``ci.lower``, ``ci.upper``, ``omega.observed``, ``denominator`` (of ``omega``),
        ``draws``, ``failed`` (draws without an estimate; left out of the interval); unrounded. NaN where the model has
        no estimate; ``attrs["checks"]`` says so.

    Raises
    ------
    DataError
        If an answer is missing, an item is constant, or fewer than two items are given.

    Notes
    -----
    From the one-factor model, maximum likelihood, factor variance 1, unstandardized loadings:

    .. math::

        \omega = \frac{(\sum_i \lambda_i)^2}{(\sum_i \lambda_i)^2 + \sum_i \theta_i}, \qquad
        \omega_{observed} = \frac{(\sum_i \lambda_i)^2}{s_X^2}

    Both are called omega in print; they differ as far as the one-factor model misses the variance of the sum. Neither
    is a sign that there is one factor. Two items identify the model only with equal loadings: omega then equals alpha.
    The estimates are those of ``sem.fit``; agrees with ``semTools::compRelSEM`` (tests/oracle/measurement.R).

    References
    ----------
    McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.
    Kelley, K., & Pornprasertmanit, S. (2016). Confidence intervals for population reliability coefficients.
    Psychological Methods, 21(1), 69-92.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> trust = random.normal(size=(300, 1)) * [0.8, 0.7, 0.6] + random.normal(size=(300, 3)) * 0.6
    >>> found = omega(pd.DataFrame(trust, columns=["tr1", "tr2", "tr3"]), draws=1000)
    >>> found[["k", "n", "omega", "ci.lower", "ci.upper", "failed"]].round(2)
       k    n  omega  ci.lower  ci.upper  failed
    0  3  300   0.77      0.73      0.81       0
    """
    scale = complete_scale(scores)
    fitted = one_factor(np.cov(scale.complete, rowvar=False)[..., None])
    drawn = resampling.covariances([scale.complete], draws=draws, seed=seed)[0]
    value, observed = of_estimates(fitted, np.cov(scale.complete, rowvar=False)[..., None])
    lower, upper, failed = interval(fitted, drawn, conf_level)
    table = pd.DataFrame([{
        "k": len(scale.items), "n": scale.n, "omega": float(value[0]), "ci.lower": lower, "ci.upper": upper,
        "omega.observed": float(observed[0]), "denominator": DENOMINATOR, "draws": draws, "failed": failed,
    }])
    table.attrs["checks"] = checks(scale, fitted, failed=failed, draws=draws)
    return table


def of_estimates(fitted: OneFactor, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Omega with the model-implied and with the observed variance of the sum; NaN where the sum does not vary."""
    common, observed = fitted.loadings.sum(axis=0) ** 2, variance_of_sum(cov)
    return np.where(np.isnan(observed), np.nan, common / (common + fitted.residuals.sum(axis=0))), common / observed


def interval(fitted: OneFactor, drawn: np.ndarray, conf_level: float) -> tuple[float, float, int]:
    """Percentile interval of omega from the covariances of the draws; nothing where the sample has no estimate."""
    if not fitted.converged[0]:
        return float("nan"), float("nan"), drawn.shape[-1]
    return resampling.percentiles(of_estimates(one_factor(drawn, start=fitted), drawn)[0], conf_level)


def checks(scale: Scale, fitted: OneFactor, *, failed: int, draws: int) -> tuple[Check, ...]:
    """Say what is doubtful about the one-factor estimates of a scale."""
    named = {"construct": scale.name or "-", "scales": 1}
    if not fitted.converged[0]:
        return (Check("omega_undefined", "caution", False, named),)
    found = []
    if len(scale.items) == 2:
        of_two = _of_two(np.cov(scale.complete, rowvar=False))
        found.append(Check("omega_two_items", "info", False, {**named, **of_two}))
    negative = [item for item, residual in zip(scale.items, fitted.residuals[:, 0], strict=True) if residual < 0]
    if negative:
        found.append(Check("omega_improper", "caution", False, {**named, "items": negative}))
    if draws:
        share = failed / draws
        found.append(Check("omega_draws", "caution", share <= TOLERATED_FAILURES,
                           {**named, "failed": failed, "draws": draws, "tolerated": TOLERATED_FAILURES}))
    return tuple(found)


def _of_two(cov: np.ndarray) -> dict[str, float]:
    """Correlation of two items and its Spearman-Brown coefficient, which is their standardized alpha."""
    r = float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))
    return {"r": r, "spearman_brown": 2 * r / (1 + r) if r > -1 else float("nan")}


# Above this share the draws that are left are a selection, and the interval that of the well-behaved samples.
TOLERATED_FAILURES = 0.05
