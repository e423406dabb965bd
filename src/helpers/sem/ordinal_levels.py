"""Models of the levels of invariance for ordinal items, each identified as its restrictions allow.

References
----------
Wu & Estabrook (2016). Psychometrika, 81, 1014-1045. Svetina, Rutkowski & Rutkowski (2020). Structural Equation
Modeling, 27, 111-130.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import DataError, ModelError, Problem
from helpers.moments import LatentMoments, Sample, latent_moments
from helpers.sem.levels import refuse_unknown_partial, released
from helpers.sem.responses import Responses
from helpers.sem.specify import specify
from helpers.syntax import Row, Table
from helpers.syntax.lines import place
from helpers.syntax.modifiers import Modifiers

ORDINAL_LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (), "thresholds": ("thresholds",), "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "residuals": ("thresholds", "loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Ordinal:
    """Ordinal answers of several groups to one measurement model.

    Attributes
    ----------
    written : Model
    groups : tuple of str
    moments : tuple of LatentMoments
        Per group.
    free : frozenset of (lhs, op, rhs)
        Parameters that may differ at every level.
    """

    written: syntax.Model
    groups: tuple[str, ...]
    moments: tuple[LatentMoments, ...]
    free: frozenset[tuple[str, str, str]]

    @classmethod
    def of(cls, model: str, data: pd.DataFrame, *, group: str, ordered: Sequence[str], missing: str,
           partial: Sequence[str]) -> Ordinal:
        """Read model and answers; see ``ordinal_invariance`` for what is refused."""
        written = syntax.parse(model)
        _refuse_model(written, ordered)
        refuse_unknown_partial(written, partial)
        names, parts = _by_group(data, written.observed, group)
        _refuse_unlike(parts, written.observed, names, missing)
        moments = tuple(latent_moments(part, written.observed, written.observed, missing=missing) for part in parts)
        if few := [Problem("moments.too_few", {"n": each.n, "variables": len(each.names), "group": name})
                   for name, each in zip(names, moments, strict=True) if each.n <= len(each.names)]:
            raise DataError.of(few)
        found = cls(written, names, moments, frozenset(released(partial)))
        found._refuse_partial()
        return found

    @property
    def categories(self) -> dict[str, int]:
        """Number of categories of each item."""
        first = self.moments[0]
        return {name: len(cuts) + 1 for name, cuts in zip(first.names, first.thresholds, strict=True)}

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that say something testable.

        Two thresholds only set the scale of a response that is free to have its own mean and variance, so equal ones
        are no restriction; with a single threshold no restriction can be tested without all others.
        """
        fewest, most = min(self.categories.values()), max(self.categories.values())
        if fewest == 2:
            return "configural", "residuals"
        return tuple(level for level in ORDINAL_LEVELS if level != "thresholds" or most > 3)

    def problem(self, level: str) -> Responses:
        """Write the discrepancy of a level; every level has the same rows."""
        equal = ORDINAL_LEVELS[level]
        table = syntax.complete(self.written, groups=len(self.groups), meanstructure=True, std_lv=True, group_equal=[
            name for name in equal if name in ("loadings", "intercepts")], group_partial=[
                " ".join(key).replace("~1", "~ 1") for key in self.free if key[1] == "=~"])
        table = replace(table, rows=tuple(self._identified(row, table, equal) for row in table.rows))
        samples = [Sample(each.names, each.n, each.cov, each.mean) for each in self.moments]
        return Responses.of(specify(table, samples), self._thresholds(equal), list(self.moments))

    def _identified(self, row: Row, table: Table, equal: tuple[str, ...]) -> Row:
        """Fix the response's mean to 0 and its residual variance to 1 in the first group.

        They are free in later groups once thresholds set their scale, until they are restricted themselves.
        """
        if row.lhs not in table.observed or row.op not in ("~1", "~~") or (row.op == "~~" and row.lhs != row.rhs):
            return row
        kind, fixed = ("intercepts", 0.0) if row.op == "~1" else ("residuals", 1.0)
        own = (row.lhs, row.op, row.rhs) in self.free
        free = row.group > 1 and "thresholds" in equal and (kind not in equal or own)
        return replace(row, value=math.nan if free else fixed, label="")

    def _thresholds(self, equal: tuple[str, ...]) -> np.ndarray:
        """Give each threshold the number of its parameter, shape (groups, t)."""
        names = [(item, "|", f"t{at}") for item, count in self.categories.items() for at in range(1, count)]
        numbers, fresh = np.tile(np.arange(len(names)), (len(self.groups), 1)), len(names)
        for group in range(1, len(self.groups)):
            for at, key in enumerate(names):
                if "thresholds" not in equal or key in self.free:
                    numbers[group, at], fresh = fresh, fresh + 1
        return numbers

    def refuse_few(self) -> None:
        """Two items per construct keep their loading and intercept.

        Raises
        ------
        ModelError
            ``sem.partial_indicators``.
        """
        kept = {latent: [each.rhs for each in self.written.relations if each.op == "=~" and each.lhs == latent
                         and each.key not in self.free and (each.rhs, "~1", "") not in self.free]
                for latent in self.written.latents}
        if few := [latent for latent, items in kept.items() if len(items) < 2]:
            raise ModelError("sem.partial_indicators", constructs=few)

    def _refuse_partial(self) -> None:
        """Two equal thresholds are what lets a response have its own mean and variance."""
        few = [item for item, count in self.categories.items() if count > 2
               and count - 1 - sum(key[0] == item and key[1] == "|" for key in self.free) < 2]
        binary = [item for item, count in self.categories.items() if count == 2]
        if few or (self.free and binary):
            raise ModelError("sem.ordinal_partial", items=few or binary)


