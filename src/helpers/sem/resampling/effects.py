"""How much of one construct reaches another: directly, over others, and in total; with the interval that suits it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.parallel import streams
from helpers.sem.fitting.estimates import defined, root, wald
from helpers.sem.fitting.result import SemFit
from helpers.sem.fitting.tables import withheld
from helpers.sem.resampling.batch import standardized
from helpers.sem.resampling.bootstrap import Bootstrap, functions
from helpers.sem.resampling.bootstrap import bootstrap as run_bootstrap
from helpers.sem.resampling.chains import Effect, Paths, effects_of
from helpers.sem.resampling.intervals import KINDS, acceleration, intervals
from helpers.sem.resampling.jackknife import left_out

COLUMNS = ("effect", "kind", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "method", "std.all")
INTERVALS = ("delta", *KINDS, "monte-carlo")


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Parameters in every draw, and where BCa is asked for, without each respondent in turn."""

    values: np.ndarray
    without: np.ndarray | None = None
    sizes: list[int] = field(default_factory=list)
    checks: tuple[Check, ...] = ()


def effects(fit: SemFit, *, ci: str = "delta", bootstrap: Bootstrap | None = None, draws: int = 5000,
            seed: int | None = None, conf_level: float | None = None, workers: int | None = None) -> pd.DataFrame:
    r"""Find every direct, indirect and total effect from the paths, and show the model's own ``:=`` lines.

    Parameters
    ----------
    fit : SemFit
    ci : {"delta", "percentile", "bc", "bca", "monte-carlo"}, default "delta"
        The delta method is symmetric; products of paths are not. The next three draw respondents, ``monte-carlo``
        draws parameters from the normal distribution of the estimates and needs no data.
    bootstrap : Bootstrap, optional
        Draws of this fit that exist already.
    draws : int, default 5000
    seed : int
        Needed where something is drawn.
    conf_level : float, optional
        None: that of the fit.
    workers : int, optional
        See ``bootstrap``.

    Returns
    -------
    DataFrame
        ``effect kind est se z pvalue ci.lower ci.upper method std.all``; preceded by ``group`` where there are
        several. ``kind`` is direct (``A -> B``), indirect over one chain (``A -> M -> B``) or, where there are
        several chains, over all of them (``A -> B``), total, or defined (``:=``). A total effect is shown where
        something is indirect. ``method`` names the interval. Where something is drawn, se is the standard deviation
        of the draws, z and pvalue are left out, and four columns follow: ``std.all.ci.lower std.all.ci.upper draws
        failed`` (draws without a value), and ``attrs["checks"]`` holds the bootstrap's gate. Uncertainty is NaN behind
        a failed *stop*.

    Raises
    ------
    ModelError
        ``sem.no_paths`` where the model has neither a regression nor a definition; an unknown interval; no seed;
        draws of another model, or draws given to an interval that uses none.

    Notes
    -----
    The same draws serve every effect. Standard errors of ``delta`` have analytic derivatives; see ``chains`` for the
    effects, ``intervals`` for the limits and ``jackknife`` for the acceleration.

    References
    ----------
    Sobel (1982). Sociological Methodology, 13, 290-312. MacKinnon, Lockwood & Williams (2004). Multivariate
    Behavioral Research, 39, 99-128. Preacher & Selig (2012). Communication Methods and Measures, 6, 77-98.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> chain = fit("m ~ x; y ~ m", simulate("m ~ .5*x; y ~ .4*m", n=300, seed=1))
    >>> effects(chain, ci="percentile", draws=500, seed=1)[["effect", "kind", "method"]]
            effect      kind      method
    0       x -> m    direct  percentile
    1  x -> m -> y  indirect  percentile
    2       x -> y     total  percentile
    3       m -> y    direct  percentile
    """
    table = fit.structure.table
    if not any(row.op == "~" for row in table.rows) and not table.definitions:
        raise ModelError("sem.no_paths")
    level = fit.conf_level if conf_level is None else conf_level
    _check_asked(fit, ci, bootstrap, seed, level)
    found = [each for group in range(1, table.groups + 1) for each in effects_of(Paths.of(table, group))]
    count = len(table.rows)
    est, std = (fit.parameters[column].to_numpy()[None, :count] for column in ("est", "std.all"))
    shown = pd.DataFrame({
        "effect": [each.name for each in found] + [each.name for each in table.definitions],
        "kind": [each.kind for each in found] + ["defined"] * len(table.definitions),
        "est": _all(fit, found, est)[0], "method": ci, "std.all": np.concatenate(
            [_flowing(found, std)[0], fit.parameters["std.all"].to_numpy()[count:]])})
    if ci == "delta":
        shown = shown.assign(**wald(shown["est"].to_numpy(), _delta(fit, found, est[0]), level))[list(COLUMNS)]
    else:
        drawn = _drawn(fit, ci, bootstrap, draws, seed, workers)
        shown = _with_draws(fit, found, shown, drawn, "percentile" if ci == "monte-carlo" else ci, level)
        shown.attrs["checks"] = drawn.checks
    if len(fit.groups) > 1:
        shown.insert(0, "group", [fit.groups[each.paths.group - 1] for each in found] + [""] * len(table.definitions))
    return withheld(fit, shown)


