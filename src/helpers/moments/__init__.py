"""What the models see of the data: covariances and means, by group, from answers or from a printed matrix."""

from helpers.moments.complete import complete_rows, from_data
from helpers.moments.given import Moments, from_given
from helpers.moments.latent_moments import LatentMoments, latent_moments
from helpers.moments.ordinal import Categories, categories
from helpers.moments.polychoric import Pairs, polychoric
from helpers.moments.sample import Sample

__all__ = [
    "Categories",
    "LatentMoments",
    "Moments",
    "Pairs",
    "Sample",
    "categories",
    "complete_rows",
    "from_data",
    "from_given",
    "latent_moments",
    "polychoric",
]
