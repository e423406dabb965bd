"""What describes the sample and the items: the first tables of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure
from helpers.errors import DataError
from helpers.survey import gates

if TYPE_CHECKING:
    from helpers.studies import Item, Study
    from helpers.survey.answers import Answers


def sample_profile(answers: Answers, *, smallest_cell: int) -> pd.DataFrame:
    """Describe who answered: counts by profile column, group and wave.

    Parameters
    ----------
    answers : Answers
    smallest_cell : int
        Levels with fewer respondents are blanked, and the next smallest with a single one of them.

    Returns
    -------
    DataFrame
        ``variable``, ``level`` ("missing" where no answer was given), ``n``, ``share`` (of all respondents);
        ``attrs["suppressed"]`` counts the blanked levels.
    """
    columns = answers.profile.join(answers.groups)
    rows = []
    for name in columns:
        counts = columns[name].value_counts(sort=False)
        rows += [(name, level, int(count)) for level, count in counts.items()]
        if empty := int(columns[name].isna().sum()):
            rows.append((name, "missing", empty))
    table = pd.DataFrame(rows, columns=["variable", "level", "n"])
    table["share"] = table["n"] / len(columns)
    shown = disclosure.suppress(table, smallest_cell=smallest_cell, by=["variable"], values=["share"])
    suppressed = shown.pop("suppressed")
    shown.attrs["suppressed"] = int(suppressed.sum())
    return shown


def describe_items(answers: Answers, declared: Study) -> pd.DataFrame:
    r"""Describe every item.

    Parameters
    ----------
    answers : Answers
    declared : Study

    Returns
    -------
    DataFrame, one row per item
        ``item``, ``construct``, ``n`` (answers given), ``missing``, ``mean``, ``sd``, ``skew``, ``kurtosis``,
        ``floor`` and ``ceiling`` (share of the answers at the lowest and at the highest score); after reverse-coding.
        NaN where an item has too few answers or no variance. ``attrs["checks"]`` holds the gates.

    Notes
    -----
    With :math:`m_r = \frac1n \sum (x - \bar x)^r` and :math:`s^2 = \frac{n}{n-1} m_2`:

    .. math:: \mathit{skew} = b_1 = m_3 / s^3, \qquad \mathit{kurtosis} = b_2 - 3 = m_4 / s^4 - 3

    Agrees with ``psych::describe(type = 3)`` (tests/oracle/survey_items.csv); SPSS prints the bias-corrected
    :math:`G_1, G_2` instead.

    References
    ----------
    Joanes & Gill (1998). Journal of the Royal Statistical Society D, 47(1), 183-189.
    """
    scores = answers.scores
    rows = [_described(scores[name].to_numpy(), declared.items[name]) for name in scores]
    table = pd.DataFrame(rows, columns=["n", "mean", "sd", "skew", "kurtosis", "floor", "ceiling"])
    table.insert(0, "item", list(scores))
    table.insert(1, "construct", [declared.items[name].construct for name in scores])
    table.insert(3, "missing", len(scores) - table["n"])
    table.attrs["checks"] = (*gates.item_checks(table), gates.range_check(scores, declared.scales))
    return table


def _described(column: np.ndarray, item: Item) -> tuple[float, ...]:
    """One item: how many answered, moments, share of the answers at either end of the scale."""
    given = column[~np.isnan(column)]
    n = len(given)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = given.sum() / np.float64(n)
        deviation = given - mean
        squares = deviation**2
        sd = np.sqrt(squares.sum() / np.float64(n - 1))
        skew = (squares * deviation).sum() / n / sd**3
        kurtosis = (squares**2).sum() / n / sd**4 - 3
        ends = [(given == end).sum() / np.float64(n) for end in (item.low, item.high)]
    return n, mean, sd, skew, kurtosis, *ends


def likert_distribution(answers: Answers, declared: Study) -> pd.DataFrame:
    """Count the answers to every item of a scale by category, perceptions before expectations.

    Parameters
    ----------
    answers : Answers
    declared : Study

    Returns
    -------
    DataFrame, one row per item and category
        ``item``, ``construct``, ``answer`` (as scored, after reverse-coding), ``n``, ``share`` (of the answers
        given). A scale of whole numbers with up to eleven points lists every category, answered or not; any other
        the answers found.

    Raises
    ------
    DataError
        ``survey.no_scales``: every construct is a single item.
    """
    rows = []
    if not declared.scales:
        raise DataError("survey.no_scales")
    scales = [construct.items + construct.expectation for construct in declared.constructs.values()]
    for name in (name for names in scales for name in names):
        item = declared.items[name]
        given = answers.scores[name].dropna()
        counts = given.value_counts()
        whole = item.low.is_integer() and item.high.is_integer() and item.high - item.low <= 10
        whole = whole and bool((given % 1 == 0).all())
        categories = np.arange(item.low, item.high + 1) if whole else np.sort(given.unique())
        rows += [(name, item.construct, category, int(counts.get(category, 0)), counts.get(category, 0) / len(given))
                 for category in categories.tolist()]
    return pd.DataFrame(rows, columns=["item", "construct", "answer", "n", "share"])


def repeated_answers(answers: Answers) -> pd.DataFrame:
    """Say how many people stand behind the rows: in a panel the same person answers in several waves.

    Parameters
    ----------
    answers : Answers

    Returns
    -------
    DataFrame, one row
        ``rows``, ``respondents``; ``attrs["checks"]`` holds the gate. Without a declared ``respondent:`` every row
        counts as another person.
    """
    rows, people = len(answers.respondents), len(np.unique(answers.respondents))
    table = pd.DataFrame([{"rows": rows, "respondents": people}])
    table.attrs["checks"] = (gates.repeated_check(rows, people),)
    return table
