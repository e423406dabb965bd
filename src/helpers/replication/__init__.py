"""Study against study: does a finding hold in new data, and what do several studies say together?"""

from helpers.replication.synthesis import leave_one_out, synthesis, weights

__all__ = ["leave_one_out", "synthesis", "weights"]
