"""Models of the levels of invariance for ordinal items, each identified as its restrictions allow.

References
----------
Wu & Estabrook (2016). Psychometrika, 81, 1014-1045. Svetina, Rutkowski & Rutkowski (2020). Structural Equation
Modeling, 27, 111-130.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from helpers import syntax
from helpers.errors import ModelError
from helpers.moments import LatentMoments, Sample
from helpers.sem.estimation.responses import Responses
from helpers.sem.model.specify import specify
from helpers.syntax import Row

Key = tuple[str, str, str]

ORDINAL_LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (), "thresholds": ("thresholds",), "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "residuals": ("thresholds", "loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Ordinal:
    """Ordinal answers of several groups, or of the same people in several waves, to one measurement model.

    Attributes
    ----------
    written : Model
        With the items' own names.
    labels : tuple of str
        Of the groups or waves, here called places.
    names : tuple of dict
        Per place: name in the fitted model of each construct and item.
    moments : tuple of LatentMoments
        Per group; one for all waves together.
    free : frozenset of (lhs, op, rhs)
        Parameters that may differ at every level.
    """

    written: syntax.Model
    labels: tuple[str, ...]
    names: tuple[dict[str, str], ...]
    moments: tuple[LatentMoments, ...]
    free: frozenset[Key]

    @property
    def across_groups(self) -> bool:
        """Whether every place has respondents of its own."""
        return len(self.moments) > 1

    @property
    def sizes(self) -> list[float]:
        """Respondents of each group."""
        return [each.n for each in self.moments]

    @property
    def categories(self) -> dict[str, int]:
        """Number of categories of each item."""
        cuts = dict(zip(self.moments[0].names, self.moments[0].thresholds, strict=True))
        return {item: len(cuts[self.names[0][item]]) + 1 for item in self.written.observed}

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
        table = syntax.complete(syntax.parse(self._text()), groups=len(self.moments), meanstructure=True)
        latents = set(self.written.latents)
        table = replace(table, rows=tuple(self._identified(row, equal, latents) for row in table.rows))
        samples = [Sample(each.names, each.n, each.cov, each.mean) for each in self.moments]
        return Responses.of(specify(table, samples), self._thresholds(equal), list(self.moments))

    def own(self, row: Row) -> tuple[Key, int] | None:
        """Name a parameter of the fitted model as the tested one does, with its place; None between two waves."""
        if self.across_groups:
            return (row.lhs, row.op, row.rhs), row.group - 1
        back = {fitted: (name, place) for place, names in enumerate(self.names) for name, fitted in names.items()}
        lhs, place = back[row.lhs]
        rhs, other = back.get(row.rhs, (row.rhs, place))
        return ((lhs, row.op, rhs), place) if place == other else None

    def cuts(self) -> list[tuple[Key, int]]:
        """Name every threshold of the fitted model, with its place."""
        back = {fitted: (name, place) for place, names in enumerate(self.names) for name, fitted in names.items()}
        found = []
        for group, moments in enumerate(self.moments):
            for name, cuts in zip(moments.names, moments.thresholds, strict=True):
                item, place = (name, group) if self.across_groups else back[name]
                found += [((item, "|", f"t{at}"), place) for at in range(1, len(cuts) + 1)]
        return found

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

    def _text(self) -> str:
        """Write the model with free loadings; between waves the residuals of the same item covary."""
        lines = []
        for names in self.names[:1] if self.across_groups else self.names:
            lines += [f"{names[each.lhs]} {each.op} {'NA*' if each.op == '=~' else ''}{names[each.rhs]}"
                      for each in self.written.relations]
        pairs = () if self.across_groups else combinations(self.names, 2)
        return "\n".join([*lines, *(f"{one[item]} ~~ {other[item]}" for one, other in pairs
                                    for item in self.written.observed)])

    def _identified(self, row: Row, equal: tuple[str, ...], latents: set[str]) -> Row:
        """Give the first place its scales, and later ones theirs where nothing equal gives them.

        Fixed in the first place: means of constructs and responses at 0, variances of constructs and residuals at 1.
        Later: responses are free once thresholds are equal, until they are restricted themselves; variances of
        constructs once loadings, and means once intercepts are equal.
        """
        known = self.own(row)
        if known is None:
            return row
        key, place = known
        lhs, op, rhs = key
        latent, later = lhs in latents, place > 0
        if op == "=~":
            return replace(row, label=f"{lhs}=~{rhs}" if "loadings" in equal and key not in self.free else "")
        if op == "~~" and lhs != rhs:
            return row
        freed, held = {(True, "~1"): ("intercepts", ""), (False, "~1"): ("thresholds", "intercepts"),
                       (True, "~~"): ("loadings", ""), (False, "~~"): ("thresholds", "residuals")}[latent, op]
        free = later and freed in equal and (held not in equal or key in self.free)
        return replace(row, value=math.nan if free else float(op == "~~"))

    def _thresholds(self, equal: tuple[str, ...]) -> np.ndarray:
        """Give each threshold the number of its parameter, shape (groups, t)."""
        numbers: dict[object, int] = {}
        found = []
        for key, place in self.cuts():
            same = place == 0 or ("thresholds" in equal and key not in self.free)
            found.append(numbers.setdefault(key if same else (key, place), len(numbers)))
        return np.array(found).reshape(len(self.moments), -1)


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
