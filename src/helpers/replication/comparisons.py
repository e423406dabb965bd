"""Path by path and effect by effect: what the new study finds of what the original found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.errors import Check, DataError
from helpers.replication.across import Metric
from helpers.replication.agreement import agreement
from helpers.replication.estimates import complete, estimates, refuse_stopped
from helpers.replication.overlap import refuse_overlap
from helpers.sem import SemFit

STANDARDIZED, UNSTANDARDIZED = "standardized", "unstandardized"
_COLUMNS = {UNSTANDARDIZED: ("est", "se"), STANDARDIZED: ("std.all", "std.all.se")}
# What the first table leaves to the file, to the figure and to the table of evidence.
_INTERVALS = ("est.original.ci.lower", "est.original.ci.upper", "est.replication.ci.lower", "est.replication.ci.upper")
_BESIDE = ("se.original", "se.replication", "se", "pvalue", "prediction.ci.lower", "prediction.ci.upper", "inside",
           "equivalence.ci.lower", "equivalence.ci.upper", "equivalence.pvalue", "d33", "d33.pvalue", "bf", "log10.bf")
_EVIDENCE = ("prediction.ci.lower", "prediction.ci.upper", "inside", "equivalence.ci.lower", "equivalence.ci.upper",
             "equivalence.pvalue", "d33", "d33.pvalue", "log10.bf")


def paths(original: SemFit | pd.DataFrame, replication: SemFit | pd.DataFrame, *, metric: Metric | str = STANDARDIZED,
          smallest_difference: float | None = None, conf_level: float = 0.95, adjust: str = "none",
          overlap: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Hold every path of the replication against that of the original.

    Parameters
    ----------
    original, replication : SemFit or DataFrame
        The same model on both studies; or a printed table of paths, see ``complete``.
    metric : Metric or {"standardized", "unstandardized"}
        In which estimates are compared.
    smallest_difference : float, optional
        Smallest difference that matters, in standard deviations, declared before the data.
    conf_level : float, default 0.95
    adjust : {"none", "holm"}
        See ``agreement``.
    overlap : DataFrame, optional
        What ``overlap`` found; two studies with the same respondents are not compared.

    Returns
    -------
    DataFrame
        ``lhs op rhs`` and the columns of ``agreement``. ``attrs``: ``metric``, ``smallest_difference``.

    Raises
    ------
    DataError
        ``replication.same_respondents``; ``replication.no_paths_in_common``; as ``complete``.
    ModelError
        ``replication.original_stopped``, ``replication.replication_stopped``; as ``estimates``.

    Notes
    -----
    Unstandardized paths are compared with the smallest difference in units of the original's standard deviations:
    :math:`\Delta_b = \Delta\, s_y / s_x`, where :math:`s_y / s_x` is the original's unstandardized over its
    standardized path. So one declaration serves both metrics.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> one, two = (fit("m ~ x; y ~ m", simulate("m ~ .5*x; y ~ .4*m", n=900, seed=seed)) for seed in (1, 2))
    >>> paths(one, two, smallest_difference=.15)[["lhs", "rhs", "verdict"]]
      lhs rhs verdict
    0   m   x  agrees
    1   y   m  agrees
    """
    found = _compared(original, replication, ("direct",), ["lhs", "op", "rhs"], metric, smallest_difference, conf_level,
                      adjust, overlap)
    found.attrs["not_printed"] = [*_INTERVALS, *_BESIDE]
    return found


