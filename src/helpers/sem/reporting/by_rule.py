"""A model and its effects as the declared rules, or the study, want them; the findings travel with the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from helpers.errors import Check, ModelError
from helpers.sem.fitting.fit import fit
from helpers.sem.fitting.result import SemFit
from helpers.sem.reporting.treatment import Treatment
from helpers.sem.reporting.treatment import treatment as choose_treatment
from helpers.sem.resampling.effects import effects

CLUSTER = ".cluster"  # no item can be called so
# Refusals to draw respondents again; other refusals stay refusals.
NOT_DRAWN = ("sem.bootstrap_data", "sem.bootstrap_method", "sem.bootstrap_ordinal", "sem.bootstrap_weights")


def fit_by_rule(model: str, data: pd.DataFrame, *, estimator: str = "auto", missing: str = "auto",
                auxiliaries: Sequence[str] = (), treatment: Treatment | None = None, conf_level: float = 0.95,
                clusters: pd.DataFrame | None = None) -> SemFit:
    """Fit a model with the estimator and the missing treatment that the study asks for, or that its answers call for.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)
    estimator, missing : str, default "auto"
        See ``sem.treatment``.
    auxiliaries : sequence of str
        Columns of the data that full information uses where the model does not contain them.
    treatment : Treatment, optional
        Chosen already; the three arguments before it are then not read.
    conf_level : float, default 0.95
    clusters : DataFrame, shape (n_respondents, n_columns), optional
        Numbers of branches, agents and so on, in the rows of the data; without columns as if not given. Of several the
        one with the fewest clusters counts: errors that allow for it allow for those nested in it.

    Returns
    -------
    SemFit
        Among its checks those of the treatment, ``estimator_rule`` and ``missing_rule``, and with clusters
        ``clustered_errors``: whether errors and test allow for them, which needs estimator ML or MLR and a cluster for
        everybody.

    Raises
    ------
    ModelError, DataError
        As ``fit``.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c", n=300, seed=1)
    >>> fit_by_rule("f =~ a + b + c", answers).engine.method.name
    'MLR'
    """
    chosen = treatment or choose_treatment(model, data, estimator=estimator, missing=missing, auxiliaries=auxiliaries)
    cluster, told = _cluster(chosen, clusters)
    used = data if cluster is None else data.assign(**{CLUSTER: cluster.to_numpy()})
    found = fit(model, used, estimator=chosen.estimator, missing=chosen.missing, ordered=chosen.ordered,
                auxiliaries=chosen.beside, conf_level=conf_level, cluster=None if cluster is None else CLUSTER)
    return replace(found, checks=(*found.checks, *chosen.checks, *told))


def _cluster(chosen: Treatment, clusters: pd.DataFrame | None) -> tuple[pd.Series | None, tuple[Check, ...]]:
    """Pick the column of clusters that errors allow for, where they can."""
    if clusters is None or not clusters.shape[1]:
        return None, ()
    column = clusters.nunique().idxmin()
    blank = int(clusters[column].isna().sum())
    used = chosen.estimator in ("ML", "MLR") and not blank and clusters[column].nunique() > 1
    check = Check("clustered_errors", "caution", used, {
        "cluster": str(column), "clusters": int(clusters[column].nunique()), "estimator": chosen.estimator,
        "blank": blank})
    return (clusters[column] if used else None), (check,)


def effects_by_rule(fit: SemFit, *, ci: str = "auto", draws: int = 5000, seed: int,
                    conf_level: float | None = None) -> pd.DataFrame:
    """Find every effect, with the interval that suits the estimator.

    Parameters
    ----------
    fit : SemFit
    ci : str, default "auto"
        "auto": percentiles of bootstrap draws of respondents; where this fit's respondents cannot be drawn, the
        Monte-Carlo interval, which draws the parameters from their joint normal distribution. Otherwise as
        ``sem.effects`` takes it.
    draws : int, default 5000
    seed : int
    conf_level : float, optional
        None: that of the fit.

    Returns
    -------
    DataFrame
        As ``sem.effects``. The check ``effects_interval`` says which interval was taken, and what was asked for.

    Raises
    ------
    ModelError
        As ``sem.effects``.

    References
    ----------
    Fritz, Taylor & MacKinnon (2012). Multivariate Behavioral Research, 47, 61-87. Preacher & Selig (2012).
    Communication Methods and Measures, 6, 77-98.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> chain = fit("m ~ x; y ~ m", simulate("m ~ .5*x; y ~ .4*m", n=300, seed=1))
    >>> effects_by_rule(chain, draws=200, seed=1)["method"].unique().tolist()
    ['percentile']
    """
    options = {"draws": draws, "seed": seed, "conf_level": conf_level}
    try:
        drawn = "percentile" if ci == "auto" else ci
        found = effects(fit, ci=drawn, **options)
    except ModelError as error:
        if ci != "auto" or error.problems[0].id not in NOT_DRAWN:
            raise
        found, drawn = effects(fit, ci="monte-carlo", **options), "monte-carlo"
    found.attrs["checks"] = (*found.attrs.get("checks", ()), Check("effects_interval", "info", drawn == "percentile", {
        "estimator": fit.engine.method.name, "method": drawn, "asked": ci}))
    return found
