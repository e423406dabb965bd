"""How well does each rival factor model describe the same items? All of them estimated alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Check, HelpersError, ModelError, Problem, gates_table
from helpers.measurement.factor_validity import correlated_factors
from helpers.measurement.structure_models import OWN_NAMES, Structure, rival_structures

if TYPE_CHECKING:
    from helpers.sem import SemFit, Treatment

WHOLE = "all"
"""Name of the scope that holds every item of the declared measurement model."""

# A negative variance, even one that may be chance, is how these models show that a factor is empty (Chen, West & Sousa,
# 2006); their fit is then bought with a value that no population has.
WITH_GENERAL = ("second_order", "bifactor")
SHOWN = ("chisq", "df", "cfi", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "bic", "tli", "aic", "npar")


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """One factor model of one set of items.

    Attributes
    ----------
    scope : str
        ``all``, the construct whose parts' items they are, or the structure that names them.
    structure : Structure
    status : {"fitted", "equivalent", "few_parts", "stopped", "refused"}
        ``stopped``: its estimates failed a *stop* gate, or, with a general factor, hold a negative variance;
        ``refused``: it has none.
    fit : SemFit or None
    """

    scope: str
    structure: Structure
    status: str
    fit: SemFit | None


@dataclass(frozen=True, slots=True, eq=False)
class Structures:
    """Every factor model of every set of items.

    Attributes
    ----------
    rivals : tuple of Rival
        Scope by scope, within a scope from the most to the least restricted.
    checks : tuple of Check
    """

    rivals: tuple[Rival, ...]
    checks: tuple[Check, ...]

    def of(self, scope: str) -> dict[str, Rival]:
        """Name the rivals of a scope."""
        return {each.structure.name: each for each in self.rivals if each.scope == scope}

    @property
    def scopes(self) -> list[str]:
        """Names of the sets of items."""
        return list(dict.fromkeys(each.scope for each in self.rivals))


def structures(cfa: SemFit, scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *,
               parts: Mapping[str, Sequence[str]] | None = None,
               own: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
               treatment: Treatment | None = None, language: str = "en") -> Structures:
    """Fit the declared factors and their rivals, all by the method of the declared factors.

    Parameters
    ----------
    cfa : SemFit
        The correlated factors of all constructs, fitted to these scores by ``sem.fit_by_rule``; rivals have the same
        auxiliaries.
    scores : DataFrame, shape (n_respondents, ...)
    constructs : mapping
        Construct -> its items.
    parts : mapping, optional
        Second-order construct -> the constructs that are its parts; adds a scope with the items of the parts.
    own : mapping, optional
        Structure -> factor -> items; compared with the declared factors of the same items.
    treatment : Treatment, optional
        How ``cfa`` was estimated; by default read from it.
    language : {"en", "zh"}
        Of the reasons why a model has no estimates.

    Returns
    -------
    Structures
        Its checks name what could not be estimated properly, and say when a bifactor model fits best.

    Raises
    ------
    ModelError
        ``measurement.structure_items``: a structure of the study leaves some items of its constructs out, or has an
        item twice.

    References
    ----------
    Chen, West & Sousa (2006). A comparison of bifactor and second-order models of quality of life. Multivariate
    Behavioral Research, 41(2), 189-225. Bonifay, Lane & Reise (2017). Three concerns with applying a bifactor model as
    a structure of psychopathology. Clinical Psychological Science, 5(1), 184-186.

    Examples
    --------
    >>> rivals = structures(cfa, scores, scales, parts={"assurance": ["physical", "information"]})  # doctest: +SKIP
    """
    found: list[Rival] = []
    reasons: list[Check] = []
    for scope, factors, second_order, mine in _scopes(constructs, parts or {}, own or {}):
        for structure in rival_structures(factors, second_order=second_order, own=mine):
            done = cfa if scope == WHOLE and structure.name == "correlated" else None
            rival, doubt = _fitted(scope, structure, scores, cfa, done, treatment, language)
            found.append(rival)
            reasons += doubt
    made = Structures(tuple(found), ())
    best = [check for scope in made.scopes if (check := _bifactor_by_fit(_said(scope, language), made.of(scope)))]
    return replace(made, checks=(*reasons, *best))


def structures_shown(found: Structures) -> pd.DataFrame:
    """Show the fit of every rival.

    Parameters
    ----------
    found : Structures

    Returns
    -------
    DataFrame, one row per rival
        ``scope structure status chisq df cfi rmsea rmsea.ci.lower rmsea.ci.upper srmr bic tli aic npar``: scaled and
        robust forms where the estimator has them, limits of RMSEA at 90 %. NaN unless ``status`` is ``fitted``:
        improper estimates have no fit to be compared.
    """
    rows = []
    for each in found.rivals:
        shown = dict.fromkeys(SHOWN, np.nan)
        if each.status == "fitted":
            shown = {name: each.fit.reported(name) for name in SHOWN}
            shown |= {name: float(each.fit.measures[name]) for name in ("npar", "df")}
        rows.append({"scope": each.scope, "structure": each.structure.name, "status": each.status, **shown})
    table = pd.DataFrame(rows)
    if table["aic"].isna().all():  # no likelihood, as with ordinal items
        table = table.drop(columns=["aic", "bic"])
    return table


def structure_said(name: str, language: str) -> str:
    """Say the name of a structure; the study's own as it was written."""
    return Problem(f"value.structure.{name}").sentence(language) if name in OWN_NAMES else name


