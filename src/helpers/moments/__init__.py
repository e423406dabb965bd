"""What the models see of the data: covariances and means, by group, from answers or from a printed matrix."""

from helpers.moments.complete import complete_rows, from_data
from helpers.moments.given import Moments, from_given
from helpers.moments.sample import Sample

__all__ = ["Moments", "Sample", "complete_rows", "from_data", "from_given"]
