"""Structural equation models: estimates, tests, effects, and what must be known before they are interpreted."""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.moments import Moments
    from helpers.sem.checking.compare import compare
    from helpers.sem.checking.determinacy import determinacy
    from helpers.sem.checking.factor_scores import scores
    from helpers.sem.checking.modification import modification_indices, modification_shown
    from helpers.sem.checking.non_nested import compare_non_nested
    from helpers.sem.checking.score_tests import score_tests
    from helpers.sem.checking.second_opinion import second_opinion, second_opinion_of
    from helpers.sem.checking.standardized_solution import standardized
    from helpers.sem.checking.variants import Variant, Variants
    from helpers.sem.fitting.brief import fit_in_brief, strongest_path
    from helpers.sem.fitting.fit import fit
    from helpers.sem.fitting.residual_sizes import residual_sizes
    from helpers.sem.fitting.result import SemFit
    from helpers.sem.fitting.standardized_residuals import standardized_residuals
    from helpers.sem.fitting.tables import (
        answered_pairs,
        largest_residuals,
        measures_shown,
        parameters_shown,
        paths_shown,
        r2_shown,
        rivals,
        sample_moments,
    )
    from helpers.sem.groups.by_wave import Waves, by_wave
    from helpers.sem.groups.invariance import invariance, measurement_part
    from helpers.sem.groups.latent_means import latent_means
    from helpers.sem.groups.longitudinal import wave_model
    from helpers.sem.groups.partial import partial_invariance
    from helpers.sem.model.degrees import Degrees, degrees
    from helpers.sem.model.equivalents import equivalents
    from helpers.sem.reporting.by_rule import effects_by_rule, fit_by_rule
    from helpers.sem.reporting.sensitivity import sensitivity
    from helpers.sem.reporting.treatment import Treatment, indicators, treatment, treatment_shown
    from helpers.sem.resampling.bollen_stine import BollenStine, bollen_stine
    from helpers.sem.resampling.bootstrap import Bootstrap, bootstrap
    from helpers.sem.resampling.effects import effects
    from helpers.sem.simulation.holes import Missing
    from helpers.sem.simulation.monte_carlo import MonteCarlo, monte_carlo, monte_carlo_of
    from helpers.sem.simulation.simulate import simulate

__all__ = [
    "BollenStine",
    "Bootstrap",
    "Degrees",
    "Missing",
    "Moments",
    "MonteCarlo",
    "SemFit",
    "Treatment",
    "Variant",
    "Variants",
    "Waves",
    "answered_pairs",
    "bollen_stine",
    "bootstrap",
    "by_wave",
    "compare",
    "compare_non_nested",
    "degrees",
    "determinacy",
    "effects",
    "effects_by_rule",
    "equivalents",
    "fit",
    "fit_by_rule",
    "fit_in_brief",
    "indicators",
    "invariance",
    "largest_residuals",
    "latent_means",
    "measurement_part",
    "measures_shown",
    "modification_indices",
    "modification_shown",
    "monte_carlo",
    "monte_carlo_of",
    "parameters_shown",
    "partial_invariance",
    "paths_shown",
    "r2_shown",
    "residual_sizes",
    "rivals",
    "sample_moments",
    "score_tests",
    "scores",
    "second_opinion",
    "second_opinion_of",
    "sensitivity",
    "simulate",
    "standardized",
    "standardized_residuals",
    "strongest_path",
    "treatment",
    "treatment_shown",
    "wave_model",
]

on_demand(__name__)
