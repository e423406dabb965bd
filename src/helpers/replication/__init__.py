"""Study against study: does a finding hold in new data, and what do several say together? From tables and names."""

from helpers.replication.across import Metric, equal_paths, invariance, metric, treatment
from helpers.replication.agreement import agreement, detectable, replication_bayes_factor
from helpers.replication.auditing.audit import audit, audited_counts, contradictions
from helpers.replication.comparisons import effects, evidence, paths, standardized
from helpers.replication.correlations import Correlations
from helpers.replication.estimates import complete, estimates, fitted
from helpers.replication.masem import Masem, masem, masem_shown
from helpers.replication.overlap import overlap
from helpers.replication.side_by_side import fit, profile, reliability, samples
from helpers.replication.stage_one import StageOne, pooled_shown, stage_one
from helpers.replication.synthesis import leave_one_out, synthesis, weights
from helpers.replication.verdicts import counted, rules, verdicts

__all__ = [
    "Correlations",
    "Masem",
    "Metric",
    "StageOne",
    "agreement",
    "audit",
    "audited_counts",
    "complete",
    "contradictions",
    "counted",
    "detectable",
    "effects",
    "equal_paths",
    "estimates",
    "evidence",
    "fit",
    "fitted",
    "invariance",
    "leave_one_out",
    "masem",
    "masem_shown",
    "metric",
    "overlap",
    "paths",
    "pooled_shown",
    "profile",
    "reliability",
    "replication_bayes_factor",
    "rules",
    "samples",
    "stage_one",
    "standardized",
    "synthesis",
    "treatment",
    "verdicts",
    "weights",
]
