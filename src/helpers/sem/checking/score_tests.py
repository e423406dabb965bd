"""Which equality, were it given up, would bring the model closest to the data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.checking.released import gains, joint, release
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.indices import upper_tail
from helpers.sem.model.specify import constraint_slopes
from helpers.syntax import Row

COLUMNS = ("lhs", "op", "rhs", "group1", "group2", "equal.to", "X2", "df", "p.value", "X2.scaled", "p.value.scaled",
           "epc")
TOTAL = "total"


def score_tests(fit: SemFit) -> pd.DataFrame:
    r"""Test every equality of the model: across groups, between parameters of one label, and each ``==``.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``lhs op rhs group1 group2 equal.to X2 df p.value epc``, in the order of the model. A row says: in ``group2``
        the parameter is held equal to ``equal.to`` in ``group1`` (groups by their names); releasing it alone would
        lower chi-square by about ``X2`` and make the two differ by about ``epc`` (the value in ``group2`` less the
        other). Of a ``==`` line ``lhs`` and ``rhs`` are its sides. The last row, ``lhs`` "total", releases all at
        once. A robust estimator adds ``X2.scaled`` and ``p.value.scaled``, which allow for answers that are not normal.
        An equality that others imply, or that only gives a construct its scale, can be released without any effect
        and has no row.

    Raises
    ------
    ModelError
        ``sem.no_equalities``, or ``sem.released_not_converged``.

    Notes
    -----
    .. math:: X^2 = \frac{(d'g)^2}{N (d'Id - d'IK (K'IK)^{-1} K'Id)}

    where d is the direction that breaks this equality and keeps the others. Agrees with lavaan 0.6-14's
    ``lavTestScore`` (tests/oracle/after_fit_score.csv), which has no form for robust estimators, and which counts the
    equalities of the total: ``df`` here counts the freedoms gained, fewer where latent means or variances lose their
    meaning without the equalities. The largest of many is large by chance: adjust for their number, and report a
    partial model as found by looking.

    References
    ----------
    Bentler & Chou (1992). Sociological Methods & Research, 21, 259-282. Sorbom (1989). Psychometrika, 54, 371-384.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .8*c + .5*d", n=500, seed=1)
    >>> shown = score_tests(fit("f =~ 1*a + k*b + k*c + k*d", answers))
    >>> shown[["lhs", "op", "rhs", "equal.to", "df"]]
         lhs  op rhs equal.to  df
    0      f  =~   c   f =~ b   1
    1      f  =~   d   f =~ b   1
    2  total                    2
    """
    released = release(fit, fit.structure.table)
    equalities, told = _equalities(fit)
    if not len(equalities):
        raise ModelError("sem.no_equalities")
    # a direction that breaks one equality by 1 and keeps the others; none where the others imply it
    breaking = np.linalg.pinv(equalities)
    alone = np.isclose(np.einsum("er,re->e", equalities, breaking), 1.0, atol=1e-8)
    directions = breaking / released.scaled.rows[:, None]
    found = gains(released, directions)
    shown = pd.DataFrame(told, columns=list(COLUMNS[:6]))
    shown["X2"], shown["df"], shown["epc"] = found.statistic, 1, found.change
    statistic, df, robust = joint(released, directions)
    shown.loc[len(shown)] = [TOTAL, "", "", "", "", "", statistic, df, np.nan]
    if found.scaled is not None:
        shown["X2.scaled"] = [*found.scaled, robust]
        shown["p.value.scaled"] = _tails(shown, "X2.scaled")
    shown["p.value"] = _tails(shown, "X2")
    kept = np.append(alone & ~np.isnan(found.statistic), True)
    if not df:
        raise ModelError("sem.no_equalities")
    return shown.loc[kept, [name for name in COLUMNS if name in shown]].reset_index(drop=True)


def _tails(shown: pd.DataFrame, statistic: str) -> list[float]:
    return [np.nan if np.isnan(value) else upper_tail(value, int(df))
            for value, df in zip(shown[statistic], shown["df"], strict=True)]


def _equalities(fit: SemFit) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    """Equalities as rows of coefficients of the table's rows, shape (e, r), and what each of them says."""
    table = fit.structure.table
    pinned = {row.label for row in table.rows if row.label and not row.free}
    first: dict[str, int] = {}
    slopes, told = [], []
    for at, row in enumerate(table.rows):
        if not row.label or row.label in pinned or (one := first.setdefault(row.label, at)) == at:
            continue
        slopes.append(np.zeros(len(table.rows)))
        slopes[-1][[one, at]] = -1.0, 1.0
        told.append(_told(fit, table.rows[one], row))
    for each, by_label in zip(table.constraints, constraint_slopes(table), strict=True):
        slopes.append(np.zeros(len(table.rows)))
        for label, slope in by_label.items():
            slopes[-1][first.get(label, 0)] += slope if label in first else 0.0
        told.append((each.left.source, "==", each.right.source, "", "", ""))
    return np.array(slopes).reshape(len(told), len(table.rows)), told


def _told(fit: SemFit, one: Row, other: Row) -> tuple[str, ...]:
    return other.lhs, other.op, other.rhs, fit.groups[one.group - 1], fit.groups[other.group - 1], one.shown
