"""Who leaves an item out? And what that means for listwise deletion and full information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.moments.multiplicity import holm
from helpers.survey import gates

LEVEL = 0.05
_FEWEST = 10  # respondents on either side of a comparison
_ALIKE = 0.7  # correlation of two indicators of missing answers from which they count as one
_LITTLE_LOST = 0.05  # share of incomplete respondents up to which leaving them out costs little


def missing_relations(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]], groups: pd.DataFrame, *,
                      at_least: float = gates.MISSING, most: int = 15) -> pd.DataFrame:
    r"""Compare those who left an item out with those who answered it.

    Parameters
    ----------
    scores : DataFrame of float, shape (n, items)
        Reverse-coded; NaN where an answer is missing.
    scales : mapping of str to sequence of str
        Construct -> items. An item is compared by the means of every construct, its own without the item.
    groups : DataFrame of Categorical, shape (n, columns)
        Groups and what else describes the sample.
    at_least : float, default 0.05
        Share of missing answers from which an item is looked at.
    most : int, default 15
        Rows; the items with the clearest relation come first.

    Returns
    -------
    DataFrame, one row per item: its clearest relation
        ``item``, ``n.alike`` (further items that are mostly missing with it and are not looked at again), ``share``
        (missing), ``variable``, ``r`` (point-biserial
        correlation with being missing, for a construct), ``cramer.v`` (for a group), ``pvalue``, ``pvalue.holm``
        (adjusted for all comparisons of all items). ``attrs["checks"]`` holds the gate, ``attrs["comparisons"]`` the
        number.

    Notes
    -----
    The point-biserial correlation's p-value is that of the t test with pooled variance; a group's that of Pearson's
    chi-square. Comparisons with fewer than ten respondents on a side are not made. What is found says that answers
    are not missing completely at random; what is not found does not say that they are.

    References
    ----------
    Enders, C. K. (2010). Applied missing data analysis. Guilford, ch. 1. Holm, S. (1979). Scandinavian Journal of
    Statistics, 6, 65-70.

    Examples
    --------
    >>> draw = np.random.default_rng(2)
    >>> answers = pd.DataFrame(draw.normal(size=(400, 4)), columns=["a1", "a2", "b1", "b2"])
    >>> answers.loc[answers["b1"] + answers["b2"] > 1.5, "a1"] = np.nan
    >>> found = missing_relations(answers, {"a": ["a1", "a2"], "b": ["b1", "b2"]}, pd.DataFrame(index=answers.index))
    >>> found[["item", "variable"]].to_numpy().tolist()
    [['a1', 'b']]
    """
    missing = scores.isna()
    means = {name: scores[list(items)].mean(axis=1) for name, items in scales.items()}
    rows = []
    for item, alike in _together(missing, at_least).items():
        own = {name: scores[[other for other in items if other != item]].mean(axis=1)
               for name, items in scales.items() if item in items and len(items) > 1}
        alone = {name for name, items in scales.items() if list(items) == [item]}
        compared = {name: own.get(name, values) for name, values in means.items() if name not in alone}
        rows += [(item, alike, *row) for row in _compared(missing[item], compared, groups)]
    columns = ["item", "n.alike", "share", "variable", "r", "cramer.v", "pvalue", "pvalue.holm"]
    table = pd.DataFrame(rows, columns=[name for name in columns if name != "pvalue.holm"])
    table["pvalue.holm"] = holm(table["pvalue"].to_numpy(dtype=float))
    related = table[table["pvalue.holm"] < LEVEL]
    order = table.sort_values(["pvalue"], kind="stable").drop_duplicates("item").head(most)
    shown = order[columns].reset_index(drop=True)
    shown.attrs["comparisons"] = len(table)
    shown.attrs["related"] = sorted(set(related["item"]), key=list(scores).index)
    named = list(dict.fromkeys(related.sort_values("pvalue")["variable"]))
    if table.empty:  # nobody was compared, which is no pass
        return shown
    shown.attrs["checks"] = (Check("missing_related", "info", related.empty, {
        "items": len(shown.attrs["related"]), "variables": named[:6], "comparisons": len(table), "level": LEVEL}),)
    return shown


def missing_treatments(overview: pd.DataFrame, mcar: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Say what was found means for each way of treating missing answers.

    Parameters
    ----------
    overview : DataFrame
        As from `helpers.survey.missing_overview`.
    mcar : DataFrame
        As from `helpers.survey.little_mcar`.
    relations : DataFrame
        As from `missing_relations`.

    Returns
    -------
    DataFrame, one row per treatment
        ``treatment`` ("listwise", "pairwise", "fiml"), ``n`` (respondents who stay; whoever answered nothing stays
        nowhere), ``needs`` ("mcar": missing completely at random; "mar": at random given the answers in the model),
        ``standing``: "contradicted" where
        Little's test or a relation says that answers are not missing completely at random, else "not_contradicted",
        or "little_lost" where at most 5 % of the respondents are incomplete; "untestable" for what "mar" needs;
        "nothing_missing".
    """
    found = overview.set_index("measure")["value"]
    n, complete = int(found["respondents"]), int(found["n.complete"])
    answered = int(mcar["n"].iloc[0])
    if complete == n:
        return pd.DataFrame([(name, n, "nothing", "nothing_missing") for name in ("listwise", "fiml")],
                            columns=["treatment", "n", "needs", "standing"])
    against = bool(mcar["pvalue"].iloc[0] < LEVEL) or bool(relations.attrs.get("related"))
    verdict = "contradicted" if against else "not_contradicted"
    listwise = "little_lost" if complete >= (1 - _LITTLE_LOST) * n else verdict
    return pd.DataFrame([("listwise", complete, "mcar", listwise), ("pairwise", answered, "mcar", verdict),
                         ("fiml", answered, "mar", "untestable")], columns=["treatment", "n", "needs", "standing"])


