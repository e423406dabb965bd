r"""What would the same answers say of a variant of the model? Estimates and the test of the difference, no tables.

A variant fixes, frees or adds parameters among the same observed variables. Its search begins where the fitted model
ended, and the robust test of the difference needs no saturated model, which cancels out of

.. math:: c_d = \frac{df_0 c_0 - df_1 c_1}{df_0 - df_1}
              = \frac{\operatorname{tr}(A_1^{-1}B_1) - \operatorname{tr}(A_0^{-1}B_0)}{df_0 - df_1}

(index 1 the larger model; see ``inference.robust`` for A and B). With holes in the answers that is most of the work.

References
----------
Satorra & Bentler (2001). Psychometrika, 66, 507-514. Satorra & Bentler (2010). Psychometrika, 75, 243-248.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import ModelError
from helpers.moments import Cases, Sample
from helpers.sem.estimation.discrepancy import Discrepancy, Point
from helpers.sem.estimation.errors_and_tests import respondents
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.estimation.methods import Method, choose
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.estimation.start import nearby, starts
from helpers.sem.fitting.fit import fit as whole_fit
from helpers.sem.fitting.observed import observe
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.answer_blocks import Material
from helpers.sem.inference.holed_material import HoledMaterial
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.robust import material_of, meat, scaling
from helpers.sem.inference.satorra_2000 import shifted_difference
from helpers.sem.model.auxiliaries import own_part, with_auxiliaries
from helpers.sem.model.implied import imply
from helpers.sem.model.scaling import Scaled, scale
from helpers.sem.model.specify import Structure, specify
from helpers.sem.model.standardize import standardize

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A variant at its minimum, one group.

    Attributes
    ----------
    keys : tuple of (lhs, op, rhs)
        Rows of the parameter table.
    est, std_all : ndarray, shape (r,)
        Estimates, and completely standardized ones.
    chisq : float
        Unscaled.
    df : int
    converged : bool
    problem, point
        On scaled items.
    """

    keys: tuple[Key, ...]
    est: np.ndarray
    std_all: np.ndarray
    chisq: float
    df: int
    converged: bool
    problem: Discrepancy
    point: Point

    @property
    def values(self) -> dict[Key, float]:
        """Estimates by row: where another variant may begin."""
        return dict(zip(self.keys, map(float, self.est), strict=True))

    @property
    def weakest(self) -> float:
        """Smallest eigenvalue of the unit-diagonal information: near zero where parameters cannot be told apart."""
        information = self.problem.information(self.point)
        width = np.sqrt(np.diag(information))
        return float(np.linalg.eigvalsh(information / np.outer(width, width))[0]) if (width > 0).all() else 0.0

    def standardized(self, lhs: str, op: str, rhs: str) -> float:
        """Look one estimate up; a covariance under either order of its names, NaN where there is no such row."""
        wanted = _named((lhs, op, rhs))
        return next((float(self.std_all[at]) for at, key in enumerate(self.keys) if _named(key) == wanted), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """Answers of one group, ready for variants of a model with every latent variance at 1.

    Attributes
    ----------
    observed : tuple of str
        In the order of the model.
    samples : list of Sample
    method : Method
    problem : Discrepancy
        Whatever its structure.
    scaled : Scaled
    cases : Cases or None
    means, fixed_x : bool
    thresholds : mapping of item to int
    moments, baseline_df : int
        Moments that a model explains, and degrees of freedom of the baseline.
    begin : mapping of (lhs, op, rhs) to float
        Where searches begin.
    auxiliaries : tuple of str
        Variables of the samples that are in no model.
    """

    observed: tuple[str, ...]
    samples: list[Sample]
    method: Method
    problem: Discrepancy
    scaled: Scaled
    cases: Cases | None
    means: bool
    fixed_x: bool
    thresholds: Mapping[str, int]
    moments: int
    baseline_df: int
    begin: Mapping[Key, float]
    auxiliaries: tuple[str, ...] = ()
    _material: dict[str, Material | HoledMaterial] = field(default_factory=dict)

    @classmethod
    def of(cls, fit: SemFit) -> Variants:
        """Take the answers of a fit; searches begin at its estimates.

        Raises
        ------
        ModelError
            ``sem.compare_unlike``: several groups.
        """
        engine, table = fit.engine, fit.structure.table
        if table.groups > 1:
            raise ModelError("sem.compare_unlike", differ=["groups"])
        known = fit.parameters[["lhs", "op", "rhs", "std.lv"]].itertuples(index=False)
        return cls(
            fit.observed, engine.samples, engine.method, engine.problem, engine.scaled, engine.cases, table.means,
            table.fixed_x,
            {name: sum((row.lhs, row.op) == (name, "|") for row in table.rows) for name in table.ordered},
            int(fit.measures["df"]) + fit.structure.k.shape[1], int(fit.measures["baseline.df"]),
            {_named(tuple(key)): value for *key, value in known}, fit.auxiliaries)

    @classmethod
    def of_answers(cls, model: str, data: pd.DataFrame, *, estimator: str = "MLR",
                   missing: str = "listwise", ordered: Sequence[str] = ()) -> Variants:
        """Take answers without a whole fit; ordinal items are fitted once.

        Parameters
        ----------
        model : str
            Names the observed variables.
        data : DataFrame, shape (n_respondents, ...)
        estimator, missing, ordered
            As ``fit`` takes them.

        Raises
        ------
        ModelError, DataError
            As ``fit``.
        """
        how = {"estimator": estimator, "missing": missing, "ordered": ordered}
        method = choose(**how, cluster=None, weights=None, effect_coding=False, from_moments=False)
        if method.categorical or method.squares:
            return cls.of(whole_fit(model, data, **how, std_lv=True))
        seen = observe(syntax.parse(model).observed, data, None, group=None, cluster=None, weights=None,
                       missing=method.missing)
        means = method.missing == "fiml"
        table = syntax.complete(syntax.parse(model), meanstructure=means, std_lv=True)
        scaled = scale(specify(table, seen.samples), seen.samples)
        p = len(table.observed)
        return cls(table.observed, seen.samples, method, seen.problem(scaled), scaled, seen.cases, means,
                   table.fixed_x, {}, p * (p + 1) // 2 + p * means, p * (p - 1) // 2, {})

    @property
    def n(self) -> int:
        """Respondents."""
        return respondents(self.samples)

    def fit(self, model: str, begin: Mapping[Key, float] | None = None) -> Variant:
        """Fit a variant.

        Parameters
        ----------
        model : str
            Among the same observed variables, in the same order of appearance.
        begin : mapping of (lhs, op, rhs) to float, optional
            Where the search begins, beside what is known already.

        Returns
        -------
        Variant

        Raises
        ------
        ModelError
            ``sem.compare_unlike``: other observed variables. As ``fit`` otherwise.
        """
        written = syntax.parse(model)
        if written.observed != self.observed:
            raise ModelError("sem.compare_unlike", differ=["variables"])
        table = syntax.complete(written, meanstructure=self.means, std_lv=True, fixed_x=self.fixed_x,
                                ordered=self.thresholds or None)
        whole = specify(with_auxiliaries(table, self.auxiliaries), self.samples)
        scaled = scale(whole, self.samples)
        problem = self.problem.for_structure(scaled.structure)
        keys = tuple((row.lhs, row.op, row.rhs) for row in table.rows)
        known = {**self.begin, **{_named(key): value for key, value in (begin or {}).items()}}
        start = [known.get(_named(key)) for key in keys]
        start = None if None in start else np.array(start, dtype=float)
        optimum = nearby(problem, scaled, start) or problem.minimise(starts(scaled))
        # residual variances of responses behind ordinal items follow from the rest
        values = scaled.rows * (np.concatenate(problem.values(optimum.point.x)) if isinstance(problem, LeastSquares)
                                else scaled.structure.k @ optimum.point.x + scaled.structure.c)
        own = own_part(whole, table, self.samples)
        values, structure = values[own.rows], own.structure
        unit = problem.unit if isinstance(problem, Quadratic) else 1.0
        return Variant(
            keys, values, standardize(structure.layout, values, imply(structure.layout, values)).std_all,
            self.n * max(optimum.point.f, 0.0) * unit, self.moments - structure.k.shape[1], optimum.converged, problem,
            optimum.point)

    def difference(self, larger: Variant, smaller: Variant) -> tuple[float, int, float]:
        """Test the smaller of two nested variants: chi-square, degrees of freedom, p.

        As ``sem.compare``: Satorra & Bentler (2001), or (2010) where the former's factor is not positive, and Satorra
        (2000) of ordinal items. NaN where no form of the test exists.
        """
        df, chisq = smaller.df - larger.df, max(smaller.chisq - larger.chisq, 0.0)
        if self.method.categorical:
            found = shifted_difference(larger.problem, larger.point, smaller.problem, smaller.point,
                                       units=larger.problem.units)
            return found["chisq.diff"], found["df.diff"], found["pvalue"]
        if self.method.robust:
            own = self._weight(smaller.problem, smaller.point)
            factor = (own - self._weight(larger.problem, larger.point)) / df
            if not factor > 0:
                factor = (own - self._weight_there(larger, smaller)) / df
            chisq = chisq / factor if factor > 0 else np.nan
        known = np.isfinite(chisq) and self.method.discrepancy != "uls"  # squares without weights: no chi-square
        return chisq, df, upper_tail(chisq, df) if known else np.nan

    def _weight(self, problem: Discrepancy, point: Point) -> float:
        """Df times the scaling factor; less the saturated model's trace, where no model changes that."""
        if "of" not in self._material:
            self._material["of"] = material_of(self.cases, self.scaled, self.method)
        material, method = self._material["of"], self.method
        information = (problem.curvature(point) / 2 if method.information == "observed"
                       else problem.information(point))
        bread = np.linalg.pinv(information, hermitian=True)
        middle = meat(problem.structure, material, point, method)
        if method.test != "satorra.bentler":
            return -float((bread * middle).sum())
        df = self.moments - problem.structure.k.shape[1]
        return df * scaling(problem.structure, material, point, bread, middle, method, df=df,
                            baseline_df=self.baseline_df).model

    def _weight_there(self, larger: Variant, smaller: Variant) -> float:
        """Weight of the larger variant at the smaller one's estimates; NaN where it cannot stand there."""
        structure, theirs = larger.problem.structure, smaller.problem.structure
        places = {key: at for at, key in enumerate(_rows(theirs))}
        at = [places.get(key) for key in _rows(structure)]
        if None in at:
            return np.nan
        values = (theirs.k @ smaller.point.x + theirs.c)[at] - structure.c
        x = np.linalg.lstsq(structure.k, values, rcond=None)[0]
        there = np.allclose(structure.k @ x, values, atol=1e-6)
        return self._weight(larger.problem, larger.problem.evaluate(x)) if there else np.nan


def _rows(structure: Structure) -> list[Key]:
    return [_named((row.lhs, row.op, row.rhs)) for row in structure.table.rows]


def _named(key: Key) -> Key:
    """Name a covariance alike in either order."""
    lhs, op, rhs = key
    return (*sorted((lhs, rhs)), op) if op == "~~" else key