def effects(original: SemFit | pd.DataFrame, replication: SemFit | pd.DataFrame, *,
            metric: Metric | str = STANDARDIZED, smallest_difference: float | None = None, conf_level: float = 0.95,
            adjust: str = "none", overlap: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hold every indirect and total effect of the replication against that of the original.

    Parameters
    ----------
    original, replication, metric, smallest_difference, conf_level, adjust, overlap
        As in ``paths``.

    Returns
    -------
    DataFrame
        ``effect kind`` and the columns of ``agreement``.

    Raises
    ------
    DataError
        ``replication.no_indirect``: no effect is indirect in both; as ``paths``.
    """
    found = _compared(original, replication, ("indirect", "total"), ["effect", "kind"], metric, smallest_difference,
                      conf_level, adjust, overlap)
    found.attrs["not_printed"] = [*_INTERVALS, *_BESIDE]
    return found


def standardized(original: SemFit | pd.DataFrame, replication: SemFit | pd.DataFrame, *, conf_level: float = 0.95,
                 overlap: pd.DataFrame | None = None) -> pd.DataFrame:
    """Show every path in standard deviations beside its original, whatever the metric of the verdict.

    Parameters
    ----------
    original, replication, conf_level, overlap
        As in ``paths``.

    Returns
    -------
    DataFrame
        ``lhs op rhs est.original est.replication difference ci.lower ci.upper`` with the intervals of the estimates;
        no verdict: a study has one, in the metric that was chosen for it.
    """
    found = _compared(original, replication, ("direct",), ["lhs", "op", "rhs"], STANDARDIZED, None, conf_level, "none",
                      overlap)
    kept = [name for name in found if name not in (*_BESIDE, "bound", "verdict")]
    found = found[kept]
    found.attrs["checks"] = ()
    return found


def evidence(compared: pd.DataFrame) -> pd.DataFrame:
    """Show what the other ways of comparing say of the same rows.

    Parameters
    ----------
    compared : DataFrame
        What ``paths`` or ``effects`` returned.

    Returns
    -------
    DataFrame
        Its names, the prediction interval and whether the replication is inside, the interval and p of equivalence,
        the effect that the original had a third of power for and the p of "smaller than that", and the decimal
        logarithm of the replication Bayes factor.
    """
    names = [name for name in ("lhs", "op", "rhs", "effect", "kind") if name in compared]
    found = compared[[*names, *_EVIDENCE]].copy()
    found.attrs = {name: value for name, value in compared.attrs.items() if name not in ("not_printed", "checks")}
    return found


def _compared(original: SemFit | pd.DataFrame, replication: SemFit | pd.DataFrame, kinds: Sequence[str],
              names: list[str], metric: Metric | str, smallest_difference: float | None, conf_level: float, adjust: str,
              overlap: pd.DataFrame | None) -> pd.DataFrame:
    refuse_overlap(overlap)
    refuse_stopped(original, replication)
    kind = metric if isinstance(metric, str) else metric.kind
    one, two = (estimates(each) if isinstance(each, SemFit) else complete(each, conf_level=conf_level)
                for each in (original, replication))
    key = ["effect", "kind"]
    both = one[one["kind"].isin(kinds)].merge(two, on=key, how="inner", suffixes=("", ".new"))
    if both.empty:
        raise DataError("replication.no_indirect" if "direct" not in kinds else "replication.no_paths_in_common",
                        original=one["effect"].tolist()[:6], replication=two["effect"].tolist()[:6])
    est, se = _COLUMNS[kind]
    pairs = both[names].assign(**{"est.original": both[est], "se.original": both[se],
                                  "est.replication": both[f"{est}.new"], "se.replication": both[f"{se}.new"]})
    bound = None if smallest_difference is None else _bound(both, kind, smallest_difference)
    found = agreement(pairs, bound=bound, conf_level=conf_level, adjust=adjust)
    declared = smallest_difference is not None
    found.attrs |= {"metric": kind} | ({"smallest_difference": smallest_difference} if declared else {})
    found.attrs["checks"] = (*found.attrs["checks"], Check("declared_bound", "caution", declared,
                                                           {"bound": smallest_difference if declared else 0.0}))
    return found


def _bound(both: pd.DataFrame, kind: str, smallest_difference: float) -> pd.Series:
    """Translate a bound in standard deviations into the metric, by the original's standard deviations."""
    if kind == STANDARDIZED:
        return pd.Series(smallest_difference, index=both.index)
    return smallest_difference * (both["est"] / both["std.all"]).abs()