def _together(missing: pd.DataFrame, at_least: float) -> dict[str, int]:
    """Take one item of those that are mostly missing together, and count the others."""
    shares = missing.mean()
    taken: dict[str, int] = {}
    for item in shares.index[shares >= at_least]:
        like = next((first for first in taken if _overlap(missing[first], missing[item]) >= _ALIKE), None)
        if like is None:
            taken[item] = 0
        else:
            taken[like] += 1
    return taken


def _overlap(one: pd.Series, two: pd.Series) -> float:
    """Give the correlation of two indicators."""
    both, a, b, n = float((one & two).sum()), float(one.sum()), float(two.sum()), len(one)
    return (n * both - a * b) / np.sqrt(a * (n - a) * b * (n - b)) if 0 < a < n and 0 < b < n else 0.0


def _compared(missing: pd.Series, constructs: Mapping[str, pd.Series], groups: pd.DataFrame) -> list[tuple]:
    told = (float(missing.mean()),)
    rows = []
    for name, values in constructs.items():
        r, pvalue = _point_biserial(missing, values)
        rows.append((*told, name, r, np.nan, pvalue))
    for name in groups:
        v, pvalue = _cramer(missing, groups[name])
        rows.append((*told, name, np.nan, v, pvalue))
    return [row for row in rows if not np.isnan(row[-1])]


def _point_biserial(missing: pd.Series, values: pd.Series) -> tuple[float, float]:
    from scipy.special import stdtr

    here = values.notna()
    one, two = values[here & missing].to_numpy(), values[here & ~missing].to_numpy()
    n = len(one) + len(two)
    if min(len(one), len(two)) < _FEWEST:
        return np.nan, np.nan
    within = ((one - one.mean()) ** 2).sum() + ((two - two.mean()) ** 2).sum()
    if not within > 0:
        return np.nan, np.nan
    t = (one.mean() - two.mean()) / np.sqrt(within / (n - 2) * (1 / len(one) + 1 / len(two)))
    return float(t / np.sqrt(t**2 + n - 2)), float(2 * stdtr(n - 2, -abs(t)))


def _cramer(missing: pd.Series, group: pd.Series) -> tuple[float, float]:
    from scipy.special import chdtrc

    table = pd.crosstab(missing, group).to_numpy(dtype=float)
    table = table[:, table.sum(axis=0) >= _FEWEST] if table.size else table
    if table.shape[0] < 2 or table.shape[1] < 2 or table.sum(axis=1).min() < _FEWEST:
        return np.nan, np.nan
    n = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    chisq = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(chisq / n)), float(chdtrc(table.shape[1] - 1, chisq))
