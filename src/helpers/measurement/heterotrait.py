"""Can two scales be told apart by their correlations alone? HTMT and HTMT2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement import resampling
from helpers.measurement.answers import Scale, scales_of

# Share of draws without an HTMT2 from which the others no longer stand for all of them.
MOST_UNDEFINED = 0.05


def htmt(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, conf_level: float = 0.90,
         draws: int = 5000, seed: int = 1, at_most: float = 0.85,
         source: str = "Henseler, Ringle & Sarstedt (2015)", single: Sequence[str] = ()) -> pd.DataFrame:
    r"""Heterotrait-monotrait ratio of correlations for every pair of scales.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items. A single item has no correlation among its own items: such constructs are left out, and
        a gate names them.
    conf_level : float, default 0.90
        Of the two-sided percentile interval; its upper limit is the one-sided 95 % bound.
    draws : int, default 5000
        Bootstrap draws; 0 leaves the interval out.
    seed : int, default 1
    at_most : float, default 0.85
        What the upper limit is held against; .90 where the constructs are conceptually close.
    source : str
        Of that bound; printed with the gate.
    single : sequence of str
        Further constructs of a single item, to be named as left out.

    Returns
    -------
    DataFrame, one row per pair
        ``construct1``, ``construct2``, ``n`` (respondents with an answer to every item of the table), ``htmt``,
        ``ci.lower``, ``ci.upper``, ``htmt2``, ``htmt2.ci.lower``, ``htmt2.ci.upper``, ``failed`` (draws without an
        HTMT). ``attrs["checks"]`` holds the gates; one names the pairs without HTMT2, or without its interval.

    Raises
    ------
    DataError
        If fewer than two constructs have two items or more, or an item is unknown or constant.

    Notes
    -----
    With :math:`\bar r_{AB}` the mean absolute correlation of items of A with items of B, and :math:`\bar r_{AA}` that
    among the items of A:

    .. math:: HTMT = \frac{\bar r_{AB}}{\sqrt{\bar r_{AA}\,\bar r_{BB}}}

    HTMT2 takes geometric means, which allows unequal loadings. A geometric mean needs numbers of one sign: HTMT2 is
    NaN where a correlation among the items of one construct is not positive, or those between two constructs do not
    all have the same sign. (Absolute values would hide that, and a correlation near zero would drag the mean to zero.)
    Its interval is NaN where that happens in more than 5 % of the draws, since the others are not a sample of all.
    Agrees with ``semTools::htmt(htmt2=FALSE)`` and, where it is defined, ``(htmt2=TRUE)``, its default
    (tests/oracle/measurement.R).

    References
    ----------
    Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing discriminant validity in
    variance-based structural equation modeling. Journal of the Academy of Marketing Science, 43(1), 115-135.
    Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2 - an improved criterion for assessing discriminant validity
    in structural equation modeling. Industrial Management & Data Systems, 121(12), 2637-2650.

    Examples
    --------
    >>> random = np.random.default_rng(4)
    >>> trust, loyalty = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 400, method="cholesky").T[..., None]
    >>> scores = pd.DataFrame(np.hstack([trust, trust, loyalty, loyalty]) + random.normal(size=(400, 4)) * 0.7,
    ...                       columns=["tr1", "tr2", "loy1", "loy2"])
    >>> table = htmt(scores, {"trust": ["tr1", "tr2"], "loyalty": ["loy1", "loy2"]}, draws=500)
    >>> table[["construct1", "construct2", "htmt", "htmt2"]].round(2)
      construct1 construct2  htmt  htmt2
    0      trust    loyalty  0.58   0.58
    """
    single = [*(name for name, items in constructs.items() if len(items) == 1), *single]
    several = {name: items for name, items in constructs.items() if len(items) != 1}
    if len(several) < 2:
        raise DataError("measurement.no_second_scale", constructs=list(several) or "-", single=single or "-")
    scales = scales_of(scores, several, together=True)
    joined = np.hstack([scale.answers for scale in scales])
    table = _ratios(scales, np.cov(joined[~np.isnan(joined[:, 0])], rowvar=False)[..., None]).map(lambda one: one[0])
    intervals = _intervals(scales, joined, conf_level=conf_level, draws=draws, seed=seed)
    names = pd.DataFrame(combinations([scale.name for scale in scales], 2), columns=["construct1", "construct2"])
    table = pd.concat([names.assign(n=scales[0].n), table, intervals], axis=1)[
        ["construct1", "construct2", "n", "htmt", "ci.lower", "ci.upper", "htmt2", "htmt2.ci.lower", "htmt2.ci.upper",
         "failed"]].astype({"htmt": float, "htmt2": float})
    table.attrs.update(n=scales[0].n, missing=scales[0].missing, conf_level=conf_level)
    table.attrs["checks"] = _checks(table, single, at_most, source)
    return table


def _ratios(scales: Sequence[Scale], cov: np.ndarray) -> pd.DataFrame:
    """HTMT and HTMT2 of every pair; cells are arrays over the B covariance matrices."""
    sd = np.sqrt(np.einsum("iib->ib", cov))
    owner = np.repeat(np.arange(len(scales)), [len(scale.items) for scale in scales])
    one, two = np.triu_indices(len(owner), 1)
    cor = cov[one, two] / (sd[one] * sd[two])
    size = np.abs(cor)
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0: such a block has no geometric mean
        means = {"htmt": _block_means(size, owner, one, two),
                 "htmt2": np.exp(_block_means(np.log(size), owner, one, two))}
    sign = _block_means(np.sign(cor), owner, one, two)
    within = np.eye(len(scales), dtype=bool)[..., None]
    means["htmt2"][~np.isclose(np.where(within, sign, np.abs(sign)), 1.0)] = np.nan
    pairs = list(combinations(range(len(scales)), 2))
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 is NaN and counted as failed
        return pd.DataFrame({kind: pd.Series([mean[a, b] / np.sqrt(mean[a, a] * mean[b, b]) for a, b in pairs],
                                             dtype=object) for kind, mean in means.items()})


def _block_means(values: np.ndarray, owner: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Mean over the item pairs of every pair of scales: (pairs of items, B) -> (scales, scales, B)."""
    scales = owner[-1] + 1
    block = owner[one] * scales + owner[two]
    member = (np.arange(scales**2)[:, None] == block).astype(float)
    count = np.maximum(member.sum(axis=1, keepdims=True), 1)
    return ((member @ values) / count).reshape(scales, scales, -1)


