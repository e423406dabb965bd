r"""Where each respondent stands on each construct, and how well that can be known.

Regression scores are what a construct is expected to be given everything observed, Bartlett scores the generalized
least squares estimate from the construct's own items, unbiased for each respondent:

.. math:: E(\eta \mid x) = \mu_\eta + \Phi_{\eta x} \Sigma^{-1} (x - \mu), \qquad
          \hat\eta = (\Lambda'\Theta^{-1}\Lambda)^{-1} \Lambda'\Theta^{-1} (x - \nu)

Of a row with missing answers only what was observed enters x, and with it the rows and columns of the matrices.

References
----------
Thurstone (1935). Bartlett (1937). British Journal of Psychology, 28, 97-104. Grice (2001). Psychological Methods, 6,
430-450. Skrondal & Laake (2001). Psychometrika, 66, 563-575, for which scores may stand in a later regression.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError, ModelError
from helpers.moments import numbers
from helpers.sem.fitting.brief import refuse_stopped
from helpers.sem.fitting.result import SemFit
from helpers.sem.model.implied import imply

METHODS = ("regression", "bartlett")


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One group's moments, of the l constructs and the p observed variables, in original units.

    Attributes
    ----------
    mean, cov : ndarray, shapes (p,) and (p, p)
        Implied; the sample's means where the model has none.
    construct_mean, construct_cov : ndarray, shapes (l,) and (l, l)
    between : ndarray, shape (l, p)
        Covariances of constructs with observed variables.
    loadings : ndarray, shape (p, l)
        Of items on the constructs that they measure.
    residual : ndarray, shape (p, p)
        Covariances of what is left of the observed variables once their predictors are known.
    aside : ndarray, shape (p, p)
        Slopes of items on other observed variables.
    """

    mean: np.ndarray
    cov: np.ndarray
    construct_mean: np.ndarray
    construct_cov: np.ndarray
    between: np.ndarray
    loadings: np.ndarray
    residual: np.ndarray
    aside: np.ndarray


def scores(fit: SemFit, data: pd.DataFrame, *, method: str = "regression", group: str | None = None) -> pd.DataFrame:
    """Compute factor scores.

    Parameters
    ----------
    fit : SemFit
    data : DataFrame, shape (n, ...)
        The respondents of the fit or others, under the same names; it is not changed. Answers may be missing.
    method : {"regression", "bartlett"}
        Regression scores have the smallest error and shrink towards the mean, the more the fewer answers a row has;
        use them as predictors. Bartlett scores do not shrink; use them as outcomes. They exist for constructs that are
        measured by items.
    group : str, optional
        Column with the group of each row; by default the one of the fit.

    Returns
    -------
    DataFrame, shape (n, constructs)
        In the rows and the order of ``data``; NaN where a row has no answer at all (Bartlett: none to an item of the
        construct), or belongs to no group. ``attrs["without"]`` counts the rows with a NaN, and
        ``attrs["determinacy"]`` holds the correlation of these scores with their construct, by construct (and group).

    Raises
    ------
    DataError
        Columns that are absent or no numbers; ``sem.scores_group``: a group that the fit does not know;
        ``sem.scores_group_column``: the fit does not know the column of the groups; ``sem.scores_means``: it does not
        know the items' means.
    ModelError
        ``sem.stopped`` behind a failed *stop*; ``sem.scores_method``; ``sem.scores_estimator``: items behind which
        the fit sees responses; ``sem.scores_bartlett``: constructs measured by constructs alone.

    Notes
    -----
    Agrees with lavaan 0.6-14's ``lavPredict`` (tests/oracle/after_fit_scores.csv). Without a mean structure items are
    taken from their sample means; observed predictors then move the constructs' means as they would with one.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("trust =~ .9*a + .8*b + .7*c", n=400, seed=1)
    >>> found = scores(fit("trust =~ a + b + c", answers, std_lv=True), answers)
    >>> found.shape, {name: round(value, 2) for name, value in found.attrs["determinacy"].items()}
    ((400, 1), {'trust': 0.82})
    """
    refuse_stopped(fit)
    _refuse(fit, method)
    if any(sample.mean is None for sample in fit.sample):
        raise DataError("sem.scores_means")
    values, of_group = _read(fit, data, group)
    found = np.full((len(data), len(fit.latents)), np.nan)
    for number in range(len(fit.groups)):
        moments = _moments(fit, number)
        rows = np.flatnonzero(of_group == number)
        for pattern, there in _patterns(~np.isnan(values[rows])):
            weights, start = _weights(moments, pattern, method)
            found[rows[there]] = start + (values[rows[there]][:, pattern] - moments.mean[pattern]) @ weights.T
    table = pd.DataFrame(found, index=data.index, columns=list(fit.latents))
    known = determinacy(fit)
    column = "determinacy" if method == "regression" else "determinacy.bartlett"
    by_name = {name: dict(zip(part["construct"], part[column], strict=True)) for name, part in known.groupby("group")}
    table.attrs = {"without": int(np.isnan(found).any(axis=1).sum()),
                   "determinacy": by_name if len(fit.groups) > 1 else by_name[fit.groups[0]]}
    return table


