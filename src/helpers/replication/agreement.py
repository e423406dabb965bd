"""How far a new estimate is from the original one, and whether that is more than chance, or less than matters.

Works on two estimates and their standard errors, whoever computed them: two fits, or a printed table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.replication.verdicts import verdicts

# Simonsohn (2015): an original that had less than this power to detect an effect says nothing about it.
POWER = 1 / 3
NEEDED = ("est.original", "se.original", "est.replication", "se.replication")
COLUMNS = ("est.original", "se.original", "est.original.ci.lower", "est.original.ci.upper", "est.replication",
           "se.replication", "est.replication.ci.lower", "est.replication.ci.upper", "difference", "se", "ci.lower",
           "ci.upper", "pvalue", "prediction.ci.lower", "prediction.ci.upper", "inside", "bound",
           "equivalence.ci.lower", "equivalence.ci.upper", "equivalence.pvalue", "d33", "d33.pvalue", "bf", "log10.bf",
           "verdict")


def agreement(pairs: pd.DataFrame, *, bound: float | pd.Series | None = None, conf_level: float = 0.95,
              adjust: str = "none") -> pd.DataFrame:
    r"""Hold every estimate of a replication against that of the original.

    Parameters
    ----------
    pairs : DataFrame, one row per estimate
        ``est.original se.original est.replication se.replication``, in one metric; every other column is kept in
        front. A standard error may be missing: what needs it is then left out.
    bound : float or Series, optional
        Smallest difference that matters, declared before the data, in the metric of the estimates. None: equivalence
        is not tested, and no estimate is said to agree.
    conf_level : float, default 0.95
        Of every interval; errors are 1 - conf_level.
    adjust : {"none", "holm"}
        Of the p values of difference and equivalence, over the rows. The verdict then goes by them.

    Returns
    -------
    DataFrame
        Columns in front of the four, then ``COLUMNS``: the estimates with intervals, ``difference`` (replication minus
        original) with ``se ci.lower ci.upper pvalue``, prediction interval of the original
        ``prediction.ci.lower prediction.ci.upper`` and whether the replication is ``inside``; ``bound`` with the
        interval of the two one-sided tests and their p; ``d33`` and the p of "smaller than that"; replication Bayes
        factor ``bf`` and its decimal logarithm ``log10.bf``; ``verdict`` (see ``verdicts``).
        ``attrs``: ``conf_level``, ``compared`` (rows).

    Raises
    ------
    DataError
        ``replication.columns``: a column is absent. ``replication.negative``: a standard error or bound below 0.
        ``replication.adjust``: an unknown adjustment.

    Notes
    -----
    With :math:`d = b_r - b_o` and :math:`s^2 = s_o^2 + s_r^2` (independent samples, normal estimates):

    .. math:: d \pm z_{1-\alpha/2}\, s, \qquad b_o \pm z_{1-\alpha/2}\, s

    are the interval of the difference and the prediction interval; one holds 0 where the other holds :math:`b_r`.
    Equivalence: :math:`p = \max\{\Phi((d - \Delta)/s), 1 - \Phi((d + \Delta)/s)\}`, the same as
    :math:`d \pm z_{1-\alpha} s` within :math:`\pm\Delta`. :math:`\delta_{33} = \lambda s_o` in the direction of
    :math:`b_o`, with :math:`\Phi(\lambda - z_{.975}) + \Phi(-\lambda - z_{.975}) = 1/3`. Replication Bayes factor:

    .. math:: B_{r0} = \frac{N(b_r; b_o, s_o^2 + s_r^2)}{N(b_r; 0, s_r^2)}

    References
    ----------
    Patil, Peng & Leek (2016). Perspectives on Psychological Science, 11, 539-544; Spence & Stanley (2016). PLoS ONE,
    11, e0162874 (prediction interval). Schuirmann (1987). Journal of Pharmacokinetics and Biopharmaceutics, 15,
    657-680; Lakens (2017). Social Psychological and Personality Science, 8, 355-362 (equivalence). Simonsohn (2015).
    Psychological Science, 26, 559-569 (small telescopes). Verhagen & Wagenmakers (2014). Journal of Experimental
    Psychology: General, 143, 1457-1475; Ly, Etz, Marsman & Wagenmakers (2019). Behavior Research Methods, 51,
    2498-2508 (Bayes factor). Holm (1979). Scandinavian Journal of Statistics, 6, 65-70.

    Examples
    --------
    >>> pairs = pd.DataFrame({"path": ["a", "b"], "est.original": [.40, .40], "se.original": [.05, .05],
    ...                       "est.replication": [.42, .15], "se.replication": [.03, .03]})
    >>> agreement(pairs, bound=.15)[["path", "difference", "ci.lower", "ci.upper", "inside", "verdict"]].round(3)
      path  difference  ci.lower  ci.upper  inside  verdict
    0    a        0.02    -0.094     0.134    True   agrees
    1    b       -0.25    -0.364    -0.136   False  smaller
    """
    _refuse(pairs, bound, adjust)
    first = pairs.drop(columns=[name for name in COLUMNS if name in pairs])
    o, so, r, sr = (pairs[name].to_numpy(dtype=float) for name in NEEDED)
    table = {**_estimates(o, so, r, sr, conf_level), **_difference(o, so, r, sr, conf_level),
             **_equivalence(r - o, np.hypot(so, sr), _bounds(bound, len(pairs)), conf_level),
             **_telescopes(o, so, r, sr), "bf": replication_bayes_factor(o, so, r, sr),
             "log10.bf": _log_bayes_factor(o, so, r, sr) / np.log(10)}
    made = pd.DataFrame(table, index=pairs.index)
    if adjust == "holm":
        made = made.assign(**{name: holm(made[name].to_numpy()) for name in ("pvalue", "equivalence.pvalue")})
    made["verdict"] = verdicts(made, conf_level=conf_level)
    found = pd.concat([first, made[list(COLUMNS)]], axis=1)
    found.attrs |= {"conf_level": conf_level, "compared": len(found), "adjust": adjust,
                    "by_chance": len(found) * (1 - conf_level), "checks": tuple(pairs.attrs.get("checks", ()))}
    return found


def replication_bayes_factor(est_original: np.ndarray, se_original: np.ndarray, est_replication: np.ndarray,
                             se_replication: np.ndarray) -> np.ndarray:
    r"""Weigh "the effect is what the original's posterior says" against "there is no effect".

    Parameters
    ----------
    est_original, se_original, est_replication, se_replication : array or float

    Returns
    -------
    ndarray
        :math:`B_{r0}`; above 1 the replication is more likely under the original's effect. NaN without errors.

    Examples
    --------
    >>> replication_bayes_factor(0.4, 0.1, 0.4, 0.1).round(1)
    np.float64(2107.9)
    """
    o, so, r, sr = (np.asarray(each, dtype=float) for each in (est_original, se_original, est_replication,
                                                              se_replication))
    with np.errstate(over="ignore"):
        return np.exp(_log_bayes_factor(o, so, r, sr))


def holm(pvalues: np.ndarray) -> np.ndarray:
    """Adjust p values for their number; absent ones do not count.

    Examples
    --------
    >>> holm(np.array([.01, .04, np.nan])).tolist()
    [0.02, 0.04, nan]
    """
    adjusted, known = np.full(len(pvalues), np.nan), np.flatnonzero(~np.isnan(pvalues))
    order = known[np.argsort(pvalues[known], kind="stable")]
    steps = pvalues[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def detectable(power: float = POWER) -> float:
    r"""Find the effect, in standard errors, that a two-sided test at .05 finds with this probability.

    Examples
    --------
    >>> round(detectable(), 4)
    1.5286
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr, ndtri

    z = ndtri(0.975)
    return float(brentq(lambda size: ndtr(size - z) + ndtr(-size - z) - power, 0.0, 10.0))


