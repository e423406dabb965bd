"""Does each item load where its construct would have it? The loadings by construct, and constructs beside factors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.measurement.dimensionality.adequacy import kmo
from helpers.measurement.dimensionality.correlations import DEFINITE
from helpers.measurement.dimensionality.exploratory import EFA

# A loading from which an item counts as loading on a factor; smaller ones are not printed (Hair et al., 2019).
LOADS = 0.30
# Congruence from which two factors count as fairly similar; from .95 as equal (Lorenzo-Seva & ten Berge, 2006).
SIMILAR = 0.85
# Factors up to which the whole pattern is printed; the file holds it always.
PRINTED = 8


def efa_fit(found: EFA) -> pd.DataFrame:
    """Show what was extracted and how well it reproduces the correlations, in one row.

    Parameters
    ----------
    found : EFA

    Returns
    -------
    DataFrame, one row
        ``n``, ``n.factors``, ``extraction``, ``rotation``, ``share`` (of the variance that the factors explain),
        ``rmsr``, ``chisq``, ``df``, ``pvalue``, ``tli``, ``rmsea``, ``rmsea.ci.lower``, ``rmsea.ci.upper``.

    Examples
    --------
    >>> efa_fit(found)  # doctest: +SKIP
    """
    fit = found.fit
    table = pd.DataFrame([{
        "n": found.basis.n, "n.factors": len(found.variance), "extraction": found.extraction,
        "rotation": found.rotation, "share": float(found.variance.sum() / len(found.loadings)),
        **{name: fit[name] for name in ("rmsr", "chisq", "df", "pvalue", "tli", "rmsea", "rmsea.ci.lower",
                                        "rmsea.ci.upper")}}])
    table.attrs |= {"starts": found.turned.starts, "reached": found.turned.reached, "conf_level": 0.90}
    return table


def efa_loadings(found: EFA) -> pd.DataFrame:
    """List the loadings of every item, sorted by declared construct.

    Parameters
    ----------
    found : EFA

    Returns
    -------
    DataFrame, one row per item
        ``construct``, ``item``; ``F1`` ... (pattern); ``factor`` (the one with the highest loading) and ``loading`` (on
        it); ``cross`` (other factors with an absolute loading of .30 and more); ``communality``, ``uniqueness``;
        ``kmo``; ``own`` (whether ``factor`` is that of the item's construct, `efa_constructs`; missing where none is
        declared). ``attrs["checks"]``: cross-loadings; items that load nowhere; items that
        load highest elsewhere.

    Examples
    --------
    >>> efa_loadings(found)[["construct", "item", "factor", "loading"]]  # doctest: +SKIP
    """
    size = found.loadings.abs()
    highest = size.idxmax(axis=1)
    factor_of = _best(congruence(found)) if _declared(found) else {}
    measured = (kmo(found.basis) if np.linalg.eigvalsh(found.basis.r)[0] > DEFINITE
                else pd.Series(np.nan, index=list(found.basis.items)))
    rows = []
    for construct, items in found.basis.constructs.items():
        for item in items:
            others = [name for name in found.loadings if size.at[item, name] >= LOADS and name != highest[item]]
            rows.append({
                "construct": construct, "item": item, **found.loadings.loc[item], "factor": highest[item],
                "loading": found.loadings.at[item, highest[item]], "cross": ", ".join(others),
                "communality": found.communality[item], "uniqueness": found.uniqueness[item], "kmo": measured[item],
                "own": highest[item] == factor_of[construct] if construct else None})
    table = pd.DataFrame(rows)
    table.attrs |= {"checks": _item_checks(table), "loads": LOADS, **_print(found, table)}
    return table


def congruence(found: EFA) -> pd.DataFrame:
    r"""Compare every factor with every declared construct.

    Parameters
    ----------
    found : EFA

    Returns
    -------
    DataFrame, shape (constructs, m)
        Tucker's coefficient between the loadings of a factor and the construct's key (1 for its items, 0 for others):

        .. math:: \phi = \frac{\sum_i \lambda_i y_i}{\sqrt{\sum_i \lambda_i^2 \sum_i y_i^2}}

    References
    ----------
    Tucker, L. R. (1951). A method for synthesis of factor analysis studies (Personnel Research Section Report 984).
    Lorenzo-Seva & ten Berge (2006). Methodology, 2, 57-64.

    Examples
    --------
    >>> congruence(found)  # doctest: +SKIP
    """
    if not _declared(found):
        raise ModelError("measurement.no_constructs")
    loadings = found.loadings
    rows = {construct: loadings.loc[list(items)].sum() / np.sqrt((loadings**2).sum() * len(items))
            for construct, items in found.basis.constructs.items()}
    return pd.DataFrame(rows).T.rename_axis("construct")


def efa_constructs(found: EFA) -> pd.DataFrame:
    """Say which factor comes closest to each construct, and whether its items load there.

    Parameters
    ----------
    found : EFA

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``factor``, ``congruence`` (`congruence`), ``n.own`` (items that load highest on it),
        ``shared`` (other constructs with the same factor), ``astray`` (items that load highest elsewhere).
        ``attrs["checks"]``: constructs that share a factor, or none of whose factors is similar.

    Raises
    ------
    ModelError
        If no construct is declared.

    Examples
    --------
    >>> efa_constructs(found)[["construct", "factor", "congruence"]]  # doctest: +SKIP
    """
    compared, highest = congruence(found), found.loadings.abs().idxmax(axis=1)
    best, rows = _best(compared), []
    for construct, items in found.basis.constructs.items():
        own = [item for item in items if highest[item] == best[construct]]
        rows.append({
            "construct": construct, "k": len(items), "factor": best[construct],
            "congruence": float(compared.at[construct, best[construct]]), "n.own": len(own),
            "shared": [other for other in best if other != construct and best[other] == best[construct]],
            "astray": ", ".join(item for item in items if item not in own)})
    table = pd.DataFrame(rows)
    shared = table.loc[table["shared"].map(len) > 0, "construct"].tolist()
    unlike = table.loc[table["congruence"] < SIMILAR, "construct"].tolist()
    table["shared"] = table["shared"].map(", ".join)
    table.attrs["checks"] = (
        Check("efa_recovered", "info", not shared and not unlike, {
            "shared": shared or "-", "unlike": unlike or "-", "constructs": len(table), "at_least": SIMILAR}),)
    return table


def efa_factors(found: EFA) -> pd.DataFrame:
    """Show what each factor explains and how the factors correlate.

    Parameters
    ----------
    found : EFA

    Returns
    -------
    DataFrame, one row per factor
        ``factor``, ``ss`` (sum of squares), ``share`` (of all variance), ``largest.cor`` and ``with`` (the factor it
        correlates with most), ``F1`` ... (correlations).

    Examples
    --------
    >>> efa_factors(found)[["factor", "ss", "share"]]  # doctest: +SKIP
    """
    between = found.correlations
    rows = []
    for name in between:
        others = between[name].drop(name)
        nearest = others.abs().idxmax() if len(others) else ""
        rows.append({"factor": name, "ss": found.variance[name],
                     "share": found.variance[name] / len(found.loadings),
                     "largest.cor": others[nearest] if nearest else np.nan, "with": nearest, **between[name]})
    table = pd.DataFrame(rows)
    table.attrs |= {"not_printed": list(between) if len(between) > PRINTED else ["largest.cor", "with"],
                    "blank_below": dict.fromkeys(between, 0.0)}
    return table


def _declared(found: EFA) -> bool:
    return all(found.basis.constructs)


def _best(compared: pd.DataFrame) -> dict[str, str]:
    return {str(construct): str(factor) for construct, factor in compared.abs().idxmax(axis=1).items()}


def _item_checks(table: pd.DataFrame) -> tuple[Check, ...]:
    crossing = table.loc[table["cross"] != "", "item"].tolist()
    nowhere = table.loc[table["loading"].abs() < LOADS, "item"].tolist()
    checks = [Check("cross_loadings", "info", not crossing, {"items": crossing, "loads": LOADS, "of": len(table)}),
              Check("items_nowhere", "info", not nowhere, {"items": nowhere, "loads": LOADS, "of": len(table)})]
    if table["own"].notna().all():
        astray = table.loc[~table["own"].astype(bool), "item"].tolist()
        checks.append(Check("items_astray", "info", not astray, {"items": astray, "of": len(table)}))
    return tuple(checks)


def _print(found: EFA, table: pd.DataFrame) -> dict:
    """Say what of the table a page shows: the pattern while it is narrow enough, else the highest loading."""
    pattern = list(found.loadings)
    hidden = pattern if len(pattern) > PRINTED else ["factor", "loading", "cross"]
    return {"not_printed": [*hidden, "uniqueness"], "blank_below": {name: LOADS for name in pattern}}
