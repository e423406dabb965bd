"""From a study to its answers: codes, words, ranges, reversal, screening; what describes the sample and the items."""

from helpers.survey.answers import Answers, doubtful, everyone, load, preflight
from helpers.survey.describe import (
    describe_items,
    likert_distribution,
    missing_overview,
    repeated_answers,
    sample_profile,
)

__all__ = ["Answers", "describe_items", "doubtful", "everyone", "likert_distribution", "load", "missing_overview",
           "preflight", "repeated_answers", "sample_profile"]
