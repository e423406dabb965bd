"""Which items go together when nobody has said so? Exploratory factor analysis, put into one order and sign."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.measurement.dimensionality import extraction, rotation
from helpers.measurement.dimensionality.correlations import Correlations, correlations, definite
from helpers.sem.inference import indices


@dataclass(frozen=True, slots=True, eq=False)
class EFA:
    """Rotated factors.

    Attributes
    ----------
    loadings : DataFrame, shape (p, m)
        Pattern: F1 ... Fm in the order of the variance they explain, each with a positive sum of loadings.
    correlations : DataFrame, shape (m, m)
        Of the factors.
    communality, uniqueness : Series, length p
    variance : Series, length m
        Sum of squares that each factor explains; with correlated factors each gets half of what two share.
    fit : dict
        ``df``, ``rmsr`` (root mean square of the residual correlations); for maximum likelihood of Pearson correlations
        ``chisq``, ``pvalue`` (with Bartlett's correction), ``cfi``, ``tli``, ``rmsea`` with 90 % interval (from n F, as
        for a confirmatory analysis); NaN otherwise.
    extraction, rotation : str
    basis : Correlations
    turned : Rotation
        With the number of starts, and of those that reached the same minimum.
    checks : tuple of Check
    """

    loadings: pd.DataFrame
    correlations: pd.DataFrame
    communality: pd.Series
    uniqueness: pd.Series
    variance: pd.Series
    fit: Mapping[str, float]
    extraction: str
    rotation: str
    basis: Correlations
    turned: rotation.Rotation
    checks: tuple[Check, ...]


def efa(scores: pd.DataFrame | Correlations, constructs: Mapping[str, Sequence[str]] | None = None, *, factors: int,
        method: str = "auto", rotate: str = "oblimin", starts: int = 30, seed: int = 1,
        estimator: str = "ML") -> EFA:
    r"""Extract and rotate factors.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, p_items), or Correlations
    constructs, estimator
        As `correlations`.
    factors : int
        How many; see `parallel_analysis`.
    method : {"auto", "minres", "ml"}
        "ml" has a test and fit indices, and supposes about normal answers; "minres" (least squares) supposes nothing
        and takes a matrix that is not positive definite. "auto": "ml" for Pearson's correlations, "minres" for
        polychoric ones (Fabrigar et al., 1999).
    rotate : {"oblimin", "geomin", "promax", "varimax", "none"}
        "varimax" keeps the factors uncorrelated, which constructs of one service are not.
    starts : int, default 30
        Of the rotation; the lowest minimum is kept.
    seed : int, default 1

    Returns
    -------
    EFA

    Raises
    ------
    ModelError
        More factors than the items identify, or an unknown rotation.
    DataError
        As `correlations`; an unknown method; a matrix without an inverse for "ml".

    Notes
    -----
    Of correlated factors with pattern :math:`\Lambda` and correlations :math:`\Phi`, communalities are the diagonal of
    :math:`\Lambda\Phi\Lambda'` and the variance of factor j is :math:`\sum_i \lambda_{ij} (\Lambda\Phi)_{ij}`. The test
    is :math:`(n - 1 - (2p + 5)/6 - 2m/3)\,F`. Uniquenesses are not below .005; an item there is a Heywood case, and a
    gate names it. Agrees with ``stats::factanal``, ``psych::fa`` and ``GPArotation`` at their optimum
    (tests/oracle/dimensions.R); by default psych stops about 1e-5 short of it.

    References
    ----------
    Fabrigar, Wegener, MacCallum & Strahan (1999). Psychological Methods, 4, 272-299. Lawley & Maxwell (1971). Factor
    Analysis as a Statistical Method. Sources of extraction and rotation: their modules.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> traits = np.repeat(random.normal(size=(400, 2)), 3, axis=1)
    >>> scores = pd.DataFrame(traits + 0.7 * random.normal(size=(400, 6)), columns=list("abcdef"))
    >>> found = efa(scores, factors=2)
    >>> (found.loadings.abs() > 0.3).sum(axis=1).tolist()
    [1, 1, 1, 1, 1, 1]
    """
    found = correlations(scores, constructs, estimator=estimator)
    if method == "auto":
        method = "minres" if found.kind == "polychoric" else "ml"
    if method not in extraction.METHODS:
        raise DataError("measurement.extraction", method=method, known=list(extraction.METHODS))
    r = definite(found) if method == "ml" else found.r
    extracted = extraction.extract(r, factors, method=method)
    turned = rotation.rotate(extracted.loadings, rotate, starts=starts, seed=seed)
    loadings, between = _ordered(turned.loadings, turned.correlations)
    names = [f"F{j + 1}" for j in range(factors)]
    common = ((loadings @ between) * loadings).sum(axis=1)
    items = pd.Index(found.items, name="item")
    return EFA(
        pd.DataFrame(loadings, index=items, columns=names), pd.DataFrame(between, index=names, columns=names),
        pd.Series(common, index=items, name="communality"), pd.Series(1 - common, index=items, name="uniqueness"),
        pd.Series(((loadings @ between) * loadings).sum(axis=0), index=names, name="ss"),
        _fit(found, extracted, loadings @ between @ loadings.T, method), method, rotate, found, turned,
        (*found.checks, *_checks(found, extracted, turned, rotate)))


def _ordered(loadings: np.ndarray, between: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put factors in descending order of the variance they explain, with a positive sum of loadings each."""
    order = np.argsort(-((loadings @ between) * loadings).sum(axis=0), kind="stable")
    loadings, between = loadings[:, order], between[np.ix_(order, order)]
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return loadings * sign, between * np.outer(sign, sign)


def _fit(found: Correlations, extracted: extraction.Extraction, implied: np.ndarray, method: str) -> dict[str, float]:
    p, m = len(found.items), extracted.loadings.shape[1]
    residual = (found.r - implied)[np.triu_indices(p, 1)]
    df = extraction.degrees_of_freedom(p, m)
    told = {"df": df, "rmsr": float(np.sqrt((residual**2).mean()))}
    names = ("chisq", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper")
    if method != "ml" or found.kind != "pearson" or df == 0:
        return told | dict.fromkeys(names, math.nan)
    chisq = (found.n - 1 - (2 * p + 5) / 6 - 2 * m / 3) * extracted.discrepancy
    baseline = -found.n * float(np.linalg.slogdet(found.r)[1])
    whole = indices.forms(found.n * extracted.discrepancy, df, baseline, p * (p - 1) // 2, found.n, 1)
    return told | {name: whole[name] for name in names} | {"chisq": chisq, "pvalue": indices.upper_tail(chisq, df)}


def _checks(found: Correlations, extracted: extraction.Extraction, turned: rotation.Rotation,
            rotate: str) -> tuple[Check, ...]:
    at_bound = [item for item, bound in zip(found.items, extracted.at_bound, strict=True) if bound]
    return (
        Check("efa_converged", "caution", extracted.converged and turned.converged, {
            "factors": extracted.loadings.shape[1], "rotation": rotate}),
        Check("efa_heywood", "caution", not at_bound, {"items": at_bound, "lowest": extraction.LOWEST}),
        Check("rotation_starts", "info", turned.starts == 1 or turned.reached > 1, {
            "starts": turned.starts, "reached": turned.reached, "minima": turned.minima, "rotation": rotate}),
    )
