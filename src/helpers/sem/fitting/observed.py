"""What a model is fitted to: complete answers, answers with holes, or printed moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

import pandas as pd

from helpers.errors import Check, DataError, ModelError
from helpers.moments import (
    Cases,
    Moments,
    Patterns,
    Sample,
    Saturated,
    cases,
    from_given,
    patterns_of,
    samples_of,
    some_of,
)
from helpers.sem.estimation.discrepancy import Discrepancy
from helpers.sem.estimation.errors_and_tests import Likelihood, likelihood
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.estimation.quadratic import Quadratic
from helpers.sem.fitting.auxiliary_answers import auxiliaries_check, refuse_auxiliaries, refuse_useless, saturated_with
from helpers.sem.fitting.coverage import coverage_check
from helpers.sem.fitting.unknown_scales import refuse_raw_claims
from helpers.sem.inference.full_likelihood import full_likelihood
from helpers.sem.inference.indices import measures
from helpers.sem.inference.quadratic_measures import quadratic_likelihood, quadratic_measures
from helpers.sem.model.implied import Implied
from helpers.sem.model.scaling import Scaled
from helpers.syntax import Table


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Observations by group.

    Attributes
    ----------
    samples : list of Sample
        Moments; where answers have holes their maximum likelihood estimates without a model.
    cases : Cases or None
        Answers; None where only moments are known.
    patterns : list of Patterns
        Answers by what is missing; empty where none is.
    saturated : list of Saturated
        What goes with the patterns.
    correlations_only : bool
        Whether the variables' scales are unknown.
    squares : {"", "gls", "uls"}
        Which least squares of continuous variables are asked for; covariances then have divisor n - 1.
    auxiliaries : tuple of str
        The last of the variables: not in the model.
    """

    samples: list[Sample]
    cases: Cases | None = None
    patterns: tuple[Patterns, ...] = ()
    saturated: tuple[Saturated, ...] = ()
    correlations_only: bool = False
    squares: str = ""
    auxiliaries: tuple[str, ...] = ()

    @property
    def n_read(self) -> float:
        """Respondents in the data."""
        return sum(sample.n for sample in self.samples) if self.cases is None else self.cases.n_read

    def incomplete(self, names: tuple[str, ...]) -> list[str]:
        """Tell which of some variables have holes."""
        return [name for name in names if any(
            each.missing[each.counts > 0, each.names.index(name)].any() for each in self.patterns)]

    def checks(self, table: Table) -> tuple[Check, ...]:
        """Say what is missing, where something may be."""
        if not self.patterns:
            return ()
        random = [] if table.fixed_x else self.incomplete(table.exogenous)
        if not self.auxiliaries:
            return (coverage_check(self.patterns, random_x=random),)
        own = tuple(some_of(each, table.observed) for each in self.patterns)
        return (coverage_check(own, random_x=random),
                auxiliaries_check(self.samples, self.auxiliaries, self.incomplete(table.observed),
                                  beside=int(sum(each.n for each in self.patterns) - sum(each.n for each in own))))

    def in_squares(self, kind: str) -> Observed:
        """See the same observations for least squares, "gls" or "uls".

        Raises
        ------
        ModelError
            ``sem.uls_correlations``: squares of raw differences without scales.
        """
        if kind == "uls" and self.correlations_only:
            raise ModelError("sem.uls_correlations")
        samples = [replace(sample, cov=sample.cov * sample.n / (sample.n - 1)) for sample in self.samples]
        return replace(self, samples=samples, squares=kind)

    def problem(self, scaled: Scaled) -> Discrepancy:
        """Set up the distance between these observations and a model, on scaled items."""
        if self.squares:
            return Quadratic.of(scaled, self.squares)
        if not self.patterns:
            return NormalTheory.of(scaled.structure, scaled.samples)
        return FullInformation.of(scaled.structure, scaled.samples, list(self.patterns), list(self.saturated),
                                  scaled.width)

    def likelihood(self, f: float, npar: int, table: Table) -> Likelihood:
        """Compute chi-squares, degrees of freedom and log-likelihoods at a minimum f."""
        if self.squares:
            return quadratic_likelihood(self.samples, f, npar, self.squares, means=table.means,
                                        exogenous=table.exogenous)
        if self.patterns:
            return full_likelihood(list(self.patterns), list(self.saturated), f, npar, exogenous=table.exogenous,
                                   fixed_x=table.fixed_x, auxiliaries=self.auxiliaries)
        return likelihood(self.samples, f, npar, means=table.means, exogenous=table.exogenous, fixed_x=table.fixed_x)

    def measures(self, fitted: Likelihood, implied: list[Implied], *, means: bool) -> pd.Series:
        """Compute the fit measures, see ``indices`` and ``quadratic_measures``."""
        if self.squares:
            return quadratic_measures(fitted, self.squares, self.samples, implied, means=means)
        samples = [sample.subset(sample.names[: len(each.mu)]) for sample, each in zip(self.samples, implied,
                                                                                      strict=True)]
        return measures(fitted, len(samples), samples, implied, means=means)


def observe(names: tuple[str, ...], data: pd.DataFrame | None, moments: object, *, group: str | None,
            cluster: str | None, weights: str | None, missing: str, auxiliaries: tuple[str, ...] = ()) -> Observed:
    """Take the model's variables, and auxiliary ones behind them, from the data, or the former from printed moments.

    Raises
    ------
    DataError
        Neither or both of data and moments, or data that allow no estimate.
    """
    if (data is None) == (moments is None):
        raise DataError("sem.data_or_moments")
    if data is not None:
        refuse_auxiliaries(auxiliaries, names, missing=missing)
        answers = cases(data, (*names, *auxiliaries), group=group, cluster=cluster, weights=weights, missing=missing)
        if missing == "listwise":
            return Observed(samples_of(answers), answers)
        refuse_useless(answers, auxiliaries)
        patterns = patterns_of(answers)
        found = saturated_with(patterns, auxiliaries)
        return Observed([each.sample for each in found], answers, tuple(patterns), tuple(found),
                        auxiliaries=auxiliaries)
    known = listed(moments)
    if group is not None or not known or not all(isinstance(each, Moments) for each in known.values()):
        raise DataError("sem.moments_kind")
    samples = []
    for label, each in known.items():
        sample = from_given(each, group=label)
        if absent := [name for name in names if name not in sample.names]:
            raise DataError("moments.absent", columns=absent, have=list(sample.names))
        samples.append(sample.subset(names))
    return Observed(samples, correlations_only=any(each.correlations_only for each in known.values()))


def listed(moments: object) -> dict[str, Moments]:
    """Moments by label of their group."""
    if moments is None:
        return {}
    if isinstance(moments, Moments):
        return {"": moments}
    if isinstance(moments, Mapping):
        return {str(label): each for label, each in moments.items()}
    return dict(zip(map(str, count(1)), moments, strict=False))


def refuse(observed: Observed, table: Table) -> None:
    """Refuse a model that the observations cannot carry."""
    if table.means and any(sample.mean is None for sample in observed.samples):
        raise DataError("sem.means_missing")
    if observed.correlations_only:
        refuse_raw_claims(table)
