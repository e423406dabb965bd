"""Study against study: does a finding hold in new data, and what do several say together? From tables and names."""

from helpers.replication.across import Metric, equal_paths, invariance, metric, treatment
from helpers.replication.agreement import agreement, detectable, replication_bayes_factor
from helpers.replication.auditing.audit import audit, audited_counts, contradictions, formulas, not_checkable
from helpers.replication.comparisons import effects, evidence, paths, standardized
from helpers.replication.correlations import Correlations
from helpers.replication.estimates import complete, estimates, fitted
from helpers.replication.latent_correlations import common_paths, correlations
from helpers.replication.masem import Masem, masem, masem_effects, masem_parameters, masem_shown
from helpers.replication.overlap import overlap
from helpers.replication.pairs_of_studies import overlaps
from helpers.replication.published import Refit, printed_fit, printed_paths, refit, refit_parameters
from helpers.replication.several import Fits, contributed, fits, forest_rows, studies, unstandardized
from helpers.replication.side_by_side import fit, profile, reliability, samples
from helpers.replication.stage_one import StageOne, homogeneity, pooled_shown, stage_one
from helpers.replication.synthesis import heterogeneity_shown, leave_one_out, synthesis, synthesis_in_brief, weights
from helpers.replication.verdicts import counted, rules, verdicts

__all__ = [
    "Correlations",
    "Fits",
    "Masem",
    "Metric",
    "Refit",
    "StageOne",
    "agreement",
    "audit",
    "audited_counts",
    "common_paths",
    "complete",
    "contradictions",
    "contributed",
    "correlations",
    "counted",
    "detectable",
    "effects",
    "equal_paths",
    "estimates",
    "evidence",
    "fit",
    "fits",
    "fitted",
    "forest_rows",
    "formulas",
    "heterogeneity_shown",
    "homogeneity",
    "invariance",
    "leave_one_out",
    "masem",
    "masem_effects",
    "masem_parameters",
    "masem_shown",
    "metric",
    "not_checkable",
    "overlap",
    "overlaps",
    "paths",
    "pooled_shown",
    "printed_fit",
    "printed_paths",
    "profile",
    "refit",
    "refit_parameters",
    "reliability",
    "replication_bayes_factor",
    "rules",
    "samples",
    "stage_one",
    "standardized",
    "studies",
    "synthesis",
    "synthesis_in_brief",
    "treatment",
    "unstandardized",
    "verdicts",
    "weights",
]
