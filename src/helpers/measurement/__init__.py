"""Whether the items measure, how reliably, and whether the scales can be told apart.

Answers go in as a DataFrame of item scores and a mapping of constructs to items, tables come out; gates lie in
``table.attrs["checks"]``.
"""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.measurement.agreement_over_time import icc, retest
    from helpers.measurement.clustering import clustering
    from helpers.measurement.coefficient_alpha import cronbach_alpha
    from helpers.measurement.coefficient_omega import omega
    from helpers.measurement.common_method import collinearity, common_method, first_component
    from helpers.measurement.dimensionality import (
        EFA,
        Correlations,
        Halves,
        adequacy,
        bartlett,
        confirmed,
        congruence,
        correlations,
        correlations_given,
        efa,
        efa_constructs,
        efa_factors,
        efa_fit,
        efa_loadings,
        explored,
        halves,
        kmo,
        minimum_average_partial,
        number_of_factors,
        parallel_analysis,
        scale_dimensions,
    )
    from helpers.measurement.direction import directions
    from helpers.measurement.factor_validity import correlated_factors, fornell_larcker, loadings, validity
    from helpers.measurement.fit_cutoffs import fit_cutoffs
    from helpers.measurement.general_factor import general_factor, item_general_factor, schmid_leiman
    from helpers.measurement.heterotrait import htmt
    from helpers.measurement.item_statistics import item_analysis
    from helpers.measurement.local_fit import local_misfit
    from helpers.measurement.lower_bounds import lower_bounds
    from helpers.measurement.marker_technique import marker_technique
    from helpers.measurement.ordinal_reliability import ordinal_reliability
    from helpers.measurement.polychoric_correlations import Polychoric, polychoric
    from helpers.measurement.scale_reliability import reliability, reliability_in_brief
    from helpers.measurement.structure_models import Structure, bifactor_model, rival_structures, second_order_model
    from helpers.measurement.structure_tests import structure_tests
    from helpers.measurement.structures import Rival, Structures, structures, structures_shown
    from helpers.measurement.told_apart import discriminant, discriminant_in_brief
    from helpers.measurement.unidimensionality import unidimensionality

__all__ = [
    "EFA",
    "Correlations",
    "Halves",
    "Polychoric",
    "Rival",
    "Structure",
    "Structures",
    "adequacy",
    "bartlett",
    "bifactor_model",
    "clustering",
    "collinearity",
    "common_method",
    "confirmed",
    "congruence",
    "correlated_factors",
    "correlations",
    "correlations_given",
    "cronbach_alpha",
    "directions",
    "discriminant",
    "discriminant_in_brief",
    "efa",
    "efa_constructs",
    "efa_factors",
    "efa_fit",
    "efa_loadings",
    "explored",
    "first_component",
    "fit_cutoffs",
    "fornell_larcker",
    "general_factor",
    "halves",
    "htmt",
    "icc",
    "item_analysis",
    "item_general_factor",
    "kmo",
    "loadings",
    "local_misfit",
    "lower_bounds",
    "marker_technique",
    "minimum_average_partial",
    "number_of_factors",
    "omega",
    "ordinal_reliability",
    "parallel_analysis",
    "polychoric",
    "reliability",
    "reliability_in_brief",
    "retest",
    "rival_structures",
    "scale_dimensions",
    "schmid_leiman",
    "second_order_model",
    "structure_tests",
    "structures",
    "structures_shown",
    "unidimensionality",
    "validity",
]

on_demand(__name__)