def _log_bayes_factor(o: np.ndarray, so: np.ndarray, r: np.ndarray, sr: np.ndarray) -> np.ndarray:
    """Natural logarithm: the factor itself overflows where an estimate is 38 standard errors from 0."""
    total = so**2 + sr**2
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return 0.5 * (np.log(sr**2 / total) + (r / sr) ** 2 - (r - o) ** 2 / total)


def _refuse(pairs: pd.DataFrame, bound: float | pd.Series | None, adjust: str) -> None:
    if absent := [name for name in NEEDED if name not in pairs]:
        raise DataError("replication.columns", columns=absent, have=list(map(str, pairs.columns)))
    if adjust not in ("none", "holm"):
        raise DataError("replication.adjust", found=adjust)
    for name, values in (("se.original", pairs["se.original"]), ("se.replication", pairs["se.replication"]),
                         ("bound", bound)):
        if values is not None and (np.asarray(values, dtype=float) < 0).any():
            raise DataError("replication.negative", name=name)


def _bounds(bound: float | pd.Series | None, rows: int) -> np.ndarray:
    return np.broadcast_to(np.asarray(np.nan if bound is None else bound, dtype=float), (rows,))


def _normal(conf_level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + conf_level) / 2))


def _estimates(o: np.ndarray, so: np.ndarray, r: np.ndarray, sr: np.ndarray,
               conf_level: float) -> dict[str, np.ndarray]:
    z, found = _normal(conf_level), {}
    for name, est, se in (("original", o, so), ("replication", r, sr)):
        found |= {f"est.{name}": est, f"se.{name}": se, f"est.{name}.ci.lower": est - z * se,
                  f"est.{name}.ci.upper": est + z * se}
    return found


def _difference(o: np.ndarray, so: np.ndarray, r: np.ndarray, sr: np.ndarray,
                conf_level: float) -> dict[str, np.ndarray]:
    from scipy.special import ndtr

    se, d = np.hypot(so, sr), r - o
    reach = _normal(conf_level) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        pvalue = 2 * ndtr(-np.abs(d / se))
    inside = pd.array(np.abs(d) <= reach, dtype="boolean")
    inside[np.isnan(reach)] = pd.NA
    return {"difference": d, "se": se, "ci.lower": d - reach, "ci.upper": d + reach, "pvalue": pvalue,
            "prediction.ci.lower": o - reach, "prediction.ci.upper": o + reach, "inside": inside}


def _equivalence(d: np.ndarray, se: np.ndarray, bound: np.ndarray, conf_level: float) -> dict[str, np.ndarray]:
    """Two one-sided tests, each at 1 - conf_level."""
    from scipy.special import ndtr

    reach = _normal(2 * conf_level - 1) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        pvalue = np.maximum(ndtr((d - bound) / se), ndtr(-(d + bound) / se))
    return {"bound": bound, "equivalence.ci.lower": d - reach, "equivalence.ci.upper": d + reach,
            "equivalence.pvalue": pvalue}


def _telescopes(o: np.ndarray, so: np.ndarray, r: np.ndarray, sr: np.ndarray) -> dict[str, np.ndarray]:
    """Test whether the replication is smaller than what the original could hardly have seen."""
    from scipy.special import ndtr

    direction = np.where(o < 0, -1.0, 1.0)
    size = detectable() * so
    with np.errstate(divide="ignore", invalid="ignore"):
        pvalue = ndtr((direction * r - size) / sr)
    return {"d33": direction * size, "d33.pvalue": pvalue}
