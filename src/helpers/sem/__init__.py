"""Structural equation models: estimates, tests, effects, and what must be known before they are interpreted."""

from helpers.moments import Moments
from helpers.sem.bollen_stine import BollenStine, bollen_stine
from helpers.sem.bootstrap import Bootstrap, bootstrap
from helpers.sem.brief import fit_in_brief, strongest_path
from helpers.sem.by_rule import effects_by_rule, fit_by_rule
from helpers.sem.by_wave import Waves, by_wave
from helpers.sem.compare import compare
from helpers.sem.effects import effects
from helpers.sem.equivalents import equivalents
from helpers.sem.factor_scores import determinacy, scores
from helpers.sem.fit import fit
from helpers.sem.holes import Missing
from helpers.sem.invariance import invariance, measurement_part
from helpers.sem.latent_means import latent_means
from helpers.sem.longitudinal import wave_model
from helpers.sem.modification import modification_indices, modification_shown
from helpers.sem.monte_carlo import MonteCarlo, monte_carlo, monte_carlo_of
from helpers.sem.non_nested import compare_non_nested
from helpers.sem.partial import partial_invariance
from helpers.sem.result import SemFit
from helpers.sem.score_tests import score_tests
from helpers.sem.second_opinion import second_opinion, second_opinion_of
from helpers.sem.sensitivity import sensitivity
from helpers.sem.simulate import simulate
from helpers.sem.standardized_residuals import standardized_residuals
from helpers.sem.standardized_solution import standardized
from helpers.sem.tables import (
    answered_pairs,
    largest_residuals,
    measures_shown,
    parameters_shown,
    paths_shown,
    r2_shown,
    rivals,
    sample_moments,
)
from helpers.sem.treatment import Treatment, indicators, treatment, treatment_shown

__all__ = [
    "BollenStine",
    "Bootstrap",
    "Missing",
    "Moments",
    "MonteCarlo",
    "SemFit",
    "Treatment",
    "Waves",
    "answered_pairs",
    "bollen_stine",
    "bootstrap",
    "by_wave",
    "compare",
    "compare_non_nested",
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
