"""Does the same person get the same score again? Test-retest reliability between the waves of a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement.answers import FEWEST_RESPONDENTS
from helpers.measurement.gates import together


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """An intraclass correlation and its interval; NaN where the scores do not vary."""

    value: float
    lower: float
    upper: float


def icc(ratings: np.ndarray, *, kind: str = "A", conf_level: float = 0.95) -> IntraclassCorrelation:
    r"""Intraclass correlation of single scores, two-way model.

    Parameters
    ----------
    ratings : ndarray, shape (n, k)
        One row per person, one column per occasion; complete. n >= 3, k >= 2.
    kind : {"A", "C"}, default "A"
        Absolute agreement, ICC(A,1), or consistency, ICC(C,1), which lets occasions differ by a constant.
    conf_level : float, default 0.95

    Returns
    -------
    IntraclassCorrelation

    Notes
    -----
    With the mean squares of persons (R), occasions (C) and the rest (E):

    .. math::

        ICC(C,1) = \frac{MS_R - MS_E}{MS_R + (k-1) MS_E}, \qquad
        ICC(A,1) = \frac{MS_R - MS_E}{MS_R + (k-1) MS_E + \frac{k}{n}(MS_C - MS_E)}

    The interval of agreement rests on Satterthwaite's degrees of freedom. Agrees with ``psych::ICC``
    (tests/oracle/test_retest.R).

    References
    ----------
    Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater reliability. Psychological
    Bulletin, 86(2), 420-428.
    McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods, 1(1), 30-46.

    Examples
    --------
    >>> found = icc(np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]))
    >>> round(found.value, 2), round(found.lower, 2), round(found.upper, 2)
    (0.29, 0.02, 0.76)
    """
    persons, occasions, rest = _mean_squares(ratings)
    n, k = ratings.shape
    if not persons + rest > 0:
        return IntraclassCorrelation(float("nan"), float("nan"), float("nan"))
    if kind == "C":
        value = (persons - rest) / (persons + (k - 1) * rest)
        return IntraclassCorrelation(value, *_of_consistency(persons, rest, n, k, conf_level))
    value = (persons - rest) / (persons + (k - 1) * rest + k / n * (occasions - rest))
    return IntraclassCorrelation(value, *_of_agreement(value, (persons, occasions, rest), n, k, conf_level))


def retest(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, groups: pd.DataFrame, panel: str,
           respondents: Sequence[int] | np.ndarray, conf_level: float = 0.95, at_least: float = 0.70,
           source: str = "COSMIN (Prinsen et al., 2018)") -> pd.DataFrame:
    r"""Compare every scale's mean score of the same people between neighbouring waves.

    Parameters
    ----------
    scores : DataFrame, shape (n_rows, n_items)
        Item scores, one row per respondent and wave.
    constructs : mapping of str to sequence of str
        Construct -> its items; one item is enough.
    groups : DataFrame, shape (n_rows, ...)
        Holds the column of the waves, an ordered Categorical.
    panel : str
        Its name; "" where the same people were not asked again.
    respondents : sequence of int, shape (n_rows,)
        Who answered each row.
    conf_level : float, default 0.95
    at_least : float, default 0.70
        Agreement below which a remark is made.
    source : str
        Of that mark.

    Returns
    -------
    DataFrame, one row per construct and pair of neighbouring waves
        ``construct``, ``wave1``, ``wave2``, ``n`` (people with complete answers in both), ``change`` (mean of the later
        minus the earlier), ``icc.agreement`` with ``.ci.*``, ``icc.consistency`` with ``.ci.*``, ``se.measurement``
        (standard error of measurement in units of the mean score), ``sdc`` (smallest change of one person that is not
        error, at 95 %), ``r`` with ``r.ci.*`` (Fisher).

    Raises
    ------
    DataError
        If no panel is declared (``measurement.no_panel``), or fewer than three people answered twice.

    Notes
    -----
    .. math:: SEM_{agreement} = \sqrt{\hat\sigma^2_{occasions} + \hat\sigma^2_{rest}}, \qquad
              SDC = 1.96 \sqrt 2\; SEM_{agreement}

    Agreement counts true change as error: it is reliability only where nothing should have changed in between.

    References
    ----------
    de Vet, H. C. W., Terwee, C. B., Knol, D. L., & Bouter, L. M. (2006). When to use agreement versus reliability
    measures. Journal of Clinical Epidemiology, 59(10), 1033-1039.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> lasting = random.normal(size=(80, 1))
    >>> scores = pd.DataFrame(np.tile(lasting, (2, 2)) + random.normal(size=(160, 2)) * 0.5, columns=["tr1", "tr2"])
    >>> groups = pd.DataFrame({"wave": pd.Categorical(np.repeat(["2025", "2026"], 80), ordered=True)})
    >>> table = retest(scores, {"trust": ["tr1", "tr2"]}, groups=groups, panel="wave",
    ...                respondents=np.tile(np.arange(80), 2))
    >>> table[["construct", "n", "icc.agreement", "r"]].round(2)
      construct   n  icc.agreement     r
    0     trust  80           0.89  0.9
    """
    if not panel:
        raise DataError("measurement.no_panel")
    waves = [str(level) for level in groups[panel].cat.categories if (groups[panel] == level).any()]
    if len(waves) < 2:
        raise DataError("measurement.no_second_wave", wave=panel, found=waves)
    rows = []
    for name, items in constructs.items():
        wide = pd.DataFrame({"score": scores[list(items)].mean(axis=1, skipna=False), "who": np.asarray(respondents),
                             "wave": groups[panel].astype(str)}).pivot(index="who", columns="wave", values="score")
        rows += [_row(name, wide[[first, second]].dropna(), conf_level) for first, second in pairwise(waves)]
    table = pd.DataFrame(rows)
    table.attrs["checks"] = together(_checks(row, at_least, source) for row in rows)
    return table


def _row(name: str, both: pd.DataFrame, conf_level: float) -> dict:
    if len(both) < FEWEST_RESPONDENTS:
        raise DataError("measurement.too_few_again", where=name, n=len(both), fewest=FEWEST_RESPONDENTS,
                        waves=[str(wave) for wave in both.columns])
    ratings = both.to_numpy()
    agreement, consistency = (icc(ratings, kind=kind, conf_level=conf_level) for kind in "AC")
    _, occasions, rest = _mean_squares(ratings)
    error = float(np.sqrt(max(0.0, (occasions - rest) / len(ratings)) + rest))
    r, lower, upper = _correlation(ratings, conf_level)
    return {
        "construct": name, "wave1": str(both.columns[0]), "wave2": str(both.columns[1]), "n": len(both),
        "change": float((ratings[:, 1] - ratings[:, 0]).mean()),
        "icc.agreement": agreement.value, "icc.agreement.ci.lower": agreement.lower,
        "icc.agreement.ci.upper": agreement.upper, "icc.consistency": consistency.value,
        "icc.consistency.ci.lower": consistency.lower, "icc.consistency.ci.upper": consistency.upper,
        "se.measurement": error, "sdc": 1.96 * np.sqrt(2) * error, "r": r, "r.ci.lower": lower, "r.ci.upper": upper,
    }


def _mean_squares(ratings: np.ndarray) -> tuple[float, float, float]:
    """Mean squares of persons, of occasions and of the rest."""
    n, k = ratings.shape
    grand = ratings.mean()
    persons, occasions = ratings.mean(axis=1) - grand, ratings.mean(axis=0) - grand
    rest = ratings - grand - persons[:, None] - occasions
    return (float(k * (persons**2).sum() / (n - 1)), float(n * (occasions**2).sum() / (k - 1)),
            float((rest**2).sum() / ((n - 1) * (k - 1))))


def _of_consistency(persons: float, rest: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    from scipy.special import fdtri

    if rest == 0:
        return 1.0, 1.0
    top, df = (1 + conf_level) / 2, (n - 1) * (k - 1)
    low = persons / rest / float(fdtri(n - 1, df, top))
    high = persons / rest * float(fdtri(df, n - 1, top))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _of_agreement(value: float, squares: tuple[float, float, float], n: int, k: int,
                  conf_level: float) -> tuple[float, float]:
    """Interval of ICC(A,1): McGraw and Wong (1996), table 7."""
    from scipy.special import fdtri

    persons, occasions, rest = squares
    if rest == 0 and occasions == 0:
        return 1.0, 1.0
    a, b = k * value / (n * (1 - value)), 1 + k * value * (n - 1) / (n * (1 - value))
    df = (a * occasions + b * rest) ** 2 / ((a * occasions) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1)))
    top = (1 + conf_level) / 2
    lower, upper = float(fdtri(n - 1, df, top)), float(fdtri(df, n - 1, top))
    mixed = k * occasions + (k * n - k - n) * rest
    return (n * (persons - lower * rest) / (lower * mixed + n * persons),
            n * (upper * persons - rest) / (mixed + n * upper * persons))


def _correlation(ratings: np.ndarray, conf_level: float) -> tuple[float, float, float]:
    """Pearson's correlation with Fisher's interval."""
    from scipy.special import ndtri

    if (np.ptp(ratings, axis=0) == 0).any():
        return float("nan"), float("nan"), float("nan")
    r = float(np.corrcoef(ratings, rowvar=False)[0, 1])
    if len(ratings) < 4 or abs(r) >= 1:
        return r, float("nan"), float("nan")
    reach = float(ndtri((1 + conf_level) / 2)) / np.sqrt(len(ratings) - 3)
    return r, float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach))


def _checks(row: dict, at_least: float, source: str) -> Check:
    return Check("test_retest", "info", bool(row["icc.agreement"] >= at_least), {
        "construct": row["construct"], "scales": 1, "wave1": row["wave1"], "wave2": row["wave2"],
        "icc": row["icc.agreement"], "at_least": at_least, "source": source})
