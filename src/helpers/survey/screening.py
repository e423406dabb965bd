"""Who answered without reading? Rules of data screening; each names respondents, none removes them by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.survey import coding, gates

if TYPE_CHECKING:
    from helpers.reading import Raw
    from helpers.studies import Study

# With fewer items two attentive people give the same answers by chance too often for the rule to mean anything.
_ITEMS_FOR_DUPLICATES = 10


def flags(raw: Raw, answers: pd.DataFrame, declared: Study) -> tuple[pd.DataFrame, list[Problem]]:
    """Apply every rule that the study has the columns for.

    Parameters
    ----------
    raw : Raw
        The file, with attention checks and duration.
    answers : DataFrame of float, shape (n, items)
        As answered, not reversed.
    declared : Study

    Returns
    -------
    flags : DataFrame of bool, shape (n, rules)
        ``attention_check`` (a wrong answer; "no answer" is none), ``speeder`` (fewer seconds per item than the
        criterion ``seconds.per.item``), ``longstring`` (longest run of one answer over the items in the order of the
        file, as a share of the items, above the criterion ``longstring``), ``duplicate_answers`` (all answers equal
        to another respondent's), ``no_answers``.
    problems : list of Problem
        Text in the column of seconds.

    References
    ----------
    Curran (2016). Journal of Experimental Social Psychology, 66, 4-19 (longest run).
    Huang, Curran, Keeney, Poposki & DeShon (2012). Journal of Business and Psychology, 27(1), 99-114 (seconds).
    Kuriakose & Robbins (2016). Statistical Journal of the IAOS, 32(3), 283-291 (duplicates).
    """
    responses = declared.responses
    found: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    if responses.attention_checks:
        found["attention_check"] = np.logical_or.reduce(
            [coding.wrong(raw.frame[column], right, missing_codes=responses.missing_codes, decimal=responses.decimal)
             for column, right in responses.attention_checks.items()])
    if responses.duration:
        seconds, problems = coding.seconds(raw.frame[responses.duration], missing_codes=responses.missing_codes,
                                           decimal=responses.decimal, lines=raw.lines, shown=responses.shown)
        found["speeder"] = seconds < declared.criteria["seconds.per.item"].at_least * answers.shape[1]
    ordered = _in_file_order(answers, raw, declared)
    found["longstring"] = longest_run(ordered) > declared.criteria["longstring"].at_most * ordered.shape[1]
    if ordered.shape[1] >= _ITEMS_FOR_DUPLICATES:
        found["duplicate_answers"] = _duplicates(ordered)
    found["no_answers"] = np.isnan(answers.to_numpy()).all(axis=1)
    return pd.DataFrame(found, index=answers.index), problems


def table(found: pd.DataFrame, declared: Study) -> pd.DataFrame:
    """Count the respondents under each rule, and under any.

    Parameters
    ----------
    found : DataFrame of bool, shape (n, rules)
    declared : Study

    Returns
    -------
    DataFrame
        ``rule``, ``respondents``, ``share``, ``action`` ("keep", "flag" or "exclude", as declared);
        ``attrs["checks"]`` holds the gate.
    """
    counts = [*found.sum().items(), ("any", found.any(axis=1).sum())]
    shown = pd.DataFrame({"rule": [rule for rule, _ in counts], "respondents": [int(count) for _, count in counts],
                          "share": [count / len(found) for _, count in counts],
                          "action": declared.analysis.careless})
    shown.attrs["checks"] = (gates.careless_check(shown),)
    return shown


def longest_run(answers: np.ndarray) -> np.ndarray:
    """Length of the longest unbroken run of one answer in each row; a missing answer breaks it.

    Parameters
    ----------
    answers : ndarray of float, shape (n, items)

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> longest_run(np.array([[3, 3, 3, 1.0], [1, 2, 2, np.nan]]))
    array([3, 2])
    """
    longest = run = (~np.isnan(answers[:, 0])).astype(int)
    for position in range(1, answers.shape[1]):
        same = answers[:, position] == answers[:, position - 1]
        run = np.where(same, run + 1, (~np.isnan(answers[:, position])).astype(int))
        longest = np.maximum(longest, run)
    return longest


def _in_file_order(answers: pd.DataFrame, raw: Raw, declared: Study) -> np.ndarray:
    """Answers on scales in the order of the questionnaire, as far as the file keeps it."""
    names = [name for name in answers if declared.items[name].role in ("perception", "expectation", "marker")]
    places = {column: place for place, column in enumerate(raw.columns)}
    return answers[sorted(names, key=lambda name: places[declared.items[name].column])].to_numpy()


def _duplicates(answers: np.ndarray) -> np.ndarray:
    """Rows that equal another row in every answer; rows of one answer throughout are left to the longest run."""
    varied = np.nanmax(answers, axis=1, initial=-np.inf) > np.nanmin(answers, axis=1, initial=np.inf)
    return pd.DataFrame(answers).duplicated(keep=False).to_numpy() & varied
