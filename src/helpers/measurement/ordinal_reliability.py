"""How reliable is the sum of answers that are ordered categories? Categorical omega beside what it is confused with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers import moments
from helpers.errors import Check, DataError
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement.answers import Scale, scales_of
from helpers.measurement.categorical_omega import categorical_omega
from helpers.measurement.gates import together
from helpers.measurement.ordinal_factor import ordinal_factor
from helpers.measurement.polychoric_correlations import DEFINITE
from helpers.moments.ordinal import MOST_CATEGORIES

# Respondents from which the interval covers categorical omega as often as it says (benchmarks/VALIDATION_SCALES.md).
ENOUGH_FOR_INTERVAL = 500
_FIGURES = ("omega.categorical", "omega.categorical.ci.lower", "omega.categorical.ci.upper", "alpha.ordinal",
            "mean.r.polychoric")


def ordinal_reliability(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *,
                        conf_level: float = 0.95) -> pd.DataFrame:
    r"""Reliability of sums of ordinal items, by the normal responses behind them.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items, two or more.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n`` (complete answers to the scale), ``categories`` (most that an item uses), ``alpha``
        (of the answers, as in `reliability`), ``omega.categorical`` with ``.ci.*`` (Green & Yang: reliability of the
        sum of the answers), ``alpha.ordinal`` (of the responses behind them, which nobody observes),
        ``mean.r.polychoric``. NaN where there is none; ``attrs["checks"]`` says why.

    Raises
    ------
    DataError
        As `reliability`.

    Notes
    -----
    Categorical omega: `categorical_omega`, with loadings by diagonally weighted least squares as in WLSMV. Its
    interval is symmetric in :math:`\log(\omega / (1 - \omega))`, with the standard error by the delta method from the
    asymptotic covariances of thresholds and polychoric correlations, which are too small in samples of one or two
    hundred (benchmarks/VALIDATION_SCALES.md). Ordinal alpha is alpha of the polychoric
    correlations :math:`R`,

    .. math:: \alpha_{ord} = \frac{k}{k-1}\Bigl(1 - \frac{k}{\sum_{ij} R_{ij}}\Bigr)

    the reliability that a sum of the continuous responses would have; the sum of the answers is less reliable
    (Chalmers, 2018). Two items: equal loadings. Agrees with ``semTools::compRelSEM(ord.scale = TRUE)`` and
    ``psych::alpha`` of lavaan's polychoric matrix (tests/oracle/ordinal_reliability.R).

    References
    ----------
    Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural equation modeling: An
    alternative to coefficient alpha. Psychometrika, 74(1), 155-167.
    Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of coefficients alpha and theta for Likert
    rating scales. Journal of Modern Applied Statistical Methods, 6(1), 21-29.
    Chalmers, R. P. (2018). On misconceptions and the limited usefulness of ordinal alpha. Educational and
    Psychological Measurement, 78(6), 1056-1071.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> trust = random.normal(size=(400, 1)) + random.normal(size=(400, 4))
    >>> answers = pd.DataFrame(np.digitize(trust, [-1, 0, 1]) + 1, columns=list("abcd"))
    >>> table = ordinal_reliability(answers, {"trust": list("abcd")})
    >>> table[["categories", "alpha", "omega.categorical", "alpha.ordinal"]].round(2)
       categories  alpha  omega.categorical  alpha.ordinal
    0           4   0.74               0.74           0.78
    """
    scales = scales_of(scores, constructs)
    found = [_row(scale, scores, conf_level) for scale in scales]
    table = pd.DataFrame([row for row, _ in found])
    smallest = int(table["n"].min())
    table.attrs["checks"] = (*together(check for _, checks in found for check in checks),
                             Check("ordinal_interval", "info", smallest >= ENOUGH_FOR_INTERVAL,
                                   {"n": smallest, "enough": ENOUGH_FOR_INTERVAL}))
    return table


def _row(scale: Scale, scores: pd.DataFrame, conf_level: float) -> tuple[dict, list[Check]]:
    items = list(scale.items)
    complete = scores[items].dropna()
    categories = int(complete.nunique().max())
    row = {"construct": scale.name, "k": len(items), "n": scale.n, "categories": categories,
           "alpha": float(alphas.of_covariances(np.cov(scale.complete, rowvar=False)[..., None])[0]),
           **dict.fromkeys(_FIGURES, np.nan)}
    named = {"construct": scale.name or "-", "scales": 1, "categories": categories, "most": MOST_CATEGORIES}
    ordinal = Check("ordinal_categories", "info", categories <= MOST_CATEGORIES, named)
    if not ordinal.passed:
        return row, [ordinal]
    try:
        latent = moments.latent_moments(complete, items, items)
    except DataError:  # of this scale only: two items whose answers order each other perfectly
        return row, [ordinal, Check("ordinal_undefined", "caution", False, named)]
    cuts = sum(map(len, latent.thresholds))
    correlations = latent.values[cuts:]
    smallest = float(np.linalg.eigvalsh(latent.cov)[0])
    definite = Check("ordinal_definite", "caution", smallest > DEFINITE, {**named, "eigenvalue": smallest})
    if latent.pairs.limit.any():  # correlations without a maximum are no numbers to compute with
        return row, [ordinal, Check("ordinal_undefined", "caution", False, named), definite]
    row |= {"alpha.ordinal": float(alphas.of_covariances(latent.cov[..., None])[0]),
            "mean.r.polychoric": float(correlations.mean()), **_of_omega(latent, correlations, conf_level)}
    defined = not np.isnan(row["omega.categorical"])
    return row, [ordinal, Check("ordinal_undefined", "caution", defined, named), definite]


def _of_omega(latent: moments.LatentMoments, correlations: np.ndarray, conf_level: float) -> dict[str, float]:
    """Categorical omega and its interval; nothing where the factor model has no proper estimate."""
    value, error = omega_with_error(latent, correlations)
    if not 0 < value < 1:
        return {"omega.categorical": value}
    lower, upper = logit_interval(value, error, conf_level)
    return {"omega.categorical": value, "omega.categorical.ci.lower": lower, "omega.categorical.ci.upper": upper}


def omega_with_error(latent: moments.LatentMoments, correlations: np.ndarray) -> tuple[float, float]:
    """Categorical omega of one scale and its standard error; NaN where its model has no proper estimate."""
    cuts = sum(map(len, latent.thresholds))
    fitted = ordinal_factor(correlations, np.diag(latent.gamma)[cuts:])
    if not (np.abs(fitted.loadings) < 1).all():
        return float("nan"), float("nan")
    found = categorical_omega(latent.thresholds, latent.answers.values, fitted.loadings, correlations)
    slope = np.concatenate([*found.by_thresholds, found.by_correlations + found.by_loadings @ fitted.by_correlations])
    # n - 1 as in the standard errors of WLSMV.
    return found.omega, float(np.sqrt(slope @ latent.gamma @ slope / (latent.n - 1)))


def logit_interval(value: float, error: float, conf_level: float) -> tuple[float, float]:
    """Interval of a proportion-like coefficient, symmetric in its logit.

    Examples
    --------
    >>> [round(limit, 3) for limit in logit_interval(0.8, 0.02, 0.95)]
    [0.758, 0.836]
    """
    from scipy.special import expit, logit, ndtri

    reach = float(ndtri((1 + conf_level) / 2)) * error / (value * (1 - value))
    return float(expit(logit(value) - reach)), float(expit(logit(value) + reach))
