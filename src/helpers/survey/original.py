"""The answers of the study that is repeated, under the names that its items have in the new one."""

from __future__ import annotations

from dataclasses import replace

from helpers import studies
from helpers.errors import DataError
from helpers.survey.answers import Answers, load


def load_original(original: studies.Study, common: studies.Common) -> Answers:
    """Load the answers of the original to the items that both studies have.

    Parameters
    ----------
    original : Study
    common : Common
        What ``studies.common`` found.

    Returns
    -------
    Answers
        ``scores`` holds the common items under the new study's names.

    Raises
    ------
    DataError
        ``survey.no_answers_of_original`` where only a printed matrix is known; as ``load``.
    """
    if not isinstance(original, studies.Study):
        raise DataError("survey.no_answers_of_original")
    answers = load(original)
    return replace(answers, scores=common.of_original(answers.scores))
