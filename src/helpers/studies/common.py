"""What a study and the one it repeats have in common: a model, items and a response format, in this study's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from helpers import syntax
from helpers.errors import Check, Problem, StudyError
from helpers.studies.declared import Study
from helpers.studies.findings import unknown
from helpers.studies.places import FILE, shown
from helpers.studies.published import Published, load_any

_MEASURED = re.compile(r"^(\s*([\w.]+)\s*=~)(.*)$")
_FEWEST = 2  # items that two studies must share for a construct to be the same in both


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """The common ground of two studies, in the names of the new one.

    Attributes
    ----------
    model : str
        The original's model over the items of both.
    items : mapping of str to str
        Item of the original -> item of the new study, wherever both have it.
    scales : mapping of str to tuple of str
        Construct -> its items in both studies.
    observed : tuple of str
        Variables of the model.
    same_format : bool
        Whether every observed variable has the same lowest and highest answer in both.
    formats : DataFrame, index item
        ``low.original high.original low.replication high.replication`` of every item of both.
    checks : tuple of Check
        ``common_items``, ``common_format`` and ``common_paths``; ``common_published`` where only a matrix was printed.
    composites : mapping of str to tuple of str
        Variable of a printed matrix that is a construct here -> its items, whose mean stands for it.
    moments : mapping or None
        Of the original, in the names of the new study, as ``sem.Moments`` takes them.
    printed : DataFrame or None
        Paths as printed, where the original printed no model that could be fitted again.
    """

    model: str
    items: Mapping[str, str]
    scales: Mapping[str, tuple[str, ...]]
    observed: tuple[str, ...]
    same_format: bool
    formats: pd.DataFrame
    checks: tuple[Check, ...]
    composites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moments: Mapping[str, Any] | None = None
    printed: pd.DataFrame | None = None

    def of_original(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Take the original's answers to the common items, under the new study's names."""
        kept = {theirs: ours for theirs, ours in self.items.items() if theirs in scores}
        return scores[list(kept)].rename(columns=kept)

    def of_replication(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Take the new study's answers to the common items; means of items where the original printed scores."""
        beside = [item for items in self.composites.values() for item in items]
        kept = scores[[name for name in dict.fromkeys([*self.items.values(), *beside]) if name in scores]]
        means = {name: scores[list(items)].mean(axis=1, skipna=False) for name, items in self.composites.items()}
        return kept.assign(**means)


def original(declared: Study) -> Study | Published:
    """Load the study that a study repeats.

    Parameters
    ----------
    declared : Study

    Returns
    -------
    Study or Published
        The latter where it is a printed matrix.

    Raises
    ------
    StudyError, DataError
        ``studies.replicates_not_declared``; everything that is wrong with the original.
    """
    if declared.replicates is None:
        raise StudyError("studies.replicates_not_declared", where=shown(declared.folder / FILE))
    return load_any(declared.replicates.folder)


def common(declared: Study, original: Study | Published) -> Common:
    """Find what two studies have in common, by name or by the declared maps.

    Parameters
    ----------
    declared : Study
        The new one.
    original : Study

    Returns
    -------
    Common

    Raises
    ------
    StudyError
        All at once: neither has a model; a construct or variable of the model that the new study lacks; a construct of
        which both have fewer than two items.
    """
    where = shown(declared.folder / FILE)
    if not isinstance(original, Study):
        return with_published(declared, original, where)
    constructs, named = _maps(declared, original)
    if not (original.model or declared.model):
        raise StudyError("studies.no_common_model", where=where)
    text = _renamed(original.model, {**constructs, **named}) if original.model else declared.model
    items = {theirs: ours for theirs, ours in named.items() if ours in declared.items}
    text, left_out, problems = _shared_items(text, declared, where)
    if problems:
        raise StudyError.of(problems)
    written = syntax.parse(text)
    observed = tuple(written.observed)
    formats = _formats(declared, original, items)
    scales = {}
    for name, construct in original.constructs.items():
        ours = declared.constructs.get(constructs[name])
        both = tuple(items[item] for item in construct.items if items.get(item) in getattr(ours, "items", ()))
        if len(both) >= _FEWEST:
            scales[constructs[name]] = both
    checks = _checks(declared, written, formats.loc[[name for name in observed if name in formats.index]], left_out)
    return Common(text, items, scales, observed, checks[1].passed, formats, checks)


def with_published(declared: Study, original: Published, where: str) -> Common:
    """Find what a study has in common with a printed matrix: its variables are items here, or scores of constructs.

    Parameters
    ----------
    declared : Study
    original : Published
    where : str
        Of the study file, for messages.

    Raises
    ------
    StudyError
        As ``common``; ``studies.no_common_model`` where the original printed neither model nor paths.
    """
    mapped = {**declared.replicates.items, **declared.replicates.constructs} if declared.replicates else {}
    names = {variable: mapped.get(variable, variable) for variable in original.variables}
    refit = bool(original.model)
    if not refit and (original.paths.empty or not declared.model):
        raise StudyError("studies.no_common_model", where=where)
    text = _renamed(original.model, names) if refit else declared.model
    written = syntax.parse(text)
    observed = tuple(written.observed)
    outcomes = declared.outcomes
    unknown_names = [name for name in observed if name not in declared.items and name not in outcomes]
    if unknown_names:
        found = (unknown("replicates_name", name, [*declared.constructs, *declared.items]) for name in unknown_names)
        raise StudyError.of(Problem(id, values, where) for id, values in found)
    checks = (Check("common_published", "info", False, {}), _paths_check(declared, written))
    moments = {name: part for name, part in original.moments.items() if name in ("n",)}
    for name in ("cor", "cov", "sds", "means"):
        part = original.moments.get(name)
        if refit and part is not None:
            part = part.rename(names) if isinstance(part, pd.Series) else part.rename(index=names, columns=names)
            moments[name] = part.loc[list(observed)] if part.ndim == 1 else part.loc[list(observed), list(observed)]
    items = {name: name for name in observed if name in declared.items}
    composites = {name: outcomes[name] for name in observed if name not in declared.items}
    scales = {name: of for name, of in composites.items() if len(of) >= _FEWEST}
    return Common(text, items, scales, observed, False, pd.DataFrame(), checks, composites=composites,
                  moments=moments if refit else None, printed=None if refit else _printed(original.paths, names))


def _printed(paths: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Turn printed paths into numbers, under the names of this study."""
    ends = {column: paths[column].map(lambda name: names.get(name, name)) for column in ("lhs", "rhs")}
    numbers = {column: pd.to_numeric(paths[column], errors="coerce") for column in paths
               if column not in ("lhs", "op", "rhs")}
    return paths.assign(**ends, **numbers)


def _maps(declared: Study, original: Study) -> tuple[dict[str, str], dict[str, str]]:
    """Map the original's constructs and items to ours; what is not declared keeps its name."""
    replicates = declared.replicates
    constructs = {name: replicates.constructs.get(name, name) if replicates else name for name in original.constructs}
    items = {name: replicates.items.get(name, name) if replicates else name for name in original.items}
    return constructs, items


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Rename variables of a model, all at once, so that two names may change places."""
    changed = {old: new for old, new in names.items() if old != new}
    if not changed:
        return text
    pattern = "|".join(re.escape(name) for name in sorted(changed, key=len, reverse=True))
    return re.sub(rf"(?<![\w.])({pattern})(?![\w.])", lambda found: changed[found[1]], text)


def _shared_items(text: str, declared: Study, where: str) -> tuple[str, list[str], list[Problem]]:
    """Leave out of the measurement lines what the new study did not ask; note what then cannot be the same."""
    known = {*declared.items, *declared.constructs}
    latents, lines, left_out, problems = set(syntax.parse(text).latents), [], [], []
    for line in text.splitlines():
        measured = _MEASURED.match(line)
        if not measured:
            lines.append(line)
            continue
        terms = [term.strip() for term in measured[3].split("+")]
        kept = [term for term in terms if term.split("*")[-1].strip() in known | latents]
        left_out += [term.split("*")[-1].strip() for term in terms if term not in kept]
        if len(kept) < _FEWEST <= len(terms):
            problems.append(Problem("studies.replicates_items", {
                "construct": measured[2], "n": len(kept), "items": [term.split("*")[-1].strip() for term in terms]},
                where))
        lines.append(f"{measured[1]} {' + '.join(kept)}")
    for name in syntax.parse(text).names:
        if name not in known and name not in left_out:
            id, values = unknown("replicates_name", name, known)
            problems.append(Problem(id, values, where))
    return "\n".join(lines), left_out, problems


def _formats(declared: Study, original: Study, items: Mapping[str, str]) -> pd.DataFrame:
    rows = {ours: (original.items[theirs].low, original.items[theirs].high, declared.items[ours].low,
                   declared.items[ours].high) for theirs, ours in items.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low.original", "high.original", "low.replication",
                                                                 "high.replication"])


def _checks(declared: Study, written: syntax.Model, formats: pd.DataFrame,
            left_out: list[str]) -> tuple[Check, Check, Check]:
    measured: dict[str, set[str]] = {}
    for each in written.relations:
        if each.op == "=~":
            measured.setdefault(each.lhs, set()).add(each.rhs)
    added = [item for name, of in measured.items() if name in declared.constructs
             for item in (declared.constructs[name].items or declared.constructs[name].of) if item not in of]
    differ = formats[(formats["low.original"] != formats["low.replication"])
                     | (formats["high.original"] != formats["high.replication"])]
    ends = [f"{row.Index} {row[1]:g}..{row[2]:g} / {row[3]:g}..{row[4]:g}" for row in differ.itertuples()]
    return (Check("common_items", "caution", not left_out and not added,
                  {"left_out": left_out or ["-"], "added": added or ["-"]}),
            Check("common_format", "info", not ends, {"items": ends[:6] or ["-"], "n": len(ends)}),
            _paths_check(declared, written))


def _paths_check(declared: Study, written: syntax.Model) -> Check:
    """Say which paths of the original the model of the new study does not have."""
    own = {(each.lhs, each.rhs) for each in syntax.parse(declared.model).relations if each.op == "~"} \
        if declared.model else set()
    absent = [f"{each.rhs} -> {each.lhs}" for each in written.relations
              if each.op == "~" and (each.lhs, each.rhs) not in own]
    return Check("common_paths", "caution", not absent, {"paths": absent or ["-"]})
