"""Models that grow out of each other: fitted in turn to the same answers, each from where the one before ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.sem.estimation.methods import choose
from helpers.sem.fitting.arguments import refuse_wrong, several
from helpers.sem.fitting.fit import estimate
from helpers.sem.fitting.observed import Observed, observe, refuse
from helpers.sem.fitting.result import SemFit


@dataclass(frozen=True, slots=True)
class Step:
    """One model of a sequence.

    Attributes
    ----------
    model : str
    group_equal, group_partial : tuple of str
    """

    model: str
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()


def fit_in_turn(steps: Mapping[str, Step], data: pd.DataFrame, *, group: str | None, estimator: str,
                missing: str, auxiliaries: Sequence[str] = ()) -> dict[str, SemFit]:
    """Fit models with means and the same observed variables, as ``fit`` would fit each of them.

    Parameters
    ----------
    steps : mapping of name to Step
    data : DataFrame
    group : str, optional
    estimator, missing : str
    auxiliaries : sequence of str

    Returns
    -------
    dict of name to SemFit

    Raises
    ------
    ModelError, DataError
        As ``fit``.
    """
    refuse_wrong(flags={}, columns={"group": group}, conf_level=0.95)
    method = choose(estimator=estimator, missing=missing, ordered=(), cluster=None, weights=None,
                    effect_coding=False, from_moments=False)
    auxiliaries = tuple(dict.fromkeys(several("auxiliaries", auxiliaries)))
    fits: dict[str, SemFit] = {}
    observed: Observed | None = None
    for name, step in steps.items():
        written = syntax.parse(step.model)
        if observed is None:
            observed = observe(written.observed, data, None, group=group, cluster=None, weights=None,
                               missing=method.missing, auxiliaries=auxiliaries)
        table = _table(written, observed, step, fixed_x=True)
        if observed.incomplete(table.exogenous):
            table = _table(written, observed, step, fixed_x=False)
        refuse(observed, table)
        last = next(reversed(fits.values()), None)
        fits[name] = estimate(table, observed, method=method, begin=_values(last, table))
    return fits


def _table(written: syntax.Model, observed: Observed, step: Step, *, fixed_x: bool) -> syntax.Table:
    return syntax.complete(written, groups=len(observed.samples), meanstructure=True, fixed_x=fixed_x,
                           group_equal=step.group_equal, group_partial=step.group_partial)


def _values(last: SemFit | None, table: syntax.Table) -> np.ndarray | None:
    """Estimates of the last model for the rows of the next one; None where that has others."""
    if last is None:
        return None
    est = last.tables.values
    known = {_key(row): est[at] for at, row in enumerate(last.structure.table.rows)}
    values = [known.get(_key(row)) for row in table.rows]
    return None if None in values else np.array(values)


def _key(row: syntax.Row) -> tuple:
    pair: Sequence[str] = sorted((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs)
    return row.op, *pair, row.group
