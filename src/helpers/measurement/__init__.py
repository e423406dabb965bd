"""Whether the items measure, how reliably, and whether the scales can be told apart.

Answers go in as a DataFrame of item scores and a mapping of constructs to items, tables come out; gates lie in
``table.attrs["checks"]``.
"""

from helpers.measurement.coefficient_alpha import cronbach_alpha
from helpers.measurement.coefficient_omega import omega
from helpers.measurement.factor_validity import correlated_factors, fornell_larcker, loadings, validity
from helpers.measurement.heterotrait import htmt
from helpers.measurement.item_statistics import item_analysis
from helpers.measurement.polychoric_correlations import Polychoric, polychoric
from helpers.measurement.scale_reliability import reliability, reliability_in_brief

__all__ = [
    "Polychoric",
    "correlated_factors",
    "cronbach_alpha",
    "fornell_larcker",
    "htmt",
    "item_analysis",
    "loadings",
    "omega",
    "polychoric",
    "reliability",
    "reliability_in_brief",
    "validity",
]
