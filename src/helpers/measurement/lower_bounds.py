"""How reliable is the sum at the least? Guttman's bounds, the greatest lower bound, and the halves of every split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check
from helpers.measurement import coefficient_alpha as alphas
from helpers.measurement.answers import Scale, scales_of
from helpers.measurement.gates import together
from helpers.measurement.greatest_lower_bound import INTERIOR, greatest_lower_bound
from helpers.measurement.split_halves import split_halves

# Below this n the greatest lower bound of a sample is too high to be read (ten Berge & Socan, 2004).
ENOUGH_FOR_GLB = 1000


def lower_bounds(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, seed: int = 1) -> pd.DataFrame:
    r"""Lower bounds to the reliability of every scale's sum score.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
        Item scores, already reverse-coded; NaN where an answer is missing.
    constructs : mapping of str to sequence of str
        Construct -> its items, two or more.
    seed : int, default 1
        Of the splits drawn where a scale has too many to try all.

    Returns
    -------
    DataFrame, one row per construct
        ``construct``, ``k``, ``n`` (complete answers to the scale), ``lambda1`` to ``lambda6`` (``lambda3`` is alpha,
        ``lambda4`` the largest split-half coefficient), ``glb``, ``split.mean``, ``split.min``, ``splits`` (tried),
        ``enumeration`` (``all`` or ``sampled``). ``attrs["checks"]`` holds the gates.

    Raises
    ------
    DataError
        As `reliability`.

    Notes
    -----
    With :math:`\sigma_{ij}` the covariances of the items and :math:`e_i^2` the variance of item i that the others
    leave unexplained:

    .. math::

        \lambda_1 &= 1 - \frac{\sum_i \sigma_{ii}}{\sigma_X^2} \qquad
        \lambda_2 = \lambda_1 + \frac{\sqrt{\frac{k}{k-1}\sum_{i \ne j}\sigma_{ij}^2}}{\sigma_X^2} \\
        \lambda_3 &= \tfrac{k}{k-1}\lambda_1 = \alpha \qquad
        \lambda_4 = \max_{A,B} \frac{4\,\sigma_{AB}}{\sigma_X^2} \\
        \lambda_5 &= \lambda_1 + \frac{2\sqrt{\max_j \sum_{i \ne j}\sigma_{ij}^2}}{\sigma_X^2} \qquad
        \lambda_6 = 1 - \frac{\sum_i e_i^2}{\sigma_X^2}

    Each bounds the reliability from below as long as errors are uncorrelated; the largest bound is the closest, the
    greatest lower bound (`greatest_lower_bound`) the closest there is. In a sample the larger ones capitalize on
    chance: lambda 4 and above all glb are too high, lambda 2 hardly. Agrees with ``psych::guttman`` and
    ``psych::glb.algebraic`` (tests/oracle/scale_bounds.R).

    References
    ----------
    Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10(4), 255-282.
    Sijtsma, K. (2009). On the use, the misuse, and the very limited usefulness of Cronbach's alpha. Psychometrika,
    74(1), 107-120.
    ten Berge, J. M. F., & Socan, G. (2004). The greatest lower bound to the reliability of a test and the hypothesis
    of unidimensionality. Psychometrika, 69(4), 613-625.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> trust = random.normal(size=(200, 1)) + random.normal(size=(200, 4)) * 0.8
    >>> table = lower_bounds(pd.DataFrame(trust, columns=list("abcd")), {"trust": list("abcd")})
    >>> table[["lambda1", "lambda2", "lambda3", "lambda4", "glb", "splits"]].round(3)
       lambda1  lambda2  lambda3  lambda4    glb  splits
    0    0.632    0.844    0.843    0.863  0.863       3
    """
    scales = scales_of(scores, constructs)
    rows = [_row(scale, seed) for scale in scales]
    table = pd.DataFrame(rows).drop(columns="constant")
    smallest = int(table["n"].min())
    table.attrs["checks"] = (*together(check for row in rows for check in _checks(row)),
                             Check("glb_sample", "info", smallest >= ENOUGH_FOR_GLB,
                                   {"n": smallest, "enough": ENOUGH_FOR_GLB}))
    return table


def guttman(cov: np.ndarray) -> dict[str, float]:
    """Guttman's bounds but for lambda 4, from one covariance matrix; NaN where one is undefined."""
    k, variances = len(cov), np.diag(cov)
    total = float(alphas.variance_of_sum(cov[..., None])[0])
    squares = (cov**2).sum(axis=0) - variances**2
    first = 1 - float(variances.sum()) / total
    return {
        "lambda1": first,
        "lambda2": first + float(np.sqrt(k / (k - 1) * squares.sum())) / total,
        "lambda3": float(alphas.of_covariances(cov[..., None])[0]),
        "lambda5": first + 2 * float(np.sqrt(squares.max())) / total,
        "lambda6": 1 - float((1 / np.diag(np.linalg.inv(cov))).sum()) / total if regular(cov) else float("nan"),
    }


def regular(cov: np.ndarray) -> bool:
    """Whether the covariances are told apart from singular ones."""
    sd = np.sqrt(np.diag(cov))
    return bool(np.linalg.eigvalsh(cov / np.outer(sd, sd))[0] >= INTERIOR)


def _row(scale: Scale, seed: int) -> dict:
    cov = np.cov(scale.complete, rowvar=False)
    bounds, halves = guttman(cov), split_halves(cov, seed=seed)
    bounds["lambda4"] = halves.largest
    return {
        "construct": scale.name, "k": len(scale.items), "n": scale.n, **{name: bounds[name] for name in sorted(bounds)},
        "glb": greatest_lower_bound(cov).glb, "split.mean": halves.mean, "split.min": halves.smallest,
        "splits": halves.splits, "enumeration": "all" if halves.every else "sampled", "constant": halves.constant,
    }


def _checks(row: dict) -> tuple[Check, ...]:
    named = {"construct": row["construct"] or "-", "scales": 1, "n": row["n"], "k": row["k"]}
    return (Check("bounds_singular", "caution", not np.isnan(row["glb"]), named),
            Check("split_constant", "caution", not row["constant"], {**named, "constant": row["constant"]}))
