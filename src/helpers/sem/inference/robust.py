r"""Standard errors and tests that hold when answers are not normal, come in clusters, or are weighted.

.. math:: \operatorname{Var}(\hat x) = \tfrac1N A^{-1} B A^{-1}, \qquad
          c = \frac{\operatorname{tr}(A_1^{-1}B_1) - \operatorname{tr}(A^{-1}B)}{df}

A is the information of one respondent, B the mean square of the casewise derivatives (sums over the respondents of a
cluster); index 1 is the saturated model. The saturated trace needs no matrix of size p² × p²: with d = z'Vz it is the
mean of :math:`\tfrac12 \operatorname{tr}[(V(zz'-S))^2] + d`.

References
----------
Satorra & Bentler (1994). In von Eye & Clogg (Eds.), Latent variables analysis, 399-419. Yuan & Bentler (2000).
Sociological Methodology, 30, 165-200. Asparouhov & Muthen (2005, 2006) for weights and clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.moments import Cases
from helpers.sem.estimation.discrepancy import Point
from helpers.sem.estimation.methods import Method
from helpers.sem.inference.answer_blocks import Material
from helpers.sem.inference.casewise import scores
from helpers.sem.inference.holed_material import HoledMaterial
from helpers.sem.model.scaling import Scaled
from helpers.sem.model.specify import Structure


def material_of(cases: Cases, scaled: Scaled, method: Method) -> Material | HoledMaterial:
    """Bring the answers of a fit to the scale of the estimation."""
    return HoledMaterial.of(cases, scaled) if method.missing == "fiml" else Material.of(cases, scaled, method)


def meat(structure: Structure, material: Material | HoledMaterial, point: Point, method: Method) -> np.ndarray:
    """Mean square of the casewise derivatives with respect to the basic parameters, shape (q, q)."""
    if isinstance(material, HoledMaterial):
        return material.meat(structure, point)
    layout, means, q = structure.layout, structure.table.means, structure.k.shape[1]
    total, clustered = np.zeros((q, q)), None
    for group, sample in enumerate(material.samples):
        implied, inverse = point.implied[group], point.inverses[group]
        centre = sample.cov if method.test == "satorra.bentler" else None
        moved = sample.mean - implied.mu if means and centre is None else 0.0
        k = structure.k[structure.part(group)]
        columns = np.flatnonzero(k.any(axis=0))
        gathered, k = material.gathered(group, len(columns)), k[:, columns]
        for here, away in material.blocks(group):
            own = scores(layout, implied, inverse, away + moved, means=means, centre=centre)
            if material.x is not None:
                own -= scores(layout, implied, inverse, away[:, material.x] @ material.on_x(group), means=means,
                              centre=material.of_x(group))
            gathered.add(here, own @ k)
        if gathered.sums is None:
            total[np.ix_(columns, columns)] += gathered.products
        else:  # a cluster may have respondents in several groups
            clustered = np.zeros((1 + max(each.max() for each in material.clusters), q)) if group == 0 else clustered
            clustered[np.ix_(range(len(gathered.sums)), columns)] += gathered.grown
    return (total if clustered is None else clustered.T @ clustered) / material.n


def saturated_trace(material: Material, inverses: list[np.ndarray], at: list[int], *, means: bool) -> float:
    """Trace of the saturated model in some of the variables.

    Parameters
    ----------
    material : Material
    inverses : list of ndarray, shape (k, k)
        V per group, of the k variables.
    at : list of int, length k
        Places of the variables.
    means : bool
    """
    total = 0.0
    for group, sample in enumerate(material.samples):
        inverse, cov = inverses[group], sample.cov[np.ix_(at, at)]
        if material.x is not None:
            total += _given_x(material, group, inverse, at, means=means)
        elif material.clusters is None:
            total += _alone(material, group, inverse, at, means=means)
        else:
            root = np.linalg.cholesky(inverse)  # V = LL', so that a cluster's matrix is squared in one metric
            centre = (root.T @ cov @ root).ravel()
            squares, plain = material.gathered(group, len(at) ** 2), material.gathered(group, len(at))
            for here, away in material.blocks(group):
                turned = away[:, at] @ root
                squares.add(here, (turned[:, :, None] * turned[:, None, :]).reshape(len(turned), -1) - centre)
                plain.add(here, turned)
            total += (squares.square / 2 + (plain.square if means else 0.0)) / sample.n
    return total


def _alone(material: Material, group: int, inverse: np.ndarray, at: list[int], *, means: bool) -> float:
    cov = material.samples[group].cov[np.ix_(at, at)]
    turned, total = inverse @ cov, 0.0
    constant = float((turned * turned.T).sum())
    for here, away in material.blocks(group):
        z = away[:, at]
        pulled = z @ inverse
        d = (pulled * z).sum(axis=1)
        each = (d**2 - 2 * ((pulled @ cov) * pulled).sum(axis=1) + constant) / 2
        each = each + d if means else each
        total += float((each if material.weights is None else each * material.weights[group][here] ** 2).sum())
    return total / material.samples[group].n


def _given_x(material: Material, group: int, inverse: np.ndarray, at: list[int], *, means: bool) -> float:
    """Mean of the same with zz' less what x explains of it."""
    left_cov = (material.samples[group].cov - material.of_x(group))[np.ix_(at, at)]
    left, on_x, total = inverse @ left_cov @ inverse, material.on_x(group)[:, at], 0.0
    for _, away in material.blocks(group):
        z, given = away[:, at], away[:, material.x] @ on_x
        pulled = z @ inverse
        d, e, f = (pulled * z).sum(1), ((given @ inverse) * given).sum(1), (pulled * given).sum(1)
        centred = ((z @ left) * z).sum(1) - ((given @ left) * given).sum(1)
        each = (d**2 - 2 * f**2 + e**2 - 2 * centred + float((left @ left_cov).trace())) / 2
        total += float((each + d - 2 * f + e if means else each).sum())
    return total / len(material.values[group])


