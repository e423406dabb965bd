"""Moments of the normal responses behind ordinal items, beside continuous variables, and how exact they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError
from helpers.moments import pair_scores
from helpers.moments.ordinal import Categories, ranked
from helpers.moments.polychoric import FARTHEST, polychoric

# Newton's last step in atanh(r).
STEP, STEPS = 1e-10, 60


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


@dataclass(frozen=True, slots=True, eq=False)
class _Variable:
    """One variable: its answers, its own parameters, and each respondent's influence on them."""

    name: str
    here: np.ndarray
    answers: np.ndarray  # codes, or standard scores
    cuts: np.ndarray  # empty where continuous
    mean: float
    sd: float
    influence: np.ndarray  # (n, own parameters), zero where missing

    @property
    def ordinal(self) -> bool:
        return bool(len(self.cuts))


def latent_moments(data: pd.DataFrame, names: Sequence[str], ordered: Sequence[str], *,
                   missing: str = "listwise") -> LatentMoments:
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
    >>> x = random.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000)
    >>> data = pd.DataFrame({"a": np.digitize(x[:, 0], [-0.5, 0.8]), "b": 10 + 2 * x[:, 1]})
    >>> found = latent_moments(data, ["a", "b"], ["a"])
    >>> dict(zip(found.labels, found.values.round(1).tolist()))
    {'a|t1': -0.5, 'a|t2': 0.8, 'b~1': -10.0, 'b~~b': 4.1, 'a~~b': 1.0}
    """
    if absent := [name for name in names if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    if missing not in ("listwise", "pairwise"):
        raise DataError("moments.pairwise_or_listwise", found=str(missing))
    used = data[list(names)]
    rows = used.dropna() if missing == "listwise" else used.dropna(how="all")
    answers = ranked(rows, [name for name in names if name in set(ordered)])
    variables = [_ordinal(answers, name) if name in answers.names else _continuous(rows[name]) for name in names]
    p, n = len(variables), len(rows)
    cov = np.diag([variable.sd**2 for variable in variables])
    known = _polychorics(answers)
    values, labels, influences = [], [], []
    for one in range(p):
        for two in range(one + 1, p):
            value, influence = _covariance(variables[one], variables[two], known)
            cov[one, two] = cov[two, one] = value
            values.append(value)
            labels.append(f"{names[one]}~~{names[two]}")
            influences.append(influence)
    own_labels, own_values, own = _own(variables)
    influence = np.column_stack([own, *influences])
    return LatentMoments(tuple(names), n, tuple(variable.ordinal for variable in variables),
                         tuple(variable.cuts for variable in variables),
                         np.array([variable.mean for variable in variables]), cov, (*own_labels, *labels),
                         np.array([*own_values, *values]), n * influence.T @ influence)


def _ordinal(items: Categories, name: str) -> _Variable:
    at = items.names.index(name)
    codes, cuts = items.codes[:, at], items.thresholds()[at]
    here = codes >= 0
    scores = np.zeros((len(codes), len(cuts)))
    scores[here] = pair_scores.of_thresholds(codes[here], cuts)
    return _Variable(name, here, codes, cuts, 0.0, 1.0, _influence(scores))


def _continuous(column: pd.Series) -> _Variable:
    if not pd.api.types.is_numeric_dtype(column):
        raise DataError("moments.text", columns=[str(column.name)])
    x = column.to_numpy(dtype=float, na_value=np.nan)
    here = ~np.isnan(x)
    if not here.any() or np.ptp(x[here]) == 0:
        raise DataError("moments.constant", items=[str(column.name)], group="-")
    mean, sd = float(x[here].mean()), float(x[here].std())
    scores = np.zeros((len(x), 2))
    scores[here] = pair_scores.of_moments(x[here], mean, sd**2)
    return _Variable(str(column.name), here, (x - mean) / sd, np.zeros(0), mean, sd, _influence(scores))


def _influence(scores: np.ndarray) -> np.ndarray:
    return np.linalg.solve(scores.T @ scores, scores.T).T


def _polychorics(items: Categories) -> dict[tuple[str, str], float]:
    if len(items.names) < 2:
        return {}
    one, two = np.triu_indices(len(items.names), 1)
    return {(items.names[a], items.names[b]): float(r)
            for a, b, r in zip(one, two, polychoric(items).r, strict=True)}


def _own(variables: list[_Variable]) -> tuple[list[str], list[float], np.ndarray]:
    """Thresholds and minus the means by variable, then the variances."""
    labels, values, influences = [], [], []
    for variable in variables:
        if variable.ordinal:
            labels += [f"{variable.name}|t{t + 1}" for t in range(len(variable.cuts))]
            values += variable.cuts.tolist()
            influences.append(variable.influence)
        else:
            labels.append(f"{variable.name}~1")
            values.append(-variable.mean)
            influences.append(-variable.influence[:, :1])
    for variable in variables:
        if not variable.ordinal:
            labels.append(f"{variable.name}~~{variable.name}")
            values.append(variable.sd**2)
            influences.append(variable.influence[:, 1:])
    return labels, values, np.hstack(influences)


def _covariance(one: _Variable, two: _Variable, known: dict[tuple[str, str], float]) -> tuple[float, np.ndarray]:
    """Covariance of the responses behind two variables, and each respondent's influence on it."""
    here = one.here & two.here
    r = known.get((one.name, two.name))
    if r is None:
        r = _correlation(one, two, here)
    by_r, *sides = _scores(one, two, here, r)
    total = by_r @ by_r
    influence = np.zeros(len(here))
    influence[here] = by_r
    for side, variable in zip(sides, (one, two), strict=True):
        influence -= variable.influence @ (side.T @ by_r)
    influence /= total
    influence *= one.sd * two.sd
    for variable in (one, two):  # a covariance moves with the standard deviations too
        if not variable.ordinal:
            influence += r * one.sd * two.sd / (2 * variable.sd**2) * variable.influence[:, 1]
    return r * one.sd * two.sd, influence


