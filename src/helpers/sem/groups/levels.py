"""What each level of invariance holds equal, and when a level holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import Check, ModelError
from helpers.sem.checking.compare import compare

LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (), "metric": ("loadings",), "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
# Chen (2007): how much a level may lose in CFI, RMSEA and SRMR (loadings, then what comes later).
USUAL, SMALL = (-0.010, 0.015, 0.030, 0.010), (-0.005, 0.010, 0.025, 0.005)
SMALL_N, VERY_UNEQUAL = 300, 3.0
LOADINGS = ("metric", "loadings")
MEASURES = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr")


class Fitted(Protocol):
    """One level, fitted: a SemFit or an OrdinalFit."""

    stopped: bool
    checks: tuple[Check, ...]

    def reported(self, measure: str) -> float:
        """Value of a measure in the form that a report shows."""


def asked_levels(levels: Sequence[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    """Take the levels that were asked for, all of them for None.

    Raises
    ------
    ModelError
        ``sem.invariance_levels``: unknown, none, twice or in another order.
    """
    known = tuple(known)
    asked = known if levels is None else (levels,) if isinstance(levels, str) else tuple(levels)
    if not asked or list(asked) != [level for level in known if level in asked]:
        raise ModelError("sem.invariance_levels", found=list(asked), known=list(known))
    return asked


def judged(fits: Mapping[str, Fitted], sizes: Sequence[float], change_of: Callable[[Fitted, Fitted], pd.Series] |
           None = None) -> pd.DataFrame:
    """Compare every level with the one before.

    Parameters
    ----------
    fits : mapping of level to SemFit or OrdinalFit
        From the loosest to the strictest.
    sizes : sequence of float
        Respondents of each group.
    change_of : function of two fits, optional
        Their difference, as a row of ``compare``; None: that of ``compare``.

    Returns
    -------
    DataFrame
        As ``invariance``; among the checks are the failed stops of a level, because it then does not hold.
    """
    change_of = change_of or (lambda larger, smaller: compare(larger, smaller).iloc[0])
    rows, checks, before, held = [], [], None, True
    for level, found in fits.items():
        row = {"level": level, **{name: found.reported(name) for name in MEASURES}}
        row["df"] = int(row["df"])
        change = None if before is None else change_of(before, found)
        given = [np.nan] * 6 if change is None else [change["chisq.diff"], change["df.diff"], change["pvalue"],
                                                     change["delta.cfi"], change["delta.rmsea"], change["delta.srmr"]]
        row |= {f"delta.{name}": value for name, value in zip(MEASURES, given, strict=True)}
        bounds = allowed(sizes, level)
        held = held and not found.stopped and (change is None or within(change, bounds))
        rows.append({**row, "holds": held})
        checks += [check for check in found.checks if check.severity == "stop" and not check.passed]
        checks.append(Check("invariance", "caution", held, {
            "level": level, "cfi": row["delta.cfi"], "rmsea": row["delta.rmsea"], "srmr": row["delta.srmr"],
            "least_cfi": bounds[0], "most_rmsea": bounds[1], "most_srmr": bounds[2]}))
        before = found
    table = pd.DataFrame(rows)
    table.attrs["checks"] = tuple(checks)
    return table


def allowed(sizes: Sequence[float], level: str) -> tuple[float, float, float]:
    """Least change of CFI, most of RMSEA and of SRMR that a level may show."""
    small = sum(sizes) <= SMALL_N or max(sizes) > VERY_UNEQUAL * min(sizes)
    cfi, rmsea, first, later = SMALL if small else USUAL
    return cfi, rmsea, first if level in LOADINGS else later


def within(change: pd.Series, bounds: tuple[float, float, float]) -> bool:
    """Whether a change stays within the bounds."""
    cfi, rmsea, srmr = bounds
    return bool(change["delta.cfi"] >= cfi and (change["delta.rmsea"] <= rmsea or change["delta.srmr"] <= srmr))


def released(partial: Sequence[str]) -> set[tuple[str, str, str]]:
    """Read the parameters that stay free: a set of (lhs, op, rhs).

    Raises
    ------
    ModelError
        ``syntax.group_partial`` for what is no parameter.
    """
    names = (partial,) if isinstance(partial, str) else tuple(partial)
    try:
        return {each.key for text in names for each in syntax.parse(text).relations}
    except ModelError as error:
        raise ModelError("syntax.group_partial", found=list(names)) from error


def spelled(key: tuple[str, str, str]) -> str:
    """Write a parameter as ``group_partial`` takes it."""
    return f"{key[0]} ~ 1" if key[1] == "~1" else " ".join(key)


def largest(changes: np.ndarray) -> float:
    """Take the change that is largest in size; NaN where none is known."""
    known = changes[np.isfinite(changes)]
    return float(known[np.abs(known).argmax()]) if len(known) else np.nan


def refuse_unknown_partial(written: syntax.Model, partial: Sequence[str]) -> None:
    """Refuse to free a parameter that the model does not have.

    Raises
    ------
    ModelError
        ``sem.partial_unknown``.
    """
    known, names = {each.key for each in written.relations}, set(written.names)
    unknown = [spelled(key).strip() for key in sorted(released(partial)) if key not in known
               and not (key[1] in ("~1", "~~", "|") and {key[0], key[2] if key[1] == "~~" else key[0]} <= names)]
    if unknown:
        raise ModelError("sem.partial_unknown", found=unknown)


def remarked(model: str, partial: Sequence[str]) -> str:
    """Let another item be the marker of a construct whose first loading is to stay free.

    Fixed to 1 everywhere it would be equal all the same; the first item that is not freed takes its place.

    Examples
    --------
    >>> remarked("f =~ a + b + c", ["f =~ a"]).splitlines()
    ['f =~ a + b + c', 'f =~ NA*a + 1*b']
    """
    free, lines = released(partial), [model]
    loadings: dict[str, list[syntax.Relation]] = {}
    for each in syntax.parse(model).relations:
        if each.op == "=~":
            loadings.setdefault(each.lhs, []).append(each)
    for latent, (first, *others) in loadings.items():
        following = [each for each in others if each.key not in free and not each.modifiers.values]
        if first.key in free and not first.modifiers.values and following:
            lines.append(f"{latent} =~ NA*{first.rhs} + 1*{following[0].rhs}")
    return "\n".join(lines)
