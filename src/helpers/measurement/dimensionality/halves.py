"""What was found in one half is tested in the other: two halves of the respondents that never serve both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError, ModelError, Problem
from helpers.measurement.dimensionality.correlations import correlations
from helpers.measurement.dimensionality.exploratory import EFA, efa
from helpers.measurement.dimensionality.extraction import most_factors
from helpers.measurement.factor_validity import correlated_factors

# Fewest complete respondents of the exploring half (MacCallum et al., 1999), and fewest per item (Cattell, 1978).
FEWEST, PER_ITEM = 100, 3
# Fewest respondents per free parameter of the confirming half; below, the suite withholds a model's inference anyway.
PER_PARAMETER = 2


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Two halves of the respondents.

    Attributes
    ----------
    exploring, confirming : DataFrame
        Scores of each half, rows as in the data.
    constructs : mapping of str to tuple of str
    how : str
        "random", or the column that tells the halves apart.
    seed : int
        Of the random halves.
    checks : tuple of Check
        ``halves``: the n of each half, and that nobody is in both.
    """

    exploring: pd.DataFrame
    confirming: pd.DataFrame
    constructs: Mapping[str, tuple[str, ...]]
    how: str
    seed: int
    checks: tuple[Check, ...]


def halves(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, people: np.ndarray | None = None,
           columns: Sequence[pd.DataFrame] = (), column: str = "", seed: int = 1) -> Halves:
    """Divide the respondents into a half that is explored and a half that confirms.

    Parameters
    ----------
    scores : DataFrame, shape (n_rows, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.
    people : ndarray, shape (n_rows,), optional
        Whose answers each row holds; somebody who answered in several waves is in one half with all of them.
    columns : sequence of DataFrame
        Tables of the same rows, one of which holds ``column``.
    column : str, default ""
        A column with two groups: the first is explored, the second confirms. "": random halves.
    seed : int, default 1

    Returns
    -------
    Halves

    Raises
    ------
    DataError
        If the column is not there or has not two groups, or somebody is in both; if a half is too small: fewer than
        100 complete respondents or 3 per item to explore, fewer than 2 respondents per parameter to confirm. Nothing
        else is done instead: factors found and confirmed in the same answers are not confirmed.

    References
    ----------
    Cudeck & Browne (1983). Multivariate Behavioral Research, 18, 147-167. MacCallum, Widaman, Zhang & Hong (1999).
    Psychological Methods, 4, 84-99. Cattell, R. B. (1978). The scientific use of factor analysis.

    Examples
    --------
    >>> scores = pd.DataFrame(np.random.default_rng(1).normal(size=(400, 6)), columns=list("abcdef"))
    >>> divided = halves(scores, {"f": list("abc"), "g": list("def")}, seed=3)
    >>> len(divided.exploring), len(divided.confirming), len(divided.exploring.index.intersection(
    ...     divided.confirming.index))
    (200, 200, 0)
    """
    people = np.arange(len(scores)) if people is None else np.asarray(people)
    explores, confirms = _by_column(columns, column, people) if column else _at_random(people, seed)
    parts = scores[explores], scores[confirms]
    items = [item for owned in constructs.values() for item in owned]
    given = {name: tuple(owned) for name, owned in constructs.items()}
    complete = int(parts[0][items].notna().all(axis=1).sum())
    parameters = 2 * len(items) + len(given) * (len(given) - 1) // 2
    needed = max(FEWEST, PER_ITEM * len(items))
    least, problems = PER_PARAMETER * parameters, []
    if complete < needed:
        problems.append(Problem("measurement.half_too_small", {"complete": complete, "needed": needed,
                                                               "items": len(items)}))
    if len(parts[1]) < least:
        problems.append(Problem("measurement.half_too_small_to_confirm", {
            "confirming": len(parts[1]), "parameters": parameters, "least": least}))
    if problems:
        raise DataError.of(problems)
    check = Check("halves", "info", True, {"how": column or "random", "exploring": len(parts[0]), "complete": complete,
                                           "confirming": len(parts[1]), "seed": seed})
    return Halves(*parts, given, column or "random", seed, (check,))


def explored(divided: Halves, number: pd.DataFrame, *, estimator: str = "ML", rotate: str = "oblimin",
             seed: int = 1) -> EFA:
    """Explore the exploring half.

    Parameters
    ----------
    divided : Halves
    number : DataFrame
        What `number_of_factors` told: as many factors as parallel analysis of common factors finds.
    estimator, rotate, seed
        As `efa`.

    Returns
    -------
    EFA

    Raises
    ------
    ModelError
        If parallel analysis finds no factor, or more than the items identify.
    """
    factors, found = int(number.attrs["factors"]), correlations(divided.exploring, divided.constructs,
                                                                estimator=estimator)
    if not factors:
        raise ModelError("measurement.no_factors_found", items=len(found.items))
    return efa(found, factors=min(factors, most_factors(len(found.items))), rotate=rotate, seed=seed)


def confirmed(divided: Halves, *, estimator: str = "auto", missing: str = "auto") -> pd.DataFrame:
    """Test the declared model, one factor per construct, on the confirming half.

    Parameters
    ----------
    divided : Halves
    estimator, missing : str
        As ``sem.fit_by_rule``.

    Returns
    -------
    DataFrame, one row
        ``n``, ``npar``, ``estimator``, ``chisq``, ``df``, ``pvalue``, ``cfi``, ``tli``, ``rmsea``,
        ``rmsea.ci.lower``, ``rmsea.ci.upper``, ``srmr``: robust or scaled where the estimator has such forms.
        ``attrs["checks"]``: those of the fit.

    Raises
    ------
    ModelError, DataError
        As ``sem.fit_by_rule``.
    """
    fit = sem.fit_by_rule(correlated_factors(divided.constructs), divided.confirming, estimator=estimator,
                          missing=missing)
    names = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
    table = pd.DataFrame([{"n": int(fit.n), "npar": int(fit.measures["npar"]), "estimator": fit.engine.method.name,
                           **{name: fit.reported(name) for name in names}}])
    table.attrs |= {"checks": fit.checks, "conf_level": 0.90, "how": divided.how, "seed": divided.seed}
    return table


def _at_random(people: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    known, of = np.unique(people, return_inverse=True)
    explores = np.zeros(len(known), dtype=bool)
    explores[np.random.default_rng(seed).permutation(len(known))[:len(known) // 2]] = True
    return explores[of], ~explores[of]


def _by_column(columns: Sequence[pd.DataFrame], column: str, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    table = next((table for table in columns if column in table), None)
    if table is None:
        raise DataError("measurement.no_half_column", column=column)
    named = table[column].astype("category").cat
    levels = [level for level in named.categories if (table[column] == level).any()]
    if len(levels) != 2:
        raise DataError("measurement.not_two_halves", column=column, levels=[str(level) for level in levels])
    explores, confirms = ((table[column] == level).fillna(False).to_numpy(dtype=bool) for level in levels)
    if both := np.intersect1d(people[explores], people[confirms]).size:
        raise DataError("measurement.in_both_halves", column=column, people=int(both))
    return explores, confirms
