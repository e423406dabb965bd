"""What the defaults add to a model: the rules of lavaan's ``sem()`` and ``cfa()``, which are the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from helpers.errors import ModelError
from helpers.syntax.categorical import ordinal_rows, refuse_ordinal, with_thresholds
from helpers.syntax.effect_coding import effect_coded
from helpers.syntax.lines import place
from helpers.syntax.parse import Model, Relation
from helpers.syntax.table import Row, Table

GROUP_EQUAL = ("loadings", "intercepts", "means", "regressions", "residuals", "residual.covariances",
               "lv.variances", "lv.covariances")


def complete(
    model: Model,
    *,
    groups: int = 1,
    meanstructure: bool | None = None,
    std_lv: bool = False,
    fixed_x: bool = True,
    group_equal: Iterable[str] = (),
    group_partial: Iterable[str] = (),
    ordered: Mapping[str, int] | None = None,
    effect_coding: bool = False,
) -> Table:
    """Add what the author left to the defaults.

    The first loading of each construct is 1 (``std_lv``: every latent variance is 1 instead); observed and latent
    variables have variances, that of a single indicator is 0; exogenous constructs covary, and so do the residuals
    of the outcomes that predict nothing; moments of observed exogenous x are taken from the sample (``fixed_x``)
    or estimated. With means, observed intercepts are free and latent ones 0, or free from the second group on
    where observed intercepts are equal. For ordinal items see ``categorical``.

    Parameters
    ----------
    model : Model
    groups : int, default 1
    meanstructure : bool, optional
        None: where several groups or a ``~ 1`` in the model ask for it.
    std_lv, fixed_x : bool
    group_equal : iterable of str
        Of ``loadings intercepts means regressions residuals residual.covariances lv.variances lv.covariances``, and
        ``thresholds`` where items are ordinal.
    group_partial : iterable of str
        Parameters left free in each group, as ``"trust =~ tr2"`` or ``"tr2 ~ 1"``.
    ordered : mapping of str to int, optional
        Thresholds of each ordinal item.
    effect_coding : bool
        Scale every construct by loadings that average 1 and, with means, intercepts that add up to 0; its own mean is
        free in every group. Not with ``std_lv``.

    Raises
    ------
    ModelError
        Thresholds of an item that is not ordinal, values for another number of groups, an unknown ``group_equal`` or
        ``group_partial``, either of them with one group, a ``group_partial`` that no free parameter answers to.

    Examples
    --------
    >>> from helpers.syntax import parse
    >>> table = complete(parse("f =~ x1 + x2 + x3"), groups=2, group_equal=["loadings"])
    >>> [row.label for row in table.rows if row.op == "=~"]
    ['', '.p2.', '.p3.', '', '.p2.', '.p3.']
    """
    ordered = {name: count for name, count in (ordered or {}).items() if name in model.observed}
    _refuse(model, groups, tuple(group_equal), ordered)
    refuse_ordinal(model, ordered, meanstructure=meanstructure)
    if effect_coding and std_lv:
        raise ModelError("syntax.effect_coding")
    equal = with_thresholds(tuple(group_equal), ordered)
    means = groups > 1 or bool(ordered) or any(each.op == "~1" for each in model.relations)
    means = means if meanstructure is None else meanstructure
    if not means and any(each.op == "~1" for each in model.relations):
        raise ModelError("syntax.means_off")
    exogenous = _exogenous(model)
    released = _released(tuple(group_partial))
    if groups == 1 and (equal or released):
        raise ModelError("syntax.one_group", argument="group_equal" if equal else "group_partial")
    rows: list[Row] = []
    for group in range(groups):
        of_group = _written(model, group, std_lv or effect_coding)
        there = {_key(row) for row in of_group}
        added = _variances(model, group, exogenous, std_lv and (group == 0 or "loadings" not in equal))
        added += _covariances(model, group, exogenous)
        added += _moments_of_x(group, exogenous, fixed_x, means)
        if means:
            freed = effect_coding or (group > 0 and "intercepts" in equal and "means" not in equal)
            added += _intercepts(model, group, exogenous, freed)
        if ordered:
            added = ordinal_rows(ordered, group, free_scales="thresholds" in equal) + _of_responses(added, ordered)
        of_group += [row for row in added if _key(row) not in there]
        rows += _labelled(of_group, model, exogenous, equal, released) if groups > 1 else of_group
    _refuse_unmatched(released, rows)
    if effect_coding:
        rows, sums = effect_coded(rows, model.latents, groups=groups, means=means)
        model = replace(model, constraints=(*model.constraints, *sums))
    return Table(model, tuple(rows), groups, means, exogenous, fixed_x, tuple(ordered))


def _refuse(model: Model, groups: int, equal: tuple[str, ...], ordered: Mapping[str, int]) -> None:
    known = (*GROUP_EQUAL, "thresholds") if ordered else GROUP_EQUAL
    for each in model.relations:
        if each.modifiers.groups not in (1, groups):
            raise ModelError("syntax.groups", where=place(each.line), groups=groups,
                             relation=f"{each.lhs} {each.op} {each.rhs}".strip(), found=each.modifiers.groups)
    if unknown := [name for name in equal if name not in known]:
        raise ModelError("syntax.group_equal", found=unknown, known=list(known))


def _of_responses(rows: list[Row], ordered: Mapping[str, int]) -> list[Row]:
    """Behind ordinal items: variances follow from the rest of the model, means are 0."""
    done = []
    for row in rows:
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in ordered:
            row = replace(row, value=math.nan, derived=True)
        elif row.op == "~1" and row.lhs in ordered:
            row = replace(row, value=0.0)
        done.append(row)
    return done


def _refuse_unmatched(released: set[tuple[str, str, str]], rows: list[Row]) -> None:
    """Refuse to leave free what is not there or is fixed: the name is wrong, or the wish would not be met."""
    free = {_key(row) for row in rows if row.free}
    if lost := sorted(key for key in released if key not in free):
        raise ModelError("syntax.group_partial_unmatched", found=[" ".join(key).replace("~1", "~ 1").strip()
                                                                  for key in lost])


def _exogenous(model: Model) -> tuple[str, ...]:
    """Observed predictors about whose own moments the model says nothing."""
    predicted = {each.lhs for each in model.relations if each.op in ("~", "~1")}
    described = {name for each in model.relations if each.op == "~~" for name in (each.lhs, each.rhs)}
    indicators = {each.rhs for each in model.relations if each.op == "=~"}
    out = predicted | described | indicators | set(model.latents)
    return tuple(dict.fromkeys(each.rhs for each in model.relations if each.op == "~" and each.rhs not in out))


def _key(row: Row) -> tuple[str, str, str]:
    pair = sorted((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs)
    return pair[0], row.op, pair[1]


def _written(model: Model, group: int, std_lv: bool) -> list[Row]:
    first: set[str] = set()
    rows = []
    for each in model.relations:
        value, start, label = each.modifiers.of_group(group)
        marker = each.op == "=~" and each.lhs not in first
        if each.op == "=~":
            first.add(each.lhs)
        if value is None:
            value = 1.0 if marker and not std_lv else math.nan
        rows.append(Row(each.lhs, each.op, each.rhs, group + 1, value, label, start, each.line))
    return rows


def _variances(model: Model, group: int, exogenous: tuple[str, ...], fix_latent: bool) -> list[Row]:
    loadings: dict[str, list[Relation]] = {}
    for each in model.relations:
        if each.op == "=~":
            loadings.setdefault(each.lhs, []).append(each)
    single = {each[0].rhs for each in loadings.values() if len(each) == 1} - set(model.latents)
    rows = [Row(name, "~~", name, group + 1, 0.0 if name in single else math.nan)
            for name in model.observed if name not in exogenous]
    return rows + [Row(name, "~~", name, group + 1, 1.0 if fix_latent else math.nan) for name in model.latents]


def _covariances(model: Model, group: int, exogenous: tuple[str, ...]) -> list[Row]:
    outcomes = {each.lhs for each in model.relations if each.op == "~"}
    predictors = {each.rhs for each in model.relations if each.op == "~"}
    parts = {each.rhs for each in model.relations if each.op == "=~"}
    sources = [name for name in model.latents if name not in outcomes | parts]
    ends = [name for name in (*model.latents, *model.observed)
            if name in outcomes and name not in predictors | parts and name not in exogenous]
    return [Row(one, "~~", other, group + 1) for names in (sources, ends) for one, other in combinations(names, 2)]


def _moments_of_x(group: int, exogenous: tuple[str, ...], fixed: bool, means: bool) -> list[Row]:
    rows = [Row(one, "~~", other, group + 1, exogenous=fixed)
            for at, one in enumerate(exogenous) for other in exogenous[at:]]
    return rows + [Row(name, "~1", "", group + 1, exogenous=fixed) for name in exogenous if means]


def _intercepts(model: Model, group: int, exogenous: tuple[str, ...], freed: bool) -> list[Row]:
    rows = [Row(name, "~1", "", group + 1) for name in model.observed if name not in exogenous]
    return rows + [Row(name, "~1", "", group + 1, math.nan if freed else 0.0) for name in model.latents]


def _released(partial: tuple[str, ...]) -> set[tuple[str, str, str]]:
    from helpers.syntax.parse import parse

    try:
        return {each.key for text in partial for each in parse(text).relations}
    except ModelError as error:
        raise ModelError("syntax.group_partial", found=list(partial)) from error


def _labelled(rows: list[Row], model: Model, exogenous: tuple[str, ...], equal: tuple[str, ...],
              released: set) -> list[Row]:
    """Give rows that are equal across groups one label, numbered as in the first group; moments of x stay each its."""
    latents = set(model.latents)
    done = []
    for number, row in enumerate(rows, start=1):
        of_x = row.lhs in exogenous and row.op in ("~~", "~1")
        asked = bool(equal) and row.free and not row.label and not of_x and (
            _kind(row, latents) in equal and _key(row) not in released)
        done.append(replace(row, label=f".p{number}.") if asked else row)
    return done


def _kind(row: Row, latents: set[str]) -> str:
    latent = row.lhs in latents
    if row.op == "~~":
        same = row.lhs == row.rhs
        return ("lv.variances" if same else "lv.covariances") if latent else (
            "residuals" if same else "residual.covariances")
    return {"=~": "loadings", "~": "regressions", "~1": "means" if latent else "intercepts", "|": "thresholds",
            "~*~": "scales"}[row.op]
