"""Which further forms of the fit measures a fit has: scaled, and robust ones for answers not normal or with holes."""

from __future__ import annotations

import pandas as pd

from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.errors_and_tests import Likelihood
from helpers.sem.estimation.optimize import Optimum
from helpers.sem.inference.complete_equivalent import equivalent_measures
from helpers.sem.inference.holed_material import HoledMaterial
from helpers.sem.inference.robust import Material, Scaling
from helpers.sem.inference.scaled_measures import scaled_measures


def with_robust_forms(plain: pd.Series, problem: Discrepancy, optimum: Optimum, fitted: Likelihood,
                      scaling: Scaling | None, material: Material | HoledMaterial | None) -> pd.Series:
    """Add the forms for answers that are not normal, and for holes.

    Parameters
    ----------
    plain : Series
        The usual measures.
    problem, optimum
        On scaled items.
    fitted : Likelihood
    scaling : Scaling or None
        What a robust test divides by.
    material : Material, HoledMaterial or None
        Answers behind robust errors, or with holes. With holes ``.robust`` forms undo what holes do to an index, for
        estimator ML too, and take the place of those for complete answers.

    Returns
    -------
    Series
    """
    more = {} if scaling is None else scaled_measures(fitted, scaling, len(problem.samples))
    if isinstance(material, HoledMaterial):
        more |= equivalent_measures(problem, optimum.point, material, fitted, robust=scaling is not None)
    return pd.concat([plain, pd.Series(more, name="value", dtype=float)]).rename_axis("measure") if more else plain