def start(problem: Responses) -> np.ndarray:
    """Begin the configural level: loadings of one with the sign of the item's correlation with the marker."""
    structure, cov = problem.structure, _correlations(problem)
    at = {name: place for place, name in enumerate(structure.layout.observed)}
    first: dict[str, str] = {}
    values = []
    for row in structure.table.rows:
        marker = first.setdefault(row.lhs, row.rhs) if row.op == "=~" else ""
        if row.op == "=~" and row.rhs in at:
            values.append(float(np.sign(cov[row.group - 1][at[row.rhs], at[marker]]) or 1.0))
        else:
            values.append(1.0 if row.op == "~~" and row.lhs == row.rhs else 0.0)
    count = len(problem.items)
    cuts = np.concatenate([each[:count] * math.sqrt(2) for each in problem.observed])
    return onto(problem, np.array(values), cuts)


def onto(problem: Responses, values: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Find the basic parameters, shape (q,), nearest to given rows, (r,), and thresholds, (groups * t,)."""
    free = problem.structure.k.any(axis=1)
    system = np.vstack([problem.structure.k[free], problem.cut_k])
    wanted = np.concatenate([(values - problem.structure.c)[free], cuts])
    weights = (system**2).sum(axis=0)  # columns do not overlap: the nearest is the mean of what is set equal
    return (system.T @ wanted) / weights


def _correlations(problem: Responses) -> list[np.ndarray]:
    found = []
    for observed in problem.observed:
        matrix = np.eye(len(problem.structure.layout.observed))
        matrix[problem.rows, problem.columns] = matrix[problem.columns, problem.rows] = observed[len(problem.items):]
        found.append(matrix)
    return found


def _refuse_model(written: syntax.Model, ordered: Sequence[str]) -> None:
    latents = set(written.latents)
    if not latents:
        raise ModelError("sem.no_measurement")
    problems = [Problem("sem.ordinal_model", {"found": f"{each.lhs} {each.op} {each.rhs}".strip()}, place(each.line))
                for each in written.relations if each.op not in ("=~", "~~") or each.modifiers != Modifiers()
                or each.rhs in latents or (each.op == "~~" and each.lhs == each.rhs)]
    problems += [Problem("sem.ordinal_model", {"found": f"{each.name} := ..."}, place(each.line))
                 for each in written.definitions]
    problems += [Problem("sem.ordinal_model", {"found": f"{each.left.source} == {each.right.source}"}, place(each.line))
                 for each in written.constraints]
    if problems:
        raise ModelError.of(problems)
    if others := [name for name in written.observed if name not in set(map(str, ordered))]:
        raise ModelError("sem.ordinal_mixed", items=others)


def _by_group(data: pd.DataFrame, items: Sequence[str], group: str) -> tuple[tuple[str, ...], list[pd.DataFrame]]:
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    if absent := [name for name in (*items, group) if name not in data.columns]:
        raise DataError("moments.absent", columns=absent, have=[str(name) for name in data.columns[:30]])
    of = data[group]
    said = of.cat.categories if isinstance(of.dtype, pd.CategoricalDtype) else of.unique()
    labels = [label for label in said if not pd.isna(label) and (of == label).any()]
    if len(labels) < 2:
        raise DataError("moments.one_group", column=group, found=[str(label) for label in labels] or "-")
    return tuple(map(str, labels)), [data.loc[(of == label).to_numpy(dtype=bool, na_value=False), list(items)]
                                     for label in labels]


def _refuse_unlike(parts: list[pd.DataFrame], items: Sequence[str], names: tuple[str, ...], missing: str) -> None:
    """Every group has to use every category: an empty one has no threshold that could be equal."""
    used = [part.dropna() if missing == "listwise" else part for part in parts]
    problems = []
    for item in items:
        of = [sorted(part[item].dropna().unique()) for part in used]
        every = sorted(set().union(*of))
        lacking = {name: [str(each) for each in every if each not in own] for name, own in zip(names, of, strict=True)
                   if len(own) < len(every)}
        problems += [Problem("sem.ordinal_categories", {"item": item, "group": name, "categories": empty})
                     for name, empty in lacking.items()]
    if problems:
        raise DataError.of(problems)