def _scopes(constructs: Mapping[str, Sequence[str]], parts: Mapping[str, Sequence[str]],
            own: Mapping[str, Mapping[str, Sequence[str]]]) -> list[tuple[str, dict, str, dict]]:
    """List the sets of items with declared factors, the second-order construct behind them, the study's structures."""
    asked = {WHOLE: tuple(constructs)} | {name: tuple(of) for name, of in parts.items() if set(of) <= set(constructs)}
    if whole := [name for name, of in asked.items() if name != WHOLE and set(of) == set(constructs)]:
        asked = {WHOLE: asked[WHOLE]} | {name: of for name, of in asked.items() if name not in (WHOLE, whole[0])}
    mine: dict[str, dict] = {name: {} for name in asked}
    for name, factors in own.items():
        held = _declared(name, factors, constructs)
        scope = next((other for other, of in asked.items() if set(of) == set(held)), name)
        while scope in asked and set(asked[scope]) != set(held):  # called as a construct, but of other items
            scope += "'"
        asked.setdefault(scope, held)
        mine.setdefault(scope, {})[name] = factors
    behind = {WHOLE: whole[0] if whole else ""} | {name: name if name in parts else "" for name in asked
                                                   if name != WHOLE}
    return [(scope, {name: tuple(constructs[name]) for name in of}, behind[scope], mine[scope])
            for scope, of in asked.items()]


def _declared(name: str, factors: Mapping[str, Sequence[str]], constructs: Mapping[str, Sequence[str]]) -> tuple:
    """Find the constructs whose items a structure holds: all items and each once, or the fits do not compare."""
    items = [item for each in factors.values() for item in each]
    held = tuple(construct for construct, own in constructs.items() if set(own) & set(items))
    wanted = [item for construct in held for item in constructs[construct]]
    wrong = sorted({item for item in items if items.count(item) > 1} | (set(items) ^ set(wanted)))
    if wrong:
        raise ModelError("measurement.structure_items", structure=name, items=wrong)
    return held


def _fitted(scope: str, structure: Structure, scores: pd.DataFrame, cfa: SemFit, done: SemFit | None,
            treatment: Treatment | None, language: str) -> tuple[Rival, list[Check]]:
    from helpers import sem

    if not structure.model:
        return Rival(scope, structure, structure.status, None), []
    named = {"scope": _said(scope, language), "structure": structure_said(structure.name, language)}
    try:
        fit = done or sem.fit_by_rule(structure.model, scores, treatment=_alike(structure, scores, cfa, treatment),
                                      conf_level=cfa.conf_level)
    except HelpersError as error:
        return Rival(scope, structure, "refused", None), [Check("structure_improper", "caution", False, {
            **named, "reasons": [error.sentence(language)]})]
    failed = [check for check in fit.checks if not check.passed and (
        check.severity == "stop" or (check.gate == "negative_variance" and structure.name in WITH_GENERAL))]
    if not failed:
        return Rival(scope, structure, "fitted", fit), []
    reasons = [found.rstrip(".。") for found in gates_table(failed, language)["found"]]
    return Rival(scope, structure, "stopped", fit), [Check("structure_improper", "caution", False, {
        **named, "reasons": reasons})]


def _alike(structure: Structure, scores: pd.DataFrame, cfa: SemFit, treatment: Treatment | None) -> Treatment:
    """Say how the declared factors were estimated, for the items of one structure."""
    from helpers import sem

    method = cfa.engine.method
    chosen = treatment or sem.treatment(correlated_factors(structure.factors), scores, estimator=method.name,
                                        missing=method.missing, auxiliaries=cfa.auxiliaries)
    items = [item for each in structure.factors.values() for item in each]
    return replace(chosen, ordered=tuple(item for item in chosen.ordered if item in items))


def _said(scope: str, language: str) -> str:
    return Problem("value.scope.all").sentence(language) if scope == WHOLE else scope


def _bifactor_by_fit(scope: str, rivals: Mapping[str, Rival]) -> Check | None:
    """Say it where the bifactor model fits best: it does so as a rule, whatever produced the answers."""
    fitted = {name: each.fit for name, each in rivals.items() if each.status == "fitted"}
    if "bifactor" not in fitted or len(fitted) < 2:
        return None
    others = max(fit.reported("cfi") for name, fit in fitted.items() if name != "bifactor")
    cfi = fitted["bifactor"].reported("cfi")
    return Check("bifactor_by_fit", "info", cfi <= others, {"scope": scope, "cfi": cfi, "others": others})
