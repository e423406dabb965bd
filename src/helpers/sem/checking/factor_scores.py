r"""Where each respondent stands on each construct.

Regression scores are what a construct is expected to be given everything observed, Bartlett scores the generalized
least squares estimate from the construct's own items, unbiased for each respondent:

.. math:: E(\eta \mid x) = \mu_\eta + \Phi_{\eta x} \Sigma^{-1} (x - \mu), \qquad
          \hat\eta = (\Lambda'\Theta^{-1}\Lambda)^{-1} \Lambda'\Theta^{-1} (x - \nu)

Of a row with missing answers only what was observed enters x, and with it the rows and columns of the matrices. Behind
ordinal items the score is where the posterior is highest (``ordinal_scores``), which for continuous ones is the
regression score.

References
----------
Thurstone (1935). Bartlett (1937). British Journal of Psychology, 28, 97-104. Grice (2001). Psychological Methods, 6,
430-450. Skrondal & Laake (2001). Psychometrika, 66, 563-575, for which scores may stand in a later regression.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from helpers.errors import DataError, ModelError
from helpers.sem.checking.determinacy import determinacy, refuse_unmeasured
from helpers.sem.checking.joint_moments import Joint, bartlett, joint_moments
from helpers.sem.checking.ordinal_scores import place, ranked_answers
from helpers.sem.fitting.brief import refuse_stopped
from helpers.sem.fitting.result import SemFit

# "EBM", the mode of the posterior, is lavaan's word for what "regression" means behind ordinal items.
METHODS = ("regression", "EBM", "bartlett")


def scores(fit: SemFit, data: pd.DataFrame, *, method: str = "regression", group: str | None = None) -> pd.DataFrame:
    r"""Compute factor scores.

    Parameters
    ----------
    fit : SemFit
    data : DataFrame, shape (n, ...)
        The respondents of the fit or others, under the same names; it is not changed. Answers may be missing.
    method : {"regression", "EBM", "bartlett"}
        Regression scores have the smallest error and shrink towards the mean, the more the fewer answers a row has;
        use them as predictors. They are the mode of the posterior ("EBM", empirical Bayes modal), which is what a fit
        of ordinal items gives under both names. Bartlett scores do not shrink; use them as outcomes. They exist for
        constructs that are measured by continuous items: who gives every ordinal item its highest answer has none.
    group : str, optional
        Column with the group of each row; by default the one of the fit.

    Returns
    -------
    DataFrame, shape (n, constructs)
        In the rows and the order of ``data``; NaN where a row has no answer at all (Bartlett: none to an item of the
        construct), or belongs to no group. ``attrs["without"]`` counts the rows with a NaN, and
        ``attrs["determinacy"]`` holds the correlation of these scores with their construct, by construct (and group);
        of ordinal items as these respondents' posteriors tell it (Notes), NaN where nobody has a score.

    Raises
    ------
    DataError
        Columns that are absent or no numbers; ``sem.scores_category``: an answer to an ordinal item that the fit does
        not know; ``sem.scores_group``: a group that the fit does not know;
        ``sem.scores_group_column``: the fit does not know the column of the groups; ``sem.scores_means``: it does not
        know the items' means.
    ModelError
        ``sem.stopped`` behind a failed *stop*; ``sem.scores_method``; ``sem.scores_bartlett``: constructs measured by
        constructs alone; ``sem.scores_bartlett_ordinal``; ``sem.scores_dependent``: more than three ordinal items
        that covary given the constructs; ``sem.scores_no_error``: ordinal items without a residual variance.

    Notes
    -----
    Agrees with lavaan 0.6-14's ``lavPredict`` (tests/oracle/after_fit_scores.csv). Without a mean structure items are
    taken from their sample means; observed predictors then move the constructs' means as they would with one.

    Of ordinal items the determinacy is :math:`\sqrt{1 - \bar v_j / \Phi_{jj}}` with the mean variance of construct j
    around its score, from the curvature of the log posterior at the mode. Agrees with lavaan's delta parameterization
    in one group, and everywhere with the formula written out from lavaan's estimates (tests/oracle/ordinal_scores.csv):
    with ``parameterization = "theta"``, and in all groups but the first, what lavaan returns is not the mode of the
    posterior of its own estimates. It also passes over residual covariances of ordinal items, which count here.

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
    values, of_group = _read(fit, data, group)
    if fit.engine.method.categorical:
        return _ordinal(fit, values, of_group, data.index)
    if any(sample.mean is None for sample in fit.sample):
        raise DataError("sem.scores_means")
    found = np.full((len(data), len(fit.latents)), np.nan)
    for number in range(len(fit.groups)):
        moments = joint_moments(fit, number)
        rows = np.flatnonzero(of_group == number)
        for pattern, there in _patterns(~np.isnan(values[rows])):
            weights, start = _weights(moments, pattern, method)
            found[rows[there]] = start + (values[rows[there]][:, pattern] - moments.mean[pattern]) @ weights.T
    known = determinacy(fit)
    column = "determinacy.bartlett" if method == "bartlett" else "determinacy"
    return _table(fit, found, data.index, [part[column].to_numpy() for _, part in known.groupby("group", sort=False)])


