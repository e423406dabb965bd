"""From a checked study to the answers that the statistics work on, or to everything that is wrong with the data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import reading
from helpers.errors import DataError, HelpersError, Problem
from helpers.survey import assembly, coding, columns, faults, gates, rules, screening

if TYPE_CHECKING:
    from helpers.studies import Study


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers of a study.

    Attributes
    ----------
    scores : DataFrame of float, shape (n, items)
        One column per item of the study (weights and auxiliary columns apart), reverse-coded, NaN where there is no
        answer. Rows carry no identifier.
    missing : DataFrame
        ``item``, ``construct``, ``n`` (answers given), ``missing``, ``share`` (of the n + missing), one row per item.
        This and the next two tables carry gates in ``attrs["checks"]``.
    screening : DataFrame
        ``rule criterion n respondents share attentive.share action computable``; over everyone in the file.
    flow : DataFrame
        ``step``, ``n``: from the rows of the file to those analysed; who falls under several excluding rules is
        counted under the first.
    groups, profile : DataFrame of ordered Categorical, shape (n, columns)
        Group columns and the wave; columns that only describe the sample.
    weights : DataFrame of float, shape (n, columns)
        Columns in which respondents weight the dimensions.
    auxiliaries : DataFrame of float, shape (n, columns)
        Columns that are no items but go along with what is missing.
    careless : DataFrame of bool, shape (n, rules)
        Which rule each respondent falls under; rules that cannot be computed have no column.
    respondents : ndarray of int, shape (n,)
        Whose answers each row holds (the same number for the same respondent in another wave).
    how : reading.How
        How the file was read.
    clusters : DataFrame of float, shape (n, columns)
        Number of each respondent's branch, agent and so on; NaN where none is given. Never their names.
    sources : tuple of reading.Source
        The files, with their rows.
    derived : tuple of reading.Derived
        The columns that were made of others.
    keys : ndarray of uint64, shape (n,) or (0,)
        Digest of each respondent's identifier, by which another file of the same people is found; 0 where a row has
        none, no element where the study names no column of respondents.
    """

    scores: pd.DataFrame
    missing: pd.DataFrame
    screening: pd.DataFrame
    flow: pd.DataFrame
    groups: pd.DataFrame
    profile: pd.DataFrame
    weights: pd.DataFrame
    auxiliaries: pd.DataFrame
    careless: pd.DataFrame
    respondents: np.ndarray
    how: reading.How
    clusters: pd.DataFrame = field(default_factory=pd.DataFrame)
    sources: tuple[reading.Source, ...] = ()
    derived: tuple[reading.Derived, ...] = ()
    keys: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.uint64))

    @property
    def modelled(self) -> pd.DataFrame:
        """What models are fitted to: the scores, and behind them the auxiliary columns."""
        return self.scores if self.auxiliaries.empty else pd.concat([self.scores, self.auxiliaries], axis=1)


def load(declared: Study) -> Answers:
    """Read, code and check the answers of a study.

    Parameters
    ----------
    declared : Study

    Returns
    -------
    Answers
        Respondents are left out only where the study says so: ``careless: exclude``, or ``exclude`` of a rule below
        ``screening:``.

    Raises
    ------
    DataError
        Everything that is wrong with the data, at once: text among numbers, answers outside the scale, items without
        an answer or without variance, fewer respondents than items, a respondent twice in one wave, groups of fewer
        than two, identifiers of people.
    """
    raw = _read(declared)
    answers, weights, beside, problems = _coded(raw, declared)
    if no_data := [problem for problem in problems if problem.id == "survey.rows"]:
        raise DataError.of(no_data)  # whatever else is wrong may be wrong because of these rows
    groups = columns.categorical(raw, declared, columns.group_orders(declared))
    profile = columns.categorical(raw, declared, {name: group.order for name, group in declared.profile.items()})
    applied, wrong_seconds = screening.screened(raw, answers, declared)
    flags = rules.flags_of(applied, answers.index)
    unsound = {problem.values.get("item") for problem in problems} & {*answers}
    sound = answers.drop(columns=unsound) if unsound else answers
    problems += columns.identifier_problems(raw.frame, declared) + wrong_seconds
    problems += faults.failed_formulas(raw, _told_by(declared), declared.responses.missing_codes,
                                       declared.responses.shown)
    problems += columns.respondent_problems(raw, declared)
    problems += columns.group_problems(groups, declared.responses.shown) + columns.item_problems(sound, declared)
    if problems:
        raise DataError.of(problems)
    left = _left(flags, declared)
    kept = _kept(answers, left, declared)
    del sound  # with millions of respondents a second copy of the answers counts
    answers, groups, profile, weights, beside, careless = (
        part if kept.all() else part[kept].reset_index(drop=True)
        for part in (answers, groups, profile, weights, beside, flags))
    scores = coding.reverse_coded(answers, {name: declared.items[name] for name in answers})
    return Answers(
        scores=scores, missing=_missing(scores, declared), screening=rules.table(applied, declared.actions),
        flow=_flow(raw, left, len(kept)), groups=groups, profile=profile, weights=weights, auxiliaries=beside,
        careless=careless, respondents=columns.respondents(raw.frame, declared)[kept], how=raw.how,
        clusters=columns.clusters(raw, declared)[kept].reset_index(drop=True),
        sources=raw.sources, derived=raw.derived,
        keys=found[kept] if len(found := columns.keys(raw.frame, declared)) else found)


