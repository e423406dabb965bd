"""The tables of a fit, each made when it is first read: most fits of a series are asked for their measures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from helpers.moments import Sample
from helpers.sem.fitting import estimates
from helpers.sem.model.implied import Implied
from helpers.sem.model.specify import Structure
from helpers.sem.model.standardize import Standardized, standardize, standardized_slopes
from helpers.syntax import Table


@dataclass(frozen=True, eq=False)  # without slots, so that what was made is kept
class Tables:
    """Estimates from which tables are made.

    Attributes
    ----------
    table : Table
    structure : Structure
    samples : sequence of Sample
        Observed moments, per group.
    inside, outside : sequence of Implied
        Implied moments, per group, of the variables of the model and as the observed ones are: the two differ for
        ordinal items.
    values : ndarray, shape (r,)
        Rows of the parameter table.
    vcov : ndarray, shape (r, r)
        Their covariances.
    conf_level : float
    residual_means, implied_means : bool
        Whether residuals and implied moments have means.
    """

    table: Table
    structure: Structure
    samples: Sequence[Sample]
    inside: Sequence[Implied]
    outside: Sequence[Implied]
    values: np.ndarray
    vcov: np.ndarray
    conf_level: float
    residual_means: bool
    implied_means: bool

    @cached_property
    def standardized(self) -> list[Standardized]:
        """Standardized estimates, per group."""
        return [standardize(self.structure.layout, self.values[self.structure.part(group)], each)
                for group, each in enumerate(self.inside)]

    @cached_property
    def std_all(self) -> np.ndarray:
        """Rows in standard deviations of everything, shape (r,)."""
        return np.concatenate([each.std_all for each in self.standardized])

    @cached_property
    def undefined(self) -> tuple[str, ...]:
        """``:=`` lines without a value."""
        if not self.table.definitions:
            return ()
        found, _ = estimates.defined(self.table, self.values, np.eye(len(self.values)))
        return tuple(each.name for each, value in zip(self.table.definitions, found, strict=True) if np.isnan(value))

    @cached_property
    def std_slopes(self) -> list[np.ndarray]:
        """Derivatives of ``std.all`` by the rows, shape (k, k), per group."""
        return [standardized_slopes(self.structure.layout, self.values[self.structure.part(group)], each)
                for group, each in enumerate(self.inside)]

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Every row and every ``:=``."""
        return estimates.parameters(self.table, self.values, self.vcov, self.standardized, self.std_slopes,
                                    conf_level=self.conf_level)

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """What the model leaves unexplained."""
        return estimates.residuals(self.samples, self.outside, means=self.residual_means)

    @cached_property
    def r2(self) -> pd.DataFrame:
        """Explained shares."""
        return estimates.r2(self.structure, self.standardized)

    @cached_property
    def implied(self) -> pd.DataFrame:
        """Implied moments."""
        return estimates.implied_table(self.samples, self.outside, means=self.implied_means)

    @cached_property
    def free_vcov(self) -> pd.DataFrame:
        """Covariances of the free estimates."""
        return estimates.vcov_table(self.table, self.vcov, self.structure.k.any(axis=1))