def _check_asked(fit: SemFit, ci: str, bootstrap: Bootstrap | None, seed: int | None, conf_level: float) -> None:
    if ci not in INTERVALS:
        raise ModelError("sem.bootstrap_interval", found=ci, known=list(INTERVALS))
    if not 0 < conf_level < 1:
        raise ModelError("sem.conf_level", found=conf_level)
    if bootstrap is not None and (ci not in KINDS or bootstrap.est.shape != (len(fit.parameters),)
                                  or not np.array_equal(bootstrap.est, fit.parameters["est"], equal_nan=True)):
        raise ModelError("sem.effects_bootstrap", ci=ci)
    if bootstrap is None and ci != "delta" and seed is None:
        raise ModelError("sem.effects_seed", ci=ci)


def _all(fit: SemFit, found: list[Effect], values: np.ndarray) -> np.ndarray:
    """Every effect and every ``:=`` in every draw, shape (draws, effects)."""
    return np.hstack([_flowing(found, values), functions(fit.structure.table, values)])


def _flowing(found: list[Effect], values: np.ndarray) -> np.ndarray:
    reach = {each.paths: each.paths.reach(values) for each in found}
    columns = [each.values(values, reach[each.paths]) for each in found]
    return np.column_stack(columns) if columns else np.empty((len(values), 0))


def _delta(fit: SemFit, found: list[Effect], est: np.ndarray) -> np.ndarray:
    """Compute standard errors by the delta method."""
    reach = {each.paths: each.paths.reach(est[None])[0] for each in found}
    _, slopes = defined(fit.structure.table, est, np.eye(len(est)))
    moved = np.vstack([*(each.slopes(est, reach[each.paths]) for each in found), slopes])
    return root(np.einsum("ij,jk,ik->i", moved, fit.rows_vcov, moved, optimize=True))


def _drawn(fit: SemFit, ci: str, bootstrap: Bootstrap | None, draws: int, seed: int | None,
           workers: int | None) -> _Drawn:
    if ci == "monte-carlo":
        return _Drawn(_parameters(fit, draws, seed))
    if bootstrap is None:
        bootstrap = run_bootstrap(fit, draws=draws, seed=seed, workers=workers)
    without, sizes = left_out(fit, workers=workers) if ci == "bca" else (None, [])
    return _Drawn(bootstrap.values, without, sizes, bootstrap.checks)


def _parameters(fit: SemFit, draws: int, seed: int) -> np.ndarray:
    """Parameters from the normal distribution of the estimates, shape (draws, r)."""
    if not isinstance(draws, int | np.integer) or draws < 2:
        raise ModelError("sem.bootstrap_draws", found=draws)
    k = fit.structure.k
    back = np.linalg.pinv(k)
    est = fit.parameters["est"].to_numpy()[: len(k)]
    vcov = back @ fit.rows_vcov @ back.T
    if not np.isfinite(vcov).all():
        return np.full((draws, len(k)), math.nan)
    lower = np.linalg.cholesky(vcov)
    return est + streams(seed, 1)[0].standard_normal((draws, len(lower))) @ (k @ lower).T


def _with_draws(fit: SemFit, found: list[Effect], shown: pd.DataFrame, drawn: _Drawn, kind: str,
                conf_level: float) -> pd.DataFrame:
    limits = {}
    for column, values_of in (("", lambda values: _all(fit, found, values)),
                              ("std.all.", lambda values: _all(fit, found, standardized(fit.structure, values)))):
        every = values_of(drawn.values)
        a = None if drawn.without is None else acceleration(values_of(drawn.without), drawn.sizes)
        lower, upper = intervals(every, shown["std.all" if column else "est"].to_numpy(), kind=kind,
                                 conf_level=conf_level, acceleration=a)
        limits |= {f"{column}ci.lower": lower, f"{column}ci.upper": upper}
        if not column:
            held = np.isfinite(every)
            spread = np.ma.masked_array(every, ~held).std(axis=0, ddof=1).filled(np.nan)
    shown = shown.assign(se=spread, **limits, draws=len(held), failed=(~held).sum(axis=0))
    kept = [name for name in COLUMNS if name not in ("z", "pvalue")]
    return shown[[*kept, "std.all.ci.lower", "std.all.ci.upper", "draws", "failed"]]
