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

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from helpers import syntax
from helpers.errors import ModelError
from helpers.sem.estimation.discrepancy import Discrepancy, Point
from helpers.sem.estimation.errors_and_tests import respondents
from helpers.sem.estimation.least_squares import LeastSquares
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.estimation.start import nearby, starts
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.answer_blocks import Material
from helpers.sem.inference.holed_material import HoledMaterial
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.robust import material_of, meat, scaling
from helpers.sem.inference.satorra_2000 import shifted_difference
from helpers.sem.model.implied import imply
from helpers.sem.model.scaling import scale
from helpers.sem.model.specify import specify
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
    weight : float
        df times the scaling factor, up to what all variants share; NaN where the estimator is not robust.
    """

    keys: tuple[Key, ...]
    est: np.ndarray
    std_all: np.ndarray
    chisq: float
    df: int
    converged: bool
    problem: Discrepancy
    point: Point
    weight: float

    def standardized(self, lhs: str, op: str, rhs: str) -> float:
        """Look one estimate up; a covariance under either order of its names, NaN where there is no such row."""
        wanted = _named((lhs, op, rhs))
        return next((float(self.std_all[at]) for at, key in enumerate(self.keys) if _named(key) == wanted), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """The answers of a fit, ready for variants of its model with every latent variance at 1.

    Attributes
    ----------
    of : SemFit
        One group.
    """

    of: SemFit
    _material: dict[str, Material | HoledMaterial] = field(default_factory=dict)

    def fit(self, model: str, begin: Mapping[Key, float] | None = None) -> Variant:
        """Fit a variant.

        Parameters
        ----------
        model : str
            Among the observed variables of the fit, in their order of appearance.
        begin : mapping of (lhs, op, rhs) to float, optional
            Where the search begins, beside the fit's own estimates.

        Returns
        -------
        Variant

        Raises
        ------
        ModelError
            ``sem.compare_unlike``: other observed variables, or several groups. As ``fit`` otherwise.
        """
        engine, samples = self.of.engine, list(self.of.sample)
        own = self.of.structure.table
        written = syntax.parse(model)
        if written.observed != self.of.observed or own.groups > 1:
            raise ModelError("sem.compare_unlike", differ=["variables"])
        counts = {name: sum(row.lhs == name and row.op == "|" for row in own.rows) for name in own.ordered}
        table = syntax.complete(written, meanstructure=own.means, std_lv=True, fixed_x=own.fixed_x,
                                ordered=counts or None)
        structure = specify(table, samples)
        scaled = scale(structure, samples)
        problem = engine.problem.for_structure(scaled.structure)
        keys = tuple((row.lhs, row.op, row.rhs) for row in table.rows)
        optimum = nearby(problem, scaled, self._begin(keys, begin or {})) or problem.minimise(starts(scaled))
        values = self._values(problem, optimum.point.x) * scaled.rows
        unit = problem.unit if isinstance(problem, Quadratic) else 1.0
        npar = structure.k.shape[1] - self.of.structure.k.shape[1]
        return Variant(
            keys, values, standardize(structure.layout, values, imply(structure.layout, values)).std_all,
            respondents(samples) * max(optimum.point.f, 0.0) * unit, int(self.of.measures["df"]) - npar,
            optimum.converged, problem, optimum.point, self._weight(problem, optimum.point, npar))

    def difference(self, larger: Variant, smaller: Variant) -> tuple[float, int, float]:
        """Test the smaller of two nested variants: chi-square, degrees of freedom, p.

        As ``sem.compare``: Satorra & Bentler (2001), or (2010) where the former's factor is not positive, and Satorra
        (2000) of ordinal items. NaN where no form of the test exists.
        """
        df, chisq = smaller.df - larger.df, max(smaller.chisq - larger.chisq, 0.0)
        method = self.of.engine.method
        if method.categorical:
            found = shifted_difference(larger.problem, larger.point, smaller.problem, smaller.point,
                                       units=larger.problem.units)
            return found["chisq.diff"], found["df.diff"], found["pvalue"]
        if method.robust:
            factor = (smaller.weight - larger.weight) / df
            if not factor > 0:
                factor = (smaller.weight - self._weight_there(larger, smaller)) / df
            chisq = chisq / factor if factor > 0 else np.nan
        known = np.isfinite(chisq) and method.discrepancy != "uls"  # squares without weights: no chi-square
        return chisq, df, upper_tail(chisq, df) if known else np.nan

    def _begin(self, keys: tuple[Key, ...], begin: Mapping[Key, float]) -> np.ndarray | None:
        parameters = self.of.parameters
        known = {_named(tuple(key)): value for *key, value
                 in parameters[["lhs", "op", "rhs", "std.lv"]].itertuples(index=False)}
        known |= {_named(key): value for key, value in begin.items()}
        values = [known.get(_named(key)) for key in keys]
        return None if None in values else np.array(values, dtype=float)

    def _values(self, problem: Discrepancy, x: np.ndarray) -> np.ndarray:
        if isinstance(problem, LeastSquares):  # residual variances of responses follow from the rest
            return np.concatenate(problem.values(x))
        return problem.structure.k @ x + problem.structure.c

    def _weight(self, problem: Discrepancy, point: Point, npar: int) -> float:
        """Df times the scaling factor; less the saturated model's trace, where no model changes that."""
        engine = self.of.engine
        if not engine.method.robust or engine.method.categorical:
            return np.nan
        if "of" not in self._material:
            self._material["of"] = material_of(engine.cases, engine.scaled, engine.method)
        material = self._material["of"]
        information = (problem.curvature(point) / 2 if engine.method.information == "observed"
                       else problem.information(point))
        bread = np.linalg.pinv(information, hermitian=True)
        middle = meat(problem.structure, material, point, engine.method)
        if engine.method.test != "satorra.bentler":
            return -float((bread * middle).sum())
        df = int(self.of.measures["df"]) - npar
        return df * scaling(problem.structure, material, point, bread, middle, engine.method, df=df,
                            baseline_df=int(self.of.measures["baseline.df"])).model

    def _weight_there(self, larger: Variant, smaller: Variant) -> float:
        """Weight of the larger variant at the smaller one's estimates; NaN where it cannot stand there."""
        structure, theirs = larger.problem.structure, smaller.problem.structure
        places = {_named(key): at for at, key in enumerate(smaller.keys)}
        at = [places.get(_named(key)) for key in larger.keys]
        if None in at:
            return np.nan
        values = (theirs.k @ smaller.point.x + theirs.c)[at] - structure.c
        x = np.linalg.lstsq(structure.k, values, rcond=None)[0]
        if not np.allclose(structure.k @ x, values, atol=1e-6):
            return np.nan
        npar = structure.k.shape[1] - self.of.structure.k.shape[1]
        return self._weight(larger.problem, larger.problem.evaluate(x), npar)


def _named(key: Key) -> Key:
    """Name a covariance alike in either order."""
    lhs, op, rhs = key
    return (*sorted((lhs, rhs)), op) if op == "~~" else key
