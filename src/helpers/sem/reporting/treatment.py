"""Which estimator and which treatment of missing answers do these answers call for? Declared rules and their facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import Check, DataError

# Rhemtulla, Brosseau-Liard & Savalei (2012): with five categories and more, thresholds about symmetric, robust
# maximum likelihood is as good as a categorical method; their most lopsided items have half of the answers at one end.
FEWEST_CATEGORIES, MOST_SKEW, MOST_AT_END = 5, 2.0, 0.5
# With more answers than a rating scale has, the tables behind polychoric correlations are mostly empty.
MOST_CATEGORIES = 10
CATEGORICAL = ("WLSMV", "DWLS", "ULSMV")
FULL_INFORMATION = ("ML", "MLR")  # the estimators whose likelihood takes respondents with holes
RHEMTULLA = "Rhemtulla et al. (2012)"
# Collins, Schafer & Kam (2001): what correlates less with what is missing, or with whether it is, changes little.
HELPFUL = 0.40
COLUMNS = ("measure", "value", "place", "criterion", "calls.for", "source")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, over the indicators of a model.

    Attributes
    ----------
    n, incomplete : int
        Respondents, and those of them who left an item of the model out.
    share : float
        Share of all answers that is missing.
    categories, skew, end : tuple of (item, value)
        Fewest different answers, largest absolute skewness, and largest share of answers in an item's lowest or
        highest category; the last two over ``ratings``, where there are any.
    called : tuple of str
        Of ``ratings``, items with fewer than five categories, a skewness of 2 and more, or half of the answers at one
        end.
    ratings : tuple of str
        Items with at most ten different answers: those that a categorical estimator takes as ordered.
    """

    n: int
    incomplete: int
    share: float
    categories: tuple[str, int]
    skew: tuple[str, float]
    end: tuple[str, float]
    called: tuple[str, ...]
    ratings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a model is estimated, and why.

    Attributes
    ----------
    estimator, missing : str
        As ``sem.fit`` takes them.
    ordered : tuple of str
        Items taken as ordered; empty unless the estimator is categorical.
    asked : tuple of str
        Estimator and missing treatment as the study declares them.
    called_for : tuple of str
        What the rules call for, whether it was declared otherwise or not.
    facts : Facts
    checks : tuple of Check
        ``estimator_rule`` and ``missing_rule``.
    auxiliaries : tuple of (name, correlation)
        Declared variables outside the model that full information uses, with the largest absolute correlation of each
        with a variable that has holes or with having one; empty unless ``missing`` is "fiml".
    """

    estimator: str
    missing: str
    ordered: tuple[str, ...]
    asked: tuple[str, str]
    called_for: tuple[str, str]
    facts: Facts
    checks: tuple[Check, ...]
    auxiliaries: tuple[tuple[str, float], ...] = ()

    @property
    def beside(self) -> tuple[str, ...]:
        """Names of the auxiliaries, as ``sem.fit`` takes them."""
        return tuple(name for name, _ in self.auxiliaries)


def treatment(model: str, data: pd.DataFrame, *, estimator: str = "auto", missing: str = "auto",
              auxiliaries: Sequence[str] = ()) -> Treatment:
    """Choose estimator and missing treatment by declared rules; what the study declares goes first.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)
    estimator : str, default "auto"
        "auto": MLR; WLSMV where an indicator has two to four categories, an absolute skewness of 2 or more, or half of
        its answers at one end.
    missing : str, default "auto"
        "auto": where nothing is missing, complete cases; else full information ("fiml"), and for a categorical
        estimator "pairwise", which the fit's own check warns of.
    auxiliaries : sequence of str
        Columns that go along with what is missing. Full information takes those that are not in the model themselves.

    Returns
    -------
    Treatment

    Raises
    ------
    ModelError, DataError
        The model cannot be read; its variables are not in the data, or without an answer.

    References
    ----------
    Rhemtulla, Brosseau-Liard & Savalei (2012). Psychological Methods, 17, 354-373. Enders (2010). Applied Missing Data
    Analysis. Asparouhov & Muthen (2010). Weighted least squares estimation with missing data. Collins, Schafer & Kam
    (2001). Psychological Methods, 6, 330-351, for auxiliaries.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c", n=300, seed=1)
    >>> treatment("f =~ a + b + c", answers).estimator
    'MLR'
    """
    found = facts(model, data)
    by_rule = "WLSMV" if found.called else "MLR"
    wanted = by_rule if estimator == "auto" else estimator.upper()
    called = (by_rule, _missing_for(wanted, found))
    taken = (wanted, called[1] if missing == "auto" else missing)
    beside = _related(model, data, auxiliaries) if taken[1] == "fiml" else ()
    return Treatment(*taken, found.ratings if taken[0] in CATEGORICAL else (), (estimator, missing), called, found,
                     _checks(found, taken, (estimator, missing), called), beside)


def facts(model: str, data: pd.DataFrame) -> Facts:
    """Look at the answers that a model is about.

    Parameters
    ----------
    model : str
    data : DataFrame

    Returns
    -------
    Facts
        Over the indicators of constructs; over every variable of a model without constructs.
    """
    written = syntax.parse(model)
    if absent := [name for name in written.observed if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=list(map(str, data.columns)))
    items = indicators(model) or list(written.observed)
    answers, every = data[items], data[list(written.observed)]
    if (answers.notna().sum() == 0).any():
        raise DataError("moments.too_few", n=0, variables=len(items), group="-")
    categories, skew = answers.nunique(), _skew(answers).abs()
    ends = pd.concat([answers.eq(answers.min()).sum(), answers.eq(answers.max()).sum()], axis=1).max(axis=1)
    ends = ends / answers.notna().sum()
    rated = categories <= MOST_CATEGORIES
    called = rated & ((categories < FEWEST_CATEGORIES) | (skew >= MOST_SKEW) | (ends >= MOST_AT_END))
    skew, ends = (skew[rated], ends[rated]) if rated.any() else (skew, ends)
    return Facts(
        n=len(every), incomplete=int(every.isna().any(axis=1).sum()), share=float(every.isna().to_numpy().mean()),
        categories=(str(categories.idxmin()), int(categories.min())), skew=(str(skew.idxmax()), float(skew.max())),
        end=(str(ends.idxmax()), float(ends.max())), called=tuple(map(str, called.index[called])),
        ratings=tuple(map(str, rated.index[rated])))


def _skew(answers: pd.DataFrame) -> pd.Series:
    """Third moment over the cubed standard deviation with n - 1, as the table of items has it; 0 without variance."""
    away = answers.astype(float) - answers.mean()
    return ((away**3).mean() / away.std() ** 3).fillna(0.0)


def indicators(model: str) -> list[str]:
    """List the items that measure constructs, in the order of the model.

    Examples
    --------
    >>> indicators("f =~ b + a; g =~ f; f ~ x")
    ['b', 'a']
    """
    written = syntax.parse(model)
    return list(dict.fromkeys(each.rhs for each in written.relations
                              if each.op == "=~" and each.rhs not in written.latents))


def treatment_shown(chosen: Treatment) -> pd.DataFrame:
    """Show what the rules looked at and what each finding calls for.

    Parameters
    ----------
    chosen : Treatment

    Returns
    -------
    DataFrame
        ``measure value place criterion calls.for source``; ``measure`` is ``n.categories`` (fewest of an item),
        ``skew`` (largest absolute), ``ceiling`` (largest share of answers at one end), ``n.incomplete`` (respondents
        with a missing answer) and ``missing.share``; ``place`` is the item that has it. A row ``auxiliary.r`` for each
        auxiliary: its largest absolute correlation with a variable that has holes, or with having one.
    """
    found = chosen.facts
    rows = [
        ("n.categories", found.categories[1], found.categories[0], f"≥ {FEWEST_CATEGORIES}",
         found.categories[1] >= FEWEST_CATEGORIES),
        ("skew", found.skew[1], found.skew[0], f"< {MOST_SKEW:g}", found.skew[1] < MOST_SKEW),
        ("ceiling", found.end[1], found.end[0], f"< {MOST_AT_END:.0%}", found.end[1] < MOST_AT_END)]
    table = [(measure, float(value), item, criterion, "MLR" if kept or not found.ratings else "WLSMV", RHEMTULLA)
             for measure, value, item, criterion, kept in rows]
    wanted = chosen.called_for[1]
    table += [("n.incomplete", float(found.incomplete), "", "0", wanted, "Enders (2010)"),
              ("missing.share", found.share, "", "0", wanted, "Enders (2010)")]
    table += [("auxiliary.r", value, name, f"≥ {HELPFUL:.2f}", "fiml", "Collins et al. (2001)")
              for name, value in chosen.auxiliaries]
    return pd.DataFrame(table, columns=list(COLUMNS))


def _related(model: str, data: pd.DataFrame, auxiliaries: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Find the largest absolute correlation of each auxiliary with a variable that has holes, or with having one."""
    names = list(syntax.parse(model).observed)
    beside = [name for name in dict.fromkeys(auxiliaries) if name not in names]
    if absent := [name for name in beside if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=list(map(str, data.columns)))
    holed = data[names].loc[:, data[names].isna().any()]
    with np.errstate(divide="ignore", invalid="ignore"):  # a column that does not vary correlates with nothing
        found = [pd.concat([holed.corrwith(data[name]), holed.isna().astype(float).corrwith(data[name])]).abs().max()
                 for name in beside]
    return tuple((name, float(value)) for name, value in zip(beside, found, strict=True))


def _missing_for(estimator: str, found: Facts) -> str:
    if not found.incomplete:
        return "listwise"
    if estimator in CATEGORICAL:
        return "pairwise"
    return "fiml" if estimator in FULL_INFORMATION else "listwise"


def _checks(found: Facts, taken: tuple[str, str], asked: tuple[str, str], called: tuple[str, str]) -> tuple[Check, ...]:
    suits = (taken[0] in CATEGORICAL) or not found.called
    return (
        Check("estimator_rule", "caution", suits, {
            "estimator": taken[0], "asked": asked[0], "categories": found.categories[1], "skew": found.skew[1],
            "end": found.end[1], "items": list(found.called), "called": called[0]}),
        Check("missing_rule", "caution", not found.incomplete or taken[1] != "listwise", {
            "missing": taken[1], "asked": asked[1], "incomplete": found.incomplete, "n": found.n, "share": found.share,
            "called": called[1]}))
