"""How many dimensions do the items have, and are they the declared ones? Number of factors, then which items go where.

Everything here rests on one correlation matrix (`correlations`); a table of answers may be given in its place.
"""

from helpers.measurement.dimensionality.adequacy import adequacy, bartlett, kmo
from helpers.measurement.dimensionality.correlations import Correlations, correlations, correlations_given
from helpers.measurement.dimensionality.exploratory import EFA, efa
from helpers.measurement.dimensionality.halves import Halves, confirmed, explored, halves
from helpers.measurement.dimensionality.number_of_factors import number_of_factors
from helpers.measurement.dimensionality.parallel_analysis import parallel_analysis
from helpers.measurement.dimensionality.partial_correlations import minimum_average_partial
from helpers.measurement.dimensionality.pattern import (
    congruence,
    efa_constructs,
    efa_factors,
    efa_fit,
    efa_loadings,
)
from helpers.measurement.dimensionality.scale_dimensions import scale_dimensions

__all__ = [
    "EFA",
    "Correlations",
    "Halves",
    "adequacy",
    "bartlett",
    "confirmed",
    "congruence",
    "correlations",
    "correlations_given",
    "efa",
    "efa_constructs",
    "efa_factors",
    "efa_fit",
    "efa_loadings",
    "explored",
    "halves",
    "kmo",
    "minimum_average_partial",
    "number_of_factors",
    "parallel_analysis",
    "scale_dimensions",
]
