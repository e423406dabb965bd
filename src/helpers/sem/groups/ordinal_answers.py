"""Ordinal answers as the levels of invariance take them, of groups or of waves, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers import syntax
from helpers.errors import DataError, ModelError, Problem
from helpers.moments import latent_moments
from helpers.sem.fitting.arguments import several
from helpers.sem.groups.levels import refuse_unknown_partial, released
from helpers.sem.groups.longitudinal import Longitudinal, refuse_absent
from helpers.sem.groups.ordinal_levels import Ordinal
from helpers.syntax.lines import place
from helpers.syntax.modifiers import Modifiers


def ordinal_answers(model: str, data: pd.DataFrame, *, estimator: str, ordered: Sequence[str] | bool, group: str | None,
                    waves: Mapping[str, Sequence[str]] | None, missing: str, partial: Sequence[str]) -> Ordinal:
    """Read model and answers.

    Parameters
    ----------
    model, data, estimator, ordered, group, waves, missing
        As in ``invariance``.
    partial : sequence of str
        Its ``group_partial``.

    Raises
    ------
    ModelError
        ``sem.ordinal_estimator``, ``sem.groups_or_waves``, ``sem.ordinal_model``, ``sem.ordinal_mixed``,
        ``sem.ordinal_partial``, ``sem.partial_unknown``, and of waves as ``wave_model``.
    DataError
        ``moments.absent``, ``moments.one_group``, ``moments.too_few``; ``sem.ordinal_categories``: a place in which
        nobody chose a category.
    """
    written = syntax.parse(model)
    ordered = written.observed if ordered is True else several("ordered", ordered or ())
    partial = several("group_partial", partial)
    if str(estimator).upper() != "WLSMV" or not ordered:
        raise ModelError("sem.ordinal_estimator", estimator=estimator, ordered=list(ordered) or "-")
    if (group is None) == (waves is None):
        raise ModelError("sem.groups_or_waves")
    _refuse_model(written)
    refuse_unknown_partial(written, partial)
    if waves is None:
        _refuse_mixed(written.observed, ordered)
        labels, parts = _by_group(data, written.observed, group)
        names = tuple({name: name for name in (*written.latents, *written.observed)} for _ in labels)
        wholes = parts
    else:
        joint = Longitudinal.of(model, waves)
        refuse_absent(joint, data)
        _refuse_mixed(written.observed if set(written.observed) & set(ordered) else
                      [column for of in joint.columns for column in of.values()], ordered)
        labels = joint.labels
        names = tuple(of | columns for of, columns in zip(joint.constructs, joint.columns, strict=True))
        wholes = [data[[columns[item] for columns in joint.columns for item in written.observed]]]
        wholes = [wholes[0].dropna()] if missing == "listwise" else wholes
        parts = [wholes[0][list(columns.values())].set_axis(list(columns), axis=1) for columns in joint.columns]
    _refuse_unlike(parts, written.observed, labels, missing)
    moments = tuple(latent_moments(each, list(each.columns), list(each.columns), missing=missing) for each in wholes)
    if few := [Problem("moments.too_few", {"n": each.n, "variables": len(each.names), "group": label if waves is None
                                           else "-"})
               for label, each in zip(labels, moments, strict=False) if each.n <= len(each.names)]:
        raise DataError.of(few)
    found = Ordinal(written, labels, names, moments, frozenset(released(partial)))
    _refuse_partial(found)
    return found


def asks_ordinal(ordered: Sequence[str] | bool, estimator: str) -> bool:
    """Whether items are to be taken as ordinal."""
    return estimator == "WLSMV" or (ordered if isinstance(ordered, bool) else len(ordered) > 0)


def _refuse_partial(found: Ordinal) -> None:
    """Two equal thresholds are what lets a response have its own mean and variance."""
    few = [item for item, count in found.categories.items() if count > 2
           and count - 1 - sum(key[0] == item and key[1] == "|" for key in found.free) < 2]
    binary = [item for item, count in found.categories.items() if count == 2]
    if few or (found.free and binary):
        raise ModelError("sem.ordinal_partial", items=few or binary)


def _refuse_mixed(items: Sequence[str], ordered: Sequence[str]) -> None:
    if others := [name for name in items if name not in set(ordered)]:
        raise ModelError("sem.ordinal_mixed", items=others)


def _refuse_model(written: syntax.Model) -> None:
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
