"""Data from a population that the author chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.simulation.answer_scale import Cut, cuts, per_item, rated
from helpers.sem.simulation.holes import Missing, shares, with_holes
from helpers.sem.simulation.nonnormal import Shape, fleishman, shape
from helpers.sem.simulation.population import Population, population, root

HOLES = 1  # key of the stream of random numbers that decides who does not answer


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """Everything that is the same for every sample from a population.

    Attributes
    ----------
    population : Population
    sizes : tuple of int
        Respondents per group.
    shapes : tuple of Shape or of ndarray, shape (p, p)
        Per group: how normal scores become answers; of normal answers the root of their covariances.
    cuts : dict of item to ndarray
        Thresholds of the items that are rated.
    missing : Missing or float or None
    shares : dict of item to float
        Of missing answers.
    """

    population: Population
    sizes: tuple[int, ...]
    shapes: tuple[Shape | np.ndarray, ...]
    cuts: dict[str, np.ndarray]
    missing: Missing | float | None
    shares: dict[str, float]


def simulate(model: str, *, n: int | Sequence[int], seed: int, skew: float | Mapping[str, float] = 0.0,
             kurtosis: float | Mapping[str, float] = 0.0, thresholds: Cut | Mapping[str, Cut] | None = None,
             proportions: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
             missing: float | Missing | None = None) -> pd.DataFrame:
    """Draw answers from a population model.

    Parameters
    ----------
    model : str
        Every loading, path and written (co)variance or intercept has a value; ``c(0.5, 0.7)*x`` per group. What is
        not written: a first loading is 1, a (residual) variance 1, a single indicator has no residual, covariances
        and intercepts are 0.
    n : int, or one per group
    seed : int
        Holes have a stream of their own: the answers that remain are those of the complete data of this seed.
    skew, kurtosis : float, or mapping of item to float
        Skewness and excess kurtosis of the answers before they are rated; the covariances stay those of the
        population. 0 and 0, also of items not named: normal.
    thresholds : int or sequence of float, or mapping of item to either, optional
        Turns answers into categories 1, 2, ... A number of categories cuts 2.5 standard deviations on both sides of
        the item's mean (first group) into steps of one width; a rising sequence is taken in the item's own units.
        Items not named stay as they are.
    proportions : sequence of float, or mapping of item to such, optional
        The same by the share of each category in the first group.
    missing : float or Missing, optional
        A share: missing completely at random in every item. ``sem.Missing`` names items and, for missingness at
        random, the driver.

    Returns
    -------
    DataFrame, shape (n, p)
        The observed variables in the order of the model as floats, NaN where missing, and ``group`` (1, 2, ...) where
        the model has several.

    Raises
    ------
    ModelError
        A parameter without a value, an implied covariance matrix that is not positive definite, n not fitting; a skew
        and kurtosis that cannot exist or that a cubic of a normal variable does not reach, correlations that such
        items cannot have; thresholds that do not rise, proportions that do not sum to 1, a share outside 0..1, a
        driver that is to be missing itself, items that the model does not have.

    References
    ----------
    Fleishman (1978). Psychometrika, 43, 521-532. Vale & Maurelli (1983). Psychometrika, 48, 465-471. Rhemtulla,
    Brosseau-Liard & Savalei (2012). Psychological Methods, 17, 354-373. Rubin (1976). Biometrika, 63, 581-592.

    Examples
    --------
    >>> answers = simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", n=500, seed=1)
    >>> answers.shape
    (500, 3)
    >>> ratings = simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", n=500, seed=1, thresholds=5,
    ...                    missing=Missing(0.15, driver="t1"))
    >>> sorted(ratings["t1"].unique().tolist())
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    return draw(recipe(model, n=n, skew=skew, kurtosis=kurtosis, thresholds=thresholds, proportions=proportions,
                       missing=missing), np.random.SeedSequence(seed))


def recipe(model: str, *, n: int | Sequence[int], skew: float | Mapping[str, float] = 0.0,
           kurtosis: float | Mapping[str, float] = 0.0, thresholds: Cut | Mapping[str, Cut] | None = None,
           proportions: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
           missing: float | Missing | None = None) -> Recipe:
    """Check and solve everything that does not depend on chance; arguments and errors are those of ``simulate``."""
    of = population(model)
    groups = len(of.implied)
    sizes = [n] * groups if isinstance(n, int | np.integer) else list(n)
    if len(sizes) != groups or min(sizes) < 1:
        raise ModelError("sem.simulate_n", found=sizes, groups=groups)
    cubics = _cubics(of, per_item(of, skew, "skew"), per_item(of, kurtosis, "kurtosis"))
    shapes = tuple(root(each.sigma) if cubics is None else shape(each.sigma, cubics, of.names, group=group)
                   for group, each in enumerate(of.implied, start=1))
    return Recipe(of, tuple(sizes), shapes, cuts(of, cubics, thresholds=thresholds, proportions=proportions), missing,
                  shares(of, missing))


def draw(of: Recipe, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Draw one sample; the same seed gives the same respondents."""
    generator, names = np.random.default_rng(seed), of.population.names
    parts = []
    for group, (implied, size, each) in enumerate(zip(of.population.implied, of.sizes, of.shapes, strict=True)):
        normal = generator.standard_normal((size, len(names)))
        sds = np.sqrt(np.diag(implied.sigma))
        away = each.of(normal) * sds if isinstance(each, Shape) else normal @ each.T
        part = pd.DataFrame(rated(implied.mu + away, names, of.cuts), columns=list(names))
        if len(of.sizes) > 1:
            part["group"] = group + 1
        parts.append(part)
    data = pd.concat(parts, ignore_index=True)
    if not of.shares:
        return data
    holes = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, HOLES))
    return with_holes(data, of.missing, of.shares, names, np.random.default_rng(holes))


def _cubics(of: Population, skew: dict[str, object], kurtosis: dict[str, object]) -> np.ndarray | None:
    """One cubic per item, shape (4, p); None where all are normal."""
    asked = [(float(skew.get(name, 0.0)), float(kurtosis.get(name, 0.0))) for name in of.names]
    if all(each == (0.0, 0.0) for each in asked):
        return None
    known = {}
    for name, each in zip(of.names, asked, strict=True):
        if each not in known:
            known[each] = fleishman(*each, item=name)
    return np.column_stack([known[each] for each in asked])
