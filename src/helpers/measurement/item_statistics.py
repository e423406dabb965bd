"""Does every item belong to its scale? The item analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement import coefficient_omega as omegas
from helpers.measurement.answers import Scale, scales_of
from helpers.measurement.direction import reversed_check
from helpers.measurement.gates import together
from helpers.measurement.one_factor import one_factor


def item_analysis(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *,
                  at_least: float = 0.30) -> pd.DataFrame:
    r"""Show what each item contributes to its scale.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items, two or more.
    at_least : float, default 0.30
        Item-rest correlation below which an item is named.

    Returns
    -------
    DataFrame, one row per item
        ``construct``, ``item``, ``n`` (complete answers to the scale), ``mean``, ``sd``, ``r.drop``, ``alpha.drop``,
        ``omega.drop`` (model-implied denominator), ``loading`` (standardized, one-factor model of this scale alone).
        The ``.drop`` columns of a two-item scale are NaN for alpha and omega: one item is no scale.

    Raises
    ------
    DataError
        As `reliability`.

    Notes
    -----
    .. math:: r_{drop,i} = \operatorname{cor}\Bigl(x_i, \sum_{j \ne i} x_j\Bigr)

    ``alpha.drop`` and ``omega.drop`` are the coefficients of the other items. Dropping items because a coefficient
    rises capitalizes on chance; both estimates would be too high in the same sample (Kopalle & Lehmann, 1997). With
    two items the loadings are held equal, unstandardized. Agrees with ``psych::alpha`` (tests/oracle/measurement.R).

    References
    ----------
    Nunnally, J. C., & Bernstein, I. H. (1994). Psychometric theory (3rd ed.). McGraw-Hill.
    Kopalle, P. K., & Lehmann, D. R. (1997). Alpha inflation? The impact of eliminating scale items on Cronbach's
    alpha. Organizational Behavior and Human Decision Processes, 70(3), 189-197.

    Examples
    --------
    >>> random = np.random.default_rng(3)
    >>> trust = random.normal(size=(200, 1)) + random.normal(size=(200, 3)) * [0.5, 0.6, 3.0]
    >>> table = item_analysis(pd.DataFrame(trust, columns=["tr1", "tr2", "tr3"]), {"trust": ["tr1", "tr2", "tr3"]})
    >>> table[["item", "r.drop", "alpha.drop"]].round(2)
      item  r.drop  alpha.drop
    0  tr1    0.45        0.30
    1  tr2    0.48        0.25
    2  tr3    0.26        0.88
    """
    rows, checks = [], []
    for scale in scales_of(scores, constructs):
        cov = np.cov(scale.complete, rowvar=False)
        rest = item_rest(cov)
        weak = [item for item, r in zip(scale.items, rest, strict=True) if r < at_least]
        found = {"construct": scale.name, "scales": 1, "items": weak, "at_least": at_least}
        checks += [Check("item_rest", "info", not weak, found), reversed_check(scale, cov)]
        rows.append(_rows(scale, cov, rest))
    table = pd.concat(rows, ignore_index=True)
    table.attrs["checks"] = together(checks)
    return table


def item_rest(cov: np.ndarray) -> np.ndarray:
    """Correlation of each item with the sum of the others, from a covariance matrix, shape (k, k) -> (k,)."""
    variances = np.diag(cov)
    shared = cov.sum(axis=0) - variances
    rest = cov.sum() - 2 * shared - variances
    return shared / np.sqrt(variances * np.where(rest > 0, rest, np.nan))


def _rows(scale: Scale, cov: np.ndarray, rest: np.ndarray) -> pd.DataFrame:
    k = len(scale.items)
    alpha_drop = omega_drop = np.full(k, np.nan)
    if k > 2:
        kept = [[j for j in range(k) if j != i] for i in range(k)]
        others = np.stack([cov[np.ix_(rows, rows)] for rows in kept], axis=-1)
        alpha_drop = alphas.of_covariances(others)
        omega_drop = omegas.of_estimates(one_factor(others), others)[0]
    return pd.DataFrame({
        "construct": scale.name, "item": scale.items, "n": scale.n, "mean": scale.complete.mean(axis=0),
        "sd": np.sqrt(np.diag(cov)), "r.drop": rest, "alpha.drop": alpha_drop, "omega.drop": omega_drop,
        "loading": one_factor(cov[..., None]).loadings[:, 0] / np.sqrt(np.diag(cov)),
    })
