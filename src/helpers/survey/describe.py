"""What describes the sample and the items: the first tables of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import disclosure
from helpers.errors import DataError
from helpers.survey import gates

if TYPE_CHECKING:
    from helpers.studies import Study
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
    values = scores.to_numpy()
    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(values, axis=0) / n
        deviation = values - mean
        sd = np.sqrt(np.nansum(deviation**2, axis=0) / (n - 1))
        skew = np.nansum(deviation**3, axis=0) / n / sd**3
        kurtosis = np.nansum(deviation**4, axis=0) / n / sd**4 - 3
    items = [declared.items[name] for name in scores]
    table = pd.DataFrame({
        "item": list(scores), "construct": [item.construct for item in items], "n": n, "missing": len(scores) - n,
        "mean": mean, "sd": sd, "skew": skew, "kurtosis": kurtosis,
        "floor": (values == [item.low for item in items]).sum(axis=0) / n,
        "ceiling": (values == [item.high for item in items]).sum(axis=0) / n})
    table.attrs["checks"] = (*gates.item_checks(table), gates.range_check(scores, declared.scales))
    return table


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
