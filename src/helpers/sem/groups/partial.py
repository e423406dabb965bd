"""Where a level of invariance fails: which items differ, and which partial model could be offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.sem.checking.compare import compare
from helpers.sem.checking.released import gains, joint, release
from helpers.sem.fitting.result import SemFit
from helpers.sem.groups.invariance import fits_of_levels
from helpers.sem.groups.levels import LEVELS, Fitted, allowed, judged, largest, released, spelled, within
from helpers.sem.groups.ordinal_answers import asks_ordinal, ordinal_answers
from helpers.sem.groups.ordinal_partial import OrdinalSearch
from helpers.sem.groups.places import Key, Place, invariant_items, loadings_of, places_of, rows_of
from helpers.sem.inference.indices import upper_tail

FEWEST_ITEMS = 2
COLUMNS = ("step", "parameter", "chisq", "df", "pvalue", "epc", "delta.cfi", "delta.rmsea", "delta.srmr", "holds")


def partial_invariance(model: str, data: pd.DataFrame, *, group: str | None = None, level: str = "scalar",
                       estimator: str = "MLR", missing: str = "listwise", ordered: Sequence[str] | bool = (),
                       waves: Mapping[str, Sequence[str]] | None = None, group_partial: Sequence[str] = (),
                       significance: float = 0.05) -> pd.DataFrame:
    r"""Name the items that make a level fail, and offer a partial model; nothing of it is used until you say so.

    Parameters
    ----------
    model, data, group, estimator, missing, ordered, waves
        As in ``invariance``.
    level : str
        That does not hold: ``metric``, ``scalar`` or ``strict``; of ordinal items ``thresholds``, ``loadings``,
        ``intercepts`` or ``residuals``.
    group_partial : sequence of str
        Parameters that are free already.
    significance : float, default 0.05
        After Holm's adjustment for the number of candidates of a step.

    Returns
    -------
    DataFrame
        One row per released parameter, in the order of release: ``step parameter chisq df pvalue epc delta.cfi
        delta.rmsea delta.srmr holds``. ``chisq`` is the score test of the equality (robust where the estimator is),
        ``pvalue`` Holm-adjusted, ``epc`` the largest expected difference from the first group or wave; the deltas
        compare the level after the release with the level before. No row where the level holds already, or no item
        stands out. ``attrs["group_partial"]`` is the offered list for ``group_partial`` of ``invariance`` and
        ``latent_means``, ``attrs["holds"]`` whether the level then holds, ``attrs["checks"]`` a gate that says that the
        model was found by looking.

    Raises
    ------
    ModelError, DataError
        As ``invariance``; ``sem.partial_level``: no level that restricts anything; ``sem.partial_before``: a level
        before it fails.

    Notes
    -----
    Each step releases the parameter with the largest score test among those that the level restricts, as long as its
    construct keeps two items that are equal. The first loading of a construct is a candidate like any other: where it
    is released, the next equal item becomes the marker (``invariance`` does the same). Items are chosen one at a time,
    so with half of a construct's items shifted alike it cannot be told which half differs. A partial model that was
    found in these data has to hold in others.

    References
    ----------
    Byrne, Shavelson & Muthen (1989). Psychological Bulletin, 105, 456-466. Yoon & Millsap (2007). Structural Equation
    Modeling, 14, 435-463. Holm (1979). Scandinavian Journal of Statistics, 6, 65-70.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d\nb ~ c(0,.6)*1", n=400, seed=3)
    >>> offer = partial_invariance("f =~ a + b + c + d", answers, group="group")
    >>> offer.attrs["group_partial"], offer.attrs["holds"]
    (('b ~ 1',), True)
    """
    options = {"group": group, "waves": waves, "estimator": estimator}
    given = tuple([group_partial] if isinstance(group_partial, str) else group_partial)
    if asks_ordinal(ordered, estimator):
        looked: Search = OrdinalSearch(ordinal_answers(model, data, ordered=ordered, missing=missing, partial=given,
                                                       **options))
    else:
        looked = _Continuous(model, data, {**options, "missing": missing})
    known = looked.levels
    if level not in known[1:]:
        raise ModelError("sem.partial_level", found=level, known=list(known[1:]))
    asked = known[: known.index(level) + 1]
    fits = looked.fits(asked, given)
    before, found = fits[asked[-2]], fits[level]
    table = judged(fits, looked.sizes(found), looked.change)
    if not table["holds"].iloc[-2]:
        raise ModelError("sem.partial_before", level=level, failed=table.loc[~table["holds"], "level"].iloc[0])
    offered, rows, holds = list(given), [], bool(table["holds"].iloc[-1])
    while not holds and (row := _worst(looked.tested(found, level, offered), significance)) is not None:
        offered.append(row["parameter"])
        found = looked.fits([level], offered)[level]
        change = looked.change(before, found)
        holds = not found.stopped and within(change, allowed(looked.sizes(found), level))
        rows.append({"step": len(rows) + 1, **row, **change[list(COLUMNS[6:9])], "holds": holds})
    shown = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"step": int, "df": int, "holds": bool})
    new = [row["parameter"] for row in rows]
    shown.attrs |= {"group_partial": tuple(offered), "holds": holds, "checks": (
        Check("partial_invariance", "caution", holds and not new, {
            "level": level, "parameters": new or "-", "holds": holds}),)}
    return shown


def _worst(tested: list[dict], significance: float) -> dict | None:
    """Find the equality that the data contradict most, where one stands out among all candidates."""
    tested = [each for each in tested if each["df"]]  # what others imply cannot be released alone
    if not tested:
        return None
    worst = min(tested, key=lambda each: (each["pvalue"], -each["chisq"]))
    worst["pvalue"] = min(1.0, len(tested) * worst["pvalue"])
    return worst if worst["pvalue"] < significance else None


class Search(Protocol):
    """What the search for a partial model asks of a kind of items."""

    levels: tuple[str, ...]

    def fits(self, levels: Sequence[str], partial: Sequence[str]) -> dict[str, Fitted]:
        """Fit levels with some parameters free."""

    def sizes(self, found: Fitted) -> list[float]:
        """Count the respondents of each group."""

    def change(self, larger: Fitted, smaller: Fitted) -> pd.Series:
        """Compare two levels."""

    def tested(self, found: Fitted, level: str, partial: Sequence[str]) -> list[dict]:
        """Test each equality that can be spared: ``parameter chisq df pvalue epc``."""


@dataclass(frozen=True, slots=True, eq=False)
class _Continuous:
    """Items taken for continuous, of groups or waves."""

    model: str
    data: pd.DataFrame
    options: dict

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(LEVELS)

    def fits(self, levels: Sequence[str], partial: Sequence[str]) -> dict[str, SemFit]:
        return fits_of_levels(self.model, self.data, levels=levels, group_partial=partial, **self.options)

    def sizes(self, found: SemFit) -> list[float]:
        return [sample.n for sample in found.sample]

    def change(self, larger: SemFit, smaller: SemFit) -> pd.Series:
        return compare(larger, smaller).iloc[0]

    def tested(self, found: SemFit, level: str, partial: Sequence[str]) -> list[dict]:
        places = places_of(found, self.model, self.options["waves"])
        outside, tested = release(found, found.structure.table), []
        for key, rows in _candidates(found, level, places, released(partial)).items():
            directions = np.eye(len(found.structure.table.rows))[:, rows[1:]]
            statistic, df, robust = joint(outside, directions)
            chisq = statistic if robust is None else robust
            change = gains(outside, directions).change * outside.scaled.rows[rows[1:]]
            tested.append({"parameter": spelled(key), "chisq": chisq, "df": df, "pvalue": upper_tail(chisq, df),
                           "epc": largest(change)})
        return tested


def _candidates(found: SemFit, level: str, places: list[Place], free: set[Key]) -> dict[Key, list[int]]:
    """Rows of the parameters that the level restricts and that can be spared."""
    kind = LEVELS[level][-1]
    kept = invariant_items(found, places, intercepts=kind != "loadings")
    candidates: dict[Key, list[int]] = {}
    for latent, op, item in loadings_of(found, places):
        key = {"loadings": (latent, op, item), "intercepts": (item, "~1", ""), "residuals": (item, "~~", item)}[kind]
        rows = rows_of(found, key, places)
        spared = kind == "residuals" or item not in kept[latent] or len(kept[latent]) > FEWEST_ITEMS
        if rows is None or key in free or not spared:
            continue
        first = found.structure.table.rows[rows[0]]
        if first.free or (kind == "loadings" and first.value == 1.0):  # the marker may be what differs
            candidates[key] = rows
    return candidates
