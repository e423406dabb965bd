"""Finds the values that estimates are compared with when a population is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from helpers.errors import ModelError
from helpers.moments import Moments
from helpers.sem.fitting.fit import fit
from helpers.sem.fitting.result import SemFit
from helpers.sem.simulation.simulate import Recipe, draw

LARGE = 1_000_000  # respondents in whom an estimator shows what it estimates
SAME_ESTIMATES = {"MLM": "ML", "MLR": "ML"}
NOT_OF_MOMENTS = {"estimator", "missing", "ordered", "cluster", "weights", "group", "data", "moments"}

Key = tuple[str, str, str, int]


def keys(found: SemFit) -> list[Key]:
    """Names of the parameters of a fit: lhs, op, rhs, group."""
    return list(zip(*(found.parameters[column] for column in ("lhs", "op", "rhs", "group")), strict=True))


def aims(model: str, of: Recipe, methods: Sequence[Mapping[str, object]], *, estimand: str,
         seed: int) -> list[dict[Key, float]]:
    """Find what counts as true for each method; those that estimate the same share it.

    Parameters
    ----------
    model : str
    of : Recipe
    methods : sequence of mapping
        Options of ``fit``.
    estimand : {"population", "pseudo"}
    seed : int
    """
    known: dict[str, dict[Key, float]] = {}
    found = []
    for options in methods:
        name = str(options.get("estimator", "ML"))
        options = {**options, "estimator": SAME_ESTIMATES.get(name.upper(), name)}
        said = repr(sorted(options.items()))
        if said not in known:
            known[said] = (of_population(model, of, options) if estimand == "population"
                           else pseudo(model, of, options, seed))
        found.append(known[said])
    return found


def of_population(model: str, of: Recipe, options: Mapping[str, object]) -> dict[Key, float]:
    """Fit a model to the moments of the population.

    Where the model is right these are the parameters themselves, in the model's own metric. Items that the model
    takes as ordered count as standardized, as latent responses do, and their thresholds with them.

    Raises
    ------
    ModelError
        ``sem.monte_carlo_ordered``: ordered items in several groups have no common scale here.
    """
    ordered = options.get("ordered", ())
    ordered = (ordered,) if isinstance(ordered, str) else tuple(ordered)
    names, groups = of.population.names, of.population.implied
    if ordered and len(groups) > 1:
        raise ModelError("sem.monte_carlo_ordered")
    moments = []
    for each in groups:
        unit = np.array([1 / np.sqrt(each.sigma[at, at]) if name in ordered else 1.0 for at, name in enumerate(names)])
        mean = np.where([name in ordered for name in names], 0.0, each.mu)
        cov = each.sigma * np.outer(unit, unit) * LARGE / (LARGE - 1)  # printed matrices have divisor n - 1
        moments.append(Moments(cov=cov, means=mean, n=LARGE, names=list(names)))
    kept = {name: value for name, value in options.items() if name not in NOT_OF_MOMENTS}
    found = fit(model, moments=moments, **{"meanstructure": True, **kept})
    values = dict(zip(keys(found), found.parameters["est"], strict=True))
    for name in ordered:
        at = names.index(name)
        for number, cut in enumerate(of.cuts.get(name, ()), start=1):
            values[name, "|", f"t{number}", 1] = float((cut - groups[0].mu[at]) / of.population.sds[at])
    return values


def pseudo(model: str, of: Recipe, options: Mapping[str, object], seed: int) -> dict[Key, float]:
    """Fit a model by the same estimator to a million complete answers: what it estimates, right or not."""
    total = sum(of.sizes)
    large = replace(of, sizes=tuple(LARGE * size // total for size in of.sizes), missing=None, shares={})
    found = fit(model, draw(large, np.random.SeedSequence([seed, LARGE])), **options)
    return dict(zip(keys(found), found.parameters["est"], strict=True))
