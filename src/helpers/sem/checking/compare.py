"""Whether the model with fewer parameters fits worse than the one that contains it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.estimation.errors_and_tests import precision
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.robust import material_of, meat, scaling
from helpers.sem.inference.satorra_2000 import shifted_difference


def compare(larger: SemFit, smaller: SemFit) -> pd.DataFrame:
    r"""Test two nested models on the same respondents.

    Parameters
    ----------
    larger : SemFit
        With more free parameters.
    smaller : SemFit
        The same with restrictions.

    Returns
    -------
    DataFrame
        One row ``method chisq.diff df.diff pvalue delta.cfi delta.rmsea delta.srmr delta.aic delta.bic``; deltas are
        smaller minus larger, of the robust indices where the estimator is robust. ``method`` is "standard",
        "satorra.bentler.2001", or "satorra.bentler.2010" where the former's factor is not positive; of ordinal items
        "satorra.2000", scaled and shifted.

    Raises
    ------
    ModelError
        ``sem.compare_unlike``: other respondents, variables or estimators. ``sem.compare_not_nested``: the smaller
        model has no more degrees of freedom, or fits better. ``sem.compare_factor``: neither factor is positive.

    Notes
    -----
    .. math:: T_d = \frac{T_0 - T_1}{c_d}, \qquad c_d = \frac{df_0 c_0 - df_1 c_1}{df_0 - df_1}

    In the 2010 form :math:`c_1` is the larger model's factor at the smaller model's estimates, which needs a larger
    model that can stand there: one that fixes what the smaller frees (latent means at 0) cannot.

    References
    ----------
    Satorra & Bentler (2001). Psychometrika, 66, 507-514. Satorra & Bentler (2010). Psychometrika, 75, 243-248. For
    ordinal items see ``satorra_2000``.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .8*c + .8*d", n=300, seed=1)
    >>> compare(fit("f =~ a + b + c + d", answers), fit("f =~ a + 1*b + 1*c + 1*d", answers))["df.diff"].item()
    3
    """
    if differ := unlike(larger, smaller):
        raise ModelError("sem.compare_unlike", differ=differ)
    one, two = larger.measures, smaller.measures
    df, chisq = int(two["df"] - one["df"]), two["chisq"] - one["chisq"]
    if df <= 0 or chisq < -1e-6 * max(1.0, two["chisq"]):
        raise ModelError("sem.compare_not_nested", df=df, chisq=float(chisq))
    if larger.engine.method.categorical:
        tested = {"method": "satorra.2000", **_of_least_squares(larger, smaller)}
    else:
        method, factor = _method(larger, smaller)
        found = max(chisq, 0.0) / factor
        tested = {"method": method, "chisq.diff": found, "df.diff": df, "pvalue": upper_tail(found, df)}
    deltas = {f"delta.{name}": smaller.reported(name) - larger.reported(name)
              for name in ("cfi", "rmsea", "srmr", "aic", "bic")}
    return pd.DataFrame([{**tested, **deltas}])


def _method(larger: SemFit, smaller: SemFit) -> tuple[str, float]:
    """Name of the test and what the difference is divided by."""
    if not larger.engine.method.robust:
        return "standard", 1.0
    method, factor = "satorra.bentler.2001", _factor(larger, smaller, _own(larger))
    if not factor > 0:
        method, factor = "satorra.bentler.2010", _factor(larger, smaller, _at_the_others(larger, smaller))
    if not factor > 0:
        raise ModelError("sem.compare_factor", factor=factor)
    return method, factor


def _of_least_squares(larger: SemFit, smaller: SemFit) -> dict[str, float]:
    """Difference of two fits to ordinal items; that of the plain statistics has no chi-square distribution."""
    one, two = larger.engine, smaller.engine
    return shifted_difference(one.problem, one.optimum.point, two.problem, two.optimum.point,
                              units=one.problem.units)


def unlike(one: SemFit, two: SemFit) -> list[str]:
    """Say in what two fits differ that must be the same for a comparison."""
    found = [name for name, first, second in (
        ("variables", sorted(one.observed), sorted(two.observed)),
        ("auxiliaries", sorted(one.auxiliaries), sorted(two.auxiliaries)),
        ("n", [sample.n for sample in one.sample], [sample.n for sample in two.sample]),
        ("groups", one.groups, two.groups), ("estimator", one.engine.method, two.engine.method),
        ("means", one.structure.table.means, two.structure.table.means)) if first != second]
    for first, second in () if found else zip(one.sample, two.sample, strict=True):
        if not np.allclose(first.cov, second.subset(first.names).cov, rtol=1e-10):
            found = ["answers"]
    return found


def _factor(larger: SemFit, smaller: SemFit, larger_factor: float) -> float:
    df0, df1 = smaller.measures["df"], larger.measures["df"]
    held = df1 * larger_factor if df1 else 0.0
    return float((df0 * smaller.engine.scaling.model - held) / (df0 - df1))


def _own(larger: SemFit) -> float:
    return larger.engine.scaling.model


def _at_the_others(larger: SemFit, smaller: SemFit) -> float:
    """Scaling factor of the larger model at the smaller model's estimates; NaN where it cannot stand there."""
    engine, theirs = larger.engine, smaller.engine.rows
    structure = engine.scaled.structure
    places = [(row.lhs, row.op, row.rhs, row.group) for row in structure.table.rows]
    if any(place not in theirs.index for place in places):
        return np.nan
    values = theirs.loc[places].to_numpy() / engine.scaled.rows - structure.c
    x = np.linalg.lstsq(structure.k, values, rcond=None)[0]
    if not np.allclose(structure.k @ x, values, atol=1e-6):
        return np.nan
    point = engine.problem.evaluate(x)
    if not point.implied:
        return np.nan
    material = material_of(engine.cases, engine.scaled, engine.method)
    observed = engine.problem.curvature(point) / 2
    middle = meat(structure, material, point, engine.method)
    found = precision(engine.problem, point, engine.scaled, structure.k, converged=False,
                      observed=observed if engine.method.information == "observed" else None)
    df, baseline_df = int(larger.measures["df"]), int(larger.measures["baseline.df"])
    return scaling(structure, material, point, found.bread, middle, engine.method, df=df, baseline_df=baseline_df).model
