"""Study against study: does a finding hold in new data, and what do several say together? From tables and names."""

from helpers.replication.correlations import Correlations
from helpers.replication.masem import Masem, masem, masem_shown
from helpers.replication.stage_one import StageOne, pooled_shown, stage_one
from helpers.replication.synthesis import leave_one_out, synthesis, weights

__all__ = ["Correlations", "Masem", "StageOne", "leave_one_out", "masem", "masem_shown", "pooled_shown", "stage_one",
           "synthesis", "weights"]
