"""Judges an estimator in samples from a population that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from helpers import parallel
from helpers.errors import ModelError
from helpers.sem.simulation import monte_carlo_tables as tables
from helpers.sem.simulation.estimands import Key, aims
from helpers.sem.simulation.lean import Lean, by_fit
from helpers.sem.simulation.monte_carlo_tables import Replication
from helpers.sem.simulation.simulate import Recipe, draw, recipe

PORTION = 25  # samples that travel to a worker together; a constant, though no number depends on it


@dataclass(frozen=True, slots=True, eq=False)
class MonteCarlo:
    """What many samples from one population say about an estimator.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs group true est.mean bias bias.mce bias.relative est.sd est.sd.mce se.mean se.ratio se.ratio.mce
        coverage coverage.mce power power.mce used`` of every free parameter and every ``:=``; ``est.sd`` is the
        standard deviation of the estimates, ``se.ratio`` the mean standard error over it, ``power`` the share with
        p < .05, ``.mce`` the Monte-Carlo error.
    tests : DataFrame
        ``test df statistic.mean statistic.sd rejection rejection.mce used`` at the 5 % level: ``chisq``, and
        ``chisq.scaled`` of a robust estimator.
    gates : DataFrame
        ``gate severity failed failed.mce times estimated``: the share of samples in which a gate fails; where the
        model is right and the sample proper, its rate of false alarms.
    counts : Series
        ``replications used improper stopped not_converged no_errors`` and refusals by their id. Samples without
        estimates or standard errors are left out of the tables, improper and stopped ones are kept.
    estimates, errors : DataFrame, shape (used, parameters)
        Of every sample used, for what else is to be computed.
    estimand : str
    n : tuple of int
        Respondents per group.
    conf_level : float
    """

    parameters: pd.DataFrame
    tests: pd.DataFrame
    gates: pd.DataFrame
    counts: pd.Series
    estimates: pd.DataFrame
    errors: pd.DataFrame
    estimand: str
    n: tuple[int, ...]
    conf_level: float

    def __repr__(self) -> str:
        return f"MonteCarlo: n = {self.n}, {self.counts['used']} of {self.counts['replications']} samples used"


def monte_carlo(population: str, model: str | None = None, *, n: int | Sequence[int], replications: int, seed: int,
                answers: Mapping[str, object] | None = None, estimand: str = "population", workers: int | None = None,
                conf_level: float = 0.95, **options: object) -> MonteCarlo:
    """Draw many samples from a population, fit a model to each, and compare with the truth.

    Parameters
    ----------
    population : str
        Model with values, as ``simulate`` takes it.
    model : str, optional
        What is fitted; None: the population model with its values to be estimated.
    n : int, or one per group
    replications : int
        2 or more.
    seed : int
        Sample r is the same whatever the number of workers, of replications, and whatever is fitted to it, so that
        estimators can be compared on the same samples.
    answers : mapping, optional
        ``skew kurtosis thresholds proportions missing`` of the answers, as ``simulate`` takes them.
    estimand : {"population", "pseudo"}
        What counts as true. "population": the model's parameters at the moments of the population. "pseudo": what
        the same estimator finds in a million complete answers; the fair aim where the estimator's assumptions about
        the answers do not hold, as of maximum likelihood on five-point items.
    workers : int, optional
        Processes. None: ``ASSURANCE_WORKERS``, else every processor.
    conf_level : float, default 0.95
    **options
        Handed to ``sem.fit``: ``estimator``, ``missing``, ``ordered``, ``group_equal``, ...

    Returns
    -------
    MonteCarlo

    Raises
    ------
    ModelError
        What ``simulate`` refuses; fewer than two replications, an unknown estimand or kind of answers, a model that
        cannot be fitted to the population either, no sample that could be used.

    References
    ----------
    Morris, White & Crowther (2019). Statistics in Medicine, 38, 2074-2102. Muthen & Muthen (2002). How to use a Monte
    Carlo study to decide on sample size and determine power. Structural Equation Modeling, 9, 599-620.

    Examples
    --------
    >>> found = monte_carlo("y ~ 0.3*x", n=100, replications=50, seed=1, workers=1)
    >>> found.parameters.loc[[0], ["lhs", "op", "rhs", "true", "coverage", "power"]].round(3)
      lhs op rhs  true  coverage  power
    0   y  ~   x   0.3       0.9    0.8
    """
    return monte_carlo_of(population, model, n=n, replications=replications, seed=seed, methods={"": options},
                          answers=answers, estimand=estimand, workers=workers, conf_level=conf_level)[""]


def monte_carlo_of(population: str, model: str | None = None, *, n: int | Sequence[int], replications: int, seed: int,
                   methods: Mapping[str, Mapping[str, object]], answers: Mapping[str, object] | None = None,
                   estimand: str = "population", workers: int | None = None,
                   conf_level: float = 0.95) -> dict[str, MonteCarlo]:
    """Judge several methods on the same samples; those that differ in errors and test alone share the search.

    Parameters
    ----------
    methods : mapping of name to options
        Options of ``sem.fit``.
    population, model, n, replications, seed, answers, estimand, workers, conf_level
        See ``monte_carlo``.

    Returns
    -------
    dict of name to MonteCarlo

    Raises
    ------
    ModelError
        See ``monte_carlo``.
    """
    if not isinstance(replications, int | np.integer) or replications < 2:
        raise ModelError("sem.monte_carlo_replications", found=replications)
    if estimand not in ("population", "pseudo"):
        raise ModelError("sem.monte_carlo_estimand", found=estimand)
    answers = dict(answers or {})
    if unknown := sorted(answers.keys() - {"skew", "kurtosis", "thresholds", "proportions", "missing"}):
        raise ModelError("sem.monte_carlo_answers", found=unknown)
    of = recipe(population, n=n, **answers)
    fitted = of.population.estimated if model is None else model
    options = [{**({"group": "group"} if len(of.sizes) > 1 else {}), **each} for each in methods.values()]
    truths = aims(fitted, of, options, estimand=estimand, seed=seed)
    pieces = parallel.portions(replications, size=PORTION)
    blocks = parallel.each(partial(_portion, of, fitted, options, conf_level, seed), pieces, workers=workers)
    return {name: _result([sample[at] for block in blocks for sample in block], truths[at], estimand=estimand,
                          n=of.sizes, conf_level=conf_level) for at, name in enumerate(methods)}


def _result(found: list[Replication], truth: dict[Key, float], *, estimand: str, n: tuple[int, ...],
            conf_level: float) -> MonteCarlo:
    used = [each for each in found if not each.failure]
    if len(used) < 2:
        raise ModelError("sem.monte_carlo_nothing", used=len(used), replications=len(found),
                         failures=sorted({each.failure for each in found if each.failure}))
    names, values = tables.stacked(used, truth)
    several = len(n) > 1
    columns = [f"{lhs} {op} {rhs}".strip() + (f" (group {group})" if several and group else "")
               for lhs, op, rhs, group in names]
    return MonteCarlo(tables.parameters(names, values, truth), tables.tests(used), tables.gates(found),
                      tables.counts(found), pd.DataFrame(values[:, :, 0], columns=columns),
                      pd.DataFrame(values[:, :, 1], columns=columns), estimand, n, conf_level)


def _portion(of: Recipe, model: str, methods: list[dict[str, object]], conf_level: float, seed: int,
             portion: range) -> list[list[Replication]]:
    lean = Lean.of(model, methods, groups=len(of.sizes), conf_level=conf_level)
    found = []
    for at in portion:
        data = draw(of, np.random.SeedSequence(seed, spawn_key=(at,)))
        found.append([by_fit(data, model, each, conf_level) for each in methods] if lean is None
                     else lean.replications(data))
    return found
