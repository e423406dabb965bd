"""What a fit leaves behind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from helpers.errors import Check, gates_table
from helpers.moments import Cases, Sample
from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.methods import Method
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.fitting.estimates import block_diagonal
from helpers.sem.fitting.tables_on_demand import Tables
from helpers.sem.inference.robust import Scaling
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """What the estimation knew, auxiliary variables included.

    Attributes
    ----------
    method : Method
    scaled : Scaled
        Model and moments on scaled items.
    problem : Discrepancy
    optimum : Optimum
    cases : Cases or None
        Answers, where the fit came from data.
    scaling : Scaling or None
        What chi-squares are divided by, where the test is robust.
    categories : mapping of str to ndarray
        The answers that each ordinal item knows, ascending.
    """

    method: Method
    scaled: Scaled
    problem: Discrepancy
    optimum: Optimum
    cases: Cases | None
    scaling: Scaling | None
    categories: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def rows(self) -> pd.Series:
        """Estimates of every row, auxiliaries' too, by ``(lhs, op, rhs, group)``."""
        structure = self.scaled.structure
        values = (structure.k @ self.optimum.point.x + structure.c) * self.scaled.rows
        return pd.Series(values, index=[(row.lhs, row.op, row.rhs, row.group) for row in structure.table.rows])

    @property
    def samples(self) -> list[Sample]:
        """Moments of every variable, auxiliaries too, in original units."""
        width = self.scaled.width
        return [replace(sample, cov=sample.cov * np.outer(width, width),
                        mean=None if sample.mean is None else sample.mean * width) for sample in self.scaled.samples]


@dataclass(frozen=True, slots=True, eq=False)
class SemFit:
    """A fitted structural equation model.

    Attributes
    ----------
    model : str
        The text it was fitted to.
    tables : Tables
        What the tables below are made from when they are first read.
    measures : Series
        Fit measures under lavaan's names.
    checks : tuple of Check
        What must be known before the numbers are interpreted; ``gates`` shows them.
    n, n_read : int (float where moments say so)
        Respondents used, and respondents in the data.
    converged : bool
    gradient : float
        Largest element of the gradient, on scaled items.
    iterations : int
    conf_level : float
    sample : tuple of Sample
        The moments that were fitted, per group.
    structure : Structure
        Table, layout and constraints.
    rows_vcov : ndarray, shape (r, r)
        Covariances of all rows of the parameter table, zero where fixed.
    engine : Engine
        What the estimation knew, for what is computed after the fit.
    group_column : str or None
        Column of the data that tells the groups apart.
    """

    model: str
    tables: Tables
    measures: pd.Series
    checks: tuple[Check, ...]
    n: float
    n_read: float
    converged: bool
    gradient: float
    iterations: int
    conf_level: float
    sample: tuple[Sample, ...]
    structure: Structure
    rows_vcov: np.ndarray
    engine: Engine
    group_column: str | None = None

    @property
    def parameters(self) -> pd.DataFrame:
        """``lhs op rhs label group est se z pvalue ci.lower ci.upper std.lv std.all std.all.se``.

        Fixed rows have se 0; ``:=`` rows have group 0.
        """
        return self.tables.parameters

    @property
    def residuals(self) -> pd.DataFrame:
        """``group lhs op rhs observed implied raw cor``: moments not explained, raw and as correlations."""
        return self.tables.residuals

    @property
    def r2(self) -> pd.DataFrame:
        """``lhs group r2`` of every indicator and outcome."""
        return self.tables.r2

    @property
    def implied(self) -> pd.DataFrame:
        """Model-implied covariances, one row per variable, preceded by ``group`` and, where modelled, ``mean``."""
        return self.tables.implied

    @property
    def vcov(self) -> pd.DataFrame:
        """Covariances of the estimates of the free rows."""
        return self.tables.free_vcov

    @property
    def std_slopes(self) -> np.ndarray:
        """Derivative of ``std.all`` with respect to the rows of the parameter table, shape (r, r)."""
        return block_diagonal(self.tables.std_slopes)

    @property
    def answers(self) -> tuple[np.ndarray, ...] | None:
        """Answers, shape (n, p), per group, auxiliaries in the last columns; None for a printed matrix."""
        return None if self.engine.cases is None else self.engine.cases.values

    @property
    def gates(self) -> pd.DataFrame:
        """Gates in English: ``gate severity passed found criterion source advice``."""
        return gates_table(self.checks)

    def reported(self, measure: str) -> float:
        """Value of a measure in the form that a report shows: robust or else scaled where there is one; NaN if none."""
        forms = (f"{measure}.robust", f"{measure}.scaled", measure)
        return next((float(self.measures[form]) for form in forms if form in self.measures.index), math.nan)

    @property
    def stopped(self) -> bool:
        """Whether a failed stop forbids to interpret standard errors and tests."""
        return any(check.severity == "stop" and not check.passed for check in self.checks)

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups; one "" for a single group."""
        return tuple(sample.group for sample in self.sample)

    @property
    def latents(self) -> tuple[str, ...]:
        """Names of the latent variables."""
        return self.structure.table.latents

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of the observed variables."""
        return self.structure.table.observed

    @property
    def auxiliaries(self) -> tuple[str, ...]:
        """Names of the auxiliary variables."""
        return self.engine.scaled.structure.table.auxiliaries

    def __repr__(self) -> str:
        chisq, cfi, rmsea, srmr = map(self.reported, ("chisq", "cfi", "rmsea", "srmr"))
        return (f"SemFit by {self.engine.method.name}: n = {self.n}, chisq({self.measures['df']:.0f}) = {chisq:.3f}, "
                f"CFI = {cfi:.3f}, RMSEA = {rmsea:.3f}, SRMR = {srmr:.3f}"
                + (", stopped by a gate" if self.stopped else ""))
