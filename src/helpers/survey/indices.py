"""Whose answers do not hang together? The indices of careless answering as rules, each with its false alarms here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.survey import answering_style, consistency, distance
from helpers.survey.blocks import by_rows
from helpers.survey.rules import Rule, short_source
from helpers.survey.sheet import Sheet

if TYPE_CHECKING:
    from helpers.studies.assertions import Criterion

CRITERIA = {"irv": "irv", "repetition": "repetition", "even_odd": "even.odd", "synonyms": "synonyms",
            "mahalanobis": "mahalanobis"}


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Pairs of items that correlate so strongly that they ask the same, and which of them negatively."""

    pairs: tuple[tuple[int, int], ...]
    turned: tuple[bool, ...]


def index_rules(scores: np.ndarray, simulated: np.ndarray, sheet: Sheet,
                criteria: Mapping[str, Criterion]) -> list[Rule]:
    """Apply every index to the sample and to simulated attentive respondents.

    Parameters
    ----------
    scores : ndarray of float, shape (n, items)
        Reverse-coded, of the items of the sheet.
    simulated : ndarray of float, shape (m, items)
        Attentive respondents, as from `helpers.survey.attentive.attentive`.
    sheet : Sheet
    criteria : mapping of str to Criterion

    Returns
    -------
    list of Rule
        A rule that more attentive respondents would cross than the criterion ``attentive.share`` allows tells careless
        people from attentive ones no longer: it is not used, and says so.
    """
    if not sheet.names:  # a questionnaire of single items
        nothing = np.full(len(scores), np.nan)
        return [_rule(name, nothing, nothing, "few_items", criteria) for name in CRITERIA]
    same = synonyms_of(scores, at_least=criteria["synonym.pair"].at_least)
    found = _values(scores, sheet, same)
    drawn = _values(simulated, sheet, same)
    absent = _absent(scores, sheet, same)
    return [_rule(name, found[name], drawn[name], absent[name], criteria) for name in CRITERIA]


def synonyms_of(scores: np.ndarray, *, at_least: float) -> Synonyms:
    """Find the psychometric synonyms and antonyms of a sample."""
    correlations = distance.available_correlations(scores)
    pairs = consistency.synonym_pairs(correlations, at_least=at_least)
    return Synonyms(tuple(pairs), tuple(bool(correlations[pair] < 0) for pair in pairs))


def _values(scores: np.ndarray, sheet: Sheet, same: Synonyms) -> dict[str, np.ndarray]:
    """Every index of every respondent; NaN where it cannot be computed."""
    from scipy.special import chdtrc

    away, df = distance.mahalanobis(scores)
    found = {"irv": lambda part: answering_style.variability(sheet.scaled(sheet.turned(part))),
             "repetition": lambda part: answering_style.repetition(sheet.turned(part)),
             "even_odd": lambda part: consistency.even_odd(sheet.scaled(part), sheet.scales),
             "synonyms": lambda part: consistency.synonyms(sheet.scaled(part), same.pairs, turned=same.turned)}
    return {name: by_rows(function, scores) for name, function in found.items()} | {
        "mahalanobis": np.where(np.isnan(away), np.nan, chdtrc(np.maximum(df, 1), np.nan_to_num(away)))}


def _absent(scores: np.ndarray, sheet: Sheet, same: Synonyms) -> dict[str, str]:
    """Why an index that exists for nobody cannot be computed."""
    return {"irv": "few_items", "repetition": "few_items", "even_odd": "few_scales",
            "synonyms": "few_pairs" if same.pairs else "no_pairs",
            "mahalanobis": "few_respondents" if len(scores) <= len(sheet.names) else "singular"}


def _rule(name: str, values: np.ndarray, drawn: np.ndarray, absent: str, criteria: Mapping[str, Criterion]) -> Rule:
    bound = criteria[CRITERIA[name]]
    nobody = np.zeros(len(values), dtype=bool)
    sign, limit = ("<", bound.at_least) if bound.at_least is not None else (">", bound.at_most)
    criterion = f"p < {limit:g}" if name == "mahalanobis" else f"{sign} {limit:.2f}"
    told = {"criterion": criterion, "source": short_source(bound.source)}
    if np.isnan(values).all():
        return Rule(name, nobody, 0, computable=absent, **told)
    false_alarms = float(crossed(drawn, bound).sum() / max((~np.isnan(drawn)).sum(), 1))
    if false_alarms > criteria["attentive.share"].at_most:
        return Rule(name, nobody, 0, computable="noisy", attentive=false_alarms, **told)
    return Rule(name, crossed(values, bound), int((~np.isnan(values)).sum()), attentive=false_alarms, **told)


def crossed(values: np.ndarray, bound: Criterion) -> np.ndarray:
    """Whether each value lies beyond its bound; a value that is not there does not."""
    with np.errstate(invalid="ignore"):
        return values < bound.at_least if bound.at_least is not None else values > bound.at_most
