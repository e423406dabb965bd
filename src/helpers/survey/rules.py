"""What a screening rule found, and the table that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.survey import gates


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule applied to everyone in the file.

    Attributes
    ----------
    name : str
    flagged : ndarray of bool, shape (respondents,)
        Nobody where the rule cannot be computed.
    n : int
        Respondents for whom it could be computed.
    criterion : str
        Whom it names, such as "< 0.30".
    source : str
    computable : str
        "yes", or why it cannot be computed or used here.
    attentive : float
        Share of simulated attentive respondents that it names; NaN where answers do not decide.
    """

    name: str
    flagged: np.ndarray
    n: int
    criterion: str
    source: str = ""
    computable: str = "yes"
    attentive: float = float("nan")


def short_source(source: str) -> str:
    """Name authors and year of a source.

    Examples
    --------
    >>> short_source("Curran (2016), Journal of Experimental Social Psychology, 66, 4-19")
    'Curran (2016)'
    """
    head, closed, _ = source.partition(")")
    return head + closed


def flags_of(rules: Sequence[Rule], index: pd.Index) -> pd.DataFrame:
    """Say which rule each respondent falls under; rules that cannot be computed have no column."""
    return pd.DataFrame({rule.name: rule.flagged for rule in rules if rule.computable == "yes"}, index=index)


def table(rules: Sequence[Rule], actions: Mapping[str, str]) -> pd.DataFrame:
    """Count the respondents under each rule, and under any that flags or excludes.

    Parameters
    ----------
    rules : sequence of Rule
    actions : mapping of str to str
        Rule -> "keep", "flag" or "exclude".

    Returns
    -------
    DataFrame
        ``rule criterion n respondents share attentive.share action computable``; ``respondents`` and ``share`` (of
        the ``n``) are NaN where a rule is not computable, which is no pass. The last row, ``any``, counts everybody
        in the file once; its action is the gravest that befell anybody. ``attrs["sources"]`` names who set the
        criteria, ``attrs["checks"]`` holds the gate.
    """
    rows = [(rule.name, rule.criterion, rule.n,
             *((int(rule.flagged.sum()), rule.flagged.sum() / rule.n) if rule.n else (np.nan, np.nan)),
             rule.attentive, actions[rule.name], rule.computable) for rule in rules]
    under = [rule for rule in rules if actions[rule.name] != "keep"]
    doubted = np.logical_or.reduce([rule.flagged for rule in under]) if under else np.zeros(len(rules[0].flagged), bool)
    taken = {actions[rule.name] for rule in rules if rule.flagged.any()}
    gravest = next((action for action in ("exclude", "flag") if action in taken), "keep")
    rows.append(("any", "", len(doubted), int(doubted.sum()), doubted.mean(), np.nan, gravest, "yes"))
    shown = pd.DataFrame(rows, columns=["rule", "criterion", "n", "respondents", "share", "attentive.share", "action",
                                        "computable"])
    shown.attrs["sources"] = "; ".join(dict.fromkeys(rule.source for rule in rules if rule.source))
    shown.attrs["checks"] = (gates.careless_check(shown),)
    return shown
