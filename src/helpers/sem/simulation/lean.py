"""Fits one model to many samples: the numbers of ``fit`` without its tables, and one search for several methods.

Estimates, errors and tests come from the functions that ``fit`` calls. What is left out, frames and standardized
errors, is most of the time of a small model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import HelpersError
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.estimation.methods import Method, choose
from helpers.sem.estimation.start import starts
from helpers.sem.fitting import estimates
from helpers.sem.fitting.every_check import every_check
from helpers.sem.fitting.fit import fit, uncertainty
from helpers.sem.fitting.observed import observe
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.robust import Scaling
from helpers.sem.model.auxiliaries import own_part
from helpers.sem.model.implied import imply
from helpers.sem.model.scaling import scale
from helpers.sem.model.specify import specify
from helpers.sem.model.standardize import standardize
from helpers.sem.simulation.monte_carlo_tables import TESTS, Replication

FAMILY = {"ML", "MLM", "MLR"}
KNOWN = {"estimator", "missing", "group", "group_equal", "group_partial", "std_lv", "meanstructure", "fixed_x"}


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """A model and the methods that share its search.

    Attributes
    ----------
    table : Table
    methods : tuple of Method
    group : str or None
    conf_level : float
    """

    table: syntax.Table
    methods: tuple[Method, ...]
    group: str | None
    conf_level: float

    @classmethod
    def of(cls, model: str, methods: Sequence[Mapping[str, object]], *, groups: int, conf_level: float) -> Lean | None:
        """Prepare; None where the methods do not share a search of continuous answers."""
        shared = [{name: value for name, value in each.items() if name != "estimator"} for each in methods]
        names = [str(each.get("estimator", "ML")) for each in methods]
        missing = str(shared[0].get("missing", "listwise"))
        if any(each != shared[0] for each in shared) or not set(shared[0]) <= KNOWN or not (
                {name.upper() for name in names} <= FAMILY):
            return None
        chosen = tuple(choose(estimator=name, missing=missing, ordered=(), cluster=None, weights=None,
                              effect_coding=False, from_moments=False) for name in names)
        asked = {name: shared[0][name] for name in ("group_equal", "group_partial") if name in shared[0]}
        asked = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in asked.items()}
        asked |= {name: shared[0][name] for name in ("std_lv", "meanstructure", "fixed_x") if name in shared[0]}
        full = chosen[0].missing == "fiml"
        table = syntax.complete(syntax.parse(model), groups=groups,
                                **{**asked, **({"meanstructure": True} if full else {})})
        # Whether x may stay fixed depends, with holes, on the sample.
        if full and table.exogenous and table.fixed_x:
            return None
        return cls(table, chosen, shared[0].get("group"), conf_level)

    def replications(self, data: pd.DataFrame) -> list[Replication]:
        """Fit one sample, once per method."""
        try:
            observed = observe(self.table.observed, data, None, group=self.group, cluster=None, weights=None,
                               missing=self.methods[0].missing)
            structure = specify(self.table, observed.samples)
            scaled = scale(structure, observed.samples)
            problem = observed.problem(scaled)
            optimum = problem.minimise(starts(scaled))
        except HelpersError as error:
            return [refused(error) for _ in self.methods]
        fitted = observed.likelihood(optimum.point.f, structure.k.shape[1], self.table)
        values = structure.k @ (optimum.point.x * scaled.basic) + structure.c
        implied = [imply(structure.layout, values[structure.part(group)]) for group in range(self.table.groups)]
        std_all = np.concatenate([standardize(structure.layout, values[structure.part(group)], each).std_all
                                  for group, each in enumerate(implied)])
        defined, _ = estimates.defined(self.table, values, np.eye(len(values)))
        undefined = [each.name for each, value in zip(self.table.definitions, defined, strict=True) if value != value]
        out = []
        for method in self.methods:
            try:
                found, factors = uncertainty(scaled, problem, optimum, structure.k, method, observed.cases, fitted)
            except HelpersError as error:
                out.append(refused(error))
                continue
            own = own_part(structure, self.table, observed.samples)
            checks = every_check(own, scaled, problem, optimum, observed, method, found, values=values,
                                 std_all=std_all, implied=implied, undefined=undefined, scaling=factors,
                                 df=fitted.df)
            rows, whole = self._rows(values, found.rows, structure.k.any(axis=1))
            failure = "not_converged" if not optimum.converged else "" if whole else "no_errors"
            out.append(Replication(failure, rows, _tests(fitted, factors),
                                   tuple((check.gate, check.severity, check.passed) for check in checks)))
        return out

    def _rows(self, values: np.ndarray, vcov: np.ndarray, free: np.ndarray) -> tuple[dict, bool]:
        """Numbers of free rows and of ``:=`` lines, and whether all are there."""
        defined, slopes = estimates.defined(self.table, values, np.eye(len(values)))
        est = np.concatenate([values, defined])
        se = np.concatenate([estimates.root(np.diag(vcov)), estimates.spread(slopes, vcov)])
        keys = [(row.lhs, row.op, row.rhs, row.group) for row in self.table.rows]
        keys += [(each.name, ":=", each.expression.source, 0) for each in self.table.definitions]
        wald = estimates.wald(est, se, self.conf_level)
        numbers = np.column_stack([est, wald["se"], wald["pvalue"], wald["ci.lower"], wald["ci.upper"]])
        moving = np.concatenate([free, np.ones(len(defined), dtype=bool)]) & (se != 0)
        return ({key: tuple(row) for key, row, moves in zip(keys, numbers, moving, strict=True) if moves},
                bool(np.isfinite(numbers[moving]).all()))


def by_fit(data: pd.DataFrame, model: str, options: Mapping[str, object], conf_level: float) -> Replication:
    """Fit one sample by ``fit`` itself."""
    try:
        found = fit(model, data, conf_level=conf_level, **options)
    except HelpersError as error:
        return refused(error)
    table = found.parameters
    numbers = table[["est", "se", "pvalue", "ci.lower", "ci.upper"]].to_numpy(dtype=float)
    moving = numbers[:, 1] != 0  # fixed rows have an error of 0
    failure = "not_converged" if not found.converged else "" if np.isfinite(numbers[moving]).all() else "no_errors"
    keys = zip(*(table[column] for column in ("lhs", "op", "rhs", "group")), strict=True)
    tests = {name: tuple(float(found.measures[name.replace("chisq", part)]) for part in ("chisq", "df", "pvalue"))
             for name in TESTS if name in found.measures.index}
    return Replication(failure, {key: tuple(row) for key, row, free in zip(keys, numbers, moving, strict=True) if free},
                       tests, tuple((check.gate, check.severity, check.passed) for check in found.checks))


def refused(error: HelpersError) -> Replication:
    """Make the record of a sample without an estimate."""
    return Replication(error.problems[0].id, {}, {}, ())


def _tests(fitted: Likelihood, factors: Scaling | None) -> dict[str, tuple[float, float, float]]:
    chisq, df = max(fitted.f, 0.0) * fitted.n, float(fitted.df)
    found = {"chisq": (chisq, df, upper_tail(chisq, fitted.df))}
    if factors is not None:
        # A divisor of zero or less gives no test; scaling_check says so.
        scaled = chisq if fitted.df == 0 else chisq / factors.model if factors.model > 0 else math.nan
        found["chisq.scaled"] = scaled, df, upper_tail(scaled, fitted.df)
    return found