def _ordinal(fit: SemFit, values: np.ndarray, of_group: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """Scores of ordinal items, and what the respondents' posteriors say of their determinacy."""
    found, known = np.full((len(values), len(fit.latents)), np.nan), []
    for number in range(len(fit.groups)):
        rows = np.flatnonzero((of_group == number) & ~np.isnan(values).all(axis=1))
        placed = place(fit, number, values[rows])
        found[rows] = placed.scores
        whole = np.diag(joint_moments(fit, number).construct_cov)
        error = placed.error.mean(axis=0) if len(rows) else np.full(len(whole), np.nan)
        known.append(np.sqrt(np.maximum(1 - error / whole, 0.0)))
    return _table(fit, found, index, known)


def _table(fit: SemFit, found: np.ndarray, index: pd.Index, known: list[np.ndarray]) -> pd.DataFrame:
    """Dress scores up; ``known`` holds their determinacy by group."""
    table = pd.DataFrame(found, index=index, columns=list(fit.latents))
    by_name = {label: dict(zip(fit.latents, map(float, each), strict=True))
               for label, each in zip(fit.groups, known, strict=True)}
    table.attrs = {"without": int(np.isnan(found).any(axis=1).sum()),
                   "determinacy": by_name if len(fit.groups) > 1 else by_name[fit.groups[0]]}
    return table


def _refuse(fit: SemFit, method: str) -> None:
    if method not in METHODS:
        raise ModelError("sem.scores_method", found=method)
    refuse_unmeasured(fit)
    if method == "bartlett" and fit.engine.method.categorical:
        raise ModelError("sem.scores_bartlett_ordinal", estimator=fit.engine.method.name)
    measured = {row.lhs for row in fit.structure.table.rows if row.op == "=~" and row.rhs in fit.observed}
    if method == "bartlett" and (bare := [name for name in fit.latents if name not in measured]):
        raise ModelError("sem.scores_bartlett", constructs=bare)


def _read(fit: SemFit, data: pd.DataFrame, group: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Answers, shape (n, p), and the number of each row's group, -1 where it has none."""
    column = fit.group_column if group is None else group
    beside = () if len(fit.groups) == 1 or column is None else (column,)
    values = ranked_answers(data, fit.observed, fit.engine.categories, beside=beside)
    if len(fit.groups) == 1:
        return values, np.zeros(len(data), dtype=int)
    if column is None:
        raise DataError("sem.scores_group_column", groups=list(fit.groups))
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


def _weights(moments: Joint, pattern: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Weights of deviations from the mean, shape (l, observed), and the scores of a row at the mean, shape (l,)."""
    if method == "bartlett":
        return bartlett(moments, pattern)[0], moments.construct_mean
    cov = moments.cov[np.ix_(pattern, pattern)]
    return np.linalg.solve(cov, moments.between[:, pattern].T).T, moments.construct_mean