def determinacy(fit: SemFit) -> pd.DataFrame:
    r"""Correlate factor scores with the constructs they stand for.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``construct group determinacy determinacy.bartlett smallest``, groups by their names. ``determinacy`` is the
        correlation of the regression scores with the construct, the highest that any score reaches;
        ``determinacy.bartlett`` that of the Bartlett scores (NaN where there are none); ``smallest`` the smallest
        correlation that two equally valid sets of scores can have, :math:`2\rho^2 - 1`: negative, and respondents
        could be ranked either way.

    Notes
    -----
    .. math:: \rho_j^2 = \frac{(\Phi_{\eta x} \Sigma^{-1} \Phi_{x \eta})_{jj}}{\Phi_{jj}}

    Grice (2001) asks for .80, and .90 where scores replace the construct.

    References
    ----------
    Guttman (1955). British Journal of Statistical Psychology, 8, 65-81. Beauducel (2011). Multivariate Behavioral
    Research, 46, 1021-1033.
    """
    _refuse(fit, "regression")
    parts = []
    for number, label in enumerate(fit.groups):
        moments = _moments(fit, number)
        explained = np.diag(moments.between @ np.linalg.solve(moments.cov, moments.between.T))
        variances = np.diag(moments.construct_cov)
        everything = np.ones(len(moments.mean), dtype=bool)
        error = _bartlett(moments, everything)[1]
        with np.errstate(invalid="ignore"):
            own = np.sqrt(explained / variances)
            bartlett = np.sqrt(variances / (variances + error))
        parts.append(pd.DataFrame({"construct": list(fit.latents), "group": label, "determinacy": own,
                                   "determinacy.bartlett": bartlett, "smallest": 2 * own**2 - 1}))
    return pd.concat(parts, ignore_index=True)


def _refuse(fit: SemFit, method: str) -> None:
    if fit.engine.method.categorical:
        raise ModelError("sem.scores_estimator", estimator=fit.engine.method.name)
    if method not in METHODS:
        raise ModelError("sem.scores_method", found=method)
    if not fit.latents:
        raise ModelError("sem.no_measurement")
    measured = {row.lhs for row in fit.structure.table.rows if row.op == "=~" and row.rhs in fit.observed}
    if method == "bartlett" and (bare := [name for name in fit.latents if name not in measured]):
        raise ModelError("sem.scores_bartlett", constructs=bare)


