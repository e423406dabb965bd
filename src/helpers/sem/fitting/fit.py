"""The way in: fit a structural equation model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import ModelError
from helpers.moments import Cases, Moments
from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.errors_and_tests import Likelihood, Precision, precision
from helpers.sem.estimation.methods import Method, choose
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.estimation.start import nearby, starts
from helpers.sem.fitting.arguments import refuse_wrong, several
from helpers.sem.fitting.auxiliary_answers import refuse_auxiliaries
from helpers.sem.fitting.every_check import every_check
from helpers.sem.fitting.observed import Observed, observe, refuse
from helpers.sem.fitting.ordinal_fit import fit_ordinal
from helpers.sem.fitting.result import Engine, SemFit
from helpers.sem.fitting.tables_on_demand import Tables
from helpers.sem.inference.holed_material import HoledMaterial
from helpers.sem.inference.robust import Material, Scaling, material_of, meat
from helpers.sem.inference.robust import scaling as scale_factors
from helpers.sem.inference.robust_forms import with_robust_forms
from helpers.sem.model.auxiliaries import own_part, with_auxiliaries
from helpers.sem.model.implied import imply
from helpers.sem.model.scaling import Scaled, scale
from helpers.sem.model.specify import specify


def fit(
    model: str,
    data: pd.DataFrame | None = None,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    ordered: Sequence[str] | bool = (),
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    cluster: str | None = None,
    weights: str | None = None,
    std_lv: bool = False,
    effect_coding: bool = False,
    meanstructure: bool | None = None,
    fixed_x: bool = True,
    auxiliaries: Sequence[str] = (),
    moments: Moments | Sequence[Moments] | Mapping[str, Moments] | None = None,
    conf_level: float = 0.95,
) -> SemFit:
    r"""Fit a structural equation model: by maximum likelihood, or to ordinal items by weighted least squares.

    Parameters
    ----------
    model : str
        In lavaan's syntax, see ``helpers.syntax.parse``; defaults are those of lavaan's ``sem()``.
    data : DataFrame, shape (n_respondents, ...)
        Item answers; it is not changed. What is done about missing answers, ``missing`` says.
    estimator : {"ML", "MLR", "MLM", "GLS", "ULS", "WLSMV", "DWLS", "ULSMV"}
        The first three have the same estimates. MLR: sandwich errors from the observed information and the Yuan-Bentler
        test; MLM: those of Satorra & Bentler. ``measures`` then holds ``.scaled`` and ``.robust`` forms too. GLS, ULS:
        least squares, in which the moments of predictors x count (``fixed_x=False``); the statistic of ULS has no
        chi-square distribution and no p-value. The others (and ULS) fit what stands behind ordinal items, see
        ``ordered``.
    missing : {"listwise", "fiml", "pairwise"}
        "listwise": rows with a missing answer in a variable of the model are left out, and the result says how many
        (``n_read``, ``n``). "fiml" (or "ml"): full-information maximum likelihood from every answer, which is
        unbiased where holes depend on answers that are there (missing at random); ML or MLR, observed information;
        rows without any answer are left out, and where a predictor x has holes its moments are modelled
        (``fixed_x=False``). "pairwise" (ordinal items only): each correlation from those who answered both.
    auxiliaries : sequence of str
        With "fiml": columns outside the model that go along with what is missing, or with why it is missing. They
        covary freely with each other and with what the model leaves of every observed variable (saturated correlates),
        so that holes which depend on them are missing at random too. The model keeps its degrees of freedom; the
        moments of the auxiliaries appear in no table and not in ``npar``. Log-likelihoods are those of the model and
        the auxiliaries together: compare only fits with the same auxiliaries. Who answered nothing but auxiliaries
        counts in ``n``.
    cluster : str, optional
        Column of the cluster (branch, agent) of each respondent: errors and test of MLR over sums within clusters,
        times G / (G - 1).
    weights : str, optional
        Column of sampling weights, brought to sum to n; errors and test of MLR.
    ordered : sequence of str or True
        Ordinal items, behind which normal responses are cut by thresholds (True: every observed variable). With
        "WLSMV" (robust errors, scaled and shifted test) or "DWLS" their polychoric correlations are weighed by their
        own variances, with "ULSMV" or "ULS" alike. Responses have the delta parameterization: scales ``~*~`` are 1.
    effect_coding : bool, default False
        Scale each construct by all of its items: loadings average 1 and, with means, intercepts add up to 0, so that
        a construct has the scale and the mean of its items (Little, Slegers & Card 2006). Not with ordinal items.
    group : str, optional
        Column that tells groups apart.
    group_equal : sequence of str
        What is equal across groups: ``loadings intercepts means regressions residuals residual.covariances
        lv.variances lv.covariances``, and ``thresholds`` of ordinal items (scales are then free from the second group
        on).
    group_partial : sequence of str
        Exceptions, as ``"trust =~ tr2"``.
    std_lv : bool, default False
        Scale each construct by variance 1 instead of its first loading.
    meanstructure : bool, optional
        None: off for one group, on for several, with "fiml", and where the model has a ``~ 1``.
    fixed_x : bool, default True
        Take the moments of observed exogenous predictors as given.
    moments : Moments, or one per group (sequence, or mapping of group label to Moments), optional
        Instead of data.
    conf_level : float, default 0.95

    Returns
    -------
    SemFit

    Raises
    ------
    ModelError
        The model cannot be read or is not identified, constraints contradict each other, a feature is not in this
        version.
    DataError
        The data or moments allow no estimate: absent or constant items, fewer respondents than items, items that
        repeat each other.

    Notes
    -----
    .. math:: \chi^2 = N F, \qquad
              F = \ln|\Sigma| + \operatorname{tr}(S\Sigma^{-1}) - \ln|S| - p + (m-\mu)'\Sigma^{-1}(m-\mu)

    S has divisor n. Standard errors of ML come from the expected information; for the robust ones see
    ``helpers.sem.inference.robust``, for ordinal items ``helpers.sem.estimation.least_squares``, for GLS and ULS
    ``helpers.sem.estimation.quadratic``. Agrees with lavaan 0.6-14 (tests/oracle/sem_*.csv, robust_*.csv,
    ordinal_*.csv, quadratic_*.csv), auxiliaries with semTools on it (auxiliary_*.csv).

    References
    ----------
    Joreskog (1970). Biometrika, 57, 239-251. Bollen (1989). Structural Equations with Latent Variables. Graham (2003).
    Structural Equation Modeling, 10, 80-100, for auxiliaries.

    Examples
    --------
    >>> printed = Moments(cor=[[1, .5, .4], [.5, 1, .3], [.4, .3, 1]], sds=[1, 2, 1], n=200, names=["a", "b", "c"])
    >>> fit("f =~ a + b + c", moments=printed).parameters.loc[:2, ["lhs", "op", "rhs", "est", "se"]].round(3)
      lhs  op rhs  est     se
    0   f  =~   a  1.0  0.000
    1   f  =~   b  1.5  0.319
    2   f  =~   c  0.6  0.133
    """
    refuse_wrong(flags={"std_lv": std_lv, "effect_coding": effect_coding, "meanstructure": meanstructure,
                        "fixed_x": fixed_x}, columns={"group": group, "cluster": cluster, "weights": weights},
                 conf_level=conf_level)
    ordered = ordered if isinstance(ordered, bool) else several("ordered", ordered)
    method = choose(estimator=estimator, missing=missing, ordered=ordered, cluster=cluster,
                    weights=weights, effect_coding=effect_coding, from_moments=data is None)
    written, auxiliaries = syntax.parse(model), tuple(dict.fromkeys(several("auxiliaries", auxiliaries)))
    refuse_auxiliaries(auxiliaries, written.observed, missing=method.missing)
    if method.categorical:
        found = fit_ordinal(written, data, method=method, ordered=written.observed if ordered is True else ordered,
                            group=group, conf_level=conf_level, meanstructure=meanstructure, std_lv=std_lv,
                            fixed_x=fixed_x, group_equal=several("group_equal", group_equal),
                            group_partial=several("group_partial", group_partial))
        return replace(found, group_column=group)
    full = method.missing == "fiml"
    if full and meanstructure is False:
        raise ModelError("sem.fiml_means")
    observed = observe(written.observed, data, moments, group=group, cluster=cluster, weights=weights,
                       missing=method.missing, auxiliaries=auxiliaries)
    if method.squares:  # covariances of predictors x count among the squares
        observed, fixed_x = observed.in_squares(method.discrepancy), False

    def completed(*, fixed_x: bool) -> syntax.Table:
        return syntax.complete(written, groups=len(observed.samples), meanstructure=True if full else meanstructure,
                               std_lv=std_lv, fixed_x=fixed_x, group_equal=several("group_equal", group_equal),
                               group_partial=several("group_partial", group_partial),
                               effect_coding=effect_coding)

    table = completed(fixed_x=fixed_x)
    if fixed_x and observed.incomplete(table.exogenous):
        table = completed(fixed_x=False)
    refuse(observed, table)
    return replace(estimate(table, observed, method=method, conf_level=conf_level), group_column=group)


def estimate(table: syntax.Table, observed: Observed, *, method: Method, conf_level: float = 0.95,
             begin: np.ndarray | None = None) -> SemFit:
    """Fit a complete parameter table to moments; ``fit`` is the comfortable way in.

    Auxiliaries of the observations go along in the estimation; what is returned is the model's own part, in ``engine``
    is the whole.

    Parameters
    ----------
    table : Table
    observed : Observed
        One sample per group, in the order of the table.
    method : Method
    conf_level : float
    begin : ndarray, shape (r,), optional
        Estimates of a model with these rows, where the search then begins.
    """
    whole = specify(with_auxiliaries(table, observed.auxiliaries), observed.samples)
    scaled = scale(whole, observed.samples)
    problem = observed.problem(scaled)
    optimum = nearby(problem, scaled, begin) or problem.minimise(starts(scaled))
    f = optimum.point.f * (problem.unit if isinstance(problem, Quadratic) else 1.0)
    own = own_part(whole, table, observed.samples)
    structure, samples = own.structure, own.samples
    fitted = observed.likelihood(f, structure.k.shape[1], table)
    material = _material(scaled, method, observed.cases)
    found, scaling = uncertainty(scaled, problem, optimum, whole.k, method, observed.cases, fitted, material=material)
    values = (whole.k @ (optimum.point.x * scaled.basic) + whole.c)[own.rows]
    rows_vcov = found.rows[np.ix_(own.rows, own.rows)]
    implied = [imply(structure.layout, values[structure.part(group)]) for group in range(table.groups)]
    tables = Tables(table, structure, samples, implied, implied, values, rows_vcov, conf_level,
                    residual_means=table.means, implied_means=table.means)
    n = sum(sample.n for sample in samples)
    return SemFit(
        model=table.model.text, tables=tables,
        measures=with_robust_forms(observed.measures(fitted, implied, means=table.means), problem, optimum, fitted,
                                   scaling, material),
        checks=every_check(
            own, scaled, problem, optimum, observed, method, found, values=values, std_all=tables.std_all,
            implied=implied, undefined=tables.undefined, scaling=scaling, df=fitted.df),
        n=n, n_read=observed.n_read, converged=optimum.converged,
        gradient=float(np.abs(optimum.gradient).max(initial=0.0)), iterations=optimum.iterations,
        conf_level=conf_level, sample=tuple(samples), structure=structure, rows_vcov=rows_vcov,
        engine=Engine(method, scaled, problem, optimum, observed.cases, scaling))


def uncertainty(scaled: Scaled, problem: Discrepancy, optimum: Optimum, k: np.ndarray, method: Method,
                cases: Cases | None, fitted: Likelihood, *,
                material: Material | HoledMaterial | None = None) -> tuple[Precision, Scaling | None]:
    """Covariances of the estimates, and what a robust test divides chi-square by."""
    if isinstance(problem, Quadratic):
        return problem.precision(optimum, scaled, k), None
    point = optimum.point
    curved = problem.curvature(point) / 2 if method.information == "observed" else None
    if not method.robust or cases is None or not len(point.x):
        return precision(problem, point, scaled, k, converged=optimum.converged, observed=curved), None
    material = material or material_of(cases, scaled, method)
    middle = meat(scaled.structure, material, point, method)
    found = precision(problem, point, scaled, k, converged=optimum.converged, observed=curved, middle=middle)
    return found, scale_factors(scaled.structure, material, point, found.bread, middle, method, df=fitted.df,
                                baseline_df=fitted.baseline_df)


def _material(scaled: Scaled, method: Method, cases: Cases | None) -> Material | HoledMaterial | None:
    needed = cases is not None and (method.robust or method.missing == "fiml")
    return material_of(cases, scaled, method) if needed else None
