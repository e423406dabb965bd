"""The answers of several studies, as a synthesis takes them: by the name of each study."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import studies
from helpers.errors import DataError, Problem
from helpers.moments import Moments
from helpers.studies import Analysis
from helpers.survey.answers import Answers, load

if TYPE_CHECKING:
    from helpers.studies import Published, Study


@dataclass(frozen=True, slots=True, eq=False)
class Several:
    """Several studies and their answers.

    Attributes
    ----------
    studies : tuple of Study or Published
        In the order in which they were named.
    answers : mapping of str to Answers
        By the study's name; a printed matrix has none.
    """

    studies: tuple[Study | Published, ...]
    answers: dict[str, Answers]

    @property
    def models(self) -> dict[str, str]:
        """Study -> complete lavaan text."""
        return {study.name: study.model for study in self.studies}

    @property
    def samples(self) -> dict[str, pd.DataFrame | Moments]:
        """Study -> what its model is fitted to: answers, or the printed matrix."""
        return {study.name: self.answers[study.name].modelled if study in self.asked else Moments(**study.moments)
                for study in self.studies}

    @property
    def asked(self) -> tuple[Study, ...]:
        """The studies with answers."""
        return tuple(study for study in self.studies if study.name in self.answers)

    @property
    def analysis(self) -> Analysis:
        """Settings of the first study with answers; the defaults where there is none."""
        return next((study.analysis for study in self.asked), Analysis())

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """Study -> estimator, treatment of missing answers and auxiliaries, as it declares them."""
        return {study.name: {"estimator": study.analysis.estimator, "missing": study.analysis.missing,
                             "auxiliaries": study.auxiliaries} for study in self.asked}

    @property
    def formats(self) -> pd.DataFrame:
        """Response scale of every item of every study: ``study item construct low high``."""
        rows = [(study.name, name, item.construct, item.low, item.high)
                for study in self.asked for name, item in study.items.items()]
        return pd.DataFrame(rows, columns=["study", "item", "construct", "low", "high"])


def several(folders: str) -> Several:
    """Read the answers of several studies.

    Parameters
    ----------
    folders : str
        Folders of the studies, divided by commas.

    Returns
    -------
    Several

    Raises
    ------
    StudyError, DataError
        What is wrong with one of the studies; two studies of one name; a study without a model.
    """
    declared = tuple(studies.load_any(folder.strip()) for folder in folders.split(",") if folder.strip())
    refuse_unfit(declared)
    return Several(declared, {study.name: load(study) for study in declared if isinstance(study, studies.Study)})


def refuse_unfit(declared: tuple[Study | Published, ...]) -> None:
    """Refuse studies that cannot be put together, all reasons at once.

    Raises
    ------
    DataError
        Fewer than two studies, two of one name, a study without a model, a printed matrix without n.
    """
    problems = [Problem("survey.several_model", {"study": study.name}) for study in declared if not study.model]
    problems += [Problem("survey.several_n", {"study": study.name}) for study in declared
                 if isinstance(study, studies.Published) and math.isnan(study.n)]
    names = [study.name for study in declared]
    problems += [Problem("survey.several_twice", {"study": name}) for name in sorted(set(names))
                 if names.count(name) > 1]
    problems += [Problem("survey.several_one", {"studies": names or ["-"]})] if len(names) < 2 else []
    if problems:
        raise DataError.of(problems)
