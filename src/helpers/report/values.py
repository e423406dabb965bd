"""What a call tells the reader besides its table: checks, numbers for captions, and whether inference is forbidden."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from string import Formatter
from typing import Any

import pandas as pd

from helpers.errors import Check
from helpers.report.formats import MISSING
from helpers.report.speech import Speech

# What stands between two codes: "trust - loyalty", "loyalty ~ trust".
_BETWEEN = re.compile(r"(\s+(?:-|->|→|~|~~|=~)\s+)")
# Values of a sentence that are terms of the catalogue, ``value.<name>.<code>``.
_TERMS = frozenset({"how", "metric"})


class _Missing:
    """A number that is not there: prints a dash whatever format is asked for."""

    def __format__(self, specification: str) -> str:
        return MISSING

    def __str__(self) -> str:
        return MISSING


def checks_of(value: Any) -> tuple[Check, ...]:
    """Find the checks that a result carries: its attribute ``checks``, or a table's ``attrs["checks"]``."""
    carried = value.attrs.get("checks", ()) if isinstance(value, pd.DataFrame) else getattr(value, "checks", ())
    return tuple(check for check in carried if isinstance(check, Check)) if isinstance(carried, Iterable) else ()


def stopped(sources: Iterable[Any]) -> bool:
    """Whether a result that is drawn on failed a gate of severity *stop*."""
    return any(check.severity == "stop" and not check.passed for source in sources for check in checks_of(source))


def spoken(check: Check, speech: Speech) -> Check:
    """Say the codes among a check's values: constructs by their label, items by their code; no number as a dash."""
    return replace(check, values=printable({name: _said(name, value, speech)
                                            for name, value in check.values.items()}))


def usual_level(table: pd.DataFrame) -> float | None:
    """Tell the confidence level of a model's own table, which nobody chooses: 95 %, as lavaan prints it."""
    return 0.95 if {"lhs", "rhs"} <= set(table.columns) else None


def told(source: Any, args: tuple, kwargs: Mapping[str, Any], table: pd.DataFrame | None = None) -> dict[str, Any]:
    """Collect what a caption may name: every plain argument of the call, its defaults included.

    Examples
    --------
    >>> def f(scores, *, conf_level=0.95): ...
    >>> told(f, (None,), {})
    {'conf_level': 0.95}
    """
    given: dict[str, Any] = {}
    if isinstance(source, Callable):
        try:
            bound = inspect.signature(source).bind(*args, **kwargs)
        except (TypeError, ValueError):  # a builtin without a signature
            given = dict(kwargs)
        else:
            bound.apply_defaults()
            given = {**bound.arguments, **bound.arguments.get("kwargs", {})}
    if table is not None:
        given = {**given, "rows": len(table), **table.attrs}
    return {name: value for name, value in given.items() if isinstance(value, (str, int, float))}


def printable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace numbers that are not there, so that a sentence says a dash and not nan."""
    return {name: _Missing() if _absent(value) else value for name, value in values.items()}


def forgiving(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give a dash for every value that a caption names and the call did not tell."""
    named = {field.partition(".")[0].partition("[")[0] for _, field, _, _ in Formatter().parse(text) if field}
    return printable({**dict.fromkeys(named, None), **values})


def worded(told: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """Say the values that are terms of the catalogue or codes of the study; all others stay as they are."""
    return {name: _said(name, value, speech) if name in _TERMS else value for name, value in told.items()}


def _said(name: str, value: Any, speech: Speech) -> Any:
    if isinstance(value, (list, tuple)):
        return [_said(name, part, speech) for part in value]
    if not isinstance(value, str):
        return value
    parts = _BETWEEN.split(value)
    kinds = ("construct", "level") if len(parts) > 1 else ("construct", name) if name in _TERMS else ("construct",)
    return "".join(part if _BETWEEN.fullmatch(part) else _term(part, kinds, speech) for part in parts)


def _term(code: str, kinds: Sequence[str], speech: Speech) -> str:
    """Say a code as the first kind of term that has words for it."""
    return next((said for kind in kinds if (said := speech.code(kind, code)) != code), code)


def _absent(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