def _intervals(scales: Sequence[Scale], joined: np.ndarray, *, conf_level: float, draws: int,
               seed: int) -> pd.DataFrame:
    columns = ["ci.lower", "ci.upper", "failed", "htmt2.ci.lower", "htmt2.ci.upper"]
    pairs = len(scales) * (len(scales) - 1) // 2
    if not draws:
        return pd.DataFrame([(np.nan, np.nan, 0, np.nan, np.nan)] * pairs, columns=columns)
    complete = joined[~np.isnan(joined[:, 0])]
    drawn = _ratios(scales, resampling.covariances([complete], draws=draws, seed=seed)[0])
    cut = [(*resampling.percentiles(row.htmt, conf_level), *_of_most(row.htmt2, conf_level))
           for row in drawn.itertuples()]
    return pd.DataFrame(cut, columns=columns)


def _of_most(values: np.ndarray, conf_level: float) -> tuple[float, float]:
    """Percentile interval; none where too many draws have no value."""
    lower, upper, failed = resampling.percentiles(values, conf_level)
    return (lower, upper) if failed <= MOST_UNDEFINED * len(values) else (np.nan, np.nan)


def _checks(table: pd.DataFrame, single: list[str], at_most: float, source: str) -> tuple[Check, ...]:
    bound = table["ci.upper"].fillna(table["htmt"])
    above = [f"{row.construct1} - {row.construct2}" for row in table[~(bound < at_most)].itertuples()]
    found = [Check("htmt", "caution", not above,
                   {"pairs": above, "at_most": at_most, "largest": float(bound.max()), "source": source})]
    undefined = [f"{row.construct1} - {row.construct2}" for row in table[table["htmt2"].isna()].itertuples()]
    unsure = table["htmt2"].notna() & table["htmt2.ci.upper"].isna() & table["ci.upper"].notna()
    unsure = [f"{row.construct1} - {row.construct2}" for row in table[unsure].itertuples()]
    found.append(Check("htmt2_defined", "info", not (undefined or unsure), {
        "pairs": undefined or "-", "unsure": unsure or "-", "of": len(table)}))
    if single:
        found.append(Check("htmt_single", "info", False, {"constructs": single}))
    return tuple(found)