def independence_trace(material: Material, at: list[int], *, means: bool) -> float:
    """Trace of the model in which the variables at some places are uncorrelated."""
    total = 0.0
    for group, sample in enumerate(material.samples):
        sd = np.sqrt(np.diag(sample.cov)[at])
        squares, plain = material.gathered(group, len(at)), material.gathered(group, len(at))
        for here, away in material.blocks(group):
            unit = away[:, at] / sd
            of = unit**2 - 1
            if material.x is not None:
                given = away[:, material.x] @ material.on_x(group)[:, at] / sd
                own = 1 - np.diag(material.of_x(group))[at] / sd**2
                unit, of = unit - given, unit**2 - given**2 - own
            squares.add(here, of)
            plain.add(here, unit)
        total += (squares.square / 2 + (plain.square if means else 0.0)) / sample.n
    return total


@dataclass(frozen=True, slots=True)
class Scaling:
    """What chi-squares are divided by.

    Attributes
    ----------
    model, baseline : float
        NaN where there are no degrees of freedom.
    """

    model: float
    baseline: float


def scaling(structure: Structure, material: Material | HoledMaterial, point: Point, bread: np.ndarray,
            middle: np.ndarray, method: Method, *, df: int, baseline_df: int) -> Scaling:
    """Scaling factors of the model's and the baseline's chi-square.

    Parameters
    ----------
    structure : Structure
    material : Material or HoledMaterial
    point : Point
        The minimum.
    bread : ndarray, shape (q, q)
        Inverse information of one respondent.
    middle : ndarray, shape (q, q)
        B, see ``meat``.
    method : Method
    df, baseline_df : int
    """
    saturated, baseline = (material.traces(structure) if isinstance(material, HoledMaterial)
                           else _traces(structure, material, point, method))
    model = saturated - float((bread * middle).sum())
    return Scaling(model / df if df > 0 else np.nan, baseline / baseline_df if baseline_df > 0 else np.nan)


def _traces(structure: Structure, material: Material, point: Point, method: Method) -> tuple[float, float]:
    """Trace of the saturated model, less that of a fixed x, and what it exceeds the baseline model's by."""
    table = structure.table
    exogenous = [table.observed.index(name) for name in table.exogenous]
    others = [at for at in range(len(table.observed)) if at not in exogenous]
    everything, means = list(range(len(table.observed))), table.means
    own = [np.linalg.inv(sample.cov[np.ix_(exogenous, exogenous)]) for sample in material.samples]
    of_x = saturated_trace(material, own, exogenous, means=means) if exogenous and material.x is None else 0.0
    structured = method.test == "satorra.bentler"
    inverses = point.inverses if structured else [np.linalg.inv(sample.cov) for sample in material.samples]
    saturated = saturated_trace(material, inverses, everything, means=means)
    if structured:
        inverses = [_uncorrelated(sample.cov, exogenous) for sample in material.samples]
        saturated_baseline = saturated_trace(material, inverses, everything, means=means)
    else:
        saturated_baseline = saturated
    baseline = saturated_baseline - of_x - independence_trace(material, others, means=means)
    return saturated - (of_x if table.fixed_x else 0.0), baseline


def _uncorrelated(cov: np.ndarray, exogenous: list[int]) -> np.ndarray:
    """Inverse of the baseline model's covariances: only exogenous variables are correlated."""
    kept = np.diag(np.diag(cov))
    kept[np.ix_(exogenous, exogenous)] = cov[np.ix_(exogenous, exogenous)]
    return np.linalg.inv(kept)
