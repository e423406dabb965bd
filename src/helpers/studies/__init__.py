"""A study folder (study.yml, codebook, data file) as a frozen `Study`; every contradiction at once, with its line."""

from helpers.studies.declared import (
    Analysis,
    Claim,
    Construct,
    Criterion,
    Group,
    Item,
    Replicates,
    Responses,
    Study,
    Wave,
)
from helpers.studies.loading import load, schema
from helpers.studies.places import find

__all__ = ["Analysis", "Claim", "Construct", "Criterion", "Group", "Item", "Replicates", "Responses", "Study", "Wave",
           "find", "load", "schema"]
