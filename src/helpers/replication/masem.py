"""Stage two: does a path model hold in the pooled correlations, and how strong are its paths? Least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.parallel import streams
from helpers.replication.correlations import below
from helpers.replication.stage_one import StageOne
from helpers.sem.inference.indices import forms
from helpers.sem.model.correlation_structure import PathModel, path_model, regressions
from helpers.sem.resampling.chains import Paths, effects_of

_STEPS = 500
_TOLERANCE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Masem:
    """A path model fitted to pooled correlations.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs label est se z pvalue ci.lower ci.upper``: everything in standard deviations. Residual covariances
        are covariances of standardized outcomes.
    effects : DataFrame
        ``effect kind est se ci.lower ci.upper method``: direct by the delta method; indirect and total by Monte Carlo.
    measures : DataFrame
        ``measure value`` under lavaan's names.
    residuals : DataFrame
        ``variable1 variable2 observed implied residual``.
    r2 : DataFrame
        ``lhs r2`` of every outcome.
    checks : tuple of Check
    conf_level : float
    """

    parameters: pd.DataFrame
    effects: pd.DataFrame
    measures: pd.DataFrame
    residuals: pd.DataFrame
    r2: pd.DataFrame
    checks: tuple[Check, ...]
    conf_level: float = 0.95

    @property
    def stopped(self) -> bool:
        """Whether a failed stop forbids to interpret standard errors and tests."""
        return any(check.severity == "stop" and not check.passed for check in self.checks)


def masem(stage: StageOne, model: str, *, seed: int, draws: int = 5000, conf_level: float = 0.95) -> Masem:
    r"""Fit a path model to pooled correlations by weighted least squares.

    Parameters
    ----------
    stage : StageOne
        Pooled correlations of at least the model's variables.
    model : str
        Lavaan text; its regressions and the covariances among their variables are used.
    seed : int
        Of the Monte Carlo draws.
    draws : int, default 5000
    conf_level : float, default 0.95

    Returns
    -------
    Masem

    Raises
    ------
    ModelError
        What `path_model` refuses; a variable that was not pooled; more parameters than correlations, or parameters
        that the correlations do not identify; no minimum.

    Notes
    -----
    Minimizes :math:`F = (\hat\rho - \rho(\theta))' \hat V^{-1} (\hat\rho - \rho(\theta))` with the sampling covariances
    :math:`\hat V` of stage one (Cheung & Chan, 2005), so that correlations that rest on more respondents weigh more and
    no single "n of the matrix" has to be invented. The minimum is :math:`\chi^2`; covariances of the estimates are
    :math:`(J' \hat V^{-1} J)^{-1}`. The baseline model has no correlation. RMSEA takes the sum of respondents.
    Agrees with lavaan's WLS on the same matrix and weights (tests/oracle/masem.R).

    References
    ----------
    Cheung & Chan (2005). Psychological Methods, 10, 40-64. Jak & Cheung (2020). Psychological Methods, 25, 430-455.
    Preacher & Selig (2012). Communication Methods and Measures, 6, 77-98.

    Examples
    --------
    >>> from helpers.replication.correlations import Correlations
    >>> from helpers.replication.stage_one import stage_one
    >>> names = ["x", "m", "y"]
    >>> def study(name, n):
    ...     return Correlations(name, pd.DataFrame([[1, .5, .2], [.5, 1, .4], [.2, .4, 1]], names, names), n)
    >>> found = masem(stage_one([study("a", 200), study("b", 300)]), "m ~ x; y ~ m", seed=1)
    >>> found.parameters[["lhs", "op", "rhs", "est"]].round(2)
      lhs op rhs  est
    0   m  ~   x  0.5
    1   y  ~   m  0.4
    """
    from scipy.stats import norm

    paths = path_model(model)
    observed, weight = _data(stage, paths)
    if paths.size > len(observed):
        raise ModelError("replication.masem_df", free=paths.size, correlations=len(observed))
    theta = _minimum(paths, observed, weight, regressions(paths, stage.matrix.loc[list(paths.names),
                                                                                  list(paths.names)].to_numpy()))
    matrix, residual, slopes = paths.implied(theta)
    slopes = np.array([below(slope) for slope in slopes]).T
    information = slopes.T @ weight @ slopes
    if np.linalg.cond(information) > 1e12:
        raise ModelError("replication.masem_unidentified")
    vcov = np.linalg.inv(information)
    left = observed - below(matrix)
    n = stage.n
    chisq, baseline = float(left @ weight @ left), float(observed @ weight @ observed)
    df = len(observed) - paths.size
    measures = {"npar": paths.size, **forms(chisq, df, baseline, len(observed), n, 1), "ntotal": n,
                "srmr": float(np.sqrt(2 * (left**2).sum() / (len(matrix) * (len(matrix) + 1))))}
    rows, pairs = paths.row_values(theta), list(zip(*np.triu_indices(len(matrix), 1), strict=True))
    names = np.array(paths.names)
    checks = (Check("masem_variance", "stop", bool((residual > 0).all()),
                    {"names": names[residual <= 0].tolist() or ["-"], "least": float(residual.min())}),)
    outcomes = list(dict.fromkeys(row.lhs for row in paths.rows if row.op == "~"))
    return Masem(
        _parameters(paths, rows, vcov, norm.ppf((1 + conf_level) / 2)),
        _effects(paths, theta, vcov, seed=seed, draws=draws, conf_level=conf_level),
        pd.DataFrame(list(measures.items()), columns=["measure", "value"]),
        pd.DataFrame({"variable1": [names[i] for i, _ in pairs], "variable2": [names[j] for _, j in pairs],
                      "observed": observed, "implied": below(matrix), "residual": left}),
        pd.DataFrame({"lhs": outcomes, "r2": [1 - residual[paths.names.index(name)] for name in outcomes]}), checks,
        conf_level)


def masem_shown(found: Masem) -> pd.DataFrame:
    """Show the measures of fit; the gates travel along."""
    table = found.measures.copy()
    table.attrs["checks"] = found.checks
    return table


def masem_parameters(found: Masem) -> pd.DataFrame:
    """Show paths and covariances in the pooled correlations."""
    labelled = bool(found.parameters["label"].any())
    table = found.parameters.copy() if labelled else found.parameters.drop(columns="label")
    table.attrs["conf_level"] = found.conf_level
    return table


def masem_effects(found: Masem) -> pd.DataFrame:
    """Show indirect and total effects in the pooled correlations."""
    table = found.effects.copy()
    table.attrs["conf_level"] = found.conf_level
    return table


def _data(stage: StageOne, paths: PathModel) -> tuple[np.ndarray, np.ndarray]:
    """Take the model's correlations and the inverse of their covariances, in the model's order."""
    if absent := [name for name in paths.names if name not in stage.names]:
        raise ModelError("replication.masem_absent", names=absent, have=list(stage.names))
    at = [stage.names.index(name) for name in paths.names]
    place = np.zeros((len(stage.names),) * 2, dtype=int)
    one, two = np.triu_indices(len(stage.names), 1)
    place[one, two] = place[two, one] = np.arange(len(one))
    chosen = below(place[np.ix_(at, at)])
    return below(stage.matrix.to_numpy()[np.ix_(at, at)]), np.linalg.inv(stage.acov[np.ix_(chosen, chosen)])


def _minimum(paths: PathModel, observed: np.ndarray, weight: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Gauss-Newton with halved steps."""
    def distance(values: np.ndarray) -> float:
        left = observed - below(paths.implied(values)[0])
        return float(left @ weight @ left)

    now = distance(theta)
    for _ in range(_STEPS):
        matrix, _, slopes = paths.implied(theta)
        j = np.array([below(slope) for slope in slopes]).T
        step = np.linalg.lstsq(j.T @ weight @ j, j.T @ weight @ (observed - below(matrix)), rcond=None)[0]
        size = 1.0
        while (then := distance(theta + size * step)) > now + 1e-12 and size > 1e-9:
            size /= 2
        theta, now = theta + size * step, min(then, now)
        if np.abs(size * step).max() < _TOLERANCE:
            return theta
    raise ModelError("replication.masem_no_minimum")


