"""Stage one: are the studies' correlation matrices one, and which? Pooled, with homogeneity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.replication.correlations import Correlations, Pair, below, checked, square
from helpers.replication.pooling import by_likelihood, by_random_effects, by_weights
from helpers.sem.inference.indices import rmsea, upper_tail

FEWEST_FOR_RANDOM = 10
"""Variances of every correlation between studies are hardly estimated from fewer (Jak & Cheung, 2020)."""


@dataclass(frozen=True, slots=True, eq=False)
class StageOne:
    """The pooled correlations.

    Attributes
    ----------
    names : tuple of str
        Variables.
    matrix : DataFrame, shape (p, p)
        Positive definite.
    acov : ndarray, shape (m, m)
        Sampling covariances of the pooled correlations, in the order of ``combinations(names, 2)``.
    n : float
        Respondents of all studies.
    k : int
    method : {"ml", "gls", "random"}
    sources : tuple of str
        What kinds of correlation were pooled.
    correlations : DataFrame
        ``variable1 variable2 studies n est se ci.lower ci.upper tau2``, a row per pair.
    measures : DataFrame
        ``measure value``: k, ntotal, and of homogeneity chisq, df, pvalue, rmsea with its interval, srmr.
    checks : tuple of Check
    conf_level : float
    """

    names: tuple[str, ...]
    matrix: pd.DataFrame
    acov: np.ndarray
    n: float
    k: int
    method: str
    sources: tuple[str, ...]
    correlations: pd.DataFrame
    measures: pd.DataFrame
    checks: tuple[Check, ...]
    conf_level: float = 0.95


def stage_one(studies: Sequence[Correlations], *, variables: Sequence[str] | None = None, effects: str = "auto",
              conf_level: float = 0.95) -> StageOne:
    r"""Pool the correlation matrices of several studies.

    Parameters
    ----------
    studies : sequence of Correlations
        Not every study needs every variable.
    variables : sequence of str, optional
        Which to pool, in this order; None: all.
    effects : {"auto", "fixed", "random"}
        "auto": random from ten studies on, else fixed.
    conf_level : float, default 0.95

    Returns
    -------
    StageOne
        ``method`` is "ml" where every matrix is of observed variables (Cheung & Chan, 2005), "gls" where studies bring
        sampling covariances of their own (Becker, 1992), "random" (Cheung, 2014).

    Raises
    ------
    DataError
        What `correlations.checked` refuses; two variables that no study has together; random effects from fewer than
        three studies; a pooled matrix that is not positive definite.
    ModelError
        If the likelihood has no maximum.

    References
    ----------
    Cheung & Chan (2005). Psychological Methods, 10, 40-64. Cheung (2014). Behavior Research Methods, 46, 29-40. Jak &
    Cheung (2020). Psychological Methods, 25, 430-455.

    Examples
    --------
    >>> def study(name, r, n):
    ...     return Correlations(name, pd.DataFrame([[1, r], [r, 1]], index=["x", "y"], columns=["x", "y"]), n)
    >>> stage_one([study("a", 0.3, 100), study("b", 0.5, 300)]).correlations[["studies", "n", "est"]].round(3)
       studies    n    est
    0        2  400  0.454
    """
    given = [_only(each, variables) for each in studies]
    given = checked([each for each in given if each is not None])
    names = tuple(variables or dict.fromkeys(name for each in given for name in each.names))
    pairs = list(combinations(names, 2))
    _refuse_apart(given, pairs)
    random = effects == "random" or (effects == "auto" and len(given) >= FEWEST_FOR_RANDOM)
    if random and len(given) < 3:
        raise DataError("replication.masem_random", k=len(given))
    observed = all(each.acov is None for each in given)
    pool = (by_likelihood if observed else by_weights)(given, pairs)
    method = "ml" if observed else "gls"
    if random:
        pool, method = by_random_effects(given, pairs, pool), "random"
    matrix = square(pool.values, len(names))
    if (least := float(np.linalg.eigvalsh(matrix)[0])) <= 0:
        raise DataError("replication.masem_pooled_indefinite", value=least)
    shown = pd.DataFrame(matrix, index=names, columns=names)
    df = sum(len(each.pairs) for each in given) - len(pairs)
    n = float(sum(each.n for each in given))
    measures = {"k": len(given), "ntotal": n, "chisq": pool.chisq, "df": df, "pvalue": upper_tail(pool.chisq, df),
                **dict(list(rmsea(pool.chisq, df, n, len(given)).items())[:3]),
                "srmr": _srmr(given, shown)}
    sources = tuple(dict.fromkeys(each.source for each in given))
    return StageOne(names, shown, pool.acov, n, len(given), method, sources,
                    _table(given, pairs, pool.values, pool.acov, pool.tau2 if random else None, conf_level),
                    pd.DataFrame(list(measures.items()), columns=["measure", "value"]),
                    _checks(given, method, measures, sources), conf_level)


def pooled_shown(stage: StageOne) -> pd.DataFrame:
    """Show the pooled correlations with their errors; their gates travel along."""
    table = stage.correlations.copy()
    table.attrs |= {"checks": stage.checks, "conf_level": stage.conf_level}
    return table


def homogeneity(stage: StageOne) -> pd.DataFrame:
    """Show whether one matrix will do: ``measure value``."""
    return stage.measures.copy()


def _only(study: Correlations, variables: Sequence[str] | None) -> Correlations | None:
    """Keep the wanted variables of a study; None where fewer than two are left."""
    if variables is None:
        return study
    kept = [name for name in study.names if name in set(variables)]
    if len(kept) < 2:
        return None
    chosen = [at for at, pair in enumerate(study.pairs) if set(pair) <= set(kept)]
    acov = None if study.acov is None else study.acov[np.ix_(chosen, chosen)]
    return Correlations(study.study, study.matrix.loc[kept, kept], study.n, acov, study.source)


def _refuse_apart(studies: Sequence[Correlations], pairs: Sequence[Pair]) -> None:
    known = {frozenset(pair) for each in studies for pair in each.pairs}
    if apart := [" - ".join(pair) for pair in pairs if frozenset(pair) not in known]:
        raise DataError("replication.masem_apart", pairs=apart)


def _srmr(studies: Sequence[Correlations], pooled: pd.DataFrame) -> float:
    """Root mean square of what the pooled matrix leaves of the studies' correlations, studies weighted by n."""
    total = sum(each.n for each in studies)
    left = [each.n * np.mean((each.values - below(pooled.loc[list(each.names), list(each.names)].to_numpy())) ** 2)
            for each in studies]
    return float(np.sqrt(sum(left) / total))


