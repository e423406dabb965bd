"""Moments of the normal responses behind ordinal items, beside continuous variables, and how exact they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.moments import pair_scores
from helpers.moments.ordinal import Categories, ranked
from helpers.moments.pair_tables import PairTables
from helpers.moments.polychoric import Pairs
from helpers.moments.together import Together, Variable

# Respondents whose influences are in memory at a time.
CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class LatentMoments:
    """Moments of one group and their asymptotic covariances.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    n : int
        Respondents.
    ordered : tuple of bool
    thresholds : tuple of ndarray
        Empty for continuous variables.
    mean : ndarray, shape (p,)
        0 for ordinal items.
    cov : ndarray, shape (p, p)
        Variance 1 for ordinal items, divisor n for continuous variables.
    labels : tuple of str
        What ``values`` holds: by variable its thresholds ``y1|t1`` or minus its mean ``x1~1``, then the variances of
        continuous variables, then the covariances below the diagonal, column by column.
    values : ndarray, shape (m,)
    gamma : ndarray, shape (m, m)
        n times the asymptotic covariances of ``values``.
    answers : Categories
        Of the ordinal items.
    pairs : Pairs
        Polychoric correlations of the ordinal items, and how many combinations of answers nobody gave.
    """

    names: tuple[str, ...]
    n: int
    ordered: tuple[bool, ...]
    thresholds: tuple[np.ndarray, ...]
    mean: np.ndarray
    cov: np.ndarray
    labels: tuple[str, ...]
    values: np.ndarray
    gamma: np.ndarray
    answers: Categories
    pairs: Pairs

    def units(self, width: np.ndarray) -> np.ndarray:
        """Give what moments are multiplied by where variables are multiplied by ``width``, shape (m,)."""
        one, two = np.triu_indices(len(width), 1)
        ordinal = np.array(self.ordered)
        own = [width[at] for at, cuts in enumerate(self.thresholds) for _ in range(max(len(cuts), 1))]
        return np.concatenate([own, width[~ordinal] ** 2, width[one] * width[two]])

    def divided(self, width: np.ndarray) -> LatentMoments:
        """See the same moments of variables divided by ``width``, shape (p,); 1 for ordinal items."""
        by = self.units(1 / width)
        return replace(self, mean=self.mean / width, cov=self.cov / np.outer(width, width), values=self.values * by,
                       gamma=self.gamma * np.outer(by, by))


def latent_moments(data: pd.DataFrame, names: Sequence[str], ordered: Sequence[str], *, missing: str = "listwise",
                   group: str = "") -> LatentMoments:
    r"""Thresholds, means, variances, polychoric and polyserial covariances with their asymptotic covariances.

    Parameters
    ----------
    data : DataFrame
        One row per respondent.
    names : sequence of str
        Variables, in this order.
    ordered : sequence of str
        Which of them are ordinal.
    missing : {"listwise", "pairwise"}
    group : str
        Its label, for messages.

    Returns
    -------
    LatentMoments

    Raises
    ------
    DataError
        What ``categories`` refuses of ordinal items; a continuous variable that is constant or holds text.

    Notes
    -----
    With :math:`s_1` the estimating functions of thresholds, means and variances, :math:`s_2` those of a correlation
    given the former, summed over respondents,

    .. math:: \Gamma = n A^{-1} \Bigl(\sum_i s_i s_i'\Bigr) A^{-T}, \qquad
              A = \sum_i \begin{pmatrix} s_{1i} s_{1i}' & 0 \\ s_{2i} s_{1i}^{*\prime} & s_{2i} s_{2i}' \end{pmatrix}

    where :math:`s_1^*` differentiates the likelihood of the pair. A respondent without an answer contributes zero.
    Agrees with ``lavInspect(fit, "gamma")`` and ``"wls.obs"`` of lavaan (tests/oracle/latent_moments.R).

    References
    ----------
    Muthen, B. (1984). Psychometrika, 49(1), 115-132. Muthen, B., & Satorra, A. (1995). Technical aspects of Muthen's
    LISCOMP approach. Psychometrika, 60(4), 489-503.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> x = random.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000, method="cholesky")
    >>> data = pd.DataFrame({"a": np.digitize(x[:, 0], [-0.5, 0.8]), "b": 10 + 2 * x[:, 1]})
    >>> found = latent_moments(data, ["a", "b"], ["a"])
    >>> dict(zip(found.labels, found.values.round(1).tolist()))
    {'a|t1': -0.5, 'a|t2': 0.8, 'b~1': -10.0, 'b~~b': 3.9, 'a~~b': 0.9}
    """
    if absent := [name for name in names if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    if missing not in ("listwise", "pairwise"):
        raise DataError("moments.pairwise_or_listwise", found=str(missing))
    used = data[list(names)]
    rows = used.dropna() if missing == "listwise" else used.dropna(how="all")
    if len(rows) <= 1:
        raise DataError("moments.too_few", n=len(rows), variables=len(names), group=group or "-")
    _refuse_apart(rows, group)
    items = [name for name in names if name in set(ordered)]
    answers = ranked(rows, items)
    tables = PairTables.of(answers, group=group) if items else None
    cuts = dict(zip(answers.names, answers.thresholds(), strict=True))
    variables = [_ordinal(answers, tables, name, cuts[name]) if name in items else _continuous(rows[name])
                 for name in names]
    together = Together.of(variables, tables, items)
    cov = np.diag([variable.sd**2 for variable in variables])
    one, two = np.triu_indices(len(names), 1)
    cov[one, two] = cov[two, one] = together.values
    own_labels, own_values = _own(variables)
    labels = [f"{names[a]}~~{names[b]}" for a, b in zip(one, two, strict=True)]
    return LatentMoments(tuple(names), len(rows), tuple(variable.ordinal for variable in variables),
                         tuple(variable.cuts for variable in variables),
                         np.array([variable.mean for variable in variables]), cov, (*own_labels, *labels),
                         np.concatenate([own_values, together.values]), _gamma(variables, together, len(rows)),
                         answers, tables.pairs if tables else Pairs(*[np.zeros(0)] * 4))


def _refuse_apart(rows: pd.DataFrame, group: str) -> None:
    """Refuse variables that somebody answered, but nobody together with another one."""
    here = rows.notna().to_numpy(dtype=float)
    apart = (here.T @ here == 0) & (here.sum(axis=0)[:, None] > 0) & (here.sum(axis=0) > 0)
    if pairs := [f"{rows.columns[a]} - {rows.columns[b]}" for a, b in zip(*np.nonzero(np.triu(apart)), strict=True)]:
        raise DataError("moments.never_together", pairs=pairs[:10], count=len(pairs), group=group or "-")


def _ordinal(items: Categories, tables: PairTables, name: str, cuts: np.ndarray) -> Variable:
    at = items.names.index(name)
    codes = items.codes[:, at]
    return Variable(name, codes >= 0, codes, cuts, 0.0, 1.0, tables.own[at][tables.codes[:, at]])


def _continuous(column: pd.Series) -> Variable:
    if not pd.api.types.is_numeric_dtype(column):
        raise DataError("moments.text", columns=[str(column.name)])
    x = column.to_numpy(dtype=float, na_value=np.nan)
    here = ~np.isnan(x)
    if not here.any() or np.ptp(x[here]) == 0:
        raise DataError("moments.constant", items=[str(column.name)], group="-")
    mean, sd = float(x[here].mean()), float(x[here].std())
    scores = np.zeros((len(x), 2))
    scores[here] = pair_scores.of_moments(x[here], mean, sd**2)
    return Variable(str(column.name), here, (x - mean) / sd, np.zeros(0), mean, sd, _influence(scores))


def _influence(scores: np.ndarray) -> np.ndarray:
    return np.linalg.solve(scores.T @ scores, scores.T).T


def _gamma(variables: list[Variable], together: Together, n: int) -> np.ndarray:
    """Square the influences, some respondents at a time."""
    own = [variable.influence if variable.ordinal else -variable.influence[:, :1] for variable in variables]
    own += [variable.influence[:, 1:] for variable in variables if not variable.ordinal]
    total = 0.0
    for begin in range(0, n, CHUNK):
        rows = slice(begin, begin + CHUNK)
        influence = np.hstack([*(each[rows] for each in own), together.influence(rows)])
        total = total + influence.T @ influence
    return n * total


def _own(variables: list[Variable]) -> tuple[list[str], list[float]]:
    """Thresholds and minus the means by variable, then the variances."""
    labels, values = [], []
    for variable in variables:
        if variable.ordinal:
            labels += [f"{variable.name}|t{t + 1}" for t in range(len(variable.cuts))]
            values += variable.cuts.tolist()
        else:
            labels.append(f"{variable.name}~1")
            values.append(-variable.mean)
    continuous = [variable for variable in variables if not variable.ordinal]
    return (labels + [f"{variable.name}~~{variable.name}" for variable in continuous],
            values + [variable.sd**2 for variable in continuous])
