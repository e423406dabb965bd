"""Do the groups answer the same questionnaire? Equal loadings, intercepts, residuals, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import Check, ModelError
from helpers.sem.compare import compare
from helpers.sem.estimates import wald
from helpers.sem.fit import fit
from helpers.sem.result import SemFit

LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (), "metric": ("loadings",), "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
# Chen (2007): how much a level may lose in CFI, RMSEA and SRMR (metric, then later levels).
USUAL, SMALL = (-0.010, 0.015, 0.030, 0.010), (-0.005, 0.010, 0.025, 0.005)
SMALL_N, VERY_UNEQUAL = 300, 3.0
MEASURES = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr")


def invariance(model: str, data: pd.DataFrame, *, group: str, levels: Sequence[str] | None = None,
               estimator: str = "MLR", missing: str = "listwise", ordered: Sequence[str] = (),
               waves: Mapping[str, Sequence[str]] | None = None, group_partial: Sequence[str] = ()) -> pd.DataFrame:
    """Hold a measurement model equal across groups, level by level.

    Parameters
    ----------
    model : str
        Measurement model.
    data : DataFrame
    group : str
        Column of the groups.
    levels : sequence of str, optional
        Of ``configural metric scalar strict``, in this order; None: all.
    estimator : {"MLR", "MLM", "ML"}
    missing, ordered, waves
        Only complete continuous answers of independent groups in this version.
    group_partial : sequence of str
        Parameters left free in each group, as ``"tr2 ~ 1"``.

    Returns
    -------
    DataFrame
        ``level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr
        holds``: scaled chi-square and robust indices of a robust estimator, and differences from the level before.
        ``attrs["checks"]`` has a gate per level with the criterion used.

    Raises
    ------
    ModelError, DataError
        As ``fit``; ``sem.invariance_levels`` for unknown levels or a wrong order.

    Notes
    -----
    A level holds when the levels before it hold, no *stop* gate failed, CFI falls by at most .010 and RMSEA rises by at
    most .015 or SRMR by at most .030 (metric; .010 later). With n of at most 300, or a largest group of more than
    three times the smallest: .005, .010, .025 and .005. The chi-square difference is printed and does not decide.

    References
    ----------
    Chen (2007). Structural Equation Modeling, 14, 464-504. Meredith (1993). Psychometrika, 58, 525-543.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d", n=400, seed=3)
    >>> invariance("f =~ a + b + c + d", answers, group="group")[["level", "holds"]]
            level  holds
    0  configural   True
    1      metric   True
    2      scalar   True
    3      strict   True
    """
    fits = _fits(model, data, group, levels, estimator, missing, ordered, waves, group_partial)
    rows, checks, before, held = [], [], None, True
    for level, found in fits.items():
        row = {"level": level, **{name: found.reported(name) for name in MEASURES}}
        row["df"] = int(row["df"])
        change = None if before is None else compare(before, found).iloc[0]
        names = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr")
        given = [np.nan] * 6 if change is None else [change["chisq.diff"], change["df.diff"], change["pvalue"],
                                                     change["delta.cfi"], change["delta.rmsea"], change["delta.srmr"]]
        row |= {f"delta.{name}": value for name, value in zip(names, given, strict=True)}
        allowed = _allowed(found, level)
        held = held and not found.stopped and (change is None or _within(change, allowed))
        rows.append({**row, "holds": held})
        checks.append(Check("invariance", "caution", held, {
            "level": level, "cfi": row["delta.cfi"], "rmsea": row["delta.rmsea"], "srmr": row["delta.srmr"],
            "least_cfi": allowed[0], "most_rmsea": allowed[1], "most_srmr": allowed[2]}))
        before = found
    table = pd.DataFrame(rows)
    table.attrs["checks"] = tuple(checks)
    return table


def latent_means(model: str, data: pd.DataFrame, *, group: str, reference: str | None = None,
                 estimator: str = "MLR", group_partial: Sequence[str] = (), conf_level: float = 0.95) -> pd.DataFrame:
    r"""Compare the groups' constructs once intercepts may be held equal.

    Parameters
    ----------
    model : str
        Measurement model of first-order constructs.
    data : DataFrame
    group : str
    reference : str, optional
        Group whose latent means are 0; None: the first.
    estimator : {"MLR", "MLM", "ML"}
    group_partial : sequence of str
        Parameters left free in each group; every construct keeps two items with equal loading and intercept.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``construct group reference est se ci.lower ci.upper d``; est in units of the marker item, d in standard
        deviations of the construct pooled over all groups.

    Raises
    ------
    ModelError
        ``sem.no_scalar_invariance``: which level does not hold, and by how much. ``sem.partial_indicators``: a
        construct with fewer than two invariant items. ``sem.reference_group``: no such group.

    Notes
    -----
    .. math:: d = \hat\kappa_g \Big/ \sqrt{\textstyle\sum_g n_g \hat\phi_g / N}

    References
    ----------
    Sorbom (1974). British Journal of Mathematical and Statistical Psychology, 27, 229-239. Byrne, Shavelson & Muthen
    (1989). Psychological Bulletin, 105, 456-466.
    """
    ordered = _with_reference(data, group, reference)
    tested = invariance(model, ordered, group=group, levels=("configural", "metric", "scalar"), estimator=estimator,
                        group_partial=group_partial)
    if not tested["holds"].all():
        failed = tested[~tested["holds"]].iloc[0]
        raise ModelError("sem.no_scalar_invariance", level=failed["level"], cfi=float(failed["delta.cfi"]),
                         rmsea=float(failed["delta.rmsea"]), srmr=float(failed["delta.srmr"]))
    found = fit(model, ordered, group=group, group_equal=LEVELS["scalar"], group_partial=group_partial,
                estimator=estimator, conf_level=conf_level)
    _refuse_few(found)
    n = np.array([sample.n for sample in found.sample], dtype=float)
    etas = found.structure.layout.etas
    problem = found.engine.optimum.point
    spread = np.array([np.diag(each.eta) for each in problem.implied])
    rows = found.parameters[(found.parameters["op"] == "~1") & found.parameters["lhs"].isin(found.latents)
                            & (found.parameters["group"] > 1)]
    width = _latent_widths(found)
    pooled = {name: float(np.sqrt(n @ spread[:, etas.index(name)] / n.sum())) * width[name] for name in found.latents}
    labels = np.array(found.groups, dtype=object)
    shown = pd.DataFrame({"construct": rows["lhs"].to_numpy(), "group": labels[rows["group"].to_numpy() - 1],
                          "reference": labels[0], "est": rows["est"].to_numpy()})
    limits = wald(shown["est"].to_numpy(), rows["se"].to_numpy(), conf_level)
    shown = shown.assign(**{name: limits[name] for name in ("se", "ci.lower", "ci.upper")})
    shown["d"] = shown["est"] / shown["construct"].map(pooled)
    shown.attrs |= {"conf_level": conf_level, "checks": tested.attrs["checks"]}
    return shown


def measurement_part(model: str) -> str:
    r"""Keep what measures first-order constructs with items: the model whose invariance is tested.

    Examples
    --------
    >>> measurement_part("a =~ x1 + x2; b =~ y1 + y2; g =~ a + b; b ~ a")
    'a =~ x1 + x2\nb =~ y1 + y2'
    """
    written = syntax.parse(model)
    items: dict[str, list[str]] = {}
    for each in written.relations:
        if each.op == "=~" and each.rhs not in written.latents:
            items.setdefault(each.lhs, []).append(each.rhs)
    if not items:
        raise ModelError("sem.no_measurement")
    return "\n".join(f"{latent} =~ {' + '.join(of)}" for latent, of in items.items())


def _fits(model: str, data: pd.DataFrame, group: str, levels: Sequence[str] | None, estimator: str, missing: str,
          ordered: Sequence[str], waves: object, group_partial: Sequence[str]) -> dict[str, SemFit]:
    asked = tuple(LEVELS) if levels is None else tuple(levels)
    if not asked or list(asked) != [level for level in LEVELS if level in asked]:
        raise ModelError("sem.invariance_levels", found=list(asked), known=list(LEVELS))
    if waves is not None:
        raise ModelError("sem.not_in_this_version", argument="waves", value=str(waves))
    return {level: fit(model, data, group=group, group_equal=LEVELS[level], group_partial=group_partial if
                       LEVELS[level] else (), estimator=estimator, missing=missing, ordered=ordered)
            for level in asked}


def _allowed(found: SemFit, level: str) -> tuple[float, float, float]:
    n = [sample.n for sample in found.sample]
    cfi, rmsea, first, later = SMALL if sum(n) <= SMALL_N or max(n) > VERY_UNEQUAL * min(n) else USUAL
    return cfi, rmsea, first if level == "metric" else later


def _within(change: pd.Series, allowed: tuple[float, float, float]) -> bool:
    cfi, rmsea, srmr = allowed
    return bool(change["delta.cfi"] >= cfi and (change["delta.rmsea"] <= rmsea or change["delta.srmr"] <= srmr))


def _with_reference(data: pd.DataFrame, group: str, reference: str | None) -> pd.DataFrame:
    if reference is None or not isinstance(data, pd.DataFrame) or group not in data.columns:
        return data
    said = data[group].where(data[group].isna(), data[group].astype(str))
    levels = list(dict.fromkeys(said.dropna()))
    if str(reference) not in levels:
        raise ModelError("sem.reference_group", reference=reference, known=levels)
    order = [str(reference), *(level for level in levels if level != str(reference))]
    return data.assign(**{group: pd.Categorical(said, categories=order, ordered=True)})


def _refuse_few(found: SemFit) -> None:
    """Two items per construct whose loading and intercept are equal across the groups."""
    table = found.structure.table
    first = [row for row in table.rows if row.group == 1]
    same = {(row.lhs, row.op, row.rhs) for row in first
            if (row.label.startswith(".p") or not row.free) and row.op in ("=~", "~1")}
    few = [latent for latent in found.latents
           if sum((latent, "=~", row.rhs) in same and (row.rhs, "~1", "") in same
                  for row in first if row.op == "=~" and row.lhs == latent) < 2]
    if few:
        raise ModelError("sem.partial_indicators", constructs=few)


def _latent_widths(found: SemFit) -> dict[str, float]:
    """Units of each construct's standard deviation, which the estimation scales."""
    table, rows = found.structure.table, found.engine.scaled.rows
    return {row.lhs: float(rows[at]) for at, row in enumerate(table.rows)
            if row.op == "~1" and row.lhs in found.latents and row.group == 1}
