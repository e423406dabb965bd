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

from helpers.moments import Cases, Sample
from helpers.sem.casewise import scores
from helpers.sem.discrepancy import Point
from helpers.sem.methods import Method
from helpers.sem.scaling import Scaled
from helpers.sem.specify import Structure


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Answers as the robust formulas take them, on scaled items.

    Attributes
    ----------
    away : list of ndarray, shape (n, p)
        Answers less their observed means, per group.
    samples : list of Sample
    weights, clusters : list of ndarray, shape (n,), or None
    explained : list of ndarray, shape (n, p), or None
        What fixed exogenous x predict of ``away``; the moments' sampling covariances are then those given x.
    """

    away: list[np.ndarray]
    samples: list[Sample]
    weights: list[np.ndarray] | None
    clusters: list[np.ndarray] | None
    explained: list[np.ndarray] | None

    @classmethod
    def of(cls, cases: Cases, scaled: Scaled, method: Method) -> Material:
        """Bring answers to the scale of the estimation."""
        table, samples = scaled.structure.table, scaled.samples
        away = [values / scaled.width - sample.mean for values, sample in zip(cases.values, samples, strict=True)]
        explained = None
        if method.test == "satorra.bentler" and table.fixed_x and table.exogenous:
            x = [table.observed.index(name) for name in table.exogenous]
            explained = [each[:, x] @ np.linalg.solve(sample.cov[np.ix_(x, x)], sample.cov[x])
                         for each, sample in zip(away, samples, strict=True)]
        return cls(away, samples, cases.weights and list(cases.weights), cases.clusters and list(cases.clusters),
                   explained)

    @property
    def n(self) -> int:
        """Respondents."""
        return sum(map(len, self.away))

    def summed(self, group: int, rows: np.ndarray) -> np.ndarray:
        """Weighted rows of a group, shape (n, k), added up within each of its G clusters; squares grow by G/(G-1)."""
        rows = rows if self.weights is None else rows * self.weights[group][:, None]
        if self.clusters is None:
            return rows
        codes = self.clusters[group]
        total = np.zeros((codes.max() + 1, rows.shape[1]))
        np.add.at(total, codes, rows)
        found = len(np.unique(codes))
        return total * np.sqrt(found / (found - 1))


def meat(structure: Structure, material: Material, point: Point, method: Method) -> np.ndarray:
    """Mean square of the casewise derivatives with respect to the basic parameters, shape (q, q)."""
    layout, means = structure.layout, structure.table.means
    parts = []
    for group, away in enumerate(material.away):
        implied, sample = point.implied[group], material.samples[group]
        centre = sample.cov if method.test == "satorra.bentler" else None
        if means and centre is None:
            away = away + (sample.mean - implied.mu)
        own = scores(layout, implied, point.inverses[group], away, means=means, centre=centre)
        if material.explained is not None:
            given = material.explained[group]
            own -= scores(layout, implied, point.inverses[group], given, means=means, centre=_square(given))
        parts.append(material.summed(group, own @ structure.k[structure.part(group)]))
    if material.clusters is None:
        return sum(part.T @ part for part in parts) / material.n
    total = np.zeros((max(map(len, parts)), parts[0].shape[1]))
    for part in parts:  # a cluster may have respondents in several groups
        total[: len(part)] += part
    return total.T @ total / material.n


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
    for group, away in enumerate(material.away):
        z, inverse = away[:, at], inverses[group]
        cov = material.samples[group].cov[np.ix_(at, at)]
        if material.explained is not None:
            total += _given_x(z, material.explained[group][:, at], inverse, cov, means=means)
            continue
        if material.clusters is None:
            total += _alone(material, group, z, inverse, cov, means=means) / material.samples[group].n
            continue
        root = np.linalg.cholesky(inverse)  # V = LL', so that a cluster's matrix is squared in one metric
        turned = z @ root
        products = (turned[:, :, None] * turned[:, None, :]).reshape(len(z), -1) - (root.T @ cov @ root).ravel()
        own = (material.summed(group, products) ** 2).sum() / 2
        own += (material.summed(group, turned) ** 2).sum() if means else 0.0
        total += float(own) / material.samples[group].n
    return total


def _alone(material: Material, group: int, z: np.ndarray, inverse: np.ndarray, cov: np.ndarray, *,
           means: bool) -> float:
    pulled = z @ inverse
    d = (pulled * z).sum(axis=1)
    each = (d**2 - 2 * ((pulled @ cov) * pulled).sum(axis=1) + float(((inverse @ cov) * (inverse @ cov).T).sum())) / 2
    each = each + d if means else each
    return float((each if material.weights is None else each * material.weights[group] ** 2).sum())


def _given_x(z: np.ndarray, given: np.ndarray, inverse: np.ndarray, cov: np.ndarray, *, means: bool) -> float:
    """Mean of the same with zz' less what x explains of it."""
    left = inverse @ (cov - _square(given)) @ inverse
    pulled = z @ inverse
    d, e, f = (pulled * z).sum(1), ((given @ inverse) * given).sum(1), (pulled * given).sum(1)
    centred = ((z @ left) * z).sum(1) - ((given @ left) * given).sum(1)
    each = (d**2 - 2 * f**2 + e**2 - 2 * centred + float((left @ (cov - _square(given))).trace())) / 2
    return float((each + d - 2 * f + e if means else each).mean())