def everyone(declared: Study, answers: Answers) -> Answers:
    """Give the answers of all respondents, the careless among them too.

    Parameters
    ----------
    declared : Study
    answers : Answers
        As loaded; they are everyone's already unless a rule excludes.

    Returns
    -------
    Answers
        ``careless`` says who falls under a screening rule.

    Raises
    ------
    DataError
        As ``load``.
    """
    if not declared.excludes:
        return answers
    return load(replace(declared, analysis=replace(declared.analysis, careless="flag"), screening={
        rule: action for rule, action in declared.screening.items() if action != "exclude" or rule == "duplicate_ids"}))


def doubtful(declared: Study, answers: Answers) -> pd.Series:
    """Say whom an analysis without careless respondents leaves out.

    Parameters
    ----------
    declared : Study
    answers : Answers
        Of everyone.

    Returns
    -------
    Series of bool, shape (n,)
        Who falls under a rule that excludes; where nobody does, under a rule that flags; where nobody does, under any.
    """
    for action in ("exclude", "flag", "keep"):
        names = [rule for rule in answers.careless if declared.actions[rule] == action and rule != "duplicate_ids"]
        who = answers.careless[names].any(axis=1)
        if who.any():
            return who
    return pd.Series(False, index=answers.careless.index)


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
    named |= {*declared.clusters}
    named |= {*responses.attention_checks, responses.respondent, responses.duration}
    named |= {declared.wave.column} if declared.wave else set()
    return responses.read(named)


def _told_by(declared: Study) -> list[str]:
    """Columns that tell respondents and groups apart."""
    named = [*declared.groups, *declared.profile, *declared.clusters, declared.responses.respondent]
    return [name for name in dict.fromkeys([*named, declared.wave.column if declared.wave else ""]) if name]


def _coded(raw: reading.Raw, declared: Study) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Code the answers as given, the weights, and the auxiliary columns; the last part is what is wrong with them."""
    responses = declared.responses
    coded, problems = coding.coded(raw.frame, declared.items, missing_codes=responses.missing_codes,
                                   decimal=responses.decimal or raw.how.decimal, lines=raw.places,
                                   shown=responses.shown, user_missing=raw.user_missing)
    weights, beside = ([name for name, item in declared.items.items() if item.role == role]
                       for role in ("weight", "auxiliary"))
    sound = [name for name in beside if name not in {problem.values["item"] for problem in problems}]
    problems += columns.auxiliary_problems(coded[sound], declared)
    others = [*weights, *beside]
    return coded.drop(columns=others) if others else coded, coded[weights], coded[beside], problems


def _left(flags: pd.DataFrame, declared: Study) -> dict[str, np.ndarray]:
    """Say whom each excluding rule leaves out, each respondent once."""
    left: dict[str, np.ndarray] = {}
    gone = np.zeros(len(flags), dtype=bool)
    for rule in flags:
        if declared.actions[rule] == "exclude":
            left[rule] = flags[rule].to_numpy() & ~gone
            gone |= left[rule]
    return left


def _kept(answers: pd.DataFrame, left: dict[str, np.ndarray], declared: Study) -> np.ndarray:
    """Say who stays; where somebody is left out, the rest has to be enough by itself."""
    if not left:
        return np.full(len(answers), True)
    kept = ~np.logical_or.reduce(list(left.values()))
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


def _flow(raw: reading.Raw, left: dict[str, np.ndarray], rows: int) -> pd.DataFrame:
    steps = assembly.steps(raw)
    steps += [(f"excluded.{rule}", int(who.sum())) for rule, who in left.items() if who.any()]
    analysed = rows - sum(int(who.sum()) for who in left.values())
    table = pd.DataFrame([*steps, ("analysed", analysed)], columns=["step", "n"])
    told = [(gates.marks_check(raw.how), raw.how.marks), (gates.hidden_check(raw.how), raw.how.hidden),
            (gates.declared_missing_check(raw), raw.user_missing)]
    table.attrs["checks"] = (*assembly.checks(raw), *(check for check, there in told if there))
    return table