def _read(fit: SemFit, data: pd.DataFrame, group: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Answers, shape (n, p), and the number of each row's group, -1 where it has none."""
    column = fit.group_column if group is None else group
    if len(fit.groups) == 1:
        return numbers(data, fit.observed), np.zeros(len(data), dtype=int)
    if column is None:
        raise DataError("sem.scores_group_column", groups=list(fit.groups))
    values = numbers(data, fit.observed, beside=(column,))
    labels = data[column].astype(object)
    absent = labels.isna()
    if unknown := sorted({str(label) for label in labels[~absent]} - set(fit.groups)):
        raise DataError("sem.scores_group", column=column, found=unknown, known=list(fit.groups))
    number = {label: at for at, label in enumerate(fit.groups)}
    return values, np.array([-1 if gone else number[str(label)] for label, gone in zip(labels, absent, strict=True)])


def _patterns(there: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which variables are observed, and the rows of which that is true; rows without any answer are left out."""
    if not len(there):
        return
    patterns, of = np.unique(there, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if pattern.any():
            yield pattern, np.flatnonzero(of.ravel() == number)


def _weights(moments: _Group, pattern: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Weights of deviations from the mean, shape (l, observed), and the scores of a row at the mean, shape (l,)."""
    if method == "bartlett":
        return _bartlett(moments, pattern)[0], moments.construct_mean
    cov = moments.cov[np.ix_(pattern, pattern)]
    return np.linalg.solve(cov, moments.between[:, pattern].T).T, moments.construct_mean


def _bartlett(moments: _Group, pattern: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights, shape (l, observed), and error variances, shape (l,); NaN for constructs without an answered item.

    The residuals may be singular (an item without error); weighing by the items' whole covariances instead gives the
    same scores.
    """
    items = pattern & (moments.loadings != 0).any(axis=1) & ~(moments.aside[:, ~pattern] != 0).any(axis=1)
    own = (moments.loadings[items] != 0).any(axis=0)
    loadings, of_construct = moments.loadings[np.ix_(items, own)], moments.construct_cov[np.ix_(own, own)]
    weights, error = np.full((len(own), int(pattern.sum())), np.nan), np.full(len(own), np.nan)
    if np.linalg.matrix_rank(loadings) < own.sum():  # constructs that share their only answered items
        return weights, error
    pulled = np.linalg.solve(loadings @ of_construct @ loadings.T + moments.residual[np.ix_(items, items)], loadings).T
    bread = np.linalg.inv(pulled @ loadings)
    from_all = np.eye(len(pattern))[items] - moments.aside[items]
    weights[own] = (bread @ pulled @ from_all)[:, pattern]
    error[own] = np.diag(bread - of_construct)
    return weights, error


def _moments(fit: SemFit, number: int) -> _Group:
    structure, sample = fit.structure, fit.sample[number]
    layout, table = structure.layout, structure.table
    values = fit.parameters["est"].to_numpy()[: len(table.rows)]
    implied = imply(layout, values[structure.part(number)])
    p, m, latents = len(layout.observed), len(layout.etas), layout.latents
    paths = np.eye(m) - np.linalg.inv(implied.total)
    loadings = (implied.atoms[:, p: p + m] @ (np.eye(m) - paths))[:, :latents]
    residual, aside = implied.theta.copy(), np.zeros((p, p))
    at = [layout.observed.index(name) for name in layout.etas[latents:]]
    residual[np.ix_(at, at)] += implied.psi[latents:, latents:]
    loadings[at], aside[np.ix_(at, at)] = paths[latents:, :latents], paths[latents:, latents:]
    items = np.isin(layout.observed, [row.rhs for row in table.rows if row.op == "=~"])
    loadings, aside = loadings * items[:, None], aside * items[:, None]
    mean, eta_mean = implied.mu, implied.eta_mean
    if not table.means:
        mean = np.zeros(p) if sample.mean is None else sample.mean
        eta_mean = _eta_mean(paths, mean[at], latents)
    return _Group(mean, implied.sigma, eta_mean[:latents], implied.eta[:latents, :latents],
                  implied.atoms[:, p + m: p + m + latents].T, loadings, residual, aside)


def _eta_mean(paths: np.ndarray, of_observed: np.ndarray, latents: int) -> np.ndarray:
    """Means of the etas where only those of the observed ones are known and the constructs' intercepts are 0."""
    system = np.eye(len(paths))
    system[:latents] -= paths[:latents]
    return np.linalg.solve(system, np.concatenate([np.zeros(latents), of_observed]))
