"""Who answered without reading? Rules of data screening; each names respondents, none removes them by itself.

How often they name people who did read, and how many of the careless they find, was measured on questionnaires of 45
items in nine scales (n = 600, 5 % careless of one kind; tests/survey/careless.py). Of attentive people .7 % were named
by any rule, at most .4 % by one. People who click anything were found in 100 % (Mahalanobis 100 %, even-odd 70 %),
those who click one column with a slip in twenty in 94 % (longest run 70 %), those who click a pattern likewise in 96 %
(autocorrelation 74 %). Where constructs go together closely and people agree with all of them alike, the consistency
indices name attentive people as well: that is simulated for every questionnaire, and they are then not used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.survey import coding, columns
from helpers.survey.answering_style import longest_run
from helpers.survey.attentive import attentive
from helpers.survey.indices import index_rules
from helpers.survey.rules import Rule, short_source
from helpers.survey.sheet import sheet_of

if TYPE_CHECKING:
    from helpers.reading import Raw
    from helpers.studies import Study

# With fewer items two attentive people give the same answers by chance too often for the rule to mean anything.
ITEMS_FOR_DUPLICATES = 10
# Fewer of those who pass the plain rules do not tell how attentive people answer.
_FEWEST_TO_LEARN_FROM = 10


def screened(raw: Raw, answers: pd.DataFrame, declared: Study) -> tuple[list[Rule], list[Problem]]:
    """Apply every rule.

    Parameters
    ----------
    raw : Raw
        The file, with attention checks and duration.
    answers : DataFrame of float, shape (n, items)
        As answered, not reversed.
    declared : Study

    Returns
    -------
    rules : list of Rule
        Signs: ``duplicate_ids`` (a respondent's second row in a wave; all but the first), ``duplicate_answers`` (all
        answers equal to another respondent's), ``attention_check`` (a wrong answer; "no answer" is none), ``speeder``
        (fewer seconds per item than the criterion ``seconds.per.item``), ``longstring`` (longest run of one answer in
        the order of the file, as a share of the items, above the criterion ``longstring``), ``no_answers``. Indices:
        ``irv``, ``repetition``, ``even_odd``, ``synonyms``, ``mahalanobis``.
    problems : list of Problem
        Text in the column of seconds.

    References
    ----------
    Curran (2016). Journal of Experimental Social Psychology, 66, 4-19 (longest run).
    Huang, Curran, Keeney, Poposki & DeShon (2012). Journal of Business and Psychology, 27(1), 99-114 (seconds).
    Kuriakose & Robbins (2016). Statistical Journal of the IAOS, 32(3), 283-291 (duplicates).
    Meade & Craig (2012). Psychological Methods, 17(3), 437-455.
    """
    sheet = sheet_of(declared, raw.columns)
    given = (answers if list(sheet.names) == list(answers) else answers[list(sheet.names)]).to_numpy()
    speed, problems = _speeder(raw, answers, declared)
    signs = [_twice(raw, declared), _duplicates(given, _people(raw, declared)), _attention(raw, declared), speed,
             _longstring(given, declared), _silent(answers)]
    scores = sheet.turned(given)
    read = ~np.logical_or.reduce([rule.flagged for rule in signs])
    simulated = attentive(scores, seed=declared.analysis.seed,
                          rows=read if read.sum() >= _FEWEST_TO_LEARN_FROM else None)
    drawn = {rule.name: rule.flagged.mean() for rule in (_duplicates(sheet.turned(simulated)),
                                                         _longstring(sheet.turned(simulated), declared))}
    signs = [replace(rule, attentive=float(drawn[rule.name])) if rule.name in drawn and rule.computable == "yes"
             else rule for rule in signs]
    return signs + index_rules(scores, simulated, sheet, declared.criteria), problems


def _attention(raw: Raw, declared: Study) -> Rule:
    responses = declared.responses
    if not responses.attention_checks:
        return _absent("attention_check", len(raw.frame), "≥ 1", "not_declared", "Meade & Craig (2012)")
    wrong = np.logical_or.reduce(
        [coding.wrong(raw.frame[column], right, missing_codes=responses.missing_codes,
                      decimal=responses.decimal or raw.how.decimal)
         for column, right in responses.attention_checks.items()])
    return Rule("attention_check", wrong, len(wrong), "≥ 1", "Meade & Craig (2012)")


def _speeder(raw: Raw, answers: pd.DataFrame, declared: Study) -> tuple[Rule, list[Problem]]:
    responses, bound = declared.responses, declared.criteria["seconds.per.item"]
    criterion, source = f"< {bound.at_least:g} s", short_source(bound.source)
    if not responses.duration:
        return _absent("speeder", len(answers), criterion, "not_declared", source), []
    seconds, problems = coding.seconds(raw.frame[responses.duration], missing_codes=responses.missing_codes,
                                       decimal=responses.decimal or raw.how.decimal, lines=raw.places,
                                       shown=responses.shown)
    fast = seconds < bound.at_least * answers.shape[1]
    timed = int((~np.isnan(seconds)).sum())
    return Rule("speeder", fast, timed, criterion, source, "yes" if timed else "not_answered"), problems


def _longstring(given: np.ndarray, declared: Study) -> Rule:
    bound = declared.criteria["longstring"]
    if not given.shape[1]:
        return _absent("longstring", len(given), f"> {bound.at_most:.0%}", "few_items", short_source(bound.source))
    long = longest_run(given) > bound.at_most * given.shape[1]
    return Rule("longstring", long, len(given), f"> {bound.at_most:.0%}", short_source(bound.source))


def _people(raw: Raw, declared: Study) -> np.ndarray | None:
    """Who answered each row, where the study says so; a row without a name is another person."""
    if not declared.responses.respondent:
        return None
    names, blank = columns.people(raw.frame, declared)
    return np.where(blank, -1 - np.arange(len(names)), names)


def _duplicates(given: np.ndarray, people: np.ndarray | None = None) -> Rule:
    """Find rows that equal a row of somebody else in every answer.

    Who answers twice alike, in two waves, is nobody's copy. Rows of one answer throughout are left to the longest run.
    """
    source = "Kuriakose & Robbins (2016)"
    if given.shape[1] < ITEMS_FOR_DUPLICATES:
        return _absent("duplicate_answers", len(given), "≥ 1", "few_items", source)
    candidates = _perhaps_alike(given)
    rows = pd.DataFrame(given[candidates])
    same = rows.duplicated(keep=False).to_numpy()
    if people is not None and same.any():
        names = pd.Series(pd.factorize(people[candidates])[0])
        people_alike = names.groupby([rows[at] for at in rows], dropna=False).transform("nunique")
        same = same & (people_alike > 1).to_numpy()
    found = np.zeros(len(given), dtype=bool)
    found[candidates[same]] = True
    return Rule("duplicate_answers", found, len(given), "≥ 1", source)


def _perhaps_alike(given: np.ndarray) -> np.ndarray:
    """Find the rows with more than one answer whose sum of scrambled answers is that of another row.

    Rows that are alike have the same sum; that of two others agrees once in 2^64 times, and is looked at again.
    """
    draw = np.random.default_rng(0)
    factors = draw.integers(2**63, size=given.shape[1], dtype=np.uint64) | np.uint64(1)
    sums = np.zeros(len(given), dtype=np.uint64)
    low, high = np.full(len(given), np.inf), np.full(len(given), -np.inf)
    for column, factor in zip(given.T, factors, strict=True):
        bits = (np.where(np.isnan(column), np.nan, column) + 0.0).view(np.uint64)  # one NaN, one zero
        bits = (bits ^ (bits >> np.uint64(32))) * factor
        sums += bits ^ (bits >> np.uint64(29))
        np.fmin(low, column, out=low)
        np.fmax(high, column, out=high)
    return np.flatnonzero(pd.Series(sums).duplicated(keep=False).to_numpy() & (high > low))


def _twice(raw: Raw, declared: Study) -> Rule:
    """Find the later rows of a respondent in one wave; without permission to leave them out they were refused."""
    if not declared.responses.respondent:
        return _absent("duplicate_ids", len(raw.frame), "≥ 2", "not_declared", "")
    key, blank = columns.people(raw.frame, declared, wave=True)
    later = pd.Series(key).duplicated(keep="first").to_numpy() & ~blank
    return Rule("duplicate_ids", later, len(later), "≥ 2")


def _silent(answers: pd.DataFrame) -> Rule:
    return Rule("no_answers", np.isnan(answers.to_numpy()).all(axis=1), len(answers), "= 0")


def _absent(name: str, respondents: int, criterion: str, why: str, source: str) -> Rule:
    return Rule(name, np.zeros(respondents, dtype=bool), 0, criterion, source, why)
