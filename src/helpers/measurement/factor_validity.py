"""Does each factor explain its own items, and more of them than it shares with another factor? CR, AVE, loadings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.measurement.delta_intervals import covariances, cr_and_ave
from helpers.measurement.gates import together

if TYPE_CHECKING:
    from helpers.sem import SemFit


def correlated_factors(constructs: Mapping[str, Sequence[str]]) -> str:
    """Write the model of one factor per construct, all factors correlated, in lavaan's syntax.

    Examples
    --------
    >>> print(correlated_factors({"trust": ["tr1", "tr2"], "loyalty": ["loy1", "loy2"]}))
    trust =~ tr1 + tr2
    loyalty =~ loy1 + loy2
    """
    return "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in constructs.items())


def loadings(fit: SemFit, *, conf_level: float = 0.95) -> pd.DataFrame:
    """List the loading of every item on its factor.

    Parameters
    ----------
    fit : SemFit
        A model with one factor per construct, one group.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame, one row per item
        ``construct``, ``item``, ``est``, ``se``, ``z``, ``pvalue`` (unstandardized), ``loading`` (completely
        standardized) with ``ci.lower``, ``ci.upper`` (normal interval, SE by the delta method).

    Raises
    ------
    ModelError
        If the model has no factor, several groups, or an item that loads on two factors.

    Examples
    --------
    >>> fit = sem.fit(correlated_factors(scales), scores)  # doctest: +SKIP
    >>> loadings(fit)[["construct", "item", "loading"]]  # doctest: +SKIP
    """
    from scipy.special import ndtri

    lines = loading_lines(fit)
    reach = float(ndtri((1 + conf_level) / 2)) * lines["std.all.se"]
    table = lines.rename(columns={"lhs": "construct", "rhs": "item", "std.all": "loading"})[
        ["construct", "item", "est", "se", "z", "pvalue", "loading"]]
    table = table.assign(**{"ci.lower": lines["std.all"] - reach, "ci.upper": lines["std.all"] + reach})
    return table.reset_index(drop=True)


def validity(fit: SemFit, htmt: pd.DataFrame | None = None, *, conf_level: float = 0.95, cr_at_least: float = 0.70,
             ave_at_least: float = 0.50) -> pd.DataFrame:
    r"""Composite reliability and average variance extracted of every construct, with their intervals.

    Parameters
    ----------
    fit : SemFit
        The correlated factors: ``sem.fit(correlated_factors(constructs), scores)``.
    htmt : DataFrame, optional
        What `htmt` returned for the same constructs; adds ``max.htmt``, NaN without it.
    conf_level : float, default 0.95
    cr_at_least, ave_at_least : float
        Below them a remark is made.

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n``, ``cr``, ``cr.ci.lower``, ``cr.ci.upper``, ``ave``, ``ave.ci.lower``,
        ``ave.ci.upper``, ``max.htmt`` (largest HTMT with another construct), ``max.cor`` (largest absolute correlation
        with another factor; NaN where there is none).

    Raises
    ------
    ModelError
        If the model has no factor, several groups, or an item that loads on two factors; ``sem.stopped`` behind a
        failed *stop*.

    Notes
    -----
    From the completely standardized loadings :math:`l_i`:

    .. math:: CR = \frac{(\sum_i l_i)^2}{(\sum_i l_i)^2 + \sum_i (1 - l_i^2)}, \qquad AVE = \frac{1}{k}\sum_i l_i^2

    Items are weighted equally; ``semTools::AVE`` weights them by their variances and differs. CR describes the sum of
    standardized items, `omega` that of the raw items. Checked against lavaan's loadings (tests/oracle/measurement.R).

    The intervals are normal for the logit, with the standard error that the covariances of the estimates give (delta
    method), so they hold for whatever the fit allows for: answers that are not normal (MLR), have holes (full
    information), are ordinal (WLSMV) or come in clusters. A quantity outside 0 to 1 has none.

    References
    ----------
    Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with unobservable variables and
    measurement error. Journal of Marketing Research, 18(1), 39-50. Raykov, T., & Marcoulides, G. A. (2011).
    Introduction to psychometric theory. Routledge (the interval of a coefficient by its logit).

    Examples
    --------
    >>> validity(fit, htmt(scores, scales))  # doctest: +SKIP
    """
    _refuse(fit)
    by_construct = dict(iter(loading_lines(fit).groupby("lhs", sort=False)))
    correlations = _latent_correlations(fit, [str(name) for name in by_construct])
    table = pd.DataFrame([{
        "construct": str(name), "k": len(lines), "n": fit.n,
        **cr_and_ave(lines["std.all"].to_numpy(dtype=float), covariances(fit, lines.index), conf_level=conf_level),
        "max.htmt": _largest_htmt(htmt, str(name)), "max.cor": float(correlations[name].drop(name).abs().max()),
    } for name, lines in by_construct.items()])
    table.attrs["conf_level"] = conf_level
    table.attrs["checks"] = together(_convergent(row, cr_at_least, ave_at_least) for row in table.to_dict("records"))
    return table


def fornell_larcker(fit: SemFit) -> pd.DataFrame:
    """Square root of AVE on the diagonal, correlations of the factors below it.

    Parameters
    ----------
    fit : SemFit
        The correlated factors.

    Returns
    -------
    DataFrame, shape (n_constructs, 1 + n_constructs)
        ``construct``, then a column per construct; NaN above the diagonal.

    Raises
    ------
    ModelError
        If the model has no factor, several groups, or an item that loads on two factors; ``sem.stopped`` behind a
        failed *stop*.

    Notes
    -----
    Fornell & Larcker (1981, see `validity`) ask that each diagonal value exceeds every correlation in its row and
    column. The rule misses many violations that HTMT finds (Henseler et al., 2015, see `htmt`).

    Examples
    --------
    >>> fornell_larcker(fit)  # doctest: +SKIP
    """
    _refuse(fit)
    lines = loading_lines(fit)
    root = np.sqrt((lines["std.all"].astype(float) ** 2).groupby(lines["lhs"], sort=False).mean())
    names = [str(name) for name in root.index]
    cor = _latent_correlations(fit, names).to_numpy()
    shown = np.where(np.tri(len(names), k=-1, dtype=bool), cor, np.nan)
    np.fill_diagonal(shown, root.to_numpy())
    table = pd.DataFrame(shown, columns=names)
    table.insert(0, "construct", names)
    failing = [f"{names[b]} - {names[a]}" for a in range(len(names)) for b in range(a)
               if not abs(cor[a, b]) < min(root.iloc[a], root.iloc[b])]
    table.attrs["checks"] = (Check("fornell_larcker", "caution", not failing, {"pairs": failing}),)
    return table


def _refuse(fit: SemFit) -> None:
    """Refuse what must not be judged: a criterion that an improper model meets is no pass."""
    from helpers.sem.fitting.brief import refuse_stopped

    refuse_stopped(fit)


def loading_lines(fit: SemFit) -> pd.DataFrame:
    """Take the lines of items that load on one factor each, indexed by their place among the parameters."""
    lines = fit.parameters[fit.parameters["op"] == "=~"]
    lines = lines[~lines["rhs"].isin(set(lines["lhs"]))]  # a second-order factor has no items of its own
    if lines.empty:
        raise ModelError("measurement.no_factor")
    if lines["group"].nunique() > 1:
        raise ModelError("measurement.one_group", groups=int(lines["group"].nunique()))
    if twice := [str(item) for item in lines.loc[lines["rhs"].duplicated(), "rhs"].unique()]:
        raise ModelError("measurement.two_factors", items=twice)
    return lines


def _latent_correlations(fit: SemFit, names: list[str]) -> pd.DataFrame:
    """Correlations of the factors; NaN where the model has no line for a pair."""
    cor = pd.DataFrame(np.eye(len(names)), index=names, columns=names)
    cor = cor.where(np.eye(len(names), dtype=bool))
    lines = fit.parameters
    between = lines[(lines["op"] == "~~") & lines["lhs"].isin(names) & lines["rhs"].isin(names)]
    for one, other, value in between.loc[between["lhs"] != between["rhs"], ["lhs", "rhs", "std.all"]].to_numpy():
        cor.loc[one, other] = cor.loc[other, one] = float(value)
    return cor


def _largest_htmt(htmt: pd.DataFrame | None, name: str) -> float:
    if htmt is None:
        return float("nan")
    return float(htmt.loc[(htmt["construct1"] == name) | (htmt["construct2"] == name), "htmt"].max())


def _convergent(row: dict, cr_at_least: float, ave_at_least: float) -> Check:
    return Check("convergent_validity", "info", row["cr"] >= cr_at_least and row["ave"] >= ave_at_least, {
        "construct": row["construct"], "scales": 1, "cr": row["cr"], "ave": row["ave"],
        "cr_at_least": cr_at_least, "ave_at_least": ave_at_least})