def _scores(one: _Variable, two: _Variable, here: np.ndarray, r: float) -> pair_scores.Scores:
    a, b = one.answers[here], two.answers[here]
    if one.ordinal and two.ordinal:
        return pair_scores.of_ordinal_pair(a, b, one.cuts, two.cuts, r)
    if two.ordinal:
        return pair_scores.of_mixed_pair(a, one.sd, b, two.cuts, r)
    if one.ordinal:
        by_r, continuous, cuts = pair_scores.of_mixed_pair(b, two.sd, a, one.cuts, r)
        return by_r, cuts, continuous
    return pair_scores.of_continuous_pair(a, b, (one.sd, two.sd), r)


def _correlation(one: _Variable, two: _Variable, here: np.ndarray) -> float:
    """Maximise the likelihood given the parameters of both variables: scoring in atanh(r) with summed squares."""
    a, b = one.answers[here].astype(float), two.answers[here].astype(float)
    z = float(np.arctanh(np.clip(np.corrcoef(a, b)[0, 1], -0.9, 0.9)))
    width, before = 1e-5, np.inf
    for _ in range(STEPS):
        rest = 1 - np.tanh(z) ** 2
        slope = rest * _scores(one, two, here, np.tanh(z))[0]
        total = slope.sum()
        above, below = (((1 - np.tanh(at) ** 2) * _scores(one, two, here, np.tanh(at))[0]).sum()
                        for at in (z + width, z - width))
        curve = (below - above) / (2 * width)
        step = total / (curve if curve > 0.1 * (slope @ slope) else slope @ slope)
        if abs(step) > before:
            step *= 0.5 * before / abs(step)
        z, before = float(np.clip(z + step, -FARTHEST, FARTHEST)), abs(step)
        if before < STEP:
            break
    return float(np.tanh(z))
