"""Which single parameter, were it free, would bring the model closest to the data."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from helpers.parallel import portions
from helpers.sem.checking.released import Released, gains, release
from helpers.sem.fitting.brief import refuse_stopped
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.indices import upper_tail
from helpers.sem.model.standardize import in_deviations
from helpers.syntax import Row, Table

KEY = ("lhs", "op", "rhs", "group")
# Candidates that are tested together: information about all of them at once would grow with the fourth power of items.
TOGETHER = 300
SHOWN = ("lhs", "op", "rhs", "group", "mi", "mi.scaled", "pvalue.bonferroni", "epc", "sepc.all")


def modification_indices(fit: SemFit) -> pd.DataFrame:
    r"""Test, one at a time, every parameter that the model fixes or leaves out.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    DataFrame
        ``lhs op rhs group mi epc sepc.lv sepc.all sepc.nox``, the largest index first. ``mi``: by how much chi-square
        would fall, about; ``epc``: the value that the parameter would take, less the one at which it is fixed; then
        the same standardized by the constructs, by everything, and by everything but exogenous x. A robust estimator
        adds ``mi.scaled`` behind ``mi``, which allows for answers that are not normal. Of a parameter that the model
        cannot tell from those it has (another marker, a path the other way round) there is no row.

    Raises
    ------
    ModelError
        ``sem.released_not_converged``.

    Notes
    -----
    .. math:: MI = \frac{s^2}{N (I_{jj} - I_{jK} I_{KK}^{-1} I_{Kj})}

    with the expected information (of what was answered, where answers are missing; of the weighted moments, where
    items are ordinal). Candidates: every construct's loadings on every item; covariances between items,
    between constructs and between observed outcomes; every regression between two variables that take part in
    regressions; whatever the model fixes, means and intercepts included. Moments of a fixed exogenous x are not
    modelled, so nothing may point to it: ``fixed_x=False`` models them. Equality constraints stay; releasing one
    is asked of ``sem.score_tests``. Agrees with lavaan 0.6-14 (tests/oracle/after_fit_modification.csv,
    after_fit_others.csv), which has no ``mi.scaled`` and none of the covariances between observed outcomes.

    The largest of several hundred indices is large by chance: what was found by looking has to be tested on other
    respondents.

    References
    ----------
    Sorbom (1989). Psychometrika, 54, 371-384. MacCallum, Roznowski & Necowitz (1992). Psychological Bulletin, 111,
    490-504.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c + .7*d + .7*e; a ~~ .3*b", n=500, seed=1)
    >>> modification_indices(fit("f =~ a + b + c + d + e", answers)).loc[0, ["lhs", "op", "rhs"]].tolist()
    ['a', '~~', 'b']
    """
    table = fit.structure.table
    candidates = _candidates(table)
    pieces = portions(len(candidates), size=max(1, TOGETHER // table.groups)) or [range(0)]
    shown = pd.concat([_tested(fit, candidates[piece.start: piece.stop], fixed=not piece.start) for piece in pieces])
    order = np.lexsort([shown["group"].to_numpy(), -shown["mi"].to_numpy()])  # equal ones by group, then as listed
    return shown.iloc[order].reset_index(drop=True)


def _tested(fit: SemFit, candidates: list[Row], *, fixed: bool) -> pd.DataFrame:
    """Test some of the candidates, and what the model fixes where that is asked."""
    table = _wider(fit.structure.table, candidates)
    released = release(fit, table)
    own, each = len(table.rows) // table.groups - len(candidates), len(table.rows) // table.groups
    at = np.flatnonzero([not row.free and not row.exogenous and not moved and (fixed or place % each >= own)
                         for place, (row, moved) in enumerate(zip(table.rows, released.k.any(axis=1), strict=True))])
    found = gains(released, np.eye(len(table.rows))[:, at])
    shown = pd.DataFrame([[getattr(table.rows[row], name) for name in KEY] for row in at], columns=list(KEY))
    shown["mi"] = found.statistic
    if found.scaled is not None:
        shown["mi.scaled"] = found.scaled
    shown["epc"] = found.change * released.scaled.rows[at]
    changes = np.zeros(len(table.rows))
    changes[at] = found.change
    for name, column in _standardized(released, changes).items():
        shown[name] = column[at]
    shown["sepc.nox"] = _unless_exogenous(fit, shown)
    return shown.dropna(subset="mi")


def modification_shown(fit: SemFit, n: int = 10) -> pd.DataFrame:
    """Show where the model misses the data most: the largest modification indices, found by looking at all of them.

    Parameters
    ----------
    fit : SemFit
    n : int, default 10

    Returns
    -------
    DataFrame
        ``lhs op rhs mi pvalue.bonferroni epc sepc.all``, ``group`` behind ``rhs`` where there are several (by its own
        name), ``mi.scaled`` behind ``mi`` where the estimator is robust; it then gives the order and the p-value.
        ``pvalue.bonferroni`` is that of the index times the number of candidates looked at, which stands in
        ``attrs["candidates"]``: for the largest of so many the plain p-value means nothing.

    Raises
    ------
    ModelError
        ``sem.stopped`` where a *stop* gate failed: improper estimates do not tell what is missing.
    """
    refuse_stopped(fit)
    table = modification_indices(fit)
    test = "mi.scaled" if "mi.scaled" in table else "mi"
    table = table.sort_values(test, ascending=False, kind="stable")
    largest = table.head(n).reset_index(drop=True)
    largest["pvalue.bonferroni"] = [min(1.0, len(table) * upper_tail(value, 1)) for value in largest[test]]
    largest["group"] = largest["group"].map(dict(enumerate(fit.groups, start=1)))
    several = len(fit.groups) > 1
    shown = largest[[name for name in SHOWN if name in largest and (several or name != "group")]]
    shown.attrs["candidates"] = len(table)
    return shown


def _wider(table: Table, candidates: list[Row]) -> Table:
    """Put candidates behind the rows of each group, fixed at 0."""
    rows, each = [], len(table.rows) // table.groups
    for group in range(table.groups):
        mine = table.rows[group * each: (group + 1) * each]
        rows += [*mine, *(replace(row, group=group + 1) for row in candidates)]
    return replace(table, rows=tuple(rows))


def _candidates(table: Table) -> list[Row]:
    """Rows that the model leaves out."""
    first = [row for row in table.rows if row.group == 1]
    fixed_x = set(table.exogenous) if table.fixed_x else set()
    parts = {row.rhs for row in first if row.op == "=~"}
    outcomes = {row.lhs for row in first if row.op == "~"}
    within = {name for row in first if row.op == "~" for name in (row.lhs, row.rhs)}
    items = [name for name in table.observed if name in parts]
    ends = [name for name in table.observed if name in outcomes and name not in parts]
    related = [name for name in (*table.latents, *table.observed) if name in within]
    asked = [(latent, "=~", item) for latent in table.latents for item in items]
    asked += [(one, "~~", other) for names in (items, ends, table.latents) for one, other in combinations(names, 2)]
    asked += [(one, "~", other) for one, other in permutations(related, 2) if one not in fixed_x]
    there = {_key(row.lhs, row.op, row.rhs) for row in first}
    return [Row(*each, 1, 0.0) for each in asked if _key(*each) not in there]


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (*sorted((lhs, rhs)), op) if op == "~~" else (lhs, rhs, op)


def _standardized(released: Released, changes: np.ndarray) -> dict[str, np.ndarray]:
    """Express changes of all rows in standard deviations; std.lv stays in the units of the items."""
    structure = released.structure
    parts = [in_deviations(structure.layout, changes[structure.part(group)], implied)
             for group, implied in enumerate(released.point.implied)]
    std_lv, std_all = (np.concatenate(each) for each in zip(*parts, strict=True))
    of = released.scaled
    items = {name: width for name, width in zip(of.samples[0].names, of.width, strict=True)}
    for at, row in enumerate(structure.table.rows):  # std.lv leaves the items in their own units
        std_lv[at] *= np.prod([items.get(name, 1.0) ** power for name, power in _units(row)])
    return {"sepc.lv": std_lv, "sepc.all": std_all}


def _units(row: Row) -> list[tuple[str, int]]:
    """In which variables' units a parameter is, and with which power."""
    if row.op == "=~":
        return [(row.rhs, 1)]
    return [(row.lhs, 1), (row.rhs, -1 if row.op == "~" else 1)]


def _unless_exogenous(fit: SemFit, shown: pd.DataFrame) -> pd.Series:
    """Express changes per unit of x, where the parameter is the slope of an observed exogenous x."""
    exogenous = fit.structure.table.exogenous
    spread = {(name, group): float(np.sqrt(sample.cov[at, at])) for group, sample in enumerate(fit.sample, start=1)
              for at, name in enumerate(sample.names) if name in exogenous}
    divisor = [spread.get((rhs, group), 1.0) if op == "~" else 1.0
               for op, rhs, group in zip(shown["op"], shown["rhs"], shown["group"], strict=True)]
    return shown["sepc.all"] / divisor
