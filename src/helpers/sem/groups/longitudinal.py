"""One model for all waves of the same people: constructs per wave, equal parameters by labels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers import syntax
from helpers.errors import DataError, ModelError, Problem
from helpers.sem.groups.levels import LEVELS, refuse_unknown_partial, released
from helpers.syntax.lines import place

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Longitudinal:
    """A measurement model and the columns that answer it in each wave.

    Attributes
    ----------
    written : Model
        With the items' own names.
    labels : tuple of str
        Of the waves, in order.
    columns : tuple of dict
        Per wave: column of each item.
    constructs : tuple of dict
        Per wave: name of each construct in the joint model, as ``trust.2025``.
    free : set of (lhs, op, rhs)
        Parameters that may differ across waves at every level, in the items' own names.
    """

    written: syntax.Model
    labels: tuple[str, ...]
    columns: tuple[dict[str, str], ...]
    constructs: tuple[dict[str, str], ...]
    free: frozenset[Key]

    @classmethod
    def of(cls, model: str, waves: Mapping[str, Sequence[str]], partial: Sequence[str] = ()) -> Longitudinal:
        """Read and check a model and its waves; see ``wave_model`` for what is refused."""
        written = syntax.parse(model)
        _refuse_model(written)
        refuse_unknown_partial(written, partial)
        columns = _columns(written.observed, waves)
        labels = tuple(map(str, waves))
        ends = [re.sub(r"\W", "_", label) for label in labels]
        ends = ends if len(set(ends)) == len(ends) else [str(at) for at in range(1, len(labels) + 1)]
        constructs = tuple({name: f"{name}.{end}" for name in written.latents} for end in ends)
        used = {column for wave in columns for column in wave.values()}
        if taken := sorted(name for wave in constructs for name in wave.values() if name in used):
            raise ModelError("sem.waves_taken", names=taken)
        return cls(written, labels, columns, constructs, frozenset(released(partial)))

    def text(self, level: str) -> str:
        """Write the joint model of a level."""
        equal = set(LEVELS[level])
        lines = [line for wave in range(len(self.labels)) for line in self._measurement(wave, equal)]
        return "\n".join([*lines, *self._across(), *self._means(equal), *self._residuals(equal)])

    def _measurement(self, wave: int, equal: set[str]) -> list[str]:
        names = self.columns[wave] | self.constructs[wave]
        lines, seen = [], set[str]()
        for each in self.written.relations:
            value, start, label = each.modifiers.of_group(0)
            marker = each.op == "=~" and each.lhs not in seen
            seen.add(each.lhs if each.op == "=~" else "")
            value = 1.0 if marker and value is None else value
            if wave and "loadings" in equal and self._scales(each):
                value = math.nan  # equal loadings carry the scale over from the first wave
            kind = "loadings" if each.op == "=~" else "residuals" if each.lhs == each.rhs else ""
            own = each.rhs in self.columns[0] and each.key not in self.free
            together = kind in equal and own and (value is None or math.isnan(value))
            shared = label or f"{kind[:-1]}.{each.lhs}.{each.rhs}" if together else label and f"{label}.wave{wave + 1}"
            said = [] if value is None else ["NA" if math.isnan(value) else repr(value)]
            said += [f"start({start!r})"] if not math.isnan(start) else []
            before = [*said, *([shared] if shared else [])]
            term = names[each.rhs]
            lines.append(f"{names[each.lhs]} {each.op} "
                         + " + ".join(f"{one}*{term}" for one in before) if before else
                         f"{names[each.lhs]} {each.op} {term}")
        return lines

    def _scales(self, each: syntax.Relation) -> bool:
        """Whether a relation fixes the variance of a construct whose loadings are all free."""
        loadings = [one.modifiers.of_group(0)[0] for one in self.written.relations
                    if one.op == "=~" and one.lhs == each.lhs]
        return (each.op == "~~" and each.lhs == each.rhs and bool(loadings) and loadings[0] is not None
                and all(value is None or math.isnan(value) for value in loadings))

    def _noisy(self) -> list[str]:
        """Items with a residual: not the only one of a construct, not fixed to 0."""
        of: dict[str, list[str]] = {}
        for each in self.written.relations:
            if each.op == "=~":
                of.setdefault(each.lhs, []).append(each.rhs)
        said = {each.lhs: each.modifiers.of_group(0)[0] for each in self.written.relations
                if each.op == "~~" and each.lhs == each.rhs}
        single = {items[0] for items in of.values() if len(items) == 1 and items[0] not in said}
        return [item for item in self.columns[0] if item not in single and said.get(item) != 0]

    def _across(self) -> list[str]:
        """Correlate the residuals of the same item: what is particular to an item lasts."""
        return [f"{self.columns[one][item]} ~~ {self.columns[other][item]}" for item in self._noisy()
                for one in range(len(self.labels)) for other in range(one + 1, len(self.labels))]

    def _means(self, equal: set[str]) -> list[str]:
        if "intercepts" not in equal:
            return []
        lines = [f"{wave[item]} ~ intercept.{item}*1" for wave in self.columns for item in wave
                 if (item, "~1", "") not in self.free]
        return lines + [f"{name} ~ NA*1" for wave in self.constructs[1:] for name in wave.values()]

    def _residuals(self, equal: set[str]) -> list[str]:
        if "residuals" not in equal:
            return []
        said = {each.lhs for each in self.written.relations if each.op == "~~" and each.lhs == each.rhs}
        return [f"{wave[item]} ~~ residual.{item}*{wave[item]}" for wave in self.columns for item in self._noisy()
                if (item, "~~", item) not in self.free and item not in said]


def wave_model(model: str, waves: Mapping[str, Sequence[str]], *, level: str = "configural",
               group_partial: Sequence[str] = ()) -> str:
    """Write the joint model of all waves at one level of invariance, in lavaan's syntax.

    Parameters
    ----------
    model : str
        Measurement model of first-order constructs: ``=~`` and ``~~``, with the items' own names.
    waves : mapping of wave to its columns
        The waves in order of time; in each the columns in the order in which the items appear in the model.
    level : {"configural", "metric", "scalar", "strict"}
        Metric: loadings are equal across waves; scalar: intercepts too, latent means free from the second wave on;
        strict: residual variances too.
    group_partial : sequence of str
        Parameters that stay free in each wave, as ``"tr2 ~ 1"``.

    Returns
    -------
    str
        For ``sem.fit(..., meanstructure=True)``. Residuals of the same item are correlated across waves.

    Raises
    ------
    ModelError
        ``sem.invariance_levels``; ``sem.waves_model``: more than a measurement model; ``sem.waves_kind``,
        ``sem.waves_few``, ``sem.waves_length``, ``sem.waves_repeated``: waves that do not fit the model;
        ``sem.waves_taken``: a construct's name is a column's; ``sem.partial_unknown``.

    References
    ----------
    Widaman, Ferrer & Conger (2010). Child Development Perspectives, 4, 10-18. Little (2013). Longitudinal structural
    equation modeling, ch. 5.

    Examples
    --------
    >>> print(wave_model("f =~ x + y", {"2025": ["x1", "y1"], "2026": ["x2", "y2"]}, level="metric"))
    f.2025 =~ 1.0*x1
    f.2025 =~ loading.f.y*y1
    f.2026 =~ 1.0*x2
    f.2026 =~ loading.f.y*y2
    x1 ~~ x2
    y1 ~~ y2
    """
    if level not in LEVELS:
        raise ModelError("sem.invariance_levels", found=[level], known=list(LEVELS))
    return Longitudinal.of(model, waves, group_partial).text(level)


def _refuse_model(written: syntax.Model) -> None:
    latents = set(written.latents)
    if not latents:
        raise ModelError("sem.no_measurement")
    problems = [Problem("sem.waves_model", {"found": f"{each.lhs} {each.op} {each.rhs}".strip()}, place(each.line))
                for each in written.relations
                if each.op not in ("=~", "~~") or (each.op == "=~" and each.rhs in latents)
                or each.modifiers.groups > 1]
    problems += [Problem("sem.waves_model", {"found": f"{each.name} := ..."}, place(each.line))
                 for each in written.definitions]
    problems += [Problem("sem.waves_model", {"found": f"{each.left.source} == {each.right.source}"}, place(each.line))
                 for each in written.constraints]
    if problems:
        raise ModelError.of(problems)


def _columns(items: tuple[str, ...], waves: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], ...]:
    if not isinstance(waves, Mapping) or any(isinstance(of, str) for of in waves.values()):
        raise ModelError("sem.waves_kind")
    if len(waves) < 2:
        raise ModelError("sem.waves_few", found=[str(label) for label in waves] or "-")
    listed = {str(label): [str(column) for column in of] for label, of in waves.items()}
    if wrong := [Problem("sem.waves_length", {"wave": label, "found": len(of), "items": list(items)})
                 for label, of in listed.items() if len(of) != len(items)]:
        raise ModelError.of(wrong)
    every = [column for of in listed.values() for column in of]
    if repeated := sorted({column for column in every if every.count(column) > 1}):
        raise ModelError("sem.waves_repeated", columns=repeated)
    return tuple(dict(zip(items, of, strict=True)) for of in listed.values())


def refuse_absent(found: Longitudinal, data: object) -> None:
    """Say of every wave at once which columns the data lack.

    Raises
    ------
    DataError
        ``sem.waves_absent``, one problem per wave.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError("moments.no_frame", found=type(data).__name__)
    there = set(map(str, data.columns))
    if problems := [Problem("sem.waves_absent", {"wave": label, "columns": absent})
                    for label, wave in zip(found.labels, found.columns, strict=True)
                    if (absent := [column for column in wave.values() if column not in there])]:
        raise DataError.of(problems)