def _table(studies: Sequence[Correlations], pairs: Sequence[Pair], values: np.ndarray, acov: np.ndarray,
           tau2: np.ndarray | None, conf_level: float) -> pd.DataFrame:
    from scipy.stats import norm

    have = [[each for each in studies if set(pair) <= set(each.names)] for pair in pairs]
    se = np.sqrt(np.diag(acov))
    half = norm.ppf((1 + conf_level) / 2) * se
    table = pd.DataFrame({"variable1": [one for one, _ in pairs], "variable2": [two for _, two in pairs],
                          "studies": [len(each) for each in have], "n": [sum(one.n for one in each) for each in have],
                          "est": values, "se": se, "ci.lower": values - half, "ci.upper": values + half})
    return table if tau2 is None else table.assign(tau2=tau2)


def _checks(studies: Sequence[Correlations], method: str, measures: dict[str, float],
            sources: tuple[str, ...]) -> tuple[Check, ...]:
    printed = [each.study for each in studies if each.source != "latent"]
    return (
        Check("masem_homogeneous", "caution", not measures["pvalue"] < 0.05 or method == "random", {
            "chisq": measures["chisq"], "df": measures["df"], "rmsea": measures["rmsea"],
            "p": "p < .001" if measures["pvalue"] < 0.001 else f"p = {measures['pvalue']:.3f}"}),
        Check("masem_fixed", "info", method == "random", {"k": len(studies), "fewest": FEWEST_FOR_RANDOM}),
        Check("masem_mixed", "caution", len(sources) == 1, {"studies": printed or ["-"]}))
