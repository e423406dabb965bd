"""What the models see of the data: covariances and means, by group, from answers or from a printed matrix."""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.moments.cases import Cases, cases, numbers
    from helpers.moments.complete import from_data, samples_of
    from helpers.moments.expectation import Expected, expect, inverted
    from helpers.moments.given import Moments, from_given
    from helpers.moments.latent_moments import LatentMoments, latent_moments
    from helpers.moments.ordered_groups import OrderedGroups, ordered_groups
    from helpers.moments.ordinal import Categories, categories
    from helpers.moments.patterns import Block, Patterns, patterns_of, some_of, sort
    from helpers.moments.polychoric import Pairs, polychoric
    from helpers.moments.sample import Sample
    from helpers.moments.saturated import Saturated, saturated

__all__ = [
    "Block",
    "Cases",
    "Categories",
    "Expected",
    "LatentMoments",
    "Moments",
    "OrderedGroups",
    "Pairs",
    "Patterns",
    "Sample",
    "Saturated",
    "cases",
    "categories",
    "expect",
    "from_data",
    "from_given",
    "inverted",
    "latent_moments",
    "numbers",
    "ordered_groups",
    "patterns_of",
    "polychoric",
    "samples_of",
    "saturated",
    "some_of",
    "sort",
]

on_demand(__name__)
