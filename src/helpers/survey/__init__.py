"""From a study to its answers: codes, words, ranges, reversal, screening; what describes the sample and the items."""

from typing import TYPE_CHECKING

from helpers import on_demand

if TYPE_CHECKING:
    from helpers.survey.answers import Answers, doubtful, everyone, load, preflight
    from helpers.survey.assembly import files, recodes
    from helpers.survey.describe import describe_items, likert_distribution, repeated_answers, sample_profile
    from helpers.survey.mcar import little_mcar
    from helpers.survey.missing import (
        missing_items,
        missing_overview,
        missing_patterns,
        missing_picture,
        missing_respondents,
    )
    from helpers.survey.missing_relations import missing_relations, missing_treatments
    from helpers.survey.normality import mardia, normality
    from helpers.survey.original import load_original
    from helpers.survey.several import Several, several

__all__ = [
    "Answers",
    "Several",
    "describe_items",
    "doubtful",
    "everyone",
    "files",
    "likert_distribution",
    "little_mcar",
    "load",
    "load_original",
    "mardia",
    "missing_items",
    "missing_overview",
    "missing_patterns",
    "missing_picture",
    "missing_relations",
    "missing_respondents",
    "missing_treatments",
    "normality",
    "preflight",
    "recodes",
    "repeated_answers",
    "sample_profile",
    "several",
]

on_demand(__name__)
