r"""How much do all items of a multidimensional scale share, and what does a total score mean? General-factor indices.

Read from a bifactor model, or from a second-order model written as one (Schmid & Leiman, 1957). With completely
standardized loadings :math:`g_i` on the general factor and :math:`s_i` on the group factor of item i, and
:math:`1 - h_i^2` the rest, over all items or over those of one part:

.. math::

    \omega = \frac{(\sum g_i)^2 + \sum_k (\sum_{i \in k} s_i)^2}{V}, \quad
    \omega_h = \frac{(\sum g_i)^2}{V}, \quad
    \omega_{hs} = \frac{(\sum_{i \in k} s_i)^2}{V_k}, \quad
    ECV = \frac{\sum g_i^2}{\sum g_i^2 + \sum s_i^2}

with V the variance of the sum of the standardized items that the model implies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement.structures import Rival, Structures

if TYPE_CHECKING:
    from helpers.sem import SemFit

DENOMINATOR = "model-implied"
# Reise, Scheines, Widaman & Haviland (2013): what else there is does not forbid to read the total as one thing.
LEAST_OMEGA_H, LEAST_ECV = 0.70, 0.60
COLUMNS = ("scope", "basis", "construct", "k", "omega", "omega.h", "omega.hs", "ecv", "puc")


def general_factor(found: Structures) -> pd.DataFrame:
    r"""Measure how far the items of each second-order construct share one factor.

    Parameters
    ----------
    found : Structures
        Scopes with a bifactor or a second-order model.

    Returns
    -------
    DataFrame, per scope and basis one row for the total score and one per part
        ``scope basis construct k omega omega.h omega.hs ecv puc denominator``. ``basis``: ``bifactor``, or
        ``schmid_leiman`` of the second-order model. ``omega``: total, all factors; ``omega.h``: general factor alone
        (of a part's score: how much of it is the general factor's); ``omega.hs``: the part's own factor alone;
        ``ecv``: share of the common variance that is the general factor's, in the items of the row; ``puc``: share of
        the pairs of items that belong to different parts, whose correlation is the general factor's alone.

    Raises
    ------
    DataError
        ``measurement.no_second_order``: no construct with parts is declared; ``measurement.no_general_factor``: none
        of their models has proper estimates.

    Notes
    -----
    The variance of a sum that the omegas divide by is the model-implied one of standardized items; the numerator of a
    part's omega is the variance of its sum due to general and group factor. Neither index tells whether there is a
    general factor: it describes the model. Schmid-Leiman loadings of a second-order model are proportional within a
    part, those of a bifactor model are free; psych's ``omega`` rotates an exploratory solution and differs from both.

    References
    ----------
    Rodriguez, Reise & Haviland (2016). Evaluating bifactor models: Calculating and interpreting statistical indices.
    Psychological Methods, 21(2), 137-150. Reise, Scheines, Widaman & Haviland (2013). Educational and Psychological
    Measurement, 73(1), 5-26. Schmid & Leiman (1957). Psychometrika, 22, 53-61.

    Examples
    --------
    >>> general_factor(structures(cfa, scores, scales, parts=parts))  # doctest: +SKIP
    """
    tables = [_described(scope, basis, loadings) for scope, basis, loadings in _loadings(found)]
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)].assign(denominator=DENOMINATOR)
    totals = table[table["construct"] == table["scope"]].drop_duplicates("scope")
    table.attrs["checks"] = tuple(_one_score(row) for row in totals.to_dict("records"))
    return table


def item_general_factor(found: Structures) -> pd.DataFrame:
    r"""Show of every item how much of what it shares with others is the general factor's.

    Parameters
    ----------
    found : Structures

    Returns
    -------
    DataFrame, one row per item
        ``scope basis construct item general.loading group.loading iecv``, from the bifactor model where it has proper
        estimates, else from the second-order model: completely standardized loadings on the general and on the
        group factor, and :math:`I\text{-}ECV_i = g_i^2 / (g_i^2 + s_i^2)` (Stucky & Edelen, 2015).

    Raises
    ------
    DataError
        As ``general_factor``.

    References
    ----------
    Stucky & Edelen (2015). Using hierarchical IRT models to create unidimensional measures from multidimensional data.
    In Reise & Revicki (Eds.), Handbook of item response theory modeling (pp. 183-206).
    """
    parts: dict[str, pd.DataFrame] = {}
    for scope, basis, loadings in _loadings(found):
        parts.setdefault(scope, loadings.assign(scope=scope, basis=basis))
    table = pd.concat(parts.values(), ignore_index=True)
    table["iecv"] = table["general"]**2 / (table["general"]**2 + table["group"]**2)
    shown = table.rename(columns={"general": "general.loading", "group": "group.loading"})
    return shown[["scope", "basis", "construct", "item", "general.loading", "group.loading", "iecv"]]


def schmid_leiman(fit: SemFit, name: str) -> pd.DataFrame:
    r"""Write the loadings of a second-order model as those of a general factor and uncorrelated group factors.

    Parameters
    ----------
    fit : SemFit
        First-order factors with items, one second-order factor behind them, one group.
    name : str
        The second-order factor.

    Returns
    -------
    DataFrame, one row per item
        ``construct item general group``, completely standardized.

    Notes
    -----
    An item's loading :math:`\lambda` on a factor whose loading on the second-order factor is :math:`\gamma` becomes
    :math:`\lambda\gamma` and :math:`\lambda\sqrt{1 - \gamma^2}` (Schmid & Leiman, 1957).

    Examples
    --------
    >>> schmid_leiman(sem.fit(second_order_model(scales, "assurance"), scores), "assurance")  # doctest: +SKIP
    """
    lines = fit.parameters[fit.parameters["op"] == "=~"]
    return _orthogonal(fit, lines[lines["lhs"] == name].set_index("rhs")["std.all"])


def _loadings(found: Structures) -> list[tuple[str, str, pd.DataFrame]]:
    """Collect the loadings on every general factor: name of the second-order construct, basis, table by item."""
    held: list[tuple[str, str, pd.DataFrame]] = []
    declared = False
    for rivals in map(found.of, found.scopes):
        if "bifactor" not in rivals:
            continue
        declared = True
        name = next(iter(rivals["one_factor"].structure.factors))
        if rivals["bifactor"].status == "fitted":
            held.append((name, "bifactor", _of_bifactor(rivals["bifactor"], name)))
        if (turned := _of_second_order(rivals, name)) is not None:
            held.append((name, "schmid_leiman", turned))
    if not held:
        raise DataError("measurement.no_general_factor" if declared else "measurement.no_second_order")
    return held


def _of_second_order(rivals: Mapping[str, Rival], name: str) -> pd.DataFrame | None:
    """Find loadings in the second-order model, or, behind three factors, in the correlations that it reproduces."""
    if rivals["second_order"].status == "fitted":
        return schmid_leiman(rivals["second_order"].fit, name)
    if rivals["second_order"].status != "equivalent" or rivals["correlated"].status != "fitted":
        return None
    fit, parts = rivals["correlated"].fit, list(rivals["correlated"].structure.factors)
    lines = fit.parameters[fit.parameters["op"] == "~~"]
    r = {frozenset((lhs, rhs)): float(value) for lhs, rhs, value in lines[["lhs", "rhs", "std.all"]].to_numpy()
         if lhs != rhs}
    squared = {}
    for part in parts:
        one, two = (other for other in parts if other != part)
        squared[part] = r[frozenset((part, one))] * r[frozenset((part, two))] / r[frozenset((one, two))]
    if not all(0 <= value <= 1 for value in squared.values()):  # no second-order factor has such correlations
        return None
    sign = {part: 1.0 if part == parts[0] or r[frozenset((part, parts[0]))] >= 0 else -1.0 for part in parts}
    return _orthogonal(fit, pd.Series({part: sign[part] * np.sqrt(value) for part, value in squared.items()}))


def _orthogonal(fit: SemFit, gamma: pd.Series) -> pd.DataFrame:
    """Divide the loadings between the factor behind and what is a factor's own."""
    own = fit.parameters[(fit.parameters["op"] == "=~") & fit.parameters["lhs"].isin(gamma.index)]
    behind, loading = own["lhs"].map(gamma).to_numpy(dtype=float), own["std.all"].to_numpy(dtype=float)
    return pd.DataFrame({"construct": own["lhs"].to_numpy(), "item": own["rhs"].to_numpy(),
                         "general": loading * behind, "group": loading * np.sqrt(np.maximum(1 - behind**2, 0.0))})


