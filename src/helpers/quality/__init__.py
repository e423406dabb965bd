"""Where the service falls short of what customers expect, and whether that difference can be trusted.

Pairs of perception and expectation items go in, tables come out; gates lie in ``table.attrs["checks"]``.
"""

from helpers.quality.difference_scores import difference_reliability
from helpers.quality.gap_tables import gaps, item_gaps, overall
from helpers.quality.recommendation import nps

__all__ = ["difference_reliability", "gaps", "item_gaps", "nps", "overall"]