def _square(rows: np.ndarray) -> np.ndarray:
    return rows.T @ rows / len(rows)


def independence_trace(material: Material, at: list[int], *, means: bool) -> float:
    """Trace of the model in which the variables at some places are uncorrelated."""
    total = 0.0
    for group, away in enumerate(material.away):
        variances = np.diag(material.samples[group].cov)[at]
        unit = away[:, at] / np.sqrt(variances)
        squares = unit**2 - 1
        if material.explained is not None:
            given = material.explained[group][:, at] / np.sqrt(variances)
            unit, squares = unit - given, unit**2 - given**2 - (unit**2 - given**2).mean(axis=0)
        total += float((material.summed(group, squares) ** 2).sum()) / (2 * material.samples[group].n)
        total += float((material.summed(group, unit) ** 2).sum()) / material.samples[group].n if means else 0.0
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


def scaling(structure: Structure, material: Material, point: Point, bread: np.ndarray, middle: np.ndarray,
            method: Method, *, df: int, baseline_df: int) -> Scaling:
    """Scaling factors of the model's and the baseline's chi-square.

    Parameters
    ----------
    structure : Structure
    material : Material
    point : Point
        The minimum.
    bread : ndarray, shape (q, q)
        Inverse information of one respondent.
    middle : ndarray, shape (q, q)
        B, see ``meat``.
    method : Method
    df, baseline_df : int
    """
    table = structure.table
    exogenous = [table.observed.index(name) for name in table.exogenous]
    others = [at for at in range(len(table.observed)) if at not in exogenous]
    everything, means = list(range(len(table.observed))), table.means
    own = [np.linalg.inv(sample.cov[np.ix_(exogenous, exogenous)]) for sample in material.samples]
    of_x = saturated_trace(material, own, exogenous, means=means) if exogenous and material.explained is None else 0.0
    structured = method.test == "satorra.bentler"
    inverses = point.inverses if structured else [np.linalg.inv(sample.cov) for sample in material.samples]
    saturated = saturated_trace(material, inverses, everything, means=means)
    if structured:
        inverses = [_uncorrelated(sample.cov, exogenous) for sample in material.samples]
        saturated_baseline = saturated_trace(material, inverses, everything, means=means)
    else:
        saturated_baseline = saturated
    fixed = of_x if table.fixed_x else 0.0
    model = saturated - fixed - float((bread * middle).sum())
    baseline = saturated_baseline - of_x - independence_trace(material, others, means=means)
    return Scaling(model / df if df > 0 else np.nan, baseline / baseline_df if baseline_df > 0 else np.nan)


def _uncorrelated(cov: np.ndarray, exogenous: list[int]) -> np.ndarray:
    """Inverse of the baseline model's covariances: only exogenous variables are correlated."""
    kept = np.diag(np.diag(cov))
    kept[np.ix_(exogenous, exogenous)] = cov[np.ix_(exogenous, exogenous)]
    return np.linalg.inv(kept)
