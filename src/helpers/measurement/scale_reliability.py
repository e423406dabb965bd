"""How reliable is the score of each scale? One table for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement import coefficient_omega as omegas
from helpers.measurement import resampling
from helpers.measurement.answers import Scale, scales_of
from helpers.measurement.direction import reversed_check
from helpers.measurement.gates import together
from helpers.measurement.one_factor import OneFactor, one_factor
from helpers.measurement.unidimensionality import CONTRADICTED

# The answers to one item range over twice as wide a scale as those to another: the raw sum is mostly the former.
DIFFERENT_RANGES = 2.0


def reliability(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, conf_level: float = 0.95,
                draws: int = 5000, seed: int = 1, at_least: float = 0.70,
                source: str = "Nunnally & Bernstein (1994)", one_factor_fit: pd.DataFrame | None = None,
                single: Sequence[str] = (), respondents: Sequence[int] | np.ndarray | None = None) -> pd.DataFrame:
    r"""Alpha and omega of every scale, with confidence intervals.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items, two or more.
    conf_level : float, default 0.95
    draws : int, default 5000
        Bootstrap draws: respondents are resampled once per draw for all scales together. 0 leaves the bootstrap out.
    seed : int, default 1
    at_least : float, default 0.70
        The flag raised below it is a remark, not a verdict.
    source : str
        Of that mark; printed with the flag.
    one_factor_fit : DataFrame, optional
        What `unidimensionality` returned; its verdict stands beside each coefficient.
    single : sequence of str
        Constructs of one item: named, for they have no internal consistency.
    respondents : sequence of int, shape (n_respondents,), optional
        Who answered each row. Where somebody answered several (a panel), the bootstrap draws people with all their
        rows; Feldt's interval cannot allow for that.

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n`` (complete answers to this scale), ``one.factor`` (only with ``one_factor_fit``),
        ``alpha`` with ``alpha.ci.*`` (Feldt) and ``alpha.boot.ci.*`` (percentile), ``omega`` with ``omega.ci.*``
        (percentile), ``omega.observed``, ``mean.r``, ``alpha.std``, ``se.measurement`` (standard error of measurement
        of the raw sum, by alpha), ``missing`` (respondents left out for a missing answer), ``denominator`` (of
        ``omega``), ``failed`` (draws without omega). ``attrs["checks"]`` holds the gates.

    Raises
    ------
    DataError
        Everything wrong with any scale at once: unknown or constant items, fewer than two items, too few answers.

    Notes
    -----
    Formulas and sources: `cronbach_alpha`, `omega`. The standard error of measurement is
    :math:`s_X \sqrt{1 - \alpha}`, undefined where alpha is negative. A respondent with a missing answer is left out
    of that scale only. Resampling respondents, not answers, lets the n of a scale with missing answers vary over the
    draws as it would over samples.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> trust, loyalty = random.normal(size=(2, 200, 1))
    >>> noise = random.normal(size=(200, 5)) * 0.8
    >>> scores = pd.DataFrame(np.hstack([trust, trust, trust, loyalty, loyalty]) + noise, columns=list("abcde"))
    >>> table = reliability(scores, {"trust": ["a", "b", "c"], "loyalty": ["d", "e"]}, draws=500)
    >>> table[["construct", "k", "n", "alpha", "omega"]].round(2)
      construct  k    n  alpha  omega
    0     trust  3  200   0.81   0.81
    1   loyalty  2  200   0.78   0.78
    """
    scales = scales_of(scores, constructs)
    drawn: Sequence[np.ndarray | None] = [None] * len(scales)
    if draws:
        drawn = resampling.covariances([scale.answers for scale in scales], draws=draws, seed=seed,
                                       respondents=respondents)
    rows, checks = [], []
    for scale, covs in zip(scales, drawn, strict=True):
        cov = np.cov(scale.complete, rowvar=False)
        fitted = one_factor(cov[..., None])
        row = _row(scale, cov, fitted, covs, conf_level)
        rows.append(row)
        checks += [_low(row, at_least, source), reversed_check(scale, cov), *_odd(scale, row),
                   *omegas.checks(scale, fitted, failed=row["failed"], draws=draws)]
    table = pd.DataFrame(rows)
    if one_factor_fit is not None:
        table.insert(table.columns.get_loc("alpha"), "one.factor",
                     table["construct"].map(one_factor_fit.set_index("construct")["one.factor"]))
    undefined = [Check("reliability_single", "info", False, {"constructs": list(single)})] if single else []
    table.attrs["checks"] = (*together(checks), *undefined)
    return table


def _row(scale: Scale, cov: np.ndarray, fitted: OneFactor, drawn: np.ndarray | None, conf_level: float) -> dict:
    alpha = float(alphas.of_covariances(cov[..., None])[0])
    feldt = alphas.feldt_interval(alpha, n=scale.n, k=len(scale.items), conf_level=conf_level)
    boot, of_omega = (np.nan, np.nan), (np.nan, np.nan, 0)
    if drawn is not None:
        boot = resampling.percentiles(alphas.of_covariances(drawn), conf_level)[:2]
        of_omega = omegas.interval(fitted, drawn, conf_level)
    standardized, mean_r = alphas.standardized_alpha(cov)
    omega, observed = omegas.of_estimates(fitted, cov[..., None])
    return {
        "construct": scale.name, "k": len(scale.items), "n": scale.n,
        "alpha": alpha, "alpha.ci.lower": feldt[0], "alpha.ci.upper": feldt[1],
        "alpha.boot.ci.lower": boot[0], "alpha.boot.ci.upper": boot[1],
        "omega": float(omega[0]), "omega.ci.lower": of_omega[0], "omega.ci.upper": of_omega[1],
        "omega.observed": float(observed[0]), "mean.r": mean_r, "alpha.std": standardized,
        "se.measurement": _error_of_measurement(cov, alpha), "missing": scale.missing,
        "denominator": omegas.DENOMINATOR, "failed": of_omega[2],
    }


def _low(row: dict, at_least: float, source: str) -> Check:
    """Flag a scale whose weaker coefficient is below the mark."""
    known = [value for value in (row["alpha"], row["omega"]) if not np.isnan(value)]
    return Check("reliability", "info", bool(known) and min(known) >= at_least, {
        "construct": row["construct"], "scales": 1, "alpha": row["alpha"], "omega": row["omega"], "at_least": at_least,
        "source": source})


def _error_of_measurement(cov: np.ndarray, alpha: float) -> float:
    return float(np.sqrt(cov.sum() * (1 - alpha))) if alpha >= 0 else float("nan")


def _odd(scale: Scale, row: dict) -> tuple[Check, ...]:
    """Name what makes a coefficient of this scale other than what its reader expects."""
    named = {"construct": scale.name or "-", "scales": 1}
    spans = dict(zip(scale.items, np.ptp(scale.complete, axis=0), strict=True))
    ratio = float(max(spans.values()) / min(spans.values()))
    return (
        Check("sum_constant", "caution", not np.isnan(row["alpha"]), named),
        Check("alpha_negative", "caution", not row["alpha"] < 0, {**named, "alpha": row["alpha"]}),
        Check("item_ranges", "info", ratio < DIFFERENT_RANGES, {
            **named, "widest": max(spans, key=spans.get), "narrowest": min(spans, key=spans.get), "ratio": ratio,
            "standardized": row["alpha.std"], "alpha": row["alpha"]}),
    )


def reliability_in_brief(reliability: pd.DataFrame) -> dict[str, float | int | str]:
    """Pick the weakest and the strongest scale for a sentence.

    Parameters
    ----------
    reliability : DataFrame
        What `reliability` returned.

    Returns
    -------
    dict
        ``scales``, ``lowest`` and ``highest`` alpha, ``weakest`` (the scale with the lowest), ``contradicted`` (scales
        of which one factor is), ``variant`` (of the sentence: ``contradicted`` where there are any).

    Raises
    ------
    DataError
        If no scale has a coefficient.
    """
    known = reliability.dropna(subset="alpha")
    if known.empty:
        raise DataError("measurement.without_coefficient", constructs=list(reliability["construct"]))
    lowest = known.loc[known["alpha"].idxmin()]
    contradicted = int((reliability["one.factor"] == CONTRADICTED).sum()) if "one.factor" in reliability else 0
    return {"scales": len(known), "lowest": float(lowest["alpha"]), "highest": float(known["alpha"].max()),
            "weakest": str(lowest["construct"]), "contradicted": contradicted,
            "variant": "contradicted" if contradicted else ""}
