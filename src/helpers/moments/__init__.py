"""What the models see of the data: covariances and means, by group, from answers or from a printed matrix."""

from helpers.moments.cases import Cases, cases
from helpers.moments.complete import from_data, samples_of
from helpers.moments.given import Moments, from_given
from helpers.moments.latent_moments import LatentMoments, latent_moments
from helpers.moments.ordinal import Categories, categories
from helpers.moments.polychoric import Pairs, polychoric
from helpers.moments.sample import Sample

__all__ = [
    "Cases",
    "Categories",
    "LatentMoments",
    "Moments",
    "Pairs",
    "Sample",
    "cases",
    "categories",
    "from_data",
    "from_given",
    "latent_moments",
    "polychoric",
    "samples_of",
]