def _of_bifactor(rival: Rival, name: str) -> pd.DataFrame:
    lines = rival.fit.parameters[rival.fit.parameters["op"] == "=~"].set_index(["lhs", "rhs"])["std.all"]
    return pd.DataFrame([{"construct": part, "item": item, "general": float(lines[name, item]),
                          "group": float(lines[part, item])}
                         for part, items in rival.structure.factors.items() for item in items])


def _described(scope: str, basis: str, loadings: pd.DataFrame) -> pd.DataFrame:
    rows = [{"construct": scope, **_indices(loadings), "omega.hs": np.nan}]
    rows += [{"construct": str(part), **_indices(own), "puc": np.nan}
             for part, own in loadings.groupby("construct", sort=False)]
    return pd.DataFrame(rows).assign(scope=scope, basis=basis)


def _indices(loadings: pd.DataFrame) -> dict[str, float]:
    """Compute the indices of the sum of some items, standardized."""
    g, s = loadings["general"].to_numpy(), loadings["group"].to_numpy()
    groups = loadings.groupby("construct", sort=False)["group"].sum().to_numpy()
    sizes = loadings.groupby("construct", sort=False).size().to_numpy()
    general, own, rest = g.sum() ** 2, float((groups**2).sum()), float((1 - g**2 - s**2).sum())
    total, k = general + own + rest, len(g)
    within = float((sizes * (sizes - 1)).sum())
    return {"k": k, "omega": (general + own) / total, "omega.h": general / total, "omega.hs": own / total,
            "ecv": float((g**2).sum() / (g**2 + s**2).sum()), "puc": 1 - within / (k * (k - 1))}


def _one_score(row: Mapping) -> Check:
    """Whether the general factor dominates so far that a total score may be read as one thing."""
    enough = row["omega.h"] >= LEAST_OMEGA_H and row["ecv"] >= LEAST_ECV
    return Check("one_score", "info", bool(enough), {
        "construct": row["scope"], "omega_h": row["omega.h"], "ecv": row["ecv"], "puc": row["puc"],
        "omega_at_least": LEAST_OMEGA_H, "ecv_at_least": LEAST_ECV})