def _parameters(paths: PathModel, rows: np.ndarray, vcov: np.ndarray, quantile: float) -> pd.DataFrame:
    from scipy.stats import norm

    se = np.where(paths.free >= 0, np.sqrt(np.append(np.diag(vcov), 0.0))[paths.free], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, rows / se, np.nan)
    return pd.DataFrame({"lhs": [row.lhs for row in paths.rows], "op": [row.op for row in paths.rows],
                         "rhs": [row.rhs for row in paths.rows], "label": [row.label for row in paths.rows],
                         "est": rows, "se": se, "z": z, "pvalue": 2 * norm.sf(np.abs(z)),
                         "ci.lower": rows - quantile * se, "ci.upper": rows + quantile * se})


def _effects(paths: PathModel, theta: np.ndarray, vcov: np.ndarray, *, seed: int, draws: int,
             conf_level: float) -> pd.DataFrame:
    """Direct, indirect and total effects; each product from draws of the parameters."""
    from scipy.stats import norm

    flowing = Paths.of(paths.table, 1)
    at = [paths.table.rows.index(row) for row in paths.rows]
    drawn = theta + streams(seed, 1)[0].standard_normal((draws, len(theta))) @ np.linalg.cholesky(vcov).T
    values = np.zeros((draws + 1, len(paths.table.rows)))
    for place, each in enumerate(np.vstack([theta, drawn])):
        values[place, at] = paths.row_values(each)
    reach = flowing.reach(values)
    rows, tail = [], (1 - conf_level) / 2
    for effect in effects_of(flowing):
        found = effect.values(values, reach)
        se = float(found[1:].std(ddof=1))
        lower, upper = np.quantile(found[1:], [tail, 1 - tail])
        method = "monte-carlo"
        if effect.kind == "direct":
            row = effect.chain[0]
            se = float(np.sqrt(vcov[own, own])) if (own := paths.free[at.index(row)]) >= 0 else 0.0
            half = norm.ppf(1 - tail) * se
            lower, upper, method = found[0] - half, found[0] + half, "delta"
        rows.append((effect.name, effect.kind, float(found[0]), se, float(lower), float(upper), method))
    return pd.DataFrame(rows, columns=["effect", "kind", "est", "se", "ci.lower", "ci.upper", "method"])
