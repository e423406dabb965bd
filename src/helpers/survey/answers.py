"""From a checked study to the answers that the statistics work on, or to everything that is wrong with the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import reading
from helpers.errors import DataError, HelpersError, Problem
from helpers.survey import coding, columns, gates, screening

if TYPE_CHECKING:
    from helpers.studies import Study


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers of a study.

    Attributes
    ----------
    scores : DataFrame of float, shape (n, items)
        One column per item of the study (weights apart), reverse-coded, NaN where there is no answer. Rows carry no
        identifier.
    missing : DataFrame
        ``item``, ``construct``, ``n`` (answers given), ``missing``, ``share`` (of the n + missing), one row per item.
        This and the next two tables carry gates in ``attrs["checks"]``.
    screening : DataFrame
        ``rule``, ``respondents``, ``share``, ``action``; over everyone in the file.
    flow : DataFrame
        ``step``, ``n``: from the rows of the file to those analysed.
    groups, profile : DataFrame of ordered Categorical, shape (n, columns)
        Group columns and the wave; columns that only describe the sample.
    weights : DataFrame of float, shape (n, columns)
        Columns in which respondents weight the dimensions.
    careless : DataFrame of bool, shape (n, rules)
        Which rule each respondent falls under.
    respondents : ndarray of int, shape (n,)
        Whose answers each row holds (the same number for the same respondent in another wave).
    how : reading.How
        How the file was read.
    """

    scores: pd.DataFrame
    missing: pd.DataFrame
    screening: pd.DataFrame
    flow: pd.DataFrame
    groups: pd.DataFrame
    profile: pd.DataFrame
    weights: pd.DataFrame
    careless: pd.DataFrame
    respondents: np.ndarray
    how: reading.How


def load(declared: Study) -> Answers:
    """Read, code and check the answers of a study.

    Parameters
    ----------
    declared : Study

    Returns
    -------
    Answers
        Careless respondents are left out only where the study says ``careless: exclude``.

    Raises
    ------
    DataError
        Everything that is wrong with the data, at once: text among numbers, answers outside the scale, items without
        an answer or without variance, fewer respondents than items, a respondent twice in one wave, groups of fewer
        than two, identifiers of people.
    """
    raw = _read(declared)
    answers, weights, problems = _coded(raw, declared)
    groups = columns.categorical(raw.frame, declared, columns.group_orders(declared))
    profile = columns.categorical(raw.frame, declared, {name: group.order for name, group in declared.profile.items()})
    flags, wrong_seconds = screening.flags(raw, answers, declared)
    sound = answers.drop(columns={problem.values["item"] for problem in problems} & {*answers})
    problems += columns.identifier_problems(raw.frame, declared) + wrong_seconds
    problems += columns.respondent_problems(raw.frame, raw.lines, declared)
    problems += columns.group_problems(groups, declared.responses.shown) + columns.item_problems(sound, declared)
    if problems:
        raise DataError.of(problems)
    kept = _kept(answers, flags, declared)
    scores = coding.reverse_coded(answers, {name: declared.items[name] for name in answers})
    scores, groups, profile, weights, careless = (
        part[kept].reset_index(drop=True) for part in (scores, groups, profile, weights, flags))
    return Answers(
        scores=scores, missing=_missing(scores, declared), screening=screening.table(flags, declared),
        flow=_flow(raw, kept), groups=groups, profile=profile, weights=weights, careless=careless,
        respondents=columns.respondents(raw.frame, declared)[kept], how=raw.how)


def everyone(declared: Study, answers: Answers) -> Answers:
    """Give the answers of all respondents, the careless among them too.

    Parameters
    ----------
    declared : Study
    answers : Answers
        As loaded; they are everyone's already unless the study says ``careless: exclude``.

    Returns
    -------
    Answers
        ``careless`` says who falls under a screening rule.

    Raises
    ------
    DataError
        As ``load``.
    """
    if declared.analysis.careless != "exclude":
        return answers
    return load(replace(declared, analysis=replace(declared.analysis, careless="flag")))


def preflight(declared: Study) -> tuple[Problem, ...]:
    """Say everything that is wrong with a study's data, without raising.

    Returns
    -------
    tuple of Problem
        Empty where `load` would succeed.
    """
    try:
        load(declared)
    except HelpersError as error:
        return error.problems
    return ()


def _read(declared: Study) -> reading.Raw:
    responses = declared.responses
    named = {item.column for item in declared.items.values()} | {*declared.groups, *declared.profile}
    named |= {*responses.attention_checks, responses.respondent, responses.duration}
    named |= {declared.wave.column} if declared.wave else set()
    return reading.read(responses.file, columns=named - {""}, encoding=responses.encoding,
                        delimiter=responses.delimiter, sheet=responses.sheet, shown=responses.shown)


def _coded(raw: reading.Raw, declared: Study) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Code the answers as given and the weights; the third part is what is wrong with them."""
    responses = declared.responses
    coded, problems = coding.coded(raw.frame, declared.items, missing_codes=responses.missing_codes,
                                   decimal=responses.decimal, lines=raw.lines, shown=responses.shown)
    weights = [name for name, item in declared.items.items() if item.role == "weight"]
    return coded.drop(columns=weights), coded[weights], problems


def _kept(answers: pd.DataFrame, flags: pd.DataFrame, declared: Study) -> np.ndarray:
    """Say who stays; where somebody is left out, the rest has to be enough by itself."""
    if declared.analysis.careless != "exclude":
        return np.full(len(answers), True)
    kept = ~flags.any(axis=1).to_numpy()
    if not kept.any():
        raise DataError("survey.nobody_left", where=declared.responses.shown, n=len(answers))
    if problems := columns.item_problems(answers[kept], declared):
        raise DataError.of(problems)
    return kept


def _missing(scores: pd.DataFrame, declared: Study) -> pd.DataFrame:
    empty = scores.isna().sum().to_numpy()
    table = pd.DataFrame({"item": list(scores), "construct": [declared.items[name].construct for name in scores],
                          "n": len(scores) - empty, "missing": empty, "share": empty / len(scores)})
    table.attrs["checks"] = (gates.missing_check(table),)
    return table


def _flow(raw: reading.Raw, kept: np.ndarray) -> pd.DataFrame:
    steps = [("in_file", len(kept) + raw.how.blank_rows)]
    steps += [("blank_row", raw.how.blank_rows)] if raw.how.blank_rows else []
    steps += [("excluded", int((~kept).sum()))] if not kept.all() else []
    table = pd.DataFrame([*steps, ("analysed", int(kept.sum()))], columns=["step", "n"])
    table.attrs["checks"] = (gates.file_check(raw.how),)
    return table
