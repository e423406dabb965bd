"""A study folder (study.yml, codebook, data file) as a frozen `Study`; every contradiction at once, with its line."""

from helpers.studies.changes_log import changes
from helpers.studies.common import Common, common, original
from helpers.studies.declared import (
    Analysis,
    Change,
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
from helpers.studies.printed import Printed, printed
from helpers.studies.published import Published, holds_matrix, load_any, load_published

__all__ = ["Analysis", "Change", "Claim", "Common", "Construct", "Criterion", "Group", "Item", "Printed", "Published",
           "Replicates", "Responses", "Study", "Wave", "changes", "common", "find", "holds_matrix", "load",
           "load_any", "load_published", "original", "printed", "schema"]
