"""Whether insurers, stages or groups differ, and what may be claimed from it.

Item scores, scales and a DataFrame of groups go in, tables come out; gates lie in ``table.attrs["checks"]``.
"""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.cases.comparisons import compare_scales, describe_scales, pairwise
    from helpers.cases.constructs import invariance, latent_means, partial_invariance
    from helpers.cases.evidence import claims
    from helpers.cases.scale_invariance import scale_invariance

__all__ = ["claims", "compare_scales", "describe_scales", "invariance", "latent_means", "pairwise",
           "partial_invariance", "scale_invariance"]

on_demand(__name__)
